/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - numbers that are the same from the same seed on every machine (PCG-XSH-RR).
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct ref_random {
	uint64_t state;
};

void ref_random_init(struct ref_random *random, uint64_t seed);
uint32_t ref_random_word(struct ref_random *random);
/* From 0 to @n - 1; 0 if @n is 0. */
uint32_t ref_random_below(struct ref_random *random, uint32_t n);
bool ref_random_chance(struct ref_random *random, uint32_t percent);

#endif
