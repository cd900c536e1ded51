/* SPDX-License-Identifier: Apache-2.0
 *
 * What a path's name suggests. Names are evidence among others and never a
 * verdict: .bin, .pt and .npz are data, weights and checkpoints alike.
 */
#ifndef CLUE_H
#define CLUE_H

#include <stdbool.h>
#include <stddef.h>

enum clue {
	CLUE_NONE,
	CLUE_CHECKPOINT, /* a suffix or a folder that checkpoints have */
	CLUE_DATA,       /* a data set's format */
	CLUE_LOG,        /* logs, settings and small text */
	CLUE_CODE,       /* source, bytecode, shared libraries */
	CLUE_SYSTEM,     /* /proc, /sys, /dev, /etc */
	CLUE_SHARED,     /* /dev/shm, memfd, folders of MPI: memory between processes */
};

enum clue clue_of(const char *path);

/* The state of an optimizer or of a trainer: what inference does not load. */
bool clue_optimizer(const char *path);

/* Pictures, sound and film: what a program makes of them is for eyes and ears. */
bool clue_media(const char *path);

/* An index of another file, or what a database or a repository keeps its own things in. */
bool clue_store(const char *path);

/* Plain text: notes, or what is to be learnt from. */
bool clue_text(const char *path);

/* Rows, as text or by columns: no state is kept so. */
bool clue_table(const char *path);

/* A word of the file's name, or of its folder's, is one for a set of data: no weights, unless they
 * are called so, too. */
bool clue_dataset(const char *path);

/* A folder of the path is named as checkpoints are. */
bool clue_checkpoint_folder(const char *path);

/* ... among the folders that both paths lie in. */
bool clue_checkpoint_shared(const char *path, const char *other);

/* The path with each run of digits as '#', and what makes up the name of a file for the time
 * being: equal for the members of a series.
 * free() it. */
char *clue_series(const char *path);

/* Length of the folder's part of a path. */
size_t clue_folder(const char *path);

#endif
