#include "node/support/duty_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/support/support_rows.h"
#include "tenants/people/account_store.h"

#define COLUMNS "id, n, purpose, account, position, is_on, at, by, role"

static const struct stmt duty_add = {
    "duty_person_add",
    "INSERT INTO duty_person (" COLUMNS ") VALUES ($1::uuid, $2::bigint, $3::text, $4::uuid,"
    " $5::integer, $6::boolean, $7::timestamptz, $8::uuid, $9::text)"};
static const struct stmt duty_next = {
    "duty_person_next",
    "SELECT coalesce((SELECT max(n) FROM duty_person), 0) + 1,"
    " EXISTS (SELECT FROM duty_person WHERE id = $1::uuid),"
    " EXISTS (SELECT FROM account WHERE id = $2::uuid AND state <> 'closed'"
    " AND role IN ('supporter', 'commissioner', 'contractor')),"
    " (SELECT count(*) FROM (SELECT DISTINCT ON (account) account, is_on FROM duty_person"
    " WHERE purpose = $3::text AND account <> $2::uuid ORDER BY account, n DESC) o"
    " WHERE is_on)"};
static const struct stmt duty_current = {
    "duty_person_current",
    "SELECT " COLUMNS " FROM (SELECT DISTINCT ON (account) " COLUMNS " FROM duty_person"
    " WHERE purpose = $1::text ORDER BY account, n DESC) d WHERE is_on AND EXISTS (SELECT FROM"
    " account a WHERE a.id = d.account AND a.state IN ('issued', 'active'))"
    " ORDER BY position, n"};
static const struct stmt duty_school = {
    "duty_school",
    "SELECT DISTINCT a.id FROM right_grant g JOIN account a ON a.id = g.account"
    " WHERE g.right_name = 'on_duty' AND a.role = 'school_staff'"
    " AND a.state IN ('issued', 'active') AND coalesce(g.until > $2::timestamptz, true)"
    " AND NOT EXISTS (SELECT FROM right_end e WHERE e.right_grant = g.id)"
    " AND g.school = (" ACCOUNT_SCHOOL ")"
    " AND g.school = (SELECT c.school FROM (SELECT " ACCOUNT_SCHOOL " AS school FROM account a"
    " WHERE a.id = $1::uuid) c) ORDER BY a.id LIMIT $3::integer"};
static const struct stmt duty_leaves = {
    "duty_person_leaves", "SELECT " COLUMNS " FROM duty_person WHERE id = ANY ($1::uuid[])"};
static const struct stmt duty_extra = {
    "duty_person_extra", "SELECT d.id FROM duty_person d WHERE NOT EXISTS (SELECT FROM"
                         " audit_leaf l WHERE l.row_id = d.id AND l.table_name ="
                         " 'duty_person')"};
static const struct stmt call_set = {
    "duty_call_set",
    "INSERT INTO duty_call (id, kind, account, set_at, due_at) VALUES ($1::uuid, $2::text,"
    " $3::uuid, $4::timestamptz, $5::timestamptz) ON CONFLICT (id) DO UPDATE SET set_at ="
    " excluded.set_at, due_at = excluded.due_at"};
static const struct stmt call_later = {"duty_call_later",
                                       "UPDATE duty_call SET set_at = $2::timestamptz, due_at ="
                                       " $3::timestamptz WHERE id = $1::uuid"};
static const struct stmt call_end = {"duty_call_end",
                                     "DELETE FROM duty_call WHERE id = $1::uuid"};
static const struct stmt call_find = {"duty_call_find",
                                      "SELECT id FROM duty_call WHERE id = $1::uuid"};
static const struct stmt call_due = {
    "duty_call_due",
    "SELECT id, kind, account, set_at, due_at FROM duty_call WHERE due_at <= $1::timestamptz"
    " OR set_at > $1::timestamptz ORDER BY due_at, id LIMIT $2::integer"};
static const struct stmt call_earlier = {
    "duty_call_earlier",
    "SELECT count(*) FROM duty_call d JOIN sos s ON s.id = d.id WHERE d.account = $1::uuid"
    " AND (s.at, s.id) < (SELECT o.at, o.id FROM sos o WHERE o.id = $2::uuid)"};
static const struct stmt call_count = {
    "duty_call_count", "SELECT count(*) FILTER (WHERE kind = 'sos'), count(*) FILTER (WHERE"
                       " kind = 'incident') FROM duty_call"};

