// SPDX-License-Identifier: GPL-2.0-or-later
// C = A B by tiles of 128 x 128, 8 x 8 a thread; the reasons are in bench/README.md.
//
// DEPTH: how much of the inner dimension a tile step takes, 8 or 16. EXACT: m and n are multiples of
// 128 and k of DEPTH, so nothing is checked and B is loaded by vectors.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly restrict buffer A { float a[]; };
#ifdef EXACT
layout(std430, binding = 1) readonly restrict buffer B { vec4 b[]; };
layout(std430, binding = 2) writeonly restrict buffer C { vec4 c[]; };
#else
layout(std430, binding = 1) readonly restrict buffer B { float b[]; };
layout(std430, binding = 2) writeonly restrict buffer C { float c[]; };
#endif
layout(push_constant) uniform Arguments { int m, n, k; };

const int PARTS = DEPTH / 8;

// A column of A's tile, or a row of B's, is 32 vectors of four. Vector q of A's column l lies at
// q ^ (l & 7), so that eight threads that store the same rows of eight columns meet no bank twice.
shared vec4 as[2][DEPTH * 32];
shared vec4 bs[2][DEPTH * 32];

vec4 next_a[PARTS], next_b[PARTS];

void load(int row, int col, int l, int t)
{
	[[unroll]] for (int p = 0; p < PARTS; p++) {
		int la = l + 8 * p + t % 8, ra = row + t / 8 * 4;
		int lb = l + 8 * p + t / 32, cb = col + t % 32 * 4;
#ifdef EXACT
		next_a[p] = vec4(a[ra * k + la], a[(ra + 1) * k + la], a[(ra + 2) * k + la],
				 a[(ra + 3) * k + la]);
		next_b[p] = b[(lb * n + cb) / 4];
#else
		[[unroll]] for (int i = 0; i < 4; i++) {
			next_a[p][i] = ra + i < m && la < k ? a[(ra + i) * k + la] : 0.0;
			next_b[p][i] = cb + i < n && lb < k ? b[lb * n + cb + i] : 0.0;
		}
#endif
	}
}

void store(int stage, int t)
{
	[[unroll]] for (int p = 0; p < PARTS; p++) {
		as[stage][(8 * p + t % 8) * 32 + (t / 8 ^ t % 8)] = next_a[p];
		bs[stage][(8 * p + t / 32) * 32 + t % 32] = next_b[p];
	}
}

void main()
{
	int t = int(gl_LocalInvocationIndex);
	int row = int(gl_WorkGroupID.y) * 128, col = int(gl_WorkGroupID.x) * 128;
	// A subgroup of 32 makes 2 x 16 rows of 2 x 32 columns: four vectors of A and eight of B
	// are read at a time, by all lanes, which is one pass over the banks each.
	int qa = t / 64 * 4 + t % 32 / 8, qb = t / 32 % 2 * 8 + t % 8;
	vec4 acc[8][2];
	int stage = 0;

	[[unroll]] for (int i = 0; i < 8; i++)
		acc[i][0] = acc[i][1] = vec4(0);
	load(row, col, 0, t);
	store(0, t);
	barrier();
	for (int l = 0; l < k; l += DEPTH) {
		bool more = l + DEPTH < k;

		if (more)
			load(row, col, l + DEPTH, t);
		[[unroll]] for (int d = 0; d < DEPTH; d++) {
			vec4 a0 = as[stage][d * 32 + (qa ^ (d & 7))];
			vec4 a1 = as[stage][d * 32 + (qa ^ (d & 7)) + 16];
			vec4 b0 = bs[stage][d * 32 + qb], b1 = bs[stage][d * 32 + qb + 16];

			[[unroll]] for (int i = 0; i < 4; i++) {
				acc[i][0] = fma(vec4(a0[i]), b0, acc[i][0]);
				acc[i][1] = fma(vec4(a0[i]), b1, acc[i][1]);
				acc[i + 4][0] = fma(vec4(a1[i]), b0, acc[i + 4][0]);
				acc[i + 4][1] = fma(vec4(a1[i]), b1, acc[i + 4][1]);
			}
		}
		stage ^= 1;
		if (more)
			store(stage, t);
		barrier();
	}
	[[unroll]] for (int i = 0; i < 8; i++) {
		int r = row + qa * 4 + i % 4 + i / 4 * 64;

		[[unroll]] for (int h = 0; h < 2; h++) {
			int x = col + qb * 4 + h * 64;
#ifdef EXACT
			c[(r * n + x) / 4] = acc[i][h];
#else
			[[unroll]] for (int j = 0; j < 4; j++)
				if (r < m && x + j < n)
					c[r * n + x + j] = acc[i][h][j];
#endif
		}
	}
}
