/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints and restores as JSON.
 */
#ifndef JSON_MOMENT_H
#define JSON_MOMENT_H

#include "analysis/summary.h"
#include "base/json_value.h"

/* Of checkpoints, or else of restores. */
json_t *json_moments(const struct summary *summary, bool save);

#endif