const struct stmt *const duty_stmts[DUTY_STMTS_N] = {
    &duty_add,   &duty_next, &duty_current, &duty_school, &duty_leaves,  &duty_extra, &call_set,
    &call_later, &call_end,  &call_find,    &call_due,    &call_earlier, &call_count};

static const struct data_column duty_columns[] = {
    {"id", "決定のID", false},
    {"n", "決定の通し番号", false},
    {"purpose", "何の当番か（sosはSOS、incidentは緊急・深刻な報告）", false},
    {"account", "だれが（アカウントのID）", false},
    {"position", "知らせる順番（1が最初）", false},
    {"is_on", "当番に入っているか", false},
    {"at", "いつ決めたか", false},
    {"by", "だれが決めたか（アカウントのID）", false},
    {"role", "決めた人の役割", false},
    {NULL, NULL, false},
};
static const struct data_column call_columns[] = {
    {"id", "SOSか報告のID", false},
    {"kind", "SOSか報告か", false},
    {"account", "どの児童生徒か（アカウントのID）", false},
    {"set_at", "次の時刻を決めた時刻", false},
    {"due_at", "次の人に知らせる時刻", false},
    {NULL, NULL, false},
};

const struct data_table duty_tables[DUTY_TABLES_N] = {
    {
        .name = "duty_person",
        .meaning_ja = "SOSと緊急の報告を知らせる人の順番",
        .purpose_ja = "だれにどの順で知らせるかを定め、だれがいつ変えたかを残すため",
        .ground_ja = "委託契約（緊急時の連絡）",
        .purpose_en = "who is told of calls for help, in which order: every decision",
        .key_of = KEY_OF_NONE,
        .mention_columns = "account,by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = duty_columns,
    },
    {
        .name = "duty_call",
        .meaning_ja = "まだ応答のないSOSと報告",
        .purpose_ja = "応答があるまで、当番の順に知らせつづけるため",
        .ground_ja = "委託契約（緊急時の連絡）",
        .purpose_en = "calls nobody has answered yet and when the next person is told;"
                      " a working list, empty when all is answered",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = call_columns,
    },
};

/* ---- the leaf ---- */

