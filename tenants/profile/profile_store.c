#include "tenants/profile/profile_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/store.h"
#include "tenants/profile/profile_rows.h"

#define CHILDREN_MOST 20000

#define COLUMNS \
    "v.id, v.n, v.account, v.at, v.author, v.author_role, v.name_sealed, v.kind, v.colour," \
    " v.note_sealed, v.ways, v.reason_sealed, v.name_before_sealed"
#define COLUMNS_N 13

static const struct stmt profile_find = {
    "profile_find",
    "SELECT " COLUMNS ", a.role, a.display_name_sealed FROM account a LEFT JOIN LATERAL"
    " (SELECT * FROM profile_version p WHERE p.account = a.id ORDER BY p.n DESC LIMIT 1) v"
    " ON true WHERE a.id = $1::uuid"};
static const struct stmt profile_owner = {
    "profile_owner", "SELECT account, n FROM profile_version WHERE id = $1::uuid"};
static const struct stmt profile_count = {
    "profile_count", "SELECT count(*) FROM profile_version WHERE account = $1::uuid"
                     " AND author = account AND at > $2::timestamptz"};
static const struct stmt profile_taken = {
    "profile_taken", "SELECT EXISTS (SELECT FROM account WHERE display_name_index = $2::bytea"
                     " AND id <> $1::uuid AND state <> 'closed')"};
static const struct stmt profile_add = {
    "profile_add",
    "INSERT INTO profile_version (id, n, account, at, author, author_role, name_sealed, kind,"
    " colour, note_sealed, ways, reason_sealed, name_before_sealed) VALUES ($1::uuid, "
    "$2::bigint, $3::uuid,"
    " $4::timestamptz, $5::uuid, $6::text, $7::bytea, $8::text, $9::text, $10::bytea,"
    " $11::integer, $12::bytea, $13::bytea)"};
static const struct stmt profile_name = {
    "profile_name", "UPDATE account SET display_name_sealed = $2::bytea, display_name_index ="
                    " $3::bytea WHERE id = $1::uuid AND display_name_sealed IS NOT NULL"
                    " AND state <> 'closed'"};
static const struct stmt profile_last = {"profile_last",
                                         "SELECT coalesce(max(n), 0) FROM profile_version"};
static const struct stmt profile_past = {
    "profile_past", "SELECT " COLUMNS " FROM profile_version v WHERE v.account = $1::uuid"
                    " AND ($2::bigint = 0 OR v.n < $2::bigint) ORDER BY v.n DESC"
                    " LIMIT $3::integer"};
static const struct stmt profile_gone = {
    "profile_gone", "SELECT id, name_before_sealed FROM profile_version WHERE account ="
                    " $1::uuid AND name_before_sealed IS NOT NULL ORDER BY n DESC"
                    " LIMIT $2::integer"};
static const struct stmt profile_worn = {
    "profile_worn",
    "SELECT a.id, (SELECT p.kind FROM profile_version p WHERE p.account = a.id ORDER BY p.n"
    " DESC LIMIT 1) FROM account a WHERE a.role = 'student' AND a.state IN ('issued',"
    " 'active') LIMIT $1::integer"};
static const struct stmt profile_leaves = {
    "profile_leaves",
    "SELECT " COLUMNS " FROM profile_version v WHERE v.id = ANY ($1::uuid[])"};
static const struct stmt profile_extra = {
    "profile_extra", "SELECT v.id FROM profile_version v WHERE NOT EXISTS (SELECT FROM"
                     " audit_leaf l WHERE l.row_id = v.id AND l.table_name ="
                     " 'profile_version')"};

const struct stmt *const profile_stmts[PROFILE_STMTS_N] = {
    &profile_find, &profile_owner,  &profile_count, &profile_taken,
    &profile_add,  &profile_name,   &profile_last,  &profile_past,
    &profile_worn, &profile_leaves, &profile_extra, &profile_gone};

static const struct data_column columns[] = {
    {"id", "変更のID", false},
    {"n", "変更の通し番号", false},
    {"account", "だれのプロフィールか", false},
    {"at", "いつ", false},
    {"author", "だれが変えたか（アカウントのID）", false},
    {"author_role", "だれが変えたか（役割）", false},
    {"name_sealed", "表示名", true},
    {"kind", "アバターの種類", false},
    {"colour", "アバターの色", false},
    {"note_sealed", "ひとこと", true},
    {"ways", "話しかけられ方（1ひらいた場で・2ふたりでの話の申しこみ・4手をふる、の和）",
     false},
    {"reason_sealed", "理由（本人ではない人が変えたときだけ）", true},
    {"name_before_sealed", "職員が使えなくした表示名（表示名強制変更のときだけ）", true},
    {NULL, NULL, false},
};

