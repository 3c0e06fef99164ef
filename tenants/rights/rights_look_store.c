#include "tenants/rights/rights_look_store.h"

#include <stdlib.h>

#include "node/base/log.h"
#include "tenants/rights/rights_rows.h"

#define GRANT_COLUMNS \
    "g.id, g.account, g.school, g.class, g.given_by, g.right_name, g.grade, g.purpose," \
    " g.given_at, g.until, u.used_at, a.role"
#define GRANT_FROM \
    " FROM right_grant g JOIN account a ON a.id = g.account" \
    " LEFT JOIN right_end e ON e.right_grant = g.id" \
    " LEFT JOIN right_use u ON u.right_grant = g.id"

static const struct stmt right_all = {
    "right_all", "SELECT " GRANT_COLUMNS GRANT_FROM
                 " WHERE e.id IS NULL ORDER BY g.account, g.given_at, g.id"};
static const struct stmt right_of = {"right_of",
                                     "SELECT " GRANT_COLUMNS GRANT_FROM
                                     " WHERE g.account = $1::uuid AND e.id IS NULL"
                                     " AND coalesce(g.until > $2::timestamptz, true)"
                                     " ORDER BY g.given_at DESC, g.id LIMIT $3::integer"};
static const struct stmt right_unused = {
    "right_unused",
    "SELECT " GRANT_COLUMNS GRANT_FROM " WHERE e.id IS NULL AND a.state <> 'closed'"
    " AND coalesce(g.until > $2::timestamptz, true)"
    " AND coalesce(u.used_at, g.given_at) <= $1::timestamptz"
    " ORDER BY coalesce(u.used_at, g.given_at), g.id LIMIT $3::integer"};
static const struct stmt right_find = {"right_find",
                                       "SELECT " GRANT_COLUMNS ", e.id IS NOT NULL" GRANT_FROM
                                       " WHERE g.id = $1::uuid"};
static const struct stmt right_place = {
    "right_place",
    "SELECT " RIGHTS_PLACE_COLUMNS
    ", EXISTS (SELECT FROM guardian_link l WHERE l.guardian = $2::uuid AND l.child = p.id"
    " AND l.ended_at IS NULL)" RIGHTS_PLACE_FROM " WHERE p.id = $1::uuid"};
static const struct stmt right_subject = {"right_subject",
                                          "SELECT a.role, a.state, " ACCOUNT_SCHOOL
                                          " FROM account a WHERE a.id = $1::uuid"};
/* Of a school that is no longer the holder's. */
static const struct stmt right_left = {
    "right_left", "SELECT " GRANT_COLUMNS GRANT_FROM
                  " WHERE e.id IS NULL AND g.school IS NOT NULL AND g.school IS DISTINCT FROM"
                  " " ACCOUNT_SCHOOL " ORDER BY g.account, g.id"};
static const struct stmt right_used = {
    "right_used", "INSERT INTO right_use (right_grant, used_at)"
                  " VALUES ($1::uuid, $2::timestamptz) ON CONFLICT (right_grant)"
                  " DO UPDATE SET used_at = greatest(right_use.used_at, excluded.used_at)"};
static const struct stmt right_class = {
    "right_class", "SELECT true FROM school_class WHERE id = $1::uuid AND school = $2::uuid"
                   " AND kind = 'homeroom' AND left_at IS NULL"};
static const struct stmt right_classes = {
    "right_classes", "SELECT id, school, title FROM school_class WHERE kind = 'homeroom'"
                     " AND left_at IS NULL AND school IS NOT NULL"
                     " ORDER BY school, title, id LIMIT 5000"};
static const struct stmt right_school_open = {
    "right_school_open", "SELECT is_cooperating FROM org WHERE id = $1::uuid"};
static const struct stmt right_export = {
    "right_export", "SELECT EXISTS (SELECT" GRANT_FROM " WHERE e.id IS NULL AND g.right_name ="
                    " 'export' AND a.role = 'contractor' AND a.state IN ('issued', 'active')"
                    " AND coalesce(g.until > $1::timestamptz, true))"};

const struct stmt *const rights_look_stmts[RIGHTS_LOOK_STMTS_N] = {
    &right_all,  &right_of,    &right_unused,      &right_find,    &right_place, &right_subject,
    &right_used, &right_class, &right_school_open, &right_classes, &right_left,  &right_export};

/* ---- reading ---- */

