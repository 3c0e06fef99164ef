#include "tenants/ending/material_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "tenants/ending/ending_rows.h"

#define COLUMNS \
    "m.id, m.at, m.by, m.by_role, m.replaces, m.form, to_char(m.received_on, 'YYYY-MM-DD')," \
    " m.what_sealed, m.from_sealed, m.place_sealed, m.purpose_sealed"
#define MARKS "id, at, by, by_role, material, kind, to_char(done_on, 'YYYY-MM-DD'), note_sealed"
#define STANDING \
    ", r.id, k.id, k.at, k.by, k.by_role, k.material, k.kind, to_char(k.done_on," \
    " 'YYYY-MM-DD'), k.note_sealed"
#define FROM \
    " FROM material m LEFT JOIN material r ON r.replaces = m.id LEFT JOIN LATERAL (SELECT *" \
    " FROM material_mark s WHERE s.material = m.id ORDER BY s.at DESC, s.id DESC LIMIT 1) k" \
    " ON true"

static const struct stmt add = {
    "material_add", "INSERT INTO material (id, at, by, by_role, replaces, form, received_on,"
                    " what_sealed, from_sealed, place_sealed, purpose_sealed) VALUES ($1::uuid,"
                    " $2::timestamptz, $3::uuid, $4::text, $5::uuid, $6::text, $7::text::date,"
                    " $8::bytea, $9::bytea, $10::bytea, $11::bytea)"};
static const struct stmt mark_add = {
    "material_mark_add",
    "INSERT INTO material_mark (id, at, by, by_role, material, kind, done_on, note_sealed)"
    " VALUES ($1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::uuid, $6::text,"
    " $7::text::date, $8::bytea)"};
static const struct stmt find = {"material_find",
                                 "SELECT " COLUMNS STANDING FROM " WHERE m.id = $1::uuid"};
static const struct stmt list = {"material_list",
                                 "SELECT " COLUMNS STANDING FROM
                                 " WHERE $1::uuid IS NULL OR (m.at, m.id) < (SELECT b.at, b.id"
                                 " FROM material b WHERE b.id = $1::uuid) ORDER BY m.at DESC,"
                                 " m.id DESC LIMIT $2::integer"};
static const struct stmt n_open = {
    "material_open",
    "SELECT count(*)" FROM " WHERE r.id IS NULL AND coalesce(k.kind, 'reopened') = 'reopened'"};
static const struct stmt leaves = {
    "material_leaves", "SELECT " COLUMNS " FROM material m WHERE m.id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "material_extra", "SELECT m.id FROM material m WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = m.id AND l.table_name = 'material')"};
static const struct stmt mark_leaves = {
    "material_mark_leaves", "SELECT " MARKS " FROM material_mark WHERE id = ANY ($1::uuid[])"};
static const struct stmt mark_extra = {
    "material_mark_extra",
    "SELECT m.id FROM material_mark m WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = m.id AND l.table_name = 'material_mark')"};

const struct stmt *const material_stmts[MATERIAL_STMTS_N] = {
    &add, &mark_add, &find, &list, &n_open, &leaves, &extra, &mark_leaves, &mark_extra};

/* ---- the tables' rows ---- */

#define GROUND_JA "委託契約（受け取った資料の返却、複写と持ち出しの禁止）"

static const struct data_column columns[] = {
    {"id", "記入のID", false},
    {"at", "いつ記したか", false},
    {"by", "だれが記したか（アカウントのID）", false},
    {"by_role", "記した人の役割", false},
    {"replaces", "どの記入を直したものか", false},
    {"form", "形（paper 紙・file ファイル・media 媒体・device 機器・other その他）", false},
    {"received_on", "受け取った日", false},
    {"what_sealed", "何を受け取ったか", true},
    {"from_sealed", "だれから受け取ったか", true},
    {"place_sealed", "どこに保管するか", true},
    {"purpose_sealed", "何に使うか", true},
    {NULL, NULL, false},
};
static const struct data_column mark_columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ記したか", false},
    {"by", "だれが記したか（アカウントのID）", false},
    {"by_role", "記した人の役割", false},
    {"material", "どの記入か", false},
    {"kind", "どうしたか（returned 返却・destroyed 廃棄・erased 消去・reopened 取り消し）",
     false},
    {"done_on", "した日", false},
    {"note_sealed", "だれに、どのように", true},
    {NULL, NULL, false},
};

const struct data_table material_tables[MATERIAL_TABLES_N] = {
    {
        .name = "material",
        .meaning_ja = "受領資料一覧",
        .purpose_ja = "受け取った資料を、契約の終わりまでにもれなく返すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "material received from the commissioner",
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = columns,
    },
    {
        .name = "material_mark",
        .meaning_ja = "受領資料の返却・廃棄・消去の記録",
        .purpose_ja = "受け取った資料を、だれがいつ返し、または消したかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "what became of received material, by whom and when",
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = mark_columns,
    },
};

/* ---- leaves ---- */

