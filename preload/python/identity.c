/* SPDX-License-Identifier: Apache-2.0 */
#include "python/identity.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "python/code.h"
#include "python/interpreter.h"
#include "python/mix.h"

#define IDENTITY_SHORT 240 /* bytes of a table of lines, all of which are looked at */
#define IDENTITY_WORDS 8   /* of a longer one */

#define IDENTITY_BITS  12

/* Where a type keeps its function for objects that nobody uses any more. */
#define IDENTITY_GIVE_UP 48

/* What is known of a code object; a hash of its address decides on the place, and
 * whoever comes last has it. Two threads may write to one: then neither is found.
 * Inherited by fork, with the code. */
struct identity_memory {
	uint64_t code; /* its address, mixed with what follows */
	uint64_t identity;
};

uint64_t identity_gone;

static struct identity_memory identity_memories[1 << IDENTITY_BITS];
static void (*identity_give_up)(void *code); /* the interpreter's; NULL = not watched */

static inline struct identity_memory *identity_place(const void *code)
{
	return &identity_memories[(uintptr_t)code * MIX_PRIME_1 >> (64 - IDENTITY_BITS)];
}

static inline uint64_t identity_in(const struct identity_memory *place)
{
	return __atomic_load_n(&place->identity, __ATOMIC_RELAXED);
}

static inline bool identity_is_of(const struct identity_memory *place, uint64_t identity,
                                  const void *code)
{
	return (__atomic_load_n(&place->code, __ATOMIC_RELAXED) ^ identity) == (uintptr_t)code;
}

static void identity_remember(struct identity_memory *place, const void *code, uint64_t identity)
{
	__atomic_store_n(&place->code, (uintptr_t)code ^ identity, __ATOMIC_RELAXED);
	__atomic_store_n(&place->identity, identity, __ATOMIC_RELAXED);
}

/* In the interpreter's place, and with its lock held. No thread runs the code, so
 * that none can be about to remember it. */
static void identity_forget(void *code)
{
	struct identity_memory *place = identity_place(code);
	if (identity_is_of(place, identity_in(place), code))
		identity_remember(place, NULL, 0);
	__atomic_fetch_add(&identity_gone, 1, __ATOMIC_RELEASE);
	identity_give_up(code);
}

void identity_watch(void)
{
	char *slot = (char *)(uintptr_t)python.code_type + IDENTITY_GIVE_UP;
	void (*forget)(void *) = identity_forget;
	memcpy(&identity_give_up, slot, sizeof identity_give_up);
	if (identity_give_up)
		memcpy(slot, &forget, sizeof forget);
}

bool identity_is_watched(void)
{
	return identity_give_up != NULL;
}

static inline uint64_t identity_word(const uint8_t *data)
{
	uint64_t word;
	memcpy(&word, data, sizeof word);
	return word;
}

/* Names and paths differ in their ends. */
static uint64_t identity_ends(struct python_bytes text)
{
	if (text.bytes < sizeof(uint64_t))
		return XXH3_64bits(text.data, text.bytes);
	size_t last = text.bytes - sizeof(uint64_t);
	size_t before = last > sizeof(uint64_t) ? last - sizeof(uint64_t) : 0;
	return mix((uintptr_t)text.data ^ identity_word(text.data + before),
	           text.bytes ^ identity_word(text.data + last));
}

/* Of a long table of lines, which other code with the same names and first line would
 * have to have in the same place, some words tell enough. */
static uint64_t identity_lines(struct python_bytes table)
{
	if (table.bytes < sizeof(uint64_t))
		return XXH3_64bits(table.data, table.bytes);
	size_t last = table.bytes - sizeof(uint64_t);
	size_t step =
	        table.bytes <= IDENTITY_SHORT ? sizeof(uint64_t) : last / (IDENTITY_WORDS - 1);
	uint64_t hash = (uintptr_t)table.data ^ table.bytes;
	for (const uint8_t *at = table.data, *end = at + last; at < end; at += step)
		hash = (hash << 29 | hash >> 35) * MIX_PRIME_1 ^ identity_word(at);
	return mix(hash, identity_word(table.data + last));
}

/* A string by its own hash, if it was asked for it once, or by its content. */
static uint64_t identity_text(const char *text)
{
	uint64_t own = (uintptr_t)python_pointer(text, PYTHON_OWN_HASH);
	return own != UINT64_MAX ? own : identity_ends(python_bytes_of(text));
}

/* The qualified name is left out: other code that differs in nothing else is not met. */
static uint64_t identity_look(const char *code)
{
	const struct python_layout *layout = &python.layout;
	const char *lines = python_pointer(code, layout->code_lines);
	uint64_t file = identity_text(python_pointer(code, layout->code_file));
	uint64_t name = identity_text(python_pointer(code, layout->code_name));
	uint64_t hash = mix(file ^ python_number(code, layout->code_first), name);
	return mix(hash ^ (uintptr_t)code, identity_lines(python_bytes_of(lines)));
}

uint64_t identity_of(const void *code)
{
	const struct python_layout *layout = &python.layout;
	if (layout->code_version)
		return mix(python_number(code, layout->code_version), (uintptr_t)code);
	struct identity_memory *place = identity_place(code);
	uint64_t identity = identity_in(place);
	if (__builtin_expect(identity_is_of(place, identity, code), 1))
		return identity;
	identity = identity_look(code);
	if (identity_give_up)
		identity_remember(place, code, identity);
	return identity;
}
