/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the instructions of a function's table entry up to an address (DWARF 5,
 * section 6.4).
 */
#include "native/rule.h"

#include "native/table.h"

#if defined(__x86_64__)
enum rule_column { RULE_COLUMN_FP = 6, RULE_COLUMN_SP = 7, RULE_COLUMN_RETURN = 16 };
#else
enum rule_column { RULE_COLUMN_FP = 29, RULE_COLUMN_SP = 31, RULE_COLUMN_RETURN = 30 };
#endif

#define RULE_RETURN_AT (-8) /* where calls leave the return address */

enum {
	RULE_DEPTH = 8,       /* states that are remembered, at most */
	RULE_OP_DEREF = 0x06, /* DW_OP_* */
	RULE_OP_BREG = 0x70,
};

/* DW_CFA_*; the first three have their argument in the low bits. */
enum rule_code {
	RULE_ADVANCE = 0x40,
	RULE_OFFSET = 0x80,
	RULE_RESTORE = 0xc0,
	RULE_NOP = 0,
	RULE_SET_LOC = 1,
	RULE_ADVANCE_1 = 2,
	RULE_ADVANCE_2 = 3,
	RULE_ADVANCE_4 = 4,
	RULE_OFFSET_EXTENDED = 5,
	RULE_RESTORE_EXTENDED = 6,
	RULE_UNDEFINED = 7,
	RULE_SAME_VALUE = 8,
	RULE_REGISTER = 9,
	RULE_REMEMBER = 10,
	RULE_RECALL = 11,
	RULE_DEFINE = 12,
	RULE_DEFINE_REGISTER = 13,
	RULE_DEFINE_OFFSET = 14,
	RULE_DEFINE_EXPRESSION = 15,
	RULE_EXPRESSION = 16,
	RULE_OFFSET_SIGNED = 17,
	RULE_DEFINE_SIGNED = 18,
	RULE_DEFINE_OFFSET_SIGNED = 19,
	RULE_VALUE_OFFSET = 20,
	RULE_VALUE_OFFSET_SIGNED = 21,
	RULE_VALUE_EXPRESSION = 22,
	RULE_ARGUMENTS_SIZE = 0x2e,
};

enum rule_how { RULE_HOW_SAME, RULE_HOW_CFA, RULE_HOW_FP, RULE_HOW_UNDEFINED, RULE_HOW_OTHER };

struct rule_saved {
	enum rule_how how;
	int64_t offset;
};

/* What holds at an instruction. */
struct rule_state {
	uint64_t column; /* the frame begins at this register + offset … */
	int64_t offset;
	bool kept;  /* … or at the address that is kept there … */
	bool other; /* … or in a way that is not followed */
	struct rule_saved fp, back;
};

struct rule_run {
	const struct table_entry *entry;
	uintptr_t at, until;
	struct rule_state now, first, remembered[RULE_DEPTH];
	unsigned depth;
	bool failed;
};

static void rule_save(struct rule_run *run, uint64_t column, enum rule_how how, int64_t offset)
{
	struct rule_saved saved = {how, offset};
	if (column == RULE_COLUMN_FP)
		run->now.fp = saved;
	if (column == run->entry->return_column)
		run->now.back = saved;
}

static void rule_restore(struct rule_run *run, uint64_t column)
{
	if (column == RULE_COLUMN_FP)
		run->now.fp = run->first.fp;
	if (column == run->entry->return_column)
		run->now.back = run->first.back;
}

static void rule_remember(struct rule_run *run)
{
	if (run->depth == RULE_DEPTH)
		run->failed = true;
	else
		run->remembered[run->depth++] = run->now;
}

static void rule_recall(struct rule_run *run)
{
	if (!run->depth)
		run->failed = true;
	else
		run->now = run->remembered[--run->depth];
}

static void rule_define(struct rule_run *run, uint64_t column, int64_t offset)
{
	run->now.column = column;
	run->now.offset = offset;
	run->now.kept = run->now.other = false;
}

/* An expression of the two forms that functions with an aligned stack need:
 * register + offset, and what is kept there. Returns false for any other. */
