#include "tenants/handback/intake_store.h"

#include <stddef.h>

#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"

#define COLUMNS \
    "id, at, bag, origin, node, contract, log_size, log_root, log_key, first_seq, last_seq," \
    " n_records"

static const struct stmt next_seq = {"handback_next_seq",
                                     "SELECT coalesce(max(seq), -1) + 1 FROM audit_leaf"};
static const struct stmt import_add = {
    "handback_import_add",
    "INSERT INTO handback_import (" COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::text,"
    " $4::text, $5::uuid, $6::uuid, $7::bigint, $8::text, $9::text, $10::bigint, $11::bigint,"
    " $12::bigint)"};
static const struct stmt import_begin = {"handback_import_begin",
                                         "SELECT handback_begin($1::uuid, $2::text)"};
static const struct stmt import_put = {
    "handback_import_put", "SELECT handback_put($1::uuid, $2::text, $3::text, $4::text::json)"};
static const struct stmt piece_add = {
    "handback_piece_add", "INSERT INTO handback_piece (id, handback_import, path, n,"
                          " bytes_sealed) VALUES ($1::uuid, $2::uuid, $3::text, $4::integer,"
                          " $5::bytea)"};
static const struct stmt import_last = {
    "handback_import_last", "SELECT " COLUMNS " FROM handback_import ORDER BY at DESC LIMIT 1"};
static const struct stmt import_leaves = {"handback_import_leaves",
                                          "SELECT " COLUMNS
                                          " FROM handback_import WHERE id = ANY ($1::uuid[])"};
static const struct stmt import_extra = {
    "handback_import_extra",
    "SELECT i.id FROM handback_import i WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = i.id AND l.table_name = 'handback_import')"};
static const struct stmt import_find = {
    "handback_import_find", "SELECT " COLUMNS " FROM handback_import WHERE id = $1::uuid"};
const struct stmt intake_own_paths = {
    "handback_piece_own_paths",
    "SELECT path FROM handback_piece WHERE handback_import = $1::uuid"
    " AND n = 0 ORDER BY path COLLATE \"C\""};
const struct stmt intake_pieces = {
    "handback_piece_list", "SELECT id, bytes_sealed FROM handback_piece"
                           " WHERE handback_import = $1::uuid AND path = $2::text ORDER BY n"};
const struct stmt intake_paths = {
    "handback_piece_paths",
    "SELECT p.handback_import, p.path FROM handback_piece p JOIN handback_import i"
    " ON i.id = p.handback_import JOIN audit_leaf l ON l.row_id = i.id"
    " AND l.table_name = 'handback_import' WHERE p.n = 0 AND l.seq < $1::bigint"
    " AND NOT starts_with(p.path, 'as-of/')"
    " ORDER BY i.at, i.id, p.path <> 'log/leaves.ndjson', p.path"};

const struct stmt *const hand_import_stmts[HAND_IMPORT_STMTS_N] = {
    &next_seq,     &import_add,       &import_begin,  &import_put,
    &piece_add,    &import_last,      &import_find,   &import_leaves,
    &import_extra, &intake_own_paths, &intake_pieces, &intake_paths};

static const struct data_column import_columns[] = {
    {"id", "引き継ぎのID", false},
    {"at", "いつ取り込んだか", false},
    {"bag", "バッグのハッシュ値（目録の SHA-512）", false},
    {"origin", "渡した拠点の名前", false},
    {"node", "渡した拠点のID", false},
    {"contract", "渡した拠点の契約のID", false},
    {"log_size", "渡された監査記録の数", false},
    {"log_root", "渡された監査記録の根", false},
    {"log_key", "渡された監査記録の公開鍵", false},
    {"first_seq", "取り込んだ行の監査記録の最初の番号", false},
    {"last_seq", "取り込んだ行の監査記録の最後の番号", false},
    {"n_records", "取り込んだ記録の数", false},
    {NULL, NULL, false},
};
static const struct data_column piece_columns[] = {
    {"id", "部分のID", false},
    {"handback_import", "どの引き継ぎのものか", false},
    {"path", "バッグの中での名前", false},
    {"n", "何番目の部分か", false},
    {"bytes_sealed", "中身", true},
    {NULL, NULL, false},
};

#define PURPOSE_JA "事業者が替わっても、それまでの記録を失わず、確かめられるようにするため"

const struct data_table hand_import_tables[HAND_IMPORT_TABLES_N] = {
    {
        .name = "handback_import",
        .meaning_ja = "前の事業者からの引き継ぎ",
        .purpose_ja = PURPOSE_JA,
        .ground_ja = "委託契約（データの返却と引き継ぎ）",
        .purpose_en = "bags taken in: whose, how much, which log",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = import_columns,
    },
    {
        .name = "handback_piece",
        .meaning_ja = "前の事業者の監査記録の原本",
        .purpose_ja = PURPOSE_JA,
        .ground_ja = "委託契約（データの返却と引き継ぎ）",
        .purpose_en = "logs of earlier contractors, verbatim; they go out as data/log/past",
        .key_of = KEY_OF_RECORD,
        .hand_back = HAND_BACK_LOG,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = piece_columns,
    },
};

/* ---- the row and its leaf ---- */

