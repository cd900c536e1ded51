/* SPDX-License-Identifier: Apache-2.0 */
#include "origin.h"

#include <ctype.h>
#include <string.h>

/* Up to the next slash, without .py. */
static size_t origin_component(const char *text)
{
	size_t n = strcspn(text, "/>");

	return n > 3 && !strncmp(text + n - 3, ".py", 3) ? n - 3 : n;
}

/* Behind the last ".../lib/python3.11/", NULL where there is none. */
static const char *origin_standard(const char *file)
{
	const char *found = NULL;

	for (const char *at = file; (at = strstr(at, "/python")); at++) {
		const char *rest = at + strlen("/python");
		size_t version = strspn(rest, "0123456789.t");
		if (version && isdigit((unsigned char)rest[0]) && rest[version] == '/')
			found = rest + version + 1;
	}
	return found;
}

static const char *origin_installed(const char *file)
{
	static const char *const folders[] = {"/site-packages/", "/dist-packages/"};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		const char *at = strstr(file, folders[i]);
		if (at)
			found = at + strlen(folders[i]);
	}
	return found;
}

static const char *origin_base(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static struct origin origin_make(enum origin_kind kind, const char *file, const char *package,
                                 size_t length)
{
	if (package - file > UINT16_MAX || length > UINT16_MAX)
		return (struct origin){.kind = (uint8_t)kind};
	return (struct origin){(uint8_t)kind, (uint16_t)(package - file), (uint16_t)length};
}

struct origin origin_of(const char *file)
{
	const char *inside = origin_installed(file), *base = origin_base(file);

	if (inside)
		return origin_make(ORIGIN_LIBRARY, file, inside, origin_component(inside));
	inside = strncmp(file, "<frozen ", 8) ? origin_standard(file) : file + 8;
	if (!inside)
		return origin_make(file[0] == '<' ? ORIGIN_MADE : ORIGIN_USER, file, base,
		                   strlen(base));
	if (!strncmp(inside, "importlib.", 10))
		return origin_make(ORIGIN_STANDARD, file, inside, 9);
	return origin_make(ORIGIN_STANDARD, file, inside, origin_component(inside));
}
