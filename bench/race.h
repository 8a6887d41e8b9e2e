/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <stddef.h>

/* One compiler, one text: see race.c. Return: 0, or the text was refused. */
typedef int race_compile(const char *text, size_t bytes);

/*
 * The main() of a runner: PROGRAM once|warm|count FILE. @compile is called by
 * race_measured(), the function that an instruction counter is pointed at.
 */
int race_main(int argc, char **argv, race_compile *compile);

#endif
