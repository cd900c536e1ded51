/* SPDX-License-Identifier: Apache-2.0
 *
 * Escaping of paths, which are bytes: any but NUL may stand in one.
 */
#include "base/escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

char *escape_csv(const char *path, size_t *length)
{
	size_t n = strlen(path), at = 0;
	char *text = memory_get(2 * n + 3, 1);
	bool quote = strpbrk(path, ",\"\r\n") != NULL;

	if (quote)
		text[at++] = '"';
	for (size_t i = 0; i < n; i++) {
		if (path[i] == '"')
			text[at++] = '"';
		text[at++] = path[i];
	}
	if (quote)
		text[at++] = '"';
	*length = at;
	return text;
}

/* Bytes of the UTF-8 sequence at s, 0 where there is none: no surrogates, no
 * overlong forms, nothing above U+10FFFF. */
static int escape_utf8(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		return (s[1] & 0xC0) == 0x80 ? 2 : 0;
	if (s[0] >= 0xE0 && s[0] <= 0xEF) {
		if ((s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80)
			return 0;
		if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F))
			return 0;
		return 3;
	}
	if (s[0] < 0xF0 || s[0] > 0xF4 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 ||
	    (s[3] & 0xC0) != 0x80)
		return 0;
	if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
		return 0;
	return 4;
}

char *escape_json(const char *path, size_t *length)
{
	const unsigned char *s = (const unsigned char *)path;
	char *text = memory_get(6 * strlen(path) + 3, 1), *at = text;

	*at++ = '"';
	while (*s) {
		int n = escape_utf8(s);
		if (!n)
			at += sprintf(at, "\\\\x%02x", *s++);
		else if (*s == '"' || *s == '\\')
			at += sprintf(at, "\\%c", *s++);
		else if (*s < 0x20)
			at += sprintf(at, "\\u%04x", *s++);
		else
			for (; n > 0; n--)
				*at++ = (char)*s++;
	}
	*at++ = '"';
	*length = (size_t)(at - text);
	return text;
}

char *escape_text(const char *path, size_t *length)
{
	const unsigned char *s = (const unsigned char *)path;
	char *text = memory_get(4 * strlen(path) + 3, 1), *at = text;

	*at++ = '"';
	while (*s) {
		int n = escape_utf8(s);
		if (!n || *s < 0x20 || *s == 0x7F)
			at += sprintf(at, "\\x%02x", *s++);
		else if (*s == '"' || *s == '\\')
			at += sprintf(at, "\\%c", *s++);
		else
			for (; n > 0; n--)
				*at++ = (char)*s++;
	}
	*at++ = '"';
	*length = (size_t)(at - text);
	return text;
}

/* Also those behind 0xC2, which some terminals obey. */
static bool escape_controls(const unsigned char *s)
{
	return *s < 0x20 || *s == 0x7F || (*s == 0xC2 && s[1] < 0xA0);
}

void escape_plain(const char *text, char *into, size_t room)
{
	const unsigned char *s = (const unsigned char *)text;
	char *at = into, *end = into + room - 1;

	while (*s) {
		int n = escape_utf8(s);
		if (!n || escape_controls(s)) {
			if (end - at < 4)
				break;
			at += sprintf(at, "\\x%02x", *s++);
			continue;
		}
		if (end - at < n)
			break;
		for (; n > 0; n--)
			*at++ = (char)*s++;
	}
	*at = 0;
}

/* Names may have been added since. */
static void escapes_grow(struct escapes *escapes)
{
	size_t rooms[] = {escapes->count, escapes->count};

	escapes->text =
	        memory_grow(escapes->text, escapes->count, &rooms[0], sizeof *escapes->text);
	escapes->length =
	        memory_grow(escapes->length, escapes->count, &rooms[1], sizeof *escapes->length);
	escapes->count = (uint32_t)rooms[0];
}

void escapes_init(struct escapes *escapes, const struct names *names,
                  char *(*escape)(const char *, size_t *))
{
	*escapes = (struct escapes){.escape = escape, .names = names};
	escapes->count = names_count(names);
	escapes->text = memory_get(escapes->count, sizeof *escapes->text);
	escapes->length = memory_get(escapes->count, sizeof *escapes->length);
}

void escapes_free(struct escapes *escapes)
{
	for (uint32_t i = 0; i < escapes->count; i++)
		free(escapes->text[i]);
	free(escapes->text);
	free(escapes->length);
}

const char *escapes_get(struct escapes *escapes, uint32_t name, size_t *length)
{
	if (name >= names_count(escapes->names))
		name = 0;
	while (name >= escapes->count)
		escapes_grow(escapes);
	if (!escapes->text[name])
		escapes->text[name] =
		        escapes->escape(names_text(escapes->names, name), &escapes->length[name]);
	*length = escapes->length[name];
	return escapes->text[name];
}
