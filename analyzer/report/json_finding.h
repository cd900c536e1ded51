/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_FINDING_H
#define JSON_FINDING_H

#include "analysis/summary.h"
#include "base/json_value.h"

json_t *json_findings(const struct summary *summary);

#endif
