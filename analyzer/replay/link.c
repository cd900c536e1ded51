/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/link.h"

static bool link_syncs(const struct op *op)
{
	return op->kind == OP_FSYNC || op->kind == OP_FDATASYNC;
}

static bool link_changes(const struct op *op)
{
	return link_syncs(op) || op_needs(op->kind) == 'w';
}

bool link_any(const struct lane *lane)
{
	for (uint32_t i = 0; i < lane->count; i++)
		if ((lane->ops[i].bits & OP_ASYNC) && link_changes(&lane->ops[i]))
			return true;
	return false;
}

bool link_holds(const struct plan *plan, const struct op *earlier, const struct op *later)
{
	if (!link_changes(earlier) && !link_changes(later))
		return false;
	if (plan->openings[earlier->object].name != plan->openings[later->object].name)
		return false;
	if (link_syncs(earlier) || link_syncs(later))
		return op_needs(earlier->kind) != 'r' && op_needs(later->kind) != 'r';
	return earlier->offset < later->offset + later->size &&
	       later->offset < earlier->offset + earlier->size;
}
