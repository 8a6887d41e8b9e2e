/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_EMIT_H
#define PXOS_COMPILER_EMIT_H

#include "module.h"
#include "pxos/limits.h"
#include "syntax.h"

/* A tiled matrix product: the workgroup, and what of C it makes. */
#define PXOS_MATMUL_THREADS 256
#define PXOS_MATMUL_ROWS 128
#define PXOS_MATMUL_COLS 128

/* How deep its tiles are: two tiles, each twice, fill the shared memory there is. */
static inline uint32_t matmul_depth(const struct pxos_target *target)
{
	return target->shared_bytes_max >= 16 * (PXOS_MATMUL_ROWS + PXOS_MATMUL_COLS) * 2 * 4 ? 16
											      : 8;
}

/* Kernels of more operations are not coarsened: four times as much would not fit. */
#define COARSEN_OPS_MAX 64

/* Threads of several blocks that one invocation works through side by side. */
#define COPIES_MAX 4

/* Functions a module holds if something calls them. */
enum helper {
	HELPER_SDIV,
	HELPER_SREM,
	HELPER_UDIV,
	HELPER_UREM,
	HELPER_SPOW,
	HELPER_UPOW,
	HELPER_FMOD,
	HELPER_FPOW,
	HELPER_FLOAT_TO_INT,
	HELPER_FLOAT_TO_UINT,
	HELPER_ROUND,
	HELPER_REDUCE, /* + 3 * enum reduce + 0 int, 1 uint, 2 float */
	_HELPER_N = HELPER_REDUCE + 9
};

/* Variables of module scope for a kernel's array. */
struct emit_array {
	uint32_t variable;
	uint32_t element; /* type in memory */
	uint32_t pointer; /* type of a pointer to one */
	uint32_t length; /* value, in elements */
	/* The same buffer by fours: vectors, or of bytes the words. 0: not used so. */
	uint32_t fours, four, four_pointer;
};

/* An IF or LOOP being emitted. */
struct emit_open {
	uint32_t merge;
	uint32_t other; /* IF: where ELSE starts; LOOP: the continue target */
	uint32_t header; /* LOOP */
	uint32_t next; /* LOOP: the counter's next value */
	uint32_t counter; /* LOOP: the counter's value */
	uint32_t predicates[COPIES_MAX]; /* predicated: those around it */
	uint32_t conditions[COPIES_MAX];
};

struct emit_register {
	uint32_t variable; /* in memory, or 0 */
	uint32_t epoch; /* when value was known */
	uint32_t values[COPIES_MAX];
};

struct emit {
	struct program *program;
	struct kernel *kernel;
	const struct pxos_target *target;
	struct module m;
	uint32_t copies; /* 1, or COPIES_MAX where the kernel is coarsened */
	bool predicated; /* no branches but around stores */
	bool vectors; /* the copies are neighbours, and all of them are in range */
	bool cooperates;
	bool full_blocks;
	bool two_ways; /* buffers are looked at by element and by vector */
	bool checked;
	bool args_uniform;
	bool float_atomic; /* uses OpAtomicFAddEXT */

	struct emit_array arrays[PXOS_ARRAYS_MAX];
	struct emit_array shared[PXOS_SHARED_ARRAYS_MAX];
	uint32_t scalars[PXOS_SCALARS_MAX];
	struct emit_register *registers;
	struct emit_open open[PXOS_NESTING_MAX];
	uint32_t n_open;

	uint32_t block; /* label of the block being written */
	bool ended; /* that block has its terminator */
	uint32_t epoch;

	/* values */
	uint32_t block_size, total, budget, group;
	uint32_t local, thread[COPIES_MAX], block_id[COPIES_MAX];
	uint32_t predicates[COPIES_MAX]; /* may this copy store now? 0: always */
	uint32_t live; /* variable: may store; 0 if nothing forbids it */
	uint32_t thread_budget, block_budget; /* variables */
	uint32_t checked_constant;
	uint32_t status; /* variable of module scope */
	uint32_t scratch; /* workgroup array for BLOCK_REDUCE */
	uint32_t function_uint, function_bool, function_float; /* pointer types */
	uint32_t workgroup_id, local_index, subgroup_id, n_subgroups; /* builtins */
	uint32_t shared_uint, shared_float; /* pointer types */
	struct {
		uint32_t element, block, block_pointer, pointer;
	} buffer_types[6];
	struct {
		uint32_t id, result, a, b;
	} signatures[16]; /* function types made */
	uint32_t helpers[_HELPER_N];
	uint32_t active; /* value: does this thread exist? 0: they all do */
	uint32_t quad; /* value: first of the four neighbours, divided by four */
	uint32_t status_pointer;
	uint32_t push, push_pointer, args, args_pointer;
	uint32_t interface[8], n_interface;
	uint32_t main;
	uint32_t straight_cost;
	uint32_t zero; /* a value that the driver does not know to be 0; or 0: not needed */
};

#define VALUE(e, opcode, type, ...) \
	module_value(&(e)->m, &(e)->m.code, opcode, type, MODULE_ARGS(__VA_ARGS__))
#define CODE(e, opcode, ...) PUT(&(e)->m.code, opcode, __VA_ARGS__)
#define GLSL(e, type, number, ...) \
	VALUE(e, SpvOpExtInst, type, module_id(&(e)->m, ID_GLSL), number, __VA_ARGS__)

