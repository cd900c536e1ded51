/* SPDX-License-Identifier: Apache-2.0 */
#include "python/layout.h"

#include <stddef.h>
#include <string.h>

#define LAYOUT_3_8                                                                                 \
	{                                                                                          \
		.thread_frame = 24, .frame_code = 32, .frame_back = 24, .frame_at = 104,           \
		.at_bytes = 1, .code_first = 40, .code_file = 104, .code_name = 112,               \
		.code_lines = 120, .text_ascii = 48, .text_other = 72,                             \
		.lines = PYTHON_LINES_PAIRS,                                                       \
	}

/* By minor version, from 3.8 on. */
static const struct python_layout layouts[] = {
        LAYOUT_3_8,
        LAYOUT_3_8,
        {.thread_frame = 24,
         .frame_code = 32,
         .frame_back = 24,
         .frame_at = 96,
         .at_bytes = 2,
         .code_first = 40,
         .code_file = 104,
         .code_name = 112,
         .code_lines = 120,
         .text_ascii = 48,
         .text_other = 72,
         .lines = PYTHON_LINES_RANGES},
        {.thread_frame = 56,
         .kept = true,
         .keeper_frame = 8,
         .frame_code = 32,
         .frame_back = 48,
         .frame_at = 56,
         .pointer = true,
         .code_first = 72,
         .code_file = 112,
         .code_name = 120,
         .code_qualified = 128,
         .code_lines = 136,
         .code_bytes = 184,
         .text_ascii = 48,
         .text_other = 72,
         .lines = PYTHON_LINES_LOCATIONS},
        {.thread_frame = 56,
         .kept = true,
         .keeper_frame = 0,
         .frame_code = 0,
         .frame_back = 8,
         .frame_at = 56,
         .pointer = true,
         .frame_owner = 70,
         .owners = 3,
         .code_first = 68,
         .code_file = 112,
         .code_name = 120,
         .code_qualified = 128,
         .code_lines = 136,
         .code_bytes = 192,
         .code_version = 92,
         .text_ascii = 40,
         .text_other = 56,
         .lines = PYTHON_LINES_LOCATIONS},
        {.thread_frame = 72,
         .frame_code = 0,
         .frame_back = 8,
         .frame_at = 56,
         .pointer = true,
         .frame_owner = 70,
         .owners = 3,
         .code_first = 68,
         .code_file = 112,
         .code_name = 120,
         .code_qualified = 128,
         .code_lines = 136,
         .code_bytes = 200,
         .code_version = 92,
         .text_ascii = 40,
         .text_other = 56,
         .lines = PYTHON_LINES_LOCATIONS},
};

#define LAYOUT_MINORS (sizeof layouts / sizeof *layouts)

/* The words of _Py_DebugOffsets in 3.13, behind its cookie, version and flag. */
enum layout_word {
	LAYOUT_VERSION = 1,
	LAYOUT_FREE_THREADED = 2,
	LAYOUT_THREAD_FRAME = 23,
	LAYOUT_FRAME_BACK = 29,
	LAYOUT_FRAME_CODE = 30,
	LAYOUT_FRAME_AT = 31,
	LAYOUT_FRAME_OWNER = 33,
	LAYOUT_CODE_FILE = 35,
	LAYOUT_CODE_NAME = 36,
	LAYOUT_CODE_QUALIFIED = 37,
	LAYOUT_CODE_LINES = 38,
	LAYOUT_CODE_FIRST = 39,
	LAYOUT_CODE_BYTES = 43,
};

/* Whether a build of 3.13 is laid out as the table has it. */
static bool layout_agrees(const uint64_t *word, const struct python_layout *l)
{
	return word[LAYOUT_THREAD_FRAME] == l->thread_frame &&
	       word[LAYOUT_FRAME_BACK] == l->frame_back &&
	       word[LAYOUT_FRAME_CODE] == l->frame_code && word[LAYOUT_FRAME_AT] == l->frame_at &&
	       word[LAYOUT_FRAME_OWNER] == l->frame_owner &&
	       word[LAYOUT_CODE_FILE] == l->code_file && word[LAYOUT_CODE_NAME] == l->code_name &&
	       word[LAYOUT_CODE_QUALIFIED] == l->code_qualified &&
	       word[LAYOUT_CODE_LINES] == l->code_lines &&
	       word[LAYOUT_CODE_FIRST] == l->code_first && word[LAYOUT_CODE_BYTES] == l->code_bytes;
}

static const char *layout_check(const uint64_t *word, uint32_t version,
                                const struct python_layout *layout)
{
	if (!word || memcmp(word, "xdebugpy", 8) != 0 || word[LAYOUT_VERSION] != version)
		return "it does not describe itself";
	if (word[LAYOUT_FREE_THREADED])
		return "it is free-threaded";
	return layout_agrees(word, layout) ? NULL
	                                   : "it was built otherwise than CPython's releases";
}

const char *python_layout_of(uint32_t version, const void *runtime, struct python_layout *layout)
{
	uint32_t minor = version >> 16 & 0xff;
	if (version >> 24 != 3 || minor < 8 || minor - 8 >= LAYOUT_MINORS)
		return "this version is not known";
	if ((version & 0xf0) < 0xc0)
		return "it is not a release";
	*layout = layouts[minor - 8];
	return minor >= 13 ? layout_check(runtime, version, layout) : NULL;
}
