/* SPDX-License-Identifier: Apache-2.0 */
#include "base/behind.h"

#include <link.h>
#include <string.h>

#define BEHIND_HIDDEN 0x8000 /* a version that is not the default one */

/* Some loaders leave these pointers as the file has them. */
static const void *behind_pointer(uintptr_t base, uintptr_t value)
{
	return (const void *)(value < base ? base + value : value);
}

static bool behind_add(struct behind *behind, uintptr_t base, const ElfW(Dyn) * entry)
{
	struct behind_object object = {.base = base};
	if (behind->count == BEHIND_MOST)
		return false;
	for (; entry->d_tag != DT_NULL; entry++) {
		const void *at = behind_pointer(base, entry->d_un.d_ptr);
		switch (entry->d_tag) {
		case DT_GNU_HASH: object.hash = at; break;
		case DT_SYMTAB: object.symbols = at; break;
		case DT_STRTAB: object.names = at; break;
		case DT_VERSYM: object.versions = at; break;
		default: break;
		}
	}
	behind->objects[behind->count++] = object;
	/* Without buckets, or words of its filter, there is nothing to divide by. */
	return object.hash && object.hash[0] && object.hash[2] && object.symbols && object.names;
}

static int behind_look(struct dl_phdr_info *object, size_t bytes, void *argument)
{
	struct behind *behind = argument;
	const ElfW(Dyn) *dynamic = NULL;
	bool ours = false;
	(void)bytes;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + part->p_vaddr;
		ours |= part->p_type == PT_LOAD && (uintptr_t)behind_look - from < part->p_memsz;
		if (part->p_type == PT_DYNAMIC)
			dynamic = (const void *)from;
	}
	/* The kernel's own is in nobody's search order. */
	bool searched = behind->ours && !strstr(object->dlpi_name, "linux-vdso");
	if (searched && (!dynamic || !behind_add(behind, object->dlpi_addr, dynamic)))
		behind->whole = false;
	behind->ours |= ours;
	return 0;
}

void behind_read(struct behind *behind)
{
	behind->count = 0;
	behind->ours = false;
	behind->whole = true;
	dl_iterate_phdr(behind_look, behind);
}

static uint32_t behind_hash(const char *name)
{
	uint32_t hash = 5381;
	for (; *name; name++)
		hash = hash * 33 + (uint8_t)*name;
	return hash;
}

/* The number of the symbol in the object, or 0. */
static uint32_t behind_symbol(const struct behind_object *object, const char *name, uint32_t hash)
{
	const uint32_t *head = object->hash;
	uint32_t buckets = head[0], first = head[1], words = head[2], shift = head[3];
	const uintptr_t *bloom = (const uintptr_t *)(head + 4);
	const uint32_t *bucket = (const uint32_t *)(bloom + words), *chain = bucket + buckets;
	const unsigned bits = 8 * sizeof *bloom;
	uintptr_t word = bloom[hash / bits % words];
	if (!(word >> hash % bits & word >> (hash >> shift) % bits & 1))
		return 0;
	uint32_t i = bucket[hash % buckets];
	if (i < first)
		return 0;
	const ElfW(Sym) *symbols = object->symbols;
	for (;; i++) {
		uint32_t found = chain[i - first];
		if ((found | 1) == (hash | 1) && !strcmp(object->names + symbols[i].st_name, name))
			return i;
		if (found & 1)
			return 0;
	}
}

bool behind_find(const struct behind *behind, const char *name, void **found)
{
	uint32_t hash = behind_hash(name), number = 0;
	*found = NULL;
	if (!behind->ours || !behind->whole)
		return false;
	for (uint32_t i = 0; !number && i < behind->count; i++) {
		const struct behind_object *object = &behind->objects[i];
		const ElfW(Sym) *symbol = object->symbols;
		number = behind_symbol(object, name, hash);
		symbol += number;
		if (!number)
			continue;
		/* Of several versions, or where a function chooses, it is dlsym's to say. */
		if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || !symbol->st_value ||
		    (object->versions && object->versions[number] & BEHIND_HIDDEN))
			return false;
		*found = (void *)(object->base + symbol->st_value);
	}
	return true;
}
