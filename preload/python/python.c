/* SPDX-License-Identifier: Apache-2.0 */
#include "python/python.h"

#include <string.h>

#include "base/intern.h"
#include "base/room.h"
#include "native/rule.h"
#include "python/code.h"
#include "python/identity.h"
#include "python/interpreter.h"
#include "trace/define.h"

#define PYTHON_FILE_BYTES 3072
#define PYTHON_NAME_BYTES 512

static struct intern python_frames;

int python_prepare(void)
{
	int error = intern_prepare(&python_frames);
	if (!error)
		identity_watch();
	return error;
}

void python_forget(void)
{
	intern_forget(&python_frames);
}

/* file NUL name NUL qualified name, which is left out where it is the name. */
static size_t python_names(const void *code, char *text)
{
	const struct python_layout *layout = &python.layout;
	size_t used = python_text(python_pointer(code, layout->code_file), text, PYTHON_FILE_BYTES);
	char *name = text + ++used;
	used += python_text(python_pointer(code, layout->code_name), name, PYTHON_NAME_BYTES) + 1;
	if (!layout->code_qualified)
		return used - 1;
	char *qualified = text + used;
	size_t bytes = python_text(python_pointer(code, layout->code_qualified), qualified,
	                           PYTHON_NAME_BYTES);
	return strcmp(name, qualified) ? used + bytes : used - 1;
}

static void python_define_frame(uint32_t id, const struct python_frame *frame)
{
	char text[PYTHON_FILE_BYTES + 2 * PYTHON_NAME_BYTES];
	struct aiot_define_frame head = {
	        .id = id, .line = python_line(frame->code, frame->at), .kind = AIOT_FRAME_PYTHON};
	size_t bytes = python_names(frame->code, text);
	define_record(AIOT_DEFINE_FRAME, &head, sizeof head, text, bytes);
}

uint32_t python_define(uint32_t ids[PYTHON_FRAMES], uintptr_t *marks, bool *cut)
{
	ROOM(room);
	struct python_frame *frames = (struct python_frame *)(void *)room;
	uint32_t count = python_walk(frames, cut);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t key = identity_of(frames[i].code);
		key = (key ^ (uint64_t)frames[i].at) * 0x9E3779B97F4A7C15u;
		bool fresh;
		if (marks)
			marks[i] = frames[i].mark;
		ids[i] = intern_id(&python_frames, key | !key, &fresh);
		if (fresh)
			python_define_frame(ids[i], &frames[i]);
	}
	return count;
}

bool python_is_runner(uintptr_t at)
{
	struct object object;
	uintptr_t begin, end;
	return python.runner && object_find(python.runner, &object) && object_has(&object, at) &&
	       rule_function(&object, python.runner, &begin, &end) && at - begin < end - begin;
}
