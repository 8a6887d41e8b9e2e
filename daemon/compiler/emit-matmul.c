// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * PARALLEL_MATMUL alone in its kernel: C = A B, row-major floats, tiled.
 *
 * A workgroup of 256 makes a tile of 128 × 128 of
 * C, a thread 8 × 8 of it, as four blocks of 4 × 4 that lie 64 apart, so that the
 * reads of a subgroup from shared memory are a few wide ones that many threads
 * share. Tiles of A and B, 8 or 16 deep, are double buffered in shared memory:
 * while one pair is multiplied the next is on its way in registers, and one
 * barrier a step suffices. A's tile is kept by columns; vector q of column l lies
 * at q ^ (l % 8), which spreads the writes over the banks.
 *
 * There are four ways from memory, and which is taken is the same for all threads
 * of a workgroup. If the arrays are as long as the matrices are large, tiles that lie
 * whole inside them go without a check, by vectors of four if rows start at a
 * multiple of four; tiles at an edge compare row and column with the sizes. If an array is too short,
 * every element is compared with its array's length, with products of sizes taken to
 * 64 bits: what is outside of a matrix, or of its array, is 0 and is not stored.
 */
#include "emit-matmul.h"

#define TILE PXOS_MATMUL_ROWS
/* A tile is loaded by slabs of 8 along the inner size, a vector a thread each. */
#define SLAB 8
#define SLABS_MAX 2

/* A size: an int; below 0 it is 0. */
uint32_t matmul_size(struct emit *e, const struct operand *operand)
{
	return GLSL(e, t_uint(e), GLSLstd450SMax, emit_operand(e, operand, PXOS_TYPE_INT, 0),
		    c_uint(e, 0));
}

/* a * b, and whether the product fits 32 bits. */
uint32_t matmul_product(struct emit *e, uint32_t a, uint32_t b, uint32_t *ret_fits)
{
	uint32_t pair = module_id(&e->m, ID_UINT_PAIR), high;

	pair = VALUE(e, SpvOpUMulExtended, pair, a, b);
	high = VALUE(e, SpvOpCompositeExtract, t_uint(e), pair, 1);
	*ret_fits = VALUE(e, SpvOpIEqual, t_bool(e), high, c_uint(e, 0));
	return VALUE(e, SpvOpCompositeExtract, t_uint(e), pair, 0);
}

static uint32_t fits(struct emit *e, uint32_t rows, uint32_t cols, uint32_t length)
{
	uint32_t ok, elements = matmul_product(e, rows, cols, &ok);

	return both(e, ok, VALUE(e, SpvOpULessThanEqual, t_bool(e), elements, length));
}

/* Is element (i, j) of a matrix of rows × cols inside, and inside of its array? */
static uint32_t inside(struct emit *e, uint32_t i, uint32_t j, uint32_t rows, uint32_t cols,
		       uint32_t length, uint32_t *ret_index)
{
	uint32_t ok, start = matmul_product(e, i, cols, &ok), rest;

	ok = both(e, ok, less(e, i, rows));
	ok = both(e, ok, less(e, j, cols));
	ok = both(e, ok, less(e, start, length));
	rest = VALUE(e, SpvOpISub, t_uint(e), length, start);
	*ret_index = add(e, start, j);
	return both(e, ok, less(e, j, rest));
}

/* array[index] if ok, else 0 */
static uint32_t load_if(struct emit *e, const struct emit_array *array, uint32_t index, uint32_t ok)
{
	uint32_t value;

	index = VALUE(e, SpvOpSelect, t_uint(e), ok, index, c_uint(e, 0));
	value = VALUE(e, SpvOpLoad, array->element, emit_element(e, array, false, index));
	if (array->element != t_float(e)) /* words, for atomics by compare-and-swap */
		value = VALUE(e, SpvOpBitcast, t_float(e), value);
	return VALUE(e, SpvOpSelect, t_float(e), ok, value, c_float(e, 0));
}

