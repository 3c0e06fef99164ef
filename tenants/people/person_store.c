#include "tenants/people/person_store.h"

#include "node/db/seal.h"
#include "tenants/tenants.h"

#define COLUMNS \
    "id, kind, school, grade, family_sealed, given_sealed, family_kana_sealed," \
    " given_kana_sealed, roster_sealed, source_index, master_index, left_at, merged_into," \
    " created_at"

static const struct stmt person_add = {
    "person_add", "INSERT INTO person (" COLUMNS ") VALUES ($1::uuid, $2::text, $3::uuid,"
                  " $4::text, $5::bytea, $6::bytea, $7::bytea, $8::bytea, $9::bytea,"
                  " $10::bytea, $11::bytea, $12::timestamptz, $13::uuid, $14::timestamptz)"};
static const struct stmt person_change = {
    "person_change",
    "UPDATE person SET school = $2::uuid, grade = $3::text, family_sealed = $4::bytea,"
    " given_sealed = $5::bytea, family_kana_sealed = $6::bytea, given_kana_sealed = $7::bytea,"
    " roster_sealed = $8::bytea, source_index = $9::bytea, master_index = $10::bytea,"
    " left_at = $11::timestamptz, merged_into = $12::uuid WHERE id = $1::uuid"};
static const struct stmt person_find = {"person_find",
                                        "SELECT " COLUMNS " FROM person WHERE id = $1::uuid"};
static const struct stmt person_by_source = {
    "person_by_source", "SELECT " COLUMNS " FROM person WHERE source_index = $1::bytea"};
static const struct stmt person_page = {
    "person_page", "SELECT " COLUMNS " FROM person"
                   " WHERE $1::uuid IS NULL OR id > $1::uuid ORDER BY id LIMIT $2::integer"};
static const struct stmt link_add = {
    "guardian_link_add",
    "INSERT INTO guardian_link (id, guardian, child, created_at) VALUES ($1::uuid, $2::uuid,"
    " $3::uuid, $4::timestamptz) ON CONFLICT (guardian, child) DO UPDATE SET ended_at = NULL"};
static const struct stmt link_end = {
    "guardian_link_end", "UPDATE guardian_link SET ended_at = $3::timestamptz"
                         " WHERE guardian = $1::uuid AND child = $2::uuid AND ended_at IS "
                         "NULL"};
static const struct stmt link_is_open = {
    "guardian_link_is_open", "SELECT 1 FROM guardian_link WHERE guardian = $1::uuid AND child ="
                             " $2::uuid AND ended_at IS NULL"};

const struct stmt *const person_stmts[PERSON_STMTS_N] = {
    &person_add,  &person_change, &person_find, &person_by_source,
    &person_page, &link_add,      &link_end,    &link_is_open};

static const struct data_column person_columns[] = {
    {"id", "人のID（仮名。アカウントのIDと同じ）", false},
    {"kind", "どんな人か（student児童生徒・guardian保護者・staff教職員等）", false},
    {"school", "所属する学校のID（なければ空）", false},
    {"grade", "学年（名簿の書き方）", false},
    {"family_sealed", "姓", true},
    {"given_sealed", "名", true},
    {"family_kana_sealed", "姓のかな", true},
    {"given_kana_sealed", "名のかな", true},
    {"source_index", "名簿のIDで探すための鍵つきの値", false},
    {"master_index", "名簿の共通のIDで探すための鍵つきの値", false},
    {"roster_sealed", "受け取った名簿の行", true},
    {"left_at", "名簿からなくなった時刻（いる間は空）", false},
    {"merged_into", "同じ人としてまとめた先の人のID", false},
    {"created_at", "登録した時刻", false},
    {NULL, NULL, false},
};
static const struct data_column link_columns[] = {
    {"id", "つながりのID", false},       {"guardian", "保護者のID", false},
    {"child", "子のID", false},          {"created_at", "登録した時刻", false},
    {"ended_at", "終わった時刻", false}, {NULL, NULL, false},
};

static const struct hand_rule person_rules[] = {
    {"source_index", HAND_INDEX, &person_source_hand},
    {"master_index", HAND_INDEX, &person_master_hand},
    {NULL, HAND_INDEX, NULL},
};

