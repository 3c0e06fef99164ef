#include "node/place/look_store.h"

#include "node/db/audit_store.h"
#include "node/place/store_common.h"
#include "node/place/store_rows.h"
#include "tenants/people/account_store.h"

static const struct stmt look_version = {
    "look_version",
    "SELECT (SELECT coalesce(max(n), 0) FROM floor_version), (SELECT coalesce(max(n), 0) FROM"
    " floor_plan), (SELECT coalesce(max(n), 0) FROM floor_rule), (SELECT coalesce(max(n), 0)"
    " FROM place_session), (SELECT n FROM people_version), (SELECT coalesce(max(n), 0) FROM"
    " profile_version), (SELECT count(*) FROM right_grant WHERE coalesce(until > now(), true))"
    " - (SELECT count(*) FROM right_end), (now() AT TIME ZONE 'Asia/Tokyo')::date -"
    " '1970-01-01'::date"};

/* Classes somebody is in today, home class first: "UUID UUID". */
#define CLASSES_OF_A \
    "coalesce((SELECT string_agg(e.class::text, ' ' ORDER BY c.kind, c.school_year DESC," \
    " e.class) FROM enrolment e JOIN school_class c ON c.id = e.class WHERE e.person = a.id" \
    " AND e.left_at IS NULL AND c.left_at IS NULL" \
    " AND coalesce(e.begins_on <= (now() AT TIME ZONE 'Asia/Tokyo')::date, true)" \
    " AND coalesce(e.ends_on >= (now() AT TIME ZONE 'Asia/Tokyo')::date, true)), '')"
/* What a pass says of somebody, as one number: 64 bits of a digest over all of it. */
#define MARK_OF_A \
    "('x' || substr(md5(concat_ws('|', a.role, " ACCOUNT_SCHOOL ", a.is_trial," \
    " encode(a.display_name_sealed, 'hex'), encode(a.login_sealed, 'hex')," \
    " (SELECT q.grade FROM person q WHERE q.id = a.id), " CLASSES_OF_A "," \
    " (SELECT max(v.n) FROM profile_version v WHERE v.account = a.id)," \
    " (SELECT string_agg(g.id::text, ' ' ORDER BY g.id) FROM right_grant g WHERE g.account =" \
    " a.id AND coalesce(g.until > now(), true) AND NOT EXISTS (SELECT FROM right_end r WHERE" \
    " r.right_grant = g.id)))), 1, 16))::bit(64)::bigint"

#define WATCHED(mark) \
    "SELECT w.i, " ACCOUNT_SCHOOL ", a.id IS NOT NULL, s.closed_at IS NULL AND s.stage =" \
    " 'full' AND s.account = a.id, a.state = 'active', " ACCOUNT_TAKES_PART ", a.is_trial," \
    " a.role, s.created_at, s.last_seen_at, s.expires_at, " ACCOUNT_ENDS ", " mark \
    " FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS w (account, session, i)" \
    " LEFT JOIN account a ON a.id = w.account LEFT JOIN session s ON s.id = w.session" \
    " ORDER BY w.i"
static const struct stmt look_watched = {"look_watched", WATCHED("0::bigint")};
static const struct stmt look_marked = {"look_marked", WATCHED(MARK_OF_A)};
static const struct stmt look_person = {
    "look_person",
    "SELECT a.role, " ACCOUNT_SCHOOL ", coalesce((SELECT q.grade FROM person q WHERE q.id ="
    " a.id), ''), a.login_sealed, " CLASSES_OF_A ", a.is_trial,"
    " (SELECT max(e.at) FROM visit_event e WHERE e.account = a.id AND e.at <"
    " $2::timestamptz), " MARK_OF_A " FROM account a WHERE a.id = $1::uuid AND a.state ="
    " 'active'"};

const struct stmt *const look_stmts[LOOK_STMTS_N] = {&look_version, &look_watched, &look_marked,
                                                     &look_person};

