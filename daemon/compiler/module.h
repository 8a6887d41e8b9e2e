/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_MODULE_H
#define PXOS_COMPILER_MODULE_H

#include <spirv/unified1/GLSL.std.450.h>
#include <spirv/unified1/spirv.h>

#include "arena.h"

/* Memoised types and other module-scope ids; 0: not yet made. */
enum module_id {
	ID_VOID,
	ID_BOOL,
	ID_UINT,
	ID_FLOAT,
	ID_U8,
	ID_UVEC3,
	ID_VEC4,
	ID_UVEC4,
	ID_UINT_PAIR,
	ID_VOID_FUNCTION,
	ID_TRUE,
	ID_FALSE,
	ID_GLSL,
	_MODULE_ID_N
};

#define CONSTANT_CACHE 256

/* A module under construction: its sections in SPIR-V's order. */
struct module {
	struct arena *arena;
	struct vec capabilities; /* and extensions */
	struct vec extensions;
	struct vec imports;
	struct vec modes; /* entry point and execution modes */
	struct vec decorations;
	struct vec globals; /* types, constants, variables */
	struct vec code;
	uint32_t next_id;
	uint32_t ids[_MODULE_ID_N];
	struct {
		uint32_t type, bits, id;
	} constants[CONSTANT_CACHE];
};

void module_init(struct module *m, struct arena *arena);
uint32_t module_new_id(struct module *m);
void module_put(struct vec *section, SpvOp opcode, const uint32_t *words, uint32_t n);
/* An instruction with a result: <op> type result words… Return: the result's id. */
uint32_t module_value(struct module *m, struct vec *section, SpvOp opcode, uint32_t type,
		      const uint32_t *words, uint32_t n);
void module_capability(struct module *m, SpvCapability capability);
void module_extension(struct module *m, const char *name);
uint32_t module_id(struct module *m, enum module_id id);
uint32_t module_constant(struct module *m, uint32_t type, uint32_t bits);
/* A variable of a new pointer type to @type. */
uint32_t module_variable(struct module *m, SpvStorageClass storage, uint32_t type);
uint32_t module_pointer(struct module *m, SpvStorageClass storage, uint32_t type);
/* All words of the finished module; NULL if the arena failed. */
const uint32_t *module_finish(struct module *m, size_t *ret_n);

#define MODULE_ARGS(...) (const uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4

#define PUT(section, opcode, ...) module_put(section, opcode, MODULE_ARGS(__VA_ARGS__))
#define DECORATE(m, ...) PUT(&(m)->decorations, SpvOpDecorate, __VA_ARGS__)
#define GLOBAL(m, opcode, type, ...) \
	module_value(m, &(m)->globals, opcode, type, MODULE_ARGS(__VA_ARGS__))

#endif
