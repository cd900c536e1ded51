/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one byte at offset n of a file from stack n, from many kinds of stacks, and
 * prints what backtrace() says of each: native FILE SCENARIO...
 */
#include <alloca.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define FRAMES   100
#define SEPARATE __attribute__((noinline, noclone))
/* Keeps the call before it from being a jump. */
#define STAY __asm__ volatile("" ::: "memory")

extern char __executable_start;

static int fd;
static int number;

static struct told {
	int count;
	void *frames[FRAMES];
} * told; /* shared with children */

/* The callers, without this function and its own. */
#define TELL(n)                                                                                    \
	do {                                                                                       \
		void *all[FRAMES];                                                                 \
		int count = backtrace(all, FRAMES);                                                \
		told[n].count = count > 1 ? count - 1 : 0;                                         \
		memcpy(told[n].frames, all + 1, (size_t)told[n].count * sizeof *all);              \
	} while (0)

SEPARATE void touch(void)
{
	char byte;
	int n = __atomic_add_fetch(&number, 1, __ATOMIC_SEQ_CST);
	TELL(n);
	if (pread(fd, &byte, 1, n) != 1)
		abort();
	STAY;
}

SEPARATE void down(int depth)
{
	if (depth)
		down(depth - 1);
	else
		touch();
	STAY;
}

/* Its frame is known by the frame pointer alone. */
SEPARATE void sized(size_t size)
{
	volatile char *room = alloca(size);
	room[0] = 1;
	touch();
	room[size - 1] = 2;
}

/* Its stack is aligned to more than the ABI says. */
SEPARATE void aligned(int depth)
{
	_Alignas(64) volatile char room[128];
	room[0] = (char)depth;
	if (room[0])
		aligned(depth - 1);
	else
		sized(200);
	room[64] = room[0];
}

SEPARATE void aligned_and_sized(size_t size)
{
	_Alignas(64) volatile char room[128];
	volatile char *more = alloca(size);
	room[0] = more[0] = 1;
	touch();
	room[64] = more[size - 1] = room[0];
}

SEPARATE void arguments(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j)
{
	touch();
	if (a + b + c + d + e + f + g + h + i + j == 1)
		touch();
	STAY;
}

static int compare(const void *one, const void *other)
{
	touch();
	return *(const int *)one - *(const int *)other;
}

static void plain(void)
{
	touch();
	for (int i = 0; i < 3; i++)
		down(i);
	down(60);
	sized(100);
	sized(5000);
	aligned(0);
	aligned(5);
	aligned_and_sized(77);
	arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}

static void through_libc(void)
{
	int numbers[] = {3, 1, 2, 5, 4};
	qsort(numbers, 5, sizeof *numbers, compare);
}

static void on_signal(int signal)
{
	(void)signal;
	down(2);
}

static void signals(void)
{
	static char stack[65536];
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = on_signal};
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	action.sa_flags = SA_ONSTACK;
	sigaltstack(&other, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR2);
	raise(SIGUSR2);
}

static void *thread(void *depth)
{
	down((int)(intptr_t)depth);
	aligned(3);
	return NULL;
}

static void run_thread(size_t stack, int depth)
{
	pthread_attr_t attributes;
	pthread_t id;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack);
	if (pthread_create(&id, &attributes, thread, (void *)(intptr_t)depth))
		abort();
	pthread_join(id, NULL);
}

static void threads(void)
{
	for (int i = 0; i < 4; i++)
		run_thread(1 << 20, i);
	run_thread(65536, 2);
}

static ucontext_t routine_main, routine_own;

static void routine(void)
{
	down(3);
	swapcontext(&routine_own, &routine_main);
	down(4);
}

static void coroutines(void)
{
	static char stack[1 << 17];
	getcontext(&routine_own);
	routine_own.uc_stack = (stack_t){.ss_sp = stack, .ss_size = sizeof stack};
	routine_own.uc_link = &routine_main;
	makecontext(&routine_own, routine, 0);
	swapcontext(&routine_main, &routine_own);
	down(1);
	swapcontext(&routine_main, &routine_own);
	down(1);
}

static void forks(void)
{
	down(1);
	if (!fork()) {
		down(2);
		_exit(0);
	}
	wait(NULL);
	number++;
	down(3);
}

/* Code that no table knows: it calls what it is given and returns. */
static void made(void)
{
	static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
	void *place = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void (*call)(void (*)(void));
	memcpy(place, code, sizeof code);
	memcpy(&call, &place, sizeof call);
	call(touch);
}

/* Its table says that its frame is far larger than it is. */
void lying(void (*call)(void));
__asm__(".text\n.type lying, %function\nlying:\n.cfi_startproc\n.cfi_def_cfa_offset 1073741824\n"
        "subq $8, %rsp\ncall *%rdi\naddq $8, %rsp\nret\n.cfi_endproc\n.size lying, . - lying\n");

/* backtrace() believes the table, and dies of it. */
static void read_only(void)
{
	char byte;
	if (pread(fd, &byte, 1, ++number) != 1)
		abort();
}

static void lies(void)
{
	for (int i = 0; i < 100; i++)
		lying(read_only);
}

static void say(void)
{
	for (int n = 1; n <= number; n++) {
		printf("%d", n);
		for (int i = 0; i < told[n].count; i++) {
			Dl_info object;
			uintptr_t at = (uintptr_t)told[n].frames[i] - 1;
			if (dladdr((void *)at, &object))
				printf(" %s+0x%zx", strrchr(object.dli_fname, '/') + 1,
				       at - (uintptr_t)object.dli_fbase);
		}
		printf("\n");
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {{"plain", plain},     {"through_libc", through_libc},
                 {"signals", signals}, {"threads", threads},
                 {"forks", forks},     {"coroutines", coroutines},
                 {"made", made},       {"lies", lies}};

int main(int count, char **arguments_)
{
	fd = open(arguments_[1], O_RDONLY);
	told = mmap(NULL, 4096 * sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	            -1, 0);
	for (int i = 2; i < count; i++)
		for (size_t k = 0; k < sizeof scenarios / sizeof *scenarios; k++)
			if (!strcmp(scenarios[k].name, arguments_[i]))
				scenarios[k].run();
	say();
	return 0;
}
