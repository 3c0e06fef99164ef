#include "node/support/contact_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/hash256.h"
#include "node/place/store_common.h"
#include "node/support/console_rows.h"

#define COLUMNS "id, at, child, other, is_peer, kind, is_answered, by, role, text_sealed"

static const struct stmt contact_add = {
    "contact_add",
    "INSERT INTO contact (" COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid, $4::uuid,"
    " $5::boolean, $6::text, $7::boolean, $8::uuid, $9::text, $10::bytea)"};
static const struct stmt contact_same = {"contact_same",
                                         "SELECT " COLUMNS " FROM contact WHERE id = $1::uuid"};
static const struct stmt contact_list = {
    "contact_list", "SELECT " COLUMNS " FROM contact WHERE child = $1::uuid"
                    " AND ($2::timestamptz IS NULL OR (at, id) < ($2::timestamptz, $3::uuid))"
                    " ORDER BY at DESC, id DESC LIMIT $4::integer"};
static const struct stmt contact_last = {
    "contact_last", "SELECT child, max(at), max(at) FILTER (WHERE NOT is_peer) FROM contact"
                    " WHERE is_answered AND at >= $1::timestamptz GROUP BY child"};
static const struct stmt contact_weeks = {
    "contact_weeks",
    "SELECT child, count(DISTINCT ($1::text::date - (at AT TIME ZONE 'Asia/Tokyo')::date) / 7)"
    " FROM contact WHERE is_answered AND NOT is_peer"
    " AND at >= ($1::text::date - 27)::timestamp AT TIME ZONE 'Asia/Tokyo'"
    " AND at < ($1::text::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'"
    " AND ($2::uuid IS NULL OR child = $2::uuid) GROUP BY child"};
static const struct stmt contact_words = {
    "contact_words",
    "SELECT l.account, l.to_account, l.at, f.role, t.role FROM chat_line l"
    " JOIN account f ON f.id = l.account JOIN account t ON t.id = l.to_account"
    " WHERE l.at >= $1::timestamptz AND l.to_account IS NOT NULL"
    " AND l.to_account <> l.account AND NOT l.was_held ORDER BY l.at, l.id LIMIT $2::integer"};
static const struct stmt contact_leaves = {
    "contact_leaves", "SELECT " COLUMNS " FROM contact WHERE id = ANY ($1::uuid[])"};
static const struct stmt contact_extra = {
    "contact_extra", "SELECT c.id FROM contact c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                     " WHERE l.row_id = c.id AND l.table_name = 'contact')"};

const struct stmt *const contact_stmts[CONTACT_STMTS_N] = {
    &contact_add,   &contact_same,  &contact_list,   &contact_last,
    &contact_weeks, &contact_words, &contact_leaves, &contact_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"child", "どの児童生徒か（アカウントのID）", false},
    {"other", "だれとつながったか（アカウントのID）", false},
    {"is_peer", "相手も児童生徒か", false},
    {"kind",
     "何で（autoことばのやりとり・class授業や相談・speech声・call声かけ・talk会話・phone電話・"
     "visit訪問・letter手紙・otherそのほか）",
     false},
    {"is_answered", "返事があったか（行き来のある接点だけを数える）", false},
    {"by", "だれが書いたか（アカウントのID。空は自動）", false},
    {"role", "書いた人の役割（空は自動）", false},
    {"text_sealed", "ひとこと", true},
    {NULL, NULL, false},
};

const struct data_table contact_tables[CONTACT_TABLES_N] = {{
    .name = CONTACT_TABLE,
    .meaning_ja = "児童生徒と職員・ほかの児童生徒との接点",
    .purpose_ja = "ひとりのままの児童生徒に気づき、孤立率・接続率を計算するため",
    .ground_ja = "委託契約（声かけの記録、KPIの計算）",
    .purpose_en = "two-way contacts of children and calls to them: steps, connection rate",
    .key_of = KEY_OF_SUBJECT,
    .person_column = "child",
    .mention_columns = "other,by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* ---- the leaf: field names are the column names ---- */

struct leaf {
    struct contact_row row;
    int kind;
    bool has_by, has_text;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "child", JX_ID, row.child),
    LEAF_FIELD(leaf, "other", JX_ID, row.other),
    LEAF_FIELD(leaf, "is_peer", JX_BOOL, row.is_peer),
    LEAF_CHOICE(leaf, "kind", CONTACT_KINDS, kind),
    LEAF_FIELD(leaf, "is_answered", JX_BOOL, row.is_answered),
    LEAF_WHO(leaf, row.who, has_by),
    LEAF_FIELD_IF(leaf, "text_sealed", JX_BYTES, row.text_sealed, has_text),
};
static const struct jx_shape leaf_shape = JX_SHAPE("ContactLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct contact_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .kind = (int)row->kind,
                              .has_by = !id_is_none(row->who.by),
                              .has_text = row->text_sealed.len > 0};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct contact_row *out,
                       struct fail *why)
{
    int kind = jx_choice_find(CONTACT_KINDS, db_bytes(rows, i, 5));

