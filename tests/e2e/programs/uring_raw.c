/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_raw FILE OPERATIONS DEPTH THREADS WORD…: threads that read FILE's blocks in
 * a shuffled order through io_uring without a library, each through a ring of its
 * own, by the syscall instruction; prints what came of each: offset and result.
 * Entries lie in slots of the program's own choice, named by the queue's array;
 * user_data is the slot, used again at once. Words:
 *   call     rings are set up by syscall(2)   shared   one ring for all threads
 *   direct   no array: slots in order         own      queues in the program's memory
 *   sqpoll   the kernel's own thread          index    rings entered by index
 *   files    registered files                 fork     the work is a child's
 *   early    opened before the rings exist    big      entries twice as large
 *   resize   its queues grow in the middle, one ring for each thread
 *   only     own, and no descriptor: an index alone
 *   tasks    says on stderr how many threads there are while a ring is open
 * -DHELPER: system calls are made by a function that is given their number.
 * -DLIBC: they are made by syscall(2).
 * -DPADDED: there is as much code as in a large framework.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK             512
#define MOST              256
#define OWN_MEMORY        (1u << 14) /* IORING_SETUP_NO_MMAP */
#define ONLY_INDEX        (1u << 15)
#define ONE_THREAD        (1u << 12 | 1u << 13) /* IORING_SETUP_SINGLE_ISSUER, …_DEFER_TASKRUN */
#define RESIZE            33
#define NO_ARRAY          (1u << 16)
#define LARGE             (1u << 10 | 1u << 11) /* IORING_SETUP_SQE128, IORING_SETUP_CQE32 */
#define BY_INDEX          16u
#define REGISTER_BY_INDEX (1u << 31)
#define INDEX_A_RING      20

struct ring {
	int fd, index, scale; /* entries are so large as 1 << scale */
	unsigned *sq_head, *sq_tail, *sq_flags, *array, *cq_head, *cq_tail;
	unsigned sq_mask, cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	long offsets[MOST];
	unsigned free[MOST], count, flying;
	pthread_mutex_t lock;
};

static char **words, *path;
static int file = -1;
static unsigned depth, threads;
static long operations;
static atomic_long next_operation;
static long (*said)[2];
static atomic_long said_count;
static char memory[MOST * BLOCK];

static int has(const char *word)
{
	for (char **w = words; *w; w++)
		if (!strcmp(*w, word))
			return 1;
	return 0;
}

#ifdef PADDED
__asm__(".section .text.padding, \"ax\"\n.skip 20 << 20, 0xcc\n.previous");
#endif

#ifdef HELPER
#define PLAIN __attribute__((noinline))
#else
#define PLAIN inline __attribute__((always_inline))
#endif

static PLAIN long kernel(long number, long a, long b, long c, long d, long e, long f)
{
#ifdef LIBC
	long result = syscall(number, a, b, c, d, e, f);
	return result < 0 ? -errno : result;
#endif
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
	                 : "+a"(number)
	                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
	                 : "rcx", "r11", "memory");
	return number;
}

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static char *map(int fd, size_t bytes, long offset)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
	char *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, fd < 0 ? 0 : offset);
	must(got != MAP_FAILED, "mmap");
	return got;
}

static void ring_place(struct ring *r, const struct io_uring_params *p, char *queues)
{
	if (!queues) {
		size_t bytes = p->cq_off.cqes + (p->cq_entries * sizeof *r->cqes << r->scale) +
		               p->sq_entries * 4 + 64;
		queues = map(r->fd, bytes, IORING_OFF_SQ_RING);
		r->sqes = (void *)map(r->fd, p->sq_entries * sizeof *r->sqes << r->scale,
		                      IORING_OFF_SQES);
	}
	r->sq_head = (void *)(queues + p->sq_off.head);
	r->sq_tail = (void *)(queues + p->sq_off.tail);
	r->sq_flags = (void *)(queues + p->sq_off.flags);
	r->array = has("direct") ? NULL : (void *)(queues + p->sq_off.array);
	r->cq_head = (void *)(queues + p->cq_off.head);
	r->cq_tail = (void *)(queues + p->cq_off.tail);
	r->cqes = (void *)(queues + p->cq_off.cqes);
	r->sq_mask = p->sq_entries - 1;
	r->cq_mask = p->cq_entries - 1;
}

