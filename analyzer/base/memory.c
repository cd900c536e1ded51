/* SPDX-License-Identifier: Apache-2.0
 *
 * Allocation that exits instead of failing. Nothing that reads a trace could
 * go on usefully without memory, so no caller has to ask.
 */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *memory_check(void *p)
{
	if (p)
		return p;
	fputs("aiotrace: out of memory\n", stderr);
	exit(1);
}

void *memory_get(size_t count, size_t size)
{
	return memory_check(calloc(count ? count : 1, size ? size : 1));
}

char *memory_text(const char *bytes, size_t length)
{
	char *text = memory_get(length + 1, 1);

	if (length)
		memcpy(text, bytes, length);
	return text;
}

void *memory_grow(void *items, size_t count, size_t *room, size_t size)
{
	size_t more;

	if (count < *room)
		return items;
	more = count ? count * 2 : 2;
	items = memory_check(reallocarray(items, more, size));
	memset((char *)items + *room * size, 0, (more - *room) * size);
	*room = more;
	return items;
}

void *memory_again(void *bytes, size_t size)
{
	return memory_check(realloc(bytes, size));
}

void *memory_trim(void *items, size_t count, size_t *room, size_t size)
{
	if (!count || count >= *room)
		return items;
	*room = count;
	return memory_check(reallocarray(items, count, size));
}
