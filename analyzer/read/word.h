/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program's author calls things: words in the names of functions, classes and
 * scripts. Evidence, weaker than what is done: names are often general, and may lie.
 */
#ifndef WORD_H
#define WORD_H

#include <stdint.h>

/* Beside enum evidence. */
enum word {
	WORD_STATE = 1 << 8,    /* a model's or a trainer's state is saved or loaded */
	WORD_TRAIN = 1 << 9,    /* something is learnt */
	WORD_TRY = 1 << 10,     /* what was learnt is tried, in training or behind it */
	WORD_INFER = 1 << 11,   /* what was learnt is used */
	WORD_PREPARE = 1 << 12, /* data are made ready */
	WORD_INGEST = 1 << 13,  /* data are brought */
	WORD_PART = 1 << 14,    /* what goes with a model is loaded, as a tokenizer */
	WORDS = 127 << 8,
};

/* Likewise of the script that runs. */
#define WORD_SCRIPT_BITS 8
#define WORDS_OF_SCRIPT  (WORDS << WORD_SCRIPT_BITS)

/* What a function's name with those of its classes says (Trainer.fit), one of enum word; 0 =
 * nothing. */
uint32_t word_of_function(const char *qualified);

/* What the file's name says. */
uint32_t word_of_script(const char *file);

#endif
