// SPDX-License-Identifier: GPL-2.0-or-later
// y = a x + y as most people write it: a thread an element.
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(push_constant) uniform Arguments { uint n; float a; };

void main()
{
	uint i = gl_GlobalInvocationID.x;

	if (i < n)
		y[i] = a * x[i] + y[i];
}