const struct data_table person_tables[PERSON_TABLES_N] = {
    {
        .name = "person",
        .meaning_ja = "自治体が知っている人（名簿または登録）",
        .purpose_ja = "教育委員会が本人を確かめて、IDの承認と発行をするため",
        .ground_ja = "委託契約（利用者の登録）、個人情報の保護に関する法律第66条",
        .purpose_en = "the people of the register; names sealed under their own keys",
        .retention_days = 0,
        .key_of = KEY_OF_SUBJECT,
        .person_column = "id",
        .mention_columns = "merged_into",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = person_rules,
        .erase_person = ERASE_ROWS,
        .columns = person_columns,
    },
    {
        .name = "guardian_link",
        .meaning_ja = "保護者と子のつながり",
        .purpose_ja = "保護者が自分の子のことだけを見られるようにするため",
        .ground_ja = "委託契約（利用者の登録）",
        .purpose_en = "which guardian belongs to which child; ids only",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .person_column = "child",
        .mention_columns = "guardian",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = link_columns,
    },
};

static const char *const kind_ids[PERSON_KIND_N] = {
    [PERSON_STUDENT] = "student", [PERSON_GUARDIAN] = "guardian", [PERSON_STAFF] = "staff"};
static const char *const column_names[PERSON_SEALED_N] = {
    [PERSON_FAMILY] = "family_sealed",           [PERSON_GIVEN] = "given_sealed",
    [PERSON_FAMILY_KANA] = "family_kana_sealed", [PERSON_GIVEN_KANA] = "given_kana_sealed",
    [PERSON_ROSTER] = "roster_sealed",
};

const char *person_kind_id(enum person_kind kind)
{
    return kind_ids[kind];
}

enum person_kind person_kind_of(enum role role)
{
    if (role == ROLE_STUDENT)
        return PERSON_STUDENT;
    return role == ROLE_GUARDIAN ? PERSON_GUARDIAN : PERSON_STAFF;
}

enum err person_source_index(struct keyring *keyring, struct span source_id,
                             uint8_t index_out[PERSON_INDEX_BYTES], struct fail *why)
{
    return keyring_blind(keyring, PERSON_SOURCE_KEY, source_id, index_out, why);
}

enum err person_master_index(struct keyring *keyring, struct span master_id,
                             uint8_t index_out[PERSON_INDEX_BYTES], struct fail *why)
{
    return keyring_blind(keyring, PERSON_MASTER_KEY, master_id, index_out, why);
}

enum err person_seal(struct keyring *keyring, struct person_row *row,
                     const struct span plain[PERSON_SEALED_N], struct arena *arena,
                     struct fail *why)
{
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_PERSON, row->id, NULL, &key, why);

    for (int i = 0; rc == ERR_OK && i < PERSON_SEALED_N; i++) {
        const struct seal_place place = {"person", column_names[i], row->id};

        row->sealed[i] = SPAN_NONE;
        if (plain[i].len > 0)
            rc = seal(keyring, key, &place, plain[i], arena, &row->sealed[i], why);
    }
    return rc;
}

enum err person_unseal(struct keyring *keyring, const struct person_row *row,
                       enum person_column column, struct arena *arena, struct span *plain_out,
                       struct fail *why)
{
    const struct seal_place place = {"person", column_names[column], row->id};

    if (row->sealed[column].len > 0)
        return unseal(keyring, &place, row->sealed[column], arena, plain_out, why);
    *plain_out = SPAN_NONE;
    return ERR_OK;
}

static void arg_if_any(struct db_args *args, bool has, struct span bytes)
{
    if (has)
        db_arg_bytes(args, bytes);
    else
        db_arg_null(args);
}

/* What both adding and changing say, from sealed columns to merged_into. */
static void arg_rest(struct db_args *args, const struct person_row *row)
{
    for (int i = 0; i < PERSON_SEALED_N; i++)
        arg_if_any(args, row->sealed[i].len > 0, row->sealed[i]);
    arg_if_any(args, row->has_source, span_of(row->source_index, PERSON_INDEX_BYTES));
    arg_if_any(args, row->has_master, span_of(row->master_index, PERSON_INDEX_BYTES));
    if (row->left_utc_us != 0)
        db_arg_time(args, row->left_utc_us);
    else
        db_arg_null(args);
    db_arg_id(args, row->merged_into);
}

enum err person_store_add(struct tx *tx, const struct person_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(kind_ids[row->kind]));
    db_arg_id(&args, row->school);
    db_arg_text(&args, row->grade);
    arg_rest(&args, row);
    db_arg_time(&args, row->created_utc_us);
    return tx_run(tx, &person_add, &args, NULL, why);
}

