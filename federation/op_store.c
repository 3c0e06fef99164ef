#include "federation/op_store.h"

#include "federation/exchange_rows.h"
#include "node/db/seal.h"

static const struct stmt find = {"fed_op_find",
                                 "SELECT kind, digest, status, answer_sealed FROM fed_op"
                                 " WHERE peer = $1::uuid AND op = $2::uuid"};
static const struct stmt add = {
    "fed_op_add",
    "INSERT INTO fed_op (peer, op, kind, digest, status, answer_sealed, at, kept_until)"
    " VALUES ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::integer, $6::bytea,"
    " $7::timestamptz, $8::timestamptz)"};
static const struct stmt sweep = {"fed_op_sweep",
                                  "DELETE FROM fed_op WHERE kept_until < $1::timestamptz"};

const struct stmt *const fed_op_stmts[FED_OP_STMTS_N] = {&find, &add, &sweep};

static const struct data_column columns[] = {
    {"peer", "どのノードから来たか（ノードのID）", false},
    {"op", "相手がつけた処理のID", false},
    {"kind", "処理の種類", false},
    {"digest", "本文のハッシュ（同じ要求かを見る）", false},
    {"status", "返事の番号", false},
    {"answer_sealed", "返事の本文（封）", true},
    {"at", "処理した時刻", false},
    {"kept_until", "いつまで覚えておくか", false},
    {NULL, NULL, false},
};

const struct data_table fed_op_tables[FED_OP_TABLES_N] = {
    {
        .name = "fed_op",
        .meaning_ja = "ほかのノードからの処理の控え",
        .purpose_ja = "同じ要求が二度届いても、一度だけ処理するため",
        .ground_ja = "自治体間の連携の取り決め（要求の二重処理の防止）",
        .purpose_en =
            "answers to operations of other nodes; what they changed stands in tables "
            "of its own, so nothing of it is handed back",
        .retention_days = 1,
        .retention_column = "kept_until",
        .key_of = KEY_OF_RECORD,
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = columns,
    },
};

/* Two peers may choose the same id. */
static struct seal_place place_of(struct id peer, struct id op)
{
    struct seal_place place = {.table = "fed_op", .column = "answer_sealed", .row = op};

    for (size_t i = 0; i < sizeof place.row.b; i++)
        place.row.b[i] ^= peer.b[i];
    return place;
}

enum err op_store_find(struct tx *tx, struct keyring *keyring, struct id peer, struct id op,
                       struct arena *arena, struct op_row *out, struct fail *why)
{
    const struct seal_place place = place_of(peer, op);
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, peer);
    db_arg_id(&args, op);
    rc = tx_run(tx, &find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such operation");
    if (rc == ERR_OK) {
        *out = (struct op_row){
            .peer = peer,
            .op = op,
            .kind = arena_copy(arena, db_bytes(rows, 0, 0)),
            .digest = arena_copy(arena, db_bytes(rows, 0, 1)),
            .status = (int32_t)db_i64(rows, 0, 2),
        };
        rc = unseal(keyring, &place, db_bytes(rows, 0, 3), arena, &out->answer, why);
    }
    db_rows_free(&rows);
    return rc;
}

enum err op_store_add(struct tx *tx, struct keyring *keyring, struct id key,
                      const struct op_row *row, struct fail *why)
{
    const struct seal_place place = place_of(row->peer, row->op);
    struct span sealed;
    struct db_args args;
    enum err rc = seal(keyring, key, &place, row->answer, tx_arena(tx), &sealed, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->peer);
    db_arg_id(&args, row->op);
    db_arg_text(&args, row->kind);
    db_arg_bytes(&args, row->digest);
    db_arg_i32(&args, row->status);
    db_arg_bytes(&args, sealed);
    db_arg_time(&args, row->at_utc_us);
    db_arg_time(&args, row->kept_until_utc_us);
    return tx_run(tx, &add, &args, NULL, why);
}

enum err op_store_sweep(struct tx *tx, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &sweep, &args, NULL, why);
}
