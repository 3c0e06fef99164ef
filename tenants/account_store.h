/* tenants/account_store.h - the rows of tables account and session; the tenants' own.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ACCOUNT_STORE_H
#define TENANTS_ACCOUNT_STORE_H

#include "node/db/hash256.h"
#include "tenants/account.h"

#define ACCOUNT_INDEX_BYTES 16

enum account_state { ACCOUNT_ACTIVE, ACCOUNT_SUSPENDED, ACCOUNT_CLOSED };

struct account_row {
    struct id id, school;
    enum role role;
    enum account_state state;
    uint8_t login_index[ACCOUNT_INDEX_BYTES];
    struct span login_sealed, display_name_sealed, password_hash_sealed;
    struct span totp_secret_sealed; /* empty: none */
    int64_t totp_last_step;
    int64_t locked_until_utc_us; /* 0: not locked */
    int64_t created_utc_us;
};

/* Sealed columns live in the arena. ERR_NOT_FOUND. */
NODISCARD enum err account_store_by_login(struct db *db,
                                          const uint8_t index[ACCOUNT_INDEX_BYTES],
                                          struct arena *arena, struct account_row *row_out,
                                          struct fail *why);
/* The display name alone, still sealed. ERR_NOT_FOUND. */
NODISCARD enum err account_store_display_name(struct db *db, struct id account,
                                              struct arena *arena, struct span *sealed_out,
                                              struct fail *why);
/* ERR_CONFLICT: the id or the login is taken (why->field says which). */
NODISCARD enum err account_store_free(struct tx *tx, struct id account,
                                      const uint8_t index[ACCOUNT_INDEX_BYTES],
                                      struct fail *why);
NODISCARD enum err account_store_add(struct tx *tx, const struct account_row *row,
                                     struct fail *why);

/* One failed try more; the n_cap-th locks the account until then and starts counting afresh. A
 * locked account counts nothing, so that nobody can keep it locked for ever. */
NODISCARD enum err account_store_failed(struct tx *tx, struct id account, int n_cap,
                                        int64_t now_utc_us, int64_t locked_until_utc_us,
                                        struct fail *why);
/* The tries start afresh; step >= 0 is used up. ERR_DENIED: no longer active and unlocked, or
 * the step was used meanwhile. */
NODISCARD enum err account_store_signed_in(struct tx *tx, struct id account, int64_t now_utc_us,
                                           int64_t step, struct fail *why);

struct session_row {
    struct id id, account, school;
    enum role role;
    int64_t created_utc_us, last_seen_utc_us, expires_utc_us;
};

/* An open session of an active account. ERR_NOT_FOUND. */
NODISCARD enum err session_store_find(struct db *db, const struct hash256 *token,
                                      struct session_row *row_out, struct fail *why);
NODISCARD enum err session_store_add(struct tx *tx, const struct session_row *row,
                                     const struct hash256 *token, struct fail *why);
NODISCARD enum err session_store_seen(struct tx *tx, struct id session, int64_t now_utc_us,
                                      struct fail *why);
NODISCARD enum err session_store_close(struct tx *tx, struct id session, int64_t now_utc_us,
                                       struct fail *why);

#endif
