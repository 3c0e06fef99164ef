/* federation/transfer_store.h - tables transfer, transfer_parcel and transfer_step (leaves),
 * and the days of a child's visits for a parcel. Threads: as the tx or db that is handed in.
 * Owns: nothing; bytes live in the arena. */
#ifndef FEDERATION_TRANSFER_STORE_H
#define FEDERATION_TRANSFER_STORE_H

#include "federation/transfer_rule.h"
#include "node/db/hash256.h"
#include "node/db/store.h"

#define TRANSFER_TABLE        "transfer"
#define TRANSFER_PARCEL_TABLE "transfer_parcel"
#define TRANSFER_HOWS         "paper|met|called"
#define TRANSFER_SHOWN_MOST   500

struct transfer_row {
    struct id id, peer;
    struct span peer_name;
    bool is_out;
    enum transfer_state state;
    struct id person;
    struct span parts, on, consent_on, consent_how;
    struct span consent_from_sealed; /* under the child's key; len 0 at the receiver */
    int64_t opened_utc_us, changed_utc_us, ended_utc_us;
    struct id by, second;
    struct id ending_by; /* home: who asked to end it after it was given */
    struct span sha256;  /* len 0: not known yet */
    int64_t n_taken;
    struct span code;
};
/* ERR_CONFLICT: the id is taken, or that child has an open one. */
NODISCARD enum err transfer_store_add(struct tx *tx, const struct transfer_row *row,
                                      struct fail *why);
/* All that changes. */
NODISCARD enum err transfer_store_change(struct tx *tx, const struct transfer_row *row,
                                         struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err transfer_store_find(struct tx *tx, struct db *db, struct id id,
                                       struct arena *arena, struct transfer_row *out,
                                       struct fail *why);
/* TRANSFER_SHOWN_MOST, open ones first, then the newest; of one child: person, else ID_NONE. */
NODISCARD enum err transfer_store_list(struct db *db, struct id person, struct arena *arena,
                                       struct transfer_row **out, size_t *n_out,
                                       struct fail *why);
/* Those that are being taken. */
NODISCARD enum err transfer_store_taking(struct db *db, struct arena *arena,
                                         struct transfer_row **out, size_t *n_out,
                                         struct fail *why);
/* Those that are done at home, whose day has come, and whose ID was not yet made to rest. */
NODISCARD enum err transfer_store_resting(struct db *db, struct span today, struct arena *arena,
                                          struct transfer_row **out, size_t *n_out,
                                          struct fail *why);
/* Those that were opened before and not brought to the giving. */
NODISCARD enum err transfer_store_lapsing(struct db *db, int64_t before_utc_us,
                                          struct arena *arena, struct transfer_row **out,
                                          size_t *n_out, struct fail *why);
/* What that node offered here: how many are open, and how many came within a day. */
NODISCARD enum err transfer_store_count(struct tx *tx, struct id peer, int64_t now_utc_us,
                                        int64_t *n_open_out, int64_t *n_day_out,
                                        struct fail *why);

NODISCARD enum err transfer_parcel_put(struct tx *tx, struct id transfer, struct id person,
                                       int64_t at_utc_us, struct span body_sealed,
                                       struct fail *why);
/* ERR_NOT_FOUND. Exactly one of tx and db. */
NODISCARD enum err transfer_parcel_find(struct tx *tx, struct db *db, struct id transfer,
                                        struct arena *arena, struct span *body_sealed_out,
                                        struct fail *why);
NODISCARD enum err transfer_parcel_drop(struct tx *tx, struct id transfer, struct fail *why);

enum transfer_step_kind {
    TRANSFER_DID_OPEN,
    TRANSFER_DID_CONFIRM,
    TRANSFER_DID_CANCEL,
    TRANSFER_DID_OFFER, /* receiver: the offer came */
    TRANSFER_DID_ACCEPT,
    TRANSFER_DID_DECLINE,
    TRANSFER_DID_HEAR, /* home: the answer; receiver: cancelled there */
    TRANSFER_DID_TAKE,
    TRANSFER_DID_GIVE,
    TRANSFER_DID_ARRIVE,
    TRANSFER_DID_RECEIPT,
    TRANSFER_DID_REFUSE,
    TRANSFER_DID_REST, /* home: the day of the move */
    TRANSFER_DID_LAPSE /* nobody went on for too long */
};
#define TRANSFER_STEPS \
    "open|confirm|cancel|offer|accept|decline|heard|take|give|arrive|receipt|refuse|rest|" \
    "lapse"
struct transfer_step {
    struct id id;
    int64_t n; /* given by the store */
    int64_t at_utc_us;
    struct id transfer;
    enum transfer_step_kind kind;
    struct id peer, person;
    struct span sha256; /* of the parcel; len 0: none */
    struct span code;
    struct id by; /* ID_NONE: the node */
    struct span role;
};
/* The row and its leaf. */
NODISCARD enum err transfer_step_add(struct tx *tx, const struct transfer_step *step,
                                     struct fail *why);
/* Was that act done already? ERR_CONFLICT: the id is another act's. */
NODISCARD enum err transfer_step_is_there(struct tx *tx, const struct transfer_step *step,
                                          bool *is_there_out, struct fail *why);

/* Days on which the child came in, and the lessons joined then; the oldest first. */
struct transfer_day {
    struct span on;
    int64_t n_visits, n_lessons;
};
#define TRANSFER_DAYS_MOST 1500
NODISCARD enum err transfer_store_days(struct db *db, struct id child, struct arena *arena,
                                       struct transfer_day **out, size_t *n_out,
                                       struct fail *why);
/* Everybody known here, for the names that are hidden. */
NODISCARD enum err transfer_store_people(struct db *db, struct arena *arena, struct id **out,
                                         size_t *n_out, struct fail *why);
/* Every display name anybody ever had: profile_version.name_sealed of that row. */
struct transfer_name {
    struct id row, account;
    struct span sealed;
};
NODISCARD enum err transfer_store_names(struct db *db, struct arena *arena,
                                        struct transfer_name **out, size_t *n_out,
                                        struct fail *why);
/* An account that may be given a parcel: a student's, not closed, of a person with a key. */
NODISCARD enum err transfer_store_is_pupil(struct tx *tx, struct id account, bool *is_out,
                                           struct fail *why);

#endif
