/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a run's folder with as many events as asked for, through the
 * library's own encoder: process 1 reads at random in one large file and
 * writes checkpoints, the others open, read and close small files. A few blocks
 * of each process are encoded; the rest are these again, with times, handles
 * and sequence numbers moved on. As in a real trace, a process defines the files
 * that it uses, numbered as it came to them: some 1,600 for each of its DIFFERENT
 * blocks, 8 unless told. Fewer events than a block a process make smaller blocks.
 *
 *     generate FOLDER EVENTS [PROCESSES [FILES [DIFFERENT]]]
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "encode/encode.h"

#define BLOCK     AIOT_LIVE_EVENTS
#define LEAST     16u /* rows of one: what writes a checkpoint opens and closes it */
#define EPOCH     UINT64_C(1700000000000000000)
#define LARGE     1u /* ids of files; small ones follow */
#define SAVED     2u
#define SMALL     3u
#define FILE_ROWS 5u /* open, lseek, read, read, close */

struct generator {
	uint32_t processes, files, different;
	uint32_t rows;                    /* of a block */
	uint32_t *ids, *used, used_count; /* of the process's small files: by file; and those */
	struct scratch *scratch;
	FILE *to;
	uint64_t random;
};

struct encoded {
	struct aiot_block block;
	uint8_t *payload;
	size_t start_at, handle_at; /* of the columns' heads in the payload; 0 = absent */
	uint64_t span_ns, handles;  /* from one to the next */
};

static uint64_t draw(struct generator *g, uint64_t below)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return g->random % below;
}

/* A call that takes 1 to 3 us, begun 0.2 to 0.7 us after the last one. */
static struct aiot_event event(struct generator *g, uint64_t *now, uint16_t call, uint32_t file)
{
	struct aiot_event e = {.call = call, .file = file, .offset = -1};

	e.start_ns = *now + 200 + draw(g, 500);
	e.duration_ns = 1000 + draw(g, 2000);
	*now = e.start_ns + e.duration_ns;
	return e;
}

static uint32_t file_id(struct generator *g, uint32_t file)
{
	if (!g->ids[file]) {
		g->used[g->used_count] = file;
		g->ids[file] = SMALL + g->used_count++;
	}
	return g->ids[file];
}

static void small_file(struct generator *g, uint64_t *now, uint32_t handle, struct aiot_event *e)
{
	uint32_t drawn = (uint32_t)draw(g, g->files), file = file_id(g, drawn);
	uint64_t size = 4096 + drawn * 7919 % 60000;

	for (unsigned i = 0; i < FILE_ROWS; i++) {
		e[i] = event(g, now, i < 4 ? AIOT_CALL_read : AIOT_CALL_close, file);
		e[i].handle = handle;
	}
	e[0].call = AIOT_CALL_open64;
	e[0].result = 5;
	e[0].aux = O_RDONLY | O_CLOEXEC;
	e[1].call = AIOT_CALL_lseek64;
	e[1].aux = SEEK_CUR;
	e[1].offset = 0;
	e[2].size = e[3].size = size + 1;
	e[2].offset = 0;
	e[2].result = (int64_t)size;
	e[3].offset = (int64_t)size;
}

static void worker_rows(struct generator *g, uint64_t *now, uint32_t part, struct aiot_event *rows)
{
	uint32_t whole = g->rows / FILE_ROWS;

	for (uint32_t i = 0; i < whole; i++)
		small_file(g, now, part * whole + i + 1, &rows[i * FILE_ROWS]);
	for (uint32_t i = whole * FILE_ROWS; i < g->rows; i++)
		rows[i] = event(g, now, AIOT_CALL_stat, SMALL);
}