static bool rule_expression(struct bytes *program, uint64_t *column, int64_t *offset, bool *kept)
{
	uint64_t length = bytes_uleb(program);
	struct bytes expression = *program;
	bytes_skip(program, length);
	if (length > (uint64_t)(expression.end - expression.at))
		return false;
	expression.end = expression.at + length;
	*column = bytes_unsigned(&expression, 1) - RULE_OP_BREG;
	*offset = bytes_sleb(&expression);
	*kept = bytes_unsigned(&expression, 1) == RULE_OP_DEREF;
	return *column < 32 && expression.at == expression.end;
}

static void rule_define_expression(struct rule_run *run, struct bytes *program)
{
	uint64_t column;
	int64_t offset;
	bool kept, known = rule_expression(program, &column, &offset, &kept);
	rule_define(run, known ? column : 0, known ? offset : 0);
	run->now.kept = known && kept;
	run->now.other = !known;
}

static void rule_save_expression(struct rule_run *run, struct bytes *program)
{
	uint64_t saved = bytes_uleb(program), column;
	int64_t offset;
	bool kept, known = rule_expression(program, &column, &offset, &kept);
	if (known && !kept && column == RULE_COLUMN_FP)
		rule_save(run, saved, RULE_HOW_FP, offset);
	else
		rule_save(run, saved, RULE_HOW_OTHER, 0);
}

/* An offset of the table's steps. Nothing says that it has to fit. */
static int64_t rule_steps(const struct rule_run *run, uint64_t count)
{
	return (int64_t)(count * (uint64_t)run->entry->data_step);
}

/* Instructions that say where a register is kept. */
static void rule_step_save(struct rule_run *run, enum rule_code code, struct bytes *program)
{
	uint64_t column = bytes_uleb(program);
	switch (code) {
	case RULE_OFFSET_EXTENDED:
		rule_save(run, column, RULE_HOW_CFA, rule_steps(run, bytes_uleb(program)));
		break;
	case RULE_OFFSET_SIGNED:
		rule_save(run, column, RULE_HOW_CFA,
		          rule_steps(run, (uint64_t)bytes_sleb(program)));
		break;
	case RULE_RESTORE_EXTENDED: rule_restore(run, column); break;
	case RULE_UNDEFINED: rule_save(run, column, RULE_HOW_UNDEFINED, 0); break;
	case RULE_SAME_VALUE: rule_save(run, column, RULE_HOW_SAME, 0); break;
	case RULE_VALUE_EXPRESSION:
		bytes_skip(program, bytes_uleb(program));
		rule_save(run, column, RULE_HOW_OTHER, 0);
		break;
	default: /* another register, a value: one argument more */
		bytes_uleb(program);
		rule_save(run, column, RULE_HOW_OTHER, 0);
	}
}

/* Instructions that say where the frame begins. */
static void rule_step_define(struct rule_run *run, enum rule_code code, struct bytes *program)
{
	uint64_t column = run->now.column;
	switch (code) {
	case RULE_DEFINE:
		column = bytes_uleb(program);
		rule_define(run, column, (int64_t)bytes_uleb(program));
		break;
	case RULE_DEFINE_SIGNED:
		column = bytes_uleb(program);
		rule_define(run, column, rule_steps(run, (uint64_t)bytes_sleb(program)));
		break;
	case RULE_DEFINE_REGISTER: rule_define(run, bytes_uleb(program), run->now.offset); break;
	case RULE_DEFINE_OFFSET: rule_define(run, column, (int64_t)bytes_uleb(program)); break;
	default: rule_define(run, column, rule_steps(run, (uint64_t)bytes_sleb(program)));
	}
}

static void rule_advance(struct rule_run *run, uint64_t steps)
{
	run->at += steps * run->entry->code_step;
}

