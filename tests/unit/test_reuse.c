/* SPDX-License-Identifier: Apache-2.0
 *
 * The miss-ratio curve against an exact simulation of LRU over the same reads:
 * every page, every distance.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "measure/reuse.h"

#define FILES 4096u

/* ---- exact LRU: a stack distance for each page read ---- */

struct exact {
	uint32_t pages_a_file; /* page numbers are file * this + page */
	uint32_t *last;        /* time of a page's last read, 0 = never */
	uint32_t *tree;        /* over times: which are a page's last */
	uint32_t *hits;        /* by distance */
	uint64_t reads;
	uint32_t room;
};

static struct exact exact_new(uint32_t pages_a_file, uint32_t room)
{
	return (struct exact){.pages_a_file = pages_a_file,
	                      .last = calloc((size_t)FILES * pages_a_file, sizeof(uint32_t)),
	                      .tree = calloc(room + 1, sizeof(uint32_t)),
	                      .hits = calloc(room + 1, sizeof(uint32_t)),
	                      .room = room};
}

static void exact_free(struct exact *e)
{
	free(e->last);
	free(e->tree);
	free(e->hits);
}

static void exact_tree(struct exact *e, uint32_t at, uint32_t value)
{
	for (; at <= e->room; at += at & -at)
		e->tree[at] += value;
}

static uint32_t exact_sum(const struct exact *e, uint32_t at)
{
	uint32_t sum = 0;

	for (; at; at -= at & -at)
		sum += e->tree[at];
	return sum;
}

static void exact_read(struct exact *e, uint32_t file, uint64_t offset, uint64_t length)
{
	for (uint64_t page = offset / REUSE_PAGE; page <= (offset + length - 1) / REUSE_PAGE;
	     page++) {
		uint32_t *last = &e->last[file * e->pages_a_file + page];
		uint32_t now = (uint32_t)++e->reads;
		assert_true(now <= e->room && page < e->pages_a_file && file < FILES);
		if (*last) {
			e->hits[exact_sum(e, now) - exact_sum(e, *last) + 1]++;
			exact_tree(e, *last, -1u);
		}
		exact_tree(e, now, 1);
		*last = now;
	}
}

static double exact_miss_ratio(const struct exact *e, uint32_t cache_pages)
{
	uint64_t hits = 0;

	for (uint32_t i = 1; i <= cache_pages && i <= e->room; i++)
		hits += e->hits[i];
	return 1 - (double)hits / (double)e->reads;
}

/* ---- both at once ---- */

struct both {
	struct exact exact;
	struct reuse *reuse;
};

static struct both both_new(uint32_t pages_a_file, uint32_t room)
{
	srand48(42);
	return (struct both){exact_new(pages_a_file, room), reuse_new()};
}

static void both_free(struct both *b)
{
	exact_free(&b->exact);
	reuse_free(b->reuse);
}

/* As the program does it: what holds no page of the sample is only counted. */
static void both_read(struct both *b, uint32_t file, uint64_t offset, uint64_t length)
{
	exact_read(&b->exact, file, offset, length);
	reuse_count(b->reuse, reuse_pages(offset, length));
	if (reuse_fetch(b->reuse, file, offset, length))
		reuse_add(b->reuse, file, offset, length);
}

static void assert_curve(const struct both *b, uint32_t most_pages, double within)
{
	double worst = 0, least = reuse_least_bytes(b->reuse) / REUSE_PAGE;
	uint32_t worst_at = 0;

	assert_true(reuse_power(b->reuse) == 0 ||
	            least <= reuse_unique_bytes(b->reuse) / REUSE_PAGE / 125);
	for (uint32_t pages = least > 16 ? (uint32_t)least : 16; pages < most_pages;
	     pages += pages / 16) {
		double off = fabs(exact_miss_ratio(&b->exact, pages) -
		                  reuse_miss_ratio(b->reuse, (double)pages * REUSE_PAGE));
		if (off > worst) {
			worst = off;
			worst_at = pages;
		}
	}
	if (worst > within)
		fail_msg("off by %.4f at %u pages", worst, worst_at);
}

/* A popular few and a long tail, 16 KiB a read, over 1 GiB. */
static void popular_and_rare_records(void **state)
{
	struct both b = both_new(65536, 2000000);

	(void)state;
	for (int i = 0; i < 400000; i++) {
		uint32_t rank = (uint32_t)exp(drand48() * log(262144));
		uint32_t record = (uint32_t)(rank * UINT64_C(2654435761) % 65536);
		both_read(&b, record % 4, (uint64_t)(record / 4) * 16384, 16384);
	}
	assert_true(reuse_power(b.reuse) > 0);
	assert_curve(&b, 300000, 0.02);
	both_free(&b);
}

static void shuffle(uint32_t *items, uint32_t count)
{
	for (uint32_t i = count - 1; i > 0; i--) {
		uint32_t k = (uint32_t)(drand48() * (i + 1)), kept = items[i];
		items[i] = items[k];
		items[k] = kept;
	}
}

