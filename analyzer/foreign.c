/* SPDX-License-Identifier: Apache-2.0 */
#include "foreign.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* The loader's name in the segment, if all of it is in the file. */
static const char *foreign_loader(Elf *elf, const GElf_Phdr *segment)
{
	size_t bytes;
	const char *file = elf_rawfile(elf, &bytes);

	if (!file || segment->p_offset > bytes || segment->p_filesz > bytes - segment->p_offset)
		return NULL;
	file += segment->p_offset;
	return memchr(file, '\0', segment->p_filesz) ? file : NULL;
}

static bool foreign_in(Elf *elf)
{
	size_t count;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;
		const char *loader;
		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_INTERP)
			continue;
		loader = foreign_loader(elf, &segment);
		return loader && strstr(loader, "/ld-musl");
	}
	return false;
}

bool foreign_is(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool found = false;
	Elf *elf;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		found = foreign_in(elf);
	elf_end(elf);
	close(fd);
	return found;
}
