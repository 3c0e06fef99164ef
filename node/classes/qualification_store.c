#include "node/classes/qualification_store.h"

#include "node/base/jx_scalar.h"
#include "node/classes/class_rows.h"
#include "node/classes/class_store_common.h"

#define END_TABLE "qualification_end"
#define COLUMNS \
    "q.id, q.n, q.account, q.kind, to_char(q.since, 'YYYY-MM-DD'), to_char(q.until," \
    " 'YYYY-MM-DD'), q.what_sealed, q.at, q.by, q.role"
#define COLUMNS_N   10
#define END_COLUMNS "id, qualification, to_char(ended_on, 'YYYY-MM-DD'), at, by, role"

static const struct stmt qualification_add = {
    "qualification_add",
    "INSERT INTO qualification (id, n, account, kind, since, until, what_sealed, at, by, role)"
    " VALUES ($1::uuid, (SELECT coalesce(max(n), 0) + 1 FROM qualification), $2::uuid,"
    " $3::text, $4::text::date, $5::text::date, $6::bytea, $7::timestamptz, $8::uuid,"
    " $9::text) RETURNING n"};
static const struct stmt qualification_whose = {
    "qualification_whose", "SELECT by, account::text FROM qualification WHERE id = $1::uuid"};
static const struct stmt qualification_account = {
    "qualification_account", "SELECT id FROM account WHERE id = $1::uuid AND state <> 'closed'"
                             " AND role IN ('supporter', 'instructor', 'guest_teacher')"};
static const struct stmt qualification_list = {
    "qualification_list",
    "SELECT " COLUMNS ", to_char(e.ended_on, 'YYYY-MM-DD'), e.at, e.by FROM qualification q"
    " LEFT JOIN qualification_end e ON e.qualification = q.id WHERE $1::uuid IS NULL OR"
    " q.account = $1::uuid ORDER BY q.account, q.since, q.n LIMIT $2::integer"};
static const struct stmt end_add = {
    "qualification_end_add",
    "INSERT INTO qualification_end (id, qualification, ended_on, at, by, role) VALUES"
    " ($1::uuid, $2::uuid, $3::text::date, $4::timestamptz, $5::uuid, $6::text) RETURNING"
    " 1::bigint"};
static const struct stmt end_state = {
    "qualification_end_state",
    "SELECT EXISTS (SELECT FROM qualification WHERE id = $1::uuid), (SELECT e.id FROM"
    " qualification_end e WHERE e.qualification = $1::uuid)"};
static const struct stmt qualification_leaves = {
    "qualification_leaves",
    "SELECT " COLUMNS " FROM qualification q WHERE q.id = ANY ($1::uuid[])"};
static const struct stmt qualification_extra = {
    "qualification_extra", "SELECT q.id FROM qualification q WHERE NOT EXISTS (SELECT FROM"
                           " audit_leaf l WHERE l.row_id = q.id AND l.table_name ="
                           " 'qualification')"};
static const struct stmt end_leaves = {"qualification_end_leaves",
                                       "SELECT " END_COLUMNS
                                       " FROM qualification_end WHERE id = ANY ($1::uuid[])"};
static const struct stmt end_extra = {
    "qualification_end_extra", "SELECT e.id FROM qualification_end e WHERE NOT EXISTS (SELECT"
                               " FROM audit_leaf l WHERE l.row_id = e.id AND l.table_name ="
                               " 'qualification_end')"};

const struct stmt *const qualification_stmts[QUALIFICATION_STMTS_N] = {&qualification_add,
                                                                       &qualification_whose,
                                                                       &qualification_account,
                                                                       &qualification_list,
                                                                       &end_add,
                                                                       &end_state,
                                                                       &qualification_leaves,
                                                                       &qualification_extra,
                                                                       &end_leaves,
                                                                       &end_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"n", "通し番号", false},
    {"account", "だれの（アカウントのID）", false},
    {"kind",
     "種類（support_experience不登校支援の経験・support_"
     "training研修の受講・expertise講座の内容の"
     "専門知識）",
     false},
    {"since", "いつから", false},
    {"until", "いつまで（空は終わりなし）", false},
    {"what_sealed", "どのような経験・研修・知識か", true},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};
