/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user asked for through AIOTRACE_* variables, read once a process
 * image. Bad values fall back to the default; the reasons are kept as notes
 * for the trace.
 */
#ifndef PRELOAD_CONFIG_H
#define PRELOAD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_PATH 4096

/* How rings are seen that no call shows: by hooked code, else by a helper thread. */
enum config_poll {
	CONFIG_POLL_OFF = 0,
	CONFIG_POLL_ON = 1,   /* the thread looks now and then, as often as they need it */
	CONFIG_POLL_SPIN = 2, /* it looks all the time, on a core of its own */
};

/* Whose frames are read. */
enum config_stacks {
	CONFIG_STACKS_OFF = 0,
	CONFIG_STACKS_PYTHON = 1,
	CONFIG_STACKS_NATIVE = 2,
};

struct config {
	bool off;              /* AIOTRACE_OFF, or this program is not in AIOTRACE_EXE */
	const char *directory; /* AIOTRACE_DIR */
	const char *run;       /* AIOTRACE_RUN, set by the run's first process, or NULL */
	const char *include;   /* AIOTRACE_INCLUDE, or NULL = everything */
	const char *exclude;   /* AIOTRACE_EXCLUDE, or NULL = nothing */
	enum config_poll poll; /* AIOTRACE_POLL */
	unsigned stacks;       /* AIOTRACE_STACKS: enum config_stacks, or-ed */
	uint8_t time_bits;     /* AIOTRACE_TIME_NS: so many of the lowest are dropped from times */
	uint64_t limit_bytes;  /* AIOTRACE_MAX_MB a process; UINT64_MAX = none */
	char notes[1024];      /* bad values, a line each */
};

extern struct config config;

/* Reads the environment. `exe` is the program's path. No allocation. */
void config_read(const char *exe);

/* A line for the trace of this process, if it has not begun, and its children's. */
void config_add_note(const char *text);

/* The value of an environment variable, or NULL; safe before libc's own start. */
const char *config_variable(const char *name);

/* Whether AIOTRACE_INCLUDE and AIOTRACE_EXCLUDE let events of `path` through. */
bool config_wants(const char *path);

#endif
