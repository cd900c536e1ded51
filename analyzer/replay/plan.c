/* SPDX-License-Identifier: Apache-2.0
 *
 * Two passes over the recording: the first finds the names that change in the
 * run, since only these need orderings; the second makes the lists.
 */
#include "replay/planner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "measure/mapped.h"
#include "replay/plain.h"
#include "stage/role.h"

#define PLAN_LATEST_NS ((int64_t)1 << 61)

static const char *const plan_refusals[] = {
#define REFUSAL(name, words) words,
        REFUSALS(REFUSAL)
#undef REFUSAL
};

const char *plan_refusal_words(enum refusal refusal)
{
	return plan_refusals[refusal];
}

const char *plan_path(const struct plan *plan, uint32_t name)
{
	return names_text(plan->recording->names, name) + 1;
}

uint64_t plan_ended_ns(const struct lane *lane, uint32_t i)
{
	const struct op *op = &lane->ops[i], *next = op + 1;
	uint64_t pause;

	if (i + 1 == lane->count)
		return lane->end_ns;
	pause = op->bits & OP_ASYNC ? 0 : short_to_ns(next->gap);
	if (next->kind == OP_NONE)
		pause += short_to_ns(next->size);
	return next->start_ns > op->start_ns + pause ? next->start_ns - pause : op->start_ns;
}

static struct call_kind plan_kind(struct planner *p, const struct process *process, uint64_t call,
                                  uint32_t aux)
{
	const struct call *is = process_call(process, call);
	struct call_kind **known = &p->kinds[process->number];

	if (!is->known)
		return call_kind_of(is);
	if (!*known) {
		*known = memory_get(process->call_count, sizeof **known);
		for (size_t i = 0; i < process->call_count; i++)
			if (process->calls[i].known)
				(*known)[i] = call_kind_of(&process->calls[i]);
	}
	return call_kind_with((*known)[call], is->name, aux);
}

/* A pipe's number, which no other pipe has, also of another host. */
static uint64_t plan_pipe(const struct planner *p, const struct process *process, uint32_t name)
{
	uint32_t host = 0;

	while (strcmp(process_host(&p->plan->recording->processes[host]), process_host(process)))
		host++;
	return (uint64_t)host << 32 | name;
}

/* Times that no clock has had are made ones that can be added. */
static int64_t plan_time(int64_t ns)
{
	return ns < 0 ? 0 : ns > PLAN_LATEST_NS ? PLAN_LATEST_NS : ns;
}

/* These are about the name itself, wherever it leads; so is what failed since it is a
 * link. */
static bool plan_follows(const struct happening *h)
{
	unsigned kind = h->is.kind;

	if (kind == OP_CHMOD && h->result == -EOPNOTSUPP)
		return false;
	if (kind == OP_LINK && (h->size & AT_SYMLINK_FOLLOW))
		return true;
	return kind != OP_READLINK && kind != OP_LUTIME && kind != OP_LSTAT && kind != OP_UNLINK &&
	       kind != OP_RENAME && kind != OP_LINK && kind != OP_SYMLINK && kind != OP_MKDIR &&
	       kind != OP_RMDIR;
}

static void plan_leads(struct planner *p, struct happening *h)
{
	if (plan_follows(h))
		h->name = aliases_of(p->aliases, h->raw);
	else
		h->name = aliases_within(p->aliases, h->raw);
	if (h->name != h->raw)
		p->plan->places[h->name].changes |= p->plan->places[h->raw].changes;
	if (h->second)
		h->second = aliases_within(p->aliases, h->second);
}

static bool plan_place_ok(const char *path)
{
	return strncmp(path, "/proc/", 6) && strncmp(path, "/sys/", 5) && strncmp(path, "/dev/", 5);
}

/* Names are judged once: there may be many more events than names. */
static enum refusal plan_judge_name(struct planner *p, uint32_t name)
{
	const char *path = names_text(p->plan->recording->names, name);

	if (!*path)
		return REFUSAL_UNNAMED;
	if (path[0] == '/' && !plan_place_ok(path))
		return REFUSAL_PLACE;
	return plain_ok(path) ? REFUSAL_COUNT : REFUSAL_NAME;
}

static enum refusal plan_name(struct planner *p, uint32_t name)
{
	if (name >= p->verdict_count)
		return plan_judge_name(p, name);
	if (!p->verdicts[name])
		p->verdicts[name] = (uint8_t)(plan_judge_name(p, name) + 1);
	return (enum refusal)(p->verdicts[name] - 1);
}

/* Where it leads, if that can be known; else as it is, to be refused. */
static uint32_t plan_plain(struct planner *p, uint32_t name)
{
	uint32_t plain =
	        plan_name(p, name) == REFUSAL_NAME ? plain_name(p->plan, p->aliases, name) : name;

	return plain ? plain : name;
}

