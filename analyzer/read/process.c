/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process is known by. Begins with the calls of this program's own
 * table, so that a trace whose call definitions are damaged still reads.
 */
#include "read/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id_table.h"
#include "base/memory.h"

struct own_call {
	const char *name;
	uint16_t id;
	uint8_t class, level;
};

static const struct own_call own_calls[] = {
#define AIOT_CALL(id, symbol, class, level, roles)                                                 \
	{#symbol, id, AIOT_CLASS_##class, AIOT_LEVEL_##level},
#define AIOT_EVENT(id, symbol, name, class, level)                                                 \
	{name, id, AIOT_CLASS_##class, AIOT_LEVEL_##level},
#include "aiotrace/calls.def"
};

/* The kernel counts what goes through read, write and their kin: not sockets'
 * own calls, message queues, pages moved between pipes, page faults, GPUDirect storage, nor
 * asynchronous operations but those of POSIX AIO, which are reads and writes of
 * glibc's threads. */
static bool process_uncounted(const char *name, unsigned level)
{
	static const char *const beginnings[] = {"recv", "__recv", "send",    "splice",
	                                         "tee",  "mq_",    "vmsplice"};

	if (level == AIOT_LEVEL_AIO)
		return !strncmp(name, "libaio.", 7);
	if (level != AIOT_LEVEL_FD)
		return true;
	if (!strncmp(name, "sendfile", 8))
		return false;
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (!strncmp(name, beginnings[i], strlen(beginnings[i])))
			return true;
	return false;
}

static struct call process_call_made(const char *name, uint8_t class, uint8_t level)
{
	return (struct call){.name = name,
	                     .class = class,
	                     .level = level,
	                     .known = true,
	                     .uncounted = process_uncounted(name, level)};
}

#define OWN_CALLS (sizeof own_calls / sizeof *own_calls)

/* As many bytes as there are ids. */
union own_ids {
#define AIOT_CALL(id, symbol, class, level, roles) char symbol[(id) + 1];
#define AIOT_EVENT(id, symbol, name, class, level) char symbol[(id) + 1];
#include "aiotrace/calls.def"
};

/* Most processes define none but these: thousands have one table. */
static struct call common_calls[sizeof(union own_ids)];

static void process_common(void)
{
	for (size_t i = 0; i < OWN_CALLS && !common_calls[own_calls[OWN_CALLS - 1].id].known; i++)
		common_calls[own_calls[i].id] = process_call_made(
		        own_calls[i].name, own_calls[i].class, own_calls[i].level);
}

static bool process_call_same(const struct process *process, uint16_t id, const struct call *new)
{
	const struct call *call = id < process->call_count ? &process->calls[id] : NULL;

	return call && call->known && call->class == new->class && call->level == new->level &&
	       !strcmp(call->name, new->name);
}

void process_call_set(struct process *process, uint16_t id, const char *name, uint8_t class,
                      uint8_t level)
{
	struct call call = process_call_made(name, class, level);

	if (process_call_same(process, id, &call))
		return;
	if (!process->changed) {
		process->changed = memory_get(process->call_count, sizeof *process->changed);
		memcpy(process->changed, process->calls,
		       process->call_count * sizeof *process->changed);
	}
	while (id >= process->call_count)
		process->changed = memory_grow(process->changed, process->call_count,
		                               &process->call_count, sizeof *process->changed);
	process->changed[id] = call;
	process->calls = process->changed;
}

void process_init(struct process *process, struct names *names, struct files *files)
{
	*process = (struct process){.names = names,
	                            .files = files,
	                            .rank = -1,
	                            .local_rank = -1,
	                            .world_size = -1,
	                            .trace = {.fd = -1}};
	process->file_ids = id_table_new();
	process->file_of = memory_grow(NULL, 0, &process->file_room, sizeof *process->file_of);
	process->file_count = 1;
	process->stream_ids = id_table_new();
	stacks_init(&process->stacks);
	process_common();
	process->calls = common_calls;
	process->call_count = sizeof common_calls / sizeof *common_calls;
}

void process_trim(struct process *process)
{
	process->file_of = memory_trim(process->file_of, process->file_count, &process->file_room,
	                               sizeof *process->file_of);
	id_table_trim(process->file_ids);
	if (process->first_of)
		id_table_trim(process->first_of);
}

static void process_free_streams(struct process *process)
{
	for (size_t s = 0; s < process->stream_count; s++) {
		struct stream *stream = &process->streams[s];
		for (size_t p = 0; p < stream->count; p++)
			free(stream->pieces[p].events);
		free(stream->pieces);
		free(stream->name);
	}
	free(process->streams);
}

void process_free(struct process *process)
{
	process_free_streams(process);
	for (size_t i = 0; i < process->attribute_count; i++) {
		free(process->attributes[i].key);
		free(process->attributes[i].value);
	}
	for (size_t i = 0; i < process->note_count; i++)
		free(process->notes[i]);
	for (size_t i = 0; i < process->unseen_count; i++)
		free(process->unseen[i].path);
	free(process->unseen);
	id_table_free(process->file_ids);
	id_table_free(process->first_of);
	id_table_free(process->stream_ids);
	stacks_free(&process->stacks);
	free(process->file_of);
	free(process->changed);
	free(process->attributes);
	free(process->notes);
	trace_close(&process->trace);
}

const struct call process_unknown_call = {.name = "unknown", .uncounted = true};

const struct attribute *process_attribute_bytes(const struct process *process, const char *key)
{
	for (size_t i = process->attribute_count; i-- > 0;)
		if (!strcmp(process->attributes[i].key, key))
			return &process->attributes[i];
	return NULL;
}

const char *process_attribute(const struct process *process, const char *key)
{
	const struct attribute *a = process_attribute_bytes(process, key);

	return a ? a->value : NULL;
}

const char *process_host(const struct process *process)
{
	return process->host ? process->host : "";
}

char *process_command(const struct process *process)
{
	const struct attribute *a = process_attribute_bytes(process, "cmdline");
	size_t length = a ? a->length : 0;
	char *text;

	while (length && !a->value[length - 1])
		length--;
	text = memory_text(a ? a->value : "", length);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ')
			text[i] = ' ';
	return text;
}

struct stream *process_stream(struct process *process, uint32_t id, uint32_t tid)
{
	uint32_t known = id_table_get(process->stream_ids, id);
	struct stream *stream;

	if (known)
		return &process->streams[known - 1];
	process->streams = memory_grow(process->streams, process->stream_count,
	                               &process->stream_room, sizeof *process->streams);
	stream = &process->streams[process->stream_count++];
	id_table_set(process->stream_ids, id, (uint32_t)process->stream_count);
	stream->id = id;
	stream->tid = tid;
	return stream;
}

const char *process_role_name(enum process_role role)
{
	static const char *const names[] = {"other", "main", "rank main", "loader worker"};

	return names[role];
}

uint64_t process_lost(const struct process *process)
{
	uint64_t counted = process->loss[AIOT_LOSS_EARLY] + process->loss[AIOT_LOSS_NESTED] +
	                   process->loss[AIOT_LOSS_VFORK] + process->loss[AIOT_LOSS_ASYNC] +
	                   process->loss[AIOT_LOSS_FAULTS];
	uint64_t dropped = process->loss[AIOT_LOSS_NO_SPACE] + process->loss[AIOT_LOSS_LIMIT];
	uint64_t missing = 0;

	for (size_t i = 0; i < process->stream_count; i++)
		missing += process->streams[i].missing;
	/* What the writer dropped is mostly the same events as the gaps. */
	return counted + (dropped > missing ? dropped : missing);
}