const struct data_table profile_tables[PROFILE_TABLES_N] = {{
    .name = "profile_version",
    .meaning_ja = "プロフィールの移り変わり",
    .purpose_ja =
        "本人が選んだ姿と名前で居場所にいられるようにし、いつどう変わったかを確かめるため",
    .ground_ja = "委託契約（プロフィール変更）",
    .purpose_en = "display name, figure, note and ways to be talked to: a version a change",
    .key_of = KEY_OF_SUBJECT,
    .person_column = "account",
    .mention_columns = "author",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct profile_row row;
    struct span kind, colour;
    bool has_reason, has_before;
};
#define LEAF(type_, name_, member) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct leaf, member) \
    }
static const struct jx_field leaf_fields[] = {
    LEAF(JX_ID, "id", row.id),
    LEAF(JX_INT, "n", row.n),
    LEAF(JX_ID, "account", row.account),
    LEAF(JX_TIME, "at", row.at_utc_us),
    LEAF(JX_ID, "author", row.author),
    LEAF(JX_TEXT, "author_role", row.author_role),
    LEAF(JX_BYTES, "name_sealed", row.name_sealed),
    LEAF(JX_TEXT, "kind", kind),
    LEAF(JX_TEXT, "colour", colour),
    LEAF(JX_BYTES, "note_sealed", row.note_sealed),
    LEAF(JX_INT, "ways", row.ways),
    {.name = "reason_sealed",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct leaf, row.reason_sealed),
     .has_offset = offsetof(struct leaf, has_reason)},
    {.name = "name_before_sealed",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct leaf, row.name_before_sealed),
     .has_offset = offsetof(struct leaf, has_before)},
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("ProfileVersionLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct profile_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .kind = avatar_kind_id(row->avatar.kind),
                              .colour = avatar_colour_id(row->avatar.colour),
                              .has_reason = row->reason_sealed.len > 0,
                              .has_before = row->name_before_sealed.len > 0};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_row(const struct db_rows *rows, int i, struct profile_row *out,
                           struct fail *why)
{
    *out = (struct profile_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .account = db_id(rows, i, 2),
        .at_utc_us = db_time(rows, i, 3),
        .author = db_id(rows, i, 4),
        .author_role = db_bytes(rows, i, 5),
        .name_sealed = db_bytes(rows, i, 6),
        .avatar = {avatar_kind_find(db_bytes(rows, i, 7)),
                   avatar_colour_find(db_bytes(rows, i, 8))},
        .note_sealed = db_bytes(rows, i, 9),
        .ways = db_i64(rows, i, 10),
        .reason_sealed = db_bytes(rows, i, 11),
        .name_before_sealed = db_bytes(rows, i, 12),
    };
    return out->avatar.kind < 0 || out->avatar.colour < 0
               ? fail_set(why, ERR_INTERNAL, "a profile's kind or colour")
               : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct profile_row profile;
    enum err rc = borrow_row(rows, row, &profile, why);

    return rc == ERR_OK ? write_leaf(&profile, arena, bytes_out, why) : rc;
}

const struct audit_table profile_audit_table = {"profile_version", &profile_leaves,
                                                &profile_extra, leaf_of_row};

static enum err own(struct arena *arena, struct span *text, struct fail *why)
{
    struct span copy = arena_copy(arena, *text);

    if (copy.p == NULL && text->len > 0)
        return fail_set(why, ERR_NOMEM, "profile");
    *text = copy;
    return ERR_OK;
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena,
                        struct profile_row *out, struct fail *why)
{
    struct span *const texts[] = {&out->author_role, &out->name_sealed, &out->note_sealed,
                                  &out->reason_sealed, &out->name_before_sealed};
    enum err rc = borrow_row(rows, i, out, why);

    for (size_t k = 0; rc == ERR_OK && k < sizeof texts / sizeof texts[0]; k++)
        rc = own(arena, texts[k], why);
    return rc;
}

static enum err run(struct tx *tx, struct db *db, const struct stmt *stmt,
                    const struct db_args *args, struct db_rows **rows_out, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows_out, why)
                      : db_run(db, stmt, args, rows_out, why);
}

