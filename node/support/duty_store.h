/* node/support/duty_store.h - tables duty_person (who is told of calls, in which order; rows
 * are decisions and leaves, the newest of a purpose and account holds) and duty_call (what
 * nobody has answered yet, and when the next is told). Threads: as the tx or db.  Owns:
 * nothing; texts live in the arena. */
#ifndef NODE_SUPPORT_DUTY_STORE_H
#define NODE_SUPPORT_DUTY_STORE_H

#include "node/db/store.h"

enum duty_purpose { DUTY_SOS, DUTY_INCIDENT };
#define DUTY_PURPOSES "sos|incident"
#define DUTY_MOST     50 /* persons of one purpose */

struct duty_row {
    struct id id;
    int64_t n;
    enum duty_purpose purpose;
    struct id account;
    int64_t position; /* 1: the first */
    bool is_on;
    int64_t at_utc_us;
    struct id by;
    struct span role;
};
/* ERR_NOT_FOUND: nobody of those who may be on duty; ERR_TOO_LARGE: DUTY_MOST. The same id
 * again changes nothing. */
NODISCARD enum err duty_store_decide(struct tx *tx, struct duty_row *row, struct fail *why);
/* Who is on duty now, in order; of one of the two connections. Accounts that have ended are
 * left out. */
NODISCARD enum err duty_store_list(struct tx *tx, struct db *db, enum duty_purpose purpose,
                                   struct arena *arena, struct duty_row **out, size_t *n_out,
                                   struct fail *why);

/* School staff on duty (right on_duty) at that child's school now, at most DUTY_MOST. */
NODISCARD enum err duty_store_school(struct tx *tx, struct id child, int64_t now_utc_us,
                                     struct id **accounts_out, size_t *n_out, struct fail *why);

/* ---- what waits for somebody ---- */

struct duty_call {
    struct id id;
    enum duty_purpose purpose;
    struct id account; /* the child; ID_NONE: about nobody */
    int64_t set_utc_us, due_utc_us;
};
/* Adds it, or sets when it is due. */
NODISCARD enum err duty_store_call_set(struct tx *tx, const struct duty_call *call,
                                       struct fail *why);
/* Sets when it is due, if it still waits. */
NODISCARD enum err duty_store_call_later(struct tx *tx, const struct duty_call *call,
                                         struct fail *why);
NODISCARD enum err duty_store_call_end(struct tx *tx, struct id id, struct fail *why);
NODISCARD enum err duty_store_call_is_open(struct tx *tx, struct id id, bool *is_out,
                                           struct fail *why);
/* What is due, the oldest first, at most n_cap. One set in the future (the clock was set back)
 * is due, too. */
NODISCARD enum err duty_store_due(struct db *db, int64_t now_utc_us, int n_cap,
                                  struct arena *arena, struct duty_call **out, size_t *n_out,
                                  struct fail *why);
/* Of the calls of one child that still wait, how many were made before this one. */
NODISCARD enum err duty_store_earlier(struct tx *tx, struct id account, struct id sos,
                                      int64_t *n_out, struct fail *why);
/* How many wait. */
NODISCARD enum err duty_store_count(struct db *db, int64_t *n_sos_out, int64_t *n_incidents_out,
                                    struct fail *why);

#endif