enum err person_store_change(struct tx *tx, const struct person_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->school);
    db_arg_text(&args, row->grade);
    arg_rest(&args, row);
    rc = tx_run(tx, &person_change, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such person");
    db_rows_free(&rows);
    return rc;
}

static bool copy_text(const struct db_rows *rows, int row, int column, struct arena *arena,
                      struct span *out)
{
    struct span stored = db_bytes(rows, row, column);

    *out = arena_copy(arena, stored);
    return out->p != NULL || stored.len == 0;
}

static void copy_index(const struct db_rows *rows, int row, int column, bool *has_out,
                       uint8_t out[PERSON_INDEX_BYTES])
{
    struct span stored = db_bytes(rows, row, column);

    *has_out = stored.len == PERSON_INDEX_BYTES;
    if (*has_out)
        memcpy(out, stored.p, PERSON_INDEX_BYTES);
}

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena,
                         struct person_row *out, struct fail *why)
{
    struct span kind = db_bytes(rows, i, 1);
    bool is_whole;

    *out = (struct person_row){
        .id = db_id(rows, i, 0),
        .school = db_id(rows, i, 2),
        .left_utc_us = db_time(rows, i, 11),
        .merged_into = db_id(rows, i, 12),
        .created_utc_us = db_time(rows, i, 13),
    };
    while (out->kind < PERSON_STAFF && !span_eq(kind, span_text(kind_ids[out->kind])))
        out->kind++;
    copy_index(rows, i, 9, &out->has_source, out->source_index);
    copy_index(rows, i, 10, &out->has_master, out->master_index);
    is_whole = copy_text(rows, i, 3, arena, &out->grade);
    for (int c = 0; c < PERSON_SEALED_N; c++)
        is_whole = copy_text(rows, i, 4 + c, arena, &out->sealed[c]) && is_whole;
    return is_whole ? ERR_OK : fail_set(why, ERR_NOMEM, "person");
}

static enum err find_one(struct tx *tx, struct db *db, const struct stmt *stmt,
                         const struct db_args *args, struct arena *arena,
                         struct person_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc =
        tx != NULL ? tx_run(tx, stmt, args, &rows, why) : db_run(db, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such person");
    if (rc == ERR_OK)
        rc = read_row(rows, 0, arena, row_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err person_store_find(struct tx *tx, struct db *db, struct id person, struct arena *arena,
                           struct person_row *row_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, person);
    return find_one(tx, db, &person_find, &args, arena, row_out, why);
}

enum err person_store_by_source(struct tx *tx, struct db *db,
                                const uint8_t index[PERSON_INDEX_BYTES], struct arena *arena,
                                struct person_row *row_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_bytes(&args, span_of(index, PERSON_INDEX_BYTES));
    return find_one(tx, db, &person_by_source, &args, arena, row_out, why);
}

enum err person_store_page(struct tx *tx, struct db *db, struct id after, int n_cap,
                           struct arena *arena, struct person_row **rows_out, size_t *n_out,
                           struct fail *why)
{
    struct person_row *people = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, after);
    db_arg_i32(&args, n_cap);
    rc = tx != NULL ? tx_run(tx, &person_page, &args, &rows, why)
                    : db_run(db, &person_page, &args, &rows, why);
    if (rc == ERR_OK) {
        n = (size_t)db_rows_n(rows);
        people = arena_alloc(arena, (n + 1) * sizeof *people);
        if (people == NULL)
            rc = fail_set(why, ERR_NOMEM, "%zu persons", n);
    }
    for (size_t i = 0; people != NULL && rc == ERR_OK && i < n; i++)
        rc = read_row(rows, (int)i, arena, &people[i], why);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *rows_out = people;
        *n_out = n;
    }
    return rc;
}

enum err guardian_link_store_add(struct tx *tx, struct id guardian, struct id child,
                                 int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id_new());
    db_arg_id(&args, guardian);
    db_arg_id(&args, child);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &link_add, &args, NULL, why);
}

enum err guardian_link_store_end(struct tx *tx, struct id guardian, struct id child,
                                 int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, guardian);
    db_arg_id(&args, child);
    db_arg_time(&args, now_utc_us);
    return tx_send(tx, &link_end, &args, why);
}

enum err guardian_link_store_is_open(struct tx *tx, struct db *db, struct id guardian,
                                     struct id child, bool *is_open_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, guardian);
    db_arg_id(&args, child);
    rc = tx != NULL ? tx_run(tx, &link_is_open, &args, &rows, why)
                    : db_run(db, &link_is_open, &args, &rows, why);
    if (rc == ERR_OK)
        *is_open_out = db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}
