#include "tenants/watch/watch_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "tenants/watch/watch_rows.h"

static const struct stmt past = {
    "watch_past",
    "SELECT person, max(at), false FROM access_record WHERE account = $1::uuid"
    " AND at > $2::timestamptz AND person <> account AND action IN ('read', 'export')"
    " AND outcome = 'ok' GROUP BY person"
    " UNION ALL"
    " SELECT p, max(a.at), true FROM access_record a JOIN access_shown s ON s.id = a.id,"
    " unnest(s.persons) AS p WHERE a.account = $1::uuid AND a.at > $2::timestamptz GROUP BY p"};
static const struct stmt notice_add = {
    "watch_notice_add",
    "INSERT INTO watch_notice (id, account, kind, at, n_persons, window_s, rule)"
    " SELECT $1::uuid, $2::uuid, $3::text, $4::timestamptz, $5::integer, $6::integer, $7::text"
    " WHERE NOT EXISTS (SELECT FROM watch_notice WHERE account = $2::uuid AND kind = $3::text"
    " AND at > $4::timestamptz - make_interval(secs => $6::integer)) RETURNING id"};
static const struct stmt notice_rows = {
    "watch_notice_rows", "SELECT id, account, kind, at, n_persons, window_s, rule"
                         " FROM watch_notice WHERE id = ANY ($1::uuid[])"};
static const struct stmt notice_extra = {
    "watch_notice_extra",
    "SELECT id FROM watch_notice n WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = n.id AND l.table_name = 'watch_notice')"};
static const struct stmt notice_list = {
    "watch_notice_list",
    "SELECT n.id, n.account, n.kind, n.at, n.n_persons, n.window_s, n.rule,"
    " coalesce(a.role, ''), mine.at, (SELECT count(*) FROM watch_notice_seen s"
    " WHERE s.watch_notice = n.id)"
    " FROM watch_notice n LEFT JOIN account a ON a.id = n.account"
    " LEFT JOIN watch_notice_seen mine ON mine.watch_notice = n.id AND mine.by = $1::uuid"
    " WHERE ($2::uuid IS NULL OR n.id < $2::uuid) ORDER BY n.id DESC LIMIT $3::integer"};
static const struct stmt notice_account = {
    "watch_notice_account", "SELECT account FROM watch_notice WHERE id = $1::uuid"};
static const struct stmt slow = {
    "watch_slow",
    "SELECT account, count(DISTINCT who) FROM (SELECT id, account, role, person AS who FROM"
    " access_record WHERE at > $1::timestamptz AND action IN ('read', 'export') AND outcome ="
    " 'ok' UNION ALL SELECT a.id, a.account, a.role, p FROM access_record a JOIN access_shown s"
    " ON s.id = a.id, unnest(s.persons) AS p WHERE a.at > $1::timestamptz) AS seen WHERE "
    "account"
    " IS NOT NULL AND who <> account AND role NOT IN ('student', 'guardian')"
    " GROUP BY account HAVING count(DISTINCT who) > $2::bigint"};
static const struct stmt seen_add = {
    "watch_seen_add",
    "INSERT INTO watch_notice_seen (id, watch_notice, at, by) VALUES ($1::uuid, $2::uuid,"
    " $3::timestamptz, $4::uuid) ON CONFLICT (watch_notice, by) DO NOTHING RETURNING id"};
static const struct stmt seen_rows = {
    "watch_seen_rows",
    "SELECT id, watch_notice, at, by FROM watch_notice_seen WHERE id = ANY ($1::uuid[])"};
static const struct stmt seen_extra = {
    "watch_seen_extra",
    "SELECT id FROM watch_notice_seen n WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = n.id AND l.table_name = 'watch_notice_seen')"};

const struct stmt *const watch_stmts[WATCH_STMTS_N] = {
    &past,           &notice_add, &notice_rows, &notice_extra, &notice_list,
    &notice_account, &slow,       &seen_add,    &seen_rows,    &seen_extra,
};

/* ---- the tables' rows ---- */

