/* SPDX-License-Identifier: Apache-2.0 */
#include "native/native.h"

#include <fcntl.h>
#include <string.h>

#include "base/intern.h"
#include "base/sys.h"
#include "native/object.h"
#include "native/walk.h"
#include "trace/define.h"

#define NATIVE_PATH_BYTES 1024
#define NATIVE_NAME_BYTES 256
#define NATIVE_BUILD_ID   64

static struct intern native_frames;

int native_prepare(char *why, size_t bytes)
{
	int error = native_walk_prepare(why, bytes);
	return error ? error : intern_prepare(&native_frames);
}

void native_forget(void)
{
	intern_forget(&native_frames);
}

/* As the loader has it: a name that was given to dlopen may be relative. */
static void native_path(const struct object *object, char *path)
{
	const char *name = object->map->l_name;
	size_t length = name ? strnlen(name, NATIVE_PATH_BYTES - 1) : 0;
	memcpy(path, name ? name : "", length);
	path[length] = '\0';
	if (length)
		return;
	long bytes = SYS4(readlinkat, AT_FDCWD, "/proc/self/exe", path, NATIVE_PATH_BYTES - 1);
	path[bytes > 0 ? bytes : 0] = '\0';
}

/* +0x and the number; returns its length. Less of the stack than printf takes. */
static size_t native_number(uint64_t number, char *text)
{
	size_t length = 3;
	memcpy(text, "+0x", 3);
	for (int shift = 60; shift >= 0; shift -= 4)
		if (number >> shift || !shift)
			text[length++] = "0123456789abcdef"[number >> shift & 15];
	return length;
}

/* file NUL function: for readers that look nothing up. */
static size_t native_names(const struct object *object, uint64_t offset, char *text)
{
	native_path(object, text);
	size_t used = strlen(text) + 1;
	const char *slash = strrchr(text, '/'), *base = slash ? slash + 1 : text;
	size_t length = strnlen(base, NATIVE_NAME_BYTES - 32);
	memcpy(text + used, base, length);
	used += length;
	return used + native_number(offset, text + used);
}

static void native_define_code(uint32_t id, const struct object *object, uint64_t offset)
{
	struct aiot_define_code head = {.frame = id, .offset = offset};
	uint32_t bytes = 0;
	const uint8_t *build_id = object_build_id(object, &bytes);
	bytes = build_id && bytes <= NATIVE_BUILD_ID ? bytes : 0;
	define_record(AIOT_DEFINE_CODE, &head, sizeof head, build_id, bytes);
}

static void native_define_frame(uint32_t id, const struct object *object, uintptr_t at)
{
	char text[NATIVE_PATH_BYTES + NATIVE_NAME_BYTES];
	struct aiot_define_frame head = {.id = id, .kind = AIOT_FRAME_NATIVE};
	if (!object) {
		static const char nowhere[] = "\0[code of no file]";
		define_record(AIOT_DEFINE_FRAME, &head, sizeof head, nowhere, sizeof nowhere - 1);
		return;
	}
	uint64_t offset = at - object->map->l_addr;
	define_record(AIOT_DEFINE_FRAME, &head, sizeof head, text,
	              native_names(object, offset, text));
	native_define_code(id, object, offset);
}

uint32_t native_define(uintptr_t at)
{
	struct object object = {0};
	bool fresh, known = at && object_find(at, &object);
	uint64_t key = ((known ? at : 0) ^ object.identity) * 0x9E3779B97F4A7C15u;
	uint32_t id = intern_id(&native_frames, key | !key, &fresh);
	if (!id)
		return 0;
	id += INTERN_MOST; /* those below are Python's */
	if (fresh)
		native_define_frame(id, known ? &object : NULL, at);
	return id;
}
