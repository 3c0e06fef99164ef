/* tenants/roster/roster_store.h - the rows that a roster brings besides people: school years,
 * schools, courses, classes, roles, enrolments, and the source ids of whom was erased.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ROSTER_ROSTER_STORE_H
#define TENANTS_ROSTER_ROSTER_STORE_H

#include "node/db/writer.h"
#include "tenants/people/person_store.h"

#define FINGERPRINT_BYTES 16
/* In the keyring, KEY_MAC: of the rows of roles and of enrolments; hand_index.c. */
#define ROSTER_LINK_KEY "blind.roster_row"
extern const struct data_index role_source_hand, enrolment_source_hand;

/* What a package consists of, in the order in which it is written. */
enum roster_kind {
    KIND_SESSION,
    KIND_ORG,
    KIND_COURSE,
    KIND_CLASS,
    KIND_PERSON,
    KIND_ROLE,
    KIND_ENROLMENT,
    ROSTER_KINDS_N
};
const char *roster_kind_id(enum roster_kind kind); /* "session" "org" ... */

/* One row as it stands, for comparing. Spans: arena. */
struct roster_stored {
    struct id id;
    struct id person, other;     /* of a role or enrolment: whose; and the org or class */
    struct span source_id;       /* things: the roster's sourcedId; empty: entered by hand */
    struct span label, code;     /* things: name or title; org: its code */
    struct span received;        /* things: in clear */
    struct span received_sealed; /* roles, enrolments */
    bool has_index, has_left, is_by_hand;
    uint8_t index[PERSON_INDEX_BYTES]; /* roles, enrolments: blind index of the source id */
};
/* Every row of a kind but KIND_PERSON, which is person_store's. */
NODISCARD enum err roster_store_all(struct db *db, enum roster_kind kind, struct arena *arena,
                                    struct roster_stored **rows_out, size_t *n_out,
                                    struct fail *why);

/* Changes with every write to any of the tables a preview is made against. Exactly one of tx
 * and db. */
NODISCARD enum err roster_store_fingerprint(struct tx *tx, struct db *db,
                                            uint8_t out[FINGERPRINT_BYTES], struct fail *why);

/* A row to add, change or bring back. Dates as YYYY-MM-DD or empty. */
struct roster_put {
    struct id id;
    struct span source_id, title, received;
    struct span begins_on, ends_on;
    int64_t now_utc_us;
    /* session */
    int school_year; /* class too */
    /* org */
    const char *org_kind; /* "district" "school" "other" */
    struct span code;
    /* course, class, role: ID_NONE when the package names none */
    struct id org, session, course;
    /* class */
    bool is_homeroom;
    struct span grades;
    /* role, enrolment */
    struct id person, class;
    const char *role;
    bool is_primary;
    int number;
    uint8_t index[PERSON_INDEX_BYTES];
    struct span received_sealed;
};
/* Queues; all but KIND_PERSON. A parent of an org is set when all of them are there. */
NODISCARD enum err roster_store_put(struct tx *tx, enum roster_kind kind,
                                    const struct roster_put *put, struct fail *why);
NODISCARD enum err roster_store_org_parent(struct tx *tx, struct id org, struct id parent,
                                           struct fail *why);
/* Gone from the roster; what has left already stays as it is. All kinds. */
NODISCARD enum err roster_store_leave(struct tx *tx, enum roster_kind kind, struct id id,
                                      int64_t now_utc_us, struct fail *why);

/* Whether somebody of this source or master index was erased, for all that were. */
NODISCARD enum err roster_store_erased(struct db *db, struct arena *arena,
                                       uint8_t (**indexes_out)[PERSON_INDEX_BYTES],
                                       size_t *n_out, struct fail *why);
/* A person decided that he may come again. */
NODISCARD enum err roster_store_admit(struct tx *tx, const uint8_t index[PERSON_INDEX_BYTES],
                                      struct fail *why);

/* An account of somebody who leaves or returns. */
struct roster_account {
    struct id id;
    bool is_suspended; /* else issued or active */
    bool is_active;
    struct id last_step;       /* ID_NONE: none */
    struct span last_before;   /* the state before it; arena */
    struct span reason_sealed; /* of it; arena */
};
/* Issued, active and suspended ones. */
NODISCARD enum err roster_store_accounts(struct db *db, struct arena *arena,
                                         struct roster_account **rows_out, size_t *n_out,
                                         struct fail *why);

#endif
