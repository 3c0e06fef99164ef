/* tenants/words/words_sense.h - what a whole sentence means, when no word of it stands in a
 * list
 * ("みんなであの子だけ呼ばないでおこう"): a linear model over groups of one to five folded
 * letters, weights learned from the half of the corpus that may be looked at (tests/words/dev,
 * `make words-model`), written out in sense.txt, compiled in (ops/lib/embed-sense).
 *
 * Seen are letters in the order of the line: signs and lengthening marks are left out, every
 * digit is a 0, where sentences part stands one SENSE_EDGE, at both ends too. A group counts
 * once. Threads: any, pure.  Owns: nothing. */
#ifndef TENANTS_WORDS_WORDS_SENSE_H
#define TENANTS_WORDS_WORDS_SENSE_H

#include "tenants/words/words_priv.h"

#define SENSE_GROUP_MOST 5
#define SENSE_EDGE       1 /* no letter */
#define SENSE_DIGIT      U'0'

/* How sure the model is that the line is of each kind or ordinary talk, 0 to 1, and the
 * likeliest category of each kind. */
struct sense {
    double plain;
    double sure[WORDS_KINDS_N];
    enum words_category category[WORDS_KINDS_N];
};
/* ERR_NOMEM. A line without letters is sure of nothing. */
NODISCARD enum err words_sense(const struct line *line, struct arena *arena,
                               struct sense *sense_out, struct fail *why);
/* The letters as the model sees them, with n_out of them; the trainer is given the same. */
NODISCARD enum err words_sense_letters(const struct line *line, struct arena *arena,
                                       uint16_t **letters_out, size_t *n_out, struct fail *why);

/* ---- the model: gen/words_sense_model.c ---- */

#define SENSE_CLASSES_CAP 20
struct sense_group {
    uint16_t letters[SENSE_GROUP_MOST]; /* 0 behind the last */
    int8_t weights[SENSE_CLASSES_CAP];  /* of each class */
};
extern const struct sense_group sense_groups[];
extern const uint16_t sense_slots[]; /* hash: place in sense_groups + 1; 0 free */
extern const uint32_t sense_slots_mask;
extern const size_t sense_n_groups, sense_n_classes;
extern const int sense_class_category[]; /* -1: plain talk */
extern const int16_t sense_bias[];
extern const double sense_unit; /* what a weight of 1 is */

/* The same in ops/lib/embed-sense. */
static inline uint32_t sense_hash(const uint16_t letters[SENSE_GROUP_MOST])
{
    uint32_t h = 2166136261u;

    for (int i = 0; i < SENSE_GROUP_MOST; i++)
        h = (h ^ letters[i]) * 16777619u;
    return h ^ h >> 15;
}

#endif