static void ring_grow(struct ring *r)
{
	struct io_uring_params p = {.flags = IORING_SETUP_CQSIZE};
	p.sq_entries = 4 * depth;
	p.cq_entries = 16 * depth;
	if (kernel(__NR_io_uring_register, r->fd, RESIZE, (long)&p, 1, 0, 0) < 0)
		exit(77);
	/* Kernels don't say where the array lies now. */
	if (!p.sq_off.array)
		p.sq_off.array = (p.cq_off.cqes + p.cq_entries * 16 + 63) & ~63u;
	ring_place(r, &p, NULL);
}

static void ring_open(struct ring *r)
{
	struct io_uring_params p = {0};
	char *queues = NULL;
	p.flags = (has("sqpoll") ? IORING_SETUP_SQPOLL : 0) | (has("direct") ? NO_ARRAY : 0) |
	          (has("big") ? LARGE : 0) | (has("resize") ? ONE_THREAD : 0) |
	          (has("only") ? ONLY_INDEX : 0);
	r->scale = has("big");
	if (has("own") || has("only")) {
		p.flags |= OWN_MEMORY;
		r->sqes = (void *)map(-1, 4096, 0);
		queues = map(-1, 4096, 0);
		p.sq_off.resv2 = (__u64)(uintptr_t)r->sqes;
		p.cq_off.resv2 = (__u64)(uintptr_t)queues;
	}
	long fd = has("call") ? syscall(__NR_io_uring_setup, depth, &p)
	                      : kernel(__NR_io_uring_setup, depth, (long)&p, 0, 0, 0, 0);
	if (fd < 0)
		exit(77);
	r->fd = has("only") ? -1 : (int)fd;
	r->index = has("only") ? (int)fd : -1;
	ring_place(r, &p, queues);
	while (r->count < depth) {
		r->free[r->count] = r->count;
		r->count++;
	}
	pthread_mutex_init(&r->lock, NULL);
}

static void ring_register(struct ring *r)
{
	struct {
		unsigned offset, resv;
		unsigned long data;
	} ring = {-1u, 0, (unsigned long)r->fd};
	long number = r->fd < 0 ? r->index : r->fd, how = r->fd < 0 ? REGISTER_BY_INDEX : 0;
	if (has("files"))
		must(!kernel(__NR_io_uring_register, number, IORING_REGISTER_FILES | how,
		             (long)&file, 1, 0, 0),
		     "files");
	if (!has("index"))
		return;
	must(kernel(__NR_io_uring_register, r->fd, INDEX_A_RING, (long)&ring, 1, 0, 0) == 1,
	     "index");
	r->index = (int)ring.offset;
}

static long ring_enter(struct ring *r, unsigned count, unsigned least, unsigned flags)
{
	if (r->index >= 0)
		return kernel(__NR_io_uring_enter, r->index, count, least, flags | BY_INDEX, 0, 0);
	return kernel(__NR_io_uring_enter, r->fd, count, least, flags, 0, 0);
}

/* Under the lock. Returns how many entries were filled. */
static unsigned ring_fill(struct ring *r)
{
	unsigned filled = 0, tail = *r->sq_tail;
	while (r->count) {
		long n = next_operation++;
		if (n >= operations)
			break;
		/* Without an array slots come in turn, whichever are free. */
		unsigned name = r->free[--r->count], slot = r->array ? name : tail & r->sq_mask;
		struct io_uring_sqe *entry = &r->sqes[slot << r->scale];
		memset(entry, 0, sizeof *entry);
		r->offsets[name] = n * 7919 % operations * BLOCK;
		entry->opcode = IORING_OP_READ;
		entry->fd = has("files") ? 0 : file;
		entry->flags = has("files") ? IOSQE_FIXED_FILE : 0;
		entry->off = (__u64)r->offsets[name];
		entry->addr = (__u64)(uintptr_t)(memory + name * BLOCK);
		entry->len = BLOCK;
		entry->user_data = name;
		if (r->array)
			r->array[tail & r->sq_mask] = slot;
		tail++;
		filled++;
		r->flying++;
	}
	__atomic_store_n(r->sq_tail, tail, __ATOMIC_RELEASE);
	return filled;
}

