/* SPDX-License-Identifier: Apache-2.0 */
#include "flight.h"

#include <sys/stat.h>

#include "base/sys.h"
#include "event.h"
#include "trace/loss.h"

#define FLIGHT_BITS   14
#define FLIGHT_SLOTS  (1u << FLIGHT_BITS)
#define FLIGHT_WINDOW 64 /* slots that a key may lie in */
#define FLIGHT_BUSY   1  /* a key: the slot is being filled or emptied */

struct flight_table {
	uint64_t keys[FLIGHT_SLOTS + FLIGHT_WINDOW]; /* 0 = free; atomic */
	struct flight flights[FLIGHT_SLOTS + FLIGHT_WINDOW];
};

static struct flight_table *flight_table; /* wiped by fork */

static struct flight_table *flight_map(void)
{
	struct flight_table *made = sys_map(sizeof *made, 1), *none = NULL;
	if (made && !__atomic_compare_exchange_n(&flight_table, &none, made, 0, __ATOMIC_ACQ_REL,
	                                         __ATOMIC_ACQUIRE)) {
		sys_unmap(made, sizeof *made);
		return none;
	}
	return made;
}

static uint32_t flight_place(uint64_t key)
{
	return (uint32_t)(key * 0x9E3779B97F4A7C15u >> (64 - FLIGHT_BITS));
}

static bool flight_claim(struct flight_table *table, uint32_t slot, uint64_t key)
{
	return __atomic_compare_exchange_n(&table->keys[slot], &key, FLIGHT_BUSY, 0,
	                                   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void flight_drop(struct fd fd)
{
	if (fd.description)
		description_drop(fd.description);
}

bool flight_end(uint64_t key, struct flight *flight)
{
	struct flight_table *table = __atomic_load_n(&flight_table, __ATOMIC_ACQUIRE);
	if (!table)
		return false;
	uint32_t first = flight_place(key);
	for (uint32_t slot = first; slot < first + FLIGHT_WINDOW; slot++) {
		if (__atomic_load_n(&table->keys[slot], __ATOMIC_RELAXED) != key ||
		    !flight_claim(table, slot, key))
			continue;
		*flight = table->flights[slot];
		__atomic_store_n(&table->keys[slot], 0, __ATOMIC_RELEASE);
		return true;
	}
	return false;
}

static bool flight_keep(struct flight_table *table, uint64_t key, const struct flight *flight)
{
	uint32_t first = flight_place(key);
	for (uint32_t slot = first; slot < first + FLIGHT_WINDOW; slot++) {
		if (__atomic_load_n(&table->keys[slot], __ATOMIC_RELAXED) ||
		    !flight_claim(table, slot, 0))
			continue;
		table->flights[slot] = *flight;
		table->flights[slot].mark = mark_in_force();
		__atomic_store_n(&table->keys[slot], key, __ATOMIC_RELEASE);
		return true;
	}
	return false;
}

void flight_begin(uint64_t key, const struct flight *flight)
{
	struct flight_table *table = __atomic_load_n(&flight_table, __ATOMIC_ACQUIRE);
	struct flight older;
	if (flight_end(key, &older)) {
		loss_count(AIOT_LOSS_ASYNC, 1);
		flight_drop(older.fd);
	}
	if (flight->fd.description)
		description_hold(flight->fd.description);
	if (!table)
		table = flight_map();
	if (table && flight_keep(table, key, flight))
		return;
	loss_count(AIOT_LOSS_ASYNC, 1);
	flight_drop(flight->fd);
}

/* With O_APPEND the bytes went to the end, which others may have moved since. */
static void flight_append(const struct flight *flight, struct aiot_event *event)
{
	const struct description *held = flight->fd.description;
	struct stat about;
	if (!flight->write || !held || !(held->traits & DESCRIPTION_APPEND) || event->result <= 0)
		return;
	event->flags |= AIOT_EVENT_APPEND;
	if (SYS2(fstat, flight->descriptor, &about) == 0)
		event->offset = about.st_size - event->result;
}

static bool flight_reads(uint16_t call)
{
	switch (call) {
	case AIOT_CALL_aio_read:
	case AIOT_CALL_aio_read64:
	case AIOT_CALL_lio_listio_read:
	case AIOT_CALL_libaio_read:
	case AIOT_CALL_libaio_readv:
	case AIOT_CALL_uring_read:
	case AIOT_CALL_uring_readv:
	case AIOT_CALL_uring_read_fixed: return true;
	default: return false;
	}
}

/* What is read past the cache is storage's, whoever waits for it. */
static unsigned flight_direct(const struct flight *flight)
{
	const struct description *held = flight->fd.description;
	bool direct = held && held->traits & DESCRIPTION_DIRECT;

	return direct && flight_reads(flight->call) ? AIOT_EVENT_DIRECT : 0;
}

void flight_store_at(const struct flight *flight, int64_t result, uint64_t end, unsigned flags)
{
	const struct description *held = flight->fd.description;
	const struct clock_pair *pair = clock_at(end);
	uint64_t start_ns = flight->start_ns ? flight->start_ns : clock_ns(pair, flight->start);
	struct marked marked = mark_with(flight->mark, flight->fd.stage, (uint8_t)flags);
	struct aiot_event event = {.start_ns = start_ns,
	                           .duration_ns = clock_span(pair, end - flight->start),
	                           .offset = flight->offset,
	                           .size = flight->size,
	                           .result = result,
	                           .file = flight->fd.file,
	                           .handle = held ? held->handle : 0,
	                           .aux = flight->aux,
	                           .call = flight->call,
	                           .stage = marked.stage,
	                           .flags = marked.flags};
	flight_append(flight, &event);
	event.flags |= (uint8_t)flight_direct(flight);
	if (flight->call != AIOT_CALL_NONE)
		event_store_as(&event, (struct marked){event.stage, event.flags});
}

void flight_store(const struct flight *flight, int64_t result)
{
	flight_store_at(flight, result, clock_ticks(), 0);
	flight_drop(flight->fd);
}

void flight_finish(void)
{
	struct flight_table *table = __atomic_load_n(&flight_table, __ATOMIC_ACQUIRE);
	for (uint32_t slot = 0; table && slot < FLIGHT_SLOTS + FLIGHT_WINDOW; slot++) {
		uint64_t key = __atomic_load_n(&table->keys[slot], __ATOMIC_RELAXED);
		if (key <= FLIGHT_BUSY || !flight_claim(table, slot, key))
			continue;
		flight_drop(table->flights[slot].fd);
		__atomic_store_n(&table->keys[slot], 0, __ATOMIC_RELEASE);
		loss_count(AIOT_LOSS_ASYNC, 1);
	}
}
