/* SPDX-License-Identifier: Apache-2.0
 *
 * A replay plan as fio understands it: a job for each thread, with an iolog of
 * version 3 (fio's HOWTO, "Trace file format v3"), of lines
 *     microseconds file action [offset length]
 *
 * with the actions add, open, close, read, write, sync and datasync; the README
 * beside it says what is left out. A first job writes the files.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "export/export.h"
#include "export/fio_files.h"
#include "export/fio_ways.h"
#include "replay/plan.h"

#define FIO_PIECE ((uint64_t)1 << 20)
#define FIO_WHOLE ((uint64_t)1 << 40) /* larger files have holes, or are lies */

struct fio {
	const struct plan *plan;
	const char *folder;
	uint64_t exported, left_out[OPS];
	char *path; /* the folder, absolute: fio runs in its target */
	struct fio_files files;
	struct fio_ways ways;
	uint8_t *added; /* by file, one bit: the log knows the file */
	uint32_t *open; /* by file: openings in this log */
};

static FILE *fio_create(const struct fio *f, const char *name, struct problem *why)
{
	FILE *file;
	char *path;

	if (asprintf(&path, "%s/%s", f->folder, name) < 0)
		abort();
	file = fopen(path, "we");
	if (!file)
		problem_set(why, "%s: %s", path, strerror(errno));
	free(path);
	return file;
}

static int fio_done(FILE *file, const char *name, struct problem *why)
{
	int bad = ferror(file) | fclose(file);

	return bad ? problem_set(why, "%s: %s", name, strerror(errno)) : 0;
}

static const char *fio_action(const struct op *op)
{
	switch (op->kind) {
	case OP_FSYNC: return "sync";
	case OP_FDATASYNC: return "datasync";
	default: return op_needs(op->kind) == 'r' ? "read" : "write";
	}
}

/* fio opens a file once: copies of an opening are its own. */
static void fio_open(struct fio *f, const struct op *op, FILE *to)
{
	uint32_t file = fio_files_of(&f->files, op);

	if (op->bits & OP_FAILS)
		return;
	if (f->open[file]++) {
		f->left_out[op->kind]++;
		return;
	}
	fprintf(to, "%" PRIu64 " ", op->start_ns / 1000);
	fio_files_name(&f->files, file, to);
	fputs(" open\n", to);
	f->exported += !(op->bits & OP_IMPLICIT);
}

static void fio_close(struct fio *f, const struct op *op, FILE *to)
{
	uint32_t file = fio_files_of(&f->files, op);

	if (!f->open[file] || --f->open[file]) {
		f->left_out[op->kind]++;
		return;
	}
	fprintf(to, "%" PRIu64 " ", op->start_ns / 1000);
	fio_files_name(&f->files, file, to);
	fputs(" close\n", to);
	f->exported++;
}

/* fio takes a short read for an error: none goes beyond the file. */
static uint32_t fio_size(const struct fio *f, const struct op *op)
{
	uint64_t size = f->files.sizes[fio_files_of(&f->files, op)] - 1;

	if (op->offset >= size)
		return 0;
	return size - op->offset < op->size ? (uint32_t)(size - op->offset) : op->size;
}

static void fio_data(struct fio *f, const struct op *op, FILE *to)
{
	if (op_moves(op->kind) && !fio_size(f, op)) {
		f->left_out[op->kind]++;
		return;
	}
	if (!f->open[fio_files_of(&f->files, op)]) { /* opened by another thread */
		struct op opens = *op;
		opens.bits |= OP_IMPLICIT;
		fio_open(f, &opens, to);
	}
	fprintf(to, "%" PRIu64 " ", op->start_ns / 1000);
	fio_files_name(&f->files, fio_files_of(&f->files, op), to);
	if (op_moves(op->kind))
		fprintf(to, " %s %" PRIu64 " %" PRIu32 "\n", fio_action(op), op->offset,
		        fio_size(f, op));
	else
		fprintf(to, " %s 0 0\n", fio_action(op));
	f->exported++;
}

static void fio_op(struct fio *f, const struct op *op, FILE *to)
{
	switch (op->kind) {
	case OP_NONE: break;
	case OP_OPEN:
		if (f->plan->openings[op->object].flags & O_DIRECTORY || (op->bits & OP_FAILS))
			f->left_out[op->kind]++;
		else
			fio_open(f, op, to);
		break;
	case OP_CLOSE: fio_close(f, op, to); break;
	default:
		if ((op_moves(op->kind) || op->kind == OP_FSYNC || op->kind == OP_FDATASYNC) &&
		    !(op->bits & OP_FAILS))
			fio_data(f, op, to);
		else
			f->left_out[op->kind]++;
	}
}

