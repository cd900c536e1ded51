/* SPDX-License-Identifier: Apache-2.0
 *
 * Names are parted where they have a '_' or a capital letter. Words that are used of
 * anything (main, run, process, load, fetch) are on no list.
 */
#include "read/word.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* What a word is about. */
enum about {
	SAVES = 1 << 0,
	LOADS = 1 << 1,
	MAKES = 1 << 2,
	STATE = 1 << 3,      /* what is saved and loaded is a model */
	CHECKPOINT = 1 << 4, /* likewise, whatever is done to it */
	DATA = 1 << 5,
	TRAINS = 1 << 6,
	TRIES = 1 << 7,
	INFERS = 1 << 8,
	GENERATES = 1 << 9, /* infers, unless it is data */
	PREPARES = 1 << 10,
	INGESTS = 1 << 11,
	READY = 1 << 12,  /* data as they are after preparing: who makes them prepares */
	SIDE = 1 << 13,   /* what any stage does besides */
	FITTED = 1 << 14, /* not models, but trained or fitted all the same */
	PART = 1 << 15,   /* likewise, and beside models */
	EXTRACTS = 1 << 16,
	COLLECTS = 1 << 17, /* ingests, where it is data */
};

struct word_row {
	const char *words;
	uint32_t about;
};

static const struct word_row word_rows[] = {
        {" save saves saving saver write writes writing writer dump store export persist ", SAVES},
        {" load loads loading loader read reads reading reader get open init resume resumes ",
         LOADS},
        {" build make create setup ", MAKES},
        {" model models weights weight params parameters state states optimizer optim adapter "
         "adapters lora policy net nets network networks backbone teacher student generator "
         "discriminator encoder decoder ema agent classifier regressor head probe embeddings "
         "factors trees ensemble finetuned trained lm llm gpt bert resnet vgg unet vae yolo "
         "whisper "
         "cnn lstm mlp transformer svm gbm ",
         STATE},
        {" checkpoint checkpoints checkpointer checkpointing ckpt ckpts restore restores "
         "snapshot pretrained ",
         CHECKPOINT},
        {" data dataset datasets file files sample samples example examples image images record "
         "records row rows table corpus document documents text texts line lines shard shards "
         "features output outputs input inputs batch result results prediction dataloader ",
         DATA},
        {" train trains training trainer pretrain pretraining finetune finetuning finetuner fit "
         "fits epoch epochs sgd learn learner learning distill distillation "
         "boost boosting ",
         TRAINS},
        {" eval evaluate evaluates evaluation evaluator validate validates validation val valid "
         "test tests tester benchmark score scoring perplexity ",
         TRIES},
        {" infer inference predict predicts predictor predictions serve serving answer answers "
         "chat respond transcribe translate caption classify recommend retrieve embed ",
         INFERS},
        {" generate generates generation ", GENERATES},
        {" prepare prepares preparation preprocess preprocessing preprocessor prepro prep "
         "tokenize tokenizes tokenise tokenization clean cleaning convert converts conversion "
         "converter binarize dedup deduplicate deduplication featurize etl packing ",
         PREPARES},
        {" download downloads downloader downloading ingest ingestion crawl crawler scrape "
         "scraper ",
         INGESTS},
        {" collect collects collector collection acquire record simulate ", COLLECTS},
        {" episode episodes rollout rollouts trajectory trajectories ", DATA},
        {" shard shards manifest lmdb tfrecord tfrecords webdataset ", READY},
        {" log logs logger logging plot plots print report metric metrics config configs args "
         "stats history garbage collate name names path paths up card cache cached ",
         SIDE},
        {" scaler split splits tokenizer tokenizers bpe vocab vocabulary sentencepiece ", FITTED},
        {" tokenizer tokenizers bpe vocab vocabulary sentencepiece ", PART},
        {" extract extraction ", EXTRACTS},
};

#define WORD_LONGEST 24

