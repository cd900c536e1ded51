/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/trace_out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/block_out.h"

#define TRACE_OUT_EVENTS 65536u

struct trace_out {
	const struct run *run;
	const struct process *process;
	unsigned client;
	char *base; /* what stands before every path */
	struct block_out *out;
	uint8_t *defined; /* by name, one bit: in this file */
	struct aiot_event *events;
};

static void trace_out_attribute(struct trace_out *t, const char *key, const char *value,
                                size_t length)
{
	char *text = memory_get(strlen(key) + 1 + length, 1);

	memcpy(text, key, strlen(key));
	memcpy(text + strlen(key) + 1, value, length);
	block_out_define(t->out, AIOT_DEFINE_ATTRIBUTE, text, strlen(key) + 1 + length, NULL, 0);
	free(text);
}

static void trace_out_file_attribute(struct trace_out *t, const char *key, const char *path)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n;

	while (fd >= 0 && have < sizeof text && (n = read(fd, text + have, sizeof text - have)) > 0)
		have += (size_t)n;
	if (fd >= 0)
		close(fd);
	trace_out_attribute(t, key, text, have);
}

/* Who the process was stays: roles are told by it. */
static void trace_out_attributes(struct trace_out *t)
{
	const struct process *p = t->process;
	char host[HOST_NAME_MAX + 32] = "";

	for (size_t i = 0; i < p->attribute_count; i++) {
		const struct attribute *a = &p->attributes[i];
		if (strcmp(a->key, "host") && strncmp(a->key, "mountinfo", 9))
			trace_out_attribute(t, a->key, a->value, a->length);
	}
	gethostname(host, HOST_NAME_MAX);
	if (t->run->target->options.clients > 1)
		snprintf(host + strlen(host), 32, ".client-%u", t->client);
	trace_out_attribute(t, "host", host, strlen(host));
	trace_out_file_attribute(t, "mountinfo", "/proc/self/mountinfo");
	trace_out_attribute(t, "replay.of", t->run->plan->recording->runs[p->run],
	                    strlen(t->run->plan->recording->runs[p->run]));
}

static void trace_out_call(struct trace_out *t, uint16_t id, uint8_t class, uint8_t level,
                           const char *name)
{
	struct aiot_define_call call = {id, class, level};

	block_out_define(t->out, AIOT_DEFINE_CALL, &call, sizeof call, name, strlen(name));
}

