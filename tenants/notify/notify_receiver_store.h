/* tenants/notify/notify_receiver_store.h - the tables notify_receiver and notify_step: where
 * notices may go, and who decided so. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_NOTIFY_NOTIFY_RECEIVER_STORE_H
#define TENANTS_NOTIFY_NOTIFY_RECEIVER_STORE_H

#include "node/base/role.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

#define RECEIVER_ADDRESS_TABLE "notify_receiver" /* of struct seal_place */
#define RECEIVERS_MOST         200

struct receiver_row {
    struct id id, account;
    bool is_webhook;
    struct span address_sealed, secret_sealed; /* under the account's own key */
    struct span kinds;                         /* "sos,incident" */
    int64_t added_utc_us, confirmed_utc_us, proved_utc_us, paused_utc_us, removed_utc_us;
    struct span account_state; /* of a row that is read; empty: the account is gone */
    struct id confirmed_by;    /* of a row that is read: by its last such step */
};

/* Spans live in the arena. All that are not removed, in the order added. */
NODISCARD enum err receiver_store_list(struct db *db, struct arena *arena,
                                       struct receiver_row **out, size_t *n_out,
                                       struct fail *why);
/* ERR_NOT_FOUND: none, or removed. */
NODISCARD enum err receiver_store_find(struct db *db, struct id receiver, struct arena *arena,
                                       struct receiver_row *out, struct fail *why);
/* ERR_CONFLICT: the id is taken; ERR_TOO_LARGE: RECEIVERS_MOST stand there; ERR_INVALID
 * ("/account"): it cannot sign in, or is a child's or a guardian's. */
NODISCARD enum err receiver_store_add(struct tx *tx, const struct receiver_row *row,
                                      struct fail *why);

enum receiver_step {
    RECEIVER_ADDED,
    RECEIVER_CONFIRMED, /* only from added */
    RECEIVER_PROVED,    /* only from confirmed */
    RECEIVER_ASKED,     /* the proof was sent once more; only from confirmed, not proved */
    RECEIVER_TESTED,    /* only when proved and not paused */
    RECEIVER_PAUSED,
    RECEIVER_RESUMED,
    RECEIVER_REMOVED, /* its address goes */
    RECEIVER_STEP_N
};
struct receiver_act {
    struct id receiver, by;
    enum receiver_step step;
    enum role role;
    int64_t now_utc_us;
    struct id account; /* filled: whose receiver it is */
    bool is_webhook;   /* filled */
};
/* Changes the row, writes the step and its leaf. What waits is notify_store_drop's to end.
 * ERR_CONFLICT: it does not stand where this step begins. ERR_NOT_FOUND. */
NODISCARD enum err receiver_store_act(struct tx *tx, struct receiver_act *act,
                                      struct fail *why);

/* One address for a notice. */
struct receiver_target {
    struct id id, account;
    bool is_webhook;
};
/* Proved, not paused, of accounts that may sign in, and chosen for the kind. accounts: text of
 * ids between commas; empty: any. */
NODISCARD enum err receiver_store_targets(struct tx *tx, struct span kind, struct span accounts,
                                          struct receiver_target **out, size_t *n_out,
                                          struct fail *why);

#endif
