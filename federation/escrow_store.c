#include "federation/escrow_store.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/hash256.h"
#include "node/db/leaf.h"
#include "node/db/seal.h"
#include "node/db/store.h"

#define RECORD_KEY   "record.escrow"
#define STEP_COLUMNS "id, at, kind, peer, op, generation, until_at, code"
#define DEPOSIT_COLUMNS \
    "node, generation, kid, boot_key, box_sealed, made_at, until_at, revoked_at, revoked_by"

static const struct stmt step_add = {
    "escrow_step_add",
    "INSERT INTO escrow_step (" STEP_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::text,"
    " $4::uuid, $5::uuid, $6::bigint, $7::timestamptz, $8::text)"};
static const struct stmt step_last = {
    "escrow_step_last", "SELECT " STEP_COLUMNS " FROM escrow_step WHERE kind IN"
                        " ('send', 'hold', 'refused', 'stop') ORDER BY id DESC LIMIT 1"};
static const struct stmt step_releases = {
    "escrow_step_releases", "SELECT count(*) FROM escrow_step WHERE kind = 'release' AND"
                            " peer = $1::uuid AND at > $2::timestamptz"};
static const struct stmt step_list = {"escrow_step_list",
                                      "SELECT " STEP_COLUMNS
                                      " FROM escrow_step ORDER BY id DESC LIMIT $1::integer"};
static const struct stmt step_opens = {
    "escrow_step_opens", "SELECT count(*), max(at) FROM escrow_step WHERE kind = 'open'"};
static const struct stmt step_known = {
    "escrow_step_known", "SELECT id FROM escrow_step WHERE op = $1::uuid AND kind IN"
                         " ('open', 'release') LIMIT 1"};
static const struct stmt board_list = {
    "escrow_board", "SELECT id FROM account WHERE role = 'commissioner' AND state IN"
                    " ('issued', 'active') ORDER BY id LIMIT $1::integer"};
static const struct stmt step_leaves = {"escrow_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM escrow_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "escrow_step_extra",
    "SELECT s.id FROM escrow_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = s.id AND l.table_name = 'escrow_step')"};
static const struct stmt deposit_put = {
    "escrow_deposit_put",
    "INSERT INTO escrow_deposit (node, generation, kid, boot_key, box_sealed, made_at, "
    "until_at)"
    " VALUES ($1::uuid, $2::bigint, $3::text, $4::bytea, $5::bytea, $6::timestamptz,"
    " $7::timestamptz) ON CONFLICT (node) DO UPDATE SET generation = excluded.generation,"
    " kid = excluded.kid, boot_key = excluded.boot_key, box_sealed = excluded.box_sealed,"
    " made_at = excluded.made_at, until_at = excluded.until_at, revoked_at = NULL,"
    " revoked_by = ''"};
static const struct stmt deposit_find = {"escrow_deposit_find",
                                         "SELECT " DEPOSIT_COLUMNS
                                         " FROM escrow_deposit WHERE node = $1::uuid"};
static const struct stmt deposit_by_kid = {"escrow_deposit_by_kid",
                                           "SELECT " DEPOSIT_COLUMNS
                                           " FROM escrow_deposit WHERE kid = $1::text"};
static const struct stmt deposit_list = {
    "escrow_deposit_list", "SELECT " DEPOSIT_COLUMNS " FROM escrow_deposit ORDER BY node"};
static const struct stmt deposit_revoke = {
    "escrow_deposit_revoke",
    "UPDATE escrow_deposit SET box_sealed = NULL, revoked_by = $2::text,"
    " revoked_at = $3::timestamptz WHERE node = $1::uuid AND revoked_at IS NULL"};

const struct stmt *const escrow_stmts[ESCROW_STMTS_N] = {
    &step_add,     &step_last,      &step_releases, &step_list,     &step_opens,
    &step_known,   &board_list,     &step_leaves,   &step_extra,    &deposit_put,
    &deposit_find, &deposit_by_kid, &deposit_list,  &deposit_revoke};

static const struct data_column deposit_columns[] = {
    {"node", "預けたノードのID", false},
    {"generation", "鍵の世代", false},
    {"kid", "起動鍵の名前", false},
    {"boot_key", "起動鍵（公開鍵）。この鍵で署名した要求だけに返す", false},
    {"box_sealed",
     "自治体の半分（預けたノードの鍵の番人だけが開けられる箱を、さらに封じたもの）", true},
    {"made_at", "預かった日時", false},
    {"until_at", "預かる期限（契約の終わり）", false},
    {"revoked_at", "取り消した日時", false},
    {"revoked_by", "だれが取り消したか", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "日時", false},
    {"kind",
     "何があったか（とりまとめ側: deposit預かった・release返した・revoke取り消した / 自治体側: "
     "send送った・hold預けてある・refused断られた・open返ってきて開いた・stopやめた・"
     "release返したと知らされた）",
     false},
    {"peer", "相手のノードのID", false},
    {"op", "処理のID", false},
    {"generation", "鍵の世代", false},
    {"until_at", "預ける期限", false},
    {"code", "断られた理由、または取り消した側", false},
    {NULL, NULL, false},
};

