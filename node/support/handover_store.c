#include "node/support/handover_store.h"

#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "node/support/console_rows.h"

#define COLUMNS "id, at, to_char(day, 'YYYY-MM-DD'), by, role, text_sealed"

static const struct stmt handover_add = {
    "handover_add", "INSERT INTO handover (id, at, day, by, role, text_sealed) VALUES"
                    " ($1::uuid, $2::timestamptz, $3::text::date, $4::uuid, $5::text,"
                    " $6::bytea)"};
static const struct stmt handover_same = {
    "handover_same", "SELECT " COLUMNS " FROM handover WHERE id = $1::uuid"};
static const struct stmt handover_list = {
    "handover_list", "SELECT " COLUMNS " FROM handover WHERE $1::timestamptz IS NULL"
                     " OR (at, id) < ($1::timestamptz, $2::uuid) ORDER BY at DESC, id DESC"
                     " LIMIT $3::integer"};
static const struct stmt handover_leaves = {
    "handover_leaves", "SELECT " COLUMNS " FROM handover WHERE id = ANY ($1::uuid[])"};
static const struct stmt handover_extra = {
    "handover_extra", "SELECT h.id FROM handover h WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = h.id AND l.table_name = 'handover')"};

const struct stmt *const handover_stmts[HANDOVER_STMTS_N] = {
    &handover_add, &handover_same, &handover_list, &handover_leaves, &handover_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ書いたか", false},
    {"day", "どの日のことか", false},
    {"by", "だれが書いたか（アカウントのID）", false},
    {"role", "書いた人の役割", false},
    {"text_sealed", "引きつぎの内容（記録のかぎ）", true},
    {NULL, NULL, false},
};

const struct data_table handover_tables[HANDOVER_TABLES_N] = {{
    .name = HANDOVER_TABLE,
    .meaning_ja = "職員どうしの引きつぎ",
    .purpose_ja = "交代した職員が、気にかけることを知って見守れるようにするため",
    .ground_ja = "委託契約（オンライン支援員の配置）",
    .purpose_en = "what one shift of staff leaves to the next; sealed under a record key",
    .retention_days = 365,
    .retention_column = "at",
    .key_of = KEY_OF_RECORD,
    .mention_columns = "by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

struct leaf {
    struct handover_row row;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "day", JX_TEXT, row.day),
    LEAF_WHO(leaf, row.who, has_by),
    LEAF_FIELD(leaf, "text_sealed", JX_BYTES, row.text_sealed),
};
static const struct jx_shape leaf_shape = JX_SHAPE("HandoverLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct handover_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row, .has_by = true};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct handover_row borrow(const struct db_rows *rows, int i)
{
    return (struct handover_row){
        .id = db_id(rows, i, 0),
        .day = db_bytes(rows, i, 2),
        .who = {.at_utc_us = db_time(rows, i, 1),
                .by = db_id(rows, i, 3),
                .role = db_bytes(rows, i, 4)},
        .text_sealed = db_bytes(rows, i, 5),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct handover_row row = borrow(rows, i);

    return write_leaf(&row, arena, bytes_out, why);
}

const struct audit_table handover_audit_table = {HANDOVER_TABLE, &handover_leaves,
                                                 &handover_extra, leaf_of_row};

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct handover_row *out = into;

    *out = borrow(rows, i);
    return STORE_OWN(arena, why, &out->day, &out->who.role, &out->text_sealed);
}

static enum err find(struct tx *tx, const struct handover_row *row,
                     const struct handover_row **was_there_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct handover_row), own_row};
    struct db_args args;
    void *found = NULL;
    size_t n = 0;
    enum err rc;

    *was_there_out = NULL;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    rc = store_list(tx, NULL, &handover_same, &args, &list, tx_arena(tx), &found, &n, why);
    if (rc != ERR_OK || n == 0)
        return rc;
    *was_there_out = found;
    return id_eq((*was_there_out)->who.by, row->who.by)
               ? ERR_OK
               : fail_set(why, ERR_CONFLICT, "the id is another's");
}

enum err handover_store_add(struct tx *tx, const struct handover_row *row,
                            const struct handover_row **was_there_out, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = find(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out != NULL)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->who.at_utc_us);
    db_arg_text(&args, row->day);
    db_arg_id(&args, row->who.by);
    db_arg_text(&args, row->who.role);
    db_arg_bytes(&args, row->text_sealed);
    rc = tx_run(tx, &handover_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", HANDOVER_TABLE, row->id, bytes, why) : rc;
}

enum err handover_store_list(struct db *db, int64_t before_utc_us, struct id before, int n_cap,
                             struct arena *arena, struct handover_row **rows_out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list list = {sizeof(struct handover_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    store_arg_time_if(&args, before_utc_us != 0, before_utc_us);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &handover_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
