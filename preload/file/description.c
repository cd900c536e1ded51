/* SPDX-License-Identifier: Apache-2.0 */
#include "file/description.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include "base/sys.h"

#define DESCRIPTION_CHUNK  256 /* those of a program with few open files stay in the cache */
#define DESCRIPTION_CHUNKS 16384

static struct description *description_chunks[DESCRIPTION_CHUNKS];
static uint32_t description_count;  /* chunks */
static uint32_t description_hint;   /* where a free one may be */
static uint32_t description_handle; /* last number given out; goes on in a child */

static struct description *description_map(void)
{
	long address = SYS6(mmap, 0, DESCRIPTION_CHUNK * sizeof(struct description),
	                    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return address < 0 && address > -4096 ? NULL : (struct description *)address;
}

/* Adds a chunk; two threads may both do so, which only makes more room. */
static bool description_grow(void)
{
	struct description *chunk = description_map();
	if (!chunk)
		return false;
	uint32_t i = __atomic_fetch_add(&description_count, 1, __ATOMIC_RELAXED);
	if (i >= DESCRIPTION_CHUNKS) {
		__atomic_store_n(&description_count, DESCRIPTION_CHUNKS, __ATOMIC_RELAXED);
		SYS2(munmap, chunk, DESCRIPTION_CHUNK * sizeof *chunk);
		return false;
	}
	__atomic_store_n(&description_chunks[i], chunk, __ATOMIC_RELEASE);
	__atomic_store_n(&description_hint, i * DESCRIPTION_CHUNK, __ATOMIC_RELAXED);
	return true;
}

static struct description *description_claim(uint32_t i)
{
	struct description *chunk =
	        __atomic_load_n(&description_chunks[i / DESCRIPTION_CHUNK], __ATOMIC_ACQUIRE);
	uint32_t unused = 0;
	if (chunk && __atomic_compare_exchange_n(&chunk[i % DESCRIPTION_CHUNK].references, &unused,
	                                         1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return &chunk[i % DESCRIPTION_CHUNK];
	return NULL;
}

static uint32_t description_room(void)
{
	uint32_t count = __atomic_load_n(&description_count, __ATOMIC_RELAXED);
	return (count < DESCRIPTION_CHUNKS ? count : DESCRIPTION_CHUNKS) * DESCRIPTION_CHUNK;
}

/* Looks at one chunk's worth at most: more memory is cheaper than more looking. */
static struct description *description_find(void)
{
	uint32_t room = description_room();
	uint32_t from = __atomic_load_n(&description_hint, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < DESCRIPTION_CHUNK && i < room; i++, from++) {
		uint32_t at = from = from < room ? from : 0;
		struct description *found = description_claim(at);
		if (found) {
			__atomic_store_n(&description_hint, at + 1, __ATOMIC_RELAXED);
			return found;
		}
	}
	return NULL;
}

struct description *description_new(uint32_t traits)
{
	struct description *found;
	while (!(found = description_find()))
		if (!description_grow())
			return NULL;
	found->position = found->fetched_from = found->fetched_to = 0;
	found->number = 0;
	found->handle = __atomic_add_fetch(&description_handle, 1, __ATOMIC_RELAXED);
	found->traits = traits;
	return found;
}

void description_forget(void)
{
	for (uint32_t i = 0; i < description_room() / DESCRIPTION_CHUNK; i++)
		description_chunks[i] = NULL;
	description_count = 0;
	description_hint = 0;
}

uint32_t description_latest(void)
{
	return __atomic_load_n(&description_handle, __ATOMIC_RELAXED);
}
