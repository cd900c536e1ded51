/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/site.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/maps.h"
#include "peek.h"
#include "base/room.h"
#include "base/sys.h"
#include "config.h"
#include "fault/scan.h"
#include "file/path.h"
#include "sandbox.h"
#include "thread.h"
#include "trace/define.h"
#include "uring/site_patch.h"
#include "uring/uring.h"

bool site_program_done;

#if defined(__x86_64__)
#define SITE_MODULES  1024
#define SITE_MOST     ((uintptr_t)16 << 20)  /* bytes of code that are searched … */
#define SITE_UTMOST   ((uintptr_t)256 << 20) /* … if a ring came from nowhere else … */
#define SITE_SMALL    ((size_t)256 << 10)    /* … when any program starts */
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

/* Which stretches of code are searched. */
struct site_wish {
	uintptr_t address; /* what they have; 0: any */
	uintptr_t most;    /* bytes … */
	bool around;       /* … at most around the address */
	bool rings;        /* there may be rings */
	int fd;            /* the file, or -1 */
};

static bool site_hook(const struct maps_line *line, uintptr_t module, const struct site_wish *wish)
{
	static struct site_search search; /* stacks may be small */
	search = (struct site_search){.module = module,
	                              .begin = line->begin,
	                              .end = line->end,
	                              .fd = wish->fd,
	                              .offset = line->offset,
	                              .alone = site_is_alone(),
	                              .quiet = !wish->rings};
	site_choose_state();
	site_find(&search);
	/* Before there is a ring, it is all or nothing: there is another time. */
	if (wish->fd >= 0 && search.missed)
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

static bool site_is_wanted(struct maps_line *line, const struct site_wish *wish)
{
	uintptr_t half = wish->most / 2, old = line->begin;
	if (wish->address && (wish->address < line->begin || wish->address >= line->end))
		return false;
	if (wish->around && wish->address - line->begin > half)
		line->begin = (wish->address - half) & ~(uintptr_t)(sys_page() - 1);
	if (wish->around && line->end - wish->address > half)
		line->end = wish->address + half;
	line->offset += (int64_t)(line->begin - old);
	return line->end - line->begin <= wish->most + sys_page();
}

static bool site_meet(struct maps_line *line, uintptr_t module, const struct site_wish *wish)
{
	if (!line->code || !line->inode || site_count == SITE_MODULES ||
	    !site_is_wanted(line, wish) || site_is_ours(line))
		return false;
	const struct site_module *known = site_module_of(line->begin, line->inode);
	return known ? known->anchor != 0 : site_hook(line, module, wish);
}

static bool site_each(const struct site_wish *wish)
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
		hooked |= site_meet(&line, module, wish);
	}
	thread_self.busy--;
	maps_close(&maps);
	errno = saved;
	return hooked;
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
	struct site_wish wish = {.address = (uintptr_t)caller, .most = SITE_MOST, .around = true};
	wish.fd = -1;
	bool hooked = site_each(&wish);
	site_end();
	return hooked;
}

bool site_hook_all(void)
{
	if (!site_begin())
		return false;
	struct site_wish wish = {.most = SITE_MOST, .rings = true, .fd = -1};
	bool hooked = site_each(&wish);
	wish.most = SITE_UTMOST;
	hooked = hooked || site_each(&wish);
	site_end();
	return hooked;
}

/* Where the program's parts lie, relative to what its headers say. */
static bool site_bias(const ElfW(Phdr) * parts, size_t count, uintptr_t *bias)
{
	for (size_t i = 0; parts && i < count; i++) {
		*bias = (uintptr_t)parts - parts[i].p_vaddr;
		if (parts[i].p_type == PT_PHDR)
			return true;
	}
	return false;
}

/* A part of the program as /proc/self/maps would say it, which takes far longer to be
 * written and read. */
static struct maps_line site_line(const ElfW(Phdr) * part, uintptr_t bias, uint64_t inode,
                                  const char *path, size_t path_bytes)
{
	uintptr_t page = sys_page() - 1, begin = bias + part->p_vaddr;
	return (struct maps_line){.begin = begin & ~page,
	                          .end = (begin + part->p_filesz + page) & ~page,
	                          .executable = part->p_flags & PF_X,
	                          .code = part->p_flags == (PF_R | PF_X),
	                          .offset = (int64_t)(part->p_offset & ~page),
	                          .inode = inode,
	                          .path = path,
	                          .path_bytes = path_bytes};
}

static void site_meet_program(int fd)
{
	const ElfW(Phdr) *parts = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	struct site_wish wish = {getauxval(AT_ENTRY), SITE_MOST, false, true, fd};
	uintptr_t bias, module = 0;
	struct stat about = {0};
	ROOM(path);
	long bytes = SYS4(readlinkat, AT_FDCWD, "/proc/self/exe", path, PATH_BYTES);
	size_t count = getauxval(AT_PHNUM);
	if (bytes <= 0 || SYS2(fstat, fd, &about) < 0 || !site_bias(parts, count, &bias))
		return;
	thread_self.busy++;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].p_type != PT_LOAD)
			continue;
		struct maps_line line =
		        site_line(&parts[i], bias, about.st_ino, path, (size_t)bytes);
		module = line.offset ? module : line.begin;
		site_meet(&line, module, &wish);
	}
	thread_self.busy--;
}

void site_hook_program(void)
{
	int saved = errno;
	site_program_done = !room_is_small();
	if (!site_begin())
		return;
	int fd = sys_open("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
	if (fd >= 0) {
		site_meet_program(fd);
		sys_close(fd);
	}
	site_end();
	errno = saved;
}

static bool site_has_number(const uint8_t *code, size_t bytes, uint32_t number)
{
	const uint8_t *end = code + bytes, *at = code + SITE_NUMBER_BEFORE;
	while (at < end && (at = memmem(at, (size_t)(end - at), &number, sizeof number))) {
		if (site_is_number(at))
			return true;
		at++;
	}
	return false;
}

/* What enters rings has the numbers of the calls in its code, which is there to be read. */
static bool site_may_enter(uintptr_t code, size_t bytes)
{
	return site_has_number((const uint8_t *)code, bytes, SYS_io_uring_enter) &&
	       site_has_number((const uint8_t *)code, bytes, SYS_io_uring_setup);
}

void site_hook_small_program(void)
{
	const ElfW(Phdr) *parts = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);
	uintptr_t bias;
	bool may = false;
	if (!site_bias(parts, count, &bias))
		return;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].p_type != PT_LOAD || !(parts[i].p_flags & PF_X))
			continue;
		if (parts[i].p_memsz > SITE_SMALL || !(parts[i].p_flags & PF_R))
			return;
		may |= site_may_enter(bias + parts[i].p_vaddr, parts[i].p_memsz);
	}
	if (may)
		site_hook_program();
	else
		site_program_done = true;
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
