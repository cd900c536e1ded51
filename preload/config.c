/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/log.h"
#include "base/room.h"

struct config config = {.directory = "./aiotrace.data", .limit_bytes = UINT64_MAX};

const char *config_variable(const char *name)
{
	size_t length = strlen(name);
	for (char **entry = environ; entry && *entry; entry++)
		if (**entry == *name && !strncmp(*entry, name, length) && (*entry)[length] == '=')
			return *entry + length + 1;
	return NULL;
}

/* A copy that stays when the program rewrites its environment. An empty value
 * counts as unset; one that does not fit is not used. */
static const char *config_text(const char *name)
{
	static char kept[16384];
	static size_t used;
	const char *value = config_variable(name);
	size_t bytes = value ? strlen(value) + 1 : 0;
	if (bytes < 2 || bytes > sizeof kept - used)
		return NULL;
	char *copy = memcpy(kept + used, value, bytes);
	used += bytes;
	return copy;
}

static void config_append(const char *text)
{
	size_t used = strlen(config.notes), room = sizeof config.notes - 1 - used;
	size_t length = strlen(text) < room ? strlen(text) : room;
	memcpy(config.notes + used, text, length);
	config.notes[used + length] = '\0';
}

void config_add_note(const char *text)
{
	config_append(text);
	config_append("\n");
}

static void config_note(const char *name, const char *value, const char *instead)
{
	const char *parts[] = {name, "=", value, ": "};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		config_append(parts[i]);
	config_add_note(instead);
	log_line(name, instead);
}

/* A variable that is a whole number above 0, up to 2^30 or a little more; 0
 * where it is not set, or is none: then a note says what is done instead. */
static uint64_t config_number(const char *name, const char *instead)
{
	const char *value = config_text(name), *digit = value;
	uint64_t number = 0;
	if (!value)
		return 0;
	while (*digit >= '0' && *digit <= '9' && number < (1u << 30))
		number = number * 10 + (uint64_t)(*digit++ - '0');
	if (!*digit && digit != value && number)
		return number;
	config_note(name, value, instead);
	return 0;
}

static void config_limit(void)
{
	uint64_t megabytes =
	        config_number("AIOTRACE_MAX_MB", "not a whole number above 0; no limit is used");
	if (megabytes)
		config.limit_bytes = megabytes << 20;
}

static void config_time(void)
{
	uint64_t ns =
	        config_number("AIOTRACE_TIME_NS", "not a whole number above 0; times are exact");
	if (ns)
		config.time_bits = (uint8_t)(63 - __builtin_clzll(ns));
}

static bool config_flag(const char *name)
{
	const char *value = config_text(name);
	if (!value || !strcmp(value, "0"))
		return false;
	if (strcmp(value, "1"))
		config_note(name, value, "neither 0 nor 1; 0 is used");
	return !strcmp(value, "1");
}

static enum config_poll config_poll(void)
{
	const char *value = config_text("AIOTRACE_POLL");
	if (!value || !strcmp(value, "1"))
		return CONFIG_POLL_ON;
	if (!strcmp(value, "spin"))
		return CONFIG_POLL_SPIN;
	if (strcmp(value, "0"))
		config_note("AIOTRACE_POLL", value, "not one of 0, 1, spin; 1 is used");
	return strcmp(value, "0") ? CONFIG_POLL_ON : CONFIG_POLL_OFF;
}

static unsigned config_stacks(void)
{
	const char *value = config_text("AIOTRACE_STACKS");
	static const char *const known[] = {"off", "python", "native", "both"};
	for (unsigned i = 0; value && i < sizeof known / sizeof *known; i++)
		if (!strcmp(value, known[i]))
			return i;
	if (value)
		config_note("AIOTRACE_STACKS", value,
		            "not one of off, python, native, both; python is used");
	return CONFIG_STACKS_PYTHON;
}

/* Tries each pattern of a colon-separated list. */
static bool config_matches(const char *list, const char *text)
{
	ROOM(pattern);
	while (*list) {
		size_t length = strcspn(list, ":");
		if (length > 0 && length < CONFIG_PATH) {
			memcpy(pattern, list, length);
			pattern[length] = '\0';
			if (glob_matches(pattern, text))
				return true;
		}
		list += length + (list[length] == ':');
	}
	return false;
}

static bool config_wants_program(const char *exe)
{
	const char *list = config_text("AIOTRACE_EXE");
	const char *slash = strrchr(exe, '/');
	return !list || config_matches(list, exe) || config_matches(list, slash ? slash + 1 : exe);
}

void config_read(const char *exe)
{
	log_to(config_text("AIOTRACE_LOG"));
	const char *directory = config_text("AIOTRACE_DIR");
	if (directory && strlen(directory) < CONFIG_PATH - 512)
		config.directory = directory;
	else if (directory)
		config_note("AIOTRACE_DIR", "…", "too long; ./aiotrace.data is used");
	config.run = config_text("AIOTRACE_RUN");
	config.include = config_text("AIOTRACE_INCLUDE");
	config.exclude = config_text("AIOTRACE_EXCLUDE");
	config_limit();
	config_time();
	config.stacks = config_stacks();
	config.poll = config_poll();
	config.off = config_flag("AIOTRACE_OFF") || !config_wants_program(exe);
}

bool config_wants(const char *path)
{
	if (config.include && !config_matches(config.include, path))
		return false;
	return !config.exclude || !config_matches(config.exclude, path);
}
