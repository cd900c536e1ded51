/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the fields of CPython's structures lie that tell what a thread is
 * running, by version of the interpreter. Facts of 64-bit builds, from the
 * public headers of each version: pystate.h, frameobject.h, code.h,
 * unicodeobject.h, pycore_frame.h, and _Py_DebugOffsets in pycore_runtime.h.
 */
#ifndef PRELOAD_PYTHON_LAYOUT_H
#define PRELOAD_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* How a code object maps instructions to lines. */
enum python_lines {
	PYTHON_LINES_PAIRS,     /* up to 3.9: co_lnotab, steps of address and line */
	PYTHON_LINES_RANGES,    /* 3.10: co_linetable, lengths and steps of line */
	PYTHON_LINES_LOCATIONS, /* from 3.11: co_linetable, with columns, packed */
};

/* Offsets in bytes. */
struct python_layout {
	enum python_lines lines;
	uint16_t thread_frame; /* in the thread state: the innermost frame, or its keeper */
	uint16_t keeper_frame; /* the frame, in its keeper */
	uint16_t frame_code;
	uint16_t frame_back;
	uint16_t frame_at;    /* where the frame is: a number of at_bytes, or a pointer */
	uint16_t frame_owner; /* 0 = none: every frame is Python's */
	uint16_t thread_run;  /* what running functions keep on the stack; 0 = nothing … */
	uint16_t run_back;    /* … and the next one outwards */
	uint16_t frame_entry; /* whether a function was called to run it; 0 = always */
	uint16_t code_first;  /* the first line */
	uint16_t code_file;
	uint16_t code_name;
	uint16_t code_qualified; /* 0 = not known */
	uint16_t code_lines;
	uint16_t code_bytes;   /* what a pointer points into */
	uint16_t code_version; /* a number that no other code object ever has; 0 = none */
	uint16_t text_ascii;   /* where the characters of a string begin */
	uint16_t text_other;
	bool kept;        /* the frame is kept by what the thread state points to */
	bool pointer;     /* frame_at is one */
	uint8_t at_bytes; /* that the number at frame_at counts */
	uint8_t owners;   /* frames whose owner is below this are Python's */
};

/* The layout of `version` (PY_VERSION_HEX) in `layout`; `runtime` is _PyRuntime,
 * which describes itself from 3.13 on, or NULL. Returns NULL, or why there is
 * none, in words. */
const char *python_layout_of(uint32_t version, const void *runtime, struct python_layout *layout);

#endif
