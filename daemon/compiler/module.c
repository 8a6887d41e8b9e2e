// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Module: SPIR-V words by section (SPIR-V Specification, 2.4, logical layout).
 *
 * A section is a vector of words; instructions are appended to the section they
 * belong in and the sections are joined at the end. Types are made on demand and
 * once, as SPIR-V asks for. Constants may be repeated, so a small cache keeps the
 * common ones single and a text full of different literals costs no search.
 */
#include "module.h"

#include <string.h>

#define SPIRV_VERSION_1_3 0x00010300u

void module_init(struct module *m, struct arena *arena)
{
	struct vec *sections[] = { &m->capabilities, &m->extensions, &m->imports, &m->modes,
				   &m->decorations,  &m->globals,    &m->code };

	memset(m, 0, sizeof(*m));
	m->arena = arena;
	m->next_id = 1;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		vec_init(sections[i], arena, sizeof(uint32_t));
}

uint32_t module_new_id(struct module *m)
{
	return m->next_id++;
}

void module_put(struct vec *section, SpvOp opcode, const uint32_t *words, uint32_t n)
{
	uint32_t *to;

	if (!vec_reserve(section, n + 1))
		return;
	to = (uint32_t *)section->data + section->n;
	to[0] = (n + 1) << 16 | (uint32_t)opcode;
	if (n)
		memcpy(to + 1, words, n * sizeof(*words));
	section->n += n + 1;
}

uint32_t module_value(struct module *m, struct vec *section, SpvOp opcode, uint32_t type,
		      const uint32_t *words, uint32_t n)
{
	uint32_t id = module_new_id(m);
	uint32_t *to;

	if (!vec_reserve(section, n + 3))
		return id;
	to = (uint32_t *)section->data + section->n;
	to[0] = (n + 3) << 16 | (uint32_t)opcode;
	to[1] = type;
	to[2] = id;
	if (n)
		memcpy(to + 3, words, n * sizeof(*words));
	section->n += n + 3;
	return id;
}

void module_capability(struct module *m, SpvCapability capability)
{
	const uint32_t *words = m->capabilities.data;

	for (uint32_t i = 1; i < m->capabilities.n; i += 2)
		if (words[i] == (uint32_t)capability)
			return;
	PUT(&m->capabilities, SpvOpCapability, (uint32_t)capability);
}

/* Strings are words, first byte lowest, with a zero byte at the end. */
static uint32_t put_string(uint32_t *words, const char *text)
{
	size_t length = strlen(text) + 1;
	uint32_t n = (uint32_t)(length + 3) / 4;

	memset(words, 0, n * sizeof(*words));
	for (size_t i = 0; i < length; i++)
		words[i / 4] |= (uint32_t)(unsigned char)text[i] << i % 4 * 8;
	return n;
}

void module_extension(struct module *m, const char *name)
{
	uint32_t words[16];

	module_put(&m->extensions, SpvOpExtension, words, put_string(words, name));
}

static uint32_t result_first(struct module *m, struct vec *section, SpvOp opcode,
			     const uint32_t *words, uint32_t n)
{
	uint32_t all[20], id = module_new_id(m);

	all[0] = id;
	if (n)
		memcpy(all + 1, words, n * sizeof(*words));
	module_put(section, opcode, all, n + 1);
	return id;
}