uint32_t matmul_load_checked(struct emit *e, const struct emit_array *array, uint32_t i, uint32_t j,
			     uint32_t rows, uint32_t cols)
{
	uint32_t index, ok = inside(e, i, j, rows, cols, array->length, &index);

	return load_if(e, array, index, ok);
}

static uint32_t vec4(struct emit *e, const uint32_t parts[4])
{
	return VALUE(e, SpvOpCompositeConstruct, module_id(&e->m, ID_VEC4), parts[0], parts[1],
		     parts[2], parts[3]);
}

/* This thread's share of a slab: four of a column of A, four of a row of B. */
struct part {
	uint32_t a, b;
};

/* Where that is: row and inner index of A's, inner index and column of B's. */
struct spot {
	uint32_t ra, la, lb, cb;
};

static void load_whole(struct matmul *mm, const struct spot *at, struct part *part)
{
	struct emit *e = mm->e;
	uint32_t index = add(e, mul(e, at->ra, mm->k), at->la), parts[4], pointer;

	for (int i = 0; i < 4; i++) {
		pointer = emit_element(e, mm->a, false, index);
		parts[i] = VALUE(e, SpvOpLoad, t_float(e), pointer);
		index = add(e, index, mm->k);
	}
	part->a = vec4(e, parts);
	index = div_by(e, add(e, mul(e, at->lb, mm->n), at->cb), 2);
	pointer = VALUE(e, SpvOpAccessChain, mm->pointer4, mm->b4, c_uint(e, 0), index);
	part->b = VALUE(e, SpvOpLoad, module_id(&e->m, ID_VEC4), pointer);
}

/* Inside, but rows of B start anywhere. */
static void load_plain(struct matmul *mm, const struct spot *at, struct part *part)
{
	struct emit *e = mm->e;
	uint32_t index = add(e, mul(e, at->ra, mm->k), at->la), parts[4], pointer;

	for (int i = 0; i < 4; i++) {
		pointer = emit_element(e, mm->a, false, index);
		parts[i] = VALUE(e, SpvOpLoad, t_float(e), pointer);
		index = add(e, index, mm->k);
	}
	part->a = vec4(e, parts);
	index = add(e, mul(e, at->lb, mm->n), at->cb);
	for (uint32_t i = 0; i < 4; i++) {
		pointer = emit_element(e, mm->b, false, add(e, index, c_uint(e, i)));
		parts[i] = VALUE(e, SpvOpLoad, t_float(e), pointer);
	}
	part->b = vec4(e, parts);
}

static void load_edge(struct matmul *mm, const struct spot *at, struct part *part)
{
	struct emit *e = mm->e;
	uint32_t parts[4], index = add(e, mul(e, at->ra, mm->k), at->la), ok;
	uint32_t inner = less(e, at->la, mm->k);

	for (uint32_t i = 0; i < 4; i++) {
		ok = both(e, less(e, add(e, at->ra, c_uint(e, i)), mm->m), inner);
		parts[i] = load_if(e, mm->a, index, ok);
		index = add(e, index, mm->k);
	}
	part->a = vec4(e, parts);
	index = add(e, mul(e, at->lb, mm->n), at->cb);
	inner = less(e, at->lb, mm->k);
	for (uint32_t i = 0; i < 4; i++) {
		ok = both(e, less(e, add(e, at->cb, c_uint(e, i)), mm->n), inner);
		parts[i] = load_if(e, mm->b, add(e, index, c_uint(e, i)), ok);
	}
	part->b = vec4(e, parts);
}

static void load_short(struct matmul *mm, const struct spot *at, struct part *part)
{
	struct emit *e = mm->e;
	uint32_t parts[4];

	for (uint32_t i = 0; i < 4; i++)
		parts[i] = matmul_load_checked(e, mm->a, add(e, at->ra, c_uint(e, i)), at->la,
					       mm->m, mm->k);
	part->a = vec4(e, parts);
	for (uint32_t i = 0; i < 4; i++)
		parts[i] = matmul_load_checked(e, mm->b, at->lb, add(e, at->cb, c_uint(e, i)),
					       mm->k, mm->n);
	part->b = vec4(e, parts);
}

/* if (condition) …; else …; an IF with two sides */
struct fork {
	uint32_t other, merge;
};

