/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reduce.h - make a failing program short.
 */
#ifndef REDUCE_H
#define REDUCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * ref_reduce() - leave out lines of @text as long as @fails says that it still fails.
 * Return: the shortened text, to be freed.
 */
char *ref_reduce(const char *text, bool (*fails)(void *data, const char *text, size_t length),
		 void *data);

#endif
