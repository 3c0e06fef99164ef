#include "node/db/settings_store.h"
#include "node/db/leaf.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"

static const struct stmt setting_all = {
    "setting_all", "SELECT id, name, version, undoes, value, effective_from FROM setting"
                   " ORDER BY name, version"};
static const struct stmt setting_of = {
    "setting_of", "SELECT id, name, version, undoes, value, effective_from FROM setting"
                  " WHERE name = $1::text ORDER BY version"};
static const struct stmt setting_add = {
    "setting_add",
    "INSERT INTO setting (id, name, version, undoes, value, value_before, effective_from,"
    " decided_at, role, account) VALUES ($1::uuid, $2::text, $3::integer, $4::integer, "
    "$5::text,"
    " $6::text, $7::timestamptz, $8::timestamptz, $9::text, $10::uuid)"};
static const struct stmt setting_history = {
    "setting_history",
    "SELECT id, version, undoes, value, value_before, effective_from, decided_at, role, account"
    " FROM setting WHERE name = $1::text AND version < $2::integer"
    " ORDER BY version DESC LIMIT $3::integer"};

static const struct stmt setting_leaves = {
    "setting_leaves", "SELECT id, name, version, undoes, value, value_before, effective_from,"
                      " decided_at, role, account FROM setting WHERE id = ANY ($1::uuid[])"};
static const struct stmt setting_extra = {
    "setting_extra", "SELECT s.id FROM setting s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                     " WHERE l.row_id = s.id AND l.table_name = 'setting')"};

const struct stmt *const settings_stmts[SETTINGS_STMTS_N] = {
    &setting_all, &setting_of, &setting_add, &setting_history, &setting_leaves, &setting_extra};

static const struct data_column columns[] = {
    {"id", "決定のID（送った側で作る）", false},
    {"name", "設定の名前", false},
    {"version", "その設定の何番目の決定か", false},
    {"undoes", "取り消した決定の番号（取り消しでなければ空）", false},
    {"value", "決めた値（空は初期値に戻す）", false},
    {"value_before", "それまでの値（空は初期値）", false},
    {"effective_from", "いつから使うか", false},
    {"decided_at", "いつ決めたか", false},
    {"role", "だれが決めたか（役割）", false},
    {"account", "だれが決めたか（アカウントのID）", false},
    {NULL, NULL, false},
};

const struct data_table settings_tables[SETTINGS_TABLES_N] = {{
    .name = "setting",
    .meaning_ja = "自治体の設定の決定と履歴",
    .purpose_ja = "運用の決まりを自治体が自分で変え、変えた人と理由をあとから確かめるため",
    .ground_ja = "委託契約（運用条件の設定）",
    .purpose_en = "rules of the municipality, who decided them and when",
    .retention_days = 0,
    .key_of = KEY_OF_NONE,
    .mention_columns = "account",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct id id, account;
    struct span name, value, value_before, role;
    int64_t version, undoes, effective_from, decided_at;
    bool has_value, had_value, has_undoes, has_account;
};

static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, id),
    {.name = "name", .type = JX_TEXT, .most = 100, .offset = offsetof(struct leaf, name)},
    LEAF_FIELD(leaf, "version", JX_INT, version),
    LEAF_FIELD_IF(leaf, "undoes", JX_INT, undoes, has_undoes),
    {.name = "value",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct leaf, value),
     .has_offset = offsetof(struct leaf, has_value)},
    {.name = "value_before",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct leaf, value_before),
     .has_offset = offsetof(struct leaf, had_value)},
    LEAF_FIELD(leaf, "effective_from", JX_TIME, effective_from),
    LEAF_FIELD(leaf, "decided_at", JX_TIME, decided_at),
    LEAF_FIELD(leaf, "role", JX_TEXT, role),
    LEAF_FIELD_IF(leaf, "account", JX_ID, account, has_account),
};
static const struct jx_shape leaf_shape = JX_SHAPE("SettingLeaf", struct leaf, leaf_fields);

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .id = db_id(rows, row, 0),
        .name = db_bytes(rows, row, 1),
        .version = db_i64(rows, row, 2),
        .undoes = db_i64(rows, row, 3),
        .has_undoes = !db_is_null(rows, row, 3),
        .value = db_bytes(rows, row, 4),
        .has_value = !db_is_null(rows, row, 4),
        .value_before = db_bytes(rows, row, 5),
        .had_value = !db_is_null(rows, row, 5),
        .effective_from = db_time(rows, row, 6),
        .decided_at = db_time(rows, row, 7),
        .role = db_bytes(rows, row, 8),
        .account = db_id(rows, row, 9),
        .has_account = !db_is_null(rows, row, 9),
    };

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

const struct audit_table settings_audit_table = {"setting", &setting_leaves, &setting_extra,
                                                 leaf_of_row};

static enum err read_lines(const struct db_rows *rows, struct arena *arena,
                           struct setting_line **lines_out, size_t *n_out, struct fail *why)
{
    size_t n = (size_t)db_rows_n(rows);
    struct setting_line *lines = arena_alloc(arena, (n + 1) * sizeof *lines);

