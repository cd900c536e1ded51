/* SPDX-License-Identifier: Apache-2.0 */
#include "read/origin.h"

#include <ctype.h>
#include <stdbool.h>
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
	/* What a library makes up, says so: <__array_function__ internals>. */
	if (!inside && file[0] == '<' && strchr(file, ' '))
		return origin_make(ORIGIN_LIBRARY, file, base, 0);
	if (!inside)
		return origin_make(file[0] == '<' ? ORIGIN_MADE : ORIGIN_USER, file, base,
		                   strlen(base));
	if (!strncmp(inside, "importlib.", 10))
		return origin_make(ORIGIN_STANDARD, file, inside, 9);
	return origin_make(ORIGIN_STANDARD, file, inside, origin_component(inside));
}

/* Up to its suffix: "libhdf5-103" of libhdf5-103.so.0, "_ctypes" of
 * _ctypes.cpython-311-x86_64-linux-gnu.so. */
static size_t origin_library(const char *base)
{
	const char *end = strstr(base, ".cpython-");

	if (!end)
		end = strstr(base, ".abi3.so");
	if (!end)
		end = strstr(base, ".so");
	return end && end > base ? (size_t)(end - base) : strlen(base);
}

static bool origin_begins(const char *text, const char *const *beginnings)
{
	for (; *beginnings; beginnings++)
		if (!strncmp(text, *beginnings, strlen(*beginnings)))
			return true;
	return false;
}

/* What every program has below it, and Python's interpreter. */
static bool origin_is_ground(const char *base)
{
	static const char *const names[] = {
	        "libc.so",   "libc-",     "ld-linux",       "libpthread",   "libdl.so",
	        "librt.so",  "libm.so",   "libstdc++.so",   "libgcc_s.so",  "linux-vdso",
	        "libc++.so", "libpython", "libaiotrace.so", "libc++abi.so", NULL};
	size_t python = strncmp(base, "python", 6) ? 0 : 6;

	return origin_begins(base, names) ||
	       (python && !base[python + strspn(base + python, "0123456789.dmt")]);
}

static bool origin_is_system(const char *file)
{
	static const char *const folders[] = {"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/", NULL};

	return origin_begins(file, folders);
}

/* Headers of the system: code of libraries, compiled into who includes them. */
static bool origin_is_header(const char *source)
{
	return !strncmp(source, "/usr/include/", 13) || !strncmp(source, "/usr/lib/gcc", 12) ||
	       strstr(source, "/include/c++/");
}

struct origin origin_of_module(const char *module, const char *source)
{
	const char *base = origin_base(module);
	bool installed = origin_installed(module) != NULL;
	size_t length = origin_library(base);
	enum origin_kind kind = ORIGIN_USER;

	if (!module[0])
		kind = ORIGIN_MADE;
	else if (origin_is_ground(base) || strstr(module, "/lib-dynload/"))
		kind = ORIGIN_STANDARD;
	else if (installed || (strstr(base, ".so") && (!source || origin_is_system(module))) ||
	         (source && origin_is_header(source)))
		kind = ORIGIN_LIBRARY;
	return origin_make(kind, module, base, length);
}
