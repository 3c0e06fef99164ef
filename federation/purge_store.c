#include "federation/purge_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"

#define PEER_COLUMNS \
    "node, ask, begun_at, op, n_asked, next_at, last_code, receipt, registry, received_at"
#define ROW_COLUMNS  "node, contract, ask, asked_at, cleared_at, step, box, receipt, takes_kpi"
#define STEP_COLUMNS "id, at, kind, node, n, code, sha256"

/* Whoever once sent us something, was sent something, or had a part in something. */
static const struct stmt peer_known = {
    "purge_peer_known",
    "SELECT node FROM (SELECT host AS node FROM fed_series UNION SELECT node FROM"
    " fed_series_node UNION SELECT node FROM fed_series_step WHERE node IS NOT NULL UNION"
    " SELECT host FROM fed_context UNION SELECT node FROM teacher_answer UNION SELECT node FROM"
    " teacher_step UNION SELECT home FROM teacher_card UNION SELECT peer FROM escrow_step"
    " UNION SELECT peer FROM fed_outbox UNION SELECT peer FROM fed_op UNION SELECT node FROM"
    " kpi_release_peer) AS known ORDER BY node"
    " LIMIT $1::integer"};
static const struct stmt peer_add = {
    "purge_peer_add",
    "INSERT INTO fed_purge_peer (node, ask, begun_at, next_at) VALUES ($1::uuid, $2::uuid,"
    " $3::timestamptz, $3::timestamptz) ON CONFLICT (node) DO NOTHING"};
static const struct stmt peer_change = {
    "purge_peer_change",
    "UPDATE fed_purge_peer SET op = $2::uuid, n_asked = $3::integer, next_at = $4::timestamptz,"
    " last_code = $5::text, receipt = $6::bytea, registry = $7::bigint,"
    " received_at = $8::timestamptz WHERE node = $1::uuid"};
static const struct stmt peer_find = {
    "purge_peer_find", "SELECT " PEER_COLUMNS " FROM fed_purge_peer WHERE node = $1::uuid"};
static const struct stmt peer_list = {"purge_peer_list", "SELECT " PEER_COLUMNS
                                                         " FROM fed_purge_peer ORDER BY node"};
static const struct stmt row_add = {
    "purge_row_add", "INSERT INTO fed_purge (node, contract, ask, asked_at, takes_kpi) VALUES"
                     " ($1::uuid, $2::text, $3::uuid, $4::timestamptz, $5::boolean)"};
static const struct stmt row_change = {
    "purge_row_change",
    "UPDATE fed_purge SET cleared_at = $3::timestamptz, step = $4::uuid, box = $5::text,"
    " receipt = $6::bytea WHERE node = $1::uuid AND contract = $2::text"};
static const struct stmt row_find = {
    "purge_row_find",
    "SELECT " ROW_COLUMNS " FROM fed_purge WHERE node = $1::uuid AND contract = $2::text"};
static const struct stmt row_open = {"purge_row_open", "SELECT " ROW_COLUMNS
                                                       " FROM fed_purge WHERE receipt IS NULL"
                                                       " ORDER BY asked_at, node"};
static const struct stmt part_add = {
    "purge_part_add",
    "INSERT INTO fed_purge_part (node, contract, part, n) VALUES ($1::uuid, $2::text, $3::text,"
    " $4::bigint) ON CONFLICT (node, contract, part) DO UPDATE SET"
    " n = fed_purge_part.n + excluded.n"};
static const struct stmt part_list = {
    "purge_part_list", "SELECT part, n FROM fed_purge_part WHERE node = $1::uuid AND"
                       " contract = $2::text ORDER BY part COLLATE \"C\""};
static const struct stmt step_add = {"purge_step_add",
                                     "INSERT INTO fed_purge_step (" STEP_COLUMNS
                                     ") VALUES ($1::uuid, $2::timestamptz, $3::text,"
                                     " $4::uuid, $5::bigint, $6::text, $7::bytea)"};
static const struct stmt step_leaves = {"purge_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM fed_purge_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "purge_step_extra",
    "SELECT s.id FROM fed_purge_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = s.id AND l.table_name = 'fed_purge_step')"};
