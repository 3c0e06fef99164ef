#include "node/classes/class_day_store.h"

#include "node/classes/class_rows.h"
#include "node/classes/class_store_common.h"

#define TABLE   "class_day"
#define COLUMNS "id, n, to_char(day, 'YYYY-MM-DD'), is_own, slots, at, by, role"

static const struct stmt day_add = {
    "class_day_add",
    "INSERT INTO class_day (id, n, day, is_own, slots, at, by, role) VALUES ($1::uuid,"
    " (SELECT coalesce(max(n), 0) + 1 FROM class_day), $2::text::date, $3::boolean, $4::text,"
    " $5::timestamptz, $6::uuid, $7::text) RETURNING n"};
static const struct stmt day_whose = {
    "class_day_whose",
    "SELECT by, to_char(day, 'YYYY-MM-DD') FROM class_day WHERE id = $1::uuid"};
static const struct stmt day_current = {
    "class_day_current", "SELECT DISTINCT ON (day) " COLUMNS " FROM class_day WHERE day BETWEEN"
                         " $1::text::date AND $2::text::date ORDER BY day, n DESC"};
static const struct stmt day_leaves = {
    "class_day_leaves", "SELECT " COLUMNS " FROM class_day WHERE id = ANY ($1::uuid[])"};
static const struct stmt day_extra = {
    "class_day_extra", "SELECT d.id FROM class_day d WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                       " WHERE l.row_id = d.id AND l.table_name = 'class_day')"};

const struct stmt *const class_day_stmts[CLASS_DAY_STMTS_N] = {
    &day_add, &day_whose, &day_current, &day_leaves, &day_extra};

static const struct data_column columns[] = {
    {"id", "決定のID", false},
    {"n", "決定の通し番号", false},
    {"day", "どの日か", false},
    {"is_own", "その日だけのコマか（いいえは見本どおりにもどす）", false},
    {"slots", "コマの時刻（早い順）", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table class_day_tables[CLASS_DAY_TABLES_N] = {{
    .name = TABLE,
    .meaning_ja = "見本とちがう日の授業のコマ",
    .purpose_ja = "その日の授業の時刻を定め、だれがいつ変えたかを残すため",
    .ground_ja = "委託契約（オンライン授業の実施）",
    .purpose_en = "slots of classes of one day, other than the template's: every decision",
    .key_of = KEY_OF_NONE,
    .mention_columns = "by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

struct leaf {
    struct class_day_row row;
    struct span day, slots;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),     LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_FIELD(leaf, "day", JX_TEXT, day),     LEAF_FIELD(leaf, "is_own", JX_BOOL, row.is_own),
    LEAF_FIELD(leaf, "slots", JX_TEXT, slots), LEAF_WHO(leaf, row.who, has_by),
};
static const struct jx_shape leaf_shape = JX_SHAPE("ClassDayLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct class_day_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    char day[DAY_TEXT_CAP], slots[CLASS_SLOTS_TEXT_CAP];
    const struct leaf leaf = {.row = *row,
                              .day = (calendar_text(row->day, day), span_text(day)),
                              .slots = (class_slots_text(&row->slots, slots), span_text(slots)),
                              .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct class_day_row *out,
                       struct fail *why)
{
    *out = (struct class_day_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .day = class_store_day(rows, i, 2),
        .is_own = db_bool(rows, i, 3),
        .who = store_who(rows, i, 5),
    };
    return class_slots_read(db_bytes(rows, i, 4), &out->slots)
               ? ERR_OK
               : fail_set(why, ERR_INTERNAL, "slots of a day");
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct class_day_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table class_day_audit_table = {TABLE, &day_leaves, &day_extra, leaf_of_row};

enum err class_day_store_add(struct tx *tx, struct class_day_row *row, bool *was_there_out,
                             struct fail *why)
{
    char day[DAY_TEXT_CAP], slots[CLASS_SLOTS_TEXT_CAP];
    struct span bytes;
    struct db_args args;
    enum err rc;

    calendar_text(row->day, day);
    class_slots_text(&row->slots, slots);
    rc = class_store_written(tx, &day_whose, row->id, row->who.by, span_text(day),
                             was_there_out, why);
    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(day));
    db_arg_bool(&args, row->is_own);
    db_arg_text(&args, span_text(slots));
    store_arg_who(&args, &row->who);
    rc = class_store_put(tx, &day_add, &args, &row->n, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", TABLE, row->id, bytes, why) : rc;
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct class_day_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->who.role) : rc;
}

enum err class_day_store_current(struct tx *tx, struct db *db, int32_t from, int32_t to,
                                 struct arena *arena, struct class_day_row **rows_out,
                                 size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct class_day_row), own_row};
    char first[DAY_TEXT_CAP], last[DAY_TEXT_CAP];
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    class_store_arg_day(&args, from, first);
    class_store_arg_day(&args, to, last);
    rc = store_list(tx, db, &day_current, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
