/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/loaded.h"
#include "base/room.h"
#include "base/sys.h"
#include "config.h"
#include "thread.h"
#include "trace/define.h"

#define PROGRAM_DEPTH  4    /* a script's interpreter may be a script */
#define PROGRAM_BYTES  2048 /* where the loader's name is found */
#define PROGRAM_SCRIPT 256  /* bytes of a script that the kernel looks at */
#define PROGRAM_TOLD   64
#define PROGRAM_CLASS  (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#if defined(__x86_64__)
#define PROGRAM_MACHINE EM_X86_64
#else
#define PROGRAM_MACHINE EM_AARCH64
#endif

static const char program_variable[] = "LD_PRELOAD=";

/* The library's name as it stands in LD_PRELOAD, without its folder. */
static char program_self[256];

__attribute__((constructor)) static void program_load(void)
{
	struct loaded own;
	const char *name = loaded_find(program_self, &own) ? own.name : NULL;
	const char *slash = name ? strrchr(name, '/') : NULL;
	name = slash ? slash + 1 : name;
	if (name && strlen(name) < sizeof program_self)
		strcpy(program_self, name);
}

static bool program_is_self(const char *entry, size_t length)
{
	size_t bytes = strlen(program_self);
	return bytes && length >= bytes && !memcmp(entry + length - bytes, program_self, bytes) &&
	       (length == bytes || entry[length - bytes - 1] == '/');
}

static enum aiot_program program_of_loader(int fd, const ElfW(Phdr) * header)
{
	char name[128];
	size_t bytes = header->p_filesz < sizeof name ? header->p_filesz : sizeof name - 1;
	long got = sys_read_at(fd, name, bytes, (int64_t)header->p_offset);
	name[got > 0 ? got : 0] = '\0';
	return strstr(name, "/ld-musl") ? AIOT_PROGRAM_OTHER_LIBC : AIOT_PROGRAM_TRACED;
}

static enum aiot_program program_of_headers(int fd, const char *head, size_t bytes)
{
	const ElfW(Ehdr) *elf = (const void *)head;
	for (unsigned i = 0; i < elf->e_phnum; i++) {
		size_t at = elf->e_phoff + i * sizeof(ElfW(Phdr));
		if (elf->e_phentsize != sizeof(ElfW(Phdr)) || at + sizeof(ElfW(Phdr)) > bytes)
			return AIOT_PROGRAM_TRACED;
		ElfW(Phdr) header;
		memcpy(&header, head + at, sizeof header);
		if (header.p_type == PT_INTERP)
			return program_of_loader(fd, &header);
	}
	return AIOT_PROGRAM_STATIC;
}

static enum aiot_program program_of_elf(int fd, const char *head, size_t bytes)
{
	const ElfW(Ehdr) *elf = (const void *)head;
	if (bytes < sizeof *elf || elf->e_ident[EI_CLASS] != PROGRAM_CLASS ||
	    elf->e_machine != PROGRAM_MACHINE)
		return AIOT_PROGRAM_OTHER_MACHINE;
	return program_of_headers(fd, head, bytes);
}

