/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include <stddef.h>
#include <sys/mman.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "sys.h"

#define SCRATCH_KEPT 16

static struct scratch *scratch_free[SCRATCH_KEPT];

static struct scratch *scratch_make(void)
{
	size_t workspace = ZSTD_estimateCCtxSize(1);
	size_t bytes = sizeof(struct scratch) + workspace;
	struct scratch *made = sys_map(bytes, 0);
	if (!made)
		return NULL;
	SYS3(madvise, made, bytes, MADV_DONTFORK);
	made->zstd = ZSTD_initStaticCCtx(made->workspace, workspace);
	if (made->zstd)
		return made;
	sys_unmap(made, bytes);
	return NULL;
}

struct scratch *scratch_take(void)
{
	for (int i = 0; i < SCRATCH_KEPT; i++) {
		struct scratch *found =
		        __atomic_exchange_n(&scratch_free[i], NULL, __ATOMIC_ACQUIRE);
		if (found)
			return found;
	}
	return scratch_make();
}

void scratch_give(struct scratch *scratch)
{
	for (int i = 0; i < SCRATCH_KEPT; i++) {
		struct scratch *none = NULL;
		if (__atomic_compare_exchange_n(&scratch_free[i], &none, scratch, 0,
		                                __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return;
	}
	sys_unmap(scratch, sizeof(struct scratch) + ZSTD_estimateCCtxSize(1));
}

void scratch_forget(void)
{
	for (int i = 0; i < SCRATCH_KEPT; i++)
		scratch_free[i] = NULL;
}
