/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/cufile_handle.h"

#include <dlfcn.h>
#include <link.h>

#include "calls/call.h"

#define CUFILE_HANDLES 16384
#define CUFILE_WINDOW  64

static struct cufile_handle cufile_handles[CUFILE_HANDLES + CUFILE_WINDOW];

/* Where libcufile's code lies; end 0 before it is known. */
static uintptr_t cufile_begin, cufile_end;

static uint32_t cufile_place(const void *handle)
{
	return (uint32_t)((uintptr_t)handle * 0x9E3779B97F4A7C15u >> 40) % CUFILE_HANDLES;
}

static int cufile_find_code(struct dl_phdr_info *object, size_t size, void *address)
{
	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + part->p_vaddr, end = begin + part->p_memsz;
		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) ||
		    (uintptr_t)address < begin || (uintptr_t)address >= end)
			continue;
		cufile_begin = begin;
		__atomic_store_n(&cufile_end, end, __ATOMIC_RELEASE);
		return 1;
	}
	return 0;
}

bool call_is_cufile(const void *caller)
{
	uintptr_t end = __atomic_load_n(&cufile_end, __ATOMIC_ACQUIRE);
	return (uintptr_t)caller < end && (uintptr_t)caller >= cufile_begin;
}

void cufile_handle_add(const void *handle, int fd)
{
	struct fd entry = fd_look(fd);
	if (!cufile_end)
		dl_iterate_phdr(cufile_find_code, (void *)real.cuFileHandleRegister);
	if (!entry.description)
		return;
	__atomic_fetch_or(&entry.description->traits, DESCRIPTION_CUFILE, __ATOMIC_RELAXED);
	cufile_handle_remove(handle);
	uint32_t first = cufile_place(handle);
	for (uint32_t i = first; i < first + CUFILE_WINDOW; i++) {
		const void *unused = NULL;
		if (!__atomic_compare_exchange_n(&cufile_handles[i].handle, &unused, (void *)-1, 0,
		                                 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		description_hold(entry.description);
		cufile_handles[i].fd = entry;
		cufile_handles[i].descriptor = fd;
		__atomic_store_n(&cufile_handles[i].handle, handle, __ATOMIC_RELEASE);
		return;
	}
}

static struct cufile_handle *cufile_handle_find(const void *handle)
{
	uint32_t first = cufile_place(handle);
	for (uint32_t i = first; handle && i < first + CUFILE_WINDOW; i++)
		if (__atomic_load_n(&cufile_handles[i].handle, __ATOMIC_ACQUIRE) == handle)
			return &cufile_handles[i];
	return NULL;
}

/* A file's id is that of the process that defined it: a forked child asks anew. */
struct cufile_handle cufile_handle_look(const void *handle)
{
	const struct cufile_handle *found = cufile_handle_find(handle);
	if (!found)
		return (struct cufile_handle){0};
	struct cufile_handle copy = *found;
	if (copy.fd.generation != state_generation)
		copy.fd = fd_look(copy.descriptor);
	return copy;
}

void cufile_handle_remove(const void *handle)
{
	struct cufile_handle *found = cufile_handle_find(handle);
	if (!found)
		return;
	description_drop(found->fd.description);
	__atomic_store_n(&found->handle, NULL, __ATOMIC_RELEASE);
}
