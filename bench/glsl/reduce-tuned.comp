// SPDX-License-Identifier: GPL-2.0-or-later
// A block's sum: VECTORS independent 16-byte loads a thread, ROUNDS times, then a sum in the
// subgroup, then one over the subgroups. The length is a multiple of a block's share.
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_arithmetic : require
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly restrict buffer Data { vec4 data[]; };
layout(std430, binding = 1) writeonly restrict buffer Partials { float partials[]; };

shared float sums[64];

void main()
{
	uint i = gl_WorkGroupID.x * (256 * VECTORS * ROUNDS) + gl_LocalInvocationID.x;
	vec4 acc[VECTORS];
	float sum;

	[[unroll]] for (int k = 0; k < VECTORS; k++)
		acc[k] = data[i + 256 * k];
	for (int r = 1; r < ROUNDS; r++) {
		i += 256 * VECTORS;
		[[unroll]] for (int k = 0; k < VECTORS; k++)
			acc[k] += data[i + 256 * k];
	}
	[[unroll]] for (int k = 1; k < VECTORS; k++)
		acc[0] += acc[k];
	sum = subgroupAdd(acc[0].x + acc[0].y + acc[0].z + acc[0].w);
	if (subgroupElect())
		sums[gl_SubgroupID] = sum;
	barrier();
	if (gl_LocalInvocationID.x == 0) {
		sum = sums[0];
		for (uint s = 1; s < gl_NumSubgroups; s++)
			sum += sums[s];
		partials[gl_WorkGroupID.x] = sum;
	}
}
