/* node/classes/qualification_store.h - tables qualification and qualification_end: what staff
 * are qualified for, with date (AI-4.4-カ-ロ experience or training in the support of children
 * who do not go to school, AI-4.4-キ-オ expertise). Leaf tables. What it is stands under the
 * key of whoever has it. Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_CLASSES_QUALIFICATION_STORE_H
#define NODE_CLASSES_QUALIFICATION_STORE_H

#include "node/place/floor_store.h"

#define QUALIFICATION_TABLE "qualification"

enum qualification_kind {
    QUALIFICATION_SUPPORT_EXPERIENCE,
    QUALIFICATION_SUPPORT_TRAINING,
    QUALIFICATION_EXPERTISE,
};
#define QUALIFICATION_KINDS "support_experience|support_training|expertise"

struct qualification_row {
    struct id id;
    int64_t n; /* given by the store */
    struct id account;
    enum qualification_kind kind;
    int32_t since, until; /* days of calendar.h, both belong to it */
    bool has_until;
    struct span what_sealed;
    struct place_decider who;
    /* Of the end that was decided, if any: the last day on which it counts. */
    bool is_ended;
    int32_t ended_on;
    int64_t ended_utc_us;
    struct id ended_by;
};
/* Counts on that day. */
bool qualification_holds(const struct qualification_row *row, int32_t day);

/* The row with its leaf. The same id again adds nothing; ERR_CONFLICT: it is somebody else's.
 * ERR_NOT_FOUND: no such account, or not of staff. */
NODISCARD enum err qualification_store_add(struct tx *tx, struct qualification_row *row,
                                           bool *was_there_out, struct fail *why);
struct qualification_end_row {
    struct id id, qualification;
    int32_t ended_on;
    struct place_decider who;
};
/* ERR_NOT_FOUND: no such qualification; ERR_CONFLICT: it ended already by another act. */
NODISCARD enum err qualification_store_end(struct tx *tx, struct qualification_end_row *row,
                                           bool *was_there_out, struct fail *why);
/* Of an account (ID_NONE: of everybody), by account and the day since when; at most n_cap.
 * Exactly one of tx and db. */
NODISCARD enum err qualification_store_list(struct tx *tx, struct db *db, struct id account,
                                            int n_cap, struct arena *arena,
                                            struct qualification_row **rows_out, size_t *n_out,
                                            struct fail *why);

#endif
