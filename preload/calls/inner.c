/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/inner.h"

#include "native/object.h"

/* Whether `caller` belongs to the library whose function has not returned. Without
 * an answer, it does. */
static bool inner_is_of(const void *function, const void *caller)
{
	struct object library;
	if (!object_prepare())
		return true;
	return object_find((uintptr_t)function, &library) &&
	       object_has(&library, (uintptr_t)caller);
}

bool inner_is(const void *caller)
{
	const void *outer = thread_self.inside;
	return __builtin_expect(outer != NULL, 0) && inner_is_of(outer, caller);
}

bool inner_begin(struct call *call, const void *function, const void *caller)
{
	if (inner_is(caller) || !call_begin(call))
		return false;
	thread_self.inside = function;
	return true;
}