/* Of a block's rows the last eighth writes a checkpoint. */
static void main_rows(struct generator *g, uint64_t *now, uint32_t part, struct aiot_event *rows)
{
	uint32_t from = g->rows * 7 / 8;

	for (uint32_t i = 0; i < g->rows; i++) {
		uint32_t written = i - from;
		bool save = i >= from;
		rows[i] = event(g, now, save ? AIOT_CALL_write : AIOT_CALL_pread64,
		                save ? SAVED : LARGE);
		rows[i].handle = save ? part + 2 : 1;
		rows[i].size = save ? 1 << 20 : 4096;
		rows[i].result = (int64_t)rows[i].size;
		rows[i].offset = save ? (int64_t)(written - 1) << 20
		                      : (int64_t)draw(g, UINT64_C(100000000000) / 4096) * 4096;
	}
	struct aiot_event *first = &rows[from], *last = &rows[g->rows - 1];
	first->call = AIOT_CALL_open64;
	last->call = AIOT_CALL_close;
	first->aux = O_WRONLY | O_CREAT | O_TRUNC;
	first->size = last->size = 0;
	first->offset = last->offset = -1;
	first->result = last->result = 0;
}

static size_t column_at(const struct encoded *e, int wanted)
{
	struct aiot_column_head head;

	for (size_t at = 0; at < e->block.payload_bytes; at += sizeof head + head.bytes) {
		memcpy(&head, e->payload + at, sizeof head);
		if (head.column == wanted)
			return at;
	}
	return 0;
}

static void encode_part(struct generator *g, uint32_t process, uint32_t part, uint64_t *now,
                        struct encoded *e)
{
	static struct aiot_event rows[BLOCK];

	if (process == 0)
		main_rows(g, now, part, rows);
	else
		worker_rows(g, now, part, rows);
	e->block = (struct aiot_block){.magic = AIOT_BLOCK_MAGIC, .stream = 1};
	e->block.tid = 1000 + process;
	for (uint32_t i = 0; i < g->rows; i++)
		rows[i].commit = AIOT_COMMIT(i);
	encode_events(g->scratch, &e->block, rows, 0, g->rows);
	e->payload = malloc(e->block.payload_bytes);
	if (!e->payload)
		exit(1);
	memcpy(e->payload, g->scratch->out, e->block.payload_bytes);
	e->start_at = column_at(e, AIOT_COLUMN_START);
	e->handle_at = process ? column_at(e, AIOT_COLUMN_HANDLE) : 0;
	e->handles = g->different * (g->rows / FILE_ROWS);
}

static void put(struct generator *g, struct aiot_block *block, const void *payload)
{
	block->payload_checksum = XXH64(payload, block->payload_bytes, 0);
	block->header_checksum = XXH64(block, offsetof(struct aiot_block, header_checksum), 0);
	if (fwrite(block, sizeof *block, 1, g->to) != 1 ||
	    fwrite(payload, block->payload_bytes, 1, g->to) != 1) {
		perror("generate");
		exit(1);
	}
}

static void move_base(struct encoded *e, size_t at, uint64_t by)
{
	struct aiot_column_head head;

	memcpy(&head, e->payload + at, sizeof head);
	head.base += by;
	memcpy(e->payload + at, &head, sizeof head);
}

static void put_again(struct generator *g, struct encoded *e, uint64_t number)
{
	e->block.sequence = number * g->rows;
	put(g, &e->block, e->payload);
	e->block.first_ns += e->span_ns;
	e->block.last_ns += e->span_ns;
	move_base(e, e->start_at, e->span_ns);
	if (e->handle_at)
		move_base(e, e->handle_at, e->handles);
}

/* ---- what stands before the events ---- */

static uint8_t *record(uint8_t *at, uint16_t kind, const void *head, uint32_t head_bytes,
                       const char *tail, uint32_t tail_bytes)
{
	struct aiot_definition d = {.kind = kind, .bytes = head_bytes + tail_bytes};

	memcpy(at, &d, sizeof d);
	memcpy(at + sizeof d, head, head_bytes);
	memcpy(at + sizeof d + head_bytes, tail, tail_bytes);
	return at + sizeof d + d.bytes;
}

static void put_header(struct generator *g, uint32_t process)
{
	struct aiot_header h = {.magic = AIOT_MAGIC,
	                        .byte_order = AIOT_BYTE_ORDER,
	                        .version = AIOT_VERSION,
	                        .min_reader = AIOT_MIN_READER,
	                        .header_bytes = sizeof h,
	                        .pid = 1000 + process,
	                        .ppid = process ? 1000 : 1,
	                        .origin = process ? AIOT_ORIGIN_FORK : AIOT_ORIGIN_EXEC,
	                        .start_mono_ns = 1 + process,
	                        .start_real_ns = EPOCH + 1 + process,
	                        .boot_id = {1}};

	memcpy(h.magic, AIOT_MAGIC, sizeof h.magic);
	h.checksum = XXH64(&h, offsetof(struct aiot_header, checksum), 0);
	fwrite(&h, sizeof h, 1, g->to);
}

