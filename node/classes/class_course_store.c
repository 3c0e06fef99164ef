#include "node/classes/class_course_store.h"

#include "node/base/jx_scalar.h"
#include "node/classes/class_rows.h"
#include "node/classes/class_store_common.h"

#define TABLE CLASS_COURSE_TABLE
#define COLUMNS \
    "id, n, course, version, kind, picture, has_hand, has_poll, has_question, places," \
    " title_sealed, summary_sealed, at, by, role"
#define COLUMNS_N 15

static const struct stmt course_add = {
    "class_course_add",
    "INSERT INTO class_course (" COLUMNS ") VALUES ($1::uuid, (SELECT coalesce(max(n), 0) + 1"
    " FROM class_course), $2::uuid, (SELECT coalesce(max(version), 0) + 1 FROM class_course"
    " WHERE course = $2::uuid), $3::text, $4::text, $5::boolean, $6::boolean, $7::boolean,"
    " $8::integer, $9::bytea, $10::bytea, $11::timestamptz, $12::uuid, $13::text)"
    " RETURNING n, version"};
static const struct stmt course_whose = {
    "class_course_whose", "SELECT by, course::text FROM class_course WHERE id = $1::uuid"};
static const struct stmt course_states = {
    "class_course_states",
    "SELECT " COLUMNS ", coalesce((SELECT max(p.version) FROM class_pages p WHERE p.course ="
    " c.course), 0), coalesce((SELECT p.n_pages FROM class_pages p WHERE p.course = c.course"
    " ORDER BY p.version DESC LIMIT 1), 0), d.step, d.d_version, d.pages_version, d.d_at,"
    " d.d_by, coalesce((SELECT e.step = 'end' FROM class_course_step e WHERE e.course ="
    " c.course AND e.step IN ('end', 'resume') ORDER BY e.n DESC LIMIT 1), false)"
    " FROM (SELECT DISTINCT ON (course) " COLUMNS " FROM class_course WHERE $1::uuid IS NULL"
    " OR course = $1::uuid ORDER BY course, version DESC) c"
    " LEFT JOIN (SELECT DISTINCT ON (s.course) s.course AS d_course, s.step, s.version AS"
    " d_version, s.pages_version, s.at AS d_at, s.by AS d_by FROM class_course_step s WHERE"
    " s.step IN ('decide', 'withdraw') ORDER BY s.course, s.n DESC) d ON d.d_course = c.course"
    " ORDER BY c.n DESC"};
static const struct stmt course_version = {
    "class_course_version", "SELECT " COLUMNS " FROM class_course WHERE course = $1::uuid AND"
                            " version = $2::integer"};
static const struct stmt course_leaves = {
    "class_course_leaves", "SELECT " COLUMNS " FROM class_course WHERE id = ANY ($1::uuid[])"};
static const struct stmt course_extra = {
    "class_course_extra", "SELECT c.id FROM class_course c WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf l WHERE l.row_id = c.id AND l.table_name ="
                          " 'class_course')"};

const struct stmt *const class_course_stmts[CLASS_COURSE_STMTS_N] = {
    &course_add, &course_whose, &course_states, &course_version, &course_leaves, &course_extra};

