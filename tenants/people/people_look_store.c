#include "tenants/people/people_look_store.h"

#include "tenants/rights/rights_rows.h"

static const struct stmt people_version_now = {"people_version_now",
                                               "SELECT n FROM people_version"};
static const struct stmt people_all = {
    "people_all",
    "SELECT " RIGHTS_PLACE_COLUMNS
    ", a.is_trial, a.ends_at, o.name, p.family_sealed, p.given_sealed, p.family_kana_sealed,"
    " p.given_kana_sealed, a.display_name_sealed, a.login_sealed" RIGHTS_PLACE_FROM
    " WHERE p.merged_into IS NULL ORDER BY p.id"};
static const struct stmt people_children = {
    "people_children", "SELECT child FROM guardian_link WHERE guardian = $1::uuid"
                       " AND ended_at IS NULL ORDER BY child LIMIT $2::integer"};
static const struct stmt people_signs = {
    "people_signs",
    "SELECT (SELECT count(*) FROM session s WHERE s.account = a.id AND s.closed_at IS NULL"
    " AND s.stage = 'full' AND s.expires_at > $2::timestamptz"
    " AND s.last_seen_at > $3::timestamptz),"
    " greatest(a.locked_until, (SELECT max(l.locked_until) FROM account_place l"
    " WHERE l.account = a.id)), a.state = 'active' AND a.first_password_sealed IS NULL AND "
    "EXISTS"
    " (SELECT FROM handback_import i WHERE i.at > coalesce(a.password_changed_at, '-infinity'))"
    " FROM account a WHERE a.id = $1::uuid"};

const struct stmt *const people_look_stmts[PEOPLE_LOOK_STMTS_N] = {
    &people_version_now, &people_all, &people_children, &people_signs};

static const struct data_column version_columns[] = {
    {"one", "つねに真（行は一つだけ）", false},
    {"n", "人・アカウント・学校の行が変わった回数", false},
    {"in_tx", "最後に数えた書きこみの番号", false},
    {NULL, NULL, false},
};
const struct data_table people_look_tables[PEOPLE_LOOK_TABLES_N] = {{
    .name = "people_version",
    .meaning_ja = "人の名簿が変わった回数",
    .purpose_ja = "名前の索引（メモリの中だけにある）が古くなったことを知るため",
    .ground_ja = "委託契約（名簿の検索）",
    .purpose_en =
        "one counter, raised by triggers, that tells the index of names to read again",
    .retention_days = 0,
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NOTHING,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = version_columns,
}};

enum err people_look_version(struct db *db, int64_t *version_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &people_version_now, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) != 1)
        rc = fail_set(why, ERR_INTERNAL, "people_version has %d rows", db_rows_n(rows));
    if (rc == ERR_OK)
        *version_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err read_row(const struct db_rows *rows, int i, struct people_row *row,
                         struct fail *why)
{
    enum err rc = rights_look_read_place(rows, i, &row->place, why);

    row->has_account = row->place.role != ROLE_ANONYMOUS;
    if (rc == ERR_OK && row->has_account)
        rc = account_state_parse(db_bytes(rows, i, 7), &row->state, why);
    row->is_trial = db_bool(rows, i, RIGHTS_PLACE_N);
    row->ends_utc_us = db_time(rows, i, RIGHTS_PLACE_N + 1);
    row->school_name = db_bytes(rows, i, RIGHTS_PLACE_N + 2);
    for (int k = 0; k < PEOPLE_SEALED_N; k++)
        row->sealed[k] = db_bytes(rows, i, RIGHTS_PLACE_N + 3 + k);
    return rc;
}

enum err people_look_all(struct db *db, size_t *n_out,
                         enum err (*each)(const struct people_row *row, void *arg,
                                          struct fail *why),
                         void *arg, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &people_all, &args, &rows, why);
    if (rc == ERR_OK && n_out != NULL)
        *n_out = (size_t)db_rows_n(rows);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        struct people_row row = {.has_account = false};

        rc = read_row(rows, i, &row, why);
        if (rc == ERR_OK)
            rc = each(&row, arg, why);
    }
    db_rows_free(&rows);
    return rc;
}

enum err people_look_children(struct db *db, struct id guardian, int n_cap, struct arena *arena,
                              struct id **ids_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct id *ids = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, guardian);
    db_arg_i32(&args, n_cap);
    rc = db_run(db, &people_children, &args, &rows, why);
    if (rc == ERR_OK) {
        ids = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *ids);
        rc = ids == NULL ? fail_set(why, ERR_NOMEM, "children") : ERR_OK;
    }
    for (int i = 0; ids != NULL && i < db_rows_n(rows); i++)
        ids[i] = db_id(rows, i, 0);
    if (rc == ERR_OK) {
        *ids_out = ids;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

enum err people_look_signs(struct db *db, struct id account, int64_t now_utc_us,
                           int64_t seen_since_utc_us, struct people_signs *signs_out,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *signs_out = (struct people_signs){.n_sessions = 0};
    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    db_arg_time(&args, seen_since_utc_us);
    rc = db_run(db, &people_signs, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0)
        *signs_out = (struct people_signs){.n_sessions = db_i64(rows, 0, 0),
                                           .locked_until_utc_us = db_time(rows, 0, 1),
                                           .waits_for_slip = db_bool(rows, 0, 2)};
    db_rows_free(&rows);
    return rc;
}
