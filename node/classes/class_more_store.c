#include "node/classes/class_more_store.h"

#include "node/base/jx_scalar.h"
#include "node/classes/class_rows.h"
#include "node/classes/class_store_common.h"

#define STEP_TABLE    "class_course_step"
#define PAGES_COLUMNS "id, n, course, version, n_pages, pages_sealed, at, by, role"
#define STEP_COLUMNS  "id, n, course, step, version, pages_version, at, by, role"

static const struct stmt pages_add = {
    "class_pages_add",
    "INSERT INTO class_pages (" PAGES_COLUMNS ") VALUES ($1::uuid, (SELECT coalesce(max(n), 0)"
    " + 1 FROM class_pages), $2::uuid, (SELECT coalesce(max(version), 0) + 1 FROM class_pages"
    " WHERE course = $2::uuid), $3::integer, $4::bytea, $5::timestamptz, $6::uuid, $7::text)"
    " RETURNING n, version"};
static const struct stmt pages_whose = {
    "class_pages_whose", "SELECT by, course::text FROM class_pages WHERE id = $1::uuid"};
static const struct stmt pages_version = {
    "class_pages_version", "SELECT " PAGES_COLUMNS " FROM class_pages WHERE course = $1::uuid"
                           " AND version = $2::integer"};
static const struct stmt pages_leaves = {"class_pages_leaves",
                                         "SELECT " PAGES_COLUMNS
                                         " FROM class_pages WHERE id = ANY ($1::uuid[])"};
static const struct stmt pages_extra = {
    "class_pages_extra", "SELECT p.id FROM class_pages p WHERE NOT EXISTS (SELECT FROM"
                         " audit_leaf l WHERE l.row_id = p.id AND l.table_name ="
                         " 'class_pages')"};
static const struct stmt step_add = {
    "class_course_step_add",
    "INSERT INTO class_course_step (" STEP_COLUMNS ") VALUES ($1::uuid, (SELECT"
    " coalesce(max(n), 0) + 1 FROM class_course_step), $2::uuid, $3::text, $4::integer,"
    " $5::integer, $6::timestamptz, $7::uuid, $8::text) RETURNING n"};
static const struct stmt step_whose = {
    "class_course_step_whose",
    "SELECT by, course::text || ' ' || step FROM class_course_step WHERE id = $1::uuid"};
static const struct stmt step_leaves = {"class_course_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM class_course_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "class_course_step_extra",
    "SELECT s.id FROM class_course_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = s.id AND l.table_name = 'class_course_step')"};

const struct stmt *const class_more_stmts[CLASS_MORE_STMTS_N] = {
    &pages_add, &pages_whose, &pages_version, &pages_leaves, &pages_extra,
    &step_add,  &step_whose,  &step_leaves,   &step_extra};

