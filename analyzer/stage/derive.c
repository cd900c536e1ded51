/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/derive.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/clue.h"

static uint64_t derive_hash(const char *text, size_t length)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)text[i]) * UINT64_C(1099511628211);
	return hash;
}

void derive_name(struct derive_side *side, const char *path)
{
	size_t folder = clue_folder(path);

	side->folder = derive_hash(path, folder);
	side->base = derive_hash(path + folder, strlen(path + folder));
}

void derive_add_read(struct derive *d, const struct derive_side *side)
{
	d->reads = memory_grow(d->reads, d->read_count, &d->read_room, sizeof *d->reads);
	d->reads[d->read_count++] = *side;
}

void derive_add_write(struct derive *d, const struct derive_side *side)
{
	d->writes = memory_grow(d->writes, d->write_count, &d->write_room, sizeof *d->writes);
	d->writes[d->write_count++] = *side;
}

static int derive_earlier(const void *one, const void *other)
{
	const struct derive_side *a = one, *b = other;

	return a->first < b->first ? -1 : a->first > b->first;
}

static int derive_smaller(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

void derive_sort(struct derive *d)
{
	d->ends = memory_get(d->write_count + 1, sizeof *d->ends);
	if (d->read_count)
		qsort(d->reads, d->read_count, sizeof *d->reads, derive_earlier);
	if (d->write_count)
		qsort(d->writes, d->write_count, sizeof *d->writes, derive_earlier);
	for (size_t i = 0; i < d->write_count; i++)
		d->ends[i] = d->writes[i].last;
	if (d->write_count)
		qsort(d->ends, d->write_count, sizeof *d->ends, derive_smaller);
}

void derive_free(struct derive *d)
{
	free(d->reads);
	free(d->writes);
	free(d->ends);
	*d = (struct derive){0};
}

static size_t derive_before(const struct derive_side *sides, size_t count, int64_t time)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sides[middle].first < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Readings that begin before that time. */
static size_t derive_begun(const struct derive *d, int64_t time)
{
	return derive_before(d->reads, d->read_count, time);
}

/* The latest end of a writing that had ended by then; INT64_MIN if none had. */
static int64_t derive_written_by(const struct derive *d, int64_t time)
{
	size_t low = 0, high = d->write_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (d->ends[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? d->ends[low - 1] : INT64_MIN;
}

/* How many readings before the first that began in time may still be under way. */
#define DERIVE_BACK 64

/* Marks what was read since `from` and until the writing's end; whether anything was. */
static bool derive_sources(struct derive *d, const struct derive_side *write, int64_t from)
{
	size_t end = derive_begun(d, write->last), begin = derive_begun(d, from);
	bool any = false;

	begin = begin > DERIVE_BACK ? begin - DERIVE_BACK : 0;
	for (size_t i = begin; i < end; i++) {
		struct derive_side *read = &d->reads[i];
		if (read->last <= from || read->state || read->file == write->file ||
		    (read->series && read->series == write->series))
			continue;
		read->used = any = true;
	}
	return any;
}

#define DERIVE_BEHIND_NS 1000000000

void derive_find(struct derive *d)
{
	const struct derive_side *latest = NULL;

	for (size_t i = 0; i < d->write_count; i++) {
		struct derive_side *w = &d->writes[i];
		bool like = latest && w->series && latest->series == w->series;
		bool beside = latest && (latest->folder == w->folder || like) &&
		              w->first < latest->last + DERIVE_BEHIND_NS;
		if (w->state)
			continue;
		w->used = derive_sources(d, w, derive_written_by(d, w->first)) || beside;
		latest = w->used ? w : latest;
	}
}

/* Who copies writes soon; who reads so many before the next writing begins knows them all by then,
 * and makes something of them. */
#define DERIVE_AHEAD 16

static bool derive_reads_on(const struct derive *d, const struct derive_side *read)
{
	size_t next = derive_before(d->writes, d->write_count, read->first);
	size_t begin = next ? derive_begun(d, d->writes[next - 1].first) : 0;
	size_t end = next < d->write_count ? derive_begun(d, d->writes[next].first) : d->read_count;

	return end - begin > DERIVE_AHEAD;
}

static struct derive_side *derive_like(const struct derive *d, const struct derive_side *write)
{
	size_t begun = derive_begun(d, write->last);

	for (size_t i = begun; i > 0 && begun - i < DERIVE_BACK; i--) {
		struct derive_side *read = &d->reads[i - 1];
		/* What takes the place of what was read is no copy of it, nor what is next of its
		 * series, as a state after the one that was gone back to. */
		if (read->base == write->base && read->folder == write->folder)
			continue;
		if (!write->kernel && read->series && read->series == write->series)
			continue;
		if (read->bytes == write->bytes && read->bytes && read->file != write->file &&
		    ((read->base == write->base && !derive_reads_on(d, read)) ||
		     (read->kernel && write->kernel)))
			return read;
	}
	return NULL;
}

void derive_find_copies(struct derive *d)
{
	for (size_t i = 0; i < d->write_count; i++) {
		struct derive_side *w = &d->writes[i];
		w->original = derive_like(d, w);
		if (w->original)
			w->original->copied = true;
	}
}

/* Copies are made while, or soon after, what they are of is read: a state of the same
 * name and size that comes after other data have been read is a new one. */
const struct derive_side *derive_original(const struct derive *d, const struct derive_side *write)
{
	const struct derive_side *from = write->original;
	size_t begun = derive_begun(d, write->first);

	for (size_t i = begun; from && i > 0 && begun - i < DERIVE_BACK; i--) {
		const struct derive_side *other = &d->reads[i - 1];
		if (other->first <= from->last)
			break;
		if (!other->copied)
			return NULL;
	}
	return from;
}
