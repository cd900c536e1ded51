/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/stage_measure.h"

#define STAGE_MEASURE_PAUSE_NS 100000000 /* of a pause, what counts at most */
#define STAGE_MEASURE_SHORT_NS 20000000  /* by runs of one job on one storage */

static void stage_measure_time(struct stage_measure *m, int64_t start_ns, int64_t end_ns)
{
	bool first = !m->read_ops && !m->write_ops && !m->meta_ops;

	if (first || start_ns > m->end_ns) {
		int64_t pause = first ? 0 : start_ns - m->end_ns;
		m->time_ns +=
		        (uint64_t)(pause < STAGE_MEASURE_PAUSE_NS ? pause : STAGE_MEASURE_PAUSE_NS);
		m->end_ns = start_ns;
	}
	if (end_ns > m->end_ns) {
		m->time_ns += (uint64_t)(end_ns - m->end_ns);
		m->end_ns = end_ns;
	}
}

double stage_measure_throughput(const struct stage_measure *m)
{
	return m->time_ns ? (double)(m->read_bytes + m->write_bytes) / ((double)m->time_ns / 1e9)
	                  : 0;
}

double stage_measure_rate(const struct stage_measure *m)
{
	return m->time_ns ? (double)(m->read_ops + m->write_ops + m->meta_ops) /
	                            ((double)m->time_ns / 1e9)
	                  : 0;
}

void stage_measure_add(struct stage_measure *m, const struct op *op, int64_t start_ns,
                       uint64_t duration_ns, int64_t result)
{
	uint64_t bytes = result > 0 ? (uint64_t)result : 0;
	char needs = op_needs(op->kind);

	stage_measure_time(m, start_ns, start_ns + (int64_t)duration_ns);
	if (needs != 'r' && needs != 'w') {
		m->meta_ops++;
		histogram_add(&m->meta_latency, duration_ns);
		return;
	}
	m->read_ops += needs == 'r';
	m->write_ops += needs == 'w';
	m->read_bytes += needs == 'r' ? bytes : 0;
	m->write_bytes += needs == 'w' ? bytes : 0;
	histogram_add(&m->latency, duration_ns);
	rate_add(&m->rate, start_ns, start_ns + (int64_t)duration_ns, bytes);
}

bool stage_measure_is_short(const struct stage_measure *m)
{
	return m->time_ns < STAGE_MEASURE_SHORT_NS;
}