struct leaf {
    struct duty_row row;
    int purpose;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_CHOICE(leaf, "purpose", DUTY_PURPOSES, purpose),
    LEAF_FIELD(leaf, "account", JX_ID, row.account),
    LEAF_FIELD(leaf, "position", JX_INT, row.position),
    LEAF_FIELD(leaf, "is_on", JX_BOOL, row.is_on),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD_IF(leaf, "by", JX_ID, row.by, has_by),
    LEAF_FIELD(leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape leaf_shape = JX_SHAPE("DutyPersonLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct duty_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .row = *row, .purpose = (int)row->purpose, .has_by = !id_is_none(row->by)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct duty_row *out,
                       struct fail *why)
{
    int purpose = jx_choice_find(DUTY_PURPOSES, db_bytes(rows, i, 2));

    *out = (struct duty_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .purpose = (enum duty_purpose)purpose,
        .account = db_id(rows, i, 3),
        .position = db_i64(rows, i, 4),
        .is_on = db_bool(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
        .by = db_id(rows, i, 7),
        .role = db_bytes(rows, i, 8),
    };
    return purpose < 0 ? fail_set(why, ERR_INTERNAL, "a purpose of duty") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct duty_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table duty_person_audit_table = {"duty_person", &duty_leaves, &duty_extra,
                                                    leaf_of_row};

/* ---- persons ---- */

struct next {
    int64_t n, n_on;
    bool is_done, is_somebody;
};
static enum err read_next(struct tx *tx, const struct duty_row *row, struct next *out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->account);
    db_arg_text(&args, jx_choice_at(DUTY_PURPOSES, (int)row->purpose));
    rc = tx_run(tx, &duty_next, &args, &rows, why);
    if (rc == ERR_OK)
        *out = (struct next){.n = db_i64(rows, 0, 0),
                             .is_done = db_bool(rows, 0, 1),
                             .is_somebody = db_bool(rows, 0, 2),
                             .n_on = db_i64(rows, 0, 3)};
    db_rows_free(&rows);
    return rc;
}

enum err duty_store_decide(struct tx *tx, struct duty_row *row, struct fail *why)
{
    struct next next = {.n = 0};
    struct span bytes;
    struct db_args args;
    enum err rc = read_next(tx, row, &next, why);

    if (rc != ERR_OK || next.is_done)
        return rc;
    if (row->is_on && !next.is_somebody)
        return fail_field(why, ERR_NOT_FOUND, "account", "nobody who may be on duty");
    if (row->is_on && next.n_on >= DUTY_MOST)
        return fail_set(why, ERR_TOO_LARGE, "persons on duty");
    row->n = next.n;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->n);
    db_arg_text(&args, jx_choice_at(DUTY_PURPOSES, (int)row->purpose));
    db_arg_id(&args, row->account);
    db_arg_i32(&args, (int32_t)row->position);
    db_arg_bool(&args, row->is_on);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &duty_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", "duty_person", row->id, bytes, why) : rc;
}

static enum err own_duty(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct duty_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->role) : rc;
}

enum err duty_store_list(struct tx *tx, struct db *db, enum duty_purpose purpose,
                         struct arena *arena, struct duty_row **out, size_t *n_out,
                         struct fail *why)
{
    static const struct store_list list = {sizeof(struct duty_row), own_duty};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, jx_choice_at(DUTY_PURPOSES, (int)purpose));
    rc = store_list(tx, db, &duty_current, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err duty_store_school(struct tx *tx, struct id child, int64_t now_utc_us,
                           struct id **accounts_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct id *accounts = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, child);
    db_arg_time(&args, now_utc_us);
    db_arg_i32(&args, DUTY_MOST);
    rc = tx_run(tx, &duty_school, &args, &rows, why);
    if (rc == ERR_OK) {
        accounts = arena_alloc(tx_arena(tx), ((size_t)db_rows_n(rows) + 1) * sizeof *accounts);
        rc = accounts == NULL ? fail_set(why, ERR_NOMEM, "accounts") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && accounts != NULL && i < db_rows_n(rows); i++)
        accounts[i] = db_id(rows, i, 0);
    if (rc == ERR_OK) {
        *accounts_out = accounts;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

/* ---- calls ---- */

enum err duty_store_call_set(struct tx *tx, const struct duty_call *call, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, call->id);
    db_arg_text(&args, jx_choice_at(DUTY_PURPOSES, (int)call->purpose));
    db_arg_id(&args, call->account);
    db_arg_time(&args, call->set_utc_us);
    db_arg_time(&args, call->due_utc_us);
    return tx_run(tx, &call_set, &args, NULL, why);
}

enum err duty_store_call_later(struct tx *tx, const struct duty_call *call, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, call->id);
    db_arg_time(&args, call->set_utc_us);
    db_arg_time(&args, call->due_utc_us);
    return tx_run(tx, &call_later, &args, NULL, why);
}

enum err duty_store_call_end(struct tx *tx, struct id id, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    return tx_run(tx, &call_end, &args, NULL, why);
}

enum err duty_store_call_is_open(struct tx *tx, struct id id, bool *is_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, &call_find, &args, &rows, why);
    if (rc == ERR_OK)
        *is_out = db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}

static enum err own_call(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    int purpose = jx_choice_find(DUTY_PURPOSES, db_bytes(rows, i, 1));

    (void)arena;
    *(struct duty_call *)into = (struct duty_call){
        .id = db_id(rows, i, 0),
        .purpose = (enum duty_purpose)purpose,
        .account = db_id(rows, i, 2),
        .set_utc_us = db_time(rows, i, 3),
        .due_utc_us = db_time(rows, i, 4),
    };
    return purpose < 0 ? fail_set(why, ERR_INTERNAL, "a call's kind") : ERR_OK;
}

enum err duty_store_due(struct db *db, int64_t now_utc_us, int n_cap, struct arena *arena,
                        struct duty_call **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct duty_call), own_call};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &call_due, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err duty_store_earlier(struct tx *tx, struct id account, struct id sos, int64_t *n_out,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_id(&args, sos);
    rc = tx_run(tx, &call_earlier, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err duty_store_count(struct db *db, int64_t *n_sos_out, int64_t *n_incidents_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &call_count, &none, &rows, why);
    if (rc == ERR_OK) {
        *n_sos_out = db_i64(rows, 0, 0);
        *n_incidents_out = db_i64(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}
