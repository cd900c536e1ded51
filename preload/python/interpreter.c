/* SPDX-License-Identifier: Apache-2.0 */
#include "python/interpreter.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/real.h"

struct python python;

/* Functions are asked for as such: dlsym is interposed. */
static void *python_symbol(const char *name)
{
	static void *(*look)(void *, const char *);
	void *function = real_dlsym_function();
	memcpy(&look, &function, sizeof look);
	return look ? look(RTLD_DEFAULT, name) : NULL;
}

static bool python_function(void *slot, const char *name)
{
	void *found = python_symbol(name);
	memcpy(slot, &found, sizeof found);
	return found != NULL;
}

/* "3.10.13 (main, …" as PY_VERSION_HEX has it; 3.11 and later say it there. */
static uint32_t python_version(const char *text)
{
	const unsigned long *word = python_symbol("Py_Version");
	if (word)
		return (uint32_t)*word;
	char *end;
	uint32_t version = (uint32_t)strtoul(text, &end, 10) << 24;
	version |= (uint32_t)strtoul(end + (*end == '.'), &end, 10) << 16;
	version |= (uint32_t)strtoul(end + (*end == '.'), &end, 10) << 8;
	return version | (*end == ' ' || *end == '+' ? 0xf0 : 0);
}

static bool python_find_parts(void)
{
	python.code_type = python_symbol("PyCode_Type");
	python.text_type = python_symbol("PyUnicode_Type");
	python.bytes_type = python_symbol("PyBytes_Type");
	python.runner = (uintptr_t)python_symbol("_PyEval_EvalFrameDefault");
	return python.code_type && python.text_type && python.bytes_type &&
	       (python_function(&python.is_finalizing, "Py_IsFinalizing") ||
	        python_function(&python.is_finalizing, "_Py_IsFinalizing"));
}

bool python_find(char *why, size_t bytes)
{
	const char *(*told)(void);
	why[0] = '\0';
	if (!python_function(&python.this_thread, "PyGILState_GetThisThreadState") ||
	    !python_function(&told, "Py_GetVersion"))
		return false;
	const char *text = told();
	const char *reason =
	        python_layout_of(python_version(text), python_symbol("_PyRuntime"), &python.layout);
	if (!reason && !python_find_parts())
		reason = "its parts can't be found";
	if (reason)
		snprintf(why, bytes, "no Python stacks of CPython %.*s: %s",
		         (int)strcspn(text, " "), text, reason);
	return !reason;
}