static void fork_begin(struct emit *e, struct fork *fork, uint32_t condition)
{
	uint32_t then = module_new_id(&e->m);

	fork->other = module_new_id(&e->m);
	fork->merge = module_new_id(&e->m);
	CODE(e, SpvOpSelectionMerge, fork->merge, SpvSelectionControlMaskNone);
	CODE(e, SpvOpBranchConditional, condition, then, fork->other);
	emit_label(e, then);
}

static void fork_else(struct emit *e, struct fork *fork)
{
	emit_branch(e, fork->merge);
	emit_label(e, fork->other);
}

typedef void load_way(struct matmul *mm, const struct spot *at, struct part *part);

/* All slabs of a tile, one way or another. */
static void load_slabs(struct matmul *mm, uint32_t l, load_way *way, struct part *parts)
{
	struct emit *e = mm->e;
	struct spot at;

	at.ra = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), div_by(e, mm->t, 3), c_uint(e, 2));
	at.ra = add(e, mm->row, at.ra);
	at.cb = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), mod_by(e, mm->t, 5), c_uint(e, 2));
	at.cb = add(e, mm->col, at.cb);
	for (uint32_t p = 0; p < mm->depth / SLAB; p++) {
		uint32_t start = add(e, l, c_uint(e, p * SLAB));

		at.la = add(e, start, mod_by(e, mm->t, 3));
		at.lb = add(e, start, div_by(e, mm->t, 5));
		way(mm, &at, &parts[p]);
	}
}

#define WAYS 4

/* Join two ways of loading where their branches meet. */
static void join(struct matmul *mm, struct part *to, const struct part *a, uint32_t from_a,
		 const struct part *b, uint32_t from_b)
{
	struct emit *e = mm->e;
	uint32_t v = module_id(&e->m, ID_VEC4);

	for (uint32_t p = 0; p < mm->depth / SLAB; p++) {
		struct part joined;

		joined.a = VALUE(e, SpvOpPhi, v, a[p].a, from_a, b[p].a, from_b);
		joined.b = VALUE(e, SpvOpPhi, v, a[p].b, from_a, b[p].b, from_b);
		to[p] = joined;
	}
}

/* Load the tiles at inner index @l, one of four ways. */
static void load_parts(struct matmul *mm, uint32_t l, struct part *parts)
{
	static load_way *const ways[WAYS] = { load_whole, load_plain, load_edge, load_short };
	struct emit *e = mm->e;
	struct part loaded[WAYS][SLABS_MAX];
	uint32_t inner, conditions[WAYS - 1], from[WAYS];
	struct fork forks[WAYS - 1];

	/* l + depth <= k */
	inner = VALUE(e, SpvOpISub, t_uint(e), mm->k, l);
	inner = VALUE(e, SpvOpUGreaterThanEqual, t_bool(e), inner, c_uint(e, mm->depth));
	inner = both(e, inner, less(e, l, mm->k));
	conditions[0] = both(e, mm->whole, inner);
	conditions[1] = both(e, mm->within, inner);
	conditions[2] = mm->long_enough;
	for (int i = 0; i < WAYS; i++) {
		if (i < WAYS - 1)
			fork_begin(e, &forks[i], conditions[i]);
		load_slabs(mm, l, ways[i], loaded[i]);
		from[i] = e->block;
		if (i < WAYS - 1)
			fork_else(e, &forks[i]);
	}
	/* From the innermost out: what is joined here is joined with the way before. */
	for (int i = WAYS - 1; i > 0; i--) {
		emit_end_if(e, forks[i - 1].merge);
		join(mm, loaded[i - 1], loaded[i - 1], from[i - 1], loaded[i], from[i]);
		from[i - 1] = e->block;
	}
	for (uint32_t p = 0; p < mm->depth / SLAB; p++)
		parts[p] = loaded[0][p];
}

static uint32_t tile_pointer(struct matmul *mm, int which, uint32_t index)
{
	struct emit *e = mm->e;

	return VALUE(e, SpvOpAccessChain, mm->shared_pointer4, mm->tiles[which], index);
}

