/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both ways of a matrix product share: emit-matmul.c, emit-dot.c. */
#ifndef PXOS_COMPILER_EMIT_MATMUL_H
#define PXOS_COMPILER_EMIT_MATMUL_H

#include "emit.h"

struct matmul {
	struct emit *e;
	const struct emit_array *a, *b, *c;
	uint32_t b4, c4; /* B and C again, as arrays of vec4 */
	uint32_t pointer4, shared_pointer4;
	uint32_t tiles[2]; /* A's and B's, in shared memory */
	uint32_t m, n, k;
	uint32_t row, col; /* of the tile's first element */
	uint32_t within; /* bool: the tile lies inside of the matrices, and those in their arrays */
	uint32_t whole; /* bool: the same, and rows start at vectors */
	uint32_t long_enough; /* bool: each array holds its matrix */
	uint32_t t;
	uint32_t depth; /* of a tile: 8 or 16 */
	uint32_t stage; /* vec4s of one tile */
};

/* Macros for the order of evaluation; see emit-helper.c. */
#define add(e, ...) VALUE(e, SpvOpIAdd, t_uint(e), __VA_ARGS__)
#define mul(e, ...) VALUE(e, SpvOpIMul, t_uint(e), __VA_ARGS__)
#define both(e, ...) VALUE(e, SpvOpLogicalAnd, t_bool(e), __VA_ARGS__)
#define less(e, ...) VALUE(e, SpvOpULessThan, t_bool(e), __VA_ARGS__)
#define div_by(e, a, power) VALUE(e, SpvOpShiftRightLogical, t_uint(e), a, c_uint(e, power))
#define mod_by(e, a, power) VALUE(e, SpvOpBitwiseAnd, t_uint(e), a, c_uint(e, (1u << (power)) - 1))

/* A size: an int; below 0 it is 0. */
uint32_t matmul_size(struct emit *e, const struct operand *operand);
/* a * b, and whether the product fits 32 bits. */
uint32_t matmul_product(struct emit *e, uint32_t a, uint32_t b, uint32_t *ret_fits);
/* An element of a matrix of rows × cols; 0 if it is outside, or outside of its array. */
uint32_t matmul_load_checked(struct emit *e, const struct emit_array *array, uint32_t i, uint32_t j,
			     uint32_t rows, uint32_t cols);

#endif
