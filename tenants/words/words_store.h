/* tenants/words/words_store.h - the rows of table word_rule: what was put on a municipality's
 * two lists and taken off again, when, by whom. A leaf table, never changed. Threads: as the tx
 * or db that is handed in. */
#ifndef TENANTS_WORDS_WORDS_STORE_H
#define TENANTS_WORDS_WORDS_STORE_H

#include "node/db/writer.h"
#include "tenants/words/words.h"

enum words_list_id { WORDS_LIST_OWN, WORDS_LIST_ALLOWED, WORDS_LISTS_N };
#define WORDS_LIST_CHOICES "own|allowed"

struct words_act {
    struct id id;
    int64_t version; /* from 1, over both lists */
    enum words_list_id list;
    struct span added, removed; /* terms, one a line */
    struct id undoes;           /* ID_NONE: none */
    struct span reason_sealed;  /* words_reason.h; empty: none */
    int64_t decided_utc_us;
    struct id decided_by;
    struct span role;
};

/* The row and its leaf. ERR_CONFLICT: there is this version already. */
NODISCARD enum err words_store_add(struct tx *tx, const struct words_act *row,
                                   struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err words_store_find(struct tx *tx, struct id id, struct words_act *out,
                                    struct fail *why);
/* Acts before a version, newest first, at most n_cap. Exactly one of tx and db. */
NODISCARD enum err words_store_past(struct tx *tx, struct db *db, int32_t before, int n_cap,
                                    struct arena *arena, struct words_act **out, size_t *n_out,
                                    struct fail *why);

/* What holds: both lists in the order their terms were put on, texts in the arena. */
struct words_held {
    int64_t version; /* of the last act; 0: none */
    struct span *terms[WORDS_LISTS_N];
    size_t n[WORDS_LISTS_N];
};
/* Exactly one of tx and db. */
NODISCARD enum err words_store_held(struct tx *tx, struct db *db, struct arena *arena,
                                    struct words_held *out, struct fail *why);
/* What holds after one more act. A term that is there is not put on twice. */
NODISCARD enum err words_held_after(const struct words_held *held, const struct words_act *act,
                                    struct arena *arena, struct words_held *out,
                                    struct fail *why);
bool words_held_has(const struct words_held *held, enum words_list_id list, struct span term);

#endif
