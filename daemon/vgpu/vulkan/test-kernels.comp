/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels for the tests of this folder, by the shader interface in
 * daemon/compiler/pxos_compiler.h. test-kernels.sh turns each into words in test-kernels.h.
 */
#version 450
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool checked = true;

#ifndef ARGS
#define ARGS 4
#endif
#ifndef COARSEN
#define COARSEN 1
#endif

layout(push_constant) uniform Push {
	uint first;
	uint threads;
	uint budget;
	uint zero;
#ifndef UNIFORM
	uint args[ARGS];
#endif
};

#if defined(SCALE) /* b[i] = a[i] * k + i / 4096, own elements, coarsened or not */
layout(set = 0, binding = 0) readonly buffer A { float a[]; };
layout(set = 0, binding = 1) writeonly buffer B { float b[]; };
#ifdef UNIFORM
layout(set = 0, binding = 3) uniform Args { uint length_a, length_b, k; };
#else
#define length_a args[0]
#define length_b args[1]
#define k args[2]
#endif
void body(uint id)
{
	float x = id < length_a ? a[id] : 0.0;
	if (id < length_b)
		b[id] = x * uintBitsToFloat(k) + float(id >> 12);
}
#elif defined(CHAIN) /* a[i] = a[i] * 3 + k */
layout(set = 0, binding = 0) buffer A { uint a[]; };
void body(uint id)
{
	if (id < args[0])
		a[id] = a[id] * 3u + args[1];
}
#elif defined(SPIN) /* b[i] = n steps of a generator; the loop is charged for */
layout(set = 0, binding = 0) buffer B { uint b[]; };
layout(set = 0, binding = 1) buffer Status { uint status[4]; };
void body(uint id)
{
	uint n = args[1], x = id;
	bool live = true;
	if (checked && n > budget / 4u) {
		atomicCompSwap(status[0], 0u, 1u + 1u);
		n = 0u;
		live = false;
	}
	for (uint i = 0u; i < n; i++)
		x = x * 1664525u + 1013904223u;
	if (live && id < args[0])
		b[id] = x;
}
#endif

void main()
{
	for (uint c = 0u; c < COARSEN; c++) {
		uint id = ((first + gl_WorkGroupID.x) * COARSEN + c) * gl_WorkGroupSize.x +
			  gl_LocalInvocationID.x;
		if (id < threads)
			body(id);
	}
}
