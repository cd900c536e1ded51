/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loaded.h"

#include <link.h>
#include <stddef.h>

struct loaded_search {
	uintptr_t address;
	struct loaded *found;
};

static int loaded_look(struct dl_phdr_info *object, size_t bytes, void *argument)
{
	const struct loaded_search *search = argument;
	uintptr_t begin = UINTPTR_MAX, end = 0;
	(void)bytes;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + part->p_vaddr, to = from + part->p_memsz;
		if (part->p_type != PT_LOAD)
			continue;
		begin = from < begin ? from : begin;
		end = to > end ? to : end;
	}
	if (search->address < begin || search->address >= end)
		return 0;
	*search->found = (struct loaded){object->dlpi_name, begin, end};
	return 1;
}

bool loaded_find(const void *address, struct loaded *found)
{
	struct loaded_search search = {(uintptr_t)address, found};
	return dl_iterate_phdr(loaded_look, &search) != 0;
}
