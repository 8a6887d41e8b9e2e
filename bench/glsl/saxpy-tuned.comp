// SPDX-License-Identifier: GPL-2.0-or-later
// y = a x + y, VECTORS times four elements a thread; the length is a multiple of a block's share.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly restrict buffer X { vec4 x[]; };
layout(std430, binding = 1) restrict buffer Y { vec4 y[]; };
layout(push_constant) uniform Arguments { uint n; float a; };

void main()
{
	uint i = gl_WorkGroupID.x * (256 * VECTORS) + gl_LocalInvocationID.x;
	vec4 xs[VECTORS], ys[VECTORS];

	[[unroll]] for (int k = 0; k < VECTORS; k++) {
		xs[k] = x[i + 256 * k];
		ys[k] = y[i + 256 * k];
	}
	[[unroll]] for (int k = 0; k < VECTORS; k++)
		y[i + 256 * k] = fma(vec4(a), xs[k], ys[k]);
}
