/* SPDX-License-Identifier: Apache-2.0
 *
 * Files by name: each gets an id and a definition in the trace. Names seen
 * lately are remembered, so that opening a file again costs no new definition;
 * the memory for that does not grow, forgotten names are defined again.
 */
#ifndef PRELOAD_FILE_H
#define PRELOAD_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "aiotrace/format.h"

struct file {
	uint32_t id;   /* 0: its events are not wanted */
	uint8_t stage; /* enum aiot_stage */
	uint8_t kind;  /* enum aiot_file_kind */
};

/* The id of an absolute name. `about` is what fstat said, or NULL where the
 * file was only named. id 0 if the name is filtered out. Any thread; not to be
 * interrupted by itself: the caller holds thread_self.busy. */
struct file file_named(const char *path, const struct stat *about);

/* What is remembered of a regular file that was opened before under this name.
 * Returns false if the kernel has to be asked. */
bool file_recall(const char *path, struct file *file);

/* Another file, or none, has the name now. */
void file_forget(const char *path);

/* The kind that fstat's mode says; `path` tells eventfds from files. */
enum aiot_file_kind file_kind(const struct stat *about, const char *path);

/* Maps the memory that fork wipes. Returns 0 or -errno. */
int file_prepare(void);

#endif
