/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/sys.h"

#define CLOCK_KEPT     512        /* a pair stays as it is for 512 renewals */
#define CLOCK_INTERVAL 100000000u /* ns between renewals */

/* Nanoseconds are ticks: what holds until, and unless, the counter is used. */
static const struct clock_pair clock_plain = {0, 0, 1ull << 32, UINT64_MAX};

const struct clock_pair *clock_pair = &clock_plain;
int clock_counts;

static struct clock_pair clock_kept[CLOCK_KEPT];
static uint32_t clock_used;
static uint32_t clock_renewing;
static struct clock_pair clock_first;

void clock_forget(void)
{
	clock_renewing = 0;
}

#if defined(__x86_64__)
/* The kernel keeps time by the counter only after testing it on every core. */
static int clock_is_trusted(void)
{
	static const char source[] =
	        "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	char name[16];
	unsigned a, b, c, d = 0;
	if (!__get_cpuid(0x80000007, &a, &b, &c, &d) || !(d & 1u << 8 /* invariant */))
		return 0;
	return sys_read_file(source, name, sizeof name) >= 4 && !memcmp(name, "tsc\n", 4);
}

/* Both clocks at one moment: the closest of three readings. */
static struct clock_pair clock_read(void)
{
	struct clock_pair best = {0};
	uint64_t width = UINT64_MAX;
	for (int i = 0; i < 3; i++) {
		uint64_t before = __rdtsc(), ns = clock_of(CLOCK_MONOTONIC), after = __rdtsc();
		if (after - before >= width)
			continue;
		width = after - before;
		best = (struct clock_pair){.ticks = before + width / 2, .ns = ns};
	}
	return best;
}

void clock_prepare(void)
{
	if (clock_is_trusted())
		clock_first = clock_read();
}

/* Makes `now` the latest pair, its rate taken since `old`, to hold as long as
 * the rate was measured. */
static const struct clock_pair *clock_publish(struct clock_pair now, const struct clock_pair *old)
{
	uint64_t ticks = now.ticks - old->ticks, ns = now.ns - old->ns;
	uint64_t next = ns < CLOCK_INTERVAL ? ns : CLOCK_INTERVAL;
	struct clock_pair *place = &clock_kept[clock_used++ % CLOCK_KEPT];
	now.rate = (uint64_t)(((unsigned __int128)ns << 32) / ticks);
	now.until = now.ticks + (uint64_t)(((unsigned __int128)next << 32) / now.rate);
	*place = now;
	__atomic_store_n(&clock_pair, place, __ATOMIC_RELEASE);
	return place;
}

void clock_begin(void)
{
	struct clock_pair now;
	if (!clock_first.ticks)
		return;
	do
		now = clock_read();
	while (now.ns - clock_first.ns < 100000);
	clock_publish(now, &clock_first);
	clock_counts = 1;
}

const struct clock_pair *clock_renew(const struct clock_pair *old)
{
	if (__atomic_exchange_n(&clock_renewing, 1, __ATOMIC_ACQUIRE))
		return old;
	const struct clock_pair *latest = clock_pair;
	struct clock_pair now = clock_read();
	if (now.ns > latest->ns + 1000 && now.ticks > latest->ticks)
		latest = clock_publish(now, latest);
	__atomic_store_n(&clock_renewing, 0, __ATOMIC_RELEASE);
	return latest;
}
#else
void clock_prepare(void)
{
}

void clock_begin(void)
{
}

const struct clock_pair *clock_renew(const struct clock_pair *old)
{
	return old;
}
#endif
