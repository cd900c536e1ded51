/* SPDX-License-Identifier: Apache-2.0 */
#include "python/walk.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "python/code.h"
#include "python/interpreter.h"

#define WALK_PRIME_1      0x9E3779B185EBCA87u
#define WALK_PRIME_2      0xC2B2AE3D27D4EB4Fu
#define WALK_PRIME_3      0x165667B19E3779F9u

#define WALK_SHORT        240 /* bytes of a table of lines, all of which are looked at */
#define WALK_WORDS        8   /* of a longer one */

#define WALK_TRUSTED_BITS 12
#define WALK_TRUSTED      (1u << WALK_TRUSTED_BITS)

static inline uint32_t walk_number(const void *object, size_t offset)
{
	uint32_t number;
	memcpy(&number, (const char *)object + offset, sizeof number);
	return number;
}

static inline const char *walk_first(const struct python_layout *layout)
{
	const void *thread = python_thread();
	if (!thread)
		return NULL;
	const char *frame = python_pointer(thread, layout->thread_frame);
	return layout->kept && frame ? python_pointer(frame, layout->keeper_frame) : frame;
}

/* Frames that the interpreter makes for itself hold no code of a program. */
static inline bool walk_is_python(const struct python_layout *layout, const char *frame)
{
	return !layout->frame_owner || (uint8_t)frame[layout->frame_owner] < layout->owners;
}

/* From 3.14 on the low bits of the pointer say who counts its references. */
static inline const char *walk_code(const struct python_layout *layout, const char *frame)
{
	uintptr_t code = (uintptr_t)python_pointer(frame, layout->frame_code);
	return (const char *)(code & ~(uintptr_t)3);
}

/* The interpreter's own frame under an __init__ that it calls by the short way
 * (from 3.12 on): no line, and one string for file and name. Its owner is the
 * same as a program's. */
static bool walk_is_cleanup(const struct python_layout *layout, const char *code)
{
	return layout->code_qualified && !walk_number(code, layout->code_first) &&
	       python_pointer(code, layout->code_file) == python_pointer(code, layout->code_name);
}

/* Where the frame is, as it stands there: a number or a pointer. */
static inline uint64_t walk_at(const struct python_layout *layout, const char *frame)
{
	return layout->pointer ? (uintptr_t)python_pointer(frame, layout->frame_at)
	                       : walk_number(frame, layout->frame_at);
}

static inline uint64_t walk_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ WALK_PRIME_1) * (b ^ WALK_PRIME_2);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Code objects of installed libraries, by their address: a hash decides on the
 * place, whoever comes last has it. Inherited by fork, with the code. */
static const void *walk_trusted[WALK_TRUSTED];

static inline const void **walk_place(const void *code)
{
	return &walk_trusted[(uintptr_t)code * WALK_PRIME_1 >> (64 - WALK_TRUSTED_BITS)];
}

void python_trust(const void *code)
{
	__atomic_store_n(walk_place(code), code, __ATOMIC_RELAXED);
}

static inline uint64_t walk_word(const uint8_t *data)
{
	uint64_t word;
	memcpy(&word, data, sizeof word);
	return word;
}

/* Names and paths differ in their ends. */
static inline uint64_t walk_ends(struct python_bytes text)
{
	if (text.bytes < sizeof(uint64_t))
		return XXH3_64bits(text.data, text.bytes);
	size_t last = text.bytes - sizeof(uint64_t);
	size_t before = last > sizeof(uint64_t) ? last - sizeof(uint64_t) : 0;
	return walk_mix((uintptr_t)text.data ^ walk_word(text.data + before),
	                text.bytes ^ walk_word(text.data + last));
}

/* Of a long table of lines, which other code with the same names and first line would
 * have to have in the same place, some words tell enough. */
static inline uint64_t walk_lines(struct python_bytes table)
{
	if (table.bytes < sizeof(uint64_t))
		return XXH3_64bits(table.data, table.bytes);
	size_t last = table.bytes - sizeof(uint64_t);
	size_t step = table.bytes <= WALK_SHORT ? sizeof(uint64_t) : last / (WALK_WORDS - 1);
	uint64_t hash = (uintptr_t)table.data ^ table.bytes;
	for (const uint8_t *at = table.data, *end = at + last; at < end; at += step)
		hash = (hash << 29 | hash >> 35) * WALK_PRIME_1 ^ walk_word(at);
	return walk_mix(hash, walk_word(table.data + last));
}

static inline struct python_bytes walk_bytes(const char *object, size_t content)
{
	size_t length = (uintptr_t)python_pointer(object, PYTHON_LENGTH);
	return (struct python_bytes){(const uint8_t *)object + content,
	                             length < PYTHON_MOST_BYTES ? length : 0};
}

