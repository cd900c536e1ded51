/* SPDX-License-Identifier: Apache-2.0
 *
 * The storage behind the files, in the text report.
 */
#include "report/text_part.h"

#include <inttypes.h>

#include "base/units.h"

#define LISTED_MOUNTS 12
/* Reads of so much, and of so many times more than devices gave, waited for something else. */
#define ELSEWHERE_BYTES (1 << 20)
#define ELSEWHERE       4

static void text_latencies(const struct text *t, const struct histogram *ns)
{
	struct unit p50, p99;

	if (!ns->total)
		fprintf(t->to, " %7s %7s", "-", "-");
	else
		fprintf(t->to, " %7s %7s",
		        unit_seconds(&p50, (double)histogram_percentile(ns, 0.5) / 1e9),
		        unit_seconds(&p99, (double)histogram_percentile(ns, 0.99) / 1e9));
}

static void text_mount(const struct text *t, const struct place *p)
{
	const struct mount *m = where_mount(t->s->where, p->mount);
	struct unit read, written;

	fprintf(t->to, "%8s %8" PRIu64 " %8s %8" PRIu64, unit_bytes(&read, (double)p->read_bytes),
	        p->read_ops, unit_bytes(&written, (double)p->write_bytes), p->write_ops);
	text_latencies(t, &p->read_latency);
	text_latencies(t, &p->write_latency);
	fprintf(t->to, "  %s\n%18s%s %s%s%s on %s\n", text_tail(t, m->point, 32), "", m->class,
	        m->medium, m->medium[0] ? ", " : "", m->type, text_tail(t, m->source, 60));
}

void text_mounts(const struct text *t)
{
	const struct where *w = t->s->where;

	if (!w->count)
		return;
	text_title(t, "Mounts");
	fprintf(t->to, "%8s %8s %8s %8s %7s %7s %7s %7s  %s\n", "read", "reads", "written",
	        "writes", "r p50", "r p99", "w p50", "w p99", "mount");
	for (size_t i = 0; i < w->count && i < LISTED_MOUNTS; i++)
		text_mount(t, w->places[i]);
	if (w->count > LISTED_MOUNTS)
		fprintf(t->to, "%8s and %zu more (--json lists all)\n", "",
		        w->count - LISTED_MOUNTS);
}

static void text_cached(const struct text *t, const char *what, const struct cache_sums *s)
{
	uint64_t hits = s->ops[CACHE_HIT], storage = s->ops[CACHE_STORAGE];
	uint64_t unknown = s->ops[CACHE_UNKNOWN], all = hits + storage + unknown;
	struct unit a, b;

	if (!all)
		return;
	fprintf(t->to,
	        "%-10s %8" PRIu64 " %8s %7.1f %% %8" PRIu64 " %8s %8" PRIu64 "   %.0f %% sure\n",
	        what, hits, unit_bytes(&a, (double)s->bytes[CACHE_HIT]),
	        100 * (double)hits / (double)all, storage,
	        unit_bytes(&b, (double)s->bytes[CACHE_STORAGE]), unknown,
	        100 * cache_confidence(s));
}

/* Read-ahead makes the kernel fetch more than reads waited for, and never less. */
static void text_elsewhere(const struct text *t, const struct cache_sums *all)
{
	const struct coverage_result *c = &t->s->coverage;
	double waited = (double)all->bytes[CACHE_STORAGE];

	if (c->read.share >= 0 && !c->uncounted && waited >= ELSEWHERE_BYTES &&
	    waited > ELSEWHERE * c->storage_read)
		fputs("Reads of far more than that waited: for a file system that is on no device "
		      "of this machine,\nor for something else than data, as a lock or a "
		      "debugger.\n",
		      t->to);
}

void text_cache(const struct text *t)
{
	const struct cache_sums *all = &t->s->cached;
	struct unit unit;

	if (!(all->ops[CACHE_UNKNOWN] + all->ops[CACHE_HIT] + all->ops[CACHE_STORAGE]))
		return;
	text_title(t, "Page cache");
	fprintf(t->to, "%-10s %8s %8s %9s %8s %8s %8s\n", "stage", "hits", "bytes", "of reads",
	        "storage", "bytes", "unknown");
	for (int i = 0; i < AIOT_STAGES; i++)
		if (t->options->stage < 0 || t->options->stage == i)
			text_cached(t, stage_name((unsigned)i), &t->s->stages[i].cached);
	if (t->s->coverage.read.share >= 0)
		fprintf(t->to,
		        "The kernel fetched %s from devices, read-ahead and page faults "
		        "included.\n",
		        unit_bytes(&unit, t->s->coverage.storage_read));
	text_elsewhere(t, all);
}
