/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the JSON report that tell of the storage behind the files.
 */
#ifndef JSON_STORAGE_H
#define JSON_STORAGE_H

#include "analysis/summary.h"
#include "base/json_value.h"

/* Hits of the page cache, of a stage or of all. */
json_t *json_cached(const struct cache_sums *sums);

/* The same of all reads, with how it was found out. */
json_t *json_cache(const struct summary *summary);

json_t *json_mounts(const struct summary *summary);

#endif