static bool fio_has_data(const struct lane *lane)
{
	for (uint32_t i = 0; i < lane->count; i++)
		if (op_moves(lane->ops[i].kind))
			return true;
	return false;
}

/* All files of a log are named before the first is used. */
static void fio_add(struct fio *f, const struct lane *lane, FILE *to)
{
	memset(f->added, 0, f->files.count / 8 + 1);
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct op *op = &lane->ops[i];
		uint32_t file;
		if (!fio_files_takes(op))
			continue;
		file = fio_files_of(&f->files, op);
		if (f->added[file / 8] >> file % 8 & 1)
			continue;
		f->added[file / 8] |= (uint8_t)(1u << file % 8);
		fputs("0 ", to);
		fio_files_name(&f->files, file, to);
		fputs(" add\n", to);
	}
}

/* Writes every file once, front to back; of huge ones the end alone. */
static int fio_prepare(struct fio *f, struct problem *why)
{
	FILE *to = fio_create(f, "prepare.log", why);

	if (!to)
		return -1;
	fputs("fio version 3 iolog\n", to);
	for (uint32_t i = 0; i < f->files.count; i++)
		if (f->files.sizes[i]) {
			fputs("0 ", to);
			fio_files_name(&f->files, i, to);
			fputs(" add\n", to);
		}
	for (uint32_t i = 0; i < f->files.count; i++) {
		uint64_t size;
		if (!f->files.sizes[i])
			continue;
		fputs("0 ", to);
		fio_files_name(&f->files, i, to);
		fputs(" open\n", to);
		size = f->files.sizes[i] - 1;
		for (uint64_t at = size > FIO_WHOLE ? size - FIO_PIECE : 0; at < size;
		     at += FIO_PIECE) {
			uint64_t left = size - at;
			fputs("0 ", to);
			fio_files_name(&f->files, i, to);
			fprintf(to, " write %" PRIu64 " %" PRIu64 "\n", at,
			        left < FIO_PIECE ? left : FIO_PIECE);
		}
		fputs("0 ", to);
		fio_files_name(&f->files, i, to);
		fputs(" close\n", to);
	}
	return fio_done(to, "prepare.log", why);
}

static int fio_log(struct fio *f, size_t number, struct problem *why)
{
	const struct lane *lane = &f->plan->lanes[number];
	char name[64];
	FILE *to;

	snprintf(name, sizeof name, "thread-%zu.log", number);
	to = fio_create(f, name, why);
	if (!to)
		return -1;
	fputs("fio version 3 iolog\n", to);
	fio_add(f, lane, to);
	memset(f->open, 0, f->files.count * sizeof *f->open);
	for (uint32_t i = 0; i < lane->count; i++)
		fio_op(f, &lane->ops[i], to);
	for (uint32_t i = 0; i < f->files.count; i++)
		if (f->open[i]) {
			fprintf(to, "%" PRIu64 " ", f->plan->length_ns / 1000);
			fio_files_name(&f->files, i, to);
			fputs(" close\n", to);
		}
	return fio_done(to, name, why);
}

static void fio_job_section(const struct fio *f, size_t number, FILE *to)
{
	const struct lane *lane = &f->plan->lanes[number];
	const struct process *p = &f->plan->recording->processes[lane->process];
	const struct fio_way *way = &f->ways.of[number];

	fprintf(to, "\n# process %" PRIu32 ", thread %" PRIu32 "\n[thread-%zu]\n", p->pid,
	        lane->tid, number);
	fprintf(to, "read_iolog=%s/thread-%zu.log\n", f->path, number);
	if (lane->has_async)
		fprintf(to, "ioengine=io_uring\niodepth=%" PRIu32 "\n", lane->deepest);
	else
		fputs("ioengine=psync\n", to);
	if (way->direct)
		fputs("direct=1\n", to);
	if (way->waits)
		fputs(way->waits == O_SYNC ? "sync=1\n" : "sync=dsync\n", to);
}

