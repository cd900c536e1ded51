/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/op.h"

#include <sys/uio.h>

#include "aiotrace/format.h"

static const struct {
	const char *words;
	uint16_t call;
	char needs;
} op_table[] = {
#define KIND(name, words, call, data) {words, AIOT_CALL_##call, data},
        OP_KINDS(KIND)
#undef KIND
};

const char *op_words(unsigned kind)
{
	return op_table[kind].words;
}

uint16_t op_call(unsigned kind)
{
	return op_table[kind].call;
}

/* Flags that a file system does not know are for calls to do without. */
bool op_can_ring(unsigned kind)
{
	return op_moves(kind) && kind != OP_TOUCH && kind != OP_TOUCH_WRITE && !op_flags(kind);
}

int op_flags(unsigned kind)
{
	switch (kind) {
	case OP_READ_NOW:
	case OP_WRITE_NOW: return RWF_NOWAIT;
	case OP_WRITE_END: return RWF_APPEND;
	case OP_WRITE_END_DSYNC: return RWF_APPEND | RWF_DSYNC;
	case OP_WRITE_DSYNC: return RWF_DSYNC;
	case OP_WRITE_SYNC: return RWF_SYNC;
	default: return 0;
	}
}

char op_needs(unsigned kind)
{
	return op_table[kind].needs;
}
