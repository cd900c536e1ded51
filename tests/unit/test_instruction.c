/* SPDX-License-Identifier: Apache-2.0
 *
 * Instructions end where objdump says they do, in all code of libc and of objdump;
 * those that leave are not moved, and those that name addresses relative to their own
 * say where.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uring/instruction.h"

/* objdump's line: address, tab, bytes, tab, text. Returns how many bytes. */
static size_t read_line(char *line, uint8_t code[INSTRUCTION_MOST], const char **text)
{
	char *bytes = strchr(line, '\t'), *end = bytes ? strchr(bytes + 1, '\t') : NULL;
	size_t count = 0;
	if (!end)
		return 0;
	*text = end + 1;
	for (char *at = bytes + 1; at < end && *at != ' ' && count < INSTRUCTION_MOST; at += 3)
		code[count++] = (uint8_t)strtoul(at, NULL, 16);
	return count;
}

static int is_jump(const char *text)
{
	static const char *const names[] = {"j", "call", "loop", "bnd j", "bnd call", "notrack j"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(text, names[i], strlen(names[i])))
			return 1;
	return 0;
}

/* objdump adds behind "#" what such an address is. */
static void check_relative(const char *line, const uint8_t *code, struct instruction one,
                           const char *text)
{
	int32_t distance;
	const char *named = strstr(text, "(%rip)") ? strrchr(text, '#') : NULL;
	if (!!one.relative != !!named)
		fail_msg("relative, or not: %s", line);
	if (!named)
		return;
	memcpy(&distance, code + one.relative, sizeof distance);
	uint64_t target = strtoull(line, NULL, 16) + one.bytes + (uint64_t)(int64_t)distance;
	if (target != strtoull(named + 1, NULL, 16))
		fail_msg("another address: %s", line);
}

static void check_line(const char *line, const uint8_t *code, size_t bytes, const char *text)
{
	struct instruction one = instruction_at(code, bytes);
	if (one.bytes != bytes)
		fail_msg("%u bytes: %s", one.bytes, line);
	if (instruction_at(code, bytes - 1).bytes == bytes)
		fail_msg("past the end: %s", line);
	if (one.movable && (strstr(text, "(%eip)") || is_jump(text) || !strncmp(text, "ret", 3)))
		fail_msg("movable: %s", line);
	if (one.movable)
		check_relative(line, code, one, text);
	assert_int_equal(one.is_syscall, !strncmp(text, "syscall", 7));
}

static long check_file(const char *path)
{
	char command[4200], line[4096];
	const char *text;
	uint8_t code[INSTRUCTION_MOST];
	long checked = 0;
	snprintf(command, sizeof command, "objdump -d -w --insn-width=15 '%s'", path);
	FILE *listing = popen(command, "r");
	assert_non_null(listing);
	while (fgets(line, sizeof line, listing)) {
		size_t bytes = read_line(line, code, &text);
		/* Data among the code. */
		if (!bytes || strstr(text, "(bad)") || text[0] == '.' || !strncmp(text, "rex", 3))
			continue;
		check_line(line, code, bytes, text);
		checked++;
	}
	pclose(listing);
	return checked;
}

static void instructions_end_where_objdump_says(void **state)
{
	(void)state;
#if defined(__x86_64__)
	Dl_info libc;
	assert_true(dladdr((void *)(uintptr_t)popen, &libc));
	assert_true(check_file(libc.dli_fname) > 100000);
	assert_true(check_file("/proc/self/exe") > 100);
#endif
}

static void jumps_tell_where_they_lead(void **state)
{
	static const uint8_t near[] = {0x74, 0xf0}, far[] = {0xe8, 0x10, 0x20, 0, 0};
	static const uint8_t condition[] = {0x0f, 0x85, 0xfc, 0xff, 0xff, 0xff};
	(void)state;
	assert_int_equal(instruction_at(near, 2).distance, -16);
	assert_int_equal(instruction_at(far, 5).distance, 0x2010);
	assert_int_equal(instruction_at(condition, 6).distance, -4);
	assert_true(instruction_at(condition, 6).branches);
}

static void what_is_no_instruction_has_no_bytes(void **state)
{
	static const uint8_t bad[] = {0x06, 0, 0},
	                     prefixes[15] = {0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	                                     0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};
	(void)state;
	assert_int_equal(instruction_at(bad, 3).bytes, 0);
	assert_int_equal(instruction_at(prefixes, 15).bytes, 0);
	assert_int_equal(instruction_at(bad, 0).bytes, 0);
}

static void any_bytes_are_read_within_their_room(void **state)
{
	uint32_t seed = 1;
	(void)state;
	for (int i = 0; i < 2000000; i++) {
		uint8_t code[INSTRUCTION_MOST];
		for (int k = 0; k < INSTRUCTION_MOST; k++)
			code[k] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
		size_t room = (size_t)(seed >> 8) % (INSTRUCTION_MOST + 1);
		assert_true(instruction_at(code, room).bytes <= room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(instructions_end_where_objdump_says),
	        cmocka_unit_test(jumps_tell_where_they_lead),
	        cmocka_unit_test(what_is_no_instruction_has_no_bytes),
	        cmocka_unit_test(any_bytes_are_read_within_their_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
