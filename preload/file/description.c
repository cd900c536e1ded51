/* SPDX-License-Identifier: Apache-2.0 */
#include "file/description.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include "base/sys.h"
#include "state.h"
#include "uring/uring.h"

#define DESCRIPTION_CHUNK   256 /* those of a program with few open files stay in the cache */
#define DESCRIPTION_CHUNKS  16384
#define DESCRIPTION_NUMBERS 64 /* a thread takes at a time */

static struct description *description_chunks[DESCRIPTION_CHUNKS];
static uint32_t description_count;  /* chunks */
static uint32_t description_hint;   /* where a free one may be */
static uint32_t description_handle; /* how many numbers threads have taken; goes on in a child */

/* A thread's own share, so that those that open files at the same time don't write to
 * the same memory: what it opens and closes one by one is described in one place. */
static __thread struct {
	struct description *last; /* that it took */
	uint16_t generation;      /* of the process that took it */
	uint32_t handle;          /* the last number that it gave out; atomic */
} description_own __attribute__((tls_model("initial-exec"))) = {.handle = DESCRIPTION_NUMBERS - 1};

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

static bool description_take(struct description *free)
{
	uint32_t unused = 0;
	return __atomic_load_n(&free->references, __ATOMIC_RELAXED) == 0 &&
	       __atomic_compare_exchange_n(&free->references, &unused, 1, 0, __ATOMIC_ACQUIRE,
	                                   __ATOMIC_RELAXED);
}

static struct description *description_claim(uint32_t i)
{
	struct description *chunk =
	        __atomic_load_n(&description_chunks[i / DESCRIPTION_CHUNK], __ATOMIC_ACQUIRE);
	struct description *one = chunk ? &chunk[i % DESCRIPTION_CHUNK] : NULL;
	return one && description_take(one) ? one : NULL;
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

/* Where io_uring is used, numbers are in the order of openings. A signal's handler may
 * open files, too: it then changes what is looked at here. */
static uint32_t description_number(void)
{
	if (__builtin_expect(uring_any, 0))
		return __atomic_add_fetch(&description_handle, 1, __ATOMIC_RELAXED);
	uint32_t last = __atomic_load_n(&description_own.handle, __ATOMIC_RELAXED), next;
	do {
		next = last + 1;
		if (next % DESCRIPTION_NUMBERS == 0)
			next = 1 + __atomic_fetch_add(&description_handle, DESCRIPTION_NUMBERS,
			                              __ATOMIC_RELAXED);
	} while (!__atomic_compare_exchange_n(&description_own.handle, &last, next, 0,
	                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return next;
}

static struct description *description_any(void)
{
	struct description *found = description_own.last;
	if (found && description_own.generation == state_generation && description_take(found))
		return found;
	while (!(found = description_find()))
		if (!description_grow())
			return NULL;
	description_own.last = found;
	description_own.generation = state_generation;
	return found;
}

struct description *description_new(uint32_t traits)
{
	struct description *found = description_any();
	if (!found)
		return NULL;
	found->position = found->fetched_from = found->fetched_to = 0;
	found->number = 0;
	found->handle = description_number();
	found->traits = traits;
	return found;
}

uint32_t description_numbers(void)
{
	return __atomic_load_n(&description_handle, __ATOMIC_RELAXED);
}

void description_forget(void)
{
	for (uint32_t i = 0; i < description_room() / DESCRIPTION_CHUNK; i++)
		description_chunks[i] = NULL;
	description_count = 0;
	description_hint = 0;
}
