#include "node/place/floor_store.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "node/place/store_rows.h"

#define VERSION_HEAD    "id, n, floor, version, of_version, hash, at, by, role"
#define VERSION_COLUMNS VERSION_HEAD ", body"
#define PLAN_COLUMNS    "id, n, floor, capacity, when_full, is_hidden, at, by, role"

/* ---- floor_version ---- */

static const struct stmt version_add = {
    "floor_version_add",
    "INSERT INTO floor_version (" VERSION_COLUMNS ") VALUES ($1::uuid, $2::bigint, $3::text,"
    " $4::integer, $5::integer, $6::text, $7::timestamptz, $8::uuid, $9::text, $10::text)"};
static const struct stmt version_next = {"floor_version_next",
                                         "SELECT coalesce(max(n), 0) + 1 FROM floor_version"};
static const struct stmt version_newest = {
    "floor_version_newest", "SELECT version, hash FROM floor_version WHERE floor = $1::text"
                            " ORDER BY version DESC LIMIT 1"};
static const struct stmt version_by_id = {
    "floor_version_by_id", "SELECT " VERSION_COLUMNS " FROM floor_version WHERE id = $1::uuid"};
static const struct stmt version_one = {
    "floor_version_one", "SELECT " VERSION_COLUMNS " FROM floor_version WHERE floor = $1::text"
                         " AND version = $2::integer"};
static const struct stmt version_current = {"floor_version_current",
                                            "SELECT DISTINCT ON (floor) " VERSION_COLUMNS
                                            " FROM floor_version ORDER BY floor, version DESC"};
static const struct stmt version_heads = {
    "floor_version_heads", "SELECT DISTINCT ON (floor) " VERSION_HEAD ", ''::text"
                           " FROM floor_version ORDER BY floor, version DESC"};
static const struct stmt version_past = {
    "floor_version_past", "SELECT " VERSION_HEAD ", ''::text FROM floor_version WHERE floor ="
                          " $1::text AND ($2::integer = 0 OR version < $2::integer)"
                          " ORDER BY version DESC LIMIT $3::integer"};
static const struct stmt version_leaves = {"floor_version_leaves",
                                           "SELECT " VERSION_COLUMNS
                                           " FROM floor_version WHERE id = ANY ($1::uuid[])"};
static const struct stmt version_extra = {
    "floor_version_extra", "SELECT f.id FROM floor_version f WHERE NOT EXISTS (SELECT FROM"
                           " audit_leaf l WHERE l.row_id = f.id AND l.table_name ="
                           " 'floor_version')"};

/* ---- floor_plan ---- */

static const struct stmt plan_add = {
    "floor_plan_add",
    "INSERT INTO floor_plan (" PLAN_COLUMNS ") VALUES ($1::uuid, (SELECT coalesce(max(n), 0) +"
    " 1 FROM floor_plan), $2::text, $3::integer, $4::text, $5::boolean, $6::timestamptz,"
    " $7::uuid, $8::text) RETURNING n"};
static const struct stmt plan_by_id = {"floor_plan_by_id",
                                       "SELECT id FROM floor_plan WHERE id = $1::uuid"};
static const struct stmt plan_current = {"floor_plan_current",
                                         "SELECT DISTINCT ON (floor) " PLAN_COLUMNS
                                         " FROM floor_plan ORDER BY floor, n DESC"};
static const struct stmt plan_leaves = {
    "floor_plan_leaves", "SELECT " PLAN_COLUMNS " FROM floor_plan WHERE id = ANY ($1::uuid[])"};
static const struct stmt plan_extra = {
    "floor_plan_extra", "SELECT p.id FROM floor_plan p WHERE NOT EXISTS (SELECT FROM"
                        " audit_leaf l WHERE l.row_id = p.id AND l.table_name = 'floor_plan')"};

const struct stmt *const floor_stmts[FLOOR_STMTS_N] = {
    &version_add,     &version_next,  &version_newest, &version_by_id,  &version_one,
    &version_current, &version_heads, &version_past,   &version_leaves, &version_extra,
    &plan_add,        &plan_by_id,    &plan_current,   &plan_leaves,    &plan_extra};

