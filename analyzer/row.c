/* SPDX-License-Identifier: Apache-2.0
 *
 * The three formats of dump. Csv and jsonl have the same fields in the same
 * order, which is a contract; text is for eyes.
 */
#include "row.h"

#include <string.h>

const char *row_level(unsigned level)
{
	static const char *const names[] = {"meta", "fd",    "stdio", "mmap",
	                                    "aio",  "uring", "cufile"};

	return level < sizeof names / sizeof *names ? names[level] : "unknown";
}

static void row_path(struct output *o, const struct row *row, struct escapes *escapes)
{
	size_t length;
	const char *path = escapes_get(escapes, row->name, &length);

	output_write(o, path, length);
}

static void row_write_csv(struct output *o, const struct row *row, struct escapes *escapes)
{
	output_signed(o, row->start_ns);
	output_char(o, ',');
	output_unsigned(o, row->duration_ns);
	output_char(o, ',');
	output_text(o, process_host(row->process));
	output_char(o, ',');
	output_unsigned(o, row->process->pid);
	output_char(o, ',');
	output_unsigned(o, row->tid);
	output_char(o, ',');
	output_text(o, row->call->name);
	output_char(o, ',');
	output_text(o, row->stage);
	output_char(o, ',');
	row_path(o, row, escapes);
	output_char(o, ',');
	output_signed(o, row->offset);
	output_char(o, ',');
	output_unsigned(o, row->size);
	output_char(o, ',');
	output_signed(o, row->result);
	output_char(o, ',');
	output_unsigned(o, (uint64_t)row->error);
	output_char(o, ',');
	output_text(o, row_level(row->call->level));
	output_char(o, ',');
	output_unsigned(o, row->handle);
	output_char(o, '\n');
}

static void row_write_jsonl(struct output *o, const struct row *row, struct escapes *escapes)
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
	output_text(o, "\",\"path\":");
	row_path(o, row, escapes);
	output_text(o, ",\"offset\":");
	output_signed(o, row->offset);
	output_text(o, ",\"size\":");
	output_unsigned(o, row->size);
	output_text(o, ",\"result\":");
	output_signed(o, row->result);
	output_text(o, ",\"errno\":");
	output_unsigned(o, (uint64_t)row->error);
	output_text(o, ",\"level\":\"");
	output_text(o, row_level(row->call->level));
	output_text(o, "\",\"handle\":");
	output_unsigned(o, row->handle);
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

static void row_write_text(struct output *o, const struct row *row, struct escapes *escapes)
{
	output_seconds(o, row->relative_ns, 14);
	output_char(o, ' ');
	output_unsigned(o, row->tid);
	output_char(o, ' ');
	output_text(o, row->call->name);
	output_char(o, '(');
	if (row->name)
		row_path(o, row, escapes);
	if (row->size || row->offset >= 0) {
		output_text(o, row->name ? ", " : "");
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
	output_char(o, '\n');
}

#define ROW_CSV_HEADER                                                                             \
	"start_ns,duration_ns,host,pid,tid,call,stage,path,offset,size,result,errno,level,"        \
	"handle\n"

const struct row_format row_text = {"text", "", escape_text, row_write_text};
const struct row_format row_csv = {"csv", ROW_CSV_HEADER, escape_csv, row_write_csv};
const struct row_format row_jsonl = {"jsonl", "", escape_json, row_write_jsonl};

const struct row_format *row_format_by_name(const char *name)
{
	static const struct row_format *const formats[] = {&row_text, &row_csv, &row_jsonl};

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
