/* SPDX-License-Identifier: Apache-2.0
 *
 * A live file with one region, for tests.
 */
#ifndef SAMPLE_LIVE_H
#define SAMPLE_LIVE_H

#include "sample.h"

static inline void sample_live(struct sample *s, uint32_t pid, const struct aiot_event *e,
                               uint32_t n, uint32_t stream, uint64_t sequence)
{
	struct aiot_live h = {.byte_order = AIOT_BYTE_ORDER,
	                      .version = AIOT_VERSION,
	                      .min_reader = AIOT_MIN_READER,
	                      .pid = pid,
	                      .region_bytes = AIOT_LIVE_REGION_BYTES,
	                      .events = AIOT_LIVE_EVENTS};
	struct aiot_region r = {.magic = AIOT_REGION_MAGIC,
	                        .state = AIOT_REGION_OWNED,
	                        .stream = stream,
	                        .tid = 100 + stream,
	                        .sequence = sequence};

	memcpy(h.magic, AIOT_LIVE_MAGIC, sizeof h.magic);
	h.checksum = XXH64(&h, offsetof(struct aiot_live, checksum), 0);
	s->bytes = realloc(s->bytes, AIOT_LIVE_PAGE + AIOT_LIVE_REGION_BYTES);
	s->size = AIOT_LIVE_PAGE + AIOT_LIVE_REGION_BYTES;
	memset(s->bytes, 0, s->size);
	memcpy(s->bytes, &h, sizeof h);
	memcpy(s->bytes + AIOT_LIVE_PAGE, &r, sizeof r);
	for (uint32_t i = 0; i < n; i++) {
		struct aiot_event copy = e[i];
		copy.commit = AIOT_COMMIT(sequence + i);
		memcpy(s->bytes + 2 * AIOT_LIVE_PAGE + i * sizeof copy, &copy, sizeof copy);
	}
}

#endif
