// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 64) in;
layout(std430, binding = 0) buffer Data { int data[]; };
layout(push_constant) uniform Arguments { uint n; };

shared int tile[64];

void main()
{
	uint tid = gl_GlobalInvocationID.x, l = gl_LocalInvocationID.x;

	tile[l] = tid < n ? data[tid] : 0;
	barrier();
	if (tid < n)
		data[tid] = tile[63 - l];
}
