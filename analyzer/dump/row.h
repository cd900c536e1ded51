/* SPDX-License-Identifier: Apache-2.0
 *
 * One event as dump and export print it, and the formats that print it.
 */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/output.h"
#include "read/recording.h"

/* A name, escaped for the format. */
struct row_name {
	uint32_t number; /* 0 = none */
	const char *bytes;
	size_t length;
};

struct row {
	uint64_t number;     /* of the rows printed */
	int64_t start_ns;    /* since the epoch */
	int64_t relative_ns; /* since the recording's start */
	uint64_t duration_ns;
	const struct process *process;
	uint32_t tid, handle;
	const struct call *call;
	const char *stage, *cache; /* cache: "" = no question */
	struct row_name path, stack;
	bool stacks; /* the latter is wanted */
	int64_t offset, result;
	uint64_t size;
	int error; /* errno, 0 = none; then result is -1 */
};

struct row_format {
	const char *name;
	char *(*escape)(const char *path, size_t *length);
	/* What stands before all rows, and behind them; NULL = nothing. */
	void (*begin)(struct output *output, const struct recording *recording, bool stacks);
	void (*write)(struct output *output, const struct row *row);
	void (*end)(struct output *output);
};

extern const struct row_format row_text, row_csv, row_jsonl, row_chrome;

/* Of dump's; NULL where none has that name. */
const struct row_format *row_format_by_name(const char *name);

const char *row_level(unsigned level);

/* Path, offset, size, result and errno as members of a JSON object, without a comma
 * before or after. */
void row_json(struct output *output, const struct row *row);

#endif
