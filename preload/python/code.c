/* SPDX-License-Identifier: Apache-2.0 */
#include "python/code.h"

#include <stdbool.h>

#include "python/interpreter.h"

/* How a string's characters are kept. */
struct code_text {
	const uint8_t *data;
	size_t length; /* in characters */
	uint8_t width; /* bytes of one */
};

static size_t code_length(const void *object)
{
	size_t length;
	memcpy(&length, (const char *)object + PYTHON_LENGTH, sizeof length);
	return length < PYTHON_MOST_BYTES ? length : 0;
}

/* Bits 2 to 4 of the state are the width, 5 says that the characters follow, 6
 * that all are ASCII. */
static struct code_text code_text(const void *object)
{
	uint32_t state;
	struct code_text text = {0};
	if (!python_is(object, python.text_type))
		return text;
	memcpy(&state, (const char *)object + PYTHON_STATE, sizeof state);
	uint8_t width = state >> 2 & 7;
	if (!(state & 1u << 5) || (width != 1 && width != 2 && width != 4))
		return text;
	size_t at = state & 1u << 6 ? python.layout.text_ascii : python.layout.text_other;
	return (struct code_text){(const uint8_t *)object + at, code_length(object), width};
}

struct python_bytes python_bytes_of(const void *object)
{
	if (python_is(object, python.bytes_type))
		return (struct python_bytes){(const uint8_t *)object + PYTHON_CONTENT,
		                             code_length(object)};
	struct code_text text = code_text(object);
	return (struct python_bytes){text.data, text.length * text.width};
}

static uint32_t code_character(const struct code_text *text, size_t i)
{
	uint32_t wide = 0;
	memcpy(&wide, text->data + i * text->width, text->width);
	return wide;
}

/* RFC 3629, less what it forbids. Returns the bytes written, at most 4. */
static size_t code_encode(uint32_t c, char *to)
{
	if (c >= 0xdc80 && c <= 0xdcff)
		c = c - 0xdc00 + 0x110000;
	if (c < 0x80 || c > 0x10ffff) {
		to[0] = (char)c;
		return c ? 1 : 0;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	size_t more = c < 0x10000 ? 2 : 3;
	to[0] = (char)((more == 2 ? 0xe0 : 0xf0) | c >> (6 * more));
	for (size_t i = 1; i <= more; i++)
		to[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3f));
	return more + 1;
}

size_t python_text(const void *object, char *to, size_t bytes)
{
	struct code_text text = code_text(object);
	size_t used = 0;
	for (size_t i = 0; i < text.length && used + 5 <= bytes; i++)
		used += code_encode(code_character(&text, i), to + used);
	to[used] = '\0';
	return used;
}

/* A walk over the table of lines. */
struct code_lines {
	const uint8_t *at, *end;
};

static uint8_t code_next(struct code_lines *lines)
{
	return lines->at < lines->end ? *lines->at++ : 0;
}

/* PEP 626's forerunner, Objects/lnotab_notes.txt: each pair is a step of the
 * address and one of the line, which holds from there on. */
static int64_t code_line_of_pairs(struct code_lines lines, int64_t line, int64_t at)
{
	int64_t address = 0;
	while (lines.end - lines.at >= 2) {
		address += code_next(&lines);
		if (address > at)
			break;
		line += (int8_t)code_next(&lines);
	}
	return line;
}

/* PEP 626: each pair is the length of a range and the step of the line at its
 * beginning; -128 says that the range has none. */
static int64_t code_line_of_ranges(struct code_lines lines, int64_t line, int64_t at)
{
	int64_t end = 0;
	if (at < 0)
		return line;
	while (lines.end - lines.at >= 2) {
		end += code_next(&lines);
		int8_t step = (int8_t)code_next(&lines);
		line += step == -128 ? 0 : step;
		if (at < end)
			return step == -128 ? 0 : line;
	}
	return 0;
}

static uint64_t code_varint(struct code_lines *lines)
{
	uint64_t value = 0;
	for (int shift = 0; shift < 60; shift += 6) {
		uint8_t byte = code_next(lines);
		value |= (uint64_t)(byte & 0x3f) << shift;
		if (!(byte & 0x40))
			break;
	}
	return value;
}

/* The step of the line in an entry of that kind. */
static int64_t code_step(struct code_lines *lines, uint8_t kind)
{
	if (kind >= 10 && kind <= 12)
		return kind - 10;
	if (kind != 13 && kind != 14)
		return 0;
	uint64_t value = code_varint(lines);
	return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

/* PEP 657, Objects/locations.md: an entry begins with a byte whose top bit is
 * set, then 4 bits of kind and 3 of length, in code units of 2 bytes, less 1. */
static int64_t code_line_of_locations(struct code_lines lines, int64_t line, int64_t at)
{
	int64_t end = 0;
	if (at < 0)
		return line;
	while (lines.at < lines.end) {
		uint8_t head = code_next(&lines), kind = head >> 3 & 15;
		line += code_step(&lines, kind);
		end += 2 * ((head & 7) + 1);
		if (at < end)
			return kind == 15 ? 0 : line;
		while (lines.at < lines.end && !(*lines.at & 0x80))
			lines.at++;
	}
	return 0;
}

uint32_t python_line(const void *code, int64_t at)
{
	const struct python_layout *layout = &python.layout;
	struct python_bytes table = python_bytes_of(python_pointer(code, layout->code_lines));
	struct code_lines lines = {table.data, table.data + table.bytes};
	int32_t first;
	memcpy(&first, (const char *)code + layout->code_first, sizeof first);
	int64_t line;
	switch (layout->lines) {
	case PYTHON_LINES_PAIRS: line = code_line_of_pairs(lines, first, at); break;
	case PYTHON_LINES_RANGES: line = code_line_of_ranges(lines, first, at); break;
	default: line = code_line_of_locations(lines, first, at); break;
	}
	return line > 0 && line <= INT32_MAX ? (uint32_t)line : 0;
}
