/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_mapped.h"

#include <inttypes.h>
#include <string.h>

#include "base/units.h"

#define MAPPED_ADVICE                                                                              \
	"allow perf_event_open: sysctl kernel.perf_event_paranoid=2, or CAP_PERFMON; in a "        \
	"container also a seccomp profile that lets it pass"

json_t *report_mapped_json(const struct mapped *m)
{
	if (!mapped_used(m))
		return json_null();
	return json_pack(
	        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "major",
	        (json_int_t)m->major, "minor", (json_int_t)m->minor, "bytes_faulted",
	        (json_int_t)m->bytes_faulted, "written", (json_int_t)m->written, "bytes_written",
	        (json_int_t)m->bytes_written, "populated", (json_int_t)m->populated,
	        "bytes_populated", (json_int_t)m->bytes_populated, "major_latency_ns", "p50",
	        (json_int_t)mapped_percentile(m, 0.50), "p99",
	        (json_int_t)mapped_percentile(m, 0.99), "max", (json_int_t)mapped_slowest(m));
}

json_t *report_mapped_run_json(const struct mapped_run *m)
{
	json_t *run = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "mappings",
	                        (json_int_t)m->mappings, "bytes", (json_int_t)m->bytes, "unseen",
	                        (json_int_t)m->unseen, "unseen_bytes", (json_int_t)m->unseen_bytes,
	                        "threads_unseen", (json_int_t)m->threads_unseen, "lost_faults",
	                        (json_int_t)m->lost, "storage_read_bytes",
	                        (json_int_t)m->storage_read_bytes);

	json_object_set_new(run, "error", m->error ? json_string(strerror(m->error)) : json_null());
	json_object_set_new(run, "advice", m->error ? json_string(MAPPED_ADVICE) : json_null());
	return run;
}

void report_mapped_text(const struct mapped *m, FILE *to)
{
	struct unit p50, p99, bytes;

	if (m->major || m->minor)
		fprintf(to, "%10s  mapped: %" PRIu64 " fault%s from storage", "", m->major,
		        m->major == 1 ? "" : "s");
	if (m->latency)
		fprintf(to, " (p50 %s, p99 %s)",
		        unit_seconds(&p50, (double)mapped_percentile(m, 0.50) / 1e9),
		        unit_seconds(&p99, (double)mapped_percentile(m, 0.99) / 1e9));
	if (m->major || m->minor)
		fprintf(to,
		        ", %" PRIu64 " from the page cache;\n%18s at least %s read: one can bring "
		        "in more pages, touched again it is none\n",
		        m->minor, "", unit_bytes(&bytes, (double)m->bytes_faulted));
	if (m->populated)
		fprintf(to, "%10s  mapped: %s asked for and brought in by %" PRIu64 " call%s\n", "",
		        unit_bytes(&bytes, (double)m->bytes_populated), m->populated,
		        m->populated == 1 ? "" : "s");
	if (m->written)
		fprintf(to,
		        "%10s  mapped: at least %s written by %" PRIu64
		        " faults: one can make room for more pages\n",
		        "", unit_bytes(&bytes, (double)m->bytes_written), m->written);
}

bool report_mapped_lacks(const struct mapped_run *m)
{
	return m->refused || m->threads_unseen;
}

void report_mapped_missing(const struct mapped_run *m, FILE *to)
{
	struct unit bytes;

	if (m->refused)
		fprintf(to,
		        "Reads of mapped files are not seen in %" PRIu64 " process%s, of %" PRIu64
		        " mapping%s of %s: %s.\n  What to do: %s.\n",
		        m->refused, m->refused == 1 ? "" : "es", m->unseen,
		        m->unseen == 1 ? "" : "s", unit_bytes(&bytes, (double)m->unseen_bytes),
		        strerror(m->error), MAPPED_ADVICE);
	if (m->threads_unseen)
		fprintf(to,
		        "Reads of mapped files by %" PRIu64
		        " thread%s are not seen, or not all of them: no memory or descriptor could "
		        "be "
		        "had.\n  What to do: a higher kernel.perf_event_mlock_kb, or ulimit -l and "
		        "-n.\n",
		        m->threads_unseen, m->threads_unseen == 1 ? "" : "s");
}
