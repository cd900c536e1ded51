/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of libraries that a program opens by itself (dlopen) and asks for by
 * name (dlsym), as cuFile's usually are: it gets ours, and ours learns where the
 * real one is. See dlsym.S.
 */
#include <dlfcn.h>

#include "calls/call.h"

typedef void *symbol_lookup(void *handle, const char *name, const void *caller);

/* Read by dlsym.S. */
symbol_lookup *symbol_choose(void *handle, const char *name);
symbol_lookup symbol_find;

static symbol_lookup *symbol_real; /* dlsym; the third argument is ignored */

static const struct symbol {
	const char *name;
	void *ours, *slot;
} symbol_table[] = {
#define AIOT_CALL(id, symbol, class, level, roles)
#define AIOT_FOREIGN(id, symbol, class, level, roles, library)                                     \
	{#symbol, (void *)(symbol), &real.symbol},
#define AIOT_HOOK(symbol, library) {library[0] ? #symbol : "", (void *)(symbol), &real.symbol},
#include "aiotrace/calls.def"
};

static const struct symbol *symbol_of(const char *name)
{
	for (size_t i = 0; i < sizeof symbol_table / sizeof *symbol_table; i++)
		if (!strcmp(symbol_table[i].name, name))
			return &symbol_table[i];
	return NULL;
}

symbol_lookup *symbol_choose(void *handle, const char *name)
{
	bool may_be = name && (!strncmp(name, "cuFile", 6) || !strncmp(name, "io_", 3) ||
	                       !strncmp(name, "__io_uring_", 11));
	if (!symbol_real)
		symbol_real = (symbol_lookup *)real_dlsym_function();
	return may_be && handle != RTLD_NEXT && symbol_of(name) ? symbol_find : symbol_real;
}

/* What the program would have found, if it is not ours. The last lookup is for
 * dlerror's sake. */
static void *symbol_behind(const struct symbol *symbol, void *handle, const void *caller)
{
	int saved = errno;
	void *found = symbol_real(handle, symbol->name, caller);
	if (found == symbol->ours) {
		found = real_find_near(symbol->slot, symbol->name, caller);
		if (!real_is_known(symbol->slot))
			found = symbol_real(handle, "", caller);
	}
	errno = saved;
	return found;
}

void *symbol_find(void *handle, const char *name, const void *caller)
{
	const struct symbol *symbol = symbol_of(name);
	void *found = symbol_behind(symbol, handle, caller);
	if (!found)
		return NULL;
	/* The latest: the library may have been closed and opened elsewhere. */
	memcpy(symbol->slot, &found, sizeof found);
	return symbol->ours;
}
