/* SPDX-License-Identifier: Apache-2.0
 *
 * The three formats of dump. Csv and jsonl have the same fields in the same
 * order, which is a contract; text is for eyes.
 */
#include "dump/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/memory.h"

const char *row_level(unsigned level)
{
	static const char *const names[] = {"meta", "fd",    "stdio", "mmap",
	                                    "aio",  "uring", "cufile"};

	return level < sizeof names / sizeof *names ? names[level] : "unknown";
}

static void row_name(struct output *o, const struct row_name *name)
{
	output_write(o, name->bytes, name->length);
}

/* Text and a comma. */
static inline char *row_put_text(char *at, const char *text)
{
	at = output_put(at, text, strlen(text));
	*at++ = ',';
	return at;
}

static inline char *row_put_number(char *at, int64_t value)
{
	at = output_put_signed(at, value);
	*at++ = ',';
	return at;
}

static inline char *row_put_count(char *at, uint64_t value)
{
	at = output_put_unsigned(at, value);
	*at++ = ',';
	return at;
}

static char *row_put_csv(char *at, const struct row *row)
{
	at = row_put_number(at, row->start_ns);
	at = row_put_count(at, row->duration_ns);
	at = row_put_text(at, process_host(row->process));
	at = row_put_count(at, row->process->pid);
	at = row_put_count(at, row->tid);
	at = row_put_text(at, row->call->name);
	at = row_put_text(at, row->stage);
	at = output_put(at, row->path.bytes, row->path.length);
	*at++ = ',';
	at = row_put_number(at, row->offset);
	at = row_put_count(at, row->size);
	at = row_put_number(at, row->result);
	at = row_put_count(at, (uint64_t)row->error);
	at = row_put_text(at, row_level(row->call->level));
	at = row_put_count(at, row->handle);
	return output_put(at, row->cache, strlen(row->cache));
}

/* What follows is of any length. */
static void row_end_csv(struct output *o, const struct row *row)
{
	if (row->stacks) {
		output_char(o, ',');
		row_name(o, &row->stack);
	}
	output_char(o, '\n');
}

/* All of a row but path, host and call, whose lengths the trace chooses. */
#define ROW_CSV_REST 512

static void row_write_csv(struct output *o, const struct row *row)
{
	size_t most = row->path.length + strlen(process_host(row->process)) +
	              strlen(row->call->name) + ROW_CSV_REST;

	if (most <= OUTPUT_ROOM) {
		output_end(o, row_put_csv(output_begin(o, most), row));
	} else {
		char *text = memory_get(most, 1);
		output_write(o, text, (size_t)(row_put_csv(text, row) - text));
		free(text);
	}
	row_end_csv(o, row);
}

void row_json(struct output *o, const struct row *row)
{
	output_text(o, "\"path\":");
	row_name(o, &row->path);
	output_text(o, ",\"offset\":");
	output_signed(o, row->offset);
	output_text(o, ",\"size\":");
	output_unsigned(o, row->size);
	output_text(o, ",\"result\":");
	output_signed(o, row->result);
	output_text(o, ",\"errno\":");
	output_unsigned(o, (uint64_t)row->error);
}

static void row_write_jsonl(struct output *o, const struct row *row)
{
	output_text(o, "{\"start_ns\":");
	output_signed(o, row->start_ns);
	output_text(o, ",\"duration_ns\":");
	output_unsigned(o, row->duration_ns);
	output_text(o, ",\"host\":\"");
	output_text(o, process_host(row->process));
	output_text(o, "\",\"pid\":");
	output_unsigned(o, row->process->pid);
	output_text(o, ",\"tid\":");
	output_unsigned(o, row->tid);
	output_text(o, ",\"call\":\"");
	output_text(o, row->call->name);
	output_text(o, "\",\"stage\":\"");
	output_text(o, row->stage);
	output_text(o, "\",");
	row_json(o, row);
	output_text(o, ",\"level\":\"");
	output_text(o, row_level(row->call->level));
	output_text(o, "\",\"handle\":");
	output_unsigned(o, row->handle);
	output_text(o, ",\"cache\":\"");
	output_text(o, row->cache);
	output_char(o, '"');
	if (row->stacks) {
		output_text(o, ",\"stack\":");
		row_name(o, &row->stack);
	}
	output_text(o, "}\n");
}

static void row_error(struct output *o, int error)
{
	const char *name = strerrorname_np(error);

	output_char(o, ' ');
	if (name)
		output_text(o, name);
	else
		output_unsigned(o, (uint64_t)error);
}

static void row_write_text(struct output *o, const struct row *row)
{
	output_seconds(o, row->relative_ns, 14);
	output_char(o, ' ');
	output_unsigned(o, row->tid);
	output_char(o, ' ');
	output_text(o, row->call->name);
	output_char(o, '(');
	if (row->path.number)
		row_name(o, &row->path);
	if (row->size || row->offset >= 0) {
		output_text(o, row->path.number ? ", " : "");
		output_unsigned(o, row->size);
	}
	if (row->offset >= 0) {
		output_text(o, " at ");
		output_signed(o, row->offset);
	}
	output_text(o, ") = ");
	output_signed(o, row->result);
	if (row->error)
		row_error(o, row->error);
	output_text(o, " <");
	output_seconds(o, (int64_t)row->duration_ns, 0);
	output_text(o, "> ");
	output_text(o, row->stage);
	if (row->stacks && row->stack.number) {
		output_char(o, ' ');
		row_name(o, &row->stack);
	}
	output_char(o, '\n');
}

static void row_begin_csv(struct output *o, const struct recording *recording, bool stacks)
{
	(void)recording;
	output_text(o, "start_ns,duration_ns,host,pid,tid,call,stage,path,offset,size,result,"
	               "errno,level,handle,cache");
	output_text(o, stacks ? ",stack\n" : "\n");
}

const struct row_format row_text = {"text", escape_text, NULL, row_write_text, NULL};
const struct row_format row_csv = {"csv", escape_csv, row_begin_csv, row_write_csv, NULL};
const struct row_format row_jsonl = {"jsonl", escape_json, NULL, row_write_jsonl, NULL};

const struct row_format *row_format_by_name(const char *name)
{
	static const struct row_format *const formats[] = {&row_text, &row_csv, &row_jsonl};

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
