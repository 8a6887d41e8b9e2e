// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names: a hash trie.
 *
 * The text is hostile, so lookups must not be made slow by names chosen to
 * collide. The trie takes two bits of a 64-bit SipHash at a level: to build a
 * long chain one needs names whose whole hashes agree, and finding many of those
 * is out of reach although the key is known (the key is fixed so that the
 * compiler stays a function of its input). SipHash: Aumasson and Bernstein, 2012.
 */
#include "names.h"

#include <string.h>

static uint64_t rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

static uint64_t name_hash(uint32_t space, const char *text, size_t length)
{
	uint64_t v[4] = { 0x736f6d6570736575, 0x646f72616e646f6d, 0x6c7967656e657261,
			  0x7465646279746573 };
	uint64_t word;

	sip_word(v, space);
	for (size_t i = 0; i < length; i += 8) {
		word = 0;
		memcpy(&word, text + i, length - i < 8 ? length - i : 8);
		sip_word(v, word);
	}
	sip_word(v, length);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void names_init(struct names *names, struct arena *arena)
{
	names->arena = arena;
	names->root = NULL;
}

static struct name **names_slot(struct names *names, uint32_t space, const char *text,
				size_t length, uint64_t *ret_hash)
{
	uint64_t hash = name_hash(space, text, length);
	struct name **slot = &names->root;

	*ret_hash = hash;
	for (uint64_t path = hash; *slot; path <<= 2) {
		if ((*slot)->hash == hash && (*slot)->space == space && (*slot)->length == length &&
		    !memcmp((*slot)->text, text, length))
			break;
		slot = &(*slot)->child[path >> 62];
	}
	return slot;
}

/* Return: the name, or NULL if it was not added. */
struct name *names_find(const struct names *names, uint32_t space, const char *text, size_t length)
{
	struct names copy = *names;
	uint64_t hash;

	return *names_slot(&copy, space, text, length, &hash);
}

/**
 * names_add() - add a name that names_find() did not find.
 *
 * Return: the name, its text copied; NULL if the arena failed.
 */
struct name *names_add(struct names *names, uint32_t space, const char *text, size_t length,
		       uint32_t value)
{
	uint64_t hash;
	struct name **slot = names_slot(names, space, text, length, &hash);
	struct name *name = arena_alloc(names->arena, sizeof(*name));

	if (!name)
		return NULL;
	name->hash = hash;
	name->space = space;
	name->text = arena_string(names->arena, text, length);
	name->length = (uint32_t)length;
	name->value = value;
	*slot = name;
	return name;
}