static void plan_event(struct planner *p, const struct slice *s, uint32_t i, struct happening *h)
{
	uint64_t *const *column = s->batch->column;
	const struct process *process = s->process;

	h->process = process;
	h->aux = (uint32_t)column[AIOT_COLUMN_AUX][i];
	h->call = process_call(process, column[AIOT_COLUMN_CALL][i]);
	h->is = plan_kind(p, process, column[AIOT_COLUMN_CALL][i], h->aux);
	h->file = process_file(process, column[AIOT_COLUMN_FILE][i]);
	h->given = process_file_at(process, h->file)->name;
	h->raw = h->name = plan_plain(p, h->given);
	h->handle = (uint32_t)column[AIOT_COLUMN_HANDLE][i];
	h->offset = (int64_t)column[AIOT_COLUMN_OFFSET][i];
	h->size = column[AIOT_COLUMN_SIZE][i];
	h->result = (int64_t)column[AIOT_COLUMN_RESULT][i];
	h->start_ns = plan_time(wrap_add(column[AIOT_COLUMN_START][i], (uint64_t)process->clock));
	h->duration_ns = (uint64_t)plan_time((int64_t)column[AIOT_COLUMN_DURATION][i]);
	h->tid = mapped_is_fault(column[AIOT_COLUMN_CALL][i]) ? h->aux & AIOT_FAULT_TID
	                                                      : s->stream->tid;
	h->flags = (uint8_t)column[AIOT_COLUMN_FLAGS][i];
	h->stage = stages_of(
	        p->stages, process,
	        &(struct stage_event){.way = {.aux = h->aux,
	                                      .handle = h->handle,
	                                      .class = h->call->class,
	                                      .copies = way_copies(column[AIOT_COLUMN_CALL][i]),
	                                      .start = h->start_ns},
	                              .file = h->file,
	                              .guess = (uint8_t)column[AIOT_COLUMN_STAGE][i],
	                              .flags = h->flags});
	h->second =
	        h->is.kind == OP_RENAME || h->is.kind == OP_LINK
	                ? plan_plain(p,
	                             process_file_at(process, process_file(process, h->aux))->name)
	                : 0;
	h->leads =
	        h->is.kind == OP_SYMLINK && h->is.role == AS_OP && p->aliases
	                ? plain_name(p->plan, p->aliases,
	                             process_file_at(process, process_file(process, h->aux))->name)
	                : 0;
	if (p->aliases && h->is.role == AS_OP)
		plan_leads(p, h);
}

static void plan_each(struct planner *p, void (*each)(struct planner *, struct happening *))
{
	struct merge *merge = merge_new(p->plan->recording, BATCH_ALL & ~BATCH_WANT(STACK), NULL);
	struct slice slice;
	struct happening h;

	while (merge_next(merge, &slice))
		for (uint32_t i = slice.begin; i < slice.end; i++) {
			plan_event(p, &slice, i, &h);
			each(p, &h);
		}
	merge_free(merge);
}

static bool plan_is_change(const struct happening *h)
{
	switch (h->is.kind) {
	case OP_OPEN: return (h->aux & (O_CREAT | O_TRUNC)) || (h->aux & O_ACCMODE) != O_RDONLY;
	case OP_MKDIR:
	case OP_RMDIR:
	case OP_UNLINK:
	case OP_RENAME:
	case OP_LINK:
	case OP_SYMLINK:
	case OP_FTRUNCATE:
	case OP_FALLOCATE:
	case OP_TRUNCATE: return true;
	default: return op_needs(h->is.kind) == 'w';
	}
}

static void plan_survey(struct planner *p, struct happening *h)
{
	if (h->is.role != AS_OP || h->result < 0 || !plan_is_change(h))
		return;
	p->plan->places[h->name].changes = true;
	p->plan->places[h->second].changes = true;
}

static bool plan_in_time(const struct planner *p, const struct happening *h)
{
	double at = (double)wrap_subtract((uint64_t)h->start_ns,
	                                  (uint64_t)p->plan->recording->start_ns) /
	            1e9;

	return at >= p->options->filter.from_s && at < p->options->filter.to_s;
}

static bool plan_wanted(struct planner *p, const struct happening *h)
{
	const struct filter *f = &p->options->filter;

	return plan_in_time(p, h) && (f->stage < 0 || f->stage == (int)h->stage) &&
	       (f->pid < 0 || f->pid == h->process->pid) &&
	       (h->is.kind == OP_SYNC ||
	        filter_path(&p->options->filter, p->plan->recording->names, h->raw));
}

static enum refusal plan_refusal(struct planner *p, const struct happening *h)
{
	uint8_t kind = process_file_at(h->process, h->file)->kind;
	enum refusal why;

	if (h->is.role == AS_AGAIN)
		return REFUSAL_AGAIN;
	if (h->is.role > AS_FCNTL)
		return REFUSAL_PROCESS;
	if (kind == AIOT_FILE_PIPE || kind == AIOT_FILE_SOCKET ||
	    (h->stage == AIOT_STAGE_IPC && p->options->filter.stage != AIOT_STAGE_IPC))
		return REFUSAL_IPC;
	if (kind == AIOT_FILE_CHARACTER || kind == AIOT_FILE_BLOCK || kind == AIOT_FILE_ANONYMOUS)
		return REFUSAL_DEVICE;
	why = plan_name(p, h->name);
	if (h->is.kind == OP_SYNC)
		why = REFUSAL_COUNT;
	if (why == REFUSAL_PLACE || (why != REFUSAL_COUNT && h->stage != AIOT_STAGE_RUNTIME))
		return why;
	if (h->stage == AIOT_STAGE_RUNTIME && p->options->filter.stage != AIOT_STAGE_RUNTIME &&
	    !p->options->runtime)
		return REFUSAL_RUNTIME;
	if (why != REFUSAL_COUNT)
		return why;
	if (!plan_wanted(p, h))
		return REFUSAL_FILTERED;
	if (h->is.role == AS_NOTHING)
		return REFUSAL_CALL;
	if (h->second && plan_name(p, h->second) != REFUSAL_COUNT)
		return plan_name(p, h->second);
	return REFUSAL_COUNT;
}

