/* SPDX-License-Identifier: Apache-2.0
 *
 * What course.h and the pattern rooms found, as JSON.
 */
#ifndef JSON_COURSE_H
#define JSON_COURSE_H

#include "analysis/summary.h"
#include "base/json_value.h"

/* The class and the shares, by operations and by bytes. */
json_t *json_pattern(const struct pattern *pattern);

json_t *json_burstiness(const struct summary *summary, int stage);

/* Adds what the stage's course shows beyond that. */
void json_course(json_t *stage, const struct summary *summary, int number);

/* Accesses to a mount, or to a file, by all clients, of all stages. */
json_t *json_mount_pattern(const struct summary *summary, uint32_t mount);
json_t *json_file_pattern(const struct summary *summary, uint32_t name);

/* Reads and writes of all stages over time. */
json_t *json_timeline(const struct summary *summary);

json_t *json_epochs(const struct summary *summary);

#endif