static int fio_job(struct fio *f, struct problem *why)
{
	bool first = true;
	FILE *to = fio_create(f, "job.fio", why);

	if (!to)
		return -1;
	fprintf(to,
	        "# Run with: cd TARGET && fio %s/job.fio\n"
	        "[global]\nthread\nrefill_buffers\ninvalidate=1\n"
	        "\n# the files\n[prepare]\nread_iolog=%s/prepare.log\nioengine=psync\n"
	        "replay_no_stall=1\nend_fsync=1\n",
	        f->path, f->path);
	for (size_t i = 0; i < f->plan->lane_count; i++)
		if (fio_has_data(&f->plan->lanes[i])) {
			fio_job_section(f, i, to);
			if (first)
				fputs("stonewall\n", to);
			first = false;
		}
	return fio_done(to, "job.fio", why);
}

static void fio_readme_ways(const struct fio_ways *ways, FILE *to)
{
	fprintf(to,
	        "- past the page cache (O_DIRECT) and through it in one thread, or one file both "
	        "ways: %" PRIu64 " operations go through it\n"
	        "- waiting until the storage has it (O_SYNC, O_DSYNC) for some of a thread's "
	        "writes: %" PRIu64 " wait otherwise\n"
	        "- vectored calls and their flags: %" PRIu64 " are plain ones\n"
	        "- calls and asynchronous operations in one thread: %" PRIu64
	        " calls are asynchronous\n",
	        ways->undirected, ways->unwaited, ways->vectored, ways->among_async);
}

static int fio_readme(const struct fio *f, struct problem *why)
{
	FILE *to = fio_create(f, "README", why);

	if (!to)
		return -1;
	fprintf(to,
	        "%" PRIu64 " of %" PRIu64 " operations of the plan are in the logs.\n\n"
	        "Not expressed by fio:\n"
	        "- orderings between threads: a file may be read before it is written\n"
	        "- times to the microsecond: fio waits out the time between operations, not until\n"
	        "  a time, and drifts\n"
	        "- folders: files stand side by side, '/' is '_' in their names\n"
	        "- renames and removals: what the run found is one file, by the name that it had\n"
	        "  then; what the run made is one for each name (.made); all are written in full "
	        "at\n"
	        "  the start\n"
	        "- mapped pages, which fio maps by no log: they are read and written\n"
	        "- holes: files are written in full, but of those above 1 TiB only the last MiB\n"
	        "- reads at the end of a file are as long as what is there\n"
	        "- positions, and several openings of a file in a thread: opened once\n",
	        f->exported, f->plan->ops);
	fio_readme_ways(&f->ways, to);
	for (unsigned i = 1; i < OPS; i++)
		if (f->left_out[i])
			fprintf(to, "- %" PRIu64 " of %s\n", f->left_out[i], op_words(i));
	for (int i = 0; i < REFUSAL_COUNT; i++)
		if (f->plan->refused[i])
			fprintf(to, "- %" PRIu64 " of: %s\n", f->plan->refused[i],
			        plan_refusal_words(i));
	return fio_done(to, "README", why);
}

static int fio_write(struct recording *recording, struct export_options *asked, struct problem *why)
{
	const char *output = asked->output;
	struct plan_options options = {.filter = asked->filter};
	struct plan *plan = plan_make(recording, &options);
	struct fio f = {.plan = plan, .folder = output};
	int status = 0;

	asked->filter = options.filter;
	fio_files_find(&f.files, plan);
	fio_ways_find(&f.ways, &f.files);
	f.added = memory_get(f.files.count / 8 + 1, 1);
	f.open = memory_get(f.files.count, sizeof *f.open);
	if (mkdir(output, 0777) && errno != EEXIST)
		status = problem_set(why, "%s: %s", output, strerror(errno));
	f.path = realpath(output, NULL);
	if (!status && !f.path)
		status = problem_set(why, "%s: %s", output, strerror(errno));
	if (!status)
		status = fio_prepare(&f, why);
	for (size_t i = 0; !status && i < plan->lane_count; i++)
		if (fio_has_data(&plan->lanes[i]))
			status = fio_log(&f, i, why);
	if (!status)
		status = fio_job(&f, why);
	if (!status)
		status = fio_readme(&f, why);
	if (!status)
		fprintf(stderr,
		        "aiotrace: %" PRIu64 " of %" PRIu64
		        " operations written; %s/README says what "
		        "fio can't express\n",
		        f.exported, plan->ops, output);
	free(f.path);
	fio_ways_free(&f.ways);
	fio_files_free(&f.files);
	free(f.added);
	free(f.open);
	plan_free(plan);
	return status;
}

const struct export_format export_fio = {"fio", false, false, fio_write};
