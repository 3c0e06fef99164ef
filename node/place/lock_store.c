#include "node/place/lock_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "node/place/store_rows.h"

#define COLUMNS "id, n, floor, area, lock, before, at, by, role"

static const struct stmt lock_add = {
    "area_lock_add",
    "INSERT INTO area_lock (" COLUMNS ") VALUES ($1::uuid, $2::bigint, $3::text, $4::text,"
    " $5::text, $6::text, $7::timestamptz, $8::uuid, $9::text)"};
static const struct stmt lock_next = {"area_lock_next",
                                      "SELECT coalesce(max(n), 0) + 1 FROM area_lock"};
static const struct stmt lock_by_id = {"area_lock_by_id",
                                       "SELECT id FROM area_lock WHERE id = $1::uuid"};
static const struct stmt lock_newest = {
    "area_lock_newest", "SELECT lock FROM area_lock WHERE floor = $1::text AND area = $2::text"
                        " ORDER BY n DESC LIMIT 1"};
static const struct stmt lock_current = {"area_lock_current",
                                         "SELECT DISTINCT ON (floor, area) " COLUMNS
                                         " FROM area_lock ORDER BY floor, area, n DESC"};
static const struct stmt lock_leaves = {
    "area_lock_leaves", "SELECT " COLUMNS " FROM area_lock WHERE id = ANY ($1::uuid[])"};
static const struct stmt lock_extra = {
    "area_lock_extra", "SELECT k.id FROM area_lock k WHERE NOT EXISTS (SELECT FROM audit_leaf"
                       " l WHERE l.row_id = k.id AND l.table_name = 'area_lock')"};

const struct stmt *const lock_stmts[LOCK_STMTS_N] = {
    &lock_add, &lock_next, &lock_by_id, &lock_newest, &lock_current, &lock_leaves, &lock_extra};

static const struct data_column lock_columns[] = {
    {"id", "決定のID", false},
    {"n", "決定の通し番号", false},
    {"floor", "フロアの記号", false},
    {"area", "へやの記号", false},
    {"lock", "鍵（open開いている・in_use使用中は入れない・staff職員だけ・closed閉じている）",
     false},
    {"before", "それまでの鍵", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table lock_tables[LOCK_TABLES_N] = {
    {
        .name = "area_lock",
        .meaning_ja = "へやの鍵の決定",
        .purpose_ja = "へやの鍵を保ち、だれがいつどう変えたかを残すため",
        .ground_ja = "委託契約（仮想空間の設定）",
        .purpose_en = "locks of staff on rooms: every decision, the old lock and the new",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = lock_columns,
    },
};

/* ---- the leaf: canonical bytes, field names are the column names ---- */

struct leaf {
    struct area_lock_row row;
    int lock, before;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_FIELD(leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD(leaf, "area", JX_TEXT, row.area),
    LEAF_CHOICE(leaf, "lock", FLOOR_LOCKS, lock),
    LEAF_CHOICE(leaf, "before", FLOOR_LOCKS, before),
    LEAF_WHO(leaf, row.who, has_by),
};
static const struct jx_shape leaf_shape = JX_SHAPE("AreaLockLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct area_lock_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .lock = (int)row->lock,
                              .before = (int)row->before,
                              .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct area_lock_row *out,
                       struct fail *why)
{
    int lock = jx_choice_find(FLOOR_LOCKS, db_bytes(rows, i, 4));
    int before = jx_choice_find(FLOOR_LOCKS, db_bytes(rows, i, 5));

    *out = (struct area_lock_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .floor = db_bytes(rows, i, 2),
        .area = db_bytes(rows, i, 3),
        .lock = (enum floor_lock)lock,
        .before = (enum floor_lock)before,
        .who = store_who(rows, i, 6),
    };
    return lock < 0 || before < 0 ? fail_set(why, ERR_INTERNAL, "an area's lock") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct area_lock_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table area_lock_audit_table = {"area_lock", &lock_leaves, &lock_extra,
                                                  leaf_of_row};

/* ---- */

static enum err read_before(struct tx *tx, struct area_lock_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;
    int lock;

    db_args_init(&args);
    db_arg_text(&args, row->floor);
    db_arg_text(&args, row->area);
    rc = tx_run(tx, &lock_newest, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0) {
        lock = jx_choice_find(FLOOR_LOCKS, db_bytes(rows, 0, 0));
        if (lock >= 0)
            row->before = (enum floor_lock)lock;
    }
    db_rows_free(&rows);
    return rc;
}

static enum err add(struct tx *tx, const struct area_lock_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->n);
    db_arg_text(&args, row->floor);
    db_arg_text(&args, row->area);
    db_arg_text(&args, jx_choice_at(FLOOR_LOCKS, (int)row->lock));
    db_arg_text(&args, jx_choice_at(FLOOR_LOCKS, (int)row->before));
    store_arg_who(&args, &row->who);
    rc = tx_run(tx, &lock_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "place", "area_lock", row->id, bytes, why) : rc;
}

enum err lock_store_add(struct tx *tx, struct area_lock_row *row, struct fail *why)
{
    bool is_there = false;
    enum err rc = store_is_there(tx, &lock_by_id, row->id, &is_there, why);

    if (rc != ERR_OK || is_there)
        return rc;
    rc = store_number(tx, &lock_next, &row->n, why);
    if (rc == ERR_OK)
        rc = read_before(tx, row, why);
    return rc == ERR_OK ? add(tx, row, why) : rc;
}

static enum err own_lock(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct area_lock_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->floor, &out->area, &out->who.role) : rc;
}

enum err lock_store_current(struct tx *tx, struct area_lock_row **rows_out, size_t *n_out,
                            struct fail *why)
{
    static const struct store_list list = {sizeof(struct area_lock_row), own_lock};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(tx, NULL, &lock_current, &none, &list, tx_arena(tx), &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
