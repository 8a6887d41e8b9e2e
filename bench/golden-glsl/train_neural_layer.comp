// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly buffer Weights { float weights[]; };
layout(std430, binding = 1) readonly buffer Inputs { float inputs[]; };
layout(std430, binding = 2) writeonly buffer Outputs { float outputs[]; };
layout(push_constant) uniform Arguments { int n; };

void main()
{
	int tid = int(gl_GlobalInvocationID.x);

	if (tid < n) {
		float w = weights[tid];
		float x = inputs[tid];

		outputs[tid] = w * x;
	}
}
