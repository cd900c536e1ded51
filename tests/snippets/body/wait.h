/* SPDX-License-Identifier: Apache-2.0
 *
 * For calls that wait: only those that waited for long are in the trace, so
 * each is made once where it has nothing to wait for, which gives no row.
 */
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "../snippet.h"

#define SHORT_MS 20

static const struct timespec SHORT __attribute__((unused)) = {0, SHORT_MS * 1000000};

/* SHORT from now, on `clock`. */
static inline struct timespec until(clockid_t clock)
{
	struct timespec at;
	clock_gettime(clock, &at);
	at.tv_nsec += SHORT.tv_nsec;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}