    if (lines == NULL)
        return fail_set(why, ERR_NOMEM, "%zu decisions", n);
    for (int i = 0; i < (int)n; i++) {
        lines[i] = (struct setting_line){
            .id = db_id(rows, i, 0),
            .name = arena_copy(arena, db_bytes(rows, i, 1)),
            .version = (int32_t)db_i64(rows, i, 2),
            .undoes = (int32_t)db_i64(rows, i, 3),
            .has_value = !db_is_null(rows, i, 4),
            .value = arena_copy(arena, db_bytes(rows, i, 4)),
            .effective_from_utc_us = db_time(rows, i, 5),
        };
        if (lines[i].name.p == NULL || (lines[i].value.p == NULL && lines[i].value.len > 0))
            return fail_set(why, ERR_NOMEM, "%zu decisions", n);
    }
    *lines_out = lines;
    *n_out = n;
    return ERR_OK;
}

enum err setting_store_all(struct tx *tx, struct db *db, struct arena *arena,
                           struct setting_line **lines_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = tx != NULL ? tx_run(tx, &setting_all, &none, &rows, why)
                    : db_run(db, &setting_all, &none, &rows, why);
    if (rc == ERR_OK)
        rc = read_lines(rows, arena, lines_out, n_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err setting_store_of(struct tx *tx, const char *name, struct arena *arena,
                          struct setting_line **lines_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(name));
    rc = tx_run(tx, &setting_of, &args, &rows, why);
    if (rc == ERR_OK)
        rc = read_lines(rows, arena, lines_out, n_out, why);
    db_rows_free(&rows);
    return rc;
}

static const char *decider_id(enum role role)
{
    return role == ROLE_ANONYMOUS ? "operator" : role_id(role);
}

static enum err add_leaf(struct tx *tx, const struct setting_past *row, const char *name,
                         struct fail *why)
{
    const struct leaf leaf = {
        .id = row->id,
        .name = span_text(name),
        .version = row->version,
        .undoes = row->undoes,
        .has_undoes = row->undoes != 0,
        .value = row->value,
        .has_value = row->has_value,
        .value_before = row->value_before,
        .had_value = row->had_value,
        .effective_from = row->effective_from_utc_us,
        .decided_at = row->decided_utc_us,
        .role = span_text(decider_id(row->role)),
        .account = row->account,
        .has_account = !id_is_none(row->account),
    };
    struct span bytes;
    enum err rc = jx_write_canonical(&leaf_shape, &leaf, tx_arena(tx), &bytes, why);

    return rc == ERR_OK ? audit_append(tx, "setting", "setting", row->id, bytes, why) : rc;
}

enum err setting_store_add(struct tx *tx, const struct setting_past *row, const char *name,
                           struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(name));
    db_arg_i32(&args, row->version);
    if (row->undoes != 0)
        db_arg_i32(&args, row->undoes);
    else
        db_arg_null(&args);
    if (row->has_value)
        db_arg_text(&args, row->value);
    else
        db_arg_null(&args);
    if (row->had_value)
        db_arg_text(&args, row->value_before);
    else
        db_arg_null(&args);
    db_arg_time(&args, row->effective_from_utc_us);
    db_arg_time(&args, row->decided_utc_us);
    db_arg_text(&args, span_text(decider_id(row->role)));
    db_arg_id(&args, row->account);
    rc = tx_run(tx, &setting_add, &args, NULL, why);
    return rc == ERR_OK ? add_leaf(tx, row, name, why) : rc;
}

static enum err read_past(const struct db_rows *rows, int i, struct arena *arena,
                          struct setting_past *past, struct fail *why)
{
    *past = (struct setting_past){
        .id = db_id(rows, i, 0),
        .version = (int32_t)db_i64(rows, i, 1),
        .undoes = (int32_t)db_i64(rows, i, 2),
        .has_value = !db_is_null(rows, i, 3),
        .value = arena_copy(arena, db_bytes(rows, i, 3)),
        .had_value = !db_is_null(rows, i, 4),
        .value_before = arena_copy(arena, db_bytes(rows, i, 4)),
        .effective_from_utc_us = db_time(rows, i, 5),
        .decided_utc_us = db_time(rows, i, 6),
        .account = db_id(rows, i, 8),
    };
    /* "operator" is no role: it stays ROLE_ANONYMOUS. */
    if (role_parse(db_bytes(rows, i, 7), &past->role, NULL) != ERR_OK)
        past->role = ROLE_ANONYMOUS;
    if ((past->value.p == NULL && past->value.len > 0) ||
        (past->value_before.p == NULL && past->value_before.len > 0))
        return fail_set(why, ERR_NOMEM, "history");
    return ERR_OK;
}

enum err settings_history(struct db *db, const struct setting *row, int32_t before, int n_cap,
                          struct arena *arena, struct setting_past **out, size_t *n_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct setting_past *past = NULL;
    struct db_args args;
    enum err rc;
    int n = 0;

    db_args_init(&args);
    db_arg_text(&args, span_text(row->name));
    db_arg_i32(&args, before);
    db_arg_i32(&args, n_cap);
    rc = db_run(db, &setting_history, &args, &rows, why);
    if (rc != ERR_OK)
        goto out;
    n = db_rows_n(rows);
    past = arena_alloc(arena, ((size_t)n + 1) * sizeof *past);
    if (past == NULL)
        rc = fail_set(why, ERR_NOMEM, "%d decisions", n);
    for (int i = 0; past != NULL && i < n && rc == ERR_OK; i++)
        rc = read_past(rows, i, arena, &past[i], why);
out:
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *out = past;
        *n_out = (size_t)n;
    }
    return rc;
}