static inline uint32_t t_uint(struct emit *e)
{
	return module_id(&e->m, ID_UINT);
}

static inline uint32_t t_float(struct emit *e)
{
	return module_id(&e->m, ID_FLOAT);
}

static inline uint32_t t_bool(struct emit *e)
{
	return module_id(&e->m, ID_BOOL);
}

static inline uint32_t c_uint(struct emit *e, uint32_t value)
{
	return module_constant(&e->m, t_uint(e), value);
}

static inline uint32_t c_float(struct emit *e, float value)
{
	uint32_t bits;

	_Static_assert(sizeof(bits) == sizeof(value), "float is binary32");
	__builtin_memcpy(&bits, &value, sizeof(bits));
	return module_constant(&e->m, t_float(e), bits);
}

/*
 * Mesa's llvmpipe counts only whole subgroups in NumSubgroups, so that the threads of a
 * last, partial one would be left out of a BLOCK_REDUCE. It is slow anyway.
 */
static inline bool emit_has_subgroups(const struct emit *e)
{
	return (e->target->flags & PXOS_TARGET_SUBGROUP_ARITHMETIC) &&
	       !(e->target->flags & PXOS_TARGET_FEW_ROUNDS);
}

/* emit.c: the kernel's frame */
struct pxos_kernel;
int kernel_emit(struct program *program, struct kernel *kernel, struct pxos_kernel *out);
uint32_t emit_push_word(struct emit *e, uint32_t i);
/* Load lengths and scalars. */
void emit_args(struct emit *e);
uint32_t emit_type(struct emit *e, enum pxos_type type);
void emit_label(struct emit *e, uint32_t label);
void emit_branch(struct emit *e, uint32_t label);
/* if (condition) { …; end_if() }: the label to give emit_end_if() */
uint32_t emit_begin_if(struct emit *e, uint32_t condition);
void emit_end_if(struct emit *e, uint32_t merge);

/* emit-value.c: registers, operands and arithmetic */
uint32_t emit_nothing(struct emit *e, enum pxos_type type);
uint32_t emit_operand(struct emit *e, const struct operand *operand, enum pxos_type type,
		      uint32_t copy);
void emit_assign(struct emit *e, uint32_t index, uint32_t copy, uint32_t value);
uint32_t emit_convert(struct emit *e, uint32_t value, enum pxos_type from, enum pxos_type to);
uint32_t emit_divide(struct emit *e, char sign, enum pxos_type type, uint32_t a, uint32_t b,
		     const uint32_t *literal);
uint32_t emit_compare(struct emit *e, const struct op *op, uint32_t copy);
/* The value of an operation that only computes. */
uint32_t emit_value(struct emit *e, const struct op *op, uint32_t copy);
uint32_t emit_exact(struct emit *e, uint32_t id);

/* emit-helper.c: functions */
uint32_t emit_helper(struct emit *e, enum helper helper);
void emit_helpers(struct emit *e);

/* emit-memory.c: arrays */
void emit_arrays(struct emit *e);
/* May copy @copy store in an array's element whose index is in range? 0: always. */
uint32_t emit_store_mask(struct emit *e, uint32_t copy);
uint32_t emit_buffer(struct emit *e, uint32_t element, uint32_t binding, uint32_t *ret_pointer);
/* Must the array's accesses be kept in order? See emit-memory.c. */
bool emit_is_coherent(const struct emit *e, const struct pxos_array *array);
/* A pointer to an element; the index has been checked. */
uint32_t emit_element(struct emit *e, const struct emit_array *array, bool shared, uint32_t index);
uint32_t emit_load(struct emit *e, const struct op *op, uint32_t copy);
void emit_store(struct emit *e, const struct op *op, uint32_t copy);
uint32_t emit_atomic(struct emit *e, const struct op *op);
void emit_zero_shared(struct emit *e);
void emit_barrier(struct emit *e);

/* emit-vector.c: neighbouring threads in one invocation */
void emit_fours(struct emit *e, uint32_t index);
void emit_vector_body(struct emit *e, void (*statements)(struct emit *e));
void emit_vector_load(struct emit *e, const struct op *op, uint32_t values[COPIES_MAX]);
void emit_vector_store(struct emit *e, const struct op *op);

/* emit-flow.c: IF, LOOP and the step budget */
void emit_flow(struct emit *e, const struct op *op);
void emit_mark_stored(struct emit *e);
/* Pay @cost for each of @count iterations; the iterations that may run. */
uint32_t emit_charge(struct emit *e, uint32_t count, uint64_t cost, uint32_t loop, bool uniform);

/* emit-matmul.c */
void emit_matmul_shared_out(struct emit *e, const struct op *op);
void emit_matmul_tiled(struct emit *e, const struct op *op);

/* traits.c: what a scheduler and a launcher want to know */
void kernel_traits(struct program *program, struct kernel *kernel, struct pxos_kernel *out);
/* Is the element accessed array[THREAD_ID]? @position: the op's index. */
bool kernel_own_element(const struct kernel *kernel, const struct op *op);
const struct op *kernel_lone_matmul(const struct kernel *kernel);

#endif
