/* tenants/signin/session_store.h - the rows of table session.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_SIGNIN_SESSION_STORE_H
#define TENANTS_SIGNIN_SESSION_STORE_H

#include "node/base/route.h"
#include "node/db/hash256.h"
#include "node/db/writer.h"
#include "tenants/signin/device.h"

struct session_row {
    struct id id, account, school;
    enum role role;
    enum session_stage stage;
    enum listener listener;
    bool has_device;
    struct hash256 device;
    char facts[DEVICE_FACTS_CAP];
    int64_t created_utc_us, last_seen_utc_us, expires_utc_us;
    int64_t account_ends_utc_us; /* 0: with the contract */
    bool takes_part;             /* when found: its school cooperates, or it has none */
};

/* An open session of an account that may be signed in: active, or issued as
 * long as the session is not a full one. ERR_NOT_FOUND. */
NODISCARD enum err session_store_find(struct db *db, const struct hash256 *token,
                                      struct session_row *row_out, struct fail *why);
NODISCARD enum err session_store_add(struct tx *tx, const struct session_row *row,
                                     const struct hash256 *token, struct fail *why);
NODISCARD enum err session_store_seen(struct tx *tx, struct id session, int64_t now_utc_us,
                                      struct fail *why);
/* ended_why: a word of our own. One that has ended already stays as it ended.
 */
NODISCARD enum err session_store_end(struct tx *tx, struct id session, const char *ended_why,
                                     int64_t now_utc_us, struct fail *why);
/* ERR_DENIED: it has ended already. */
NODISCARD enum err session_store_is_open(struct tx *tx, struct id session, struct fail *why);
/* Every open session of the account but `keep` (ID_NONE: all). */
NODISCARD enum err session_store_end_others(struct tx *tx, struct id account, struct id keep,
                                            const char *ended_why, int64_t now_utc_us,
                                            struct fail *why);
/* One of the account's own. ERR_NOT_FOUND: no such open session of this
 * account. */
NODISCARD enum err session_store_end_own(struct tx *tx, struct id account, struct id session,
                                         int64_t now_utc_us, struct fail *why);
/* One wrong code more; the n_cap-th ends it. */
NODISCARD enum err session_store_wrong(struct tx *tx, struct id session, int n_cap,
                                       int64_t now_utc_us, bool *has_ended_out,
                                       struct fail *why);
/* Full sessions that are open as far as the row says, the latest first. In the
 * arena. */
NODISCARD enum err session_store_list(struct db *db, struct id account, int64_t now_utc_us,
                                      struct arena *arena, struct session_row **rows_out,
                                      size_t *n_out, struct fail *why);

#endif