/* @stage: where the pair of tiles starts. */
static void store_parts(struct matmul *mm, uint32_t stage, const struct part *parts)
{
	struct emit *e = mm->e;
	uint32_t column = mod_by(e, mm->t, 3), q, index[2];

	q = VALUE(e, SpvOpBitwiseXor, t_uint(e), div_by(e, mm->t, 3), column);
	index[0] = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), column, c_uint(e, 5));
	index[0] = add(e, add(e, index[0], q), stage);
	/* t / 32 * 32 + t % 32 */
	index[1] = add(e, mm->t, stage);
	for (uint32_t p = 0; p < mm->depth / SLAB; p++) {
		uint32_t slab = c_uint(e, p * SLAB * TILE / 4);

		CODE(e, SpvOpStore, tile_pointer(mm, 0, add(e, index[0], slab)), parts[p].a);
		CODE(e, SpvOpStore, tile_pointer(mm, 1, add(e, index[1], slab)), parts[p].b);
	}
}

static uint32_t load_tile(struct matmul *mm, int which, uint32_t index, uint32_t offset)
{
	struct emit *e = mm->e;
	uint32_t pointer;

	if (offset)
		index = add(e, index, c_uint(e, offset));
	pointer = tile_pointer(mm, which, index);
	return VALUE(e, SpvOpLoad, module_id(&e->m, ID_VEC4), pointer);
}

/* One step of the inner index: the outer product of 8 of A and 8 of B. */
static void multiply_step(struct matmul *mm, uint32_t d, uint32_t a_start, uint32_t b_start,
			  uint32_t qa, uint32_t sums[16])
{
	struct emit *e = mm->e;
	uint32_t v = module_id(&e->m, ID_VEC4), a[2], b[2], index, one, parts[4];

	index = VALUE(e, SpvOpBitwiseXor, t_uint(e), qa, c_uint(e, d & 7));
	index = add(e, a_start, index);
	for (uint32_t h = 0; h < 2; h++) {
		a[h] = load_tile(mm, 0, index, d * TILE / 4 + 16 * h);
		b[h] = load_tile(mm, 1, b_start, d * TILE / 4 + 16 * h);
	}
	for (uint32_t i = 0; i < 8; i++) {
		one = VALUE(e, SpvOpCompositeExtract, t_float(e), a[i / 4], i % 4);
		for (int j = 0; j < 4; j++)
			parts[j] = one;
		one = vec4(e, parts);
		for (uint32_t h = 0; h < 2; h++)
			sums[2 * i + h] = GLSL(e, v, GLSLstd450Fma, one, b[h], sums[2 * i + h]);
	}
}

/* Four sums of a row, element by element; @checked: also against C's length. */
static void store_row(struct matmul *mm, uint32_t r, uint32_t x, uint32_t sum, bool checked)
{
	struct emit *e = mm->e;
	uint32_t index, ok, merge, part, column;

	for (uint32_t j = 0; j < 4; j++) {
		column = add(e, x, c_uint(e, j));
		if (checked) {
			ok = inside(e, r, column, mm->m, mm->n, mm->c->length, &index);
		} else {
			ok = both(e, less(e, r, mm->m), less(e, column, mm->n));
			index = add(e, mul(e, r, mm->n), column);
		}
		part = VALUE(e, SpvOpCompositeExtract, t_float(e), sum, j);
		merge = emit_begin_if(e, ok);
		CODE(e, SpvOpStore, emit_element(e, mm->c, false, index), part);
		emit_end_if(e, merge);
	}
}

