/* SPDX-License-Identifier: Apache-2.0
 *
 * Run while the library is built: the table of calls as each trace has it, the payload
 * of a block, so that no process has to put it together and compress it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "aiotrace/format.h"

#define CALLS_LEVEL 19

struct row {
	struct aiot_define_call head;
	const char *name;
};

static const struct row rows[] = {
#define AIOT_CALL(id, symbol, class, level, roles)                                                 \
	{{id, AIOT_CLASS_##class, AIOT_LEVEL_##level}, #symbol},
#define AIOT_EVENT(id, symbol, name, class, level)                                                 \
	{{id, AIOT_CLASS_##class, AIOT_LEVEL_##level}, name},
#include "aiotrace/calls.def"
};

#define ROWS (sizeof rows / sizeof *rows)

static size_t put(char *to, const struct row *row)
{
	struct aiot_definition record = {
	        .kind = AIOT_DEFINE_CALL,
	        .bytes = (uint32_t)(sizeof row->head + strlen(row->name)),
	};
	memcpy(to, &record, sizeof record);
	memcpy(to + sizeof record, &row->head, sizeof row->head);
	memcpy(to + sizeof record + sizeof row->head, row->name, strlen(row->name));
	return sizeof record + record.bytes;
}

int main(void)
{
	static char records[ROWS * 128];
	size_t used = 0;
	for (size_t i = 0; i < ROWS; i++)
		used += put(records + used, &rows[i]);
	size_t room = ZSTD_compressBound(used);
	unsigned char *frame = malloc(room);
	size_t bytes = frame ? ZSTD_compress(frame, room, records, used, CALLS_LEVEL) : 0;
	if (!bytes || ZSTD_isError(bytes))
		return 1;
	printf("#define CALLS_ROWS %zu\nstatic const uint8_t calls_frame[] = {", ROWS);
	for (size_t i = 0; i < bytes; i++)
		printf("%s%u,", i % 32 ? "" : "\n", frame[i]);
	printf("\n};\n");
	free(frame);
	return 0;
}
