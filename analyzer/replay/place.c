/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/place.h"

#include <sched.h>

#define PLACE_OPS    64u    /* on a processor at a time */
#define PLACE_ROUNDS 5      /* the first one counts for nothing */
#define PLACE_PART   8u     /* of a thread's operations, that are tried with at most */
#define PLACE_DEVICE 10000u /* ns that an operation of a device takes at least */
#define PLACE_LOOK   1024u  /* operations after which it looks where it is */
#define PLACE_BETTER 0.9    /* of the first one's time, else it is by chance */

void place_begin(struct place *p, uint32_t ops, uint64_t threads)
{
	int cpu = sched_getcpu();
	cpu_set_t may;

	*p = (struct place){0};
	if (cpu < 0 || sched_getaffinity(0, sizeof may, &may) ||
	    threads * 2 > (uint64_t)CPU_COUNT(&may) || CPU_COUNT(&may) > (int)PLACE_MOST ||
	    CPU_COUNT(&may) * PLACE_ROUNDS * PLACE_OPS > ops / PLACE_PART)
		return;
	p->cpus[p->count++] = (uint16_t)cpu;
	for (int i = 0; i < CPU_SETSIZE && p->count < PLACE_MOST; i++)
		if (i != cpu && CPU_ISSET(i, &may))
			p->cpus[p->count++] = (uint16_t)i;
	p->trying = true;
}

static void place_go(unsigned cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof one, &one);
}

/* It stays there as long as nobody else wants to be there. */
static void place_settle(struct place *p, unsigned at)
{
	cpu_set_t may;

	place_go(p->cpus[at]);
	CPU_ZERO(&may);
	for (unsigned i = 0; i < p->count; i++)
		CPU_SET(p->cpus[i], &may);
	sched_setaffinity(0, sizeof may, &may);
	p->at = (uint8_t)at;
	p->settled = true;
	p->ops = 0;
}

static unsigned place_best(const struct place *p)
{
	unsigned best = 0;

	for (unsigned i = 1; i < p->count; i++)
		if (p->least_ns[i] < p->least_ns[best])
			best = i;
	return (double)p->least_ns[best] < PLACE_BETTER * (double)p->least_ns[0] ? best : 0;
}

static void place_next(struct place *p)
{
	p->at = (uint8_t)((p->at + 1) % p->count);
	p->round = (uint8_t)(p->round + !p->at);
	if (p->round == PLACE_ROUNDS)
		place_settle(p, place_best(p));
	else
		place_go(p->cpus[p->at]);
}

static void place_took(struct place *p, uint64_t took)
{
	uint64_t *least = &p->least_ns[p->at];

	if (p->round && (!*least || took < *least))
		*least = took;
	if (p->round && took < PLACE_OPS * PLACE_DEVICE) {
		place_settle(p, p->at);
		p->trying = false;
	} else {
		place_next(p);
	}
}

void place_try(struct place *p, uint64_t now)
{
	if (p->settled) {
		if (++p->ops % PLACE_LOOK == 0 && sched_getcpu() != p->cpus[p->at])
			place_settle(p, p->at);
		return;
	}
	if (p->ops++ % PLACE_OPS)
		return;
	if (p->begun_ns)
		place_took(p, now - p->begun_ns);
	p->begun_ns = now;
}
