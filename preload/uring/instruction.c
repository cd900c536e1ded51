/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/instruction.h"

#include <string.h>

/* What follows an opcode: M a ModRM byte, b and z one with an immediate of 1 or
 * 4 bytes; i, I, w, e, v, o immediates of 1, 4, 2, 3, 4 or 8, 8 bytes; j and J
 * distances of 1 and 4 bytes; g and G ModRM, with an immediate for some; . nothing;
 * x no such instruction. A row is 16 opcodes. */
static const char instruction_one[] = "MMMMiIxxMMMMiIxx"
                                      "MMMMiIxxMMMMiIxx"
                                      "MMMMiIxxMMMMiIxx"
                                      "MMMMiIxxMMMMiIxx"
                                      "xxxxxxxxxxxxxxxx"
                                      "................"
                                      "xxxMxxxxIzib...."
                                      "jjjjjjjjjjjjjjjj"
                                      "bzxbMMMMMMMMMMMM"
                                      "..........x....."
                                      "oooo....iI......"
                                      "iiiiiiiivvvvvvvv"
                                      "bbw.xxbze.w..ix."
                                      "MMMMxxx.MMMMMMMM"
                                      "jjjjiiiiJJxj...."
                                      "x.xx..gG......MM";

/* Behind 0f. */
static const char instruction_two[] = "MMMMx.....x.xM.b"
                                      "MMMMMMMMMMMMMMMM"
                                      "MMMMxxxxMMMMMMMM"
                                      "......x.xxxxxxxx"
                                      "MMMMMMMMMMMMMMMM"
                                      "MMMMMMMMMMMMMMMM"
                                      "MMMMMMMMMMMMMMMM"
                                      "bbbbMMM.MMMMMMMM"
                                      "JJJJJJJJJJJJJJJJ"
                                      "MMMMMMMMMMMMMMMM"
                                      "...MbMxx...MbMMM"
                                      "MMMMMMMMMMbMMMMM"
                                      "MMbMbbbM........"
                                      "MMMMMMMMMMMMMMMM"
                                      "MMMMMMMMMMMMMMMM"
                                      "MMMMMMMMMMMMMMMM";

struct reading {
	const uint8_t *at;
	bool small, wide; /* operands of 2 and 8 bytes */
	bool near;        /* addresses of 4 bytes */
	bool vector;      /* VEX or EVEX */
	bool fixed;       /* can't be moved */
	char form;
	uint8_t map, opcode;
	const uint8_t *relative; /* an address relative to the end, or NULL */
};

static void instruction_prefixes(struct reading *r)
{
	for (;; r->at++) {
		switch (*r->at) {
		case 0x66: r->small = true; break;
		case 0x67: r->near = true; break;
		case 0xf0: r->fixed = true; break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
		case 0xf2:
		case 0xf3: break;
		default: return;
		}
	}
}

/* VEX of 2 and 3 bytes, EVEX: which map of opcodes, and past the prefix. */
static bool instruction_vector(struct reading *r)
{
	switch (*r->at) {
	case 0xc5:
		r->map = 1;
		r->at += 2;
		return true;
	case 0xc4:
		r->map = r->at[1] & 31;
		r->at += 3;
		return true;
	case 0x62:
		r->map = r->at[1] & 7;
		r->at += 4;
		return true;
	default: return false;
	}
}

static void instruction_plain(struct reading *r)
{
	if ((*r->at & 0xf0) == 0x40)
		r->wide = *r->at++ & 8;
	if (*r->at != 0x0f)
		return;
	r->at++;
	r->map = *r->at == 0x38 ? 2 : *r->at == 0x3a ? 3 : 1;
	r->at += r->map > 1;
}

static char instruction_form(const struct reading *r)
{
	switch (r->map) {
	case 0: return r->vector ? 'x' : instruction_one[r->opcode];
	case 1: return r->vector && r->opcode >> 4 == 8 ? 'x' : instruction_two[r->opcode];
	case 3: return 'b';
	case 2:
	case 5:
	case 6: return 'M';
	default: return 'x';
	}
}

/* The ModRM byte and the address behind it. */
static void instruction_address(struct reading *r)
{
	uint8_t modrm = *r->at++, mode = modrm >> 6, base = modrm & 7;
	if (mode == 3)
		return;
	if (base == 4)
		base = *r->at++ & 7;
	else if (base == 5 && !mode)
		r->relative = r->at;
	if (mode == 1)
		r->at++;
	else if (mode == 2 || base == 5)
		r->at += 4;
}

static size_t instruction_immediate(const struct reading *r, uint8_t group)
{
	size_t word = r->small ? 2 : 4;
	switch (r->form) {
	case 'b':
	case 'i':
	case 'j': return 1;
	case 'w': return 2;
	case 'e': return 3;
	case 'J': return 4;
	case 'z':
	case 'I': return word;
	case 'v': return r->wide ? 8 : word;
	case 'o': return r->near ? 4 : 8;
	case 'g': return group < 2 ? 1 : 0;
	case 'G': return group < 2 ? word : 0;
	default: return 0;
	}
}

/* Returns, traps, indirect jumps and calls, and what enters the kernel. */
static bool instruction_leaves(const struct reading *r, uint8_t group)
{
	if (r->map == 1 && !r->vector)
		return r->opcode == 0x05 || r->opcode == 0x07 || r->opcode == 0x0b ||
		       r->opcode == 0x34 || r->opcode == 0x35;
	if (r->map)
		return false;
	switch (r->opcode) {
	case 0xc2:
	case 0xc3:
	case 0xca:
	case 0xcb:
	case 0xcc:
	case 0xcd:
	case 0xcf:
	case 0xf1:
	case 0xf4: return true;
	case 0xff: return group >= 2 && group <= 5;
	default: return false;
	}
}

static void instruction_read(struct reading *r, struct instruction *made)
{
	r->opcode = *r->at++;
	r->form = instruction_form(r);
	uint8_t group = *r->at >> 3 & 7;
	if (strchr("MbzgG", r->form))
		instruction_address(r);
	size_t bytes = instruction_immediate(r, group);
	made->branches = r->form == 'j' || r->form == 'J';
	if (r->form == 'j')
		made->distance = *r->at < 0x80 ? *r->at : *r->at - 0x100;
	else if (r->form == 'J')
		memcpy(&made->distance, r->at, 4);
	r->at += bytes;
	r->fixed |= r->near && r->relative;
	made->movable = !r->fixed && !made->branches && !instruction_leaves(r, group);
	made->is_syscall = r->map == 1 && !r->vector && r->opcode == 0x05;
}

struct instruction instruction_at(const uint8_t *code, size_t room)
{
	uint8_t copy[3 * INSTRUCTION_MOST] = {0};
	memcpy(copy, code, room < INSTRUCTION_MOST ? room : INSTRUCTION_MOST);
	struct reading reading = {.at = copy};
	struct instruction made = {0};
	instruction_prefixes(&reading);
	if (reading.at - copy > INSTRUCTION_MOST - 2)
		return made;
	reading.vector = instruction_vector(&reading);
	if (!reading.vector)
		instruction_plain(&reading);
	instruction_read(&reading, &made);
	size_t bytes = (size_t)(reading.at - copy);
	if (reading.form == 'x' || bytes > INSTRUCTION_MOST || bytes > room)
		return (struct instruction){0};
	made.bytes = (uint8_t)bytes;
	if (reading.relative)
		made.relative = (uint8_t)(reading.relative - copy);
	return made;
}
