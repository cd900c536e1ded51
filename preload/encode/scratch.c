/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/scratch.h"

#include <stddef.h>
#include <sys/mman.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "base/sys.h"

#define SCRATCH_KEPT 16

static struct scratch *scratch_free[SCRATCH_KEPT];
static bool scratch_made;

/* Fewer matches than one: a step past the whole of a column. What is left of
 * zstd is its coding of bytes by their frequency. */
static int scratch_set(ZSTD_CCtx *zstd)
{
	static const struct {
		ZSTD_cParameter name;
		int value;
	} parameters[] = {{ZSTD_c_contentSizeFlag, 1},
	                  {ZSTD_c_windowLog, 13},
	                  {ZSTD_c_hashLog, ZSTD_HASHLOG_MIN},
	                  {ZSTD_c_chainLog, ZSTD_CHAINLOG_MIN},
	                  {ZSTD_c_minMatch, ZSTD_MINMATCH_MAX},
	                  {ZSTD_c_targetLength, ZSTD_TARGETLENGTH_MAX},
	                  {ZSTD_c_strategy, ZSTD_fast},
	                  {ZSTD_c_literalCompressionMode, 1 /* always; its name varies */}};
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
		if (ZSTD_isError(
		            ZSTD_CCtx_setParameter(zstd, parameters[i].name, parameters[i].value)))
			return -1;
	return 0;
}

/* Of the workspace, for either context. */
static size_t scratch_half(void)
{
	return (ZSTD_estimateCCtxSize(1) + 63) & ~(size_t)63;
}

static size_t scratch_bytes(void)
{
	return sizeof(struct scratch) + 2 * scratch_half();
}

static struct scratch *scratch_make(void)
{
	size_t half = scratch_half(), bytes = scratch_bytes();
	struct scratch *made = sys_map(bytes, 0);
	if (!made)
		return NULL;
	SYS3(madvise, made, bytes, MADV_DONTFORK);
	made->zstd = ZSTD_initStaticCCtx(made->workspace, half);
	made->frequency = ZSTD_initStaticCCtx(made->workspace + half, half);
	if (made->zstd && made->frequency && !scratch_set(made->frequency)) {
		__atomic_store_n(&scratch_made, true, __ATOMIC_RELAXED);
		return made;
	}
	sys_unmap(made, bytes);
	return NULL;
}

bool scratch_is_made(void)
{
	return __atomic_load_n(&scratch_made, __ATOMIC_RELAXED);
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
	sys_unmap(scratch, scratch_bytes());
}

void scratch_forget(void)
{
	scratch_made = false;
	for (int i = 0; i < SCRATCH_KEPT; i++)
		scratch_free[i] = NULL;
}
