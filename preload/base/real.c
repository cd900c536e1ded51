/* SPDX-License-Identifier: Apache-2.0 */
#include "base/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/behind.h"

struct real_calls real;

void *real_dlsym_function(void)
{
	static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
	static void *found;
	for (size_t i = 0; !found && i < sizeof versions / sizeof *versions; i++)
		found = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
	return found;
}

/* Not to be a tail call: RTLD_NEXT means behind whoever calls. */
__attribute__((noinline)) static void *real_dlsym(void *handle, const char *name)
{
	void *(*lookup)(void *, const char *);
	void *function = real_dlsym_function();
	memcpy(&lookup, &function, sizeof lookup);
	void *found = lookup(handle, name);
	__asm__ volatile("" ::: "memory");
	return found;
}

static long real_missing(void)
{
	errno = ENOSYS;
	return -1;
}

/* Condition variables have two implementations on x86-64, and without a version
 * it may be the older one that is found. */
static bool real_is_condition(const char *name)
{
	return !strncmp(name, "pthread_cond_", 13);
}

static void *real_condition(const char *name)
{
#if defined(__x86_64__)
	if (real_is_condition(name))
		return dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
#endif
	(void)name;
	return NULL;
}

static void *real_look(const char *name)
{
	int saved = errno;
	void *found = real_condition(name);
	if (!found)
		found = real_dlsym(RTLD_NEXT, name);
	errno = saved;
	return found;
}

void *real_find(void *slot, const char *name)
{
	void *found = real_look(name);
	if (!found)
		found = (void *)real_missing;
	memcpy(slot, &found, sizeof found);
	return found;
}

static long real_absent(void)
{
	return -ENOSYS;
}

/* A library that was loaded for its caller alone is not in our search order,
 * but it is among what the caller depends on. */
static void *real_find_by_caller(const char *name, const void *caller)
{
	Dl_info about;
	if (!dladdr(caller, &about) || !about.dli_fname)
		return NULL;
	void *object = dlopen(about.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	void *found = object ? real_dlsym(object, name) : NULL;
	if (object)
		dlclose(object);
	return found;
}

/* Whether `found` is this library's own function of that name. */
static bool real_is_ours(const void *found)
{
	Dl_info ours, about;
	return dladdr(&real, &ours) && dladdr(found, &about) && ours.dli_fbase == about.dli_fbase;
}

bool real_is_known(const void *slot)
{
	const void *found;
	memcpy(&found, slot, sizeof found);
	return found != NULL;
}

void *real_find_near(void *slot, const char *name, const void *caller)
{
	int saved = errno;
	void *found = real_dlsym(RTLD_NEXT, name);
	if (!found)
		found = real_find_by_caller(name, caller);
	errno = saved;
	if (!found || real_is_ours(found))
		return (void *)real_absent;
	memcpy(slot, &found, sizeof found);
	return found;
}

void real_find_all(void)
{
	static const struct {
		void *slot;
		const char *name;
	} rows[] = {
#define AIOT_FOREIGN(id, symbol, class, level, roles, library)
#define AIOT_CALL(id, symbol, class, level, roles) {&real.symbol, #symbol},
#include "aiotrace/calls.def"
	};
	struct behind behind;
	behind_read(&behind);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		void *found = NULL, *known;
		memcpy(&known, rows[i].slot, sizeof known);
		if (!known && (real_is_condition(rows[i].name) ||
		               !behind_find(&behind, rows[i].name, &found)))
			found = real_look(rows[i].name);
		if (found)
			memcpy(rows[i].slot, &found, sizeof found);
	}
}
