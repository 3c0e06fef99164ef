/* tenants/rights/rights_look_store.h - what rights depend on, read in one statement each:
 * grants with their end and use, where a person stands. (Rows and leaves: right_store.h.)
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_RIGHTS_RIGHTS_LOOK_STORE_H
#define TENANTS_RIGHTS_RIGHTS_LOOK_STORE_H

#include "tenants/people/account_store.h"
#include "tenants/rights/rights.h"

/* Every grant that was not ended, also expired ones, by account, right and time; malloc. */
NODISCARD enum err rights_look_all(struct db *db, struct rights_grant **grants_out,
                                   size_t *n_out, struct fail *why);

/* Home classes a child is enrolled in today, "UUID UUID". */
#define RIGHTS_CLASSES_OF_P \
    "coalesce((SELECT string_agg(e.class::text, ' ' ORDER BY c.school_year DESC, e.class)" \
    " FROM enrolment e JOIN school_class c ON c.id = e.class WHERE e.person = p.id" \
    " AND e.role = 'student' AND e.left_at IS NULL AND c.kind = 'homeroom' AND c.left_at IS " \
    "NULL" \
    " AND coalesce(e.begins_on <= (now() AT TIME ZONE 'Asia/Tokyo')::date, true)" \
    " AND coalesce(e.ends_on >= (now() AT TIME ZONE 'Asia/Tokyo')::date, true)), '')"
/* The columns of a struct rights_place, in this order, FROM person p, account a, org o. */
#define RIGHTS_PLACE_COLUMNS \
    "p.id, p.school, p.kind, p.grade, p.left_at IS NOT NULL, p.merged_into IS NOT NULL," \
    " a.role, a.state, coalesce(o.is_cooperating, true), " RIGHTS_CLASSES_OF_P
#define RIGHTS_PLACE_N 10
#define RIGHTS_PLACE_FROM \
    " FROM person p LEFT JOIN account a ON a.id = p.id LEFT JOIN org o ON o.id = p.school"
NODISCARD enum err rights_look_read_place(const struct db_rows *rows, int row,
                                          struct rights_place *place_out, struct fail *why);
/* guardian: whose child it may be. ERR_NOT_FOUND: no such person. */
NODISCARD enum err rights_look_place(struct db *db, struct id person, struct id guardian,
                                     struct rights_place *place_out, struct fail *why);

/* Whom a right is given. ERR_NOT_FOUND. */
struct rights_subject {
    enum role role;
    enum account_state state;
    struct id school;
};
NODISCARD enum err rights_look_subject(struct tx *tx, struct id account,
                                       struct rights_subject *subject_out, struct fail *why);
/* Grants in force for a school that is no longer the holder's own, in the arena of tx. */
NODISCARD enum err rights_look_left(struct tx *tx, struct rights_grant **grants_out,
                                    size_t *n_out, struct fail *why);
/* Is there such a home class in that school? */
NODISCARD enum err rights_look_class(struct tx *tx, struct id class, struct id school,
                                     bool *is_there_out, struct fail *why);
/* The home classes there are, school by school, in the arena: what a homeroom can be given. */
struct rights_class {
    struct id id, school;
    struct span title;
};
NODISCARD enum err rights_look_classes(struct db *db, struct arena *arena,
                                       struct rights_class **classes_out, size_t *n_out,
                                       struct fail *why);
/* ERR_NOT_FOUND. role is that of the account. */
NODISCARD enum err rights_look_find(struct tx *tx, struct id grant,
                                    struct rights_grant *grant_out, bool *is_ended_out,
                                    struct fail *why);
/* Whether the school takes part. */
NODISCARD enum err rights_look_is_open(struct db *db, struct id school, bool *is_open_out,
                                       struct fail *why);
/* Whether anybody of the contractor has the right "export" in force. */
NODISCARD enum err rights_look_export(struct db *db, int64_t now_utc_us, bool *is_there_out,
                                      struct fail *why);
NODISCARD enum err rights_look_used(struct tx *tx, struct id grant, int64_t now_utc_us,
                                    struct fail *why);

/* Grants in force of accounts that are not closed, in the arena, at most n_cap: of one account
 * (newest first), or ID_NONE: of all, those neither used nor given since before_utc_us (longest
 * unused first). */
NODISCARD enum err rights_look_list(struct db *db, struct id account, int64_t before_utc_us,
                                    int64_t now_utc_us, int n_cap, struct arena *arena,
                                    struct rights_grant **grants_out, size_t *n_out,
                                    struct fail *why);

#endif
