#include "tenants/words/words_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/store.h"
#include "tenants/words/words_rows.h"

#define COLUMNS \
    "id, version, list, added, removed, undoes, reason_sealed, decided_at, decided_by, role"

static const struct stmt words_add = {
    "words_add",
    "INSERT INTO word_rule (" COLUMNS ") VALUES ($1::uuid, $2::integer, $3::text, $4::text,"
    " $5::text, $6::uuid, $7::bytea, $8::timestamptz, $9::uuid, $10::text)"};
static const struct stmt words_find = {"words_find",
                                       "SELECT " COLUMNS " FROM word_rule WHERE id = $1::uuid"};
static const struct stmt words_past = {
    "words_past", "SELECT " COLUMNS " FROM word_rule WHERE version < $1::integer"
                  " ORDER BY version DESC LIMIT $2::integer"};
static const struct stmt words_leaves = {
    "words_leaves", "SELECT " COLUMNS " FROM word_rule WHERE id = ANY ($1::uuid[])"};
static const struct stmt words_extra = {
    "words_extra", "SELECT w.id FROM word_rule w WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                   " WHERE l.row_id = w.id AND l.table_name = 'word_rule')"};

const struct stmt *const words_stmts[WORDS_STMTS_N] = {&words_add, &words_find, &words_past,
                                                       &words_leaves, &words_extra};

static const struct data_column columns[] = {
    {"id", "操作のID", false},
    {"version", "決定の番号", false},
    {"list", "どの一覧か（own自治体の言葉・allowed隠さない言葉）", false},
    {"added", "加えた言葉（1行に一つ）", false},
    {"removed", "外した言葉（1行に一つ）", false},
    {"undoes", "取り消した操作のID（取り消しのとき）", false},
    {"reason_sealed", "理由（記録のかぎ）", true},
    {"decided_at", "いつ決めたか", false},
    {"decided_by", "だれが決めたか（アカウントのID）", false},
    {"role", "だれが決めたか（役割）", false},
    {NULL, NULL, false},
};

const struct data_table words_tables[WORDS_TABLES_N] = {{
    .name = "word_rule",
    .meaning_ja = "自治体が決めた、隠す言葉と隠さない言葉",
    .purpose_ja = "子どもを傷つける言葉を隠し、だれがいつどう変えたかを残すため",
    .ground_ja = "委託契約（NGワード・マスク処理）",
    .purpose_en =
        "own and allowed words of the safe-words filter, every change with its author; the "
        "reason is sealed under a record key, the words are not: they hold while keys are shut",
    .retention_days = 0,
    .key_of = KEY_OF_RECORD,
    .mention_columns = "decided_by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct words_act row;
    int list;
    bool has_undoes, has_reason;
};

#define ROW_TEXT(column) \
    { \
        .name = #column, .type = JX_TEXT, .flags = JX_RAW_TEXT, \
        .offset = offsetof(struct leaf, row.column) \
    }
static const struct jx_field leaf_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct leaf, row.id)},
    {.name = "version", .type = JX_INT, .offset = offsetof(struct leaf, row.version)},
    {.name = "list",
     .type = JX_ENUM,
     .choices = WORDS_LIST_CHOICES,
     .offset = offsetof(struct leaf, list)},
    ROW_TEXT(added),
    ROW_TEXT(removed),
    {.name = "undoes",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct leaf, row.undoes),
     .has_offset = offsetof(struct leaf, has_undoes)},
    {.name = "reason_sealed",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct leaf, row.reason_sealed),
     .has_offset = offsetof(struct leaf, has_reason)},
    {.name = "decided_at",
     .type = JX_TIME,
     .offset = offsetof(struct leaf, row.decided_utc_us)},
    {.name = "decided_by", .type = JX_ID, .offset = offsetof(struct leaf, row.decided_by)},
    ROW_TEXT(role),
};
static const struct jx_shape leaf_shape = JX_SHAPE("WordRuleLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct words_act *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .list = (int)row->list,
                              .has_undoes = !id_is_none(row->undoes),
                              .has_reason = row->reason_sealed.len > 0};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_row(const struct db_rows *rows, int i, struct words_act *out,
                           struct fail *why)
{
    int list = jx_choice_find(WORDS_LIST_CHOICES, db_bytes(rows, i, 2));

    *out = (struct words_act){
        .id = db_id(rows, i, 0),
        .version = db_i64(rows, i, 1),
        .list = (enum words_list_id)list,
        .added = db_bytes(rows, i, 3),
        .removed = db_bytes(rows, i, 4),
        .undoes = db_id(rows, i, 5),
        .reason_sealed = db_bytes(rows, i, 6),
        .decided_utc_us = db_time(rows, i, 7),
        .decided_by = db_id(rows, i, 8),
        .role = db_bytes(rows, i, 9),
    };
    return list < 0 ? fail_set(why, ERR_INTERNAL, "an act's list") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct words_act act;
    enum err rc = borrow_row(rows, row, &act, why);

    return rc == ERR_OK ? write_leaf(&act, arena, bytes_out, why) : rc;
}

const struct audit_table words_audit_table = {"word_rule", &words_leaves, &words_extra,
                                              leaf_of_row};

/* With texts of its own. */
static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *out,
                        struct fail *why)
{
    struct words_act *row = out;
    enum err rc = borrow_row(rows, i, row, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &row->added, &row->removed, &row->reason_sealed,
                                    &row->role)
                        : rc;
}
static enum err read_rows(struct tx *tx, struct db *db, const struct stmt *stmt,
                          const struct db_args *args, struct arena *arena,
                          struct words_act **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct words_act), own_row};
    void *all = NULL;
    enum err rc = store_list(tx, db, stmt, args, &list, arena, &all, n_out, why);

    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err words_store_add(struct tx *tx, const struct words_act *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, jx_choice_at(WORDS_LIST_CHOICES, (int)row->list));
    db_arg_text(&args, row->added);
    db_arg_text(&args, row->removed);
    db_arg_id(&args, row->undoes);
    store_arg_bytes_if(&args, row->reason_sealed);
    db_arg_time(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &words_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "words", "word_rule", row->id, bytes, why) : rc;
}

enum err words_store_find(struct tx *tx, struct id id, struct words_act *out, struct fail *why)
{
    struct words_act *all = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = read_rows(tx, NULL, &words_find, &args, tx_arena(tx), &all, &n, why);
    if (rc != ERR_OK)
        return rc;
    if (n == 0)
        return fail_set(why, ERR_NOT_FOUND, "no such act");
    *out = all[0];
    return ERR_OK;
}

enum err words_store_past(struct tx *tx, struct db *db, int32_t before, int n_cap,
                          struct arena *arena, struct words_act **out, size_t *n_out,
                          struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, before);
    db_arg_i32(&args, n_cap);
    return read_rows(tx, db, &words_past, &args, arena, out, n_out, why);
}
