/* SPDX-License-Identifier: Apache-2.0 */
#include "read/script.h"

#include <string.h>

#include "read/clue.h"

static const char *script_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool script_runs(const struct process *p)
{
	static const char *const shells[] = {"sh", "bash", "dash", "zsh", "ksh", "busybox", NULL};
	const char *exe = process_attribute(p, "exe");

	for (size_t i = 0; exe && shells[i]; i++)
		if (!strcmp(script_base(exe), shells[i]))
			return true;
	return false;
}

/* -c, or -ec: what comes next is no file, but commands. */
static bool script_commands(const char *argument)
{
	return argument[0] == '-' && argument[1] != '-' && strchr(argument, 'c');
}

/* An argument has that name; the folder it is in may be told by another way. */
static bool script_is_named(const struct attribute *arguments, const char *name)
{
	const char *at = arguments->value, *end = at + arguments->length;
	bool commands = false;

	for (; at < end; at += strnlen(at, (size_t)(end - at)) + 1) {
		if (!commands && !strcmp(script_base(at), name))
			return true;
		commands = script_commands(at);
	}
	return false;
}

void scripts_find(struct recording *r)
{
	for (size_t n = 0; n < r->count; n++) {
		const struct process *p = &r->processes[n];
		const struct attribute *arguments = process_attribute_bytes(p, "cmdline");
		if (!arguments || !arguments->length || !script_runs(p))
			continue;
		for (size_t i = 1; i < p->file_count; i++) {
			const char *name =
			        script_base(names_text(r->names, process_file_at(p, i)->name));
			if (process_file_at(p, i)->kind == AIOT_FILE_REGULAR &&
			    script_is_named(arguments, name))
				r->clues[process_file_at(p, i)->name] = CLUE_CODE;
		}
	}
}