static const struct data_column version_columns[] = {
    {"id", "公開のID", false},
    {"n", "公開の通し番号", false},
    {"floor", "フロアの記号", false},
    {"version", "フロアの版（1から）", false},
    {"of_version", "元にもどしたときは、どの版か（0ははじめからある形）", false},
    {"body", "フロアの形（JSON）", false},
    {"hash", "フロアの形のSHA-256", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};
static const struct data_column plan_columns[] = {
    {"id", "決定のID", false},
    {"n", "決定の通し番号", false},
    {"floor", "フロアの記号", false},
    {"capacity", "定員（空のときは設定のとおり）", false},
    {"when_full", "定員になったとき（copyもう一つ開く・wait待つ）", false},
    {"is_hidden", "かくしているか", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table floor_tables[FLOOR_TABLES_N] = {
    {
        .name = "floor_version",
        .meaning_ja = "公開したフロア",
        .purpose_ja = "居場所の形を定め、だれがいつどう変えたかを残すため",
        .ground_ja = "委託契約（仮想空間の設定）",
        .purpose_en = "floors as published, every version, with their author",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = version_columns,
    },
    {
        .name = "floor_plan",
        .meaning_ja = "フロアの定員などの決定",
        .purpose_ja = "フロアごとの定員を定め、だれがいつどう変えたかを残すため",
        .ground_ja = "委託契約（仮想空間の設定）",
        .purpose_en = "capacity, what happens when full, hidden or not: every decision",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = plan_columns,
    },
};

/* ---- leaves: canonical bytes, field names are the column names ---- */

struct version_leaf {
    struct floor_version_row row;
    bool has_by;
};
static const struct jx_field version_fields[] = {
    LEAF_FIELD(version_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(version_leaf, "n", JX_INT, row.n),
    LEAF_FIELD(version_leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD(version_leaf, "version", JX_INT, row.version),
    LEAF_FIELD_IF(version_leaf, "of_version", JX_INT, row.of_version, row.has_of_version),
    LEAF_FIELD(version_leaf, "body", JX_TEXT, row.body),
    LEAF_FIELD(version_leaf, "hash", JX_TEXT, row.hash),
    LEAF_WHO(version_leaf, row.who, has_by),
};
static const struct jx_shape version_shape =
    JX_SHAPE("FloorVersionLeaf", struct version_leaf, version_fields);

struct plan_leaf {
    struct floor_plan_row row;
    int64_t capacity;
    int when_full;
    bool has_by;
};
static const struct jx_field plan_fields[] = {
    LEAF_FIELD(plan_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(plan_leaf, "n", JX_INT, row.n),
    LEAF_FIELD(plan_leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD_IF(plan_leaf, "capacity", JX_INT, capacity, row.plan.has_capacity),
    LEAF_CHOICE(plan_leaf, "when_full", FACTS_WHENS_FULL, when_full),
    LEAF_FIELD(plan_leaf, "is_hidden", JX_BOOL, row.plan.is_hidden),
    LEAF_WHO(plan_leaf, row.who, has_by),
};
static const struct jx_shape plan_shape =
    JX_SHAPE("FloorPlanLeaf", struct plan_leaf, plan_fields);

static enum err write_version(const struct floor_version_row *row, struct arena *arena,
                              struct span *bytes_out, struct fail *why)
{
    const struct version_leaf leaf = {.row = *row, .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&version_shape, &leaf, arena, bytes_out, why);
}

static enum err write_plan(const struct floor_plan_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct plan_leaf leaf = {.row = *row,
                                   .capacity = row->plan.capacity,
                                   .when_full = (int)row->plan.when_full,
                                   .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&plan_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static void borrow_version(const struct db_rows *rows, int i, struct floor_version_row *out)
{
    *out = (struct floor_version_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .floor = db_bytes(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .has_of_version = !db_is_null(rows, i, 4),
        .of_version = db_i64(rows, i, 4),
        .hash = db_bytes(rows, i, 5),
        .who = store_who(rows, i, 6),
        .body = db_bytes(rows, i, 9),
    };
}

static enum err borrow_plan(const struct db_rows *rows, int i, struct floor_plan_row *out,
                            struct fail *why)
{
    int when_full = jx_choice_find(FACTS_WHENS_FULL, db_bytes(rows, i, 4));

    *out = (struct floor_plan_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .floor = db_bytes(rows, i, 2),
        .plan = {.is_decided = true,
                 .has_capacity = !db_is_null(rows, i, 3),
                 .capacity = (int)db_i64(rows, i, 3),
                 .when_full = (enum facts_when_full)when_full,
                 .is_hidden = db_bool(rows, i, 5)},
        .who = store_who(rows, i, 6),
    };
    return when_full < 0 ? fail_set(why, ERR_INTERNAL, "a plan's when_full") : ERR_OK;
}

static enum err version_of_row(const struct db_rows *rows, int row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    struct floor_version_row version;

    borrow_version(rows, row, &version);
    return write_version(&version, arena, bytes_out, why);
}

static enum err plan_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct floor_plan_row plan;
    enum err rc = borrow_plan(rows, row, &plan, why);

    return rc == ERR_OK ? write_plan(&plan, arena, bytes_out, why) : rc;
}

const struct audit_table floor_version_audit_table = {"floor_version", &version_leaves,
                                                      &version_extra, version_of_row};
const struct audit_table floor_plan_audit_table = {"floor_plan", &plan_leaves, &plan_extra,
                                                   plan_of_row};

/* ---- versions ---- */

enum err floor_store_newest(struct tx *tx, struct span floor, struct floor_newest *newest_out,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, floor);
    rc = tx_run(tx, &version_newest, &args, &rows, why);
    if (rc == ERR_OK) {
        *newest_out = (struct floor_newest){0};
        if (db_rows_n(rows) > 0) {
            newest_out->version = db_i64(rows, 0, 0);
            snprintf(newest_out->hash, sizeof newest_out->hash, "%.*s",
                     SPAN_ARG(db_bytes(rows, 0, 1)));
        }
    }
    db_rows_free(&rows);
    return rc;
}

enum err floor_store_publish(struct tx *tx, struct floor_version_row *row, struct fail *why)
{
    struct floor_newest newest;
    struct span bytes;
    struct db_args args;
    enum err rc = store_number(tx, &version_next, &row->n, why);

    if (rc == ERR_OK)
        rc = floor_store_newest(tx, row->floor, &newest, why);
    if (rc == ERR_OK) {
        row->version = newest.version + 1;
        rc = write_version(row, tx_arena(tx), &bytes, why);
    }
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->n);
    db_arg_text(&args, row->floor);
    db_arg_i32(&args, (int32_t)row->version);
    store_arg_i32_if(&args, row->has_of_version, row->of_version);
    db_arg_text(&args, row->hash);
    store_arg_who(&args, &row->who);
    db_arg_text(&args, row->body);
    rc = tx_run(tx, &version_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "place", "floor_version", row->id, bytes, why) : rc;
}

static enum err own_version(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct floor_version_row *out = into;

    borrow_version(rows, i, out);
    return STORE_OWN(arena, why, &out->floor, &out->hash, &out->who.role, &out->body);
}
static const struct store_list versions = {sizeof(struct floor_version_row), own_version};

enum err floor_store_find(struct tx *tx, struct id id, bool *is_there_out,
                          struct floor_version_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, &version_by_id, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0)
        rc = own_version(rows, 0, tx_arena(tx), row_out, why);
    if (rc == ERR_OK)
        *is_there_out = db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}

enum err floor_store_version(struct tx *tx, struct db *db, struct span floor, int64_t version,
                             struct arena *arena, struct floor_version_row *row_out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, floor);
    db_arg_i32(&args, (int32_t)version);
    rc = store_run(tx, db, &version_one, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such version");
    if (rc == ERR_OK)
        rc = own_version(rows, 0, arena, row_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err floor_store_current(struct db *db, bool has_body, struct arena *arena,
                             struct floor_version_row **rows_out, size_t *n_out,
                             struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, has_body ? &version_current : &version_heads, &none, &versions,
                    arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err floor_store_past(struct db *db, struct span floor, int64_t before, int n_cap,
                          struct arena *arena, struct floor_version_row **rows_out,
                          size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, floor);
    db_arg_i32(&args, (int32_t)before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &version_past, &args, &versions, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

/* ---- plans ---- */

enum err floor_store_plan(struct tx *tx, struct floor_plan_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct span bytes;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, row->floor);
    store_arg_i32_if(&args, row->plan.has_capacity, row->plan.capacity);
    db_arg_text(&args, jx_choice_at(FACTS_WHENS_FULL, (int)row->plan.when_full));
    db_arg_bool(&args, row->plan.is_hidden);
    store_arg_who(&args, &row->who);
    rc = tx_run(tx, &plan_add, &args, &rows, why);
    if (rc == ERR_OK)
        row->n = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = write_plan(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "place", "floor_plan", row->id, bytes, why) : rc;
}

enum err floor_store_plan_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                   struct fail *why)
{
    return store_is_there(tx, &plan_by_id, id, is_there_out, why);
}

static enum err own_plan(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct floor_plan_row *out = into;
    enum err rc = borrow_plan(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->floor, &out->who.role) : rc;
}

enum err floor_store_plans(struct tx *tx, struct db *db, struct arena *arena,
                           struct floor_plan_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct floor_plan_row), own_plan};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(tx, db, &plan_current, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
