/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of functions that nobody should have written: what stands in a library
 * that is damaged, or made to do harm, is read within the library's bounds, ends,
 * and gives a rule or none. `make sanitize` sees to the bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "native/rule.h"

#define CODE     64u /* bytes of code that the function has */
#define MOST     (1u << 20)
#define HEAD     20u /* the index, of one row */
#define COMMON   24u /* what all functions have in common, with its length */
#define OWN_FROM (CODE + HEAD + COMMON)
#define OWN_HEAD 17u /* before the instructions of the function's own */

/* An object in memory of its very size: code, index, common part, function. */
struct made {
	struct object object;
	uint8_t *bytes;
	size_t size;
};

static uint64_t random_bits(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static void put(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof value);
}

/* A function with these instructions for its whole length. */
static struct made make(const uint8_t *program, size_t bytes)
{
	static const uint8_t head[] = {1, 0x1b, 3, 0x3b};
	/* Version 1, "zR", steps of 1 and -8, column 16, pointers from here; the frame begins
	 * at stack pointer + 8, the return address is kept at -8. */
	static const uint8_t common[] = {1,    'z', 'R', 0, 1,    0x78, 16, 1,
	                                 0x1b, 12,  7,   8, 0x90, 1,    0,  0};
	struct made made = {.size = OWN_FROM + OWN_HEAD + bytes};
	uint8_t *b = made.bytes = calloc(1, made.size);

	memcpy(b + CODE, head, sizeof head);
	put(b + CODE + 8, 1);
	put(b + CODE + 12, -CODE);
	put(b + CODE + 16, OWN_FROM - CODE);
	put(b + CODE + HEAD, COMMON - 4);
	memcpy(b + CODE + HEAD + 8, common, sizeof common);
	put(b + OWN_FROM, (uint32_t)(OWN_HEAD - 4 + bytes));
	put(b + OWN_FROM + 4, COMMON + 4);
	put(b + OWN_FROM + 8, -(OWN_FROM + 8));
	put(b + OWN_FROM + 12, CODE);
	if (bytes)
		memcpy(b + OWN_FROM + OWN_HEAD, program, bytes);
	made.object = (struct object){(uintptr_t)b, (uintptr_t)b + made.size, NULL, b + CODE, 0};
	return made;
}

static union rule rule_of(const struct made *made, size_t at)
{
	return rule_find(&made->object, made->object.begin + at);
}

/* All that may be asked of it, anywhere. */
static void ask(const struct made *made)
{
	uintptr_t begin, end, at = made->object.begin + random_bits() % CODE;

	rule_find(&made->object, at);
	if (rule_function(&made->object, at, &begin, &end))
		assert_true(begin <= at && at < end);
}

static const uint8_t usual[] = {0x41, 14, 16, 0x86, 2, 0x43, 13, 6, 0x49, 12, 7, 8};

static void a_sound_table_gives_its_rules(void **state)
{
	struct made made = make(usual, sizeof usual);
	union rule rule;

	(void)state;
	rule = rule_of(&made, 0);
	assert_true(rule.base == RULE_SP && rule.offset == 8 && rule.kept == RULE_SAME);
	rule = rule_of(&made, 1);
	assert_true(rule.base == RULE_SP && rule.offset == 16 && rule.kept == RULE_KEPT);
	rule = rule_of(&made, 12);
	assert_true(rule.base == RULE_FP && rule.offset == 16 && rule.kept_offset == -16);
	rule = rule_of(&made, CODE - 1);
	assert_true(rule.base == RULE_SP && rule.offset == 8);
	assert_true(rule_of(&made, CODE).base == RULE_NONE);
	free(made.bytes);
}

static void any_byte_may_be_any_other(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct made made = make(usual, sizeof usual);
		for (uint64_t n = 1 + random_bits() % 4; n; n--)
			made.bytes[CODE + random_bits() % (made.size - CODE)] =
			        (uint8_t)random_bits();
		ask(&made);
		free(made.bytes);
	}
}

static void any_number_may_be_the_largest(void **state)
{
	static const uint32_t odd[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, UINT32_MAX};

	(void)state;
	for (size_t at = CODE; at + 4 <= OWN_FROM + OWN_HEAD + sizeof usual; at++)
		for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
			struct made made = make(usual, sizeof usual);
			put(made.bytes + at, odd[i]);
			for (int k = 0; k < 4; k++)
				ask(&made);
			free(made.bytes);
		}
}

static void a_table_may_be_cut_anywhere(void **state)
{
	size_t whole = OWN_FROM + OWN_HEAD + sizeof usual;

	(void)state;
	for (size_t size = CODE; size < whole; size++) {
		struct made made = make(usual, sizeof usual);
		uint8_t *cut = malloc(size);
		memcpy(cut, made.bytes, size);
		free(made.bytes);
		made = (struct made){
		        {(uintptr_t)cut, (uintptr_t)cut + size, NULL, cut + CODE, 0}, cut, size};
		ask(&made);
		assert_true(rule_of(&made, 1).base == RULE_NONE);
		free(cut);
	}
}

static void any_bytes_may_be_a_program(void **state)
{
	uint8_t program[300];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t bytes = random_bits() % sizeof program;
		for (size_t k = 0; k < bytes; k++)
			/* Half of them are instructions, and not arguments. */
			program[k] = (uint8_t)(random_bits() % (random_bits() % 2 ? 256 : 24));
		struct made made = make(program, bytes);
		ask(&made);
		free(made.bytes);
	}
}

/* Numbers without an end, states remembered without an end, steps that lead back to
 * where the program began: each is read once. */
static void long_programs_end(void **state)
{
	static const uint8_t fill[] = {0x80, 0x0a, 0x0b, 0x00, 0x40, 0x0e, 0x10, 0x0f, 0x16, 0xff};
	uint8_t *program = malloc(MOST);

	(void)state;
	for (size_t i = 0; i < sizeof fill; i++) {
		memset(program, fill[i], MOST);
		struct made made = make(program, MOST);
		for (int k = 0; k < 4; k++)
			ask(&made);
		free(made.bytes);
	}
	free(program);
}

/* Steps and offsets whose product is larger than any number. */
static void offsets_that_do_not_fit_give_no_rule(void **state)
{
	static const uint8_t program[] = {0x05, 6,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	                                  0xff, 0xff, 0xff, 0x01, 0x13, 0xff, 0xff, 0xff,
	                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
	struct made made = make(program, sizeof program);

	(void)state;
	ask(&made);
	put(made.bytes + CODE + HEAD + 12, 0x10807f01);
	ask(&made);
	free(made.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_sound_table_gives_its_rules),
	        cmocka_unit_test(any_byte_may_be_any_other),
	        cmocka_unit_test(any_number_may_be_the_largest),
	        cmocka_unit_test(a_table_may_be_cut_anywhere),
	        cmocka_unit_test(any_bytes_may_be_a_program),
	        cmocka_unit_test(long_programs_end),
	        cmocka_unit_test(offsets_that_do_not_fit_give_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
