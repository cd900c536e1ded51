/* SPDX-License-Identifier: Apache-2.0
 *
 * How long reads from the page cache take and those from storage, learnt from reads of
 * which both are known. One model for each device and size class. A class with samples
 * of both kinds has a threshold between them; one with hits alone takes the multiple of
 * their time beyond which it is no copy from memory; one with neither takes that of the
 * nearest class of its device.
 */
#ifndef LEARNT_H
#define LEARNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/threshold.h"

#define LEARNT_POWERS  40
#define LEARNT_DEVICES 64           /* further ones stay unknown */
#define LEARNT_ONE     4294967296.0 /* 2^32: a sum of accuracies counts in parts of it */

/* What was learnt of reads of at least 2^power and less than twice the bytes. */
struct learnt_model {
	uint64_t device;
	unsigned power;
	uint64_t hits, misses; /* samples */
	uint64_t threshold_ns; /* 0 = nothing learnt */
	double accuracy;       /* share of right answers to be expected */
};

/* What is said of a read of some size. */
struct learnt_rule {
	uint64_t threshold_ns;
	double accuracy;
	uint64_t weight; /* the same in 2^-32 */
};

#define LEARNT_RULE(share)                                                                         \
	{                                                                                          \
		.accuracy = (share), .weight = (uint64_t)((share)*LEARNT_ONE)                      \
	}

struct learnt_class {
	struct population hits, misses;
	struct learnt_model model;
};

struct learnt_device {
	uint64_t device;
	struct learnt_class *classes[LEARNT_POWERS];
	struct learnt_rule rules[LEARNT_POWERS];
};

struct learnt {
	struct learnt_device devices[LEARNT_DEVICES];
	size_t count;
};

/* A read of so many bytes, at least one, took so long from where it came. */
void learnt_add(struct learnt *learnt, uint64_t device, int64_t bytes, bool hit, uint64_t ns);

/* What another thread learnt. */
void learnt_merge(struct learnt *to, const struct learnt *from);

/* When all was added: makes models and rules. */
void learnt_fit(struct learnt *learnt);

/* The index of a device, LEARNT_DEVICES where nothing was learnt of it. */
size_t learnt_device(const struct learnt *learnt, uint64_t device);

static inline unsigned learnt_power(int64_t bytes)
{
	unsigned power = 63 - (unsigned)__builtin_clzll((uint64_t)bytes);

	return power < LEARNT_POWERS ? power : LEARNT_POWERS - 1;
}

/* The models with a sample, NULL behind the last. */
const struct learnt_model *learnt_models(const struct learnt *learnt, size_t number);

void learnt_free(struct learnt *learnt);

#endif
