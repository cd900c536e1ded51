/* SPDX-License-Identifier: Apache-2.0
 *
 * How an access follows the last one of the same open handle. The four kinds
 * exclude each other, so their shares sum to 1.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stdint.h>

enum access {
	ACCESS_CONSECUTIVE, /* begins where the last one ended; a handle's first: at offset 0 */
	ACCESS_SEQUENTIAL,  /* begins further on */
	ACCESS_STRIDED,     /* the same distance, not 0, as the access before */
	ACCESS_RANDOM,      /* anything else */
	ACCESSES,
};

/* Counts of accesses by kind. */
struct pattern {
	uint64_t count[ACCESSES];
};

/* The last access of each open handle. Handles are never used again and so
 * never stop coming: the table keeps the recent ones, a fixed number. */
struct handles;

struct handles *handles_new(void);
void handles_free(struct handles *handles);

/* What kind of access this is; remembers it. Offset and length in bytes. */
enum access handles_access(struct handles *handles, uint32_t process, uint32_t handle, bool write,
                           int64_t offset, int64_t length);

void pattern_add(struct pattern *to, const struct pattern *from);
uint64_t pattern_total(const struct pattern *pattern);
double pattern_share(const struct pattern *pattern, enum access kind); /* 0 where empty */

/* "sequential", "strided", "random", "mixed", or "none" where empty. */
const char *pattern_class(const struct pattern *pattern);

#endif
