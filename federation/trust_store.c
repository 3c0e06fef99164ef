#include "federation/trust_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"

#define REGISTRY_COLUMNS "id, seq, sha256, bytes, sig_lines, is_chain, heard_from, taken_at"
#define STEP_COLUMNS     "id, at, kind, number, kid, peer, bytes"

static const struct stmt registry_add = {
    "fed_registry_add",
    "INSERT INTO fed_registry (" REGISTRY_COLUMNS ") VALUES ($1::uuid, $2::bigint, $3::bytea,"
    " $4::bytea, $5::bytea, $6::boolean, $7::uuid, $8::timestamptz)"};
static const struct stmt registry_known = {
    "fed_registry_known", "SELECT is_chain FROM fed_registry WHERE sha256 = $1::bytea"};
static const struct stmt registry_find = {
    "fed_registry_find", "SELECT " REGISTRY_COLUMNS " FROM fed_registry WHERE is_chain AND"
                         " ($1::bigint = 0 OR seq = $1::bigint) ORDER BY seq DESC LIMIT 1"};
static const struct stmt registry_leaves = {"fed_registry_leaves",
                                            "SELECT " REGISTRY_COLUMNS
                                            " FROM fed_registry WHERE id = ANY ($1::uuid[])"};
static const struct stmt registry_extra = {
    "fed_registry_extra",
    "SELECT r.id FROM fed_registry r WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = r.id AND l.table_name = 'fed_registry')"};
static const struct stmt step_add = {
    "fed_step_add", "INSERT INTO fed_step (" STEP_COLUMNS ") VALUES ($1::uuid,"
                    " $2::timestamptz, $3::text, $4::bigint, $5::text, $6::uuid, $7::bytea)"};
static const struct stmt step_all = {"fed_step_all",
                                     "SELECT " STEP_COLUMNS " FROM fed_step ORDER BY at, id"};
static const struct stmt step_leaves = {
    "fed_step_leaves", "SELECT " STEP_COLUMNS " FROM fed_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "fed_step_extra", "SELECT s.id FROM fed_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = s.id AND l.table_name = 'fed_step')"};

const struct stmt *const trust_stmts[TRUST_STMTS_N] = {
    &registry_add, &registry_known, &registry_find, &registry_leaves, &registry_extra,
    &step_add,     &step_all,       &step_leaves,   &step_extra};

static const struct data_column registry_columns[] = {
    {"id", "受け取りのID", false},
    {"seq", "登録簿の番号", false},
    {"sha256", "登録簿のハッシュ値", false},
    {"bytes", "登録簿そのもの（署名されたとおりのバイト）", false},
    {"sig_lines", "根の鍵の署名", false},
    {"is_chain", "つながりの中の一つか（いいえのときは、食い違いの証拠として残したもの）",
     false},
    {"heard_from", "届けたノードのID（ないときは運用者）", false},
    {"taken_at", "受け取った日時", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "日時", false},
    {"kind",
     "何をしたか（pin根の鍵を信じた・key鍵を作った・split食い違いを見た・settle"
     "食い違いを解いた）",
     false},
    {"number", "鍵の番号、または登録簿の番号", false},
    {"kid", "鍵の名前", false},
    {"peer", "相手のノードのID", false},
    {"bytes", "招待状、公開鍵、または相手のハッシュ値", false},
    {NULL, NULL, false},
};

