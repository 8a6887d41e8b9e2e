// SPDX-License-Identifier: GPL-2.0-or-later
// A small launch that needs the one before it: the elements count them.
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer Data { int data[]; };
layout(push_constant) uniform Arguments { uint n; };

void main()
{
	uint i = gl_GlobalInvocationID.x;

	if (i < n)
		data[i]++;
}
