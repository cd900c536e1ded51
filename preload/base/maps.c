/* SPDX-License-Identifier: Apache-2.0 */
#include "base/maps.h"

#include <string.h>

#include "base/sys.h"

#define MAPS_LEAST ((size_t)1 << 18)
#define MAPS_MOST  ((size_t)1 << 26)

/* The text does not say how long it is: it is read again into more room. */
bool maps_open(struct maps *maps)
{
	for (maps->room = MAPS_LEAST; maps->room <= MAPS_MOST; maps->room *= 4) {
		maps->at = maps->text = sys_map(maps->room, 0);
		if (!maps->text)
			return false;
		long bytes = sys_read_file("/proc/self/maps", maps->text, maps->room);
		if (bytes > 0 && (size_t)bytes < maps->room - 1)
			return true;
		maps_close(maps);
		if (bytes <= 0)
			return false;
	}
	return false;
}

void maps_close(struct maps *maps)
{
	sys_unmap(maps->text, maps->room);
}

void maps_again(struct maps *maps)
{
	maps->at = maps->text;
}

/* A number and the one character behind it. */
static uint64_t maps_number(const char **at, unsigned base)
{
	uint64_t value = 0;
	for (;; (*at)++) {
		char c = **at;
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
		                                        : 16;
		if (digit >= base)
			break;
		value = value * base + digit;
	}
	*at += **at != '\0';
	return value;
}

/* "begin-end rwxp offset major:minor inode     path" */
bool maps_next(struct maps *maps, struct maps_line *line)
{
	const char *at = maps->at;
	if (!*at)
		return false;
	const char *end = at + strcspn(at, "\n");
	line->begin = maps_number(&at, 16);
	line->end = maps_number(&at, 16);
	line->executable = end - at > 5 && at[2] == 'x';
	line->code = end - at > 5 && !memcmp(at, "r-xp", 4);
	at += end - at > 5 ? 5 : end - at;
	line->offset = (int64_t)maps_number(&at, 16);
	line->major = (uint32_t)maps_number(&at, 16);
	line->minor = (uint32_t)maps_number(&at, 16);
	line->inode = maps_number(&at, 10);
	while (at < end && *at == ' ')
		at++;
	line->path = at;
	line->path_bytes = at < end ? (size_t)(end - at) : 0;
	maps->at = end + (*end == '\n');
	return true;
}