struct leaf {
    struct material_row row;
    bool has_replaces;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(leaf, "by", JX_ID, row.by),
    LEAF_FIELD(leaf, "by_role", JX_TEXT, row.by_role),
    LEAF_FIELD_IF(leaf, "replaces", JX_ID, row.replaces, has_replaces),
    LEAF_CHOICE(leaf, "form", MATERIAL_FORMS, row.form),
    LEAF_FIELD(leaf, "received_on", JX_TEXT, row.received_on),
    LEAF_FIELD(leaf, "what_sealed", JX_BYTES, row.what_sealed),
    LEAF_FIELD(leaf, "from_sealed", JX_BYTES, row.from_sealed),
    LEAF_FIELD(leaf, "place_sealed", JX_BYTES, row.place_sealed),
    LEAF_FIELD(leaf, "purpose_sealed", JX_BYTES, row.purpose_sealed),
};
static const struct jx_shape leaf_shape = JX_SHAPE("MaterialLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct material_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, !id_is_none(row->replaces)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

struct mark_leaf {
    struct material_mark mark;
    bool has_note;
};
static const struct jx_field mark_fields[] = {
    LEAF_FIELD(mark_leaf, "id", JX_ID, mark.id),
    LEAF_FIELD(mark_leaf, "at", JX_TIME, mark.at_utc_us),
    LEAF_FIELD(mark_leaf, "by", JX_ID, mark.by),
    LEAF_FIELD(mark_leaf, "by_role", JX_TEXT, mark.by_role),
    LEAF_FIELD(mark_leaf, "material", JX_ID, mark.material),
    LEAF_CHOICE(mark_leaf, "kind", MATERIAL_MARKS, mark.kind),
    LEAF_FIELD(mark_leaf, "done_on", JX_TEXT, mark.done_on),
    LEAF_FIELD_IF(mark_leaf, "note_sealed", JX_BYTES, mark.note_sealed, has_note),
};
static const struct jx_shape mark_shape =
    JX_SHAPE("MaterialMarkLeaf", struct mark_leaf, mark_fields);

static enum err write_mark_leaf(const struct material_mark *mark, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct mark_leaf leaf = {*mark, mark->note_sealed.len > 0};

    return jx_write_canonical(&mark_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct material_row borrow(const struct db_rows *rows, int i)
{
    return (struct material_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .by = db_id(rows, i, 2),
        .by_role = db_bytes(rows, i, 3),
        .replaces = db_id(rows, i, 4),
        .form = jx_choice_find(MATERIAL_FORMS, db_bytes(rows, i, 5)),
        .received_on = db_bytes(rows, i, 6),
        .what_sealed = db_bytes(rows, i, 7),
        .from_sealed = db_bytes(rows, i, 8),
        .place_sealed = db_bytes(rows, i, 9),
        .purpose_sealed = db_bytes(rows, i, 10),
    };
}

/* From column `at` on. */
static struct material_mark borrow_mark(const struct db_rows *rows, int i, int at)
{
    return (struct material_mark){
        .id = db_id(rows, i, at),
        .at_utc_us = db_time(rows, i, at + 1),
        .by = db_id(rows, i, at + 2),
        .by_role = db_bytes(rows, i, at + 3),
        .material = db_id(rows, i, at + 4),
        .kind = jx_choice_find(MATERIAL_MARKS, db_bytes(rows, i, at + 5)),
        .done_on = db_bytes(rows, i, at + 6),
        .note_sealed = db_bytes(rows, i, at + 7),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct material_row row = borrow(rows, i);

    return write_leaf(&row, arena, bytes_out, why);
}

static enum err leaf_of_mark(const struct db_rows *rows, int i, struct arena *arena,
                             struct span *bytes_out, struct fail *why)
{
    const struct material_mark mark = borrow_mark(rows, i, 0);

    return write_mark_leaf(&mark, arena, bytes_out, why);
}

const struct audit_table material_audit = {"material", &leaves, &extra, leaf_of_row};
const struct audit_table material_mark_audit = {"material_mark", &mark_leaves, &mark_extra,
                                                leaf_of_mark};

/* ---- writing ---- */

enum err material_store_add(struct tx *tx, const struct material_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->by_role);
    db_arg_id(&args, row->replaces);
    db_arg_text(&args, jx_choice_at(MATERIAL_FORMS, row->form));
    db_arg_text(&args, row->received_on);
    db_arg_bytes(&args, row->what_sealed);
    db_arg_bytes(&args, row->from_sealed);
    db_arg_bytes(&args, row->place_sealed);
    db_arg_bytes(&args, row->purpose_sealed);
    rc = tx_run(tx, &add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "material", "material", row->id, bytes, why) : rc;
}

enum err material_store_mark(struct tx *tx, const struct material_mark *mark, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_mark_leaf(mark, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, mark->id);
    db_arg_time(&args, mark->at_utc_us);
    db_arg_id(&args, mark->by);
    db_arg_text(&args, mark->by_role);
    db_arg_id(&args, mark->material);
    db_arg_text(&args, jx_choice_at(MATERIAL_MARKS, mark->kind));
    db_arg_text(&args, mark->done_on);
    store_arg_bytes_if(&args, mark->note_sealed);
    rc = tx_run(tx, &mark_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "material", "material_mark", mark->id, bytes, why)
                        : rc;
}

/* ---- reading ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct material_row *out = into;

    *out = borrow(rows, i);
    out->replaced_by = db_id(rows, i, 11);
    out->mark = borrow_mark(rows, i, 12);
    if (!id_is_none(out->replaced_by))
        out->state = MATERIAL_IS_REPLACED;
    else
        out->state = id_is_none(out->mark.id) ? MATERIAL_IS_OPEN : out->mark.kind;
    return STORE_OWN(arena, why, &out->by_role, &out->received_on, &out->what_sealed,
                     &out->from_sealed, &out->place_sealed, &out->purpose_sealed,
                     &out->mark.by_role, &out->mark.done_on, &out->mark.note_sealed);
}

static const struct store_list as = {sizeof(struct material_row), own_row};

enum err material_store_find(struct tx *tx, struct db *db, struct id material,
                             struct arena *arena, struct material_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, material);
    rc = store_list(tx, db, &find, &args, &as, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such entry");
    if (rc == ERR_OK)
        *out = *(const struct material_row *)all;
    return rc;
}

enum err material_store_list(struct db *db, struct id before, int n_cap, struct arena *arena,
                             struct material_row **rows_out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &as, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err material_store_open(struct db *db, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &n_open, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}