static void store_sums(struct matmul *mm, uint32_t qa, uint32_t qb, const uint32_t sums[16])
{
	struct emit *e = mm->e;
	uint32_t two = c_uint(e, 2), row, col, rows[8], cols[2], index;
	struct fork fork, inner;

	row = add(e, mm->row, VALUE(e, SpvOpShiftLeftLogical, t_uint(e), qa, two));
	col = add(e, mm->col, VALUE(e, SpvOpShiftLeftLogical, t_uint(e), qb, two));
	for (uint32_t i = 0; i < 8; i++)
		rows[i] = add(e, row, c_uint(e, i % 4 + i / 4 * 64));
	for (uint32_t h = 0; h < 2; h++)
		cols[h] = add(e, col, c_uint(e, 64 * h));
	fork_begin(e, &fork, mm->whole);
	for (uint32_t i = 0; i < 16; i++) {
		index = add(e, mul(e, rows[i / 2], mm->n), cols[i % 2]);
		index = div_by(e, index, 2);
		CODE(e, SpvOpStore,
		     VALUE(e, SpvOpAccessChain, mm->pointer4, mm->c4, c_uint(e, 0), index),
		     sums[i]);
	}
	fork_else(e, &fork);
	fork_begin(e, &inner, mm->long_enough);
	for (uint32_t i = 0; i < 16; i++)
		store_row(mm, rows[i / 2], cols[i % 2], sums[i], false);
	fork_else(e, &inner);
	for (uint32_t i = 0; i < 16; i++)
		store_row(mm, rows[i / 2], cols[i % 2], sums[i], true);
	emit_end_if(e, inner.merge);
	emit_end_if(e, fork.merge);
}

/* for (l = 0; l < k; l += depth), with sums and the stage going round. */
static void multiply(struct matmul *mm, uint32_t qa, uint32_t qb, uint32_t sums[16])
{
	struct emit *e = mm->e;
	uint32_t header = module_new_id(&e->m), body = module_new_id(&e->m);
	uint32_t next = module_new_id(&e->m), merge = module_new_id(&e->m);
	uint32_t before = e->block, v = module_id(&e->m, ID_VEC4), zero, l, stage, next_l, other;
	uint32_t phis[16], rounds[16], more;
	struct part parts[SLABS_MAX];

	zero = module_value(&e->m, &e->m.globals, SpvOpConstantNull, v, NULL, 0);
	next_l = module_new_id(&e->m);
	other = module_new_id(&e->m);
	emit_branch(e, header);
	emit_label(e, header);
	l = VALUE(e, SpvOpPhi, t_uint(e), c_uint(e, 0), before, next_l, next);
	stage = VALUE(e, SpvOpPhi, t_uint(e), c_uint(e, 0), before, other, next);
	for (int i = 0; i < 16; i++) {
		rounds[i] = module_new_id(&e->m);
		phis[i] = VALUE(e, SpvOpPhi, v, zero, before, rounds[i], next);
		sums[i] = phis[i];
	}
	more = less(e, l, mm->k);
	CODE(e, SpvOpLoopMerge, merge, next, SpvLoopControlMaskNone);
	CODE(e, SpvOpBranchConditional, more, body, merge);
	emit_label(e, body);
	CODE(e, SpvOpIAdd, t_uint(e), next_l, l, c_uint(e, mm->depth));
	CODE(e, SpvOpBitwiseXor, t_uint(e), other, stage, c_uint(e, mm->stage));
	load_parts(mm, next_l, parts);
	for (uint32_t d = 0; d < mm->depth; d++)
		multiply_step(mm, d, stage, add(e, stage, qb), qa, sums);
	store_parts(mm, other, parts);
	emit_barrier(e);
	emit_branch(e, next);
	emit_label(e, next);
	for (int i = 0; i < 16; i++) {
		CODE(e, SpvOpCopyObject, v, rounds[i], sums[i]);
		sums[i] = phis[i];
	}
	emit_branch(e, header);
	emit_label(e, merge);
}

static void declare_tiles(struct matmul *mm, const struct op *op)
{
	struct emit *e = mm->e;
	uint32_t v = module_id(&e->m, ID_VEC4), type = module_new_id(&e->m), length;

	length = c_uint(e, 2 * mm->stage);
	PUT(&e->m.globals, SpvOpTypeArray, type, v, length);
	for (int i = 0; i < 2; i++)
		mm->tiles[i] = module_variable(&e->m, SpvStorageClassWorkgroup, type);
	mm->shared_pointer4 = module_pointer(&e->m, SpvStorageClassWorkgroup, v);
	mm->b4 = emit_buffer(e, v, op->matmul_b, &mm->pointer4);
	DECORATE(&e->m, mm->b4, SpvDecorationAliased);
	if (!emit_is_coherent(e, kernel_array(e->kernel, op->matmul_b)))
		DECORATE(&e->m, mm->b4, SpvDecorationNonWritable);
	mm->c4 = emit_buffer(e, v, op->array, &mm->pointer4);
	DECORATE(&e->m, mm->c4, SpvDecorationAliased);
}