static unsigned word_about(const char *word, size_t length)
{
	char key[WORD_LONGEST + 3] = " ";
	unsigned about = 0;

	if (!length || length > WORD_LONGEST)
		return 0;
	for (size_t i = 0; i < length; i++)
		key[i + 1] = (char)tolower((unsigned char)word[i]);
	key[length + 1] = ' ';
	for (size_t i = 0; i < sizeof word_rows / sizeof *word_rows; i++)
		if (strstr(word_rows[i].words, key))
			about |= word_rows[i].about;
	return about;
}

/* A capital begins a word, but for the last of some that stand together: LMDBImages. */
static bool word_begins(const char *text, size_t i, size_t length)
{
	bool small = i + 1 < length && islower((unsigned char)text[i + 1]);

	return isupper((unsigned char)text[i]) && (!isupper((unsigned char)text[i - 1]) || small);
}

static unsigned words_about(const char *text, size_t length)
{
	unsigned about = 0;
	size_t end;

	for (size_t at = 0; at < length; at = end) {
		end = at + 1;
		while (isalpha((unsigned char)text[at]) && end < length &&
		       isalpha((unsigned char)text[end]) && !word_begins(text, end, length))
			end++;
		about |= word_about(text + at, end - at);
	}
	return about;
}

/* By what is done, the narrower first: who saves a trained model trains no more. */
static uint32_t word_of(unsigned about)
{
	if (about & SIDE)
		return 0;
	if (about & CHECKPOINT && !(about & (DATA | TRAINS | TRIES | INFERS)))
		return WORD_STATE;
	if (about & STATE && about & (SAVES | LOADS | MAKES) &&
	    !(about & (DATA | INGESTS | FITTED)))
		return WORD_STATE;
	if (about & PART && about & LOADS && !(about & (SAVES | PREPARES | TRAINS)))
		return WORD_PART;
	if (about & PREPARES)
		return about & STATE ? 0 : WORD_PREPARE;
	if (about & READY && about & (SAVES | MAKES))
		return WORD_PREPARE;
	if (about & INGESTS || (about & COLLECTS && about & DATA))
		return WORD_INGEST;
	if (about & INFERS || (about & GENERATES && !(about & DATA)))
		return WORD_INFER;
	if (about & FITTED || about & SAVES)
		return 0;
	return about & TRAINS ? WORD_TRAIN : about & TRIES ? WORD_TRY : 0;
}

/* The last part is the function; `f.<locals>.g` is g. */
uint32_t word_of_function(const char *qualified)
{
	const char *local = strstr(qualified, "<locals>."), *name, *dot;
	unsigned function, class;
	uint32_t word;

	while (local) {
		qualified = local + strlen("<locals>.");
		local = strstr(qualified, "<locals>.");
	}
	dot = strrchr(qualified, '.');
	name = dot ? dot + 1 : qualified;
	function = words_about(name, strlen(name));
	class = dot ? words_about(qualified, (size_t)(dot - qualified)) : 0;
	word = word_of(function);
	if (word || function & SIDE)
		return word;
	if (function & (SAVES | LOADS) && !(function & ~(unsigned)(SAVES | LOADS)) &&
	    class & (STATE | CHECKPOINT))
		return word_of(function | class);
	return word_of(class & ~(unsigned)(SAVES | LOADS | MAKES));
}

uint32_t word_of_script(const char *file)
{
	const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
	unsigned about = words_about(base, strcspn(base, "."));

	if ((about & MAKES && about & DATA && !(about & STATE)) || about & EXTRACTS)
		return WORD_PREPARE;
	if (about & COLLECTS && !(about & (TRAINS | TRIES | INFERS)))
		return WORD_INGEST;
	return word_of(about & (PREPARES | READY | INGESTS | COLLECTS | INFERS | GENERATES |
	                        TRAINS | TRIES | SAVES | MAKES | FITTED));
}