static const struct data_column notice_columns[] = {
    {"id", "知らせのID", false},
    {"account", "どのIDについてか", false},
    {"kind", "短い時間・1日・何日か・書き出しのどれか", false},
    {"at", "いつ", false},
    {"n_persons", "何人の記録か", false},
    {"window_s", "どれだけの時間のうちか（秒）", false},
    {"rule", "どの設定の値を超えたか（書き出しでは何の書き出しか）", false},
    {NULL, NULL, false},
};
static const struct data_column seen_columns[] = {
    {"id", "確認の記録のID", false},
    {"watch_notice", "どの知らせか", false},
    {"at", "いつ確認したか", false},
    {"by", "だれが確認したか（アカウントのID）", false},
    {NULL, NULL, false},
};

#define GROUND_JA "委託契約（監査）、地方公共団体情報セキュリティポリシーガイドライン"

const struct data_table watch_tables[WATCH_TABLES_N] = {
    {
        .name = "watch_notice",
        .meaning_ja = "多くの人の記録が開かれたときの知らせ",
        .purpose_ja = "記録の不正な持ち出しに早く気づくため",
        .ground_ja = GROUND_JA,
        .purpose_en = "notices of accounts that open many records",
        .key_of = KEY_OF_NONE,
        .mention_columns = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = notice_columns,
    },
    {
        .name = "watch_notice_seen",
        .meaning_ja = "知らせを確認した記録",
        .purpose_ja = "知らせを担当者が確認したことを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who looked at which notice",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = seen_columns,
    },
};

/* ---- leaves ---- */

static const struct jx_field notice_fields[] = {
    LEAF_FIELD(watch_notice, "id", JX_ID, id),
    LEAF_FIELD(watch_notice, "account", JX_ID, account),
    LEAF_FIELD(watch_notice, "kind", JX_TEXT, kind),
    LEAF_FIELD(watch_notice, "at", JX_TIME, at_utc_us),
    LEAF_FIELD(watch_notice, "n_persons", JX_INT, n_persons),
    LEAF_FIELD(watch_notice, "window_s", JX_INT, window_s),
    LEAF_FIELD(watch_notice, "rule", JX_TEXT, rule),
};
static const struct jx_shape notice_shape =
    JX_SHAPE("WatchNoticeLeaf", struct watch_notice, notice_fields);

static struct watch_notice notice_of(const struct db_rows *rows, int row)
{
    return (struct watch_notice){
        .id = db_id(rows, row, 0),
        .account = db_id(rows, row, 1),
        .kind = db_bytes(rows, row, 2),
        .at_utc_us = db_time(rows, row, 3),
        .n_persons = db_i64(rows, row, 4),
        .window_s = db_i64(rows, row, 5),
        .rule = db_bytes(rows, row, 6),
    };
}

static enum err notice_canonical(const struct db_rows *rows, int row, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    const struct watch_notice notice = notice_of(rows, row);

    return jx_write_canonical(&notice_shape, &notice, arena, bytes_out, why);
}

struct seen {
    struct id id, notice, by;
    int64_t at;
};
static const struct jx_field seen_fields[] = {
    LEAF_FIELD(seen, "id", JX_ID, id),
    LEAF_FIELD(seen, "watch_notice", JX_ID, notice),
    LEAF_FIELD(seen, "at", JX_TIME, at),
    LEAF_FIELD(seen, "by", JX_ID, by),
};
static const struct jx_shape seen_shape =
    JX_SHAPE("WatchNoticeSeenLeaf", struct seen, seen_fields);

static enum err seen_canonical(const struct db_rows *rows, int row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    const struct seen line = {.id = db_id(rows, row, 0),
                              .notice = db_id(rows, row, 1),
                              .at = db_time(rows, row, 2),
                              .by = db_id(rows, row, 3)};

    return jx_write_canonical(&seen_shape, &line, arena, bytes_out, why);
}

const struct audit_table watch_notice_audit = {"watch_notice", &notice_rows, &notice_extra,
                                               notice_canonical};
const struct audit_table watch_seen_audit = {"watch_notice_seen", &seen_rows, &seen_extra,
                                             seen_canonical};

/* Runs an INSERT ... RETURNING id; no row: the leaf is left out too. */
static enum err add_with_leaf(struct tx *tx, const struct stmt *stmt,
                              const struct db_args *args, const struct jx_shape *shape,
                              const void *line, const char *table, struct id id,
                              struct fail *why)
{
    struct db_rows *rows = NULL;
    struct span bytes;
    enum err rc = tx_run(tx, stmt, args, &rows, why);
    bool is_new = rc == ERR_OK && db_rows_n(rows) > 0;

