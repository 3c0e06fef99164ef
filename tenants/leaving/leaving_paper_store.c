#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/leaving/leaving_store.h"
#include "tenants/leaving/leaving_store_priv.h"

#define PAPER_COLUMNS "id, kind, node, bag, n_named, document, at, given_by, role"

static const struct stmt paper_last = {
    "leaving_paper_last",
    "SELECT " PAPER_COLUMNS " FROM leaving_paper WHERE kind = $1::text AND node = $2::uuid"
    " AND at >= $3::timestamptz ORDER BY at DESC, id DESC LIMIT 1"};
static const struct stmt paper_canaries = {
    "leaving_paper_canaries",
    "SELECT " PAPER_COLUMNS " FROM leaving_paper WHERE kind = 'canaries' AND node = $1::uuid"
    " ORDER BY at, id"};
static const struct stmt paper_add = {
    "leaving_paper_add",
    "INSERT INTO leaving_paper (" PAPER_COLUMNS ") VALUES ($1::uuid, $2::text, $3::uuid,"
    " $4::text, $5::integer, $6::text, $7::timestamptz, $8::uuid, $9::text)"};
static const struct stmt paper_leaves = {"leaving_paper_leaves",
                                         "SELECT " PAPER_COLUMNS
                                         " FROM leaving_paper WHERE id = ANY ($1::uuid[])"};
static const struct stmt paper_extra = {
    "leaving_paper_extra",
    "SELECT c.id FROM leaving_paper c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = c.id AND l.table_name = 'leaving_paper')"};

const struct stmt *const leaving_paper_stmts[LEAVING_PAPER_STMTS_N] = {
    &paper_last, &paper_canaries, &paper_add, &paper_leaves, &paper_extra};

static const struct data_column paper_columns[] = {
    {"id", "書類のID", false},
    {"kind", "書類の種類（目印の約束、消去の指示）", false},
    {"node", "どの拠点についてか", false},
    {"bag", "どの返すデータについてか（消去の指示だけ）", false},
    {"n_named", "目印の数", false},
    {"document", "自治体が署名した書類の全文", false},
    {"at", "いつ出されたか", false},
    {"given_by", "だれが出したか（アカウントのID）", false},
    {"role", "だれが出したか（役割）", false},
    {NULL, NULL, false},
};

const struct data_table leaving_paper_tables[LEAVING_PAPER_TABLES_N] = {
    {.name = "leaving_paper",
     .meaning_ja = "契約の終わりに自治体が出した書類",
     .purpose_ja = "消去の指示と、消えたことを確かめる目印の約束を残すため",
     .ground_ja = "委託契約",
     .purpose_en = "what the town signed: commitments to planted names, the order to erase",
     .key_of = KEY_OF_NONE,
     .mention_columns = "given_by",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = paper_columns},
};

static const char *const paper_kinds[] = {"canaries", "order"};
#define PAPER_KINDS "canaries|order"

struct paper_leaf {
    struct leaving_paper_row row;
    int kind;
    bool has_giver;
};
static const struct jx_field paper_fields[] = {
    LEAF_FIELD(paper_leaf, "id", JX_ID, row.id),
    LEAF_CHOICE(paper_leaf, "kind", PAPER_KINDS, kind),
    LEAF_FIELD(paper_leaf, "node", JX_ID, row.node),
    LEAF_FIELD(paper_leaf, "bag", JX_TEXT, row.bag),
    LEAF_FIELD(paper_leaf, "n_named", JX_INT, row.n_named),
    LEAF_FIELD(paper_leaf, "document", JX_TEXT, row.document),
    LEAF_FIELD(paper_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD_IF(paper_leaf, "given_by", JX_ID, row.given_by, has_giver),
    LEAF_FIELD(paper_leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape paper_shape =
    JX_SHAPE("LeavingPaperLeaf", struct paper_leaf, paper_fields);

static enum err paper_bytes(const struct leaving_paper_row *row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct paper_leaf leaf = {*row, (int)row->kind, !id_is_none(row->given_by)};

    return jx_write_canonical(&paper_shape, &leaf, arena, bytes_out, why);
}

static struct leaving_paper_row borrow_paper(const struct db_rows *rows, int i)
{
    return (struct leaving_paper_row){
        .id = db_id(rows, i, 0),
        .kind = span_eq(db_bytes(rows, i, 1), SPAN("order")) ? LEAVING_PAPER_ORDER
                                                             : LEAVING_PAPER_CANARIES,
        .node = db_id(rows, i, 2),
        .bag = db_bytes(rows, i, 3),
        .n_named = db_i64(rows, i, 4),
        .document = db_bytes(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
        .given_by = db_id(rows, i, 7),
        .role = db_bytes(rows, i, 8),
    };
}

static enum err paper_of_row(const struct db_rows *rows, int i, struct arena *arena,
                             struct span *bytes_out, struct fail *why)
{
    const struct leaving_paper_row row = borrow_paper(rows, i);

    return paper_bytes(&row, arena, bytes_out, why);
}
const struct audit_table leaving_paper_audit_table = {"leaving_paper", &paper_leaves,
                                                      &paper_extra, paper_of_row};

static enum err own_paper(const struct db_rows *rows, int i, struct arena *arena,
                          struct leaving_paper_row *row_out, struct fail *why)
{
    struct leaving_paper_row row = borrow_paper(rows, i);
    struct span *const texts[] = {&row.bag, &row.document, &row.role};
    enum err rc = leaving_own(texts, 3, arena, why);

    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err leaving_paper_store_last(struct tx *tx, struct db *db, enum leaving_paper_kind kind,
                                  struct id node, int64_t since_utc_us, struct arena *arena,
                                  struct leaving_paper_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(paper_kinds[kind]));
    db_arg_id(&args, node);
    db_arg_time(&args, since_utc_us);
    rc = leaving_run(tx, db, &paper_last, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such paper");
    if (rc == ERR_OK)
        rc = own_paper(rows, 0, arena, row_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err leaving_paper_store_canaries(struct db *db, struct id node, struct arena *arena,
                                      struct leaving_paper_row **rows_out, size_t *n_out,
                                      struct fail *why)
{
    struct leaving_paper_row *at = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;
    int n = 0;

    db_args_init(&args);
    db_arg_id(&args, node);
    rc = db_run(db, &paper_canaries, &args, &rows, why);
    if (rc == ERR_OK) {
        n = db_rows_n(rows);
        at = arena_alloc(arena, ((size_t)n + 1) * sizeof *at);
        if (at == NULL)
            rc = fail_set(why, ERR_NOMEM, "papers");
    }
    for (int i = 0; i < n && rc == ERR_OK; i++)
        rc = own_paper(rows, i, arena, &at[i], why);
    if (rc == ERR_OK) {
        *rows_out = at;
        *n_out = (size_t)n;
    }
    db_rows_free(&rows);
    return rc;
}

enum err leaving_paper_store_add(struct tx *tx, const struct leaving_paper_row *row,
                                 struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = paper_bytes(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(paper_kinds[row->kind]));
    db_arg_id(&args, row->node);
    db_arg_text(&args, row->bag);
    db_arg_i32(&args, (int32_t)row->n_named);
    db_arg_text(&args, row->document);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->given_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &paper_add, &args, NULL, why);
    return rc == ERR_OK
               ? audit_append(tx, "leaving.paper", "leaving_paper", row->id, bytes, why)
               : rc;
}
