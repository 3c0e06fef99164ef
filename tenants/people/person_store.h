/* tenants/people/person_store.h - the rows of tables person and guardian_link: whom the
 * municipality knows, from the roster or entered. Names are sealed under the person's own key
 * (KEY_PERSON, place {"person", COLUMN, id}); person_seal and person_unseal do it. An account
 * is another row with the same id. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_PERSON_STORE_H
#define TENANTS_PEOPLE_PERSON_STORE_H

#include "node/base/role.h"
#include "node/base/table.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

#define PERSON_INDEX_BYTES 16
/* In the keyring, KEY_MAC; tenants/roster/hand_index.c says what of a row they index. */
#define PERSON_SOURCE_KEY "blind.roster_source"
#define PERSON_MASTER_KEY "blind.roster_master"
extern const struct data_index person_source_hand, person_master_hand;

enum person_kind { PERSON_STUDENT, PERSON_GUARDIAN, PERSON_STAFF, PERSON_KIND_N };
const char *person_kind_id(enum person_kind kind); /* "student" */
enum person_kind person_kind_of(enum role role);

/* Sealed columns, in the order of the arrays below. */
enum person_column {
    PERSON_FAMILY,
    PERSON_GIVEN,
    PERSON_FAMILY_KANA,
    PERSON_GIVEN_KANA,
    PERSON_ROSTER, /* the users.csv row as received, canonical JSON */
    PERSON_SEALED_N
};

struct person_row {
    struct id id, school;  /* school ID_NONE: none */
    enum person_kind kind; /* never changes */
    struct span grade;     /* "", "P1".."J3", as in the roster; when read: arena */
    struct span sealed[PERSON_SEALED_N]; /* empty: not there; when read: arena */
    bool has_source, has_master;
    uint8_t source_index[PERSON_INDEX_BYTES]; /* person_source_index */
    uint8_t master_index[PERSON_INDEX_BYTES];
    int64_t left_utc_us;   /* 0: in the roster, or never came from one */
    struct id merged_into; /* ID_NONE: stands for itself */
    int64_t created_utc_us;
};

/* Blind indexes of the roster's sourcedId and userMasterIdentifier. */
NODISCARD enum err person_source_index(struct keyring *keyring, struct span source_id,
                                       uint8_t index_out[PERSON_INDEX_BYTES], struct fail *why);
NODISCARD enum err person_master_index(struct keyring *keyring, struct span master_id,
                                       uint8_t index_out[PERSON_INDEX_BYTES], struct fail *why);

/* Seals plain texts into row->sealed under the key of row->id, made when it is missing (never
 * for an erased person: ERR_NOT_FOUND). An empty plain text leaves the column empty. The
 * keyring may wait for its agent: not on the writer's thread. */
NODISCARD enum err person_seal(struct keyring *keyring, struct person_row *row,
                               const struct span plain[PERSON_SEALED_N], struct arena *arena,
                               struct fail *why);
/* One column in clear; empty when it is not there. */
NODISCARD enum err person_unseal(struct keyring *keyring, const struct person_row *row,
                                 enum person_column column, struct arena *arena,
                                 struct span *plain_out, struct fail *why);

/* ERR_CONFLICT: the id or the source index is taken. */
NODISCARD enum err person_store_add(struct tx *tx, const struct person_row *row,
                                    struct fail *why);
/* All but id, kind and created_at, as the row says. ERR_NOT_FOUND. */
NODISCARD enum err person_store_change(struct tx *tx, const struct person_row *row,
                                       struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err person_store_find(struct tx *tx, struct db *db, struct id person,
                                     struct arena *arena, struct person_row *row_out,
                                     struct fail *why);
NODISCARD enum err person_store_by_source(struct tx *tx, struct db *db,
                                          const uint8_t index[PERSON_INDEX_BYTES],
                                          struct arena *arena, struct person_row *row_out,
                                          struct fail *why);
/* Every person, by id, a page at a time: those after `after` (ID_NONE: from the first), at most
 * n_cap. Exactly one of tx and db. */
NODISCARD enum err person_store_page(struct tx *tx, struct db *db, struct id after, int n_cap,
                                     struct arena *arena, struct person_row **rows_out,
                                     size_t *n_out, struct fail *why);

/* The link is there and open afterwards, whatever was before. */
NODISCARD enum err guardian_link_store_add(struct tx *tx, struct id guardian, struct id child,
                                           int64_t now_utc_us, struct fail *why);
NODISCARD enum err guardian_link_store_end(struct tx *tx, struct id guardian, struct id child,
                                           int64_t now_utc_us, struct fail *why);
/* Whether guardian's link to child is open. Exactly one of tx and db. */
NODISCARD enum err guardian_link_store_is_open(struct tx *tx, struct db *db, struct id guardian,
                                               struct id child, bool *is_open_out,
                                               struct fail *why);

#endif
