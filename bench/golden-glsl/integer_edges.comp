// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly buffer A { int a[]; };
layout(std430, binding = 1) readonly buffer B { int b[]; };
layout(std430, binding = 2) writeonly buffer Q { int q[]; };
layout(std430, binding = 3) writeonly buffer R { int r[]; };
layout(push_constant) uniform Arguments { uint n; };

void main()
{
	uint t = gl_GlobalInvocationID.x;

	if (t < n) {
		int x = a[t], y = b[t];
		int d = 0, m = 0;

		if (y == -1) {
			d = -x;
		} else if (y != 0) {
			d = x / y;
			m = x - d * y;
		}
		q[t] = d;
		r[t] = m;
	}
}
