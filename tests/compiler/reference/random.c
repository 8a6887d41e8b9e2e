// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * random.c - numbers that are the same from the same seed on every machine.
 */
#include "random.h"

#define MULTIPLIER 6364136223846793005u
#define INCREMENT 1442695040888963407u

void ref_random_init(struct ref_random *random, uint64_t seed)
{
	/* Neighbouring seeds must not give neighbouring programs. */
	random->state = (seed ^ (seed >> 31)) * 0x9e3779b97f4a7c15u + INCREMENT;
	ref_random_word(random);
	ref_random_word(random);
}

uint32_t ref_random_word(struct ref_random *random)
{
	uint64_t old = random->state;
	uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27), rotation = (uint32_t)(old >> 59);

	random->state = old * MULTIPLIER + INCREMENT;
	return (shifted >> rotation) | (shifted << ((32 - rotation) & 31));
}

uint32_t ref_random_below(struct ref_random *random, uint32_t n)
{
	return n ? ref_random_word(random) % n : 0;
}

bool ref_random_chance(struct ref_random *random, uint32_t percent)
{
	return ref_random_below(random, 100) < percent;
}
