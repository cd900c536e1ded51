/* SPDX-License-Identifier: Apache-2.0
 *
 * What a vfork child reads and writes by descriptors of its own, which have the
 * numbers of its parent's, and from a working directory of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[100] = "abc";

static int data, log_file, out;

static void child_moves_bytes(void)
{
	struct iovec vector = {buffer, 11};
	write(out, buffer, 30);
	dup2(log_file, out);
	write(out, buffer, 7);
	close(data);
	int again = open("data", O_RDONLY); /* has the number of data */
	read(again, buffer, 5);
	lseek(again, 40, SEEK_SET);
	readv(again, &vector, 1);
	pread(again, buffer, 3, 90);
	int made = open("made", O_CREAT | O_RDWR | O_TRUNC, 0600);
	sendfile(made, again, NULL, 20);
	pwrite(made, buffer, 8, 100);
	ftruncate(made, 50);
}

static void child_moves_away(void)
{
	if (chdir("sub") < 0)
		_exit(1);
	int there = open("there", O_CREAT | O_WRONLY | O_TRUNC, 0600);
	write(there, buffer, 13);
}

static void run(void (*child)(void), const char *program)
{
	int status = 0;
	pid_t pid = vfork();
	if (pid == 0) {
		child();
		execl(program, program, (char *)NULL);
		_exit(3);
	}
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
}

int main(void)
{
	data = open("data", O_RDWR);
	log_file = open("log", O_CREAT | O_WRONLY | O_APPEND, 0600);
	out = open("out", O_CREAT | O_WRONLY | O_TRUNC, 0600);
	read(data, buffer, 10);
	run(child_moves_bytes, "/nowhere");
	run(child_moves_away, "/bin/true");
	write(out, buffer, 4);
	write(log_file, buffer, 2);
	read(data, buffer, 6);
	int here = open("there", O_CREAT | O_WRONLY, 0600);
	write(here, buffer, 9);
	return 0;
}
