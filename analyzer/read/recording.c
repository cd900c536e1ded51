/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads processes one by one: live file first, then the trace's blocks, then
 * its definitions; at the end puts all of them on one clock.
 */
#include "read/recording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/clue.h"
#include "read/decode.h"
#include "read/define.h"
#include "read/kin.h"
#include "read/live.h"
#include "read/locate.h"
#include "read/runs.h"
#include "read/script.h"

static void recording_live(struct recording *r, struct process *p, const char *trace)
{
	size_t n = strlen(trace), s = strlen(AIOT_SUFFIX);
	char *path;

	if (n < s || strcmp(trace + n - s, AIOT_SUFFIX))
		return;
	path = memory_text(trace, n);
	strcpy(path + n - s, AIOT_LIVE_SUFFIX);
	live_read(p, path, &r->problems);
	free(path);
}

static void recording_define(struct recording *r, struct process *p, struct decoder *decoder,
                             struct block_ref *block, struct payload *payload)
{
	const uint8_t *records;
	struct problem why = {0};
	size_t size, counts = p->kernel_count;
	uint64_t counted_ns = p->kernel_last.mono_ns;
	bool bad = false;

	if (trace_read(&p->trace, block, payload, &why)) {
		problems_add(&r->problems, "%s", why.text);
		block->damaged = true;
		return;
	}
	if (decode_definitions(decoder, payload->bytes + sizeof(struct aiot_block), block->bytes,
	                       &records, &size, &why))
		bad = true;
	else
		define_records(p, records, size, &bad);
	if (p->kernel_count > counts && (!counts || p->kernel_last.mono_ns > counted_ns))
		p->kernel_at = block->at;
	if (bad)
		problems_add(&r->problems,
		             "%s: offset %" PRIu64
		             ": damaged definitions; some names may be missing",
		             p->trace.path, block->at);
}

static void recording_piece(struct process *p, struct block_ref *block)
{
	struct stream *stream = process_stream(p, block->stream, block->tid);

	stream->pieces =
	        memory_grow(stream->pieces, stream->count, &stream->room, sizeof *stream->pieces);
	stream->pieces[stream->count++] = (struct piece){
	        .sequence = block->sequence,
	        .first_ns = block->first_ns,
	        .last_ns = block->last_ns,
	        .count = block->count,
	        .block = block,
	};
}

/* Blocks come before the live file's copy of the same events. */
static int recording_order(const void *one, const void *other)
{
	const struct piece *a = one, *b = other;

	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return !a->block - !b->block;
}

/* Sorts a stream's pieces, drops what is there twice and counts the gaps. */
static void recording_stream(struct process *p, struct stream *stream)
{
	uint64_t next = 0;
	size_t kept = 0;

	if (stream->count)
		qsort(stream->pieces, stream->count, sizeof *stream->pieces, recording_order);
	for (size_t i = 0; i < stream->count; i++) {
		struct piece *piece = &stream->pieces[i];
		uint64_t end = piece->sequence + piece->count;
		if (end <= next) {
			free(piece->events);
			continue;
		}
		if (piece->sequence > next)
			stream->missing += piece->sequence - next;
		stream->events += end - (piece->sequence > next ? piece->sequence : next);
		next = end;
		if (piece->last_ns > p->end_ns)
			p->end_ns = piece->last_ns;
		stream->pieces[kept++] = *piece;
	}
	stream->count = kept;
}

static void recording_blocks(struct recording *r, struct process *p)
{
	struct decoder *decoder = decoder_new();
	struct payload payload = {0};

	for (size_t i = 0; i < p->trace.count; i++) {
		struct block_ref *block = &p->trace.blocks[i];
		if (block->type == AIOT_BLOCK_DEFINITIONS)
			recording_define(r, p, decoder, block, &payload);
		else if (block->type == AIOT_BLOCK_EVENTS || block->type == AIOT_BLOCK_RAW_EVENTS)
			recording_piece(p, block);
	}
	for (size_t i = 0; i < p->stream_count; i++)
		recording_stream(p, &p->streams[i]);
	free(payload.bytes);
	decoder_free(decoder);
}