enum err profile_store_find(struct tx *tx, struct db *db, struct id account,
                            struct arena *arena, struct profile_state *state_out,
                            struct fail *why)
{
    struct profile_state state = {.role = ROLE_ANONYMOUS};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    rc = run(tx, db, &profile_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    if (rc == ERR_OK)
        rc = role_parse(db_bytes(rows, 0, COLUMNS_N), &state.role, why);
    if (rc == ERR_OK) {
        state.display_name_sealed = db_bytes(rows, 0, COLUMNS_N + 1);
        state.has_row = !db_is_null(rows, 0, 0);
        rc = own(arena, &state.display_name_sealed, why);
    }
    if (rc == ERR_OK && state.has_row)
        rc = own_row(rows, 0, arena, &state.row, why);
    if (rc == ERR_OK)
        *state_out = state;
    db_rows_free(&rows);
    return rc;
}

enum err profile_store_owner(struct tx *tx, struct id id, struct id *account_out,
                             int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, &profile_owner, &args, &rows, why);
    if (rc == ERR_OK) {
        *account_out = db_rows_n(rows) > 0 ? db_id(rows, 0, 0) : ID_NONE;
        *n_out = db_rows_n(rows) > 0 ? db_i64(rows, 0, 1) : 0;
    }
    db_rows_free(&rows);
    return rc;
}

enum err profile_store_count(struct tx *tx, struct db *db, struct id account,
                             int64_t since_utc_us, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, since_utc_us);
    rc = run(tx, db, &profile_count, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err profile_store_is_taken(struct tx *tx, struct id account,
                                const uint8_t index[PROFILE_INDEX_BYTES], bool *is_taken_out,
                                struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, span_of(index, PROFILE_INDEX_BYTES));
    rc = tx_run(tx, &profile_taken, &args, &rows, why);
    if (rc == ERR_OK)
        *is_taken_out = db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err newest(struct tx *tx, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = tx_run(tx, &profile_last, &none, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err rename_account(struct tx *tx, struct id account,
                               const struct profile_account_name *name, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, name->sealed);
    db_arg_bytes(&args, span_of(name->index, PROFILE_INDEX_BYTES));
    rc = tx_run(tx, &profile_name, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) != 1)
        rc = fail_set(why, ERR_NOT_FOUND, "no account with a name");
    db_rows_free(&rows);
    return rc;
}

enum err profile_store_add(struct tx *tx, struct profile_row *row,
                           const struct profile_account_name *name, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    int64_t n = 0;
    enum err rc = newest(tx, &n, why);

    row->n = n + 1; /* one writer: nobody else takes the same number */
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->n);
    db_arg_id(&args, row->account);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->author);
    db_arg_text(&args, row->author_role);
    db_arg_bytes(&args, row->name_sealed);
    db_arg_text(&args, avatar_kind_id(row->avatar.kind));
    db_arg_text(&args, avatar_colour_id(row->avatar.colour));
    db_arg_bytes(&args, row->note_sealed);
    db_arg_i32(&args, (int32_t)row->ways);
    store_arg_bytes_if(&args, row->reason_sealed);
    store_arg_bytes_if(&args, row->name_before_sealed);
    rc = tx_run(tx, &profile_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = audit_append(tx, "profile", "profile_version", row->id, bytes, why);
    return rc == ERR_OK && name != NULL ? rename_account(tx, row->account, name, why) : rc;
}

enum err profile_store_past(struct db *db, struct id account, int64_t before, int n_cap,
                            struct arena *arena, struct profile_row **out, size_t *n_out,
                            struct fail *why)
{
    struct profile_row *all = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_i64(&args, before);
    db_arg_i32(&args, n_cap);
    rc = db_run(db, &profile_past, &args, &rows, why);
    if (rc == ERR_OK) {
        all = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *all);
        rc = all == NULL ? fail_set(why, ERR_NOMEM, "profiles") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && all != NULL && i < db_rows_n(rows); i++)
        rc = own_row(rows, i, arena, &all[i], why);
    if (rc == ERR_OK) {
        *out = all;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

static enum err own_gone(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct profile_gone *out = into;

    *out = (struct profile_gone){db_id(rows, i, 0), db_bytes(rows, i, 1)};
    return own(arena, &out->name_sealed, why);
}

enum err profile_store_gone(struct db *db, struct id account, int n_cap, struct arena *arena,
                            struct profile_gone **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct profile_gone), own_gone};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &profile_gone, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err profile_store_worn(struct db *db, uint32_t counts_out[AVATAR_KINDS_N],
                            struct fail *why)
{
    uint32_t counts[AVATAR_KINDS_N] = {0};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, CHILDREN_MOST);
    rc = db_run(db, &profile_worn, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        int kind = db_is_null(rows, i, 1) ? avatar_of_account(db_id(rows, i, 0)).kind
                                          : avatar_kind_find(db_bytes(rows, i, 1));

        if (kind >= 0 && kind < AVATAR_KINDS_N)
            counts[kind]++;
    }
    if (rc == ERR_OK)
        memcpy(counts_out, counts, sizeof counts);
    db_rows_free(&rows);
    return rc;
}