/* Epochs over 4,096 files of 100 to 200 KB, whole, in another order each. */
static void shuffled_epochs(void **state)
{
	struct both b = both_new(64, 2000000);
	uint32_t order[FILES];

	(void)state;
	for (uint32_t i = 0; i < FILES; i++)
		order[i] = i;
	for (int epoch = 0; epoch < 6; epoch++) {
		shuffle(order, FILES);
		for (uint32_t i = 0; i < FILES; i++) {
			uint64_t size = 100000 + order[i] * 7919 % 100000;
			for (uint64_t at = 0; at < size; at += 65536)
				both_read(&b, order[i], at, size - at < 65536 ? size - at : 65536);
		}
	}
	assert_true(reuse_power(b.reuse) > 0);
	assert_curve(&b, 300000, 0.02);
	both_free(&b);
}

/* Random samples of a token file, an index that is read all the time, and
 * something large that is read once, in between. */
static void a_token_file_with_an_index(void **state)
{
	struct both b = both_new(131072, 2000000);

	(void)state;
	for (uint64_t i = 0; i < 250000; i++) {
		both_read(&b, 0, (uint64_t)(drand48() * 40000) * 4096 + 512, 2048 * 2);
		both_read(&b, 1, i * 8 % 262144, 8);
		if (i % 2)
			both_read(&b, 2, i / 2 * 4096, 4096);
	}
	assert_true(reuse_power(b.reuse) > 0);
	assert_curve(&b, 300000, 0.02);
	both_free(&b);
}

/* 200 MiB read from front to back three times: LRU serves nothing below that
 * and all but the first pass above. */
static void a_loop_has_a_cliff(void **state)
{
	struct reuse *r = reuse_new();
	uint64_t size = UINT64_C(200) << 20;

	(void)state;
	for (int epoch = 0; epoch < 3; epoch++)
		for (uint64_t at = 0; at < size; at += 1 << 20) {
			reuse_count(r, reuse_pages(at, 1 << 20));
			reuse_add(r, 1, at, 1 << 20);
		}
	assert_true(reuse_miss_ratio(r, 0.9 * (double)size) > 0.98);
	assert_true(fabs(reuse_miss_ratio(r, 1.1 * (double)size) - 1.0 / 3) < 0.02);
	assert_true(fabs(reuse_unique_bytes(r) / (double)size - 1) < 0.03);
	assert_true(reuse_read_bytes(r) == 3 * (double)size);
	reuse_free(r);
}

/* As long as everything fits, nothing is an estimate but between buckets. */
static void few_pages_are_exact(void **state)
{
	struct both b = both_new(1024, 100000);

	(void)state;
	for (int i = 0; i < 50000; i++)
		both_read(&b, (uint32_t)i % 2, (uint64_t)(drand48() * 1000) * 4096, 4096);
	assert_int_equal(reuse_power(b.reuse), 0);
	assert_true(reuse_unique_bytes(b.reuse) == 2000.0 * REUSE_PAGE);
	assert_curve(&b, 4000, 0.01);
	both_free(&b);
}

/* Each page read is in the sample just as often as the rate says. */
static void the_sample_is_fair(void **state)
{
	struct reuse *r = reuse_new();
	uint64_t made = 0;

	(void)state;
	for (unsigned power = 0; power < 8; power++) {
		uint32_t found = 0, pages = 1u << 20;
		while (reuse_power(r) < power)
			reuse_add(r, 1, made++ * REUSE_PAGE, 50);
		for (uint32_t i = 0; i < pages; i++)
			found += reuse_fetch(r, 7, (uint64_t)i * REUSE_PAGE + 100, 50);
		assert_true(fabs((double)found * (1u << power) / pages - 1) < 0.1);
	}
	reuse_free(r);
}

static void nothing_and_nonsense(void **state)
{
	struct reuse *r = reuse_new();

	(void)state;
	assert_true(reuse_miss_ratio(r, 1e9) < 0);
	assert_true(!reuse_fetch(r, 1, 100, 0));
	assert_true(!reuse_fetch(r, 1, UINT64_MAX, UINT64_MAX - 5));
	reuse_add(r, 1, 100, 0);
	reuse_add(r, 1, UINT64_MAX, 2);
	reuse_add(r, 1, UINT64_MAX - 4095, 4096);
	reuse_count(r, 1);
	assert_true(reuse_miss_ratio(r, 0) == 1 && reuse_miss_ratio(r, 1e18) == 1);
	reuse_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(popular_and_rare_records),   cmocka_unit_test(shuffled_epochs),
	        cmocka_unit_test(a_token_file_with_an_index), cmocka_unit_test(a_loop_has_a_cliff),
	        cmocka_unit_test(few_pages_are_exact),        cmocka_unit_test(the_sample_is_fair),
	        cmocka_unit_test(nothing_and_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