static bool text_into(char *into, size_t cap, struct span text)
{
    if (text.len >= cap)
        return false;
    if (text.len > 0)
        memcpy(into, text.p, text.len);
    into[text.len] = '\0';
    return true;
}

/* False: a row that a newer program wrote, or that no longer fits the role: it opens nothing.
 */
static bool read_grant(const struct db_rows *rows, int row, struct rights_grant *out)
{
    struct rights_grant grant = {
        .id = db_id(rows, row, 0),
        .account = db_id(rows, row, 1),
        .school = db_id(rows, row, 2),
        .class = db_id(rows, row, 3),
        .given_by = db_id(rows, row, 4),
        .given_utc_us = db_time(rows, row, 8),
        .until_utc_us = db_time(rows, row, 9),
        .used_utc_us = db_time(rows, row, 10),
    };

    if (right_parse(db_bytes(rows, row, 5), &grant.right, NULL) != ERR_OK ||
        role_parse(db_bytes(rows, row, 11), &grant.role, NULL) != ERR_OK ||
        !(right_roles(grant.right) & ROLE_BIT(grant.role)) ||
        !text_into(grant.grade, sizeof grant.grade, db_bytes(rows, row, 6)) ||
        !text_into(grant.purpose, sizeof grant.purpose, db_bytes(rows, row, 7))) {
        log_warn("rights.row_passed_over", L_ID("right_grant", grant.id));
        return false;
    }
    *out = grant;
    return true;
}

static enum err read_grants(const struct db_rows *rows, struct rights_grant *grants,
                            struct rights_grant **grants_out, size_t *n_out, struct fail *why)
{
    size_t n = 0;

    if (grants == NULL)
        return fail_set(why, ERR_NOMEM, "rights");
    for (int i = 0; i < db_rows_n(rows); i++)
        n += read_grant(rows, i, &grants[n]);
    *grants_out = grants;
    *n_out = n;
    return ERR_OK;
}

enum err rights_look_all(struct db *db, struct rights_grant **grants_out, size_t *n_out,
                         struct fail *why)
{
    struct rights_grant *grants = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &right_all, &args, &rows, why);
    if (rc == ERR_OK) {
        grants = calloc((size_t)db_rows_n(rows) + 1, sizeof *grants);
        rc = read_grants(rows, grants, grants_out, n_out, why);
    }
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_list(struct db *db, struct id account, int64_t before_utc_us,
                          int64_t now_utc_us, int n_cap, struct arena *arena,
                          struct rights_grant **grants_out, size_t *n_out, struct fail *why)
{
    bool is_all = id_is_none(account);
    struct rights_grant *grants = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    if (is_all)
        db_arg_time(&args, before_utc_us);
    else
        db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    db_arg_i32(&args, n_cap);
    rc = db_run(db, is_all ? &right_unused : &right_of, &args, &rows, why);
    if (rc == ERR_OK) {
        grants = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *grants);
        rc = read_grants(rows, grants, grants_out, n_out, why);
    }
    db_rows_free(&rows);
    return rc;
}

static enum err read_kind(struct span text, enum person_kind *kind_out, struct fail *why)
{
    for (int i = 0; i < PERSON_KIND_N; i++) {
        if (span_eq(text, span_text(person_kind_id((enum person_kind)i)))) {
            *kind_out = (enum person_kind)i;
            return ERR_OK;
        }
    }
    return fail_set(why, ERR_INTERNAL, "a person of kind %.*s", SPAN_ARG(text));
}

/* "UUID UUID ...": a child of more home classes than fit is seen by the first of them. */
static void read_classes(struct span text, struct rights_place *place)
{
    const size_t step = ID_TEXT_CAP; /* 36 characters and a space */

    for (size_t at = 0; at + step - 1 <= text.len && place->n_classes < RIGHTS_CLASSES_CAP;
         at += step)
        if (id_parse(span_cut(text, at, step - 1), &place->classes[place->n_classes], NULL) ==
            ERR_OK)
            place->n_classes++;
}

enum err rights_look_read_place(const struct db_rows *rows, int row,
                                struct rights_place *place_out, struct fail *why)
{
    struct rights_place place = {
        .person = db_id(rows, row, 0),
        .school = db_id(rows, row, 1),
        .has_left = db_bool(rows, row, 4),
        .is_merged = db_bool(rows, row, 5),
        .role = ROLE_ANONYMOUS,
        .is_open = db_bool(rows, row, 8),
    };
    struct span state = db_bytes(rows, row, 7);
    enum err rc = read_kind(db_bytes(rows, row, 2), &place.kind, why);

