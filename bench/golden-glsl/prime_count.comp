// SPDX-License-Identifier: GPL-2.0-or-later
#version 450
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly buffer Numbers { int numbers[]; };
layout(std430, binding = 1) buffer Total { int total[]; };
layout(push_constant) uniform Arguments { uint n_numbers; };

void main()
{
	uint t = gl_GlobalInvocationID.x;

	if (t < n_numbers) {
		int n = numbers[t];
		bool prime = n > 1;

		for (int i = 0; i < 1000; i++) {
			int d = i + 2;

			if (d * d > n)
				break;
			if (n % d == 0) {
				prime = false;
				break;
			}
		}
		if (prime)
			atomicAdd(total[0], 1);
	}
}