static void trace_out_calls(struct trace_out *t)
{
#define AIOT_CALL(id, symbol, class, level, roles)                                                 \
	trace_out_call(t, id, AIOT_CLASS_##class, AIOT_LEVEL_##level, #symbol);
#define AIOT_EVENT(id, symbol, name, class, level)                                                 \
	trace_out_call(t, id, AIOT_CLASS_##class, AIOT_LEVEL_##level, name);
#include "aiotrace/calls.def"
}

static void trace_out_name(struct trace_out *t, uint32_t name)
{
	const struct plan *plan = t->run->plan;
	const struct plan_file *place = &plan->places[name];
	struct aiot_define_file file = {.id = name, .kind = AIOT_FILE_REGULAR, .size = -1};
	unsigned client = t->run->target->options.share && !place->changes ? 0 : t->client;
	char *path;
	int n;

	if (!name || (t->defined[name / 8] >> name % 8 & 1))
		return;
	t->defined[name / 8] |= (uint8_t)(1u << name % 8);
	if (place->now == PLACE_FOLDER || place->first == PLACE_FOLDER)
		file.kind = AIOT_FILE_DIRECTORY;
	if (place->first == PLACE_FILE)
		file.size = place->size;
	n = asprintf(&path, "%s/client-%u/%s", t->base, client, plan_path(plan, name));
	if (n < 0)
		abort();
	block_out_define(t->out, AIOT_DEFINE_FILE, &file, sizeof file, path, (size_t)n);
	free(path);
}

static void trace_out_call_of(const struct run *run, const struct op *op, struct aiot_event *e)
{
	bool ring =
	        !run->no_uring && ((op->bits & OP_ASYNC) ||
	                           (run->options.engine == ENGINE_URING && op_can_ring(op->kind)));

	e->call = op_call(op->kind);
	if (!ring)
		return;
	switch (op->kind) {
	case OP_READ:
	case OP_READ_NOW:
	case OP_PREAD: e->call = AIOT_CALL_uring_read; break;
	case OP_WRITE:
	case OP_WRITE_END:
	case OP_WRITE_END_DSYNC:
	case OP_WRITE_NOW:
	case OP_WRITE_DSYNC:
	case OP_WRITE_SYNC:
	case OP_PWRITE: e->call = AIOT_CALL_uring_write; break;
	case OP_READV:
	case OP_PREADV: e->call = AIOT_CALL_uring_readv; break;
	case OP_WRITEV:
	case OP_PWRITEV: e->call = AIOT_CALL_uring_writev; break;
	case OP_FDATASYNC: e->aux = IORING_FSYNC_DATASYNC; /* fall through */
	case OP_FSYNC: e->call = AIOT_CALL_uring_fsync; break;
	default: break;
	}
}

/* What the call was given beside a file, an offset and a size. */
static void trace_out_given(const struct plan *plan, const struct op *op, struct aiot_event *e)
{
	if (op_flags(op->kind))
		e->aux = (uint32_t)op_flags(op->kind);
	switch (op->kind) {
	case OP_OPEN: e->aux = plan->openings[op->object].flags; break;
	case OP_FALLOCATE:
	case OP_SYNC_RANGE:
	case OP_MSYNC:
		e->offset = (int64_t)op->offset;
		e->size = plan->ranges[op->size].length;
		e->aux = plan->ranges[op->size].mode;
		break;
	case OP_FTRUNCATE:
	case OP_TRUNCATE: e->size = op->offset; break;
	case OP_SEEK:
	case OP_SEEK_END:
		e->offset = (int64_t)op->offset;
		e->aux = op->size;
		break;
	case OP_LUTIME: e->aux = AT_SYMLINK_NOFOLLOW; break;
	default: break;
	}
}

static bool trace_out_names(const struct op *op)
{
	return op->kind == OP_RENAME || op->kind == OP_LINK || op->kind == OP_LINK_OPEN ||
	       (op->kind == OP_SYMLINK && op->offset);
}

static void trace_out_event(struct trace_out *t, const struct op *op, const struct outcome *o,
                            uint32_t tid, struct aiot_event *e)
{
	const struct plan *plan = t->run->plan;
	bool path = op_needs(op->kind) == 'p';

	*e = (struct aiot_event){
	        .start_ns = t->run->start_ns + o->start_ns,
	        .duration_ns = short_to_ns(o->duration),
	        .offset = op_moves(op->kind) ? (int64_t)op->offset : -1,
	        .size = op_moves(op->kind) ? op->size : 0,
	        .result = o->result,
	        .file = path ? op->object : plan->openings[op->object].name,
	        .handle = path ? 0 : op->object + 1,
	        .stage = (uint8_t)op_stage(op),
	        .flags = AIOT_EVENT_MARKED,
	};
	trace_out_call_of(t->run, op, e);
	trace_out_given(plan, op, e);
	if (op->kind == OP_TOUCH && e->duration_ns)
		e->call = AIOT_CALL_fault_major;
	if (op->kind == OP_TOUCH || op->kind == OP_TOUCH_WRITE)
		e->aux = tid & AIOT_FAULT_TID;
	if (op->kind == OP_RENAME && op->size) {
		e->call = AIOT_CALL_renameat2;
		e->size = op->size;
	}
	if (trace_out_names(op)) {
		e->aux = (uint32_t)op->offset;
		trace_out_name(t, e->aux);
	}
	trace_out_name(t, e->file);
}

static void trace_out_lane(struct trace_out *t, size_t lane, uint32_t stream)
{
	const struct lane *l = &t->run->plan->lanes[lane];
	const struct outcome *all = t->run->outcomes[t->client * t->run->plan->lane_count + lane];
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->count; i++) {
		if (!all[i].start_ns || l->ops[i].kind == OP_NONE)
			continue;
		trace_out_event(t, &l->ops[i], &all[i], l->tid, &t->events[n++]);
		if (n == TRACE_OUT_EVENTS) {
			block_out_events(t->out, l->tid, stream, t->events, n);
			n = 0;
		}
	}
	if (n)
		block_out_events(t->out, l->tid, stream, t->events, n);
}

static void trace_out_header(const struct trace_out *t, struct aiot_header *h)
{
	const struct aiot_header *old = &t->process->trace.header;
	char text[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	*h = (struct aiot_header){
	        .byte_order = AIOT_BYTE_ORDER,
	        .version = AIOT_VERSION,
	        .min_reader = AIOT_MIN_READER,
	        .header_bytes = sizeof *h,
	        .pid = t->process->pid,
	        .ppid = t->process->ppid,
	        .image = t->process->image,
	        .origin = old->origin,
	        .start_mono_ns = t->run->start_ns,
	        .start_real_ns = t->run->start_real_ns,
	};
	memcpy(h->magic, AIOT_MAGIC, sizeof h->magic);
	if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
		for (unsigned i = 0, n = 0; text[i] && n < 32; i++) {
			const char *digit = strchr("0123456789abcdef", text[i]);
			if (!digit || !*digit)
				continue;
			h->boot_id[n / 2] |=
			        (uint8_t)((digit - "0123456789abcdef") << (n % 2 ? 0 : 4));
			n++;
		}
	if (fd >= 0)
		close(fd);
}

static bool trace_out_has(const struct run *run, uint32_t process)
{
	for (size_t i = 0; i < run->plan->lane_count; i++)
		if (run->plan->lanes[i].process == process && run->plan->lanes[i].count)
			return true;
	return false;
}

static int trace_out_process(struct trace_out *t, const char *folder, struct problem *why)
{
	const struct plan *plan = t->run->plan;
	struct aiot_header header;
	uint32_t stream = 0;
	char *path;

	if (asprintf(&path, "%s/client-%u.%u.%u.%u" AIOT_SUFFIX, folder, t->client,
	             t->process->number, t->process->pid, t->process->image) < 0)
		abort();
	trace_out_header(t, &header);
	t->out = block_out_new(path, &header, why);
	free(path);
	if (!t->out)
		return -1;
	memset(t->defined, 0, plan->name_count / 8 + 1);
	trace_out_attributes(t);
	trace_out_calls(t);
	for (size_t i = 0; i < plan->lane_count; i++)
		if (plan->lanes[i].process == t->process->number)
			trace_out_lane(t, i, ++stream);
	block_out_define(t->out, AIOT_DEFINE_END,
	                 &(struct aiot_define_clock){t->run->end_ns,
	                                             t->run->start_real_ns +
	                                                     (t->run->end_ns - t->run->start_ns)},
	                 sizeof(struct aiot_define_clock), NULL, 0);
	return block_out_close(t->out, why);
}

static char *trace_out_folder(const struct run *run, const char *below, struct problem *why)
{
	time_t seconds = (time_t)(run->start_real_ns / 1000000000u);
	char when[32], host[HOST_NAME_MAX + 1] = "", *folder;
	struct tm local;

	strftime(when, sizeof when, "%Y%m%d-%H%M%S", localtime_r(&seconds, &local));
	gethostname(host, sizeof host - 1);
	if (mkdir(below, 0777) && errno != EEXIST) {
		problem_set(why, "%s: %s; choose another folder with -o", below, strerror(errno));
		return NULL;
	}
	for (int i = 0; i < 1000; i++) {
		if (asprintf(&folder, "%s/%s-%s-%d-replay%d", below, when, host, (int)getpid(), i) <
		    0)
			abort();
		if (!mkdir(folder, 0777))
			return folder;
		problem_set(why, "%s: %s; choose another folder with -o", folder, strerror(errno));
		free(folder);
		if (errno != EEXIST)
			break;
	}
	return NULL;
}

char *trace_out(const struct run *run, const char *below, struct problem *why)
{
	struct trace_out t = {.run = run};
	char *folder = trace_out_folder(run, below, why);
	struct recording *r = run->plan->recording;
	int status = 0;

	if (!folder)
		return NULL;
	t.base = realpath(run->target->options.folder, NULL);
	if (!t.base)
		t.base = memory_text(run->target->options.folder,
		                     strlen(run->target->options.folder));
	t.defined = memory_get(run->plan->name_count / 8 + 1, 1);
	t.events = memory_get(TRACE_OUT_EVENTS, sizeof *t.events);
	for (t.client = 0; !status && t.client < run->target->options.clients; t.client++)
		for (size_t i = 0; !status && i < r->count; i++) {
			t.process = &r->processes[i];
			if (trace_out_has(run, (uint32_t)i))
				status = trace_out_process(&t, folder, why);
		}
	free(t.base);
	free(t.defined);
	free(t.events);
	if (!status)
		return folder;
	free(folder);
	return NULL;
}