/* As python_bytes_of, of a bytes object without a call. */
static inline struct python_bytes walk_table(const char *lines)
{
	return python_is(lines, python.bytes_type) ? walk_bytes(lines, PYTHON_CONTENT)
	                                           : python_bytes_of(lines);
}

/* A string by its own hash, if it was asked for it once, or by its content. */
static inline uint64_t walk_text(const char *text)
{
	uint64_t own = (uintptr_t)python_pointer(text, PYTHON_OWN_HASH);
	if (__builtin_expect(own != UINT64_MAX, 1))
		return own;
	bool ascii = python_is(text, python.text_type) &&
	             (walk_number(text, PYTHON_STATE) & PYTHON_ASCII) == PYTHON_ASCII;
	struct python_bytes content =
	        ascii ? walk_bytes(text, python.layout.text_ascii) : python_bytes_of(text);
	return walk_ends(content);
}

/* The qualified name is left out: other code that differs in nothing else is not met. */
uint64_t python_identify_code(const void *code)
{
	const struct python_layout *layout = &python.layout;
	const char *lines = python_pointer(code, layout->code_lines);
	uint64_t file = walk_text(python_pointer(code, layout->code_file));
	uint64_t name = walk_text(python_pointer(code, layout->code_name));
	uint64_t hash = walk_mix(file ^ walk_number(code, layout->code_first), name);
	if (layout->code_version)
		hash ^= (uint64_t)walk_number(code, layout->code_version) << 32;
	return walk_mix(hash ^ (uintptr_t)code, walk_lines(walk_table(lines)));
}

/* What tells a code object from one that had its place before. */
static inline uint64_t walk_identity(const struct python_layout *layout, const char *code)
{
	if (layout->code_version)
		return walk_number(code, layout->code_version);
	if (__atomic_load_n(walk_place(code), __ATOMIC_RELAXED) == code)
		return 0;
	return python_identify_code(code);
}

uint64_t python_identify(void)
{
	const struct python_layout *layout = &python.layout;
	uint64_t hash = 0;
	uint32_t count = 0;
	for (const char *frame = walk_first(layout); python_plausible(frame);
	     frame = python_pointer(frame, layout->frame_back)) {
		if (!walk_is_python(layout, frame))
			continue;
		const char *code = walk_code(layout, frame);
		if (!python_plausible(code) || count++ == PYTHON_FRAMES)
			break;
		hash = walk_mix(hash ^ walk_identity(layout, code),
		                (uintptr_t)code ^ walk_at(layout, frame) << 16) +
		       WALK_PRIME_3;
	}
	return count ? hash | 1 : 0;
}

/* Where a walk is in the list of what the running functions keep on the native
 * stack. */
static uintptr_t walk_first_run(const struct python_layout *layout)
{
	const void *thread = python_thread();
	return layout->thread_run && thread ? (uintptr_t)python_pointer(thread, layout->thread_run)
	                                    : 0;
}

static uintptr_t walk_mark(const struct python_layout *layout, const char *frame, uintptr_t *run)
{
	if (layout->frame_owner || (layout->frame_entry && !frame[layout->frame_entry]))
		return 0;
	if (!layout->thread_run || !python_plausible((const void *)*run))
		return PYTHON_MARK_ONE;
	uintptr_t mark = *run;
	*run = (uintptr_t)python_pointer((const void *)mark, layout->run_back);
	return mark;
}

static int64_t walk_into(const struct python_layout *layout, const char *code, uint64_t at)
{
	if (layout->pointer)
		return (int64_t)(at - (uintptr_t)code - layout->code_bytes);
	return (int64_t)(int32_t)at * layout->at_bytes;
}

uint32_t python_walk(struct python_frame *frames, bool *cut)
{
	const struct python_layout *layout = &python.layout;
	uint32_t count = 0;
	uintptr_t run = walk_first_run(layout);
	*cut = false;
	for (const char *frame = walk_first(layout); python_plausible(frame);
	     frame = python_pointer(frame, layout->frame_back)) {
		if (!walk_is_python(layout, frame)) {
			/* It lies on the native stack itself. */
			if (count)
				frames[count - 1].mark = (uintptr_t)frame;
			continue;
		}
		const char *code = walk_code(layout, frame);
		*cut = count == PYTHON_FRAMES;
		if (*cut || !python_is(code, python.code_type))
			break;
		if (walk_is_cleanup(layout, code))
			continue;
		int64_t at = walk_into(layout, code, walk_at(layout, frame));
		frames[count++] = (struct python_frame){code, at, walk_mark(layout, frame, &run)};
	}
	return count;
}
