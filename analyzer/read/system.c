/* SPDX-License-Identifier: Apache-2.0 */
#include "read/system.h"

#include "read/clue.h"

enum aiot_stage system_stage(const struct recording *r, const struct file *file)
{
	if (file->stage == AIOT_STAGE_RUNTIME || file->stage == AIOT_STAGE_IPC)
		return file->stage;
	switch (file->kind) {
	case AIOT_FILE_PIPE:
	case AIOT_FILE_SOCKET:
	case AIOT_FILE_ANONYMOUS: return AIOT_STAGE_IPC;
	case AIOT_FILE_CHARACTER: return AIOT_STAGE_RUNTIME;
	default: break;
	}
	switch (r->clues[file->name]) {
	case CLUE_SHARED: return AIOT_STAGE_IPC;
	case CLUE_SYSTEM:
	case CLUE_CODE: return AIOT_STAGE_RUNTIME;
	default: return AIOT_STAGE_OTHER;
	}
}

bool system_is_not(const struct recording *r, const struct file *file)
{
	return file->name && file->kind != AIOT_FILE_DIRECTORY &&
	       system_stage(r, file) == AIOT_STAGE_OTHER;
}
