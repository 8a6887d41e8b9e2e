// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer Data { float data[]; };
layout(push_constant) uniform Arguments { uint n; };

void main()
{
	uint tid = gl_GlobalInvocationID.x;

	if (tid < n) {
		float value = data[tid];
		float result = value * 2.0;

		data[tid] = result;
	}
}
