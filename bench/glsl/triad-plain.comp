// SPDX-License-Identifier: GPL-2.0-or-later
// STREAM's triad as most people write it: a thread an element.
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer A { float a[]; };
layout(std430, binding = 1) buffer B { float b[]; };
layout(std430, binding = 2) buffer C { float c[]; };
layout(push_constant) uniform Arguments { uint n; float s; };

void main()
{
	uint i = gl_GlobalInvocationID.x;

	if (i < n)
		a[i] = b[i] + s * c[i];
}
