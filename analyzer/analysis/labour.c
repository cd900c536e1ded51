/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/labour.h"

#define TINY 65536
#define PAGE 4096

void labour_event(struct labour *l, const struct events *e, uint32_t i, bool data)
{
	if (data) {
		l->ops++;
		l->data_ns += e->duration[i];
		if (e->bytes[i] < TINY && !mapped_is_fault(e->call[i])) {
			l->tiny++;
			l->tiny_ns += e->duration[i];
			l->tiny_bytes += e->bytes[i];
		}
		l->unaligned += e->offset[i] > 0 && e->offset[i] % PAGE;
		if (mapped_is_fault(e->call[i]))
			l->mapped_bytes += e->bytes[i];
	} else if (e->class[i] == AIOT_CLASS_SYNC) {
		l->syncs++;
		l->sync_ns += e->duration[i];
	} else if (call_renames(e->call[i])) {
		l->renames++;
		l->rename_ns += e->duration[i];
	}
}
