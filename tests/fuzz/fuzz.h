/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * A target of fuzzing: takes any bytes, aborts if something holds that must not.
 * Always returns 0, as libFuzzer wants it. A new one is entered in replay.c.
 */
int fuzz_compile(const uint8_t *data, size_t size);

#endif
