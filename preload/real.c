/* SPDX-License-Identifier: Apache-2.0 */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

struct real_calls real;

static long real_missing(void)
{
	errno = ENOSYS;
	return -1;
}

void *real_find(void *slot, const char *name)
{
	int saved = errno;
	void *found = dlsym(RTLD_NEXT, name);
	errno = saved;
	if (!found)
		found = (void *)real_missing;
	memcpy(slot, &found, sizeof found);
	return found;
}
