// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly buffer Input { float data[]; };
layout(std430, binding = 1) writeonly buffer Output { float result[]; };
layout(push_constant) uniform Arguments { uint n; };

void main()
{
	uint tid = gl_GlobalInvocationID.x;

	if (tid < n) {
		float value = data[tid];

		result[tid] = value * 2.0;
	}
}