enum err look_store_version(struct db *db, struct facts_version *version_out,
                            struct look_version *people_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &look_version, &none, &rows, why);
    if (rc == ERR_OK && people_out != NULL)
        *people_out = (struct look_version){.people = db_i64(rows, 0, 4),
                                            .profiles = db_i64(rows, 0, 5),
                                            .rights = db_i64(rows, 0, 6),
                                            .day = db_i64(rows, 0, 7)};
    if (rc == ERR_OK)
        *version_out = (struct facts_version){.floors = db_i64(rows, 0, 0),
                                              .plans = db_i64(rows, 0, 1),
                                              .rules = db_i64(rows, 0, 2),
                                              .sessions = db_i64(rows, 0, 3)};
    db_rows_free(&rows);
    return rc;
}

static enum err read_watched(const struct db_rows *rows, int i, struct look_row *out,
                             struct fail *why)
{
    *out = (struct look_row){
        .school = db_id(rows, i, 1),
        .has_account = db_bool(rows, i, 2),
        .is_open = db_bool(rows, i, 3),
        .is_active = db_bool(rows, i, 4),
        .takes_part = db_bool(rows, i, 5),
        .is_trial = db_bool(rows, i, 6),
        .created_utc_us = db_time(rows, i, 8),
        .last_seen_utc_us = db_time(rows, i, 9),
        .expires_utc_us = db_time(rows, i, 10),
        .ends_utc_us = db_time(rows, i, 11),
        .mark = (uint64_t)db_i64(rows, i, 12),
    };
    return out->has_account ? role_parse(db_bytes(rows, i, 7), &out->role, why) : ERR_OK;
}

enum err look_store_watched(struct db *db, const struct id *accounts, const struct id *sessions,
                            size_t n, bool has_marks, struct arena *arena,
                            struct look_row **rows_out, struct fail *why)
{
    struct look_row *all = arena_alloc(arena, (n + 1) * sizeof *all);
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc = all == NULL ? fail_set(why, ERR_NOMEM, "%zu watched", n) : ERR_OK;

    db_args_init(&args);
    if (rc == ERR_OK)
        rc = store_arg_ids(&args, accounts, n, arena, why);
    if (rc == ERR_OK)
        rc = store_arg_ids(&args, sessions, n, arena, why);
    if (rc == ERR_OK)
        rc = db_run(db, has_marks ? &look_marked : &look_watched, &args, &rows, why);
    if (rc == ERR_OK && (size_t)db_rows_n(rows) != n)
        rc = fail_set(why, ERR_INTERNAL, "%d rows for %zu watched", db_rows_n(rows), n);
    for (size_t i = 0; rc == ERR_OK && all != NULL && i < n; i++) {
        rc = read_watched(rows, (int)i, &all[i], why);
        all[i].account = accounts[i];
        all[i].session = sessions[i];
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

static int read_classes(struct span text, struct id classes[WORLD_GROUPS_CAP])
{
    int n = 0;

    for (; text.len > 0 && n < WORLD_GROUPS_CAP; text = span_from(text, ID_TEXT_CAP))
        if (id_parse(span_cut(text, 0, ID_TEXT_CAP - 1), &classes[n], NULL) == ERR_OK)
            n++;
    return n;
}

static enum err read_person(const struct db_rows *rows, struct arena *arena,
                            struct look_person *out, struct fail *why)
{
    enum err rc;

    *out = (struct look_person){
        .school = db_id(rows, 0, 1),
        .grade = db_bytes(rows, 0, 2),
        .login_sealed = db_bytes(rows, 0, 3),
        .is_trial = db_bool(rows, 0, 5),
        .last_visit_utc_us = db_time(rows, 0, 6),
        .mark = (uint64_t)db_i64(rows, 0, 7),
    };
    out->n_classes = read_classes(db_bytes(rows, 0, 4), out->classes);
    rc = role_parse(db_bytes(rows, 0, 0), &out->role, why);
    if (rc == ERR_OK)
        rc = STORE_OWN(arena, why, &out->grade, &out->login_sealed);
    return rc;
}

enum err look_store_person(struct db *db, struct id account, int64_t before_utc_us,
                           struct arena *arena, struct look_person *person_out,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, before_utc_us);
    rc = db_run(db, &look_person, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no account that may be signed in");
    if (rc == ERR_OK)
        rc = read_person(rows, arena, person_out, why);
    db_rows_free(&rows);
    return rc;
}
