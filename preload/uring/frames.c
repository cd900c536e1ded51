/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/frames.h"

#include <elf.h>
#include <string.h>

#include "peek.h"

#define FRAMES_HEADERS 32 /* program headers that are looked at */

struct frames_pair {
	int32_t function, record;
};

static uintptr_t frames_section(uintptr_t module, const Elf64_Phdr *headers, int count)
{
	uintptr_t bias = 0, found = 0;
	for (int i = 0; i < count; i++) {
		if (headers[i].p_type == PT_LOAD && headers[i].p_offset == 0)
			bias = module - headers[i].p_vaddr;
		else if (headers[i].p_type == PT_GNU_EH_FRAME)
			found = headers[i].p_vaddr;
	}
	return found ? bias + found : 0;
}

/* Version 1; the pointer 4 bytes relative to itself, the count 4 bytes, the table
 * pairs of 4 bytes relative to the section. */
static bool frames_read_section(struct frames *frames, uintptr_t section)
{
	static const uint8_t form[4] = {1, 0x1b, 0x03, 0x3b};
	struct {
		uint8_t form[4];
		int32_t pointer;
		uint32_t count;
	} head = {0};
	if (!section || !peek(&head, (void *)section, sizeof head) || memcmp(head.form, form, 4))
		return false;
	frames->base = section;
	frames->table = section + sizeof head;
	frames->count = head.count;
	return head.count > 0;
}

bool frames_open(struct frames *frames, uintptr_t module)
{
	Elf64_Ehdr file;
	Elf64_Phdr headers[FRAMES_HEADERS];
	*frames = (struct frames){0};
	if (!module || !peek(&file, (void *)module, sizeof file))
		return false;
	if (memcmp(file.e_ident, ELFMAG, SELFMAG) || file.e_phentsize != sizeof *headers)
		return false;
	int count = file.e_phnum < FRAMES_HEADERS ? file.e_phnum : FRAMES_HEADERS;
	if (!peek(headers, (void *)(module + file.e_phoff), (size_t)count * sizeof *headers))
		return false;
	return frames_read_section(frames, frames_section(module, headers, count));
}

static bool frames_pair(const struct frames *frames, uint32_t number, struct frames_pair *pair)
{
	return peek(pair, (void *)(frames->table + number * sizeof *pair), sizeof *pair);
}

/* The record says where the function begins, relative to that, and its size. */
static bool frames_bounds(uintptr_t record, uintptr_t function, uintptr_t *end)
{
	struct {
		uint32_t length, kind;
		int32_t begin;
		uint32_t bytes;
	} body;
	if (!peek(&body, (void *)record, sizeof body) ||
	    record + 8 + (uintptr_t)(intptr_t)body.begin != function)
		return false;
	*end = function + body.bytes;
	return true;
}

bool frames_find(const struct frames *frames, uintptr_t address, uintptr_t *begin, uintptr_t *end)
{
	struct frames_pair pair;
	int64_t wanted = (int64_t)(address - frames->base);
	uint32_t first = 0, last = frames->count;
	while (last - first > 1) {
		uint32_t middle = first + (last - first) / 2;
		if (!frames_pair(frames, middle, &pair))
			return false;
		if (pair.function <= wanted)
			first = middle;
		else
			last = middle;
	}
	if (!frames->count || !frames_pair(frames, first, &pair))
		return false;
	*begin = frames->base + (uintptr_t)(intptr_t)pair.function;
	return frames_bounds(frames->base + (uintptr_t)(intptr_t)pair.record, *begin, end) &&
	       *begin <= address && address < *end;
}
