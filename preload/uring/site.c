/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/site.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "config.h"
#include "define.h"
#include "maps.h"
#include "peek.h"
#include "room.h"
#include "sandbox.h"
#include "scan.h"
#include "sys.h"
#include "thread.h"
#include "uring/site_patch.h"
#include "uring/uring.h"

bool site_program_done;

#if defined(__x86_64__)
#define SITE_MODULES  1024
#define SITE_MOST     ((uintptr_t)16 << 20) /* bytes of code that are searched */
#define SITE_SMALL    ((size_t)256 << 10)   /* … when any program starts */
#define SITE_PATIENCE 1000000

/* A stretch of code that was searched. */
struct site_module {
	uintptr_t begin, end;
	uint64_t inode;
	uintptr_t anchor; /* of a site; 0 = none was hooked */
	uint8_t bytes[SITE_JUMP_BYTES];
};

static struct site_module site_modules[SITE_MODULES];
static uint32_t site_count;
static uint32_t site_threads;

/* Whether a module is what it was: its memory may have become another's. */
static bool site_is_hooked(const struct site_module *module)
{
	uint8_t bytes[SITE_JUMP_BYTES];
	return module->anchor && peek(bytes, (void *)module->anchor, sizeof bytes) &&
	       !memcmp(bytes, module->bytes, sizeof bytes);
}

/* What is known of the code there: hooked code lies in more stretches than it did. */
static const struct site_module *site_module_of(uintptr_t address, uint64_t inode)
{
	for (uint32_t i = 0; i < site_count; i++) {
		const struct site_module *module = &site_modules[i];
		if (module->begin <= address && address < module->end &&
		    (module->anchor ? site_is_hooked(module) : module->inode == inode))
			return module;
	}
	return NULL;
}

static void site_remember(const struct site_search *search, uint64_t inode, bool hooked)
{
	struct site_module *place = &site_modules[site_count++];
	*place = (struct site_module){.begin = search->begin, .end = search->end, .inode = inode};
	if (!hooked)
		return;
	place->anchor = search->sites[0].anchor;
	memcpy(place->bytes, (void *)place->anchor, sizeof place->bytes);
}

static void site_note(const struct maps_line *line, const char *text)
{
	char note[512];
	size_t path = line->path_bytes < 256 ? line->path_bytes : 256, bytes = strlen(text);
	memcpy(note, "io_uring: ", 10);
	memcpy(note + 10, line->path, path);
	memcpy(note + 10 + path, text, bytes);
	define_record(AIOT_DEFINE_NOTE, note, 10 + path + bytes, NULL, 0);
}

static void site_count_thread(uint32_t tid)
{
	(void)tid;
	site_threads++;
}

static bool site_is_alone(void)
{
	site_threads = 0;
	scan_threads(site_count_thread);
	return site_threads == 1;
}

/* What our own functions are called for, or what makes no rings. */
static bool site_is_ours(const struct maps_line *line)
{
	static const char *const names[] = {"liburing.so", "libc.so", "libc-",
	                                    "ld-linux",    "ld-",     "libpthread"};
	const char *name = memrchr(line->path, '/', line->path_bytes);
	uintptr_t self = (uintptr_t)site_hook_caller;
	if (!name || (line->begin <= self && self < line->end))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(name + 1, names[i], strlen(names[i])))
			return true;
	return false;
}

#define SITE_STATES 0xe6u /* SSE, AVX and AVX-512, as far as they are there */

extern uint32_t uring_site_mask HIDDEN;

/* What has to be saved of vector registers, and whether XSAVEC can. */
static void site_choose_state(void)
{
	uint32_t a, b, c, d, low, high;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) ||
	    !__get_cpuid_count(13, 1, &a, &b, &c, &d) || !(a & 2 /* XSAVEC */))
		return;
	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	uring_site_mask = low & SITE_STATES;
}

