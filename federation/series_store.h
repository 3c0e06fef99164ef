/* federation/series_store.h - tables fed_series (at the host and at every guest), its dates
 * fed_series_lesson, fed_series_node (at the host: who was offered it), fed_series_count (what
 * a date brought, by node) and fed_series_step (leaves of the audit log). Threads: as the tx or
 * db that is handed in.  Owns: nothing; texts live in the arena. */
#ifndef FEDERATION_SERIES_STORE_H
#define FEDERATION_SERIES_STORE_H

#include "federation/series.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"
#include "node/db/writer.h"

#define SERIES_LESSONS_MOST 60
#define SERIES_TABLE        "fed_series"

enum series_state {
    SERIES_OPEN,     /* the host's own */
    SERIES_OFFERED,  /* at a guest from here; nobody has decided yet */
    SERIES_ACCEPTED, /* has floor, course and lessons here */
    SERIES_DECLINED,
    SERIES_LEFT,  /* accepted first, given up later */
    SERIES_ENDED, /* by the host, at every node */
};
#define SERIES_STATES "open|offered|accepted|declined|left|ended"

struct series_row {
    struct id series, host;
    bool is_host;
    int64_t version;
    enum series_state state;
    struct span floor;
    struct id course; /* ID_NONE: not accepted yet */
    int64_t places;
    struct span key_sealed, text_sealed, more_sealed; /* series_text.h */
    int64_t made_utc_us;
    struct id by;
    int64_t until_utc_us, decided_utc_us, ended_utc_us; /* 0: none */
    struct id decided_by;
};
/* A new one. ERR_CONFLICT: the id or the floor's name is taken. */
NODISCARD enum err series_store_add(struct tx *tx, const struct series_row *row,
                                    struct fail *why);
/* All but series, host, is_host, floor, made_utc_us and by. */
NODISCARD enum err series_store_change(struct tx *tx, const struct series_row *row,
                                       struct fail *why);
/* One, or all (newest first, at most SERIES_MOST). Exactly one of tx and db. ERR_NOT_FOUND. */
#define SERIES_MOST 500
NODISCARD enum err series_store_find(struct tx *tx, struct db *db, struct id series,
                                     struct arena *arena, struct series_row *out,
                                     struct fail *why);
NODISCARD enum err series_store_list(struct tx *tx, struct db *db, struct arena *arena,
                                     struct series_row **out, size_t *n_out, struct fail *why);
/* Offers of that host that nobody has answered, or that came in since and were never accepted.
 */
NODISCARD enum err series_store_offers(struct tx *tx, struct id host, int64_t since_utc_us,
                                       int64_t *n_out, struct fail *why);

struct series_lesson {
    struct id series;
    int64_t n;
    struct id host;
    int64_t class;
    struct id lesson; /* ID_NONE: not accepted yet */
    int64_t from_utc_us, to_utc_us;
    bool is_cancelled;
    int64_t counted_utc_us; /* 0: not yet */
};
/* Written as it is, anew or over what is there. ERR_CONFLICT: its class number is another's. */
NODISCARD enum err series_store_lesson_put(struct tx *tx, const struct series_lesson *lesson,
                                           struct fail *why);
/* Of one series, by n; ID_NONE: of all, by series and n. Exactly one of tx and db. */
NODISCARD enum err series_store_lessons(struct tx *tx, struct db *db, struct id series,
                                        struct arena *arena, struct series_lesson **out,
                                        size_t *n_out, struct fail *why);
NODISCARD enum err series_store_counted(struct tx *tx, struct id series, int64_t n,
                                        int64_t at_utc_us, struct fail *why);

/* What runs or will soon, with everything a struct shared_lesson has but its peers and key:
 * lessons that overlap from..to, of series that are open or accepted, whose own lesson stands
 * on the series' floor and is not cancelled. */
struct series_on {
    struct shared_lesson lesson;
    int64_t places; /* own */
    struct span key_sealed;
};
NODISCARD enum err series_store_on(struct db *db, int64_t from_utc_us, int64_t to_utc_us,
                                   struct arena *arena, struct series_on **out, size_t *n_out,
                                   struct fail *why);
/* Over since then and not counted here. Fills series, n, host, lesson and times. */
NODISCARD enum err series_store_due(struct db *db, int64_t over_utc_us, struct arena *arena,
                                    struct series_lesson **out, size_t *n_out,
                                    struct fail *why);
/* The host's own lessons whose plan says another time, another place or that they are
 * cancelled: as the plan has them. Not over before `now`. */