const struct data_table escrow_tables[ESCROW_TABLES_N] = {
    {
        .name = "escrow_deposit",
        .meaning_ja = "ほかの自治体から預かった鍵の半分（とりまとめのノードだけ）",
        .purpose_ja = "機械を再起動したとき、だれもいなくても拠点が開くように返すため",
        .ground_ja = "委託契約（鍵の預かり）、個人情報保護法第66条（安全管理）",
        .purpose_en = "key halves of other municipalities in boxes that only they can open; "
                      "theirs, so nothing of it is handed back",
        .retention_days = 0,
        .key_of = KEY_OF_RECORD,
        .seal_row_column = "node",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = deposit_columns,
    },
    {
        .name = "escrow_step",
        .meaning_ja = "鍵の半分を預ける・返す・取り消すことの記録",
        .purpose_ja = "いつ、どのノードの鍵が開いたかを残すため",
        .ground_ja = "委託契約（鍵の預かり）、個人情報保護法第66条（安全管理）",
        .purpose_en = "deposits, releases and revocations of key halves",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- escrow_step ---- */

struct step_leaf {
    struct escrow_step step;
    bool has_until;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_CHOICE(step_leaf, "kind", ESCROW_STEP_KINDS, step.kind),
    LEAF_FIELD(step_leaf, "peer", JX_ID, step.peer),
    LEAF_FIELD(step_leaf, "op", JX_ID, step.op),
    LEAF_FIELD(step_leaf, "generation", JX_INT, step.generation),
    LEAF_FIELD_IF(step_leaf, "until_at", JX_TIME, step.until_utc_us, has_until),
    LEAF_FIELD(step_leaf, "code", JX_TEXT, step.code),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("EscrowStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct escrow_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.step = *step, .has_until = step->until_utc_us != 0};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_step(const struct db_rows *rows, int i, struct escrow_step *out,
                            struct fail *why)
{
    *out = (struct escrow_step){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .kind = jx_choice_find(ESCROW_STEP_KINDS, db_bytes(rows, i, 2)),
        .peer = db_id(rows, i, 3),
        .op = db_id(rows, i, 4),
        .generation = db_i64(rows, i, 5),
        .until_utc_us = db_is_null(rows, i, 6) ? 0 : db_time(rows, i, 6),
        .code = db_bytes(rows, i, 7),
    };
    return out->kind >= 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "a step's kind");
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct escrow_step step;
    enum err rc = borrow_step(rows, row, &step, why);

    return rc == ERR_OK ? write_leaf(&step, arena, bytes_out, why) : rc;
}

const struct audit_table escrow_step_audit_table = {"escrow_step", &step_leaves, &step_extra,
                                                    leaf_of_row};

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

enum err escrow_step_add(struct tx *tx, const struct escrow_step *step, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_leaf(step, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_text(&args, jx_choice_at(ESCROW_STEP_KINDS, step->kind));
    db_arg_id(&args, step->peer);
    db_arg_id(&args, step->op);
    db_arg_i64(&args, step->generation);
    arg_time_if(&args, step->until_utc_us);
    db_arg_text(&args, step->code);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "escrow_step", step->id, leaf, why)
                        : rc;
}

enum err escrow_step_last(struct tx *tx, struct db *db, struct arena *arena,
                          struct escrow_step *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = store_run(tx, db, &step_last, &none, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "nothing was deposited");
    if (rc == ERR_OK)
        rc = borrow_step(rows, 0, out, why);
    if (rc == ERR_OK)
        rc = STORE_OWN(arena, why, &out->code);
    db_rows_free(&rows);
    return rc;
}

enum err escrow_step_releases(struct tx *tx, struct id peer, int64_t since_utc_us,
                              int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, peer);
    db_arg_time(&args, since_utc_us);
    rc = tx_run(tx, &step_releases, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err own_step(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct escrow_step *out = into;
    enum err rc = borrow_step(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->code) : rc;
}

static const struct store_list steps = {sizeof(struct escrow_step), own_step};

enum err escrow_step_list(struct db *db, int n_cap, struct arena *arena,
                          struct escrow_step **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &step_list, &args, &steps, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err escrow_step_opens(struct db *db, int64_t *n_out, int64_t *last_utc_us_out,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &step_opens, &none, &rows, why);
    if (rc == ERR_OK) {
        *n_out = db_i64(rows, 0, 0);
        *last_utc_us_out = db_is_null(rows, 0, 1) ? 0 : db_time(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}

enum err escrow_step_is_known(struct tx *tx, struct id op, bool *is_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, op);
    rc = tx_run(tx, &step_known, &args, &rows, why);
    if (rc == ERR_OK)
        *is_out = db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}

enum err escrow_board(struct tx *tx, struct id accounts_out[ESCROW_BOARD_MOST], size_t *n_out,
                      struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, ESCROW_BOARD_MOST);
    rc = tx_run(tx, &board_list, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = (size_t)db_rows_n(rows);
    for (size_t i = 0; rc == ERR_OK && i < *n_out; i++)
        accounts_out[i] = db_id(rows, (int)i, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- escrow_deposit ---- */

void escrow_kid(const uint8_t boot_key[32], char kid_out[FED_KID_CAP])
{
    const struct hash256 hash = hash256_of(span_of(boot_key, 32));
    char hex[17] = "";

    (void)hex_write(hash.b, 8, hex);
    snprintf(kid_out, FED_KID_CAP, "boot-%.16s", hex);
}

static struct seal_place place_of(struct id node)
{
    return (struct seal_place){.table = "escrow_deposit", .column = "box_sealed", .row = node};
}

enum err escrow_deposit_put(struct tx *tx, struct keyring *keyring,
                            const struct escrow_deposit *deposit,
                            const uint8_t box[HALF_BOX_BYTES], struct fail *why)
{
    const struct seal_place place = place_of(deposit->node);
    struct span sealed;
    struct id key;
    struct db_args args;
    enum err rc = keyring_need_key(keyring, KEY_RECORD, ID_NONE, RECORD_KEY, &key, why);

    if (rc == ERR_OK)
        rc = seal(keyring, key, &place, span_of(box, HALF_BOX_BYTES), tx_arena(tx), &sealed,
                  why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, deposit->node);
    db_arg_i64(&args, deposit->generation);
    db_arg_text(&args, deposit->kid);
    db_arg_bytes(&args, deposit->boot_key);
    db_arg_bytes(&args, sealed);
    db_arg_time(&args, deposit->made_utc_us);
    db_arg_time(&args, deposit->until_utc_us);
    return tx_run(tx, &deposit_put, &args, NULL, why);
}

static enum err own_deposit(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct escrow_deposit *out = into;

    *out = (struct escrow_deposit){
        .node = db_id(rows, i, 0),
        .generation = db_i64(rows, i, 1),
        .kid = db_bytes(rows, i, 2),
        .boot_key = db_bytes(rows, i, 3),
        .box_sealed = db_bytes(rows, i, 4),
        .made_utc_us = db_time(rows, i, 5),
        .until_utc_us = db_time(rows, i, 6),
        .revoked_utc_us = db_is_null(rows, i, 7) ? 0 : db_time(rows, i, 7),
        .revoked_by = db_bytes(rows, i, 8),
    };
    if (out->boot_key.len != 32)
        return fail_set(why, ERR_INTERNAL, "a boot key of %zu bytes", out->boot_key.len);
    return STORE_OWN(arena, why, &out->kid, &out->boot_key, &out->box_sealed, &out->revoked_by);
}

static const struct store_list deposits = {sizeof(struct escrow_deposit), own_deposit};

static enum err find_one(struct tx *tx, struct db *db, const struct stmt *stmt,
                         const struct db_args *args, struct arena *arena,
                         struct escrow_deposit *out, struct fail *why)
{
    void *all = NULL;
    size_t n = 0;
    enum err rc = store_list(tx, db, stmt, args, &deposits, arena, &all, &n, why);

    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such deposit");
    if (rc == ERR_OK)
        *out = *(struct escrow_deposit *)all;
    return rc;
}

enum err escrow_deposit_find(struct tx *tx, struct db *db, struct id node, struct arena *arena,
                             struct escrow_deposit *out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, node);
    return find_one(tx, db, &deposit_find, &args, arena, out, why);
}

enum err escrow_deposit_by_kid(struct db *db, struct span kid, struct arena *arena,
                               struct escrow_deposit *out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, kid);
    return find_one(NULL, db, &deposit_by_kid, &args, arena, out, why);
}

enum err escrow_deposit_list(struct db *db, struct arena *arena, struct escrow_deposit **out,
                             size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &deposit_list, &none, &deposits, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err escrow_deposit_box(struct keyring *keyring, const struct escrow_deposit *deposit,
                            struct arena *arena, uint8_t box_out[HALF_BOX_BYTES],
                            struct fail *why)
{
    const struct seal_place place = place_of(deposit->node);
    struct span box;
    enum err rc = unseal(keyring, &place, deposit->box_sealed, arena, &box, why);

    if (rc == ERR_OK && box.len != HALF_BOX_BYTES)
        rc = fail_set(why, ERR_INTERNAL, "a box of %zu bytes", box.len);
    if (rc == ERR_OK)
        memcpy(box_out, box.p, HALF_BOX_BYTES);
    return rc;
}

enum err escrow_deposit_revoke(struct tx *tx, struct id node, const char *by,
                               int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_text(&args, span_text(by));
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &deposit_revoke, &args, NULL, why);
}
