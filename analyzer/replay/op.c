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

int op_flags(unsigned kind)
{
	switch (kind) {
	case OP_READ_NOW: return RWF_NOWAIT;
	case OP_WRITE_END: return RWF_APPEND;
	case OP_WRITE_DSYNC: return RWF_DSYNC;
	case OP_WRITE_SYNC: return RWF_SYNC;
	default: return 0;
	}
}

char op_needs(unsigned kind)
{
	return op_table[kind].needs;
}