static void put_records(struct generator *g, const uint8_t *records, const uint8_t *end)
{
	struct aiot_block block = {.magic = AIOT_BLOCK_MAGIC};

	if (encode_definitions(g->scratch, &block, records, (uint32_t)(end - records)))
		exit(1);
	put(g, &block, g->scratch->out);
}

static void put_definitions(struct generator *g)
{
	static uint8_t records[1 << 17];
	uint8_t *at = record(records, AIOT_DEFINE_ATTRIBUTE, "host", 5, "generated", 9);

	for (uint32_t id = LARGE; id < SMALL + g->used_count; id++) {
		struct aiot_define_file file = {.id = id, .kind = AIOT_FILE_REGULAR, .size = -1};
		char path[64];
		int n;
		if (id == LARGE)
			n = snprintf(path, sizeof path, "/data/tokens.bin");
		else if (id == SAVED)
			n = snprintf(path, sizeof path, "/data/checkpoint.pt");
		else
			n = snprintf(path, sizeof path, "/data/images/%07u.jpg",
			             g->used[id - SMALL]);
		at = record(at, AIOT_DEFINE_FILE, &file, sizeof file, path, (uint32_t)n);
		if (at - records > (1 << 17) - 256) {
			put_records(g, records, at);
			at = records;
		}
	}
	put_records(g, records, at);
}

static void put_process(struct generator *g, const char *folder, uint32_t process, uint64_t blocks)
{
	uint32_t different = blocks < g->different ? (uint32_t)blocks : g->different;
	struct encoded *kept = calloc(different, sizeof *kept);
	uint64_t now = 1000000 + process * 317, begin = now;
	char path[4096];

	snprintf(path, sizeof path, "%s/generated.%u.0.aiot", folder, 1000 + process);
	g->to = fopen(path, "wb");
	if (!g->to || !kept) {
		perror(path);
		exit(1);
	}
	memset(g->ids, 0, g->files * sizeof *g->ids);
	g->used_count = 0;
	for (uint32_t i = 0; i < different; i++)
		encode_part(g, process, i, &now, &kept[i]);
	put_header(g, process);
	put_definitions(g);
	for (uint32_t i = 0; i < different; i++)
		kept[i].span_ns = now - begin;
	for (uint64_t i = 0; i < blocks; i++)
		put_again(g, &kept[i % different], i);
	for (uint32_t i = 0; i < different; i++)
		free(kept[i].payload);
	free(kept);
	fclose(g->to);
}

int main(int argc, char **argv)
{
	struct generator g = {
	        .processes = 4, .files = 4000, .different = 8, .random = 88172645463325252u};
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 0) : 0, each;

	if (argc > 3)
		g.processes = (uint32_t)strtoul(argv[3], NULL, 0);
	if (argc > 4)
		g.files = (uint32_t)strtoul(argv[4], NULL, 0);
	if (argc > 5)
		g.different = (uint32_t)strtoul(argv[5], NULL, 0);
	if (!events || !g.processes || !g.files || !g.different) {
		fputs("usage: generate FOLDER EVENTS [PROCESSES [FILES [DIFFERENT]]]\n", stderr);
		return 2;
	}
	each = (events + g.processes - 1) / g.processes;
	g.rows = each < BLOCK ? (uint32_t)(each < LEAST ? LEAST : each) : BLOCK;
	mkdir(argv[1], 0755);
	g.scratch = scratch_take();
	g.ids = calloc(g.files, sizeof *g.ids);
	g.used = calloc(g.files, sizeof *g.used);
	if (!g.scratch || !g.ids || !g.used)
		return 1;
	for (uint32_t p = 0; p < g.processes; p++)
		put_process(&g, argv[1], p, (each + g.rows - 1) / g.rows);
	return 0;
}