    *out = (struct contact_row){
        .id = db_id(rows, i, 0),
        .child = db_id(rows, i, 2),
        .other = db_id(rows, i, 3),
        .is_peer = db_bool(rows, i, 4),
        .kind = (enum contact_kind)kind,
        .is_answered = db_bool(rows, i, 6),
        .who = {.at_utc_us = db_time(rows, i, 1),
                .by = db_id(rows, i, 7),
                .role = db_bytes(rows, i, 8)},
        .text_sealed = db_bytes(rows, i, 9),
    };
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a contact's kind") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct contact_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table contact_audit_table = {CONTACT_TABLE, &contact_leaves, &contact_extra,
                                                leaf_of_row};

/* ---- writing ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct contact_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->who.role, &out->text_sealed) : rc;
}

static enum err find(struct tx *tx, const struct contact_row *row,
                     const struct contact_row **was_there_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct contact_row), own_row};
    struct db_args args;
    void *found = NULL;
    size_t n = 0;
    enum err rc;

    *was_there_out = NULL;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    rc = store_list(tx, NULL, &contact_same, &args, &list, tx_arena(tx), &found, &n, why);
    if (rc != ERR_OK || n == 0)
        return rc;
    *was_there_out = found;
    return id_eq((*was_there_out)->child, row->child)
               ? ERR_OK
               : fail_set(why, ERR_CONFLICT, "the id is another's");
}

enum err contact_store_add(struct tx *tx, const struct contact_row *row,
                           const struct contact_row **was_there_out, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = find(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out != NULL)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->who.at_utc_us);
    db_arg_id(&args, row->child);
    db_arg_id(&args, row->other);
    db_arg_bool(&args, row->is_peer);
    db_arg_text(&args, jx_choice_at(CONTACT_KINDS, (int)row->kind));
    db_arg_bool(&args, row->is_answered);
    db_arg_id(&args, row->who.by);
    db_arg_text(&args, row->who.role);
    store_arg_bytes_if(&args, row->text_sealed);
    rc = tx_run(tx, &contact_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", CONTACT_TABLE, row->id, bytes, why) : rc;
}

/* A UUID of version 8 (RFC 9562, section 5.8): what it is made of stands nowhere else. */
struct id contact_id_of(struct id child, struct id other, int64_t first_utc_us)
{
    uint8_t bytes[2 * sizeof(struct id) + sizeof first_utc_us];
    struct hash256 hash;
    struct id id;

    memcpy(bytes, child.b, sizeof child.b);
    memcpy(bytes + sizeof child.b, other.b, sizeof other.b);
    memcpy(bytes + 2 * sizeof child.b, &first_utc_us, sizeof first_utc_us);
    hash = hash256_of(span_of(bytes, sizeof bytes));
    memcpy(id.b, hash.b, sizeof id.b);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

/* ---- reading ---- */

enum err contact_store_list(struct db *db, struct id child, int64_t before_utc_us,
                            struct id before, int n_cap, struct arena *arena,
                            struct contact_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct contact_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, child);
    store_arg_time_if(&args, before_utc_us != 0, before_utc_us);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &contact_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

static enum err own_last(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct contact_last *)into =
        (struct contact_last){db_id(rows, i, 0), db_time(rows, i, 1), db_time(rows, i, 2)};
    return ERR_OK;
}

enum err contact_store_last(struct db *db, int64_t since_utc_us, struct arena *arena,
                            struct contact_last **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct contact_last), own_last};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, since_utc_us);
    rc = store_list(NULL, db, &contact_last, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err own_weeks(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct contact_weeks *)into =
        (struct contact_weeks){db_id(rows, i, 0), db_i64(rows, i, 1)};
    return ERR_OK;
}

enum err contact_store_weeks(struct db *db, struct span day, struct id child,
                             struct arena *arena, struct contact_weeks **out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list list = {sizeof(struct contact_weeks), own_weeks};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, day);
    db_arg_id(&args, child);
    rc = store_list(NULL, db, &contact_weeks, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err own_word(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct contact_word *out = into;
    enum err rc;

    (void)arena;
    *out = (struct contact_word){.event = {.from = db_id(rows, i, 0),
                                           .to = db_id(rows, i, 1),
                                           .at_utc_us = db_time(rows, i, 2),
                                           .sign = CONTACT_WORD}};
    rc = role_parse(db_bytes(rows, i, 3), &out->from, why);
    return rc == ERR_OK ? role_parse(db_bytes(rows, i, 4), &out->to, why) : rc;
}

enum err contact_store_words(struct db *db, int64_t since_utc_us, int n_cap,
                             struct arena *arena, struct contact_word **out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list list = {sizeof(struct contact_word), own_word};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, since_utc_us);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &contact_words, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