static void plan_hand_off(struct planner *p, struct happening *h)
{
	bool data = h->call->class == AIOT_CLASS_READ || h->call->class == AIOT_CLASS_WRITE;
	struct moment_of at;

	if (!data || h->result <= 0 ||
	    process_file_at(h->process, h->file)->kind != AIOT_FILE_PIPE || !plan_in_time(p, h))
		return;
	if (planner_hand_off(p, h, h->call->class == AIOT_CLASS_READ, &at))
		order_pipe(p->order, plan_pipe(p, h->process, h->name),
		           h->call->class == AIOT_CLASS_WRITE, (uint64_t)h->result, &at);
}

/* The name and the stage are those of the opening. */
static void plan_stands_for(struct planner *p, struct happening *h, uint32_t opening)
{
	const struct opening_state *o = planner_state(p, opening);

	h->given = h->raw = h->name = p->plan->openings[opening].name;
	h->stage = op_stage(&p->plan->lanes[o->lane].ops[o->op]);
}

/* Of a mapping that a child has of its parent the trace does not say the file. */
static void plan_inherited(struct planner *p, struct happening *h)
{
	uint32_t of = 0;

	if (h->is.role == AS_OP && h->is.kind == OP_MSYNC &&
	    plan_name(p, h->name) == REFUSAL_UNNAMED)
		of = planner_map_of(p, h);
	if (of)
		plan_stands_for(p, h, of - 1);
}

/* The name by which it is linked is a descriptor's. */
static uint32_t plan_nameless(struct planner *p, struct happening *h)
{
	bool links = h->is.role == AS_OP && h->is.kind == OP_LINK && h->second;
	uint32_t opening = links ? planner_nameless(p, h) : 0;

	if (opening)
		plan_stands_for(p, h, opening - 1);
	return opening;
}

static void plan_take(struct planner *p, struct happening *h)
{
	uint32_t nameless = plan_nameless(p, h);
	enum refusal why;

	plan_inherited(p, h);
	why = plan_refusal(p, h);
	if (why == REFUSAL_PROCESS && plan_in_time(p, h))
		planner_process(p, h);
	else if (why == REFUSAL_IPC)
		plan_hand_off(p, h);
	else if (why == REFUSAL_COUNT)
		why = planner_take(p, h, nameless);
	if (why == REFUSAL_COUNT)
		return;
	p->plan->refused[why]++;
	if (h->result > 0 && !call_is_again(h->call) &&
	    (h->call->class == AIOT_CLASS_READ || h->call->class == AIOT_CLASS_WRITE))
		p->plan->refused_bytes[why] += (uint64_t)h->result;
}

static void plan_judge(struct planner *p)
{
	struct features *features;

	p->mounts = mounts_find(p->plan->recording);
	p->cache = cache_new(p->plan->recording, p->mounts);
	features = features_find(p->plan->recording, p->cache, false);
	roles_find(features);
	p->stages = stages_find(features);
	features_free(features);
}

static void plan_places(struct plan *plan)
{
	plan->name_count = names_count(plan->recording->names);
	plan->places = memory_get(plan->name_count, sizeof *plan->places);
}

struct plan *plan_make(struct recording *recording, struct plan_options *options)
{
	struct plan *plan = memory_get(1, sizeof *plan);
	struct planner p = {.plan = plan, .options = options};

	plan->recording = recording;
	plan->stages = memory_get(AIOT_STAGES, sizeof *plan->stages);
	plan_places(plan);
	plan_judge(&p);
	p.kinds = memory_get(recording->count, sizeof(struct call_kind *));
	p.verdict_count = plan->name_count;
	p.verdicts = memory_get(plan->name_count, 1);
	plan_each(&p, plan_survey);
	planner_begin(&p);
	plan_each(&p, plan_take);
	planner_end(&p);
	for (size_t i = 0; i < recording->count; i++)
		free(p.kinds[i]);
	free(p.kinds);
	free(p.verdicts);
	stages_free(p.stages);
	cache_free(p.cache);
	mounts_free(p.mounts);
	return plan;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->lane_count; i++) {
		free(plan->lanes[i].ops);
		free(plan->lanes[i].holds);
	}
	for (int i = 0; i < AIOT_STAGES; i++)
		rate_free(&plan->stages[i].rate);
	free(plan->stages);
	free(plan->lanes);
	free(plan->places);
	free(plan->openings);
	free(plan->ranges);
	free(plan);
}
