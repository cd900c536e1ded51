/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads come and go with each call: that costs microseconds and leaves
 * nothing to shut down.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>

#define PARALLEL_MOST 64u

struct parallel {
	void (*run)(void *context, size_t item, unsigned worker);
	void *context;
	size_t count, next;
	unsigned workers;
};

unsigned parallel_workers(void)
{
	cpu_set_t cpus;
	unsigned n = sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : (unsigned)CPU_COUNT(&cpus);

	return n < 1 ? 1 : n > PARALLEL_MOST ? PARALLEL_MOST : n;
}

static void *parallel_work(void *argument)
{
	struct parallel *p = argument;
	unsigned worker = __atomic_fetch_add(&p->workers, 1, __ATOMIC_RELAXED);
	size_t item;

	while ((item = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED)) < p->count)
		p->run(p->context, item, worker);
	return NULL;
}

void parallel_for(size_t count, void (*run)(void *, size_t, unsigned), void *context)
{
	struct parallel p = {.run = run, .context = context, .count = count};
	unsigned most = parallel_workers(), started = 0;
	pthread_t threads[PARALLEL_MOST];

	while (started + 1 < most && started + 1 < count &&
	       !pthread_create(&threads[started], NULL, parallel_work, &p))
		started++;
	parallel_work(&p);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}
