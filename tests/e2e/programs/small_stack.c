/* SPDX-License-Identifier: Apache-2.0
 *
 * A handler that opens, writes and closes on a stack of 8 KiB, with nothing
 * mapped below it. Prints how often it came, and how often main did the like.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#define STACK 8192

static volatile unsigned long ticks;

static void tick(int number)
{
	int saved = errno, fd = open("log", O_CREAT | O_WRONLY | O_APPEND, 0600);
	(void)number;
	if (write(fd, "x", 1) == 1)
		ticks++;
	close(fd);
	errno = saved;
}

int main(void)
{
	char byte, *room = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = {.ss_sp = room + (1 << 19), .ss_size = STACK};
	struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	unsigned long rounds = 0;
	mprotect(stack.ss_sp, STACK, PROT_READ | PROT_WRITE);
	sigaltstack(&stack, NULL);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (; ticks < 2000 && rounds < 1000000; rounds++) {
		int fd = open("data", O_RDONLY);
		if (read(fd, &byte, 1) != 1)
			return 1;
		close(fd);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	printf("%lu %lu\n", ticks, rounds);
	return 0;
}