static const struct stmt step_leaf = {"purge_step_leaf",
                                      "SELECT seq FROM audit_leaf WHERE row_id = $1::uuid AND"
                                      " table_name = 'fed_purge_step'"};

const struct stmt *const purge_stmts[PURGE_STMTS_N] = {
    &peer_known, &peer_add,   &peer_change, &peer_find,  &peer_list,
    &row_add,    &row_change, &row_find,    &row_open,   &part_add,
    &part_list,  &step_add,   &step_leaves, &step_extra, &step_leaf};

/* ---- the tables' rows ---- */

static const struct data_column peer_columns[] = {
    {"node", "たのんだ相手のノードのID", false},
    {"ask", "このたびの終了のID（証明書が名指すもの）", false},
    {"begun_at", "たのみはじめた日時", false},
    {"op", "いま送っている処理のID", false},
    {"n_asked", "たのんだ回数", false},
    {"next_at", "次にたのむ日時", false},
    {"last_code", "まだ証明書がない理由の符号", false},
    {"receipt", "消したことの証明書（相手の署名つき）", false},
    {"registry", "証明書の鍵がのっている登録簿の番号", false},
    {"received_at", "証明書を受け取った日時", false},
    {NULL, NULL, false},
};
static const struct data_column row_columns[] = {
    {"node", "たのんできたノードのID", false},
    {"contract", "終わる契約の番号", false},
    {"ask", "相手の終了のID", false},
    {"asked_at", "たのまれた日時", false},
    {"cleared_at", "消し終えた日時", false},
    {"step", "消し終えた記録のID", false},
    {"box", "預かっていた鍵の半分（noneなかった・gone消した）", false},
    {"receipt", "渡した証明書", false},
    {"takes_kpi", "これまでの集計を取り下げるか", false},
    {NULL, NULL, false},
};
static const struct data_column part_columns[] = {
    {"node", "たのんできたノードのID", false},
    {"contract", "終わる契約の番号", false},
    {"part", "何を（表の名前、または鍵）", false},
    {"n", "消した数", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "日時", false},
    {"kind",
     "begin消すようたのみはじめた・receipt証明書を受け取った・refused証明書にならない返事だった"
     "・"
     "askedたのまれた・cleared消し終えた",
     false},
    {"node", "相手のノードのID", false},
    {"n", "数（begin相手の数・cleared消した行の数）", false},
    {"code", "理由の符号", false},
    {"sha256", "証明書のハッシュ", false},
    {NULL, NULL, false},
};

static const struct hand_rule receipt_rules[] = {{"receipt", HAND_PLAIN, NULL},
                                                 {NULL, HAND_PLAIN, NULL}};
static const struct hand_rule step_rules[] = {{"sha256", HAND_PLAIN, NULL},
                                              {NULL, HAND_PLAIN, NULL}};

#define GROUND_JA "委託契約（契約終了時のデータの消去）、個人情報保護法第66条（安全管理）"

const struct data_table purge_tables[PURGE_TABLES_N] = {
    {
        .name = "fed_purge_peer",
        .meaning_ja = "契約の終わりに、ほかのノードへ消すようたのんだこと",
        .purpose_ja = "すべての相手から、消したという証明書を受け取るため",
        .ground_ja = GROUND_JA,
        .purpose_en = "peers asked to destroy what they hold of this town, and their receipts",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = receipt_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = peer_columns,
    },
    {
        .name = "fed_purge",
        .meaning_ja = "契約を終えた自治体にたのまれて消したこと",
        .purpose_ja = "同じ証明書をもう一度渡し、そのあと何も受け取らないため",
        .ground_ja = GROUND_JA,
        .purpose_en = "towns that left, and the receipts they were given",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = receipt_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = row_columns,
    },
    {
        .name = "fed_purge_part",
        .meaning_ja = "契約を終えた自治体の何をいくつ消したか",
        .purpose_ja = "証明書に、消した数を表ごとに書くため",
        .ground_ja = GROUND_JA,
        .purpose_en = "how many rows and keys of a town that left are gone, table by table",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = part_columns,
    },
    {
        .name = "fed_purge_step",
        .meaning_ja = "契約の終わりに消すこと、消してもらうことの記録",
        .purpose_ja = "いつ、どのノードで何が消えたかを、あとから確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "purges asked for and carried out",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = step_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- small things ---- */

static int64_t time_if(const struct db_rows *rows, int i, int column)
{
    return db_is_null(rows, i, column) ? 0 : db_time(rows, i, column);
}

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *out,
                       struct fail *why)
{
    const struct id id = db_id(rows, i, 0);

    (void)arena;
    (void)why;
    memcpy(out, &id, sizeof id);
    return ERR_OK;
}

/* ---- fed_purge_peer ---- */

enum err purge_peer_known(struct tx *tx, struct id **nodes_out, size_t *n_out, struct fail *why)
{
    static const struct store_list ids = {sizeof(struct id), own_id};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, PURGE_PEERS_MOST);
    rc = store_list(tx, NULL, &peer_known, &args, &ids, tx_arena(tx), &all, n_out, why);
    if (rc == ERR_OK)
        *nodes_out = all;
    return rc;
}

