/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include <stddef.h>

static const char *glob_next_character(const char *text)
{
	do
		text++;
	while ((*text & 0xC0) == 0x80);
	return text;
}

/* `pattern` stands behind the [. Returns what follows the ], NULL if there is
 * none; `*in` tells whether `byte` is one of the set. */
static const char *glob_set(const char *pattern, unsigned char byte, bool *in)
{
	bool inverted = *pattern == '!' || *pattern == '^';
	const char *at = pattern + inverted, *first = at;
	bool found = false;
	for (; *at && (*at != ']' || at == first); at++) {
		at += *at == '\\' && at[1];
		unsigned char low = (unsigned char)*at, high = low;
		if (at[1] == '-' && at[2] && at[2] != ']') {
			at += 2;
			at += *at == '\\' && at[1];
			high = (unsigned char)*at;
		}
		found |= low <= byte && byte <= high;
	}
	*in = found != inverted;
	return *at ? at + 1 : NULL;
}

/* One element of the pattern against one character. Returns what follows in the
 * pattern and moves `*text` on; NULL if they don't match. */
static const char *glob_step(const char *pattern, const char **text)
{
	const char *behind;
	bool in;
	if (!**text || !*pattern)
		return NULL;
	if (*pattern == '?') {
		*text = glob_next_character(*text);
		return pattern + 1;
	}
	if (*pattern == '[' && (behind = glob_set(pattern + 1, (unsigned char)**text, &in))) {
		++*text;
		return in ? behind : NULL;
	}
	pattern += *pattern == '\\';
	return *pattern == *(*text)++ ? pattern + 1 : NULL;
}

/* Only the last star needs to be tried again: what came before it matches. */
bool glob_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;
	while (*text || *pattern == '*') {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
			continue;
		}
		const char *here = text;
		const char *next = glob_step(pattern, &here);
		if (!next && (!star || !*retry))
			return false;
		pattern = next ? next : star;
		text = next ? here : ++retry;
	}
	return !*pattern;
}
