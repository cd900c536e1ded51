/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as trace events of Chrome's tracing, which Perfetto and others show:
 * a process and thread a track, an operation a bar. What is in flight beside its
 * thread's calls is asynchronous there, too: bars of one track must nest.
 * Format: "Trace Event Format", the Chromium project; times are in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "dump/row.h"

/* Longer command lines are of no use in a track's name. */
#define CHROME_NAME 160

static void chrome_us(struct output *o, uint64_t ns)
{
	char *at = output_put_unsigned(output_begin(o, 32), ns / 1000);
	unsigned rest = (unsigned)(ns % 1000);

	*at++ = '.';
	*at++ = (char)('0' + rest / 100);
	*at++ = (char)('0' + rest / 10 % 10);
	*at++ = (char)('0' + rest % 10);
	output_end(o, at);
}

/* A name that the trace chose, in quotes. */
static void chrome_text(struct output *o, const char *text)
{
	size_t length;
	char *escaped = escape_json(text, &length);

	output_write(o, escaped, length);
	free(escaped);
}

/* Numbers of processes, since ids of processes come again, and on every host. */
static void chrome_process(struct output *o, const struct process *p)
{
	char *command = process_command(p), rank[24] = "", name[CHROME_NAME + 64];
	size_t most = strnlen(command, CHROME_NAME);

	if (p->rank >= 0)
		snprintf(rank, sizeof rank, " of rank %d", p->rank);
	while (most && ((unsigned char)command[most] & 0xc0) == 0x80) /* amid a character */
		most--;
	snprintf(name, sizeof name, "%s%s, pid %u: %.*s", process_role_name(p->role), rank, p->pid,
	         (int)most, command);
	free(command);
	output_text(o, p->number ? ",\n" : "");
	output_text(o, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":");
	output_unsigned(o, p->number + 1);
	output_text(o, ",\"args\":{\"name\":");
	chrome_text(o, name);
	output_text(o, "}}");
}

static void chrome_begin(struct output *o, const struct recording *recording, bool stacks)
{
	(void)stacks; /* rows have them or not */
	output_text(o, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
	for (size_t i = 0; i < recording->count; i++)
		chrome_process(o, &recording->processes[i]);
}

static void chrome_end(struct output *o)
{
	output_text(o, "\n]}\n");
}

/* All but what is an operation's own: its kind of bar, and when. */
static void chrome_head(struct output *o, const struct row *row, const char *phase,
                        uint64_t relative_ns)
{
	output_text(o, ",\n{\"ph\":\"");
	output_text(o, phase);
	output_text(o, "\",\"name\":");
	chrome_text(o, row->call->name);
	output_text(o, ",\"cat\":\"");
	output_text(o, row->stage);
	output_text(o, "\",\"pid\":");
	output_unsigned(o, row->process->number + 1);
	output_text(o, ",\"tid\":");
	output_unsigned(o, row->tid);
	output_text(o, ",\"ts\":");
	chrome_us(o, relative_ns);
}

static void chrome_args(struct output *o, const struct row *row)
{
	output_text(o, ",\"args\":{");
	row_json(o, row);
	if (*row->cache) {
		output_text(o, ",\"cache\":\"");
		output_text(o, row->cache);
		output_char(o, '"');
	}
	if (row->stacks && row->stack.number) {
		output_text(o, ",\"stack\":");
		output_write(o, row->stack.bytes, row->stack.length);
	}
	output_text(o, "}}");
}

static bool chrome_in_flight(const struct row *row)
{
	unsigned level = row->call->level;

	return level == AIOT_LEVEL_AIO || level == AIOT_LEVEL_URING || level == AIOT_LEVEL_CUFILE;
}

/* For both ends. */
static void chrome_id(struct output *o, const struct row *row)
{
	output_text(o, ",\"id\":");
	output_unsigned(o, row->number);
}

static void chrome_write(struct output *o, const struct row *row)
{
	/* Nothing is before the recording's start, but for clocks that jump. */
	uint64_t start = row->relative_ns > 0 ? (uint64_t)row->relative_ns : 0;

	chrome_head(o, row, chrome_in_flight(row) ? "b" : "X", start);
	if (chrome_in_flight(row)) {
		chrome_id(o, row);
		chrome_args(o, row);
		chrome_head(o, row, "e", start + row->duration_ns);
		chrome_id(o, row);
		output_char(o, '}');
	} else {
		output_text(o, ",\"dur\":");
		chrome_us(o, row->duration_ns);
		chrome_args(o, row);
	}
}

const struct row_format row_chrome = {"chrome", escape_json, chrome_begin, chrome_write,
                                      chrome_end};
