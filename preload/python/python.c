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

int python_prepare(void)
{
	return intern_prepare(&python_frames);
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

/* Whether a module's code is the program itself: the outermost frame, or that
 * of `python -m` behind two of runpy's. */
static bool python_is_program(const struct python_frame *frames, uint32_t i, uint32_t count)
{
	return i + 1 == count ||
	       (i + 3 == count &&
	        python_is_named(frames[i + 1].code, python.layout.code_name, "_run_code"));
}

/* Whether code may be gone soon: that of modules is, once it ran, and so may be
 * what is of no file, which the program has made. */
static bool python_is_made(const struct python_frame *frames, uint32_t i, uint32_t count)
{
	char file[PYTHON_FILE_BYTES];
	const void *code = frames[i].code;
	python_text(python_pointer(code, python.layout.code_file), file, sizeof file);
	if (!strncmp(file, "<frozen ", 8))
		return false;
	if (python_is_named(code, python.layout.code_name, "<module>"))
		return !python_is_program(frames, i, count);
	return !python_file_exists(file);
}

static bool python_has_made(const struct python_frame *frames, uint32_t count)
{
	for (uint32_t i = 0; i < count && !python.layout.code_version; i++)
		if (python_is_made(frames, i, count))
			return true;
	return false;
}

uint32_t python_define(uint32_t ids[PYTHON_FRAMES], struct python_about *about)
{
	struct python_frame frames[PYTHON_FRAMES];
	uint32_t count = python_walk(frames, &about->cut);
	about->made = python_has_made(frames, count);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t key = python_identify_code(frames[i].code);
		key = (key ^ (uint64_t)frames[i].at) * 0x9E3779B97F4A7C15u;
		bool fresh;
		ids[i] = intern_id(&python_frames, key | !key, &fresh);
		if (fresh)
			python_define_frame(ids[i], &frames[i]);
	}
	return count;
}