/* Everything but the three instructions with an argument of their own. */
static void rule_step_other(struct rule_run *run, enum rule_code code, struct bytes *program)
{
	switch (code) {
	case RULE_NOP: break;
	case RULE_ADVANCE_1: rule_advance(run, bytes_unsigned(program, 1)); break;
	case RULE_ADVANCE_2: rule_advance(run, bytes_unsigned(program, 2)); break;
	case RULE_ADVANCE_4: rule_advance(run, bytes_unsigned(program, 4)); break;
	case RULE_REMEMBER: rule_remember(run); break;
	case RULE_RECALL: rule_recall(run); break;
	case RULE_DEFINE_EXPRESSION: rule_define_expression(run, program); break;
	case RULE_EXPRESSION: rule_save_expression(run, program); break;
	case RULE_ARGUMENTS_SIZE: bytes_uleb(program); break;
	case RULE_DEFINE:
	case RULE_DEFINE_REGISTER:
	case RULE_DEFINE_OFFSET:
	case RULE_DEFINE_SIGNED:
	case RULE_DEFINE_OFFSET_SIGNED: rule_step_define(run, code, program); break;
	case RULE_OFFSET_EXTENDED:
	case RULE_RESTORE_EXTENDED:
	case RULE_UNDEFINED:
	case RULE_SAME_VALUE:
	case RULE_REGISTER:
	case RULE_OFFSET_SIGNED:
	case RULE_VALUE_OFFSET:
	case RULE_VALUE_OFFSET_SIGNED:
	case RULE_VALUE_EXPRESSION: rule_step_save(run, code, program); break;
	default: run->failed = true;
	}
}

/* An instruction holds from its address on. */
static void rule_run(struct rule_run *run, struct bytes program)
{
	while (program.at < program.end && !run->failed) {
		uint8_t code = *program.at++, low = code & 63;
		switch (code & 0xc0) {
		case RULE_ADVANCE: rule_advance(run, low); break;
		case RULE_OFFSET:
			rule_save(run, low, RULE_HOW_CFA, rule_steps(run, bytes_uleb(&program)));
			break;
		case RULE_RESTORE: rule_restore(run, low); break;
		default: rule_step_other(run, code, &program);
		}
		if (run->at > run->until)
			return;
	}
}

static bool rule_fits(int64_t offset)
{
	return offset >= -(1 << 28) && offset < 1 << 28;
}

static union rule rule_pack(const struct rule_state *state)
{
	union rule rule = {.base = RULE_NONE};
	bool sp = state->column == RULE_COLUMN_SP;
	if (state->back.how == RULE_HOW_UNDEFINED)
		return (union rule){.base = RULE_END};
	if (state->other || (!sp && state->column != RULE_COLUMN_FP) || (sp && state->kept) ||
	    state->back.how != RULE_HOW_CFA || state->back.offset != RULE_RETURN_AT ||
	    !rule_fits(state->offset) || !rule_fits(state->fp.offset))
		return rule;
	rule.offset = state->offset;
	rule.base = sp ? RULE_SP : state->kept ? RULE_AT_FP : RULE_FP;
	rule.kept_offset = state->fp.offset;
	switch (state->fp.how) {
	case RULE_HOW_CFA: rule.kept = RULE_KEPT; break;
	case RULE_HOW_FP: rule.kept = RULE_KEPT_AT_FP; break;
	case RULE_HOW_UNDEFINED:
	case RULE_HOW_SAME: rule.kept = RULE_SAME; break;
	default: rule.base = RULE_NONE;
	}
	return rule;
}

union rule rule_find(const struct object *object, uintptr_t address)
{
	struct table_entry entry;
	if (!table_find(object, address, &entry))
		return (union rule){.base = RULE_NONE};
	if (entry.signal)
		return (union rule){.base = RULE_SIGNAL};
	struct rule_run run = {.entry = &entry, .at = entry.begin, .until = address};
	rule_run(&run, entry.initial);
	run.first = run.now;
	rule_run(&run, entry.own);
	if (run.failed)
		return (union rule){.base = RULE_NONE};
	return rule_pack(&run.now);
}

bool rule_function(const struct object *object, uintptr_t address, uintptr_t *begin, uintptr_t *end)
{
	struct table_entry entry;
	if (!table_find(object, address, &entry))
		return false;
	*begin = entry.begin;
	*end = entry.end;
	return true;
}