static void recording_identity(struct process *p)
{
	const struct aiot_header *h = &p->trace.header;

	p->host = process_attribute(p, "host");
	p->pid = h->pid;
	p->ppid = h->ppid;
	p->image = h->image;
	p->origin = h->origin;
	p->start_ns = h->start_mono_ns;
	p->clock = (int64_t)(h->start_real_ns - h->start_mono_ns);
	if (p->trace.header_damaged && p->clock_mono)
		p->clock = (int64_t)(p->clock_real - p->clock_mono);
	if (p->end_ns < p->start_ns)
		p->end_ns = p->start_ns;
	if (p->kernel_count && p->kernel_last.mono_ns > p->end_ns)
		p->end_ns = p->kernel_last.mono_ns;
}

/* What was loaded, found without going through all of it. */
struct recording_known {
	struct names *headers;     /* with run and host */
	struct names *boots;       /* with run */
	uint32_t *process, *first; /* by number of a header; of a boot: its first process */
	size_t room, first_room;
};

/* What only the same process has as well; free() it. */
static char *recording_key(const struct process *p, size_t *length)
{
	size_t head = sizeof p->trace.header, host = strlen(process_host(p));
	char *key = memory_get(1, sizeof p->run + head + host + 1);

	memcpy(key, &p->run, sizeof p->run);
	memcpy(key + sizeof p->run, &p->trace.header, head);
	memcpy(key + sizeof p->run + head, process_host(p), host);
	*length = sizeof p->run + head + host;
	return key;
}

/* The trace that holds the same process, copied within the folder of a run; else the
 * process is known from now on. */
static const struct process *recording_twin(const struct recording *r, const struct process *p,
                                            struct recording_known *known)
{
	size_t length;
	char *key;
	uint32_t number;

	if (p->trace.header_damaged)
		return NULL;
	key = recording_key(p, &length);
	number = names_find(known->headers, key, length);
	if (!number) {
		uint32_t new = names_add(known->headers, key, length);
		known->process =
		        memory_grow(known->process, new, &known->room, sizeof *known->process);
		known->process[new] = (uint32_t)r->count;
	}
	free(key);
	return number ? &r->processes[known->process[number]] : NULL;
}

static void recording_add(struct recording *r, struct recording_known *known, const char *path,
                          uint32_t run)
{
	struct process *p;
	const struct process *twin;
	struct problem why = {0};

	r->processes = memory_grow(r->processes, r->count, &r->room, sizeof *r->processes);
	p = &r->processes[r->count];
	process_init(p, r->names, r->files);
	p->run = run;
	recording_live(r, p, path);
	if (trace_open(&p->trace, path, &r->problems, &why)) {
		problems_add(&r->problems, "%s", why.text);
		process_free(p);
		return;
	}
	p->kernel_at = p->trace.size; /* a count in the live file is behind what was written */
	recording_blocks(r, p);
	process_trim(p);
	recording_identity(p);
	twin = recording_twin(r, p, known);
	if (twin) {
		problems_add(&r->problems,
		             "%s: holds the same process as %s; left out, or it would count "
		             "twice, remove one of them",
		             path, twin->trace.path);
		process_free(p);
		return;
	}
	r->count++;
}

/* Processes of one boot share the monotonic clock: with one offset for all,
 * their events keep their true order. */