/* Who runs as another than who started it is not given the library. */
static bool program_is_secure(int fd)
{
	struct stat about;
	char capabilities[64];
	if (SYS2(fstat, fd, &about) < 0)
		return false;
	bool user = about.st_mode & S_ISUID && about.st_uid != (uid_t)SYS0(getuid);
	bool group = (about.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
	             about.st_gid != (gid_t)SYS0(getgid);
	return user || group ||
	       (SYS0(geteuid) &&
	        SYS4(fgetxattr, fd, "security.capability", capabilities, sizeof capabilities) > 0);
}

/* The interpreter that a script names, in place; NULL where there is none. */
static const char *program_interpreter(char *head)
{
	char *name = head + 2 + strspn(head + 2, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	return *name ? name : NULL;
}

static enum aiot_program program_look(const char *path)
{
	ROOM(room);
	char *head = room, *script = room + PROGRAM_BYTES + 1;
	for (int depth = 0; path && depth < PROGRAM_DEPTH; depth++) {
		int fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
		long got = fd < 0 ? -1 : sys_read_at(fd, head, PROGRAM_BYTES, 0);
		enum aiot_program found = AIOT_PROGRAM_TRACED;
		bool elf = got > SELFMAG && !memcmp(head, ELFMAG, SELFMAG);
		if (elf)
			found = program_of_elf(fd, head, (size_t)got);
		if (elf && found == AIOT_PROGRAM_TRACED && program_is_secure(fd))
			found = AIOT_PROGRAM_SECURE;
		if (fd >= 0)
			sys_close(fd);
		if (elf || got < 2 || head[0] != '#' || head[1] != '!')
			return found;
		head[got < PROGRAM_SCRIPT ? got : PROGRAM_SCRIPT] = '\0';
		memcpy(script, head, PROGRAM_SCRIPT + 1);
		path = program_interpreter(script);
	}
	return AIOT_PROGRAM_TRACED;
}

bool program_is(const char *path)
{
	struct stat about;
	return SYS2(stat, path, &about) == 0 && S_ISREG(about.st_mode) &&
	       SYS3(faccessat, AT_FDCWD, path, X_OK) == 0;
}

bool program_find(const char *file, char path[PATH_BYTES])
{
	const char *list = config_variable("PATH");
	for (list = list ? list : "/bin:/usr/bin"; *list;) {
		size_t length = strcspn(list, ":");
		if (length + strlen(file) + 2 < PATH_BYTES) {
			memcpy(path, list, length);
			path[length] = '/';
			strcpy(path + length + 1, file);
			if (!length)
				strcpy(path, file);
			if (program_is(path))
				return true;
		}
		list += length + (list[length] == ':');
	}
	return false;
}

static const char *program_preloads(const char *entry)
{
	size_t bytes = sizeof program_variable - 1;
	return strncmp(entry, program_variable, bytes) ? NULL : entry + bytes;
}

/* Room for a copy of an environment that asks for the library. */
static struct program_room program_room_of(char *const environment[])
{
	struct program_room room = {0, 0};
	size_t count = 0;
	for (; environment && environment[count]; count++) {
		const char *list = program_preloads(environment[count]);
		for (size_t length; list && *list; list += length + (list[length] != 0)) {
			length = strcspn(list, ": ");
			if (program_is_self(list, length))
				room.bytes = strlen(environment[count]) + 1;
		}
	}
	room.entries = room.bytes ? count + 1 : 0;
	return room;
}

struct program_room program_room(const char *path, char *const environment[])
{
	struct program_room room = program_room_of(environment);
	enum aiot_program found = room.entries && path ? program_look(path) : AIOT_PROGRAM_TRACED;
	bool parts = found == AIOT_PROGRAM_OTHER_LIBC || found == AIOT_PROGRAM_OTHER_MACHINE;
	return parts ? room : (struct program_room){0, 0};
}

/* What else is to be loaded; returns whether that is anything. */
static bool program_part_list(const char *list, char *to)
{
	char *begin = to;
	for (size_t length; *list; list += length + (list[length] != 0)) {
		length = strcspn(list, ": ");
		if (!length || program_is_self(list, length))
			continue;
		if (to != begin)
			*to++ = ':';
		memcpy(to, list, length);
		to += length;
	}
	*to = '\0';
	return to != begin;
}

char *const *program_part(char *const environment[], char **list, char *value)
{
	size_t head = sizeof program_variable - 1;
	char **begin = list;
	for (; *environment; environment++) {
		const char *preloads = program_preloads(*environment);
		if (!preloads) {
			*list++ = *environment;
			continue;
		}
		memcpy(value, program_variable, head);
		if (program_part_list(preloads, value + head))
			*list++ = value;
	}
	*list = NULL;
	return begin;
}

/* Into the thread's buffer: a vfork child may no longer be one who can write the
 * trace, and then it would end its parent's. */
static void program_tell(const char *path, enum aiot_program why)
{
	struct aiot_define_program about = {.why = why};
	thread_self.busy++;
	define_record(AIOT_DEFINE_PROGRAM, &about, sizeof about, path, strlen(path));
	thread_self.busy--;
}

void program_starts(const char *path)
{
	static uint64_t told[PROGRAM_TOLD];
	static uint32_t next;
	enum aiot_program found = program_look(path);
	uint64_t key = found ? XXH3_64bits(path, strlen(path)) | 1 : 0;
	for (int i = 0; key && i < PROGRAM_TOLD; i++)
		key = told[i] == key ? 0 : key;
	uint32_t place = key ? __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) : PROGRAM_TOLD;
	if (place >= PROGRAM_TOLD)
		return;
	told[place] = key;
	program_tell(path, found);
}
