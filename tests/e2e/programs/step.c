/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a few calls one instruction at a time, and at each asks who called whom.
 * Prints the steps, and those from which no way led back to who made the calls.
 */
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define FRAMES 64
#define TRAP   0x100ul

extern const char __start_makes_calls[], __stop_makes_calls[];

static unsigned long steps, astray;

static void step(int number)
{
	void *frames[FRAMES];
	int count = backtrace(frames, FRAMES), found = 0;
	(void)number;
	for (int i = 0; i < count; i++)
		found |= (const char *)frames[i] > __start_makes_calls &&
		         (const char *)frames[i] <= __stop_makes_calls;
	steps++;
	astray += !found;
}

__attribute__((noinline, section("makes_calls"))) static void make(const char *path)
{
	char bytes[64];
	__asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq" : : "i"(TRAP) : "memory", "cc");
	int fd = open(path, O_RDONLY);
	ssize_t n = pread(fd, bytes, sizeof bytes, 0);
	lseek(fd, 0, SEEK_SET);
	n += read(fd, bytes, sizeof bytes);
	close(fd);
	__asm__ volatile("pushfq\n\tandq %0, (%%rsp)\n\tpopfq" : : "i"(~TRAP) : "memory", "cc");
	if (n != 2)
		_exit(1);
}

int main(int argc, char **argv)
{
	void *warm[FRAMES];
	char bytes[1];
	if (argc < 2)
		return 2;
	backtrace(warm, FRAMES);
	int fd = open(argv[1], O_RDONLY);
	for (int i = 0; i < 100; i++)
		if (pread(fd, bytes, 1, 0) != 1)
			return 1;
	close(fd);
	signal(SIGTRAP, step);
	make(argv[1]);
	printf("%lu %lu\n", steps, astray);
	return 0;
}
