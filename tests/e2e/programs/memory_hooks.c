/* SPDX-License-Identifier: Apache-2.0
 *
 * What hooks memory calls, in the two ways that libraries do it: compiled with
 * HOOKS_LIBRARY a library that defines mmap and munmap (as tcmalloc does);
 * without, a program that writes a jump over the first bytes of whatever the
 * loader finds under these names (as UCX and Open MPI do). Both make the call
 * itself by syscall(2), and count.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int maps, unmaps;

static void *hook_map(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	maps += fd >= 0;
	return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

static int hook_unmap(void *address, size_t size)
{
	unmaps++;
	return (int)syscall(SYS_munmap, address, size);
}

#ifdef HOOKS_LIBRARY

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	return hook_map(address, size, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
	return hook_map(address, size, protection, flags, fd, offset);
}

int munmap(void *address, size_t size)
{
	return hook_unmap(address, size);
}

__attribute__((destructor)) static void hook_tell(void)
{
	dprintf(2, "%d %d\n", maps, unmaps);
}

#else

/* movabs $to, %r11; jmp *%r11 */
static void patch(const char *name, uintptr_t to)
{
	uint8_t jump[13] = {0x49, 0xbb, [10] = 0x41, 0xff, 0xe3};
	uint8_t *at = dlsym(RTLD_DEFAULT, name);
	uintptr_t page = (uintptr_t)at & ~UINT64_C(4095);
	memcpy(jump + 2, &to, sizeof to);
	mprotect((void *)page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC);
	memcpy(at, jump, sizeof jump);
	mprotect((void *)page, 8192, PROT_READ | PROT_EXEC);
}

int main(int count, char **arguments)
{
	(void)count;
	patch("mmap", (uintptr_t)hook_map);
	patch("munmap", (uintptr_t)hook_unmap);
	int fd = open(arguments[1], O_RDONLY);
	for (int i = 0; i < 3; i++) {
		char *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096 * i);
		if (at == MAP_FAILED || *at != 'x')
			return 1;
		munmap(at, 4096);
	}
	printf("%d %d\n", maps, unmaps);
	return 0;
}

#endif