static void recording_clocks(struct recording *r, struct recording_known *known)
{
	static const uint8_t none[16];

	for (size_t i = 0; i < r->count; i++) {
		struct process *p = &r->processes[i];
		char key[sizeof p->run + sizeof none];
		uint32_t boot;
		if (!memcmp(p->trace.header.boot_id, none, sizeof none))
			continue;
		memcpy(key, &p->run, sizeof p->run);
		memcpy(key + sizeof p->run, p->trace.header.boot_id, sizeof none);
		boot = names_find(known->boots, key, sizeof key);
		if (boot && boot < known->first_room) {
			p->clock = r->processes[known->first[boot]].clock;
		} else if (!p->trace.header_damaged) {
			boot = names_add(known->boots, key, sizeof key);
			known->first = memory_grow(known->first, boot, &known->first_room,
			                           sizeof *known->first);
			known->first[boot] = (uint32_t)i;
		}
	}
}

static struct recording_known recording_known_new(void)
{
	return (struct recording_known){.headers = names_new(), .boots = names_new()};
}

static void recording_known_free(struct recording_known *known)
{
	names_free(known->headers);
	names_free(known->boots);
	free(known->process);
	free(known->first);
}

static int recording_earlier(const void *one, const void *other)
{
	const struct process *a = one, *b = other;
	int64_t x = wrap_add(a->start_ns, (uint64_t)a->clock),
	        y = wrap_add(b->start_ns, (uint64_t)b->clock);

	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (x != y)
		return x < y ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

static void recording_times(struct recording *r)
{
	r->start_ns = INT64_MAX;
	r->end_ns = INT64_MIN;
	for (size_t i = 0; i < r->count; i++) {
		struct process *p = &r->processes[i];
		int64_t start = wrap_add(p->start_ns, (uint64_t)p->clock);
		int64_t end = wrap_add(p->end_ns, (uint64_t)p->clock);
		p->number = (uint32_t)i;
		if (start < r->start_ns)
			r->start_ns = start;
		if (end > r->end_ns)
			r->end_ns = end;
	}
}

static void recording_clues(struct recording *r)
{
	uint32_t n = names_count(r->names);

	r->clues = memory_get(n, sizeof *r->clues);
	for (uint32_t i = 0; i < n; i++)
		r->clues[i] = (uint8_t)clue_of(names_text(r->names, i));
	scripts_find(r);
}

/* A run of many processes has as many traces open. */
static void recording_more_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int recording_load(struct recording *r, char *const *names, size_t count)
{
	struct located located;
	struct recording_known known;
	struct problem why = {0};

	*r = (struct recording){0};
	if (locate(names, count, &located, &r->problems, &why)) {
		problems_add(&r->problems, "%s", why.text);
		return -1;
	}
	r->names = names_new();
	r->files = files_new();
	recording_more_files();
	known = recording_known_new();
	for (size_t i = 0; i < located.count; i++)
		recording_add(r, &known, located.files[i], located.run_of[i]);
	files_trim(r->files);
	r->runs = located.runs;
	r->run_count = located.run_count;
	located.runs = NULL;
	located.run_count = 0;
	locate_free(&located);
	recording_clocks(r, &known);
	recording_known_free(&known);
	runs_order(r);
	if (r->count)
		qsort(r->processes, r->count, sizeof *r->processes, recording_earlier);
	recording_times(r);
	kin_find(r);
	recording_clues(r);
	return r->count ? 0 : -1;
}

void recording_free(struct recording *r)
{
	for (size_t i = 0; i < r->count; i++)
		process_free(&r->processes[i]);
	for (size_t i = 0; i < r->run_count; i++)
		free(r->runs[i]);
	free(r->runs);
	free(r->clues);
	free(r->by_pid);
	free(r->processes);
	files_free(r->files);
	names_free(r->names);
	problems_free(&r->problems);
	*r = (struct recording){0};
}

double recording_seconds(const struct recording *r, const struct process *p, uint64_t mono_ns)
{
	return (double)wrap_subtract(mono_ns + (uint64_t)p->clock, (uint64_t)r->start_ns) / 1e9;
}

uint64_t recording_lost(const struct recording *r)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < r->count; i++)
		lost += process_lost(&r->processes[i]);
	return lost;
}