static const struct data_column pages_columns[] = {
    {"id", "この版のID", false},
    {"n", "通し番号", false},
    {"course", "どの講座か", false},
    {"version", "教材の版", false},
    {"n_pages", "ページの数", false},
    {"pages_sealed", "ページの文とリンク（記録のかぎ）", true},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "決定のID", false},
    {"n", "通し番号", false},
    {"course", "どの講座か", false},
    {"step", "何をしたか（decide決裁・withdraw取り消し・end終了・resume再開）", false},
    {"version", "そのときの講座の版", false},
    {"pages_version", "そのときの教材の版（0は教材なし）", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table class_more_tables[CLASS_MORE_TABLES_N] = {
    {
        .name = CLASS_PAGES_TABLE,
        .meaning_ja = "講座の教材（版ごと）",
        .purpose_ja = "授業で同じページをいっしょに読めるようにするため",
        .ground_ja = "委託契約（オンライン授業の実施）",
        .purpose_en = "the material of a course as pages, in versions, under a record key",
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = pages_columns,
    },
    {
        .name = STEP_TABLE,
        .meaning_ja = "講座についての決裁と終了",
        .purpose_ja = "委託者と決めた講座だけを児童生徒に見せるため",
        .ground_ja = "委託契約（講座内容の検討・協議）",
        .purpose_en = "which version of a course a commissioner decided, and its end",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- pages ---- */

struct pages_leaf {
    struct class_pages_row row;
    bool has_by;
};
static const struct jx_field pages_leaf_fields[] = {
    LEAF_FIELD(pages_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(pages_leaf, "n", JX_INT, row.n),
    LEAF_FIELD(pages_leaf, "course", JX_ID, row.course),
    LEAF_FIELD(pages_leaf, "version", JX_INT, row.version),
    LEAF_FIELD(pages_leaf, "n_pages", JX_INT, row.n_pages),
    LEAF_FIELD(pages_leaf, "pages_sealed", JX_BYTES, row.pages_sealed),
    LEAF_WHO(pages_leaf, row.who, has_by),
};
static const struct jx_shape pages_leaf_shape =
    JX_SHAPE("ClassPagesLeaf", struct pages_leaf, pages_leaf_fields);

static enum err pages_write_leaf(const struct class_pages_row *row, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    const struct pages_leaf leaf = {.row = *row, .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&pages_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct class_pages_row pages_borrow(const struct db_rows *rows, int i)
{
    return (struct class_pages_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .course = db_id(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .n_pages = db_i64(rows, i, 4),
        .pages_sealed = db_bytes(rows, i, 5),
        .who = store_who(rows, i, 6),
    };
}

static enum err pages_leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                                  struct span *bytes_out, struct fail *why)
{
    const struct class_pages_row row = pages_borrow(rows, i);

    return pages_write_leaf(&row, arena, bytes_out, why);
}

const struct audit_table class_pages_audit_table = {CLASS_PAGES_TABLE, &pages_leaves,
                                                    &pages_extra, pages_leaf_of_row};

enum err class_pages_store_is_there(struct tx *tx, const struct class_pages_row *row,
                                    bool *is_there_out, struct fail *why)
{
    char course[ID_TEXT_CAP];

    return class_store_written(tx, &pages_whose, row->id, row->who.by,
                               class_store_id_text(row->course, course), is_there_out, why);
}

enum err class_pages_store_add(struct tx *tx, struct class_pages_row *row, bool *was_there_out,
                               struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = class_pages_store_is_there(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->course);
    db_arg_i32(&args, (int32_t)row->n_pages);
    db_arg_bytes(&args, row->pages_sealed);
    store_arg_who(&args, &row->who);
    rc = class_store_put(tx, &pages_add, &args, &row->n, &row->version, why);
    if (rc == ERR_OK)
        rc = pages_write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", CLASS_PAGES_TABLE, row->id, bytes, why)
                        : rc;
}

static enum err own_pages(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    struct class_pages_row *out = into;

    *out = pages_borrow(rows, i);
    return STORE_OWN(arena, why, &out->pages_sealed, &out->who.role);
}

enum err class_pages_store_version(struct tx *tx, struct db *db, struct id course,
                                   int64_t version, struct arena *arena,
                                   struct class_pages_row *row_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct class_pages_row), own_pages};
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, course);
    db_arg_i32(&args, (int32_t)version);
    rc = store_list(tx, db, &pages_version, &args, &list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such pages");
    if (rc == ERR_OK)
        *row_out = ((struct class_pages_row *)all)[0];
    return rc;
}

/* ---- steps ---- */

struct step_leaf {
    struct class_step_row row;
    int step;
    bool has_by;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(step_leaf, "n", JX_INT, row.n),
    LEAF_FIELD(step_leaf, "course", JX_ID, row.course),
    LEAF_CHOICE(step_leaf, "step", CLASS_STEPS, step),
    LEAF_FIELD(step_leaf, "version", JX_INT, row.version),
    LEAF_FIELD(step_leaf, "pages_version", JX_INT, row.pages_version),
    LEAF_WHO(step_leaf, row.who, has_by),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("ClassCourseStepLeaf", struct step_leaf, step_leaf_fields);

static enum err step_write_leaf(const struct class_step_row *row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .row = *row, .step = (int)row->step, .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err step_leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    int step = jx_choice_find(CLASS_STEPS, db_bytes(rows, i, 3));
    const struct class_step_row row = {
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .course = db_id(rows, i, 2),
        .step = (enum class_step)step,
        .version = db_i64(rows, i, 4),
        .pages_version = db_i64(rows, i, 5),
        .who = store_who(rows, i, 6),
    };

    return step < 0 ? fail_set(why, ERR_INTERNAL, "a step of a course")
                    : step_write_leaf(&row, arena, bytes_out, why);
}

const struct audit_table class_course_step_audit_table = {STEP_TABLE, &step_leaves, &step_extra,
                                                          step_leaf_of_row};

enum err class_step_store_is_there(struct tx *tx, const struct class_step_row *row,
                                   bool *is_there_out, struct fail *why)
{
    char course[ID_TEXT_CAP];
    struct span step = jx_choice_at(CLASS_STEPS, (int)row->step);
    char *object =
        arena_printf(tx_arena(tx), "%.*s %.*s", ID_TEXT_CAP - 1,
                     (const char *)class_store_id_text(row->course, course).p, SPAN_ARG(step));

    if (object == NULL)
        return fail_set(why, ERR_NOMEM, "a step");
    return class_store_written(tx, &step_whose, row->id, row->who.by, span_text(object),
                               is_there_out, why);
}

enum err class_step_store_add(struct tx *tx, struct class_step_row *row, bool *was_there_out,
                              struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = class_step_store_is_there(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->course);
    db_arg_text(&args, jx_choice_at(CLASS_STEPS, (int)row->step));
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_i32(&args, (int32_t)row->pages_version);
    store_arg_who(&args, &row->who);
    rc = class_store_put(tx, &step_add, &args, &row->n, NULL, why);
    if (rc == ERR_OK)
        rc = step_write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", STEP_TABLE, row->id, bytes, why) : rc;
}
