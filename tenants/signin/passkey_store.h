/* tenants/signin/passkey_store.h - the rows of table passkey; account.has_passkey is kept in
 * the same transaction. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_SIGNIN_PASSKEY_STORE_H
#define TENANTS_SIGNIN_PASSKEY_STORE_H

#include "node/base/role.h"
#include "node/db/writer.h"

#define PASSKEY_INDEX_BYTES 16
#define PASSKEYS_MOST       10 /* of one account at a time */

struct passkey_row {
    struct id id, account;
    uint8_t credential_index[PASSKEY_INDEX_BYTES];
    struct span credential_sealed, public_key_sealed, label_sealed;
    int algorithm;
    uint32_t sign_count;
    int64_t challenge_utc_us;            /* when the last challenge it used was given out */
    int64_t created_utc_us, used_utc_us; /* used 0: never yet */
};

/* Live ones only; sealed columns live in the arena. ERR_NOT_FOUND. */
NODISCARD enum err passkey_store_by_credential(struct db *db,
                                               const uint8_t index[PASSKEY_INDEX_BYTES],
                                               struct arena *arena, struct passkey_row *row_out,
                                               struct fail *why);
/* Oldest first. */
NODISCARD enum err passkey_store_list(struct db *db, struct id account, struct arena *arena,
                                      struct passkey_row **rows_out, size_t *n_out,
                                      struct fail *why);
/* ERR_DENIED (why->field "challenge-used"): the challenge was used; ERR_CONFLICT: the
 * credential is registered; ERR_TOO_LARGE: PASSKEYS_MOST are there. */
NODISCARD enum err passkey_store_add(struct tx *tx, const struct passkey_row *row,
                                     struct fail *why);
/* Uses the challenge up and notes the counter. ERR_DENIED (why->field "challenge-used",
 * "counter" or "ended"): another was quicker. */
NODISCARD enum err passkey_store_use(struct tx *tx, const struct passkey_row *row,
                                     uint32_t sign_count, int64_t challenge_utc_us,
                                     int64_t now_utc_us, struct fail *why);
/* One of the account's own. ERR_NOT_FOUND; ERR_CONFLICT: it is the last second factor of an
 * adult. */
NODISCARD enum err passkey_store_end(struct tx *tx, struct id account, struct id passkey,
                                     int64_t now_utc_us, struct fail *why);
/* All of them, in a renewal of the second factor by two persons, which sees to another. */
NODISCARD enum err passkey_store_end_all(struct tx *tx, struct id account, int64_t now_utc_us,
                                         struct fail *why);

/* What a new passkey has to know of its account; sealed columns of table account. */
struct passkey_owner {
    struct span login_sealed, display_name_sealed;
    int64_t session_utc_us; /* when this session began: the last proof of a second factor */
};
NODISCARD enum err passkey_store_owner(struct db *db, struct id account, struct id session,
                                       struct arena *arena, struct passkey_owner *owner_out,
                                       struct fail *why);

#endif