static bool site_hook(const struct maps_line *line, uintptr_t module, int fd, bool rings)
{
	static struct site_search search; /* stacks may be small */
	search = (struct site_search){.module = module,
	                              .begin = line->begin,
	                              .end = line->end,
	                              .fd = fd,
	                              .offset = line->offset,
	                              .alone = site_is_alone(),
	                              .quiet = !rings};
	site_choose_state();
	site_find(&search);
	/* Before there is a ring, it is all or nothing: there is another time. */
	if (fd >= 0 && search.missed)
		return false;
	bool hooked = site_patch(&search, search.alone || search.quiet) == search.count &&
	              search.count && !search.missed;
	site_remember(&search, line->inode, hooked);
	if ((search.count || search.missed) && !hooked)
		site_note(line,
		          " enters the kernel by itself, and not all of its code can be hooked: "
		          "operations may be missing");
	return hooked;
}

/* Searches the stretches of code that `wanted` says; `fd` is their file, or -1. */
static bool site_each(bool (*wanted)(const struct maps_line *line, uintptr_t argument),
                      uintptr_t argument, int fd, bool rings)
{
	struct maps maps;
	struct maps_line line;
	uintptr_t module = 0;
	bool hooked = false;
	int saved = errno;
	if (!maps_open(&maps))
		return false;
	thread_self.busy++;
	while (maps_next(&maps, &line)) {
		if (line.offset == 0 && line.inode)
			module = line.begin;
		if (!line.code || !line.inode || site_count == SITE_MODULES ||
		    line.end - line.begin > SITE_MOST || !wanted(&line, argument) ||
		    site_is_ours(&line))
			continue;
		const struct site_module *known = site_module_of(line.begin, line.inode);
		hooked |= known ? known->anchor != 0 : site_hook(&line, module, fd, rings);
	}
	thread_self.busy--;
	maps_close(&maps);
	errno = saved;
	return hooked;
}

static bool site_has(const struct maps_line *line, uintptr_t address)
{
	return line->begin <= address && address < line->end;
}

static bool site_is_any(const struct maps_line *line, uintptr_t unused)
{
	(void)line;
	(void)unused;
	return true;
}

/* One thread at a time; never in a child that shares this memory, under a filter that
 * may not let code be made, or on a stack for signals. */
static bool site_begin(void)
{
	bool may = config.poll && sandbox_allows_young() && !room_is_small();
	uint32_t *words = may ? uring_words() : NULL, self = thread_id();
	if (!words || thread_is_vforked())
		return false;
	for (int i = 0; i < SITE_PATIENCE; i++) {
		uint32_t holder = 0;
		if (__atomic_compare_exchange_n(&words[URING_WORD_SITES], &holder, self, 0,
		                                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
		if (holder == self)
			return false;
		SYS0(sched_yield);
	}
	return false;
}

static void site_end(void)
{
	__atomic_store_n(&uring_words()[URING_WORD_SITES], 0, __ATOMIC_RELEASE);
}

/* Of a module that has made a ring by a function before, code is known: this is the
 * first, and nobody is about to enter it. */
bool site_hook_caller(const void *caller)
{
	if (!site_begin())
		return false;
	bool hooked = site_each(site_has, (uintptr_t)caller, -1, false);
	site_end();
	return hooked;
}

bool site_hook_all(void)
{
	if (!site_begin())
		return false;
	bool hooked = site_each(site_is_any, 0, -1, true);
	site_end();
	return hooked;
}

void site_hook_program(void)
{
	site_program_done = !room_is_small();
	if (!site_begin())
		return;
	int fd = sys_open("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
	if (fd >= 0) {
		site_each(site_has, getauxval(AT_ENTRY), fd, true);
		sys_close(fd);
	}
	site_end();
}

static size_t site_program_bytes(void)
{
	const ElfW(Phdr) *part = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t bytes = 0;
	for (unsigned long i = getauxval(AT_PHNUM); part && i > 0; i--, part++)
		bytes += part->p_type == PT_LOAD && part->p_flags & PF_X ? part->p_memsz : 0;
	return bytes;
}

void site_hook_small_program(void)
{
	size_t bytes = site_program_bytes();
	if (bytes && bytes <= SITE_SMALL)
		site_hook_program();
}
#else
bool site_hook_caller(const void *caller)
{
	(void)caller;
	return false;
}

bool site_hook_all(void)
{
	return false;
}

void site_hook_program(void)
{
	site_program_done = true;
}

void site_hook_small_program(void)
{
}
#endif
