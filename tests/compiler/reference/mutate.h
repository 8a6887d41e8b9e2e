/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate.h - spoil a program's text a little.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include "random.h"

/*
 * ref_mutate() - change, repeat, swap or leave out words, characters and lines.
 * The result may be a program still. Return: the new text, to be freed.
 */
char *ref_mutate(struct ref_random *random, const char *text);

#endif
