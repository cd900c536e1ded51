/* SPDX-License-Identifier: Apache-2.0
 *
 * What the first pass finds is the same where it may spare times as where it may not: of
 * blocks that say that their events are in order, of all kinds of calls in any sequence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "sample.h"
#include "stage/feature.h"

#define FILES  12u
#define ROWS   40u
#define BLOCKS 30u

static const uint16_t calls[] = {AIOT_CALL_pread64,  AIOT_CALL_pread64, AIOT_CALL_pread64,
                                 AIOT_CALL_pwrite64, AIOT_CALL_open64,  AIOT_CALL_close,
                                 AIOT_CALL_fsync,    AIOT_CALL_unlink,  AIOT_CALL_rename,
                                 AIOT_CALL_stat};

static uint32_t drawn;

static uint32_t draw(uint32_t below)
{
	drawn = drawn * 1664525u + 1013904223u;
	return (drawn >> 8) % below;
}

/* A call that lasts from where the one before ended; now and then, of a block that is not
 * in order, one that began long before. */
static struct aiot_event any_event(uint64_t *now, bool overlaps)
{
	struct aiot_event e = sample_read(*now + draw(500), 1 + draw(FILES), draw(9) * 512, 512);

	e.call = calls[draw(sizeof calls / sizeof *calls)];
	e.duration_ns = 1 + draw(400);
	e.result = draw(5) ? 512 : -2;
	if (e.call == AIOT_CALL_open64)
		e.aux = draw(2) ? O_RDONLY : O_WRONLY | O_CREAT;
	if (e.call == AIOT_CALL_rename)
		e.aux = 1 + draw(FILES);
	*now = e.start_ns + e.duration_ns;
	if (overlaps && !draw(10)) {
		e.start_ns -= 2000;
		e.duration_ns += 2000;
	}
	return e;
}

static void any_blocks(struct sample *s, uint32_t seed)
{
	uint64_t now = 1000000;
	struct sample records = {0};
	char path[32];

	drawn = seed;
	sample_header(s, 7, now);
	for (uint32_t i = 1; i <= FILES; i++) {
		snprintf(path, sizeof path, "/data/%u", i);
		sample_file(&records, i, AIOT_FILE_REGULAR, 1 << 20, path);
	}
	sample_definitions(s, &records, FILES);
	sample_free(&records);
	for (uint32_t b = 0; b < BLOCKS; b++) {
		struct aiot_event e[ROWS];
		bool overlaps = !draw(6);
		for (uint32_t i = 0; i < ROWS; i++)
			e[i] = any_event(&now, overlaps);
		sample_events(s, e, ROWS, 1 + (seed % 3 == 0 && b > BLOCKS / 2), b * ROWS);
	}
}

/* Takes the word of all blocks back; returns how many had given it. */
static unsigned say_nothing(struct sample *s)
{
	unsigned said = 0;

	for (size_t at = sizeof(struct aiot_header); at < s->size;) {
		struct aiot_block b;
		memcpy(&b, s->bytes + at, sizeof b);
		said += b.flags & AIOT_BLOCK_IN_ORDER;
		b.flags = 0;
		b.header_checksum = XXH64(&b, offsetof(struct aiot_block, header_checksum), 0);
		memcpy(s->bytes + at, &b, sizeof b);
		at += sizeof b + b.payload_bytes;
	}
	return said;
}

static struct features *found_in(const struct sample *s, const char *path, struct recording *r)
{
	char name[64];
	char *names[] = {name};

	snprintf(name, sizeof name, "%s", path);
	sample_write(s, path);
	assert_int_equal(recording_load(r, names, 1), 0);
	assert_int_equal(r->problems.total, 0);
	return features_find(r, NULL, true);
}

static void assert_same_use(const struct use *a, const struct use *b)
{
	assert_int_equal(a->reads, b->reads);
	assert_int_equal(a->first_read, b->first_read);
	assert_int_equal(a->last_read, b->last_read);
	assert_int_equal(a->writes, b->writes);
	assert_int_equal(a->first_write, b->first_write);
	assert_int_equal(a->last_write, b->last_write);
	assert_int_equal(a->first_open, b->first_open);
	assert_int_equal(a->last_touch, b->last_touch);
	assert_int_equal(a->renamed_to, b->renamed_to);
	assert_int_equal(a->removed, b->removed);
}

static void times_spared_are_told_in_the_end(void **state)
{
	char path[] = "/tmp/aiotrace-spared-XXXXXX";
	int fd = mkstemp(path);
	unsigned said = 0;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (uint32_t seed = 1; seed <= 60; seed++) {
		struct sample s = {0};
		struct recording one, other;
		any_blocks(&s, seed);
		struct features *spared = found_in(&s, path, &one);
		said += say_nothing(&s);
		struct features *all = found_in(&s, path, &other);
		assert_int_equal(one.processes[0].file_count, other.processes[0].file_count);
		for (size_t i = 0; i < one.processes[0].file_count; i++) {
			struct use rooms[2];
			memset(rooms, 0, sizeof rooms);
			assert_int_equal(features_plain(spared, 0, i), features_plain(all, 0, i));
			assert_same_use(features_use(spared, 0, i, &rooms[0]),
			                features_use(all, 0, i, &rooms[1]));
		}
		features_free(spared);
		features_free(all);
		recording_free(&one);
		recording_free(&other);
		sample_free(&s);
	}
	assert_in_range(said, 60 * BLOCKS / 2, 60 * BLOCKS - 60);
	unlink(path);
}

/* What a file holds can change while it is read: a disk fails, a run writes on. */
static void a_block_lost_before_its_times_are_told_counts_as_missing(void **state)
{
	char path[] = "/tmp/aiotrace-spared-XXXXXX";
	char *names[] = {path};
	int fd = mkstemp(path);
	struct merge_buffers *buffers = merge_buffers_new();
	struct sample s = {0};
	struct recording r;
	struct merge *merge;
	struct slice slice;
	uint64_t there;

	(void)state;
	assert_true(fd >= 0);
	any_blocks(&s, 1);
	sample_write(&s, path);
	assert_int_equal(recording_load(&r, names, 1), 0);
	merge = merge_new(&r, 0, &r.processes[0]);
	merge_lend(merge, buffers);
	merge_spare_times(merge);
	while (merge_next(merge, &slice))
		;
	assert_int_equal(r.problems.total, 0);
	there = r.processes[0].streams[0].events;
	assert_int_equal(ftruncate(fd, sizeof(struct aiot_header)), 0);
	assert_null(merge_spared(merge, &r.processes[0], &r.processes[0].streams[0], BLOCKS - 1));
	assert_int_equal(r.processes[0].streams[0].missing, ROWS);
	assert_int_equal(r.processes[0].streams[0].events, there - ROWS);
	merge_free(merge);
	assert_int_equal(r.problems.total, 1);
	merge_buffers_free(buffers);
	recording_free(&r);
	sample_free(&s);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(times_spared_are_told_in_the_end),
	        cmocka_unit_test(a_block_lost_before_its_times_are_told_counts_as_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