static const struct data_column columns[] = {
    {"id", "この版のID", false},
    {"n", "通し番号", false},
    {"course", "どの講座か（はじめの版のID）", false},
    {"version", "講座の版", false},
    {"kind",
     "種類（subject教科・communication交流・relax心と体・guestゲスト・experience体験・other"
     "そのほか）",
     false},
    {"picture", "絵の名前", false},
    {"has_hand", "手をあげられるか", false},
    {"has_poll", "アンケートがあるか", false},
    {"has_question", "文字で質問できるか", false},
    {"places", "定員（空は決めていない）", false},
    {"title_sealed", "題名（よみつき。記録のかぎ）", true},
    {"summary_sealed", "児童生徒に見せる説明（記録のかぎ）", true},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table class_course_tables[CLASS_COURSE_TABLES_N] = {{
    .name = TABLE,
    .meaning_ja = "オンライン授業の講座（版ごと）",
    .purpose_ja = "授業の内容を委託者と決め、児童生徒が選べるようにするため",
    .ground_ja = "委託契約（オンライン授業の実施）",
    .purpose_en = "courses in versions; texts, which may name a guest, under a record key",
    .key_of = KEY_OF_RECORD,
    .mention_columns = "by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

struct leaf {
    struct class_course_row row;
    int kind;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_FIELD(leaf, "course", JX_ID, row.course),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    LEAF_CHOICE(leaf, "kind", CLASS_KINDS, kind),
    LEAF_CHOICE(leaf, "picture", CLASS_PICTURES, row.picture),
    LEAF_FIELD(leaf, "has_hand", JX_BOOL, row.has_hand),
    LEAF_FIELD(leaf, "has_poll", JX_BOOL, row.has_poll),
    LEAF_FIELD(leaf, "has_question", JX_BOOL, row.has_question),
    LEAF_FIELD_IF(leaf, "places", JX_INT, row.places, row.has_places),
    LEAF_FIELD(leaf, "title_sealed", JX_BYTES, row.title_sealed),
    LEAF_FIELD(leaf, "summary_sealed", JX_BYTES, row.summary_sealed),
    LEAF_WHO(leaf, row.who, has_by),
};
static const struct jx_shape leaf_shape = JX_SHAPE("ClassCourseLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct class_course_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .row = *row, .kind = (int)row->kind, .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct class_course_row *out,
                       struct fail *why)
{
    int kind = jx_choice_find(CLASS_KINDS, db_bytes(rows, i, 4));
    int picture = jx_choice_find(CLASS_PICTURES, db_bytes(rows, i, 5));

    *out = (struct class_course_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .course = db_id(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .kind = (enum class_kind)kind,
        .picture = picture,
        .has_hand = db_bool(rows, i, 6),
        .has_poll = db_bool(rows, i, 7),
        .has_question = db_bool(rows, i, 8),
        .has_places = !db_is_null(rows, i, 9),
        .places = db_i64(rows, i, 9),
        .title_sealed = db_bytes(rows, i, 10),
        .summary_sealed = db_bytes(rows, i, 11),
        .who = store_who(rows, i, 12),
    };
    return kind < 0 || picture < 0 ? fail_set(why, ERR_INTERNAL, "a course's kind") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct class_course_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table class_course_audit_table = {TABLE, &course_leaves, &course_extra,
                                                     leaf_of_row};

enum err class_course_store_is_there(struct tx *tx, const struct class_course_row *row,
                                     bool *is_there_out, struct fail *why)
{
    char course[ID_TEXT_CAP];

    return class_store_written(tx, &course_whose, row->id, row->who.by,
                               class_store_id_text(row->course, course), is_there_out, why);
}

enum err class_course_store_add(struct tx *tx, struct class_course_row *row,
                                bool *was_there_out, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = class_course_store_is_there(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->course);
    db_arg_text(&args, jx_choice_at(CLASS_KINDS, (int)row->kind));
    db_arg_text(&args, jx_choice_at(CLASS_PICTURES, row->picture));
    db_arg_bool(&args, row->has_hand);
    db_arg_bool(&args, row->has_poll);
    db_arg_bool(&args, row->has_question);
    store_arg_i32_if(&args, row->has_places, row->places);
    db_arg_bytes(&args, row->title_sealed);
    db_arg_bytes(&args, row->summary_sealed);
    store_arg_who(&args, &row->who);
    rc = class_store_put(tx, &course_add, &args, &row->n, &row->version, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", TABLE, row->id, bytes, why) : rc;
}

/* ---- reading ---- */

bool class_course_is_settled(const struct class_course_state *state)
{
    return state->is_decided && state->decided_version == state->row.version &&
           state->decided_pages_version == state->pages_version;
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct class_course_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK
               ? STORE_OWN(arena, why, &out->title_sealed, &out->summary_sealed, &out->who.role)
               : rc;
}

static enum err own_state(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    struct class_course_state *out = into;
    const int at = COLUMNS_N;

    out->pages_version = db_i64(rows, i, at);
    out->n_pages = db_i64(rows, i, at + 1);
    out->is_decided = span_eq(db_bytes(rows, i, at + 2), SPAN("decide"));
    if (out->is_decided) {
        out->decided_version = db_i64(rows, i, at + 3);
        out->decided_pages_version = db_i64(rows, i, at + 4);
        out->decided_utc_us = db_time(rows, i, at + 5);
        out->decided_by = db_id(rows, i, at + 6);
    }
    out->is_ended = db_bool(rows, i, at + 7);
    return own_row(rows, i, arena, &out->row, why);
}

enum err class_course_store_states(struct tx *tx, struct db *db, struct id course,
                                   struct arena *arena, struct class_course_state **out,
                                   size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct class_course_state), own_state};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, course);
    rc = store_list(tx, db, &course_states, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err class_course_store_state(struct tx *tx, struct db *db, struct id course,
                                  struct arena *arena, struct class_course_state *out,
                                  struct fail *why)
{
    struct class_course_state *all = NULL;
    size_t n = 0;
    enum err rc = id_is_none(course)
                      ? ERR_OK
                      : class_course_store_states(tx, db, course, arena, &all, &n, why);

    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such course");
    if (rc == ERR_OK && all != NULL)
        *out = all[0];
    return rc;
}

enum err class_course_store_version(struct tx *tx, struct db *db, struct id course,
                                    int64_t version, struct arena *arena,
                                    struct class_course_row *row_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct class_course_row), own_row};
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, course);
    db_arg_i32(&args, (int32_t)version);
    rc = store_list(tx, db, &course_version, &args, &list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such version");
    if (rc == ERR_OK)
        *row_out = ((struct class_course_row *)all)[0];
    return rc;
}
