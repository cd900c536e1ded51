/* SPDX-License-Identifier: Apache-2.0
 *
 * The outer shape of a trace file. Walks from block to block by their lengths
 * and, where that leads to nonsense, searches for the next header that carries
 * its own checksum. Reads with pread, never by mapping: a file that shrinks
 * under us must be an error, not a SIGBUS.
 */
#include "read/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

#define SEARCH_WINDOW (1u << 20)

static int trace_bytes(const struct trace *trace, uint64_t at, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(trace->fd, (char *)to + done, size - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

static bool trace_block_valid(const struct aiot_block *b)
{
	if (b->magic != AIOT_BLOCK_MAGIC ||
	    b->header_checksum != XXH64(b, offsetof(struct aiot_block, header_checksum), 0))
		return false;
	if (b->payload_bytes > AIOT_BLOCK_MAX_BYTES || b->sequence >> 62)
		return false;
	if (b->type == AIOT_BLOCK_EVENTS || b->type == AIOT_BLOCK_RAW_EVENTS)
		return b->count <= AIOT_BLOCK_MAX_EVENTS;
	return true;
}

/* The first valid header at or after from, or the file's size. */
static uint64_t trace_search(const struct trace *trace, uint64_t from)
{
	const uint32_t magic = AIOT_BLOCK_MAGIC;
	uint8_t *window = memory_get(SEARCH_WINDOW, 1);
	uint64_t found = trace->size;

	while (from + sizeof(struct aiot_block) <= trace->size && found == trace->size) {
		uint64_t left = trace->size - from;
		size_t n = left < SEARCH_WINDOW ? left : SEARCH_WINDOW;
		size_t last = n - sizeof(struct aiot_block);
		if (trace_bytes(trace, from, window, n))
			break;
		for (size_t i = 0; i <= last; i++) {
			struct aiot_block b;
			uint8_t *hit = memmem(window + i, n - i, &magic, sizeof magic);
			if (!hit || (i = (size_t)(hit - window)) > last)
				break;
			memcpy(&b, hit, sizeof b);
			if (trace_block_valid(&b)) {
				found = from + i;
				break;
			}
		}
		from += last + 1;
	}
	free(window);
	return found;
}

static void trace_keep(struct trace *trace, uint64_t at, const struct aiot_block *b)
{
	trace->blocks =
	        memory_grow(trace->blocks, trace->count, &trace->room, sizeof *trace->blocks);
	trace->blocks[trace->count++] = (struct block_ref){
	        .at = at,
	        .sequence = b->sequence,
	        .first_ns = b->first_ns,
	        .last_ns = b->last_ns,
	        .bytes = b->payload_bytes,
	        .count = b->count,
	        .tid = b->tid,
	        .stream = b->stream,
	        .type = b->type,
	        .in_order = b->type == AIOT_BLOCK_EVENTS && b->flags & AIOT_BLOCK_IN_ORDER,
	};
}

/* A length that leads to nonsense may itself be what is wrong, e.g. a block
 * that a full disk cut short and others were appended to: then the search
 * must begin inside it. */
static uint64_t trace_suspect(struct trace *trace, uint64_t at)
{
	struct payload payload = {0};
	struct problem why = {0};

	if (trace->count && trace_read(trace, &trace->blocks[trace->count - 1], &payload, &why))
		at = trace->blocks[--trace->count].at + sizeof(struct aiot_block);
	free(payload.bytes);
	return at;
}

static uint64_t trace_resync(struct trace *trace, uint64_t at, struct problems *found)
{
	uint64_t from = trace_suspect(trace, at);
	uint64_t next = trace_search(trace, from);
	uint64_t bad = from < at ? from - sizeof(struct aiot_block) : at;

	if (next == trace->size && trace->size - bad < sizeof(struct aiot_block))
		problems_add(found,
		             "%s: offset %" PRIu64 ": the last block is cut within its header; "
		             "everything before it was read",
		             trace->path, bad);
	else
		problems_add(found,
		             "%s: offset %" PRIu64 ": %" PRIu64
		             " bytes are not a valid block and were skipped; the rest was read",
		             trace->path, bad, next - bad);
	return next;
}

/* Returns where the next block must begin. */
static uint64_t trace_step(struct trace *trace, uint64_t at, struct problems *found)
{
	struct aiot_block b;
	uint64_t left = trace->size - at;

	if (left < sizeof b || trace_bytes(trace, at, &b, sizeof b) || !trace_block_valid(&b))
		return trace_resync(trace, at, found);
	if (left - sizeof b >= b.payload_bytes) {
		trace_keep(trace, at, &b);
		return at + sizeof b + b.payload_bytes;
	}
	at += sizeof b;
	problems_add(found,
	             "%s: offset %" PRIu64 ": the block is cut (%" PRIu64 " of %" PRIu32
	             " bytes, %" PRIu32 " records); everything before it was read",
	             trace->path, at - sizeof b, left - sizeof b, b.payload_bytes, b.count);
	return trace_search(trace, at);
}

static bool trace_header_sum(const struct aiot_header *h)
{
	return h->checksum == XXH64(h, offsetof(struct aiot_header, checksum), 0);
}

/* What there is of a header begins as one. */
static bool trace_may_be_cut(const struct trace *trace)
{
	size_t size =
	        trace->size < sizeof trace->header.magic ? trace->size : sizeof trace->header.magic;
	char magic[sizeof trace->header.magic];

	return trace_bytes(trace, 0, magic, size) || !memcmp(magic, AIOT_MAGIC, size);
}

#define TRACE_FOREIGN                                                                              \
	"%s: offset 0: not an aiotrace trace (no AIOTRACE magic); give a .aiot file or a run "     \
	"folder"

static int trace_refuse(const struct trace *trace, const struct aiot_header *h, struct problem *why)
{
	if (memcmp(h->magic, AIOT_MAGIC, sizeof h->magic))
		return problem_set(why, TRACE_FOREIGN, trace->path);
	if (trace_header_sum(h) && h->byte_order != AIOT_BYTE_ORDER)
		return problem_set(why,
		                   "%s: offset 8: written in a byte order this program does not "
		                   "read; analyze it on the kind of machine that wrote it",
		                   trace->path);
	if (trace_header_sum(h) && h->min_reader > AIOT_VERSION)
		return problem_set(why,
		                   "%s: offset 12: format version %u needs a reader of version %u, "
		                   "this aiotrace reads version %u; use a newer aiotrace",
		                   trace->path, h->version, h->min_reader, AIOT_VERSION);
	return 0;
}

static void trace_header_doubt(struct trace *trace, struct problems *found)
{
	const struct aiot_header *h = &trace->header;

	trace->header_damaged = !trace_header_sum(h);
	if (!trace->header_damaged)
		return;
	if (h->min_reader > AIOT_VERSION)
		problems_add(found,
		             "%s: offset 0: the header is damaged, or of a newer version (it asks "
		             "for a reader of version %u, this aiotrace reads version %u); its "
		             "blocks were read all the same",
		             trace->path, h->min_reader, AIOT_VERSION);
	else
		problems_add(found,
		             "%s: offset 0: the header does not match its checksum; pid and times "
		             "may be wrong, the blocks were read all the same",
		             trace->path);
}

static int trace_header(struct trace *trace, struct problems *found, struct problem *why)
{
	if (trace->size == 0)
		return problem_set(why,
		                   "%s: offset 0: the file is empty; nothing was recorded in it, "
		                   "remove it or record again",
		                   trace->path);
	if (trace->size < sizeof trace->header && !trace_may_be_cut(trace))
		return problem_set(why, TRACE_FOREIGN, trace->path);
	if (trace->size < sizeof trace->header)
		return problem_set(why,
		                   "%s: offset %" PRIu64 ": cut within the header; nothing of it "
		                   "can be read, remove it or copy it again",
		                   trace->path, trace->size);
	if (trace_bytes(trace, 0, &trace->header, sizeof trace->header))
		return problem_set(why, "%s: offset 0: %s; check the file and its disk",
		                   trace->path, strerror(errno));
	if (trace_refuse(trace, &trace->header, why))
		return -1;
	trace_header_doubt(trace, found);
	return 0;
}

static int trace_file(struct trace *trace, struct problem *why)
{
	struct stat st;

	/* A pipe of that name must not hold us up. */
	trace->fd = open(trace->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (trace->fd < 0 || fstat(trace->fd, &st))
		return problem_set(why, "%s: %s; check the path and its permissions", trace->path,
		                   strerror(errno));
	if (!S_ISREG(st.st_mode))
		return problem_set(why, "%s: not a regular file; give a .aiot file or a run folder",
		                   trace->path);
	trace->size = (uint64_t)st.st_size;
	return 0;
}

static int trace_walk(struct trace *trace, struct problems *found, struct problem *why)
{
	uint64_t at = sizeof trace->header;

	if (!trace->header_damaged && trace->header.header_bytes > at)
		at = trace->header.header_bytes;
	while (at < trace->size)
		at = trace_step(trace, at, found);
	if (trace->header_damaged && !trace->count)
		return problem_set(
		        why,
		        "%s: offset 0: the header is damaged and no valid block follows; "
		        "nothing of it can be read, remove it or copy it again",
		        trace->path);
	return 0;
}

int trace_open(struct trace *trace, const char *path, struct problems *found, struct problem *why)
{
	struct problems damage = {0};

	*trace = (struct trace){.path = memory_text(path, strlen(path)), .fd = -1};
	if (trace_file(trace, why) || trace_header(trace, &damage, why) ||
	    trace_walk(trace, &damage, why)) {
		problems_free(&damage);
		trace_close(trace);
		return -1;
	}
	problems_move(found, &damage);
	return 0;
}

int trace_read(const struct trace *trace, const struct block_ref *block, struct payload *payload,
               struct problem *why)
{
	size_t size = sizeof(struct aiot_block) + block->bytes;
	struct aiot_block head;

	if (payload->room < size) {
		free(payload->bytes);
		payload->bytes = memory_get(size, 1);
		payload->room = size;
	}
	if (trace_bytes(trace, block->at, payload->bytes, size))
		return problem_set(why, "%s: offset %" PRIu64 ": cannot read the block: %s",
		                   trace->path, block->at, errno ? strerror(errno) : "it is cut");
	memcpy(&head, payload->bytes, sizeof head);
	if (head.payload_checksum != XXH64(payload->bytes + sizeof head, block->bytes, 0))
		return problem_set(why,
		                   "%s: offset %" PRIu64 ": the block does not match its checksum; "
		                   "its %" PRIu32 " records were left out",
		                   trace->path, block->at, block->count);
	return 0;
}

void trace_close(struct trace *trace)
{
	if (trace->fd >= 0)
		close(trace->fd);
	free(trace->path);
	free(trace->blocks);
	*trace = (struct trace){.fd = -1};
}