/* start + TILE <= size, whatever they are */
static uint32_t tile_fits(struct emit *e, uint32_t start, uint32_t size)
{
	uint32_t rest = VALUE(e, SpvOpISub, t_uint(e), size, start);

	rest = VALUE(e, SpvOpUGreaterThanEqual, t_bool(e), rest, c_uint(e, TILE));
	return both(e, rest, less(e, start, size));
}

/* Which tile is this workgroup's, and is it whole? */
static void place_tile(struct matmul *mm)
{
	struct emit *e = mm->e;
	uint32_t across, three, group, ok;

	three = VALUE(e, SpvOpLoad, module_id(&e->m, ID_UVEC3), e->workgroup_id);
	group = VALUE(e, SpvOpCompositeExtract, t_uint(e), three, 0);
	group = add(e, group, emit_push_word(e, 0));
	across = div_by(e, add(e, mm->n, c_uint(e, TILE - 1)), 7);
	across = GLSL(e, t_uint(e), GLSLstd450UMax, across, c_uint(e, 1));
	mm->row = VALUE(e, SpvOpUDiv, t_uint(e), group, across);
	mm->col = VALUE(e, SpvOpISub, t_uint(e), group, mul(e, mm->row, across));
	mm->row = mul(e, mm->row, c_uint(e, TILE));
	mm->col = mul(e, mm->col, c_uint(e, TILE));
	ok = fits(e, mm->m, mm->k, mm->a->length);
	ok = both(e, ok, fits(e, mm->k, mm->n, mm->b->length));
	mm->long_enough = both(e, ok, fits(e, mm->m, mm->n, mm->c->length));
	ok = both(e, mm->long_enough, tile_fits(e, mm->row, mm->m));
	mm->within = both(e, ok, tile_fits(e, mm->col, mm->n));
	/* Rows of B and C start at a vector. */
	ok = VALUE(e, SpvOpIEqual, t_bool(e), mod_by(e, mm->n, 2), c_uint(e, 0));
	mm->whole = both(e, mm->within, ok);
}

void emit_matmul_tiled(struct emit *e, const struct op *op)
{
	struct matmul mm = { .e = e,
			     .a = &e->arrays[op->matmul_a],
			     .b = &e->arrays[op->matmul_b],
			     .c = &e->arrays[op->array] };
	uint32_t qa, qb, sums[16];
	struct part parts[SLABS_MAX];

	mm.depth = matmul_depth(e->target);
	mm.stage = mm.depth * TILE / 4;
	declare_tiles(&mm, op);
	emit_args(e);
	mm.m = matmul_size(e, &op->a);
	mm.n = matmul_size(e, &op->b);
	mm.k = matmul_size(e, &op->c);
	mm.t = VALUE(e, SpvOpLoad, t_uint(e), e->local_index);
	place_tile(&mm);
	/* A subgroup of 32 makes 2 × 16 rows of 2 × 32 columns. */
	qa = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), div_by(e, mm.t, 6), c_uint(e, 2));
	qa = add(e, qa, div_by(e, mod_by(e, mm.t, 5), 3));
	qb = mod_by(e, div_by(e, mm.t, 5), 1);
	qb = VALUE(e, SpvOpShiftLeftLogical, t_uint(e), qb, c_uint(e, 3));
	qb = add(e, qb, mod_by(e, mm.t, 3));
	load_parts(&mm, c_uint(e, 0), parts);
	store_parts(&mm, c_uint(e, 0), parts);
	emit_barrier(e);
	multiply(&mm, qa, qb, sums);
	store_sums(&mm, qa, qb, sums);
}
