/* SPDX-License-Identifier: Apache-2.0 */
#include "waiting.h"

#include <string.h>

static const char *const words[WAITING_KINDS][2] = {
#define WAITING(name, key, text) {key, text},
        WAITINGS(WAITING)
#undef WAITING
};

static bool waiting_begins(const char *name, const char *const *beginnings)
{
	for (; *beginnings; beginnings++)
		if (!strncmp(name, *beginnings, strlen(*beginnings)))
			return true;
	return false;
}

/* Calls that wait say by their names for what. */
static enum waiting_kind waiting_by_name(const char *name)
{
	static const char *const locks[] = {"sem_", "pthread_cond_", NULL};
	static const char *const storage[] = {"aio_",          "lio_",      "io_getevents",
	                                      "io_pgetevents", "io_uring_", "__io_uring",
	                                      "cuFile",        NULL};

	if (waiting_begins(name, locks))
		return WAITING_LOCK;
	if (waiting_begins(name, storage))
		return WAITING_STORAGE;
	if (!strcmp(name, "pthread_join"))
		return WAITING_THREAD;
	return strncmp(name, "wait", 4) ? WAITING_OTHER : WAITING_CHILD;
}

static enum waiting_kind waiting_for_file(const struct call *call, const struct file *file)
{
	bool writes = call->class == AIOT_CLASS_WRITE;

	switch (file->kind) {
	case AIOT_FILE_PIPE: return writes ? WAITING_FULL : WAITING_PIPE;
	case AIOT_FILE_SOCKET: return writes ? WAITING_FULL : WAITING_SOCKET;
	case AIOT_FILE_REGULAR:
	case AIOT_FILE_DIRECTORY:
	case AIOT_FILE_BLOCK: return WAITING_STORAGE;
	default: return WAITING_KINDS;
	}
}

enum waiting_kind waiting_kind(const struct call *call, const struct file *file)
{
	enum waiting_kind by_file;

	switch (call->class) {
	case AIOT_CLASS_WAIT:
		by_file = file->name ? waiting_for_file(call, file) : WAITING_KINDS;
		return by_file == WAITING_KINDS ? waiting_by_name(call->name) : by_file;
	case AIOT_CLASS_PROC:
	case AIOT_CLASS_MAP:
	case AIOT_CLASS_UNMAP: return WAITING_KINDS;
	default: break;
	}
	/* Nobody waits in an asynchronous operation: a call that waits does. */
	if (call->level == AIOT_LEVEL_AIO || call->level == AIOT_LEVEL_URING)
		return WAITING_KINDS;
	return waiting_for_file(call, file);
}

bool waiting_takes_child(const struct call *call)
{
	return call->class == AIOT_CLASS_WAIT && !strncmp(call->name, "wait", 4);
}

void waiting_add(struct waiting *w, enum waiting_kind kind, bool main, uint64_t ns)
{
	if (kind == WAITING_KINDS)
		return;
	w->all_s[kind] += (double)ns / 1e9;
	w->main_s[kind] += main ? (double)ns / 1e9 : 0;
}

const char *waiting_key(enum waiting_kind kind)
{
	return words[kind][0];
}

const char *waiting_words(enum waiting_kind kind)
{
	return words[kind][1];
}
