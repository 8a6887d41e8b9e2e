/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cleanup attributes: a variable that lets go of what it holds when it goes out
 * of scope. To hand a thing on, take it out first:
 *
 *	cleanup_free char *name = strdup(text);
 *	...
 *	*ret_name = steal(&name);
 */
#ifndef PXOS_COMMON_CLEANUP_H
#define PXOS_COMMON_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclosep(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define cleanup_free __attribute__((cleanup(cleanup_freep)))
#define cleanup_fd __attribute__((cleanup(cleanup_closep)))
#define cleanup_file __attribute__((cleanup(cleanup_fclosep)))
/* For any type with a function taking a pointer to the variable. */
#define cleanup_with(fn) __attribute__((cleanup(fn)))

#define steal(p)                            \
	({                                  \
		__typeof__(*(p)) _v = *(p); \
		*(p) = NULL;                \
		_v;                         \
	})

#endif
