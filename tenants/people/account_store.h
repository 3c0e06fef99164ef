/* tenants/people/account_store.h - the rows of table account, its states and classes of ID.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_ACCOUNT_STORE_H
#define TENANTS_PEOPLE_ACCOUNT_STORE_H

#include "node/base/table.h"
#include "node/db/hash256.h"
#include "tenants/people/account.h"

#define ACCOUNT_INDEX_BYTES 16
/* In the keyring, KEY_MAC; hand_index.c says what of a row they index. */
#define ACCOUNT_LOGIN_KEY   "blind.login"
#define ACCOUNT_DISPLAY_KEY "blind.display_name"
extern const struct data_index account_login_index, account_display_index;

/* A column for statements over `account a`: the school of its person, who may have been moved,
 * or be of none now; the account's own column is what it was made with. */
#define ACCOUNT_SCHOOL \
    "CASE WHEN EXISTS (SELECT FROM person q WHERE q.id = a.id)" \
    " THEN (SELECT q.school FROM person q WHERE q.id = a.id) ELSE a.school END"
/* A column for statements over `account a`: its person's school takes part, or there is none.
 */
#define ACCOUNT_TAKES_PART \
    "coalesce((SELECT o.is_cooperating FROM person q JOIN org o ON o.id = coalesce(q.school," \
    " a.school) WHERE q.id = a.id), true)"
/* A column for statements over `account a`: when it ends; who came with the contractor with the
 * contract at the latest (contract_ends(): LIFE_CONTRACTOR_SIDE, and what the contractor still
 * has to do), a guest teacher who came by a card (federation/teacher.h) with the lesson that
 * was given to him, and long ago outside of it. */
#define ACCOUNT_ENDS \
    "CASE a.role WHEN 'student' THEN a.ends_at WHEN 'guest_teacher' THEN" \
    " contract_ends(a.role, guest_ends(a.id, a.ends_at)) ELSE contract_ends(a.role, " \
    "a.ends_at)" \
    " END"

enum account_state {
    ACCOUNT_REQUESTED, /* somebody asked for it */
    ACCOUNT_APPROVED,  /* the commissioner said yes; there is no login yet */
    ACCOUNT_ISSUED,    /* login and first password are there; not yet used */
    ACCOUNT_ACTIVE,    /* was fully signed in once */
    ACCOUNT_SUSPENDED,
    ACCOUNT_CLOSED, /* for good */
    ACCOUNT_STATE_N
};
const char *account_state_id(enum account_state state); /* "requested", as in the tables */
/* ERR_INTERNAL for anything but the six: the table lets no other in. */
NODISCARD enum err account_state_parse(struct span id, enum account_state *state_out,
                                       struct fail *why);

/* The classes in which a contract counts IDs (KP-1-千葉-1). */
enum id_class { ID_CLASS_STUDENT, ID_CLASS_STAFF, ID_CLASS_GUARDIAN, ID_CLASS_N };
const char *id_class_id(enum id_class id_class); /* "student" */
enum id_class id_class_of(enum role role);

struct account_row {
    struct id id, school;
    enum role role;
    enum account_state state; /* of a row that is read */
    enum id_class id_class;
    bool is_trial;
    bool has_login;
    uint8_t login_index[ACCOUNT_INDEX_BYTES];
    struct span login_sealed, display_name_sealed, password_hash_sealed;
    struct span totp_secret_sealed; /* empty: none */
    int64_t totp_last_step;
    int64_t locked_until_utc_us; /* 0: not locked */
    int64_t created_utc_us;
    int64_t ends_utc_us; /* sign-in and sessions end here; 0: with the contract */
};

/* The display name alone, still sealed. ERR_NOT_FOUND. */
NODISCARD enum err account_store_display_name(struct db *db, struct id account,
                                              struct arena *arena, struct span *sealed_out,
                                              struct fail *why);
/* ERR_CONFLICT: the id or the login is taken (why->field says which). */
NODISCARD enum err account_store_check_free(struct tx *tx, struct id account,
                                            const uint8_t index[ACCOUNT_INDEX_BYTES],
                                            struct fail *why);
/* In the state requested; steps move it on (account_step_store.h). Login, display name and
 * password may be missing (empty, has_login false) until it is issued. */
NODISCARD enum err account_store_add(struct tx *tx, const struct account_row *row,
                                     struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err account_store_state(struct tx *tx, struct id account,
                                       enum account_state *state_out, struct fail *why);

#endif
