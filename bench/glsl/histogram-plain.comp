// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes counted as most people write it first: a thread a word, atomics on the result.
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer Data { uint data[]; };
layout(std430, binding = 1) buffer Counts { uint counts[256]; };
layout(push_constant) uniform Arguments { uint n; };

void main()
{
	uint i = gl_GlobalInvocationID.x;

	if (i < n) {
		uint w = data[i];

		atomicAdd(counts[w & 255u], 1u);
		atomicAdd(counts[w >> 8 & 255u], 1u);
		atomicAdd(counts[w >> 16 & 255u], 1u);
		atomicAdd(counts[w >> 24], 1u);
	}
}