enum err purge_peer_add(struct tx *tx, const struct purge_peer *peer, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, peer->node);
    db_arg_id(&args, peer->ask);
    db_arg_time(&args, peer->begun_utc_us);
    return tx_run(tx, &peer_add, &args, NULL, why);
}

enum err purge_peer_change(struct tx *tx, const struct purge_peer *peer, struct fail *why)
{
    bool has_receipt = peer->receipt.len > 0;
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, peer->node);
    db_arg_id(&args, peer->op);
    db_arg_i32(&args, peer->n_asked);
    db_arg_time(&args, peer->next_utc_us);
    db_arg_text(&args, peer->last_code);
    store_arg_bytes_if(&args, peer->receipt);
    if (has_receipt)
        db_arg_i64(&args, peer->registry);
    else
        db_arg_null(&args);
    arg_time_if(&args, peer->received_utc_us);
    return tx_run(tx, &peer_change, &args, NULL, why);
}

static enum err own_peer(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct purge_peer *out = into;

    *out = (struct purge_peer){
        .node = db_id(rows, i, 0),
        .ask = db_id(rows, i, 1),
        .begun_utc_us = db_time(rows, i, 2),
        .op = db_id(rows, i, 3),
        .n_asked = (int32_t)db_i64(rows, i, 4),
        .next_utc_us = db_time(rows, i, 5),
        .last_code = db_bytes(rows, i, 6),
        .receipt = db_bytes(rows, i, 7),
        .registry = db_i64(rows, i, 8),
        .received_utc_us = time_if(rows, i, 9),
    };
    return STORE_OWN(arena, why, &out->last_code, &out->receipt);
}

static const struct store_list peers = {sizeof(struct purge_peer), own_peer};

enum err purge_peer_find(struct tx *tx, struct id node, struct arena *arena,
                         struct purge_peer *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    rc = store_list(tx, NULL, &peer_find, &args, &peers, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "that node was not asked");
    if (rc == ERR_OK)
        *out = *(struct purge_peer *)all;
    return rc;
}

enum err purge_peer_list(struct tx *tx, struct db *db, struct arena *arena,
                         struct purge_peer **out, size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(tx, db, &peer_list, &none, &peers, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

/* ---- fed_purge ---- */

enum err purge_row_add(struct tx *tx, const struct purge_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->node);
    db_arg_text(&args, row->contract);
    db_arg_id(&args, row->ask);
    db_arg_time(&args, row->asked_utc_us);
    db_arg_bool(&args, row->takes_kpi);
    return tx_run(tx, &row_add, &args, NULL, why);
}

enum err purge_row_change(struct tx *tx, const struct purge_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->node);
    db_arg_text(&args, row->contract);
    arg_time_if(&args, row->cleared_utc_us);
    db_arg_id(&args, row->step);
    db_arg_text(&args, row->box);
    store_arg_bytes_if(&args, row->receipt);
    return tx_run(tx, &row_change, &args, NULL, why);
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct purge_row *out = into;

    *out = (struct purge_row){
        .node = db_id(rows, i, 0),
        .contract = db_bytes(rows, i, 1),
        .ask = db_id(rows, i, 2),
        .asked_utc_us = db_time(rows, i, 3),
        .cleared_utc_us = time_if(rows, i, 4),
        .step = db_id(rows, i, 5),
        .box = db_bytes(rows, i, 6),
        .receipt = db_bytes(rows, i, 7),
        .takes_kpi = db_bool(rows, i, 8),
    };
    return STORE_OWN(arena, why, &out->contract, &out->box, &out->receipt);
}

