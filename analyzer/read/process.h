/* SPDX-License-Identifier: Apache-2.0
 *
 * One traced process image: who it was, its files, calls, counters and
 * threads, as its definitions say. Times here are CLOCK_MONOTONIC in ns unless
 * the name says real; real = mono + clock.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "base/id_table.h"
#include "base/names.h"
#include "read/files.h"
#include "read/stacks.h"
#include "read/trace.h"

struct call {
	const char *name;
	uint8_t class, level;
	bool known;
	bool uncounted; /* its bytes are not in the kernel's count of the process */
};

struct attribute {
	char *key, *value;
	size_t length; /* of value, which may hold NULs */
};

/* A run of consecutive events: a block of the trace, or what the live file
 * still held. Exactly one of block and events is set. */
struct piece {
	uint64_t sequence, first_ns, last_ns;
	uint32_t count;
	struct block_ref *block;
	struct aiot_event *events;
};

struct stream {
	uint32_t id, tid;
	char *name;
	struct piece *pieces; /* by sequence */
	size_t count, room;
	uint64_t missing; /* events between and inside pieces that are not there */
	uint64_t events;  /* that are there */
};

/* A program that was started without the library. */
struct unseen_program {
	uint32_t why; /* enum aiot_program */
	char *path;
};

enum process_role { ROLE_OTHER, ROLE_MAIN, ROLE_RANK_MAIN, ROLE_WORKER };

struct process {
	uint32_t number; /* in the recording */
	uint32_t run;    /* likewise */
	struct trace trace;
	uint32_t pid, ppid, image, origin;
	int64_t clock;             /* ns to add to monotonic times */
	uint64_t start_ns, end_ns; /* end: of the last thing known of it */
	bool ended, live;          /* in order; a live file was found */

	const char *host;    /* an attribute's value; NULL = not known */
	struct names *names; /* the recording's */
	struct files *files; /* the recording's */
	/* As this process knew them: numbers in files. The first stands for "none" and for ids
	 * that no definition explains. */
	uint32_t *file_of;
	struct id_table *first_of; /* by index: what those were that were described again */
	size_t file_count, file_room;
	struct id_table *file_ids;
	const struct call *calls; /* the program's own, or changed */
	struct call *changed;     /* by definitions that say other than those; NULL = none */
	size_t call_count;        /* room for ids */
	struct stacks stacks;
	struct attribute *attributes;
	size_t attribute_count, attribute_room;
	char **notes;
	size_t note_count, note_room;
	struct unseen_program *unseen; /* each once */
	size_t unseen_count, unseen_room;
	struct aiot_define_kernel_io kernel_first, kernel_last;
	size_t kernel_count;
	uint64_t kernel_at;               /* bytes of the trace before what holds the last one */
	struct aiot_define_mapped mapped; /* all 0: no file of interest was mapped */
	uint64_t clock_mono, clock_real;  /* the first clock record, 0 = none */
	int64_t clock_end;                /* real - mono at its end, 0 = not known */
	uint64_t loss[AIOT_LOSSES];

	struct stream *streams;
	struct id_table *stream_ids; /* index + 1 */
	size_t stream_count, stream_room;

	int rank, local_rank, world_size; /* -1 = none */
	enum process_role role;
	char why[160]; /* the role's reason */
};

/* Whether it is one that trains, infers or prepares itself, and makes others load for it. */
static inline bool process_is_main(const struct process *process)
{
	return process->role == ROLE_MAIN || process->role == ROLE_RANK_MAIN;
}

/* names and files must live as long. */
void process_init(struct process *process, struct names *names, struct files *files);
/* Once all definitions are read: gives back room for more of them. */
void process_trim(struct process *process);
void process_free(struct process *process);

/* The index of a file id in files, 0 where it is not known. */
static inline uint32_t process_file(const struct process *process, uint64_t id)
{
	return id_table_get(process->file_ids, id);
}

/* The file with an index, as this process knew it; until more are defined. */
static inline const struct file *process_file_at(const struct process *process, size_t index)
{
	return &process->files->items[process->file_of[index]];
}

static inline const struct file_more *process_file_more(const struct process *process, size_t index)
{
	return &process->files->more[process->file_of[index]];
}

/* As it was when it was first described; the same as above for most. */
static inline const struct file_more *process_file_first(const struct process *process,
                                                         size_t index)
{
	uint32_t first = process->first_of ? id_table_get(process->first_of, index) : 0;

	return first ? &process->files->more[first] : process_file_more(process, index);
}

/* Indices ahead at which a file is fetched: it lies anywhere. */
#define PROCESS_AHEAD 24u

/* Fetches such a one, in a loop over a process's files. */
__attribute__((always_inline)) static inline void process_fetch(const struct process *process,
                                                                size_t index)
{
	if (index + PROCESS_AHEAD < process->file_count)
		__builtin_prefetch(process_file_at(process, index + PROCESS_AHEAD));
}

/* Gives a call its name, class and level. */
void process_call_set(struct process *process, uint16_t id, const char *name, uint8_t class,
                      uint8_t level);

/* Whether its calls are those that all begin with, none defined otherwise. */
static inline bool process_calls_common(const struct process *process)
{
	return !process->changed;
}

/* Never NULL; unknown ids get a name that says so. */
extern const struct call process_unknown_call;

static inline const struct call *process_call(const struct process *process, uint64_t id)
{
	return id < process->call_count && process->calls[id].known ? &process->calls[id]
	                                                            : &process_unknown_call;
}

/* A call on a stream says again what the stream did in the kernel, where that
 * counts: such events are for reading, not for adding up. */
static inline bool call_is_again(const struct call *call)
{
	return call->level == AIOT_LEVEL_STDIO;
}

/* Whether it gives a file another name, whose id is its `aux`. */
static inline bool call_renames(uint16_t call)
{
	return call == AIOT_CALL_rename || call == AIOT_CALL_renameat ||
	       call == AIOT_CALL_renameat2 || call == AIOT_CALL_uring_renameat;
}

/* The value, or NULL. */
const char *process_attribute(const struct process *process, const char *key);
const struct attribute *process_attribute_bytes(const struct process *process, const char *key);

const char *process_host(const struct process *process);

/* The command line as one line, blanks between arguments; free() it. */
char *process_command(const struct process *process);

/* The stream with this id, made where it is new. */
struct stream *process_stream(struct process *process, uint32_t id, uint32_t tid);

const char *process_role_name(enum process_role role);

/* Events known to be missing: counted by the writer, or absent between others. */
uint64_t process_lost(const struct process *process);

#endif
