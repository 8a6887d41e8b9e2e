// SPDX-License-Identifier: GPL-2.0-or-later
// Five points, outside is 0, as most people write it: a thread a point, in two dimensions.
#version 450
layout(local_size_x = 32, local_size_y = 8) in;
layout(std430, binding = 0) buffer From { float from[]; };
layout(std430, binding = 1) buffer To { float to[]; };
layout(push_constant) uniform Arguments { uint width, height; };

void main()
{
	uint x = gl_GlobalInvocationID.x, y = gl_GlobalInvocationID.y;
	uint i = y * width + x;
	float north, south, west, east;

	if (x >= width || y >= height)
		return;
	north = y > 0 ? from[i - width] : 0.0;
	south = y + 1 < height ? from[i + width] : 0.0;
	west = x > 0 ? from[i - 1] : 0.0;
	east = x + 1 < width ? from[i + 1] : 0.0;
	to[i] = 0.5 * from[i] + 0.125 * (north + south + (west + east));
}
