/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the JSON report that tell who waits for whom.
 */
#ifndef JSON_WAITING_H
#define JSON_WAITING_H

#include "analysis/summary.h"
#include "base/json_value.h"

/* By process: seconds by kind, of the main thread and of all. */
json_t *json_waiting(const struct summary *summary);

/* By pipe: its readers and writers. */
json_t *json_pipes(const struct summary *summary);

/* null where no process has loader workers. */
json_t *json_stall(const struct summary *summary);

#endif
