// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes counted in shared memory, 32 counters for each value, one a bank: lanes of a subgroup of 32
// never meet in a bank, whatever the data. Few large blocks, since each clears and adds up 32 KiB.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = THREADS) in;
layout(std430, binding = 0) readonly restrict buffer Data { uvec4 data[]; };
layout(std430, binding = 1) restrict buffer Counts { uint counts[256]; };
layout(push_constant) uniform Arguments { uint n; };

shared uint bins[256 * 32];

void count(uint w, uint lane)
{
	atomicAdd(bins[(w << 5 & 0x1fe0u) | lane], 1u);
	atomicAdd(bins[(w >> 3 & 0x1fe0u) | lane], 1u);
	atomicAdd(bins[(w >> 11 & 0x1fe0u) | lane], 1u);
	atomicAdd(bins[(w >> 19 & 0x1fe0u) | lane], 1u);
}

void main()
{
	uint l = gl_LocalInvocationID.x, lane = l & 31u;
	uint stride = gl_NumWorkGroups.x * THREADS, end = n / 4;

	for (uint b = l; b < 256 * 32; b += THREADS)
		bins[b] = 0;
	barrier();
	for (uint i = gl_WorkGroupID.x * THREADS + l; i < end; i += 2 * stride) {
		uvec4 v = data[i], u = uvec4(0);
		bool two = i + stride < end;

		if (two)
			u = data[i + stride];
		count(v.x, lane);
		count(v.y, lane);
		count(v.z, lane);
		count(v.w, lane);
		if (two) {
			count(u.x, lane);
			count(u.y, lane);
			count(u.z, lane);
			count(u.w, lane);
		}
	}
	barrier();
	for (uint v = l; v < 256; v += THREADS) {
		uint sum = 0;

		[[unroll]] for (uint k = 0; k < 32; k++)
			sum += bins[v * 32 + (k + l & 31u)];
		atomicAdd(counts[v], sum);
	}
}