NODISCARD enum err series_store_moved(struct db *db, int64_t now_utc_us, struct arena *arena,
                                      struct series_lesson **out, size_t *n_out,
                                      struct fail *why);
/* Main, then second instructors of the dates of open series that are not over, by series and
 * time. */
struct series_teaching {
    struct id series, account;
};
NODISCARD enum err series_store_teaching(struct db *db, int64_t now_utc_us, struct arena *arena,
                                         struct series_teaching **out, size_t *n_out,
                                         struct fail *why);
/* Pupils who had chosen a lesson at its end; trial IDs are not counted. */
NODISCARD enum err series_store_chosen(struct db *db, struct id lesson, int64_t *n_out,
                                       struct fail *why);

enum series_node_state {
    SERIES_NODE_OFFERED,
    SERIES_NODE_REFUSED, /* it did not take the offer in: code says why */
    SERIES_NODE_ACCEPTED,
    SERIES_NODE_DECLINED,
    SERIES_NODE_LEFT,
    SERIES_NODE_ENDED
};
#define SERIES_NODE_STATES "offered|refused|accepted|declined|left|ended"
struct series_node {
    struct id series, node;
    int64_t places;
    enum series_node_state state;
    struct span code;
    int64_t offered_utc_us, answered_utc_us; /* 0: not yet */
};
NODISCARD enum err series_store_node_put(struct tx *tx, const struct series_node *node,
                                         struct fail *why);
/* Of one series or (ID_NONE) of all, by series and node. Exactly one of tx and db. */
NODISCARD enum err series_store_nodes(struct tx *tx, struct db *db, struct id series,
                                      struct arena *arena, struct series_node **out,
                                      size_t *n_out, struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err series_store_node(struct tx *tx, struct id series, struct id node,
                                     struct arena *arena, struct series_node *out,
                                     struct fail *why);

struct series_count {
    struct id series;
    int64_t n;
    struct id node;
    int64_t n_chosen, n_joined, n_attended, at_utc_us;
};
NODISCARD enum err series_store_count_put(struct tx *tx, const struct series_count *count,
                                          struct fail *why);
NODISCARD enum err series_store_counts(struct db *db, struct id series, struct arena *arena,
                                       struct series_count **out, size_t *n_out,
                                       struct fail *why);
/* The series is over, or goes on: the term of all its rows counts from then (0: not). */
NODISCARD enum err series_store_term(struct tx *tx, struct id series, int64_t ended_utc_us,
                                     struct fail *why);

enum series_step_kind {
    SERIES_MAKE,
    SERIES_OFFER,
    SERIES_PLACES,
    SERIES_LESSON,
    SERIES_END,
    SERIES_ACCEPT,
    SERIES_DECLINE,
    SERIES_LEAVE,
    SERIES_GOT_OFFER, /* from here: told by another node, by is ID_NONE */
    SERIES_GOT_CHANGE,
    SERIES_GOT_END,
    SERIES_GOT_ANSWER,
    SERIES_REFUSED
};
#define SERIES_STEP_KINDS \
    "make|offer|places|lesson|end|accept|decline|leave|got_offer|got_change|got_end|got_" \
    "answer|" \
    "refused"
struct series_step {
    struct id id;
    int64_t at_utc_us;
    struct id series;
    int kind; /* enum series_step_kind */
    int64_t version;
    struct id node; /* ID_NONE: none */
    int64_t n;
    struct id by;
    struct span role;
};
/* The row and its leaf. */
NODISCARD enum err series_step_add(struct tx *tx, const struct series_step *step,
                                   struct fail *why);
/* By the id of the act. ERR_NOT_FOUND. role in the arena. */
NODISCARD enum err series_step_find(struct tx *tx, struct id id, struct arena *arena,
                                    struct series_step *out, struct fail *why);

#define SERIES_STMTS_N         12
#define SERIES_TABLES_N        3
#define SERIES_LESSON_STMTS_N  8
#define SERIES_LESSON_TABLES_N 1
#define SERIES_STEP_STMTS_N    4
#define SERIES_STEP_TABLES_N   1
extern const struct stmt *const series_stmts[SERIES_STMTS_N];
extern const struct data_table series_tables[SERIES_TABLES_N];
extern const struct stmt
    *const series_lesson_stmts[SERIES_LESSON_STMTS_N]; /* series_lesson_store.c */
extern const struct data_table series_lesson_tables[SERIES_LESSON_TABLES_N];
extern const struct stmt
    *const series_step_stmts[SERIES_STEP_STMTS_N]; /* series_step_store.c */
extern const struct data_table series_step_tables[SERIES_STEP_TABLES_N];
extern const struct audit_table series_step_audit_table;

#endif
