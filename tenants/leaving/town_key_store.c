#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/leaving/leaving_store.h"
#include "tenants/leaving/leaving_store_priv.h"

#define KEY_COLUMNS "id, version, certificate, sha256, decided_at, decided_by, role"

static const struct stmt key_current = {
    "town_key_current", "SELECT " KEY_COLUMNS " FROM town_key ORDER BY version DESC LIMIT 1"};
static const struct stmt key_add = {"town_key_add",
                                    "INSERT INTO town_key (" KEY_COLUMNS
                                    ") VALUES ($1::uuid, $2::integer, $3::text, $4::text,"
                                    " $5::timestamptz, $6::uuid, $7::text)"};
static const struct stmt key_leaves = {
    "town_key_leaves", "SELECT " KEY_COLUMNS " FROM town_key WHERE id = ANY ($1::uuid[])"};
static const struct stmt key_extra = {
    "town_key_extra", "SELECT c.id FROM town_key c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = c.id AND l.table_name = 'town_key')"};

const struct stmt *const town_key_stmts[TOWN_KEY_STMTS_N] = {&key_current, &key_add,
                                                             &key_leaves, &key_extra};

static const struct data_column key_columns[] = {
    {"id", "決定のID", false},
    {"version", "何番目の証明書か", false},
    {"certificate", "自治体の証明書（PEM）", false},
    {"sha256", "証明書の指紋（SHA-256）", false},
    {"decided_at", "いつ登録したか", false},
    {"decided_by", "だれが登録したか（アカウントのID）", false},
    {"role", "だれが登録したか（役割）", false},
    {NULL, NULL, false},
};

const struct data_table town_key_tables[TOWN_KEY_TABLES_N] = {
    {.name = "town_key",
     .meaning_ja = "自治体の証明書",
     .purpose_ja = "返すデータを自治体だけが開けるように封じ、自治体の署名を確かめるため",
     .ground_ja = "委託契約",
     .purpose_en = "the municipality's certificate: seals the bag, verifies its signatures",
     .key_of = KEY_OF_NONE,
     .mention_columns = "decided_by",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = key_columns},
};

struct key_leaf {
    struct town_key_row row;
    bool has_decider;
};
static const struct jx_field key_fields[] = {
    LEAF_FIELD(key_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(key_leaf, "version", JX_INT, row.version),
    LEAF_FIELD(key_leaf, "certificate", JX_TEXT, row.certificate),
    LEAF_FIELD(key_leaf, "sha256", JX_TEXT, row.sha256),
    LEAF_FIELD(key_leaf, "decided_at", JX_TIME, row.decided_utc_us),
    LEAF_FIELD_IF(key_leaf, "decided_by", JX_ID, row.decided_by, has_decider),
    LEAF_FIELD(key_leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape key_shape = JX_SHAPE("TownKeyLeaf", struct key_leaf, key_fields);

static enum err key_bytes(const struct town_key_row *row, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    const struct key_leaf leaf = {*row, !id_is_none(row->decided_by)};

    return jx_write_canonical(&key_shape, &leaf, arena, bytes_out, why);
}

static struct town_key_row borrow_key(const struct db_rows *rows, int i)
{
    return (struct town_key_row){
        .id = db_id(rows, i, 0),
        .version = db_i64(rows, i, 1),
        .certificate = db_bytes(rows, i, 2),
        .sha256 = db_bytes(rows, i, 3),
        .decided_utc_us = db_time(rows, i, 4),
        .decided_by = db_id(rows, i, 5),
        .role = db_bytes(rows, i, 6),
    };
}

static enum err key_of_row(const struct db_rows *rows, int i, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct town_key_row row = borrow_key(rows, i);

    return key_bytes(&row, arena, bytes_out, why);
}
const struct audit_table town_key_audit_table = {"town_key", &key_leaves, &key_extra,
                                                 key_of_row};

enum err town_key_store_current(struct tx *tx, struct db *db, struct arena *arena,
                                struct town_key_row *row_out, struct fail *why)
{
    struct town_key_row row;
    struct span *const texts[] = {&row.certificate, &row.sha256, &row.role};
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = leaving_run(tx, db, &key_current, &none, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no certificate of the town yet");
    if (rc == ERR_OK) {
        row = borrow_key(rows, 0);
        rc = leaving_own(texts, 3, arena, why);
    }
    if (rc == ERR_OK)
        *row_out = row;
    db_rows_free(&rows);
    return rc;
}

enum err town_key_store_add(struct tx *tx, const struct town_key_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = key_bytes(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, row->certificate);
    db_arg_text(&args, row->sha256);
    db_arg_time(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &key_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "town.key", "town_key", row->id, bytes, why) : rc;
}
