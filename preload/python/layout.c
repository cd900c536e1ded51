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

/* 3.13 and later differ in little. */
#define LAYOUT_3_13(owner, bytes)                                                                  \
	{                                                                                          \
		.thread_frame = 72, .frame_code = 0, .frame_back = 8, .frame_at = 56,              \
		.pointer = true, .frame_owner = owner, .owners = 3, .code_first = 68,              \
		.code_file = 112, .code_name = 120, .code_qualified = 128, .code_lines = 136,      \
		.code_bytes = bytes, .code_version = 92, .text_ascii = 40, .text_other = 56,       \
		.lines = PYTHON_LINES_LOCATIONS,                                                   \
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
         .thread_run = 48,
         .run_back = 8,
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
         .thread_run = 56,
         .run_back = 16,
         .frame_entry = 68,
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
        LAYOUT_3_13(70, 200),
        LAYOUT_3_13(74, 208),
        LAYOUT_3_13(74, 208),
};

#define LAYOUT_MINORS (sizeof layouts / sizeof *layouts)

/* The words of _Py_DebugOffsets behind its cookie. */
#define LAYOUT_VERSION       1
#define LAYOUT_FREE_THREADED 2

/* Where, by minor version from 3.13 on, its words for a thread's frame, for a
 * frame and for a code object begin. Those that are needed of the latter two
 * have kept their places among them. */
static const struct layout_words {
	uint8_t thread_frame, frame, code;
} layout_words[] = {{23, 29, 35}, {26, 32, 40}, {26, 40, 48}};

enum layout_frame_word {
	LAYOUT_FRAME_BACK,
	LAYOUT_FRAME_CODE,
	LAYOUT_FRAME_AT,
	LAYOUT_FRAME_OWNER = 4
};

enum layout_code_word {
	LAYOUT_CODE_FILE,
	LAYOUT_CODE_NAME,
	LAYOUT_CODE_QUALIFIED,
	LAYOUT_CODE_LINES,
	LAYOUT_CODE_FIRST,
	LAYOUT_CODE_BYTES = 8,
};

/* Whether a build is laid out as the table has it. */
static bool layout_agrees(const uint64_t *word, uint32_t version, const struct python_layout *l)
{
	const struct layout_words *words = &layout_words[(version >> 16 & 0xff) - 13];
	const uint64_t *frame = word + words->frame, *code = word + words->code;
	return word[words->thread_frame] == l->thread_frame &&
	       frame[LAYOUT_FRAME_BACK] == l->frame_back &&
	       frame[LAYOUT_FRAME_CODE] == l->frame_code && frame[LAYOUT_FRAME_AT] == l->frame_at &&
	       frame[LAYOUT_FRAME_OWNER] == l->frame_owner &&
	       code[LAYOUT_CODE_FILE] == l->code_file && code[LAYOUT_CODE_NAME] == l->code_name &&
	       code[LAYOUT_CODE_QUALIFIED] == l->code_qualified &&
	       code[LAYOUT_CODE_LINES] == l->code_lines &&
	       code[LAYOUT_CODE_FIRST] == l->code_first && code[LAYOUT_CODE_BYTES] == l->code_bytes;
}

static const char *layout_check(const uint64_t *word, uint32_t version,
                                const struct python_layout *layout)
{
	if (!word || memcmp(word, "xdebugpy", 8) != 0 || word[LAYOUT_VERSION] != version)
		return "it does not describe itself";
	if (word[LAYOUT_FREE_THREADED])
		return "it is free-threaded";
	return layout_agrees(word, version, layout)
	               ? NULL
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