static uint32_t make_type(struct module *m, enum module_id id)
{
	uint32_t words[8];

	switch (id) {
	case ID_VOID:
		return result_first(m, &m->globals, SpvOpTypeVoid, NULL, 0);
	case ID_BOOL:
		return result_first(m, &m->globals, SpvOpTypeBool, NULL, 0);
	case ID_UINT:
		return result_first(m, &m->globals, SpvOpTypeInt, MODULE_ARGS(32, 0));
	case ID_U8:
		return result_first(m, &m->globals, SpvOpTypeInt, MODULE_ARGS(8, 0));
	case ID_FLOAT:
		return result_first(m, &m->globals, SpvOpTypeFloat, MODULE_ARGS(32));
	case ID_UVEC3:
		return result_first(m, &m->globals, SpvOpTypeVector,
				    MODULE_ARGS(module_id(m, ID_UINT), 3));
	case ID_VEC4:
		return result_first(m, &m->globals, SpvOpTypeVector,
				    MODULE_ARGS(module_id(m, ID_FLOAT), 4));
	case ID_UVEC4:
		return result_first(m, &m->globals, SpvOpTypeVector,
				    MODULE_ARGS(module_id(m, ID_UINT), 4));
	case ID_UINT_PAIR:
		return result_first(m, &m->globals, SpvOpTypeStruct,
				    MODULE_ARGS(module_id(m, ID_UINT), module_id(m, ID_UINT)));
	case ID_VOID_FUNCTION:
		return result_first(m, &m->globals, SpvOpTypeFunction,
				    MODULE_ARGS(module_id(m, ID_VOID)));
	case ID_TRUE:
		return module_value(m, &m->globals, SpvOpConstantTrue, module_id(m, ID_BOOL), NULL,
				    0);
	case ID_FALSE:
		return module_value(m, &m->globals, SpvOpConstantFalse, module_id(m, ID_BOOL), NULL,
				    0);
	case ID_GLSL:
		return result_first(m, &m->imports, SpvOpExtInstImport, words,
				    put_string(words, "GLSL.std.450"));
	default:
		return 0;
	}
}

uint32_t module_id(struct module *m, enum module_id id)
{
	if (!m->ids[id])
		m->ids[id] = make_type(m, id);
	return m->ids[id];
}

uint32_t module_constant(struct module *m, uint32_t type, uint32_t bits)
{
	uint32_t i = (bits ^ bits >> 8 ^ bits >> 23 ^ type * 31) % CONSTANT_CACHE;

	if (!m->constants[i].id || m->constants[i].type != type || m->constants[i].bits != bits) {
		m->constants[i].id = GLOBAL(m, SpvOpConstant, type, bits);
		m->constants[i].type = type;
		m->constants[i].bits = bits;
	}
	return m->constants[i].id;
}

uint32_t module_pointer(struct module *m, SpvStorageClass storage, uint32_t type)
{
	return result_first(m, &m->globals, SpvOpTypePointer, MODULE_ARGS((uint32_t)storage, type));
}

uint32_t module_variable(struct module *m, SpvStorageClass storage, uint32_t type)
{
	return GLOBAL(m, SpvOpVariable, module_pointer(m, storage, type), (uint32_t)storage);
}

/* The sections go as they are joined: a program has up to PXOS_KERNELS_MAX modules. */
const uint32_t *module_finish(struct module *m, size_t *ret_n)
{
	struct vec *sections[] = { &m->capabilities, &m->extensions,  &m->imports, NULL,
				   &m->modes,	     &m->decorations, &m->globals, &m->code };
	const size_t n_sections = sizeof(sections) / sizeof(sections[0]);
	uint32_t total = 5 + 3; /* header, memory model */
	struct vec words;
	uint32_t *header;

	for (size_t i = 0; i < n_sections; i++)
		total += sections[i] ? sections[i]->n : 0;
	vec_init(&words, m->arena, sizeof(uint32_t));
	if (!vec_reserve(&words, total))
		return NULL;
	header = words.data;
	header[0] = SpvMagicNumber;
	header[1] = SPIRV_VERSION_1_3;
	header[2] = 0;
	header[3] = m->next_id;
	header[4] = 0;
	words.n = 5;
	for (size_t i = 0; i < n_sections; i++) {
		if (!sections[i]) {
			PUT(&words, SpvOpMemoryModel, SpvAddressingModelLogical,
			    SpvMemoryModelGLSL450);
			continue;
		}
		if (sections[i]->n)
			memcpy(header + words.n, sections[i]->data,
			       sections[i]->n * sizeof(uint32_t));
		words.n += sections[i]->n;
		vec_release(sections[i]);
	}
	*ret_n = words.n;
	return words.data;
}