/* Public keys and hashes of other nodes. */
static const struct hand_rule step_rules[] = {
    {"bytes", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

/* Public, as signed. */
static const struct hand_rule registry_rules[] = {
    {"sha256", HAND_PLAIN, NULL},
    {"bytes", HAND_PLAIN, NULL},
    {"sig_lines", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

const struct data_table trust_tables[TRUST_TABLES_N] = {
    {
        .name = "fed_registry",
        .meaning_ja = "連合の登録簿（どの自治体のノードがつながってよいか）",
        .purpose_ja = "信じてよい相手を定め、いつどの登録簿によっていたかを残すため",
        .ground_ja = "委託契約（ほかの自治体との合同の授業）、個人情報保護法第66条（安全管理）",
        .purpose_en = "registries of the federation as they were signed and taken",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = registry_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = registry_columns,
    },
    {
        .name = "fed_step",
        .meaning_ja = "連合への参加と鍵についての記録",
        .purpose_ja = "だれの鍵を信じ、どの鍵で署名してきたかを残すため",
        .ground_ja = "委託契約（ほかの自治体との合同の授業）、個人情報保護法第66条（安全管理）",
        .purpose_en = "roots pinned, own keys made, splits noted and cleared up",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = step_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- fed_registry ---- */

/* The bytes themselves may be a megabyte: their hash, made from what stands in the row, speaks
 * for them. */
struct registry_leaf {
    struct trust_row row;
    struct span sha256;
    bool has_peer;
};
static const struct jx_field registry_leaf_fields[] = {
    LEAF_FIELD(registry_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(registry_leaf, "seq", JX_INT, row.seq),
    LEAF_FIELD(registry_leaf, "sha256", JX_BYTES, sha256),
    LEAF_FIELD(registry_leaf, "sig_lines", JX_BYTES, row.sig_lines),
    LEAF_FIELD(registry_leaf, "is_chain", JX_BOOL, row.is_chain),
    LEAF_FIELD_IF(registry_leaf, "heard_from", JX_ID, row.heard_from, has_peer),
    LEAF_FIELD(registry_leaf, "taken_at", JX_TIME, row.taken_utc_us),
};
static const struct jx_shape registry_leaf_shape =
    JX_SHAPE("FedRegistryLeaf", struct registry_leaf, registry_leaf_fields);

static enum err write_registry_leaf(const struct trust_row *row, struct arena *arena,
                                    struct span *bytes_out, struct fail *why)
{
    struct hash256 hash = hash256_of(row->bytes);
    const struct registry_leaf leaf = {
        .row = *row, .sha256 = hash256_span(&hash), .has_peer = !id_is_none(row->heard_from)};

    return jx_write_canonical(&registry_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Bytes are borrowed from rows. */
static enum err borrow_registry(const struct db_rows *rows, int i, struct trust_row *out,
                                struct fail *why)
{
    struct span hash = db_bytes(rows, i, 2);

    *out = (struct trust_row){
        .id = db_id(rows, i, 0),
        .seq = db_i64(rows, i, 1),
        .bytes = db_bytes(rows, i, 3),
        .sig_lines = db_bytes(rows, i, 4),
        .is_chain = db_bool(rows, i, 5),
        .heard_from = db_id(rows, i, 6),
        .taken_utc_us = db_time(rows, i, 7),
    };
    if (hash.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a registry's hash of %zu bytes", hash.len);
    memcpy(out->sha256.b, hash.p, HASH256_BYTES);
    return ERR_OK;
}

static enum err registry_leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                     struct span *bytes_out, struct fail *why)
{
    struct trust_row registry;
    enum err rc = borrow_registry(rows, row, &registry, why);

    return rc == ERR_OK ? write_registry_leaf(&registry, arena, bytes_out, why) : rc;
}

const struct audit_table fed_registry_audit_table = {"fed_registry", &registry_leaves,
                                                     &registry_extra, registry_leaf_of_row};

static enum err is_known(struct tx *tx, const struct trust_row *row, bool *out,
                         struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_bytes(&args, hash256_span(&row->sha256));
    rc = tx_run(tx, &registry_known, &args, &rows, why);
    *out = rc == ERR_OK && db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}

enum err trust_store_add(struct tx *tx, const struct trust_row *row, bool *is_new_out,
                         struct fail *why)
{
    bool is_here = false;
    struct span leaf;
    struct db_args args;
    enum err rc = row->is_chain ? ERR_OK : is_known(tx, row, &is_here, why);

    if (rc == ERR_OK && !is_here)
        rc = write_registry_leaf(row, tx_arena(tx), &leaf, why);
    if (rc != ERR_OK)
        return rc;
    *is_new_out = !is_here;
    if (is_here)
        return ERR_OK;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->seq);
    db_arg_bytes(&args, hash256_span(&row->sha256));
    db_arg_bytes(&args, row->bytes);
    db_arg_bytes(&args, row->sig_lines);
    db_arg_bool(&args, row->is_chain);
    db_arg_id(&args, row->heard_from);
    db_arg_time(&args, row->taken_utc_us);
    rc = tx_run(tx, &registry_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "fed_registry", row->id, leaf, why)
                        : rc;
}

enum err trust_store_find(struct tx *tx, struct db *db, int64_t seq, struct arena *arena,
                          struct trust_row *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i64(&args, seq);
    rc = store_run(tx, db, &registry_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no registry %lld", (long long)seq);
    if (rc == ERR_OK)
        rc = borrow_registry(rows, 0, out, why);
    if (rc == ERR_OK)
        rc = STORE_OWN(arena, why, &out->bytes, &out->sig_lines);
    db_rows_free(&rows);
    return rc;
}

/* ---- fed_step ---- */

struct step_leaf {
    struct trust_step_row row;
    struct span kid;
    int kind;
    bool has_peer;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_CHOICE(step_leaf, "kind", TRUST_STEP_KINDS, kind),
    LEAF_FIELD(step_leaf, "number", JX_INT, row.step.number),
    LEAF_FIELD(step_leaf, "kid", JX_TEXT, kid),
    LEAF_FIELD_IF(step_leaf, "peer", JX_ID, row.step.peer, has_peer),
    LEAF_FIELD(step_leaf, "bytes", JX_BYTES, row.step.bytes),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("FedStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_step_leaf(const struct trust_step_row *row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.row = *row,
                                   .kid = span_text(row->step.kid),
                                   .kind = (int)row->step.kind,
                                   .has_peer = !id_is_none(row->step.peer)};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err borrow_step(const struct db_rows *rows, int i, struct trust_step_row *out,
                            struct fail *why)
{
    int kind = jx_choice_find(TRUST_STEP_KINDS, db_bytes(rows, i, 2));
    struct span kid = db_bytes(rows, i, 4);

    *out = (struct trust_step_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .step = {.kind = (enum trust_step_kind)kind,
                 .number = db_i64(rows, i, 3),
                 .peer = db_id(rows, i, 5),
                 .bytes = db_bytes(rows, i, 6)},
    };
    if (kind < 0 || kid.len >= FED_KID_CAP)
        return fail_set(why, ERR_INTERNAL, "a step's kind or kid");
    if (kid.len > 0)
        memcpy(out->step.kid, kid.p, kid.len);
    return ERR_OK;
}

static enum err step_leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    struct trust_step_row step;
    enum err rc = borrow_step(rows, row, &step, why);

    return rc == ERR_OK ? write_step_leaf(&step, arena, bytes_out, why) : rc;
}

const struct audit_table fed_step_audit_table = {"fed_step", &step_leaves, &step_extra,
                                                 step_leaf_of_row};

enum err trust_store_step_add(struct tx *tx, const struct trust_step_row *row, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_step_leaf(row, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_text(&args, jx_choice_at(TRUST_STEP_KINDS, (int)row->step.kind));
    db_arg_i64(&args, row->step.number);
    db_arg_text(&args, span_text(row->step.kid));
    db_arg_id(&args, row->step.peer);
    db_arg_bytes(&args, row->step.bytes);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "fed_step", row->id, leaf, why) : rc;
}

static enum err own_step(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    struct trust_step_row *row = out;
    enum err rc = borrow_step(rows, i, row, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &row->step.bytes) : rc;
}

enum err trust_store_steps(struct tx *tx, struct db *db, struct arena *arena,
                           struct trust_step_row **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct trust_step_row), own_step};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(tx, db, &step_all, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
