/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/op.h"

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

char op_needs(unsigned kind)
{
	return op_table[kind].needs;
}
