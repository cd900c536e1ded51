/* SPDX-License-Identifier: Apache-2.0 */
#include "native/reach.h"

#include <sys/uio.h>

#include "base/sys.h"
#include "thread.h"

#define REACH_PAGES 64

/* How many bytes from the page of `at` on can be read, at most REACH_PAGES pages:
 * the kernel copies one byte of each until it comes to one that can't be. */
static uintptr_t reach_ask(uintptr_t page, uintptr_t bytes)
{
	struct iovec far[REACH_PAGES];
	char near[REACH_PAGES];
	struct iovec to = {near, sizeof near};
	for (unsigned i = 0; i < REACH_PAGES; i++)
		far[i] = (struct iovec){(void *)(page + i * bytes), 1};
	long read = SYS6(process_vm_readv, thread_id(), &to, 1, far, REACH_PAGES, 0);
	return read > 0 ? (uintptr_t)read * bytes : 0;
}

bool reach_extend(struct reach *reach, uintptr_t at)
{
	uintptr_t bytes = sys_page(), page = at & ~(bytes - 1), end = page + reach_ask(page, bytes);
	if (end < at + 8 || page > UINTPTR_MAX - REACH_PAGES * bytes)
		return false;
	if (page == reach->high)
		page = reach->low;
	else if (end >= reach->low && page < reach->low && end < reach->high)
		end = reach->high;
	*reach = (struct reach){page, end};
	return true;
}
