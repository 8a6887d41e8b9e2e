// SPDX-License-Identifier: GPL-2.0-or-later
// Five points, outside is 0: a thread makes four columns of ROWS rows, so that a point is loaded
// 1 + 2 / ROWS times as part of a vector; its neighbours to the left and right come from the first
// cache, where the next thread's vector is. The width is a multiple of 1024, the height of ROWS.
#version 450
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly restrict buffer From { vec4 from[]; };
layout(std430, binding = 0) readonly restrict buffer Points { float points[]; };
layout(std430, binding = 1) writeonly restrict buffer To { vec4 to[]; };
layout(push_constant) uniform Arguments { uint width, height; };

void main()
{
	uint x = gl_GlobalInvocationID.x, y = gl_WorkGroupID.y * ROWS;
	uint w = width / 4, i = y * w + x;
	vec4 v[ROWS + 2];
	float west[ROWS], east[ROWS];

	v[0] = y > 0 ? from[i - w] : vec4(0);
	[[unroll]] for (int k = 0; k < ROWS; k++) {
		uint j = 4 * (i + k * w);

		v[k + 1] = from[i + k * w];
		west[k] = x > 0 ? points[j - 1] : 0.0;
		east[k] = x + 1 < w ? points[j + 4] : 0.0;
	}
	v[ROWS + 1] = y + ROWS < height ? from[i + ROWS * w] : vec4(0);
	[[unroll]] for (int k = 0; k < ROWS; k++) {
		vec4 c = v[k + 1];
		vec4 ew = vec4(west[k], c.xyz) + vec4(c.yzw, east[k]);

		to[i + k * w] = fma(vec4(0.125), v[k] + v[k + 2] + ew, 0.5 * c);
	}
}
