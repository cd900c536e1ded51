/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_jump WAY FILE OPERATIONS: waits for an operation that does not come until a
 * signal's handler jumps out of the call, several times, then reads FILE's blocks and
 * prints what came of each: offset and result. WAY:
 *   liburing   its functions
 *   syscall    system calls by syscall(2)
 *   libaio     its functions
 */
#include <fcntl.h>
#include <libaio.h>
#include <liburing.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define BLOCK 4096

static sigjmp_buf back;
static struct io_uring ring;
static io_context_t context;
static char buffer[BLOCK];
static int file;

static void jump(int number)
{
	siglongjmp(back, number);
}

static void wait_by_liburing(void)
{
	struct io_uring_cqe *cqe;
	io_uring_wait_cqe(&ring, &cqe);
}

static long read_by_liburing(long offset)
{
	struct io_uring_cqe *cqe;
	io_uring_prep_read(io_uring_get_sqe(&ring), file, buffer, BLOCK, (unsigned long)offset);
	io_uring_submit(&ring);
	if (io_uring_wait_cqe(&ring, &cqe))
		exit(1);
	long result = cqe->res;
	io_uring_cqe_seen(&ring, cqe);
	return result;
}

static void wait_by_syscall(void)
{
	syscall(__NR_io_uring_enter, ring.ring_fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

static long read_by_syscall(long offset)
{
	unsigned tail = *ring.sq.ktail, slot = tail & *ring.sq.kring_mask;
	io_uring_prep_read(&ring.sq.sqes[slot], file, buffer, BLOCK, (unsigned long)offset);
	ring.sq.array[slot] = slot;
	__atomic_store_n(ring.sq.ktail, tail + 1, __ATOMIC_RELEASE);
	while (syscall(__NR_io_uring_enter, ring.ring_fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) <
	       0)
		;
	long result = ring.cq.cqes[*ring.cq.khead & *ring.cq.kring_mask].res;
	__atomic_store_n(ring.cq.khead, *ring.cq.khead + 1, __ATOMIC_RELEASE);
	return result;
}

static void wait_by_libaio(void)
{
	struct io_event event;
	io_getevents(context, 1, 1, &event, NULL);
}

static long read_by_libaio(long offset)
{
	struct iocb block, *list[] = {&block};
	struct io_event event;
	io_prep_pread(&block, file, buffer, BLOCK, offset);
	if (io_submit(context, 1, list) != 1 || io_getevents(context, 1, 1, &event, NULL) != 1)
		exit(1);
	return (long)event.res;
}

/* Below what was on the stack when the handler jumped. */
static __attribute__((noinline)) void read_deeper(long (*reads)(long), long first, long last)
{
	volatile char room[512];
	room[0] = 0;
	for (long n = first; n < last; n++)
		printf("%ld %ld\n", n * BLOCK, reads(n * BLOCK));
	room[511] = 0;
}

int main(int count, char **arguments)
{
	const char *way = arguments[1];
	long operations = atol(arguments[count - 1]);
	void (*waits)(void) = wait_by_liburing;
	long (*reads)(long) = read_by_liburing;
	struct itimerval soon = {.it_value.tv_usec = 100000}, never = {0};
	if (!strcmp(way, "syscall")) {
		waits = wait_by_syscall;
		reads = read_by_syscall;
	} else if (!strcmp(way, "libaio")) {
		waits = wait_by_libaio;
		reads = read_by_libaio;
	}
	file = open(arguments[2], O_RDONLY);
	if (file < 0 || io_setup(4, &context) < 0)
		return 1;
	if (io_uring_queue_init(4, &ring, 0) < 0)
		return 77;
	signal(SIGALRM, jump);
	for (volatile int turn = 0; turn < 3; turn++) {
		if (!sigsetjmp(back, 1)) {
			setitimer(ITIMER_REAL, &soon, NULL);
			waits();
		}
		setitimer(ITIMER_REAL, &never, NULL);
		printf("%d %ld\n", turn * BLOCK, reads(turn * BLOCK));
		read_deeper(reads, 3 + turn * operations, 3 + (turn + 1) * operations);
	}
	return 0;
}