    db_rows_free(&rows);
    if (!is_new)
        return rc;
    rc = jx_write_canonical(shape, line, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, table, table, id, bytes, why) : rc;
}

enum err watch_store_add(struct tx *tx, const struct watch_notice *n, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, n->id);
    db_arg_id(&args, n->account);
    db_arg_text(&args, n->kind);
    db_arg_time(&args, n->at_utc_us);
    db_arg_i32(&args, (int32_t)n->n_persons);
    db_arg_i32(&args, (int32_t)n->window_s);
    db_arg_text(&args, n->rule);
    return add_with_leaf(tx, &notice_add, &args, &notice_shape, n, "watch_notice", n->id, why);
}

enum err watch_store_see(struct tx *tx, struct id notice, struct id reader, int64_t at_utc_us,
                         struct fail *why)
{
    const struct seen line = {id_new(), notice, reader, at_utc_us};
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, line.id);
    db_arg_id(&args, line.notice);
    db_arg_time(&args, line.at);
    db_arg_id(&args, line.by);
    return add_with_leaf(tx, &seen_add, &args, &seen_shape, &line, "watch_notice_seen", line.id,
                         why);
}

/* ---- reading ---- */

enum err watch_store_past(struct db *db, struct id account, int64_t since_utc_us,
                          struct arena *arena, struct watch_read **reads_out, size_t *n_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct watch_read *reads = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, since_utc_us);
    rc = db_run(db, &past, &args, &rows, why);
    if (rc == ERR_OK) {
        reads = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *reads);
        rc = reads == NULL ? fail_set(why, ERR_NOMEM, "reads") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && reads != NULL && i < db_rows_n(rows); i++)
        reads[i] = (struct watch_read){db_id(rows, i, 0), db_time(rows, i, 1),
                                       db_bool(rows, i, 2) ? WATCH_NAMES : WATCH_RECORDS};
    if (rc == ERR_OK) {
        *reads_out = reads;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

enum err watch_store_slow(struct db *db, int64_t since_utc_us, int64_t n_most,
                          struct arena *arena, struct watch_slow **out, size_t *n_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct watch_slow *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, since_utc_us);
    db_arg_i64(&args, n_most);
    rc = db_run(db, &slow, &args, &rows, why);
    if (rc == ERR_OK) {
        found = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *found);
        rc = found == NULL ? fail_set(why, ERR_NOMEM, "accounts") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && found != NULL && i < db_rows_n(rows); i++)
        found[i] = (struct watch_slow){db_id(rows, i, 0), db_i64(rows, i, 1)};
    if (rc == ERR_OK) {
        *out = found;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

static enum err read_listed(const struct db_rows *rows, struct arena *arena,
                            struct watch_listed **out, struct fail *why)
{
    int n = db_rows_n(rows);
    struct watch_listed *list = arena_alloc(arena, ((size_t)n + 1) * sizeof *list);

    if (list == NULL)
        return fail_set(why, ERR_NOMEM, "%d notices", n);
    for (int i = 0; i < n; i++) {
        struct watch_listed *l = &list[i];

        l->notice = notice_of(rows, i);
        l->notice.kind = arena_copy(arena, l->notice.kind);
        l->notice.rule = arena_copy(arena, l->notice.rule);
        l->role = arena_copy(arena, db_bytes(rows, i, 7));
        l->seen_utc_us = db_time(rows, i, 8);
        l->n_seen = db_i64(rows, i, 9);
        if (l->notice.kind.p == NULL || l->notice.rule.p == NULL)
            return fail_set(why, ERR_NOMEM, "%d notices", n);
    }
    *out = list;
    return ERR_OK;
}

enum err watch_store_list(struct db *db, struct id reader, struct id before, int n_cap,
                          struct arena *arena, struct watch_listed **out, size_t *n_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, reader);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = db_run(db, &notice_list, &args, &rows, why);
    if (rc == ERR_OK)
        rc = read_listed(rows, arena, out, why);
    if (rc == ERR_OK)
        *n_out = (size_t)db_rows_n(rows);
    db_rows_free(&rows);
    return rc;
}

enum err watch_store_account(struct db *db, struct id notice, struct id *account_out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, notice);
    rc = db_run(db, &notice_account, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such notice");
    if (rc == ERR_OK)
        *account_out = db_id(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}
