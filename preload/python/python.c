/* SPDX-License-Identifier: Apache-2.0 */
#include "python/python.h"

#include <string.h>
#include <sys/stat.h>

#include "define.h"
#include "intern.h"
#include "python/code.h"
#include "python/interpreter.h"
#include "sys.h"

#define PYTHON_FILE_BYTES 3072
#define PYTHON_NAME_BYTES 512

static struct intern python_frames;

/* Set once code was met that a program made as it ran: memory that it gives
 * back may hold other code by the next look. Interpreters that number their
 * code objects need no such care. */
static bool python_strictly;

int python_prepare(void)
{
	return intern_prepare(&python_frames);
}

void python_forget(void)
{
	intern_forget(&python_frames);
}

uint64_t python_here(void)
{
	return python_identify(__atomic_load_n(&python_strictly, __ATOMIC_RELAXED));
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

static bool python_file_exists(const char *file)
{
	struct stat about;
	return SYS2(stat, file, &about) == 0 && S_ISREG(about.st_mode);
}

static bool python_is_named(const void *code, size_t field, const char *wanted)
{
	char name[64];
	python_text(python_pointer(code, field), name, sizeof name);
	return !strcmp(name, wanted);
}

/* Whether a module's code is run as programs and imports do it. */
static bool python_is_begun(const struct python_frame *frames, uint32_t i, uint32_t count)
{
	size_t name = python.layout.code_name;
	if (i + 1 >= count)
		return true;
	return python_is_named(frames[i + 1].code, name, "_call_with_frames_removed") ||
	       (i + 3 >= count && python_is_named(frames[i + 1].code, name, "_run_code"));
}

/* Whether code may have been made as the program ran: it is of no file, or it is
 * a file's that was not imported. */
static bool python_is_made(const struct python_frame *frames, uint32_t i, uint32_t count)
{
	char file[PYTHON_FILE_BYTES];
	const void *code = frames[i].code;
	if (python_is_named(code, python.layout.code_name, "<module>"))
		return !python_is_begun(frames, i, count);
	python_text(python_pointer(code, python.layout.code_file), file, sizeof file);
	return strncmp(file, "<frozen ", 8) != 0 && !python_file_exists(file);
}

static void python_judge(const struct python_frame *frames, uint32_t i, uint32_t count)
{
	if (!python.layout.code_version && !python_strictly && python_is_made(frames, i, count))
		__atomic_store_n(&python_strictly, true, __ATOMIC_RELAXED);
}

uint32_t python_define(uint32_t ids[PYTHON_FRAMES], bool *cut)
{
	struct python_frame frames[PYTHON_FRAMES];
	uint32_t count = python_walk(frames, cut);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t key = python_identify_code(frames[i].code);
		key = (key ^ (uint64_t)frames[i].at) * 0x9E3779B97F4A7C15u;
		bool fresh;
		ids[i] = intern_id(&python_frames, key | !key, &fresh);
		if (fresh) {
			python_judge(frames, i, count);
			python_define_frame(ids[i], &frames[i]);
		}
	}
	return count;
}
