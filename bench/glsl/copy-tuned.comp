// SPDX-License-Identifier: GPL-2.0-or-later
// The card's copy bandwidth: VECTORS 16-byte loads a thread, a block apart, all before the stores.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly restrict buffer From { vec4 from[]; };
layout(std430, binding = 1) writeonly restrict buffer To { vec4 to[]; };

void main()
{
	uint i = gl_WorkGroupID.x * (256 * VECTORS) + gl_LocalInvocationID.x;
	vec4 v[VECTORS];

	[[unroll]] for (int k = 0; k < VECTORS; k++)
		v[k] = from[i + 256 * k];
	[[unroll]] for (int k = 0; k < VECTORS; k++)
		to[i + 256 * k] = v[k];
}
