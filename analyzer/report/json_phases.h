/* SPDX-License-Identifier: Apache-2.0
 *
 * The run's phases, and what the program said itself, as JSON.
 */
#ifndef JSON_PHASES_H
#define JSON_PHASES_H

#include <jansson.h>

#include "analysis/summary.h"

json_t *json_phases(const struct summary *summary);
json_t *json_marks(const struct summary *summary);

#endif