static unsigned ring_reap(struct ring *r)
{
	unsigned head = *r->cq_head, tail = __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE), got;
	for (got = 0; head != tail; head++, got++) {
		struct io_uring_cqe *entry = &r->cqes[(head & r->cq_mask) << r->scale];
		long n = said_count++;
		said[n][0] = r->offsets[entry->user_data];
		said[n][1] = entry->res;
		r->free[r->count++] = (unsigned)entry->user_data;
		r->flying--;
	}
	__atomic_store_n(r->cq_head, head, __ATOMIC_RELEASE);
	return got;
}

static void ring_submit(struct ring *r, unsigned count)
{
	if (!has("sqpoll")) {
		for (long done = 0; count; count -= done > 0 ? (unsigned)done : 0)
			must((done = ring_enter(r, count, 0, 0)) >= 0 || done == -EAGAIN, "enter");
		return;
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(r->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
		ring_enter(r, 0, 0, IORING_ENTER_SQ_WAKEUP);
	while (__atomic_load_n(r->sq_head, __ATOMIC_ACQUIRE) != *r->sq_tail)
		;
}

static void say_tasks(void)
{
	int count = 0;
	DIR *tasks = opendir("/proc/self/task");
	for (struct dirent *entry; (entry = readdir(tasks));)
		count += entry->d_name[0] != '.';
	closedir(tasks);
	fprintf(stderr, "%d threads\n", count);
}

static void *work(void *argument)
{
	struct ring own = {0}, *r = argument ? argument : &own;
	if (!argument)
		ring_open(r);
	ring_register(r);
	for (int grown = !has("resize");;) {
		if (!grown && next_operation > operations / 2) {
			ring_grow(r);
			grown = 1;
		}
		pthread_mutex_lock(&r->lock);
		unsigned filled = ring_fill(r), flying = r->flying;
		pthread_mutex_unlock(&r->lock);
		/* The others' entries may be handed over with ours, or ours with theirs. */
		if (filled && argument && !has("sqpoll"))
			ring_enter(r, filled, 0, 0);
		else if (filled)
			ring_submit(r, filled);
		pthread_mutex_lock(&r->lock);
		unsigned got = ring_reap(r);
		pthread_mutex_unlock(&r->lock);
		if (!filled && !got && !flying)
			break;
		if (!filled && !got)
			ring_enter(r, 0, argument ? 0 : 1, IORING_ENTER_GETEVENTS);
	}
	if (has("tasks"))
		say_tasks();
	if (!argument && r->fd >= 0)
		close(r->fd);
	return NULL;
}

static void run(void)
{
	pthread_t ids[64];
	static struct ring shared;
	if (has("shared"))
		ring_open(&shared);
	if (file < 0)
		file = open(path, O_RDONLY);
	must(file >= 0, path);
	for (unsigned i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, work, has("shared") ? &shared : NULL);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	for (long i = 0; i < said_count; i++)
		printf("%ld %ld\n", said[i][0], said[i][1]);
	fflush(stdout);
}

int main(int count, char **arguments)
{
	int status = 0;
	words = arguments + (count > 5 ? 5 : count);
	path = arguments[1];
	operations = atol(arguments[2]);
	depth = (unsigned)atoi(arguments[3]);
	threads = (unsigned)atoi(arguments[4]);
	said = calloc((size_t)operations + 1, sizeof *said);
	if (has("early"))
		file = open(path, O_RDONLY);
	pid_t child = has("fork") ? fork() : 0;
	if (!child)
		run();
	else
		waitpid(child, &status, 0);
	return !child && said_count != operations ? 2 : WEXITSTATUS(status);
}
