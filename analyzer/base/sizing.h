/* SPDX-License-Identifier: Apache-2.0
 *
 * The sizing rules for checkpoint storage: how large a checkpoint is, how fast
 * it has to be saved and restored. Bytes, seconds and bytes a second.
 */
#ifndef SIZING_H
#define SIZING_H

/* Half-precision weights 2, fp32 master copy 4, two Adam moments 4 + 4. */
#define SIZING_STATE_EACH   14.0
#define SIZING_WEIGHTS_EACH 2.0
/* Of the interval between checkpoints, at most; while one is saved, GPUs idle. */
#define SIZING_SHARE 0.05
/* A restore reads so many times what the save wrote: every GPU reads, not only
 * those that write. */
#define SIZING_FAN_OUT 8.0
/* GPU-seconds between interruptions: 419 in 54 days on 16,384 GPUs, as the
 * Llama 3 report counts them. */
#define SIZING_GPU_SECONDS (54.0 * 86400 * 16384 / 419)

/* All above 0, but gpus and mttf_s, where 0 = not known. */
struct sizing_question {
	double parameters, state_each, weights_each; /* the latter two in bytes */
	double interval_s, share, fan_out;
	double gpus, mttf_s; /* mean time to failure of the job */
};

/* What the rules ask for; -1 where the question leaves it open. */
struct sizing {
	double state_bytes, weights_bytes;
	double save_s, save_bandwidth;
	double restore_bytes, restore_bandwidth; /* in the time of a save */
	double day_bytes;                        /* written in 24 hours */
	double gpu_bytes, gpu_save_bandwidth, gpu_restore_bandwidth;
	double mttf_s, best_interval_s;
};

/* The defaults above. */
struct sizing_question sizing_question(double parameters, double interval_s);

struct sizing sizing_answer(const struct sizing_question *question);

/* The interval that loses least time to saving and to repeated work:
 * sqrt(2 x mean time to failure x time of a save), by Young and Daly. */
double sizing_young_daly(double mttf_s, double save_s);

/* Parameters behind a checkpoint of so many bytes. */
double sizing_parameters(double state_bytes, double state_each);

#endif
