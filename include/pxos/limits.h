/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Limits of the primitive language and of one launch.
 *
 * Every bound that a guest can run into stands here and nowhere else: the
 * compiler, the Vulkan layer, the command line and the tests all include this
 * file. A device may allow less (threads a block, shared bytes, array bytes);
 * what it allows is in struct pxos_target and in the device's limits.
 */
#ifndef PXOS_LIMITS_H
#define PXOS_LIMITS_H

/* Program text. 64 KiB is a page of text no person writes; it bounds everything. */
#define PXOS_PROGRAM_BYTES_MAX 65536
#define PXOS_NAME_BYTES_MAX 63
#define PXOS_KERNELS_MAX 64
#define PXOS_LAUNCHES_MAX 256
#define PXOS_NESTING_MAX 32 /* IF and LOOP, together */
#define PXOS_PAREN_DEPTH_MAX 32 /* in one index expression */
#define PXOS_DIAGNOSTICS_MAX 20

/* One kernel. 24 arrays leave room for our own bindings in the 32 storage
 * buffers a stage that every desktop driver has. */
#define PXOS_ARRAYS_MAX 24
#define PXOS_SCALARS_MAX 64
/* Where an array may start in its buffer: it is read and written by vectors. */
#define PXOS_ARRAY_ALIGNMENT_BYTES 16
#define PXOS_SHARED_ARRAYS_MAX 16

/* One launch. Thread ids are int, so their number is, too. */
#define PXOS_BLOCK_THREADS_MAX 1024
#define PXOS_LAUNCH_THREADS_MAX 2147483647u
/* Threads a block where the program has no GPU_LAUNCH. */
#define PXOS_BLOCK_THREADS_DEFAULT 256

/* What compiling any text may cost. */
#define PXOS_COMPILE_BYTES_MAX (16u << 20)

#endif
