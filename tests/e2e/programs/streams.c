/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams of libc in the ways that make it read, write and seek differently.
 * Leaves two streams open: they are written when the process ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

static char block[70000], line[200], large[1 << 20];

static void sink(size_t result)
{
	static volatile size_t kept;
	kept = result;
}

static void write_small_and_large(void)
{
	FILE *stream = fopen("a", "w");
	fwrite(block, 1, 10, stream);
	fwrite(block, 1, 5000, stream);
	fwrite(block, 1, 60000, stream);
	fprintf(stream, "%d %s\n", 5, "hello");
	for (int i = 0; i < 9000; i++)
		putc('a', stream);
	fflush(stream);
	fputs("tail", stream);
	fseek(stream, 100, SEEK_SET);
	fwrite(block, 1, 50, stream);
	fputc('z', stream);
	fclose(stream);
}

static void read_lines_and_blocks(void)
{
	FILE *stream = fopen("a", "r");
	for (int i = 0; i < 20; i++)
		sink(fgets(line, sizeof line, stream) != NULL);
	fseek(stream, 5000, SEEK_SET);
	sink(fread(block, 1, 100, stream));
	fseek(stream, 5200, SEEK_SET);
	sink(fread(block, 7, 3, stream));
	fseek(stream, -100, SEEK_END);
	sink(fread(block, 1, 1000, stream));
	rewind(stream);
	sink(fread(block, 1, 65000, stream));
	sink(ftell(stream));
	while (getc_unlocked(stream) != EOF)
		;
	sink(fread(block, 1, 10, stream));
	fclose(stream);
}

static void read_and_write_in_turn(void)
{
	FILE *stream = fopen("a", "r+");
	sink(fread(block, 1, 100, stream));
	fseek(stream, 0, SEEK_CUR);
	fwrite("Q", 1, 1, stream);
	fseek(stream, 0, SEEK_CUR);
	sink(fgets(line, 100, stream) != NULL);
	fseek(stream, 0, SEEK_END);
	fputs("end", stream);
	fclose(stream);
}

static void append(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = fopen("a", "a");
	fputs("appended", stream);
	fflush(stream);
	for (int i = 0; i < 3000; i++)
		fprintf(stream, "%d,", i);
	fclose(stream);
	stream = fopen("a", "a+");
	sink(fread(block, 1, 10, stream));
	fputs("more", stream);
	fseek(stream, 0, SEEK_SET);
	while (getline(&text, &size, stream) > 0)
		;
	fclose(stream);
	int fd = open("a", O_WRONLY);
	stream = fdopen(fd, "a");
	fputs("by the descriptor", stream);
	fclose(stream);
}

static void buffers_of_every_kind(void)
{
	FILE *stream = fopen("unbuffered", "w");
	setvbuf(stream, NULL, _IONBF, 0);
	fputs("text", stream);
	fprintf(stream, "%d %d", 1, 2);
	putc('x', stream);
	fclose(stream);
	stream = fopen("lines", "w");
	setvbuf(stream, NULL, _IOLBF, 0);
	fputs("line\nhalf", stream);
	fprintf(stream, "%d\n", 1);
	for (int i = 0; i < 10; i++)
		putc(i % 5 ? 'a' : '\n', stream);
	fclose(stream);
	stream = fopen("large", "w");
	setvbuf(stream, large, _IOFBF, sizeof large);
	for (int i = 0; i < 50; i++)
		fwrite(block, 1, sizeof block, stream);
	fclose(stream);
	stream = fopen("large", "r");
	setvbuf(stream, large, _IOFBF, 1 << 16);
	while (fread(block, 1, 100, stream) == 100)
		;
	fclose(stream);
}

static void wide_characters(void)
{
	FILE *stream = fopen("wide", "w");
	for (int i = 0; i < 5000; i++)
		fwprintf(stream, L"%d wide", i);
	fclose(stream);
	stream = fopen("wide", "r");
	while (fgetwc(stream) != WEOF)
		;
	fclose(stream);
}

/* libc maps the file, and moves the position beside that. */
static void read_by_mapping(void)
{
	FILE *stream = fopen("a", "rm");
	sink(fread(block, 1, 1000, stream));
	sink(fgets(line, 50, stream) != NULL);
	fseek(stream, 2000, SEEK_SET);
	sink((size_t)getc(stream));
	sink((size_t)ftell(stream));
	fclose(stream);
	stream = fopen("a", "rm");
	sink((size_t)getc(stream));
	fclose(stream);
}

/* What np.load does: the stream moves the position of the program's own. */
static void streams_on_descriptors(void)
{
	int fd = open("a", O_RDWR);
	FILE *stream = fdopen(dup(fd), "r");
	sink(fread(block, 1, 100, stream));
	fclose(stream);
	sink(read(fd, block, 10));
	stream = fdopen(dup(fd), "r");
	fseek(stream, 1000, SEEK_SET);
	sink(fgets(line, 50, stream) != NULL);
	sink(lseek(fd, 0, SEEK_CUR));
	fclose(stream);
	sink(read(fd, block, 10));
	dprintf(fd, "%d formatted %s\n", 7, "text");
	sink(write(fd, "x", 1));
	close(fd);
}

static void other_files_in_the_same_stream(void)
{
	FILE *stream = fopen("a", "r");
	sink(fgets(line, 10, stream) != NULL);
	stream = freopen("lines", "r", stream);
	sink(fgets(line, 10, stream) != NULL);
	ungetc('x', stream);
	sink(fread(block, 1, 5, stream));
	stream = freopen("other", "w", stream);
	fputs("left in the buffer", stream);
	stream = freopen("missing/file", "r", stream);
}

static void failures(void)
{
	FILE *stream = fopen(".", "r");
	sink(fread(block, 1, 10, stream));
	fclose(stream);
	stream = fopen("a", "r");
	fwrite("x", 1, 1, stream);
	fclose(stream);
	stream = fopen("/dev/full", "w");
	fputs("x", stream);
	fclose(stream);
}

int main(void)
{
	memset(block, 'x', sizeof block);
	for (size_t i = 79; i < sizeof block; i += 80)
		block[i] = '\n';
	write_small_and_large();
	read_lines_and_blocks();
	read_and_write_in_turn();
	append();
	buffers_of_every_kind();
	wide_characters();
	read_by_mapping();
	streams_on_descriptors();
	other_files_in_the_same_stream();
	failures();
	FILE *left = fopen("left", "w");
	fputs("left open", left);
	stdout = freopen("output", "w", stdout);
	printf("at exit %d\n", 1);
	return 0;
}