static const struct store_list purge_rows = {sizeof(struct purge_row), own_row};

enum err purge_row_find(struct tx *tx, struct db *db, struct id node, struct span contract,
                        struct arena *arena, struct purge_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_text(&args, contract);
    rc = store_list(tx, db, &row_find, &args, &purge_rows, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "that node has not asked");
    if (rc == ERR_OK)
        *out = *(struct purge_row *)all;
    return rc;
}

enum err purge_row_open(struct db *db, struct arena *arena, struct purge_row **out,
                        size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &row_open, &none, &purge_rows, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

/* ---- fed_purge_part ---- */

enum err purge_part_add(struct tx *tx, const struct purge_row *row, const char *part, int64_t n,
                        struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->node);
    db_arg_text(&args, row->contract);
    db_arg_text(&args, span_text(part));
    db_arg_i64(&args, n);
    return tx_run(tx, &part_add, &args, NULL, why);
}

static enum err own_part(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct purge_part *out = into;

    *out = (struct purge_part){db_bytes(rows, i, 0), db_i64(rows, i, 1)};
    return STORE_OWN(arena, why, &out->part);
}

enum err purge_part_list(struct tx *tx, struct db *db, const struct purge_row *row,
                         struct arena *arena, struct purge_part **out, size_t *n_out,
                         struct fail *why)
{
    static const struct store_list parts = {sizeof(struct purge_part), own_part};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->node);
    db_arg_text(&args, row->contract);
    rc = store_list(tx, db, &part_list, &args, &parts, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

/* ---- fed_purge_step ---- */

struct step_leaf {
    struct purge_step step;
    int kind;
    bool has_sha256;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_CHOICE(step_leaf, "kind", PURGE_STEPS, kind),
    LEAF_FIELD(step_leaf, "node", JX_ID, step.node),
    LEAF_FIELD(step_leaf, "n", JX_INT, step.n),
    LEAF_FIELD(step_leaf, "code", JX_TEXT, step.code),
    LEAF_FIELD_IF(step_leaf, "sha256", JX_BYTES, step.sha256, has_sha256),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("PurgeStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct purge_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .step = *step, .kind = (int)step->kind, .has_sha256 = step->sha256.len > 0};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    int kind = jx_choice_find(PURGE_STEPS, db_bytes(rows, row, 2));
    const struct purge_step step = {
        .id = db_id(rows, row, 0),
        .at_utc_us = db_time(rows, row, 1),
        .kind = (enum purge_step_kind)kind,
        .node = db_id(rows, row, 3),
        .n = db_i64(rows, row, 4),
        .code = db_bytes(rows, row, 5),
        .sha256 = db_bytes(rows, row, 6),
    };

    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a step's kind")
                    : write_leaf(&step, arena, bytes_out, why);
}

const struct audit_table purge_step_audit_table = {"fed_purge_step", &step_leaves, &step_extra,
                                                   leaf_of_row};

enum err purge_step_add(struct tx *tx, const struct purge_step *step, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_leaf(step, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_text(&args, jx_choice_at(PURGE_STEPS, (int)step->kind));
    db_arg_id(&args, step->node);
    db_arg_i64(&args, step->n);
    db_arg_text(&args, step->code);
    store_arg_bytes_if(&args, step->sha256);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "fed_purge_step", step->id, leaf, why)
                        : rc;
}

enum err purge_step_leaf(struct db *db, struct id step, int64_t *index_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step);
    rc = db_run(db, &step_leaf, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no leaf of that step");
    if (rc == ERR_OK)
        *index_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}
