/* SPDX-License-Identifier: Apache-2.0
 *
 * From definition records to a process. A record of an unknown kind is
 * skipped, one that is too short for its kind is damage; neither stops the
 * records behind it.
 */
#include "read/define.h"

#include <stdlib.h>
#include <string.h>

#include "base/id_table.h"
#include "base/memory.h"

/* After a rename another file has the name, and the id. */
static void define_again(struct process *process, uint32_t index)
{
	uint32_t number = process->file_of[index];

	if (process->files->items[number].kind == AIOT_FILE_UNKNOWN)
		return;
	if (!process->first_of)
		process->first_of = id_table_new();
	if (!id_table_get(process->first_of, index))
		id_table_set(process->first_of, index, number);
}

static int define_file(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_file d;
	const char *path = (const char *)body + sizeof d;
	struct file file = {0};
	struct file_more more;
	uint32_t index;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	if (!d.id)
		return -1;
	index = process_file(process, d.id);
	if (!index) {
		process->file_of = memory_grow(process->file_of, process->file_count,
		                               &process->file_room, sizeof *process->file_of);
		index = (uint32_t)process->file_count++;
		id_table_set(process->file_ids, d.id, index);
	} else if (d.kind == AIOT_FILE_UNKNOWN) {
		return 0; /* the one that knew more counts */
	} else {
		define_again(process, index);
	}
	file.name = names_add(process->names, path, strnlen(path, size - sizeof d));
	file.kind = d.kind;
	file.stage = d.stage < AIOT_STAGES ? d.stage : AIOT_STAGE_OTHER;
	more.device = d.device;
	more.inode = d.inode;
	more.size = d.size;
	process->file_of[index] = files_add(process->files, &file, &more);
	return 0;
}

static int define_call(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_call d;
	char *name;
	uint32_t interned;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	name = memory_text((const char *)body + sizeof d, size - sizeof d);
	interned = names_add(process->names, name, strlen(name));
	free(name);
	process_call_set(process, d.id, names_text(process->names, interned), d.class, d.level);
	return 0;
}

static int define_attribute(struct process *process, const uint8_t *body, size_t size)
{
	size_t key = strnlen((const char *)body, size);
	struct attribute *a;

	if (key == size)
		return -1;
	process->attributes = memory_grow(process->attributes, process->attribute_count,
	                                  &process->attribute_room, sizeof *process->attributes);
	a = &process->attributes[process->attribute_count++];
	a->key = memory_text((const char *)body, key);
	a->length = size - key - 1;
	a->value = memory_text((const char *)body + key + 1, a->length);
	return 0;
}

static int define_clock(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_clock d;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	if (process->clock_mono)
		return 0;
	process->clock_mono = d.mono_ns;
	process->clock_real = d.real_ns;
	return 0;
}

static int define_kernel_io(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_kernel_io d = {0};

	if (size < AIOT_KERNEL_IO_LEAST)
		return -1;
	memcpy(&d, body, size < sizeof d ? size : sizeof d);
	if (!process->kernel_count || d.mono_ns < process->kernel_first.mono_ns)
		process->kernel_first = d;
	if (!process->kernel_count || d.mono_ns >= process->kernel_last.mono_ns)
		process->kernel_last = d;
	process->kernel_count++;
	return 0;
}

static int define_loss(struct process *process, const uint8_t *body, size_t size)
{
	for (size_t i = 0; i < AIOT_LOSSES && size >= 8 * (i + 1); i++) {
		uint64_t count;
		memcpy(&count, body + 8 * i, sizeof count);
		/* Counters only grow; records of several threads may come in any order. */
		if (count > process->loss[i])
			process->loss[i] = count;
	}
	return size % 8 ? -1 : 0;
}

static int define_thread(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_thread d;
	struct stream *stream;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	stream = process_stream(process, d.stream, d.tid);
	stream->tid = d.tid;
	free(stream->name);
	stream->name = memory_text((const char *)body + sizeof d, size - sizeof d);
	return 0;
}

static int define_note(struct process *process, const uint8_t *body, size_t size)
{
	process->notes = memory_grow(process->notes, process->note_count, &process->note_room,
	                             sizeof *process->notes);
	process->notes[process->note_count++] = memory_text((const char *)body, size);
	return 0;
}

static int define_program(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_program d;
	struct unseen_program *place;

	if (size <= sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	process->unseen = memory_grow(process->unseen, process->unseen_count, &process->unseen_room,
	                              sizeof *process->unseen);
	place = &process->unseen[process->unseen_count++];
	place->why = d.why;
	place->path = memory_text((const char *)body + sizeof d, size - sizeof d);
	return 0;
}

static int define_mapped(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_mapped d;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	if (d.mono_ns >= process->mapped.mono_ns)
		process->mapped = d;
	return 0;
}

static int define_end(struct process *process, const uint8_t *body, size_t size)
{
	struct aiot_define_clock d;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	process->ended = true;
	process->clock_end = d.real_ns ? (int64_t)(d.real_ns - d.mono_ns) : 0;
	if (d.mono_ns > process->end_ns)
		process->end_ns = d.mono_ns;
	return 0;
}

static int define_record(struct process *process, unsigned kind, const uint8_t *body, size_t size)
{
	switch (kind) {
	case AIOT_DEFINE_FILE: return define_file(process, body, size);
	case AIOT_DEFINE_CALL: return define_call(process, body, size);
	case AIOT_DEFINE_ATTRIBUTE: return define_attribute(process, body, size);
	case AIOT_DEFINE_CLOCK: return define_clock(process, body, size);
	case AIOT_DEFINE_KERNEL_IO: return define_kernel_io(process, body, size);
	case AIOT_DEFINE_LOSS: return define_loss(process, body, size);
	case AIOT_DEFINE_THREAD: return define_thread(process, body, size);
	case AIOT_DEFINE_NOTE: return define_note(process, body, size);
	case AIOT_DEFINE_END: return define_end(process, body, size);
	case AIOT_DEFINE_FRAME:
		return stacks_define_frame(&process->stacks, process->names, body, size);
	case AIOT_DEFINE_CODE:
		return stacks_define_code(&process->stacks, process->names, body, size);
	case AIOT_DEFINE_STACK: return stacks_define_stack(&process->stacks, body, size);
	case AIOT_DEFINE_PROGRAM: return define_program(process, body, size);
	case AIOT_DEFINE_MAPPED: return define_mapped(process, body, size);
	default: return 0;
	}
}

size_t define_records(struct process *process, const uint8_t *records, size_t size, bool *bad)
{
	size_t count = 0;

	*bad = false;
	while (size) {
		struct aiot_definition d;
		if (size < sizeof d) {
			*bad = true;
			break;
		}
		memcpy(&d, records, sizeof d);
		if (d.bytes > size - sizeof d) {
			*bad = true;
			break;
		}
		if (define_record(process, d.kind, records + sizeof d, d.bytes))
			*bad = true;
		records += sizeof d + d.bytes;
		size -= sizeof d + d.bytes;
		count++;
	}
	return count;
}
