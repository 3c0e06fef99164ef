#include "tenants/people/registration_look_store.h"

#include "tenants/people/admission_rows.h"

#define COUNT(field) \
    " UNION ALL SELECT '" field "', " field ", count(*) FROM latest GROUP BY " field

/* The latest row of a person and school year counts. */
static const struct stmt counts = {
    "registration_counts",
    "WITH latest AS (SELECT DISTINCT ON (person) * FROM registration"
    " WHERE school_year = $1::integer ORDER BY person, recorded_at DESC, id DESC)"
    " SELECT 'all' AS field, '' AS code, count(*) AS n FROM latest" COUNT("target")
        COUNT("route") COUNT("wish") COUNT("wish_by") COUNT("support")
            COUNT("admission") " UNION ALL SELECT 'consent', consent_version, count(*)"
                               " FROM latest GROUP BY consent_version"
                               " UNION ALL SELECT 'reached', '', count(*) FROM latest l"
                               " JOIN account a ON a.id = l.person"
                               " WHERE l.support = 'none' AND a.state = 'active'"
                               " ORDER BY field, code"};
static const struct stmt due = {
    "registration_due",
    "SELECT p.id, (SELECT max(school_year) FROM registration r WHERE r.person = p.id)"
    " FROM person p JOIN account a ON a.id = p.id WHERE p.kind = 'student'"
    " AND p.left_at IS NULL AND p.merged_into IS NULL AND a.state IN ('issued', 'active',"
    " 'suspended') AND NOT EXISTS (SELECT FROM registration r WHERE r.person = p.id"
    " AND r.school_year = $1::integer) ORDER BY p.id"};

const struct stmt *const registration_look_stmts[REGISTRATION_LOOK_STMTS_N] = {&counts, &due};

static enum err run(struct db *db, const struct stmt *stmt, int64_t school_year,
                    struct db_rows **rows_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, (int32_t)school_year);
    return db_run(db, stmt, &args, rows_out, why);
}

static bool copy(struct arena *arena, struct span from, struct span *to)
{
    *to = arena_copy(arena, from);
    return to->p != NULL || from.len == 0;
}

enum err registration_look_counts(struct db *db, int64_t school_year, struct arena *arena,
                                  struct registration_count **counts_out, size_t *n_out,
                                  struct fail *why)
{
    struct registration_count *list = NULL;
    struct db_rows *rows = NULL;
    size_t n = 0;
    enum err rc = run(db, &counts, school_year, &rows, why);

    if (rc != ERR_OK)
        return rc;
    n = (size_t)db_rows_n(rows);
    list = arena_alloc(arena, (n + 1) * sizeof *list);
    if (list == NULL) {
        db_rows_free(&rows);
        return fail_set(why, ERR_NOMEM, "%zu counts", n);
    }
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        list[i].n = db_i64(rows, (int)i, 2);
        if (!copy(arena, db_bytes(rows, (int)i, 0), &list[i].field) ||
            !copy(arena, db_bytes(rows, (int)i, 1), &list[i].code))
            rc = fail_set(why, ERR_NOMEM, "counts");
    }
    db_rows_free(&rows);
    if (rc != ERR_OK)
        return rc;
    *counts_out = list;
    *n_out = n;
    return ERR_OK;
}

enum err registration_look_due(struct db *db, int64_t school_year, struct arena *arena,
                               struct registration_due **due_out, size_t *n_out,
                               struct fail *why)
{
    struct registration_due *list = NULL;
    struct db_rows *rows = NULL;
    size_t n = 0;
    enum err rc = run(db, &due, school_year, &rows, why);

    if (rc != ERR_OK)
        return rc;
    n = (size_t)db_rows_n(rows);
    list = arena_alloc(arena, (n + 1) * sizeof *list);
    if (list == NULL) {
        db_rows_free(&rows);
        return fail_set(why, ERR_NOMEM, "%zu persons", n);
    }
    for (size_t i = 0; i < n; i++)
        list[i] = (struct registration_due){db_id(rows, (int)i, 0), db_i64(rows, (int)i, 1)};
    db_rows_free(&rows);
    *due_out = list;
    *n_out = n;
    return ERR_OK;
}
