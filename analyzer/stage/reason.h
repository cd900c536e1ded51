/* SPDX-License-Identifier: Apache-2.0
 *
 * The reasons that a stage's verdict can have, with their words and how sure
 * each one is.
 */
#ifndef REASON_H
#define REASON_H

#include <stdint.h>

/* REASON(name, stage, percent, words) */
#define REASONS(REASON)                                                                            \
	REASON(NONE, OTHER, 40, "nothing tells what it is for")                                    \
	REASON(MARKED, OTHER, 100, "marked as such by the program")                                \
	REASON(SYSTEM, RUNTIME, 95, "interpreter, libraries and system files")                     \
	REASON(IPC, IPC, 99, "pipes, sockets and memory shared between processes")                 \
	REASON(FETCHED, TRAIN, 90, "read by a data loader, as its frames say")                     \
	REASON(EPOCHS, TRAIN, 95, "data read again and again, as epochs do")                       \
	REASON(WORKER, TRAIN, 90, "data read by loader workers")                                   \
	REASON(FED, TRAIN, 75, "data handed through a pipe to a program that trains")              \
	REASON(RANDOM, TRAIN, 80, "random reads inside a data file")                               \
	REASON(SHUFFLED, TRAIN, 75, "many data files read in shuffled order")                      \
	REASON(BESIDE, TRAIN, 60, "data read by a process that saves checkpoints")                 \
	REASON(MAPPED, TRAIN, 50, "a big data file mapped into memory")                            \
	REASON(STATE_SAVED, CHECKPOINT, 97, "written by a trainer's saving, as its frames say")    \
	REASON(SAVED, CHECKPOINT, 90, "written in one go to a new path, as checkpoints are")       \
	REASON(SERIES, CHECKPOINT, 92, "one of a series of like-sized files written in turns")     \
	REASON(SIBLING, CHECKPOINT, 75, "written together with a checkpoint, in its folder")       \
	REASON(READ_BACK, RESTORE, 95, "read back what was written as a checkpoint")               \
	REASON(STATE_LOADED, RESTORE, 97, "read by a trainer's loading, as its frames say")        \
	REASON(LOADED, RESTORE, 80, "a checkpoint-like file read once, by a run that trains")      \
	REASON(STATE, RESTORE, 85, "an optimizer's or trainer's state was read")                   \
	REASON(WEIGHTS, INFERENCE, 75, "weights read by a run that does not train")                \
	REASON(STATE_KEPT, CHECKPOINT, 85,                                                         \
	       "a saved checkpoint is copied, or read before its name")                            \
	REASON(RESULT, INFERENCE, 60, "results, written by a run that loads weights and reads on") \
	REASON(SERVED, INFERENCE, 60, "data read once, after weights, and nothing trained")        \
	REASON(TESTED, INFERENCE, 60,                                                              \
	       "data new to who trained, after it read back what it saved last")                   \
	REASON(RETRIED, INFERENCE, 55,                                                             \
	       "tried when it had been saved: read back before, or data not learnt from since")    \
	REASON(IN_OUT, PREPARE, 75, "data in and data out by the same process, read once")         \
	REASON(READIED, PREPARE, 85, "made ready for a loader, as its frames say")                 \
	REASON(PASSES, PREPARE, 65, "read as often as it takes to make other data of it")          \
	REASON(PRODUCT, PREPARE, 60,                                                               \
	       "made of other data, and read by who learns and infers nothing")                    \
	REASON(LOOKED, PREPARE, 45, "data looked through by who learns and infers nothing")        \
	REASON(CHECKED, INGEST, 60, "read back by who wrote it, and no more")                      \
	REASON(PRODUCED, INGEST, 70, "new data files, written and not made from others")           \
	REASON(COPIED, INGEST, 80, "copied by sendfile or copy_file_range")                        \
	REASON(FUEL, INGEST, 85, "new data files that training reads later")                       \
	REASON(NAMED_TRAIN, TRAIN, 65, "read to train, as functions or the script are called")     \
	REASON(NAMED_CHECKPOINT, CHECKPOINT, 65, "written by what is called saving of a model")    \
	REASON(NAMED_INFERENCE, INFERENCE, 65,                                                     \
	       "for inference, as functions or the script are called")                             \
	REASON(NAMED_PREPARE, PREPARE, 65, "for preparing, as functions or the script are called") \
	REASON(NAMED_INGEST, INGEST, 65,                                                           \
	       "for bringing data, as functions or the script are called")                         \
	REASON(BESIDE_DATA, OTHER, 55, "little, read for what is read beside it")                  \
	REASON(SMALL, OTHER, 60, "small files and logs")

enum reason {
#define REASON(name, stage, percent, words) REASON_##name,
	REASONS(REASON)
#undef REASON
	        REASON_COUNT
};
_Static_assert(REASON_COUNT <= 64, "summary.c keeps them as bits");

#endif
