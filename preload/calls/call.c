/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/call.h"

static struct file call_file(int directory, const char *path)
{
	char name[PATH_BYTES];
	thread_self.busy++;
	path_absolute(directory, path, name);
	struct file found = file_named(name, NULL);
	thread_self.busy--;
	return found;
}

void call_store_named(struct aiot_event *event, int directory, const char *path,
                      int other_directory, const char *other)
{
	int saved = errno;
	struct file file = {1, AIOT_STAGE_OTHER, AIOT_FILE_UNKNOWN};
	if (event->result != -EFAULT && path) {
		file = call_file(directory, path);
		event->file = file.id;
		event->stage = file.stage;
		if (other)
			event->aux = call_file(other_directory, other).id;
	}
	if (file.id)
		event_store(event);
	errno = saved;
}

void call_forget_name(int directory, const char *path)
{
	char name[PATH_BYTES];
	thread_self.busy++;
	path_absolute(directory, path, name);
	file_forget(name);
	thread_self.busy--;
}
