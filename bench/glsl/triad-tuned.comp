// SPDX-License-Identifier: GPL-2.0-or-later
// STREAM's triad, VECTORS times four elements a thread; the length is a multiple of a block's share.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = 256) in;
layout(std430, binding = 0) writeonly restrict buffer A { vec4 a[]; };
layout(std430, binding = 1) readonly restrict buffer B { vec4 b[]; };
layout(std430, binding = 2) readonly restrict buffer C { vec4 c[]; };
layout(push_constant) uniform Arguments { uint n; float s; };

void main()
{
	uint i = gl_WorkGroupID.x * (256 * VECTORS) + gl_LocalInvocationID.x;
	vec4 bs[VECTORS], cs[VECTORS];

	[[unroll]] for (int k = 0; k < VECTORS; k++) {
		bs[k] = b[i + 256 * k];
		cs[k] = c[i + 256 * k];
	}
	[[unroll]] for (int k = 0; k < VECTORS; k++)
		a[i + 256 * k] = fma(vec4(s), cs[k], bs[k]);
}
