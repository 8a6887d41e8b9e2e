// SPDX-License-Identifier: GPL-2.0-or-later
// C = A B as most people write it: a thread an element.
#version 450
layout(local_size_x = 32, local_size_y = 8) in;
layout(std430, binding = 0) buffer A { float a[]; };
layout(std430, binding = 1) buffer B { float b[]; };
layout(std430, binding = 2) buffer C { float c[]; };
layout(push_constant) uniform Arguments { int m, n, k; };

void main()
{
	uint col = gl_GlobalInvocationID.x, row = gl_GlobalInvocationID.y;
	float sum = 0.0;

	if (row >= m || col >= n)
		return;
	for (int l = 0; l < k; l++)
		sum += a[row * k + l] * b[l * n + col];
	c[row * n + col] = sum;
}
