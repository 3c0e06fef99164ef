/* node/place/access_store.h - the rows of tables floor_rule and place_session: who may enter
 * which floor, and sessions on floors. Leaf tables, never changed: the newest rule of a floor
 * and subject holds, the newest version of a session. Reasons are not kept: they would be free
 * text about a child. Threads: as the tx or db that is handed in. */
#ifndef NODE_PLACE_ACCESS_STORE_H
#define NODE_PLACE_ACCESS_STORE_H

#include "node/place/floor_store.h"

struct floor_rule_row {
    struct facts_rule rule; /* rule.id client-made; n is given by the store */
    struct place_decider who;
};
/* The row with its leaf. ERR_CONFLICT: the id is taken. */
NODISCARD enum err access_store_decide(struct tx *tx, struct floor_rule_row *row,
                                       struct fail *why);
NODISCARD enum err access_store_rule_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                              struct fail *why);
/* The newest of every floor and subject that is not withdrawn and not over before
 * over_before_utc_us; newest first. Exactly one of tx and db. */
NODISCARD enum err access_store_rules(struct tx *tx, struct db *db, int64_t over_before_utc_us,
                                      struct arena *arena, struct floor_rule_row **rows_out,
                                      size_t *n_out, struct fail *why);
/* What a rule's subject must be. */
NODISCARD enum err access_store_subject_is_there(struct tx *tx, enum facts_subject kind,
                                                 struct id subject, bool *is_there_out,
                                                 struct fail *why);

struct place_session_row {
    struct id id;                 /* client-made */
    struct facts_session session; /* n and version are given by the store */
    bool is_cancelled;
    struct place_decider who;
};
NODISCARD enum err access_store_session(struct tx *tx, struct place_session_row *row,
                                        struct fail *why);
NODISCARD enum err access_store_session_is_there(struct tx *tx, struct id id,
                                                 bool *is_there_out, struct fail *why);
/* The newest version of a session, cancelled ones too. Texts in the arena of tx.
 * ERR_NOT_FOUND. */
NODISCARD enum err access_store_session_find(struct tx *tx, struct id session,
                                             struct place_session_row *row_out,
                                             struct fail *why);
/* Newest versions of sessions that end after from and begin before until, by their beginning;
 * has_cancelled: cancelled ones too. At most n_cap. Exactly one of tx and db. */
struct sessions_ask {
    int64_t from_utc_us, until_utc_us;
    bool has_cancelled;
    int n_cap;
};
NODISCARD enum err access_store_sessions(struct tx *tx, struct db *db,
                                         const struct sessions_ask *ask, struct arena *arena,
                                         struct place_session_row **rows_out, size_t *n_out,
                                         struct fail *why);

#endif
