// SPDX-License-Identifier: GPL-2.0-or-later
// A block's sum as the textbooks have it: a thread an element, a tree in shared memory.
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer Data { float data[]; };
layout(std430, binding = 1) buffer Partials { float partials[]; };
layout(push_constant) uniform Arguments { uint n; };

shared float tree[256];

void main()
{
	uint i = gl_GlobalInvocationID.x, l = gl_LocalInvocationID.x;

	tree[l] = i < n ? data[i] : 0.0;
	barrier();
	for (uint s = 128; s > 0; s /= 2) {
		if (l < s)
			tree[l] += tree[l + s];
		barrier();
	}
	if (l == 0)
		partials[gl_WorkGroupID.x] = tree[0];
}
