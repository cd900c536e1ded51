/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_FINDING_H
#define JSON_FINDING_H

#include "json_value.h"
#include "summary.h"

json_t *json_findings(const struct summary *summary);

#endif
