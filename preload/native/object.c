/* SPDX-License-Identifier: Apache-2.0 */
#include "native/object.h"

#include <dlfcn.h>
#include <string.h>

#include "base/real.h"

/* As glibc's struct dl_find_object, which older headers lack. */
struct object_found {
	unsigned long long flags;
	void *begin, *end;
	struct link_map *map;
	void *frames;
	unsigned long long reserved[7];
};

static int (*object_ask)(void *address, struct object_found *found);

bool object_prepare(void)
{
	if (object_ask)
		return true;
	void *(*look)(void *, const char *);
	void *function = real_dlsym_function(), *found;
	memcpy(&look, &function, sizeof look);
	found = look ? look(RTLD_DEFAULT, "_dl_find_object") : NULL;
	memcpy(&object_ask, &found, sizeof found);
	return found != NULL;
}

static uint64_t object_mix(uint64_t a, uint64_t b)
{
	return (a ^ b >> 29) * 0x9E3779B185EBCA87u ^ b * 0xC2B2AE3D27D4EB4Fu;
}

bool object_find(uintptr_t address, struct object *object)
{
	struct object_found found;
	if (object_ask((void *)address, &found))
		return false;
	*object = (struct object){(uintptr_t)found.begin, (uintptr_t)found.end, found.map,
	                          found.frames, 0};
	object->identity = object_mix(object_mix(object->begin, object->end),
	                              (uintptr_t)found.map ^ (uintptr_t)found.frames << 20);
	return true;
}

static bool object_holds(const struct object *object, uintptr_t at, size_t bytes)
{
	return at >= object->begin && at <= object->end && object->end - at >= bytes;
}

/* Among notes that lie at `at`. */
static const uint8_t *object_note(uintptr_t at, size_t size, uint32_t *bytes)
{
	const ElfW(Nhdr) * note;
	for (; size > sizeof *note; at += sizeof *note, size -= sizeof *note) {
		note = (const ElfW(Nhdr) *)at;
		size_t name = (note->n_namesz + 3u) & ~3u, content = (note->n_descsz + 3u) & ~3u;
		const char *text = (const char *)(note + 1);
		if (name > size - sizeof *note || content > size - sizeof *note - name)
			return NULL;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(text, "GNU", 4)) {
			*bytes = note->n_descsz;
			return (const uint8_t *)text + name;
		}
		at += name + content;
		size -= name + content;
	}
	return NULL;
}

const uint8_t *object_build_id(const struct object *object, uint32_t *bytes)
{
	const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)object->begin;
	if (!object_holds(object, object->begin, sizeof *head) ||
	    memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    head->e_phentsize != sizeof(ElfW(Phdr)) ||
	    !object_holds(object, object->begin + head->e_phoff,
	                  (size_t)head->e_phnum * head->e_phentsize))
		return NULL;
	const ElfW(Phdr) *part = (const ElfW(Phdr) *)(object->begin + head->e_phoff);
	for (unsigned i = 0; i < head->e_phnum; i++) {
		uintptr_t at = object->map->l_addr + part[i].p_vaddr;
		if (part[i].p_type != PT_NOTE || !object_holds(object, at, part[i].p_memsz))
			continue;
		const uint8_t *found = object_note(at, part[i].p_memsz, bytes);
		if (found)
			return found;
	}
	return NULL;
}
