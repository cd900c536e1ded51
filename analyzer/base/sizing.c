/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sizing.h"

#include <math.h>

struct sizing_question sizing_question(double parameters, double interval_s)
{
	return (struct sizing_question){.parameters = parameters,
	                                .state_each = SIZING_STATE_EACH,
	                                .weights_each = SIZING_WEIGHTS_EACH,
	                                .interval_s = interval_s,
	                                .share = SIZING_SHARE,
	                                .fan_out = SIZING_FAN_OUT};
}

double sizing_young_daly(double mttf_s, double save_s)
{
	return sqrt(2 * mttf_s * save_s);
}

double sizing_parameters(double state_bytes, double state_each)
{
	return state_bytes / state_each;
}

static double sizing_for_each(double value, double gpus)
{
	return gpus > 0 ? value / gpus : -1;
}

static double sizing_mttf(const struct sizing_question *q)
{
	if (q->mttf_s > 0)
		return q->mttf_s;
	return q->gpus > 0 ? SIZING_GPU_SECONDS / q->gpus : -1;
}

struct sizing sizing_answer(const struct sizing_question *q)
{
	struct sizing s = {.state_bytes = q->parameters * q->state_each,
	                   .weights_bytes = q->parameters * q->weights_each,
	                   .save_s = q->interval_s * q->share,
	                   .mttf_s = sizing_mttf(q)};

	s.save_bandwidth = s.state_bytes / s.save_s;
	s.restore_bytes = s.state_bytes * q->fan_out;
	s.restore_bandwidth = s.restore_bytes / s.save_s;
	s.day_bytes = s.state_bytes * 86400 / q->interval_s;
	s.gpu_bytes = sizing_for_each(s.state_bytes, q->gpus);
	s.gpu_save_bandwidth = sizing_for_each(s.save_bandwidth, q->gpus);
	s.gpu_restore_bandwidth = sizing_for_each(s.restore_bandwidth, q->gpus);
	s.best_interval_s = s.mttf_s > 0 ? sizing_young_daly(s.mttf_s, s.save_s) : -1;
	return s;
}