struct leaf {
    struct intake_row row;
    bool has_contract;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(leaf, "bag", JX_TEXT, row.bag),
    LEAF_FIELD(leaf, "origin", JX_TEXT, row.origin),
    LEAF_FIELD(leaf, "node", JX_ID, row.node),
    LEAF_FIELD_IF(leaf, "contract", JX_ID, row.contract, has_contract),
    LEAF_FIELD(leaf, "log_size", JX_I64TEXT, row.log_size),
    LEAF_FIELD(leaf, "log_root", JX_TEXT, row.log_root),
    LEAF_FIELD(leaf, "log_key", JX_TEXT, row.log_key),
    LEAF_FIELD(leaf, "first_seq", JX_I64TEXT, row.first_seq),
    LEAF_FIELD(leaf, "last_seq", JX_I64TEXT, row.last_seq),
    LEAF_FIELD(leaf, "n_records", JX_I64TEXT, row.n_records),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("HandbackImportLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct intake_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, !id_is_none(row->contract)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

static struct intake_row borrow(const struct db_rows *rows, int row)
{
    return (struct intake_row){
        .id = db_id(rows, row, 0),
        .at_utc_us = db_time(rows, row, 1),
        .bag = db_bytes(rows, row, 2),
        .origin = db_bytes(rows, row, 3),
        .node = db_id(rows, row, 4),
        .contract = db_id(rows, row, 5),
        .log_size = db_i64(rows, row, 6),
        .log_root = db_bytes(rows, row, 7),
        .log_key = db_bytes(rows, row, 8),
        .first_seq = db_i64(rows, row, 9),
        .last_seq = db_i64(rows, row, 10),
        .n_records = db_i64(rows, row, 11),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct intake_row import = borrow(rows, row);

    return write_leaf(&import, arena, bytes_out, why);
}
const struct audit_table hand_import_audit_table = {"handback_import", &import_leaves,
                                                    &import_extra, leaf_of_row};

enum err intake_store_next_seq(struct tx *tx, int64_t *seq_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = tx_run(tx, &next_seq, &none, &rows, why);
    if (rc == ERR_OK)
        *seq_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err intake_store_add(struct tx *tx, const struct intake_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_text(&args, row->bag);
    db_arg_text(&args, row->origin);
    db_arg_id(&args, row->node);
    db_arg_id(&args, row->contract);
    db_arg_i64(&args, row->log_size);
    db_arg_text(&args, row->log_root);
    db_arg_text(&args, row->log_key);
    db_arg_i64(&args, row->first_seq);
    db_arg_i64(&args, row->last_seq);
    db_arg_i64(&args, row->n_records);
    return tx_run(tx, &import_add, &args, NULL, why);
}

enum err intake_store_leaf(struct tx *tx, const struct intake_row *row, struct fail *why)
{
    struct span bytes = SPAN_NONE;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    return rc == ERR_OK
               ? audit_append(tx, IMPORTED_KIND, "handback_import", row->id, bytes, why)
               : rc;
}

enum err intake_store_begin(struct tx *tx, struct id import, struct span tables,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, import);
    db_arg_text(&args, tables);
    rc = tx_run(tx, &import_begin, &args, &rows, why);
    if (rc == ERR_OK && db_bytes(rows, 0, 0).len > 0)
        rc = fail_set(why, ERR_CONFLICT, "the node is not empty: %.*s",
                      SPAN_ARG(db_bytes(rows, 0, 0)));
    db_rows_free(&rows);
    return rc;
}

enum err intake_store_put(struct tx *tx, struct id import, const char *table,
                          struct span columns, struct span json, int64_t n_rows,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, import);
    db_arg_text(&args, span_text(table));
    db_arg_text(&args, columns);
    db_arg_text(&args, json);
    rc = tx_run(tx, &import_put, &args, &rows, why);
    if (rc == ERR_OK && db_i64(rows, 0, 0) != n_rows)
        rc = fail_set(why, ERR_INTERNAL, "%s: %lld of %lld rows", table,
                      (long long)db_i64(rows, 0, 0), (long long)n_rows);
    db_rows_free(&rows);
    return rc;
}

enum err intake_store_piece(struct tx *tx, struct id import, struct id piece, struct span path,
                            int32_t n, struct span sealed, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, piece);
    db_arg_id(&args, import);
    db_arg_text(&args, path);
    db_arg_i32(&args, n);
    db_arg_bytes(&args, sealed);
    return tx_run(tx, &piece_add, &args, NULL, why);
}

static enum err find(struct db *db, const struct stmt *stmt, const struct db_args *args,
                     struct arena *arena, struct intake_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such import");
    if (rc == ERR_OK) {
        struct span *texts[] = {&row_out->bag, &row_out->origin, &row_out->log_root,
                                &row_out->log_key};

        *row_out = borrow(rows, 0);
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            *texts[i] = arena_copy(arena, *texts[i]);
    }
    db_rows_free(&rows);
    return rc;
}

enum err intake_store_last(struct db *db, struct arena *arena, struct intake_row *row_out,
                           struct fail *why)
{
    struct db_args none;

    db_args_init(&none);
    return find(db, &import_last, &none, arena, row_out, why);
}

enum err intake_store_find(struct db *db, struct id import, struct arena *arena,
                           struct intake_row *row_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, import);
    return find(db, &import_find, &args, arena, row_out, why);
}
