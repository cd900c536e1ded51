/* SPDX-License-Identifier: Apache-2.0 */
#include "foreign.h"

#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static bool foreign_loads(int fd, const GElf_Phdr *segment)
{
	char name[PATH_MAX];
	size_t most = sizeof name - 1, bytes = segment->p_filesz < most ? segment->p_filesz : most;
	ssize_t got = pread(fd, name, bytes, (off_t)segment->p_offset);

	name[got > 0 ? got : 0] = '\0';
	return strstr(name, "/ld-musl") != NULL;
}

static bool foreign_in(int fd, Elf *elf)
{
	size_t count;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;
		if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_INTERP)
			return foreign_loads(fd, &segment);
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
		found = foreign_in(fd, elf);
	elf_end(elf);
	close(fd);
	return found;
}
