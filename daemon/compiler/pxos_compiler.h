/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pxos_compiler.h - primitive text in, SPIR-V or diagnostics out.
 *
 * The compiler is pure: no global state, no files, no environment, no locale,
 * no exit. The same text and the same target give the same words, byte for
 * byte. Compiling takes at most PXOS_COMPILE_BYTES_MAX bytes, whatever the text
 * is, and time linear in its length (PXOS_PROGRAM_BYTES_MAX at most). Calls on
 * different programs may run in any number of threads.
 *
 * The language is docs/language.md; the module is SPIR-V 1.3 for Vulkan 1.1
 * ("SPIR-V Specification, Unified", and appendix A of the Vulkan specification).
 *
 * THE SHADER INTERFACE, between emitted module and launcher
 *
 * One module a kernel, one entry point, "main", GLCompute. Dispatched in one
 * dimension: (workgroups, 1, 1). Descriptor set 0, for a kernel of A arrays:
 *
 *   binding 0 … A-1  storage buffer: the array's elements, tightly packed, in
 *                    the order of kernel->arrays, from a multiple of 16 bytes on.
 *                    Must hold at least 4 bytes also when the array's length is
 *                    0. A u8 array's buffer range is a multiple of 4 bytes where
 *                    the target has no PXOS_TARGET_STORAGE8.
 *   binding A        storage buffer of 4 uint: the status. [0] is 0, or 1 + the
 *                    index in kernel->lines of the loop that ran over the step
 *                    budget (the first to do so). Only if PXOS_KERNEL_CHECKED.
 *   binding A + 1    uniform buffer: the argument words. Only if
 *                    PXOS_KERNEL_ARGS_UNIFORM.
 *
 * Push constants, all uint, in this order:
 *
 *   [0] first workgroup of this dispatch in the launch (a slice's offset)
 *   [1] threads of the whole launch
 *   [2] step budget of a thread, in the units of pxos_kernel_cost()
 *   [3] 0
 *   [4 …] the argument words, unless PXOS_KERNEL_ARGS_UNIFORM: first each array's
 *       length in elements, in the order of kernel->arrays; then each scalar, in
 *       the order of kernel->scalars, as its 32 bits.
 *
 * Specialization constants: id 0, uint, threads a workgroup (the block); id 1,
 * bool, step budget checked (default true; false only if pxos_kernel_cost() of
 * this launch's scalars is at most the budget).
 *
 * Workgroup w covers threads w * coarsen * block … (w + 1) * coarsen * block - 1 of
 * the launch. Threads whose number is not under [1] do nothing; of a
 * PXOS_KERNEL_FULL_BLOCKS module [1] must be a multiple of the block, or the last
 * block does too much (never out of bounds). A PXOS_KERNEL_MATMUL module has a
 * fixed workgroup of its own and its own grid: pxos_kernel_matmul_groups().
 */
#ifndef PXOS_COMPILER_H
#define PXOS_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ target */

/* What the GPU has, as far as code generation cares. Part of every cache key. */
enum pxos_target_flags {
	/* VkPhysicalDevice8BitStorageFeatures::storageBuffer8BitAccess */
	PXOS_TARGET_STORAGE8 = 1 << 0,
	/* shaderSignedZeroInfNanPreserveFloat32, VK_KHR_shader_float_controls */
	PXOS_TARGET_PRESERVE_FLOAT32 = 1 << 1,
	/* shaderRoundingModeRTEFloat32 */
	PXOS_TARGET_RTE_FLOAT32 = 1 << 2,
	/* shaderBufferFloat32AtomicAdd, VK_EXT_shader_atomic_float */
	PXOS_TARGET_ATOMIC_FLOAT_ADD = 1 << 3,
	/* shaderSharedFloat32AtomicAdd */
	PXOS_TARGET_ATOMIC_FLOAT_ADD_SHARED = 1 << 4,
	/* VK_SUBGROUP_FEATURE_ARITHMETIC_BIT in compute */
	PXOS_TARGET_SUBGROUP_ARITHMETIC = 1 << 5,
	/* No two arrays of the launch overlap (checked by the launcher). */
	PXOS_TARGET_ARRAYS_APART = 1 << 6,
	/* Keep one element a thread, whatever the kernel. */
	PXOS_TARGET_NO_COARSEN = 1 << 7,
	/* The driver ends all loops of an invocation after 65,535 rounds taken together,
	 * and says nothing (Mesa's llvmpipe): rounds are counted in the step budget. */
	PXOS_TARGET_FEW_ROUNDS = 1 << 9,
	/* Tests only: arguments always in the uniform buffer. */
	PXOS_TARGET_ARGS_UNIFORM = 1 << 8,
};

struct pxos_target {
	uint32_t size; /* sizeof(struct pxos_target) */
	uint32_t flags;
	uint32_t threads_max; /* maxComputeWorkGroupInvocations and …Size[0] */
	uint32_t shared_bytes_max; /* maxComputeSharedMemorySize */
	uint32_t arrays_max; /* maxPerStageDescriptorStorageBuffers - 1 */
	uint32_t push_bytes_max; /* maxPushConstantsSize; at least 128 */
	uint32_t subgroup_size; /* subgroupSize; 1 if unknown */
};

/* The least every Vulkan 1.1 desktop driver has; good for `compile` without GPU. */
void pxos_target_init(struct pxos_target *target);

/* ------------------------------------------------------------- diagnostics */

enum pxos_severity {
	PXOS_WARNING,
	PXOS_ERROR,
};

struct pxos_diagnostic {
	enum pxos_severity severity;
	uint32_t line; /* from 1 */
	uint32_t column; /* from 1, in characters, not bytes */
	const char *rule; /* stable name of the rule broken, e.g. "unknown-operation" */
	const char *message; /* one line, no prefix */
	const char *hint; /* what to do, or NULL */
};

/* ----------------------------------------------------------------- kernels */

enum pxos_type {
	PXOS_TYPE_NONE,
	PXOS_TYPE_BOOL, /* registers only */
	PXOS_TYPE_INT,
	PXOS_TYPE_UINT,
	PXOS_TYPE_FLOAT,
	PXOS_TYPE_U8, /* arrays, and scalar parameters (an int from 0 to 255) */
};

/* "int", "uint", "float", "u8", "bool" */
const char *pxos_type_name(enum pxos_type type);
/* Bytes of an array element: 1 for u8, else 4. */
uint32_t pxos_type_bytes(enum pxos_type type);

enum pxos_use {
	PXOS_USE_READ = 1 << 0,
	PXOS_USE_WRITE = 1 << 1,
	PXOS_USE_ATOMIC = 1 << 2, /* reads and writes; set beside READ and WRITE */
	/* Every access is to the thread's own element, array[THREAD_ID]. */
	PXOS_USE_OWN_ELEMENT = 1 << 3,
};

struct pxos_array {
	const char *name;
	enum pxos_type type;
	uint32_t uses; /* enum pxos_use */
	bool implicit; /* never declared: an output as long as the first array */
	uint32_t line; /* of its declaration, or of its first store */
};

struct pxos_scalar {
	const char *name;
	enum pxos_type type; /* INT, UINT, FLOAT or U8 */
	uint32_t line;
};

enum pxos_hint {
	PXOS_HINT_NONE,
	PXOS_HINT_LATENCY_CRITICAL,
	PXOS_HINT_REALTIME,
	PXOS_HINT_INTERACTIVE,
	PXOS_HINT_THROUGHPUT,
	PXOS_HINT_BATCH,
};

const char *pxos_hint_name(enum pxos_hint hint);

enum pxos_kernel_flags {
	/* Has loops whose cost depends on data or scalars: binding A exists. */
	PXOS_KERNEL_CHECKED = 1 << 0,
	PXOS_KERNEL_ARGS_UNIFORM = 1 << 1,
	/* A single PARALLEL_MATMUL: tiled, its own grid. */
	PXOS_KERNEL_MATMUL = 1 << 2,
	/* Uses SYNC_THREADS, BLOCK_REDUCE or shared memory. */
	PXOS_KERNEL_COOPERATES = 1 << 3,
	/* Does not look at its block: the launcher may choose the block size. */
	PXOS_KERNEL_ANY_BLOCK = 1 << 4,
	/* Blocks may see each other's stores: cut and uncut launches may differ. */
	PXOS_KERNEL_BLOCKS_COMMUNICATE = 1 << 5,
	/* Reads nothing that it writes, if no two of its arrays overlap:
	 * running it twice is the same as once. */
	PXOS_KERNEL_REPEATABLE = 1 << 6,
	/* Launched by GPU_LAUNCH only: there is no partial block. */
	PXOS_KERNEL_FULL_BLOCKS = 1 << 7,
	/* Has compare-and-swap loops in global or shared memory: the time of many
	 * workgroups at once grows with the square of their number, so few go at a time. */
	PXOS_KERNEL_SWAPS = 1 << 9,
	/* An invocation takes four neighbouring threads, by vectors. */
	PXOS_KERNEL_VECTORS = 1 << 8,
};

/* A loop, for costs: entered at most as often as its parent's body runs. */
enum pxos_count {
	PXOS_COUNT_LITERAL, /* value times */
	PXOS_COUNT_SCALAR, /* scalars[value] times, none if it is not positive */
	PXOS_COUNT_DATA, /* known on the GPU only */
};

struct pxos_loop {
	uint32_t parent; /* index in loops, or UINT32_MAX: the kernel's body */
	uint32_t line;
	enum pxos_count count;
	uint32_t value;
	uint64_t body_cost; /* of one iteration, without the loops in it */
};

struct pxos_kernel {
	const char *name;
	uint32_t line;
	uint32_t hints; /* bit 1 << enum pxos_hint */
	uint32_t flags; /* enum pxos_kernel_flags */

	const struct pxos_array *arrays;
	uint32_t n_arrays;
	const struct pxos_scalar *scalars;
	uint32_t n_scalars;

	uint32_t shared_bytes; /* of a block, but for: */
	uint32_t shared_bytes_thread; /* more for each of its threads (BLOCK_REDUCE) */
	uint32_t coarsen; /* blocks a workgroup covers: 1, or 4 */
	const char *coarsen_reason; /* one phrase: why, or why not */
	const char *repeat_reason; /* likewise, for PXOS_KERNEL_REPEATABLE */

	/* More steps than this must not be given to a thread, whatever the budget;
	 * 0, which is no bound, but for PXOS_TARGET_FEW_ROUNDS. */
	uint32_t thread_steps_max;
	uint64_t straight_cost; /* of one thread, without its loops */
	const struct pxos_loop *loops;
	uint32_t n_loops;
	const uint32_t *lines; /* line of each budget check; status[0] - 1 indexes it */
	uint32_t n_lines;

	/* What a scheduler reads: operations in the text, weighted by nothing. */
	uint32_t n_arithmetic;
	uint32_t n_loads;
	uint32_t n_stores;
	uint32_t n_atomics;
	uint32_t n_barriers;

	/* PXOS_KERNEL_MATMUL: rows, columns, inner; each a literal or a scalar. */
	struct {
		bool is_scalar;
		uint32_t value; /* the literal, or an index in scalars */
	} matmul[3];
	uint32_t matmul_tile[2]; /* rows and columns of C a workgroup makes */

	const uint32_t *spirv;
	size_t n_words;
	uint64_t hash; /* of spirv: FNV-1a, for cache names (not for trust) */
};

struct pxos_launch {
	uint32_t kernel;
	/* 0, 0: one thread for each element of the kernel's first array. */
	uint32_t blocks;
	uint32_t threads;
	uint32_t line;
	bool sync; /* a GPU_SYNC follows */
};

struct pxos_register {
	const char *name;
	enum pxos_type type;
	uint32_t kernel;
	uint32_t line; /* of its first assignment */
};

struct pxos_program {
	const struct pxos_kernel *kernels;
	uint32_t n_kernels;
	const struct pxos_launch *launches; /* the implicit one included */
	uint32_t n_launches;
	const struct pxos_register *registers; /* of all kernels, for `explain` */
	uint32_t n_registers;
	const struct pxos_diagnostic *diagnostics; /* in the order of lines */
	uint32_t n_diagnostics;
	uint32_t n_errors; /* 0: kernels and launches are valid */
	bool truncated; /* more than PXOS_DIAGNOSTICS_MAX were found */
	size_t arena_bytes; /* what compiling took */
};

/* ------------------------------------------------------------------- calls */

enum pxos_compile_error {
	_PXOS_COMPILE_E_SUCCESS,
	/* The text is not a program: *ret_program holds the diagnostics, no kernel. */
	PXOS_COMPILE_E_INVALID,
};

/*
 * pxos_compile() - compile @length bytes of @text for @target.
 *
 * The text need not end in a zero byte and is not kept. On 0 and on
 * PXOS_COMPILE_E_INVALID *ret_program is set and must be freed; otherwise it
 * is untouched.
 *
 * Return: 0, PXOS_COMPILE_E_INVALID, -ENOMEM, or -EINVAL if @target->size is
 * not one this library knows.
 */
int pxos_compile(const char *text, size_t length, const struct pxos_target *target,
		 struct pxos_program **ret_program);

/* Accepts NULL, returns NULL. */
struct pxos_program *pxos_program_free(struct pxos_program *program);

/*
 * pxos_kernel_cost() - worst-case steps of one thread, given the scalars.
 * @scalars: the kernel's scalars in order, as 32-bit words; may be NULL if the
 *	kernel has none.
 * @ret_cost: saturates at UINT64_MAX.
 *
 * Return: true if the cost is known before the launch; false if some loop's
 * count is known on the GPU only (*ret_cost is then the cost without it).
 */
bool pxos_kernel_cost(const struct pxos_kernel *kernel, const uint32_t *scalars,
		      uint64_t *ret_cost);

/*
 * pxos_kernel_matmul_groups() - workgroups of a PXOS_KERNEL_MATMUL launch.
 *
 * Return: 0 if there is nothing to compute (a size that is not positive).
 */
uint64_t pxos_kernel_matmul_groups(const struct pxos_kernel *kernel, const uint32_t *scalars);

#ifdef __cplusplus
}
#endif
#endif
