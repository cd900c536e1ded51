/* SPDX-License-Identifier: Apache-2.0
 *
 * A program may say which stage its I/O belongs to; then nothing is guessed:
 *
 *	aiotrace_begin("checkpoint");        aiotrace_mark("train");
 *	save(model);                         … from here on, until the next mark
 *	aiotrace_end();
 *
 * Stages: "ingest", "prepare", "train" (validation too), "checkpoint", "restore",
 * "inference", "other". NULL: aiotrace is to judge by itself. Another name leaves
 * things as they were, and a note in the trace (aiotrace info).
 *
 * There is nothing to link with; the code is to be position-independent (-fPIE or
 * -fPIC, most compilers' default). Without libaiotrace.so preloaded, a mark costs a
 * look at a pointer that is NULL; under it, about as much as a call that is traced.
 *
 * Whose mark it is. A mark is that of the thread that sets it. Threads that it
 * makes, processes that it forks, and programs that the main thread starts begin
 * with the mark in force there and then, and keep it until they set one: loader
 * workers stay in "train", and a thread that saves in the background in
 * "checkpoint", whatever the main thread goes on to do. Threads that began under
 * no mark, and those that libraries of a Python program make for themselves,
 * follow the main thread's. Pipes, sockets, shared memory, the interpreter and
 * libraries remain what they are.
 *
 * Stages nest, per thread: aiotrace_end goes back to what was in force before the
 * latest aiotrace_begin that has no end yet; without one it does nothing.
 * aiotrace_mark changes what is in force and nests nothing. Any thread; not in
 * signal handlers. Keeps errno. Beyond a depth of 30 stages have no effect.
 */
#ifndef AIOTRACE_MARK_H
#define AIOTRACE_MARK_H

#ifdef __cplusplus
extern "C" {
#endif

void aiotrace_mark(const char *stage) __attribute__((weak));
void aiotrace_begin(const char *stage) __attribute__((weak));
void aiotrace_end(void) __attribute__((weak));

#define aiotrace_mark(stage)  (aiotrace_mark ? aiotrace_mark(stage) : (void)0)
#define aiotrace_begin(stage) (aiotrace_begin ? aiotrace_begin(stage) : (void)0)
#define aiotrace_end()        (aiotrace_end ? aiotrace_end() : (void)0)

#ifdef __cplusplus
}

/* A stage for as long as the object lives: aiotrace::stage saving("checkpoint"); */
namespace aiotrace
{
class stage
{
      public:
	explicit stage(const char *name)
	{
		aiotrace_begin(name);
	}
	~stage()
	{
		aiotrace_end();
	}
	stage(const stage &) = delete;
	stage &operator=(const stage &) = delete;
};
} // namespace aiotrace
#endif

#endif
