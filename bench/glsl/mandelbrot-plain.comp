// SPDX-License-Identifier: GPL-2.0-or-later
// Steps until |z| > 2, as most people write it.
#version 450
layout(local_size_x = 32, local_size_y = 8) in;
layout(std430, binding = 0) buffer Steps { int steps[]; };
layout(push_constant) uniform Arguments {
	int width, height;
	float left, top, pitch;
	int steps_max;
};

void main()
{
	uint px = gl_GlobalInvocationID.x, py = gl_GlobalInvocationID.y;
	float cx = left + pitch * px, cy = top + pitch * py;
	float x = 0.0, y = 0.0;
	int i;

	if (px >= width || py >= height)
		return;
	for (i = 0; i < steps_max && x * x + y * y <= 4.0; i++) {
		float t = x * x - y * y + cx;

		y = 2.0 * x * y + cy;
		x = t;
	}
	steps[py * width + px] = i;
}
