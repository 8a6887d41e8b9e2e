// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 8) in;
layout(std430, binding = 0) readonly buffer Data { int data[]; };
layout(std430, binding = 1) writeonly buffer Out { int result[]; };
layout(push_constant) uniform Arguments { uint data_length, result_length; };

void main()
{
	int t = int(gl_GlobalInvocationID.x);
	int far = t * 1073741824;
	uint i = uint(far + t * 3), j = uint(t * 2);
	int v = i < data_length ? data[i] : 0;

	if (j < result_length)
		result[j] = v + 7;
}
