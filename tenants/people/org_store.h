/* tenants/people/org_store.h - the rows of table org: the district's board, its schools,
 * others. A school's name is a label, in clear. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_ORG_STORE_H
#define TENANTS_PEOPLE_ORG_STORE_H

#include "node/db/writer.h"

enum org_kind { ORG_DISTRICT, ORG_SCHOOL, ORG_OTHER, ORG_KIND_N };
const char *org_kind_id(enum org_kind kind); /* "school" */

struct org_row {
    struct id id, parent; /* parent ID_NONE: none */
    enum org_kind kind;
    struct span name, code; /* when read: arena */
    struct span source_id;  /* the roster's sourcedId; empty: entered by hand */
    bool is_cooperating;
    int64_t left_utc_us; /* 0: there */
    int64_t created_utc_us;
};

/* ERR_CONFLICT: the id or source_id is taken. */
NODISCARD enum err org_store_add(struct tx *tx, const struct org_row *row, struct fail *why);
/* Name, code, parent, is_cooperating, left. ERR_NOT_FOUND. */
NODISCARD enum err org_store_change(struct tx *tx, const struct org_row *row, struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err org_store_find(struct tx *tx, struct db *db, struct id org,
                                  struct arena *arena, struct org_row *row_out,
                                  struct fail *why);
/* All, by kind and name; exactly one of tx and db. */
NODISCARD enum err org_store_all(struct tx *tx, struct db *db, struct arena *arena,
                                 struct org_row **rows_out, size_t *n_out, struct fail *why);

#endif
