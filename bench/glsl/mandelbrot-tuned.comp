// SPDX-License-Identifier: GPL-2.0-or-later
// Steps until |z| > 2, in five operations a step, four steps between two looks at |z|.
//
// With X = 2x, Y = 2y, q = X X and m = q + Y Y (which is 4 |z|^2): the next X is q - m / 2 + 2 cx and
// the next Y is X Y + 2 cy. Once m > 16 it stays so, or becomes NaN, as long as |c| <= 2; so four
// steps are made at once, and made again one by one only where they went out.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = WIDE, local_size_y = 256 / WIDE) in;
layout(std430, binding = 0) writeonly restrict buffer Steps { int steps[]; };
layout(push_constant) uniform Arguments {
	int width, height;
	float left, top, pitch;
	int steps_max;
};

void main()
{
	uint px = gl_GlobalInvocationID.x, py = gl_GlobalInvocationID.y;
	precise float cx = fma(float(px), pitch, left), cy = fma(float(py), pitch, top);
	precise float cx2 = cx + cx, cy2 = cy + cy;
	precise float x = 0.0, y = 0.0, x0, y0, q, m;
	int i = 0;

	for (;;) {
		x0 = x;
		y0 = y;
		[[unroll]] for (int k = 0; k < 4; k++) {
			q = x * x;
			m = fma(y, y, q);
			y = fma(x, y, cy2);
			x = q + fma(m, -0.5, cx2);
		}
		m = fma(y, y, x * x);
		if (!(m <= 16.0) || i + 4 > steps_max)
			break;
		i += 4;
	}
	while (i < steps_max) {
		q = x0 * x0;
		m = fma(y0, y0, q);
		if (!(m <= 16.0))
			break;
		y0 = fma(x0, y0, cy2);
		x0 = q + fma(m, -0.5, cx2);
		i++;
	}
	steps[py * width + px] = i;
}