static const struct data_column end_columns[] = {
    {"id", "決定のID", false},
    {"qualification", "どの記録を終えたか", false},
    {"ended_on", "有効な最後の日", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table qualification_tables[QUALIFICATION_TABLES_N] = {
    {
        .name = QUALIFICATION_TABLE,
        .meaning_ja = "職員の経験・研修・専門知識",
        .purpose_ja = "任用の条件を満たす人だけが授業と支援を受け持つようにするため",
        .ground_ja = "委託契約（オンライン支援員と授業者の任用）",
        .purpose_en = "experience, training and expertise of staff, with dates",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = columns,
    },
    {
        .name = END_TABLE,
        .meaning_ja = "経験・研修・専門知識の記録の終わり",
        .purpose_ja = "いつから満たさなくなったかを残すため",
        .ground_ja = "委託契約（オンライン支援員と授業者の任用）",
        .purpose_en = "from when a qualification no longer counts, and who said so",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = end_columns,
    },
};

bool qualification_holds(const struct qualification_row *row, int32_t day)
{
    return row->since <= day && (!row->has_until || day <= row->until) &&
           (!row->is_ended || day <= row->ended_on);
}

/* ---- leaves ---- */

struct leaf {
    struct qualification_row row;
    int kind;
    struct span since, until;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_FIELD(leaf, "account", JX_ID, row.account),
    LEAF_CHOICE(leaf, "kind", QUALIFICATION_KINDS, kind),
    LEAF_FIELD(leaf, "since", JX_TEXT, since),
    LEAF_FIELD_IF(leaf, "until", JX_TEXT, until, row.has_until),
    LEAF_FIELD(leaf, "what_sealed", JX_BYTES, row.what_sealed),
    LEAF_WHO(leaf, row.who, has_by),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("QualificationLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct qualification_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    char since[DAY_TEXT_CAP], until[DAY_TEXT_CAP];
    struct leaf leaf = {
        .row = *row, .kind = (int)row->kind, .has_by = !id_is_none(row->who.by)};

    calendar_text(row->since, since);
    calendar_text(row->has_until ? row->until : row->since, until);
    leaf.since = span_text(since);
    leaf.until = span_text(until);
    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct qualification_row *out,
                       struct fail *why)
{
    int kind = jx_choice_find(QUALIFICATION_KINDS, db_bytes(rows, i, 3));

    *out = (struct qualification_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .account = db_id(rows, i, 2),
        .kind = (enum qualification_kind)kind,
        .since = class_store_day(rows, i, 4),
        .has_until = !db_is_null(rows, i, 5),
        .what_sealed = db_bytes(rows, i, 6),
        .who = store_who(rows, i, 7),
    };
    if (out->has_until)
        out->until = class_store_day(rows, i, 5);
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a kind of qualification") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct qualification_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table qualification_audit_table = {
    QUALIFICATION_TABLE, &qualification_leaves, &qualification_extra, leaf_of_row};

struct end_leaf {
    struct qualification_end_row row;
    struct span ended_on;
    bool has_by;
};
static const struct jx_field end_leaf_fields[] = {
    LEAF_FIELD(end_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(end_leaf, "qualification", JX_ID, row.qualification),
    LEAF_FIELD(end_leaf, "ended_on", JX_TEXT, ended_on),
    LEAF_WHO(end_leaf, row.who, has_by),
};
static const struct jx_shape end_leaf_shape =
    JX_SHAPE("QualificationEndLeaf", struct end_leaf, end_leaf_fields);

static enum err end_write_leaf(const struct qualification_end_row *row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    char day[DAY_TEXT_CAP];
    struct end_leaf leaf = {.row = *row, .has_by = !id_is_none(row->who.by)};

    calendar_text(row->ended_on, day);
    leaf.ended_on = span_text(day);
    return jx_write_canonical(&end_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err end_leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct qualification_end_row row = {
        .id = db_id(rows, i, 0),
        .qualification = db_id(rows, i, 1),
        .ended_on = class_store_day(rows, i, 2),
        .who = store_who(rows, i, 3),
    };

    return end_write_leaf(&row, arena, bytes_out, why);
}

const struct audit_table qualification_end_audit_table = {END_TABLE, &end_leaves, &end_extra,
                                                          end_leaf_of_row};

/* ---- writing ---- */

enum err qualification_store_add(struct tx *tx, struct qualification_row *row,
                                 bool *was_there_out, struct fail *why)
{
    char account[ID_TEXT_CAP], since[DAY_TEXT_CAP], until[DAY_TEXT_CAP];
    struct span bytes;
    struct db_args args;
    bool is_staff = false;
    enum err rc =
        class_store_written(tx, &qualification_whose, row->id, row->who.by,
                            class_store_id_text(row->account, account), was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    rc = store_is_there(tx, &qualification_account, row->account, &is_staff, why);
    if (rc == ERR_OK && !is_staff)
        rc = fail_set(why, ERR_NOT_FOUND, "nobody of staff");
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->account);
    db_arg_text(&args, jx_choice_at(QUALIFICATION_KINDS, (int)row->kind));
    class_store_arg_day(&args, row->since, since);
    calendar_text(row->until, until);
    store_arg_text_if(&args, row->has_until, span_text(until));
    db_arg_bytes(&args, row->what_sealed);
    store_arg_who(&args, &row->who);
    rc = class_store_put(tx, &qualification_add, &args, &row->n, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", QUALIFICATION_TABLE, row->id, bytes, why)
                        : rc;
}

/* Whether this very act ended it. */
static enum err check_end(struct tx *tx, const struct qualification_end_row *row,
                          bool *was_there_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->qualification);
    rc = tx_run(tx, &end_state, &args, &rows, why);
    if (rc == ERR_OK && !db_bool(rows, 0, 0))
        rc = fail_set(why, ERR_NOT_FOUND, "no such qualification");
    if (rc == ERR_OK)
        *was_there_out = id_eq(db_id(rows, 0, 1), row->id);
    if (rc == ERR_OK && !*was_there_out && !db_is_null(rows, 0, 1))
        rc = fail_set(why, ERR_CONFLICT, "it ended already");
    db_rows_free(&rows);
    return rc;
}

enum err qualification_store_end(struct tx *tx, struct qualification_end_row *row,
                                 bool *was_there_out, struct fail *why)
{
    char day[DAY_TEXT_CAP];
    struct span bytes;
    struct db_args args;
    enum err rc = check_end(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->qualification);
    class_store_arg_day(&args, row->ended_on, day);
    store_arg_who(&args, &row->who);
    rc = class_store_put(tx, &end_add, &args, &(int64_t){0}, NULL, why);
    if (rc == ERR_OK)
        rc = end_write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", END_TABLE, row->id, bytes, why) : rc;
}

/* ---- reading ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct qualification_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    if (rc != ERR_OK)
        return rc;
    out->is_ended = !db_is_null(rows, i, COLUMNS_N);
    if (out->is_ended) {
        out->ended_on = class_store_day(rows, i, COLUMNS_N);
        out->ended_utc_us = db_time(rows, i, COLUMNS_N + 1);
        out->ended_by = db_id(rows, i, COLUMNS_N + 2);
    }
    return STORE_OWN(arena, why, &out->what_sealed, &out->who.role);
}

enum err qualification_store_list(struct tx *tx, struct db *db, struct id account, int n_cap,
                                  struct arena *arena, struct qualification_row **rows_out,
                                  size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct qualification_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_i32(&args, n_cap);
    rc = store_list(tx, db, &qualification_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
