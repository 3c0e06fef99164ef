#include "node/support/step_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "node/support/console_rows.h"
#include "node/support/contact_store.h"

#define COLUMNS \
    "id, n, at, child, step, to_char(on_date, 'YYYY-MM-DD'), kind, is_back, by, role," \
    " place_sealed"

static const struct stmt step_add = {
    "care_step_add",
    "INSERT INTO care_step (id, n, at, child, step, on_date, kind, is_back, by, role,"
    " place_sealed) VALUES ($1::uuid, $2::bigint, $3::timestamptz, $4::uuid, $5::integer,"
    " $6::text::date, $7::text, $8::boolean, $9::uuid, $10::text, $11::bytea)"};
static const struct stmt step_next = {"care_step_next",
                                      "SELECT coalesce(max(n), 0) + 1 FROM care_step"};
static const struct stmt step_whose = {"care_step_whose",
                                       "SELECT child FROM care_step WHERE id = $1::uuid"};
static const struct stmt step_list = {
    "care_step_list", "SELECT " COLUMNS " FROM care_step WHERE child = $1::uuid ORDER BY n"
                      " LIMIT 1000"};
static const struct stmt step_entered = {
    "care_step_entered",
    "SELECT v.account, min(v.at) FROM visit_event v JOIN account a ON a.id = v.account"
    " WHERE v.kind = 'entry' AND NOT v.is_trial AND a.role = 'student'"
    " AND ($1::uuid IS NULL OR v.account = $1::uuid) AND NOT EXISTS (SELECT FROM care_step s"
    " WHERE s.child = v.account AND s.step = 0) GROUP BY v.account LIMIT $2::integer"};
static const struct stmt step_regular_now = {
    "care_step_regular",
    "SELECT child FROM (SELECT DISTINCT ON (child) child, is_back FROM care_step"
    " WHERE step = 1 ORDER BY child, n DESC) s WHERE NOT is_back"};
static const struct stmt step_leaves = {
    "care_step_leaves", "SELECT " COLUMNS " FROM care_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "care_step_extra", "SELECT s.id FROM care_step s WHERE NOT EXISTS (SELECT FROM audit_leaf"
                       " l WHERE l.row_id = s.id AND l.table_name = 'care_step')"};

const struct stmt *const step_stmts[STEP_STMTS_N] = {
    &step_add,     &step_next,        &step_whose,  &step_list,
    &step_entered, &step_regular_now, &step_leaves, &step_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"n", "記録の通し番号", false},
    {"at", "いつ書いたか", false},
    {"child", "どの児童生徒か（アカウントのID）", false},
    {"step",
     "段階（0アバターで入室・1定期接点・2学習や活動・3校内支援センターなど・4教室など）",
     false},
    {"on_date", "とどいた日、またはもどった日", false},
    {"kind", "何で", false},
    {"is_back", "もどったことの記録か", false},
    {"by", "だれが書いたか（アカウントのID。空は自動）", false},
    {"role", "書いた人の役割（空は自動）", false},
    {"place_sealed", "場所", true},
    {NULL, NULL, false},
};

const struct data_table step_tables[STEP_TABLES_N] = {{
    .name = STEP_TABLE,
    .meaning_ja = "段階的復帰の記録（0から4）",
    .purpose_ja = "児童生徒がいまどこにいて、どこでつまずいているかを知り、支えるため",
    .ground_ja = "委託契約（KPIの計算）、個人情報の保護に関する法律第61条",
    .purpose_en = "steps 0 to 4 as reached and gone back from; never shown to children",
    .key_of = KEY_OF_SUBJECT,
    .person_column = "child",
    .mention_columns = "by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* ---- the leaf ---- */

struct leaf {
    struct step_row row;
    int64_t step;
    bool has_by, has_place;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_FIELD(leaf, "child", JX_ID, row.child),
    LEAF_FIELD(leaf, "step", JX_INT, step),
    LEAF_FIELD(leaf, "on_date", JX_TEXT, row.on),
    LEAF_FIELD(leaf, "kind", JX_TEXT, row.kind),
    LEAF_FIELD(leaf, "is_back", JX_BOOL, row.is_back),
    LEAF_WHO(leaf, row.who, has_by),
    LEAF_FIELD_IF(leaf, "place_sealed", JX_BYTES, row.place_sealed, has_place),
};
static const struct jx_shape leaf_shape = JX_SHAPE("CareStepLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct step_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .step = row->step,
                              .has_by = !id_is_none(row->who.by),
                              .has_place = row->place_sealed.len > 0};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct step_row borrow(const struct db_rows *rows, int i)
{
    return (struct step_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .child = db_id(rows, i, 3),
        .step = (int)db_i64(rows, i, 4),
        .on = db_bytes(rows, i, 5),
        .kind = db_bytes(rows, i, 6),
        .is_back = db_bool(rows, i, 7),
        .who = {.at_utc_us = db_time(rows, i, 2),
                .by = db_id(rows, i, 8),
                .role = db_bytes(rows, i, 9)},
        .place_sealed = db_bytes(rows, i, 10),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct step_row row = borrow(rows, i);

    return write_leaf(&row, arena, bytes_out, why);
}

const struct audit_table care_step_audit_table = {STEP_TABLE, &step_leaves, &step_extra,
                                                  leaf_of_row};

/* ---- writing ---- */

static enum err find(struct tx *tx, const struct step_row *row, bool *is_there_out,
                     struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    rc = tx_run(tx, &step_whose, &args, &rows, why);
    if (rc == ERR_OK)
        *is_there_out = db_rows_n(rows) > 0;
    if (rc == ERR_OK && *is_there_out && !id_eq(db_id(rows, 0, 0), row->child))
        rc = fail_set(why, ERR_CONFLICT, "the id is another's");
    db_rows_free(&rows);
    return rc;
}

enum err step_store_add(struct tx *tx, struct step_row *row, bool *was_there_out,
                        struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = find(tx, row, was_there_out, why);

    if (rc == ERR_OK && !*was_there_out)
        rc = store_number(tx, &step_next, &row->n, why);
    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->n);
    db_arg_time(&args, row->who.at_utc_us);
    db_arg_id(&args, row->child);
    db_arg_i32(&args, row->step);
    db_arg_text(&args, row->on);
    db_arg_text(&args, row->kind);
    db_arg_bool(&args, row->is_back);
    db_arg_id(&args, row->who.by);
    db_arg_text(&args, row->who.role);
    store_arg_bytes_if(&args, row->place_sealed);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", STEP_TABLE, row->id, bytes, why) : rc;
}

struct id step_entry_id(struct id child)
{
    return contact_id_of(child, child, 0);
}

/* ---- reading ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct step_row *out = into;

    *out = borrow(rows, i);
    return STORE_OWN(arena, why, &out->on, &out->kind, &out->who.role, &out->place_sealed);
}

enum err step_store_list(struct tx *tx, struct db *db, struct id child, struct arena *arena,
                         struct step_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct step_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, child);
    rc = store_list(tx, db, &step_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

static enum err own_entry(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct step_entry *)into = (struct step_entry){db_id(rows, i, 0), db_time(rows, i, 1)};
    return ERR_OK;
}

enum err step_store_entered(struct db *db, struct id child, int n_cap, struct arena *arena,
                            struct step_entry **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct step_entry), own_entry};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, child);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &step_entered, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *into,
                       struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct id *)into = db_id(rows, i, 0);
    return ERR_OK;
}

enum err step_store_regular(struct db *db, struct arena *arena, struct id **out, size_t *n_out,
                            struct fail *why)
{
    static const struct store_list list = {sizeof(struct id), own_id};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &step_regular_now, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