    if (rc == ERR_OK && !text_into(place.grade, sizeof place.grade, db_bytes(rows, row, 3)))
        place.grade[0] = '\0'; /* nobody's grade: no grade head reaches it */
    if (rc == ERR_OK && !db_is_null(rows, row, 6))
        rc = role_parse(db_bytes(rows, row, 6), &place.role, why);
    place.is_usable = span_eq(state, SPAN("issued")) || span_eq(state, SPAN("active")) ||
                      span_eq(state, SPAN("suspended"));
    read_classes(db_bytes(rows, row, 9), &place);
    if (rc == ERR_OK)
        *place_out = place;
    return rc;
}

enum err rights_look_place(struct db *db, struct id person, struct id guardian,
                           struct rights_place *place_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, person);
    db_arg_id(&args, guardian);
    rc = db_run(db, &right_place, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such person");
    if (rc == ERR_OK)
        rc = rights_look_read_place(rows, 0, place_out, why);
    if (rc == ERR_OK)
        place_out->is_child = db_bool(rows, 0, RIGHTS_PLACE_N);
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_classes(struct db *db, struct arena *arena,
                             struct rights_class **classes_out, size_t *n_out, struct fail *why)
{
    struct rights_class *list = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &right_classes, &args, &rows, why);
    if (rc == ERR_OK) {
        n = (size_t)db_rows_n(rows);
        list = arena_alloc(arena, (n + 1) * sizeof *list);
        if (list == NULL)
            rc = fail_set(why, ERR_NOMEM, "%zu classes", n);
    }
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        list[i].id = db_id(rows, (int)i, 0);
        list[i].school = db_id(rows, (int)i, 1);
        list[i].title = arena_copy(arena, db_bytes(rows, (int)i, 2));
        if (list[i].title.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "classes");
    }
    db_rows_free(&rows);
    if (rc != ERR_OK)
        return rc;
    *classes_out = list;
    *n_out = n;
    return ERR_OK;
}

enum err rights_look_left(struct tx *tx, struct rights_grant **grants_out, size_t *n_out,
                          struct fail *why)
{
    struct rights_grant *grants = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = tx_run(tx, &right_left, &args, &rows, why);
    if (rc == ERR_OK) {
        grants = arena_alloc(tx_arena(tx), ((size_t)db_rows_n(rows) + 1) * sizeof *grants);
        rc = read_grants(rows, grants, grants_out, n_out, why);
    }
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_subject(struct tx *tx, struct id account,
                             struct rights_subject *subject_out, struct fail *why)
{
    struct rights_subject subject = {.school = ID_NONE};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    rc = tx_run(tx, &right_subject, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    if (rc == ERR_OK)
        rc = role_parse(db_bytes(rows, 0, 0), &subject.role, why);
    if (rc == ERR_OK)
        rc = account_state_parse(db_bytes(rows, 0, 1), &subject.state, why);
    if (rc == ERR_OK) {
        subject.school = db_id(rows, 0, 2);
        *subject_out = subject;
    }
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_find(struct tx *tx, struct id grant, struct rights_grant *grant_out,
                          bool *is_ended_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, grant);
    rc = tx_run(tx, &right_find, &args, &rows, why);
    if (rc == ERR_OK && (db_rows_n(rows) == 0 || !read_grant(rows, 0, grant_out)))
        rc = fail_set(why, ERR_NOT_FOUND, "no such right");
    if (rc == ERR_OK)
        *is_ended_out = db_bool(rows, 0, 12);
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_class(struct tx *tx, struct id class, struct id school, bool *is_there_out,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, class);
    db_arg_id(&args, school);
    rc = tx_run(tx, &right_class, &args, &rows, why);
    if (rc == ERR_OK)
        *is_there_out = db_rows_n(rows) > 0 && db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_is_open(struct db *db, struct id school, bool *is_open_out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, school);
    rc = db_run(db, &right_school_open, &args, &rows, why);
    if (rc == ERR_OK)
        *is_open_out = db_rows_n(rows) > 0 && db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_export(struct db *db, int64_t now_utc_us, bool *is_there_out,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    rc = db_run(db, &right_export, &args, &rows, why);
    if (rc == ERR_OK)
        *is_there_out = db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err rights_look_used(struct tx *tx, struct id grant, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, grant);
    db_arg_time(&args, now_utc_us);
    return tx_send(tx, &right_used, &args, why);
}
