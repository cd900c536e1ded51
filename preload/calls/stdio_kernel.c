/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/stdio_kernel.h"

#include <dlfcn.h>
#include <link.h>

#include "calls/data.h"
#include "trace/attributes.h"

__thread struct stdio_kernel stdio_kernel;

static ssize_t (*stdio_kernel_real_read)(FILE *stream, void *buffer, ssize_t size);
static ssize_t (*stdio_kernel_real_write)(FILE *stream, const void *buffer, ssize_t size);
static off64_t (*stdio_kernel_real_seek)(FILE *stream, off64_t offset, int whence);
static int (*stdio_kernel_real_close)(FILE *stream);

static ssize_t stdio_kernel_read(FILE *stream, void *buffer, ssize_t size)
{
	struct call call;
	bool wanted = data_read_begin(&call, stream->_fileno, DATA_AT_POSITION, (uint64_t)size);
	ssize_t got = stdio_kernel_real_read(stream, buffer, size);
	stdio_kernel.calls++;
	stdio_kernel.failures += got < 0;
	stdio_kernel.read_bytes += got > 0 ? (uint64_t)got : 0;
	if (wanted)
		data_read(&call, AIOT_CALL_stdio_read, stream->_fileno, (uint64_t)size, got);
	return got;
}

/* libc repeats a short write until all is written or one fails: less than
 * `size` means that the last one failed. */
static ssize_t stdio_kernel_write(FILE *stream, const void *buffer, ssize_t size)
{
	struct call call;
	bool wanted = call_begin_on(&call, stream->_fileno);
	ssize_t put = stdio_kernel_real_write(stream, buffer, size);
	stdio_kernel.calls++;
	stdio_kernel.failures += put < size;
	if (wanted && put > 0)
		data_write(&call, AIOT_CALL_stdio_write, stream->_fileno, (uint64_t)size, put);
	if (wanted && put < size)
		data_write(&call, AIOT_CALL_stdio_write, stream->_fileno, (uint64_t)(size - put),
		           -1);
	return put;
}

static off64_t stdio_kernel_seek(FILE *stream, off64_t offset, int whence)
{
	struct call call;
	if (stdio_kernel.opening || !call_begin_on(&call, stream->_fileno))
		return stdio_kernel_real_seek(stream, offset, whence);
	off64_t reached = stdio_kernel_real_seek(stream, offset, whence);
	stdio_kernel.calls++;
	return data_seek(&call, AIOT_CALL_stdio_seek, offset, whence, reached);
}

/* Also of streams that libc has for itself (time zones, users, hosts), whose closing
 * nobody else sees: the number may stand for another file next. */
static int stdio_kernel_close(FILE *stream)
{
	if (!thread_is_vforked()) {
		stdio_kernel.closed = stream->_fileno;
		fd_closed(stream->_fileno);
	}
	return stdio_kernel_real_close(stream);
}

/* The part of libc that is read-only once it is relocated; the tables are
 * there. Only whole pages are protected. */
struct stdio_kernel_part {
	uintptr_t inside; /* an address that tells which library is meant */
	uintptr_t begin, end;
};

static uintptr_t stdio_kernel_page(uintptr_t address)
{
	return address & ~((uintptr_t)getpagesize() - 1);
}

static int stdio_kernel_look(struct dl_phdr_info *library, size_t size, void *data)
{
	struct stdio_kernel_part *part = data;
	(void)size;
	for (int i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &library->dlpi_phdr[i];
		uintptr_t begin = library->dlpi_addr + header->p_vaddr;
		uintptr_t end = stdio_kernel_page(begin + header->p_memsz);
		if (header->p_type != PT_GNU_RELRO || part->inside < begin || part->inside >= end)
			continue;
		part->begin = begin;
		part->end = end;
		return 1;
	}
	return 0;
}

/* Each word that names `function` names `ours` from now on. */
static void stdio_kernel_replace(const struct stdio_kernel_part *part, void *function, void *ours)
{
	void **end = (void **)part->end;
	for (void **word = (void **)((part->begin + 7) & ~(uintptr_t)7); word < end; word++)
		if (*word == function)
			__atomic_store_n(word, ours, __ATOMIC_RELEASE);
}

/* What a table must hold: it tells this libc from one that is made otherwise. */
static bool stdio_kernel_holds(void *const *table, const void *function)
{
	for (int i = 0; function && i < 21; i++)
		if (table[i] == function)
			return true;
	return false;
}

static bool stdio_kernel_prepare(struct stdio_kernel_part *part)
{
	void *const *table = dlsym(RTLD_NEXT, "_IO_file_jumps");
	void *functions[] = {dlsym(RTLD_NEXT, "_IO_file_read"), dlsym(RTLD_NEXT, "_IO_file_write"),
	                     dlsym(RTLD_NEXT, "_IO_file_seek"), dlsym(RTLD_NEXT, "_IO_file_close")};
	part->inside = (uintptr_t)table;
	if (!table || !dl_iterate_phdr(stdio_kernel_look, part))
		return false;
	for (int i = 0; i < 4; i++)
		if (!stdio_kernel_holds(table, functions[i]))
			return false;
	memcpy(&stdio_kernel_real_read, &functions[0], sizeof functions[0]);
	memcpy(&stdio_kernel_real_write, &functions[1], sizeof functions[1]);
	memcpy(&stdio_kernel_real_seek, &functions[2], sizeof functions[2]);
	memcpy(&stdio_kernel_real_close, &functions[3], sizeof functions[3]);
	return true;
}

static bool stdio_kernel_install(void)
{
	struct stdio_kernel_part part;
	if (!stdio_kernel_prepare(&part))
		return false;
	uintptr_t page = stdio_kernel_page(part.begin);
	if (SYS3(mprotect, page, part.end - page, PROT_READ | PROT_WRITE) < 0)
		return false;
	stdio_kernel_replace(&part, (void *)stdio_kernel_real_read, (void *)stdio_kernel_read);
	stdio_kernel_replace(&part, (void *)stdio_kernel_real_write, (void *)stdio_kernel_write);
	stdio_kernel_replace(&part, (void *)stdio_kernel_real_seek, (void *)stdio_kernel_seek);
	stdio_kernel_replace(&part, (void *)stdio_kernel_real_close, (void *)stdio_kernel_close);
	SYS3(mprotect, page, part.end - page, PROT_READ);
	return true;
}

bool stdio_kernel_watch(void)
{
	static enum { UNTRIED, TRYING, WATCHED, IMPOSSIBLE } state;
	int seen = __atomic_load_n(&state, __ATOMIC_ACQUIRE), untried = UNTRIED;
	if (seen != UNTRIED)
		return seen == WATCHED;
	if (!__atomic_compare_exchange_n((int *)&state, &untried, TRYING, 0, __ATOMIC_ACQ_REL,
	                                 __ATOMIC_ACQUIRE))
		return untried == WATCHED;
	int saved = errno;
	thread_self.busy++;
	bool done = stdio_kernel_install();
	thread_self.busy--;
	errno = saved;
	if (!done)
		attributes_note("streams of this libc can't be followed into the kernel: what "
		                "they read and write is known by the calls made on them");
	__atomic_store_n(&state, done ? WATCHED : IMPOSSIBLE, __ATOMIC_RELEASE);
	return done;
}

__attribute__((constructor)) static void stdio_kernel_load(void)
{
	if (event_wanted()) {
		stdio_kernel_watch();
		event_none();
	}
}
