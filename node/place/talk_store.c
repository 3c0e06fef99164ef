#include "node/place/talk_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/seal.h"
#include "node/place/chat_rows.h"
#include "node/place/store_common.h"

static const struct stmt talk_add = {
    "chat_talk_add", "INSERT INTO chat_talk (id, at, kind) VALUES ($1::uuid, $2::timestamptz,"
                     " $3::text)"};
static const struct stmt talk_by_id = {"chat_talk_by_id",
                                       "SELECT id FROM chat_talk WHERE id = $1::uuid"};
static const struct stmt member_add = {
    "chat_talk_member_add", "INSERT INTO chat_talk_member (talk, account, joined) VALUES"
                            " ($1::uuid, $2::uuid, $3::timestamptz)"};
static const struct stmt member_ever = {
    "chat_talk_member_ever", "SELECT account FROM chat_talk_member WHERE account = $1::uuid"
                             " LIMIT 1"};
static const struct stmt member_left = {
    "chat_talk_member_left", "UPDATE chat_talk_member SET left_at = $2::timestamptz WHERE talk"
                             " = $1::uuid AND left_at IS NULL"};
static const struct stmt talk_open = {
    "chat_talk_open",
    "SELECT t.id, t.at, t.kind, min(m.account::text)::uuid, max(m.account::text)::uuid"
    " FROM chat_talk t JOIN chat_talk_member m ON m.talk = t.id WHERE m.left_at IS NULL"
    " GROUP BY t.id HAVING count(*) = 2 ORDER BY t.at, t.id LIMIT $1::integer"};
static const struct stmt block_add = {
    "chat_block_add",
    "INSERT INTO chat_block (id, at, account, other, is_on, name_sealed) VALUES ($1::uuid,"
    " $2::timestamptz, $3::uuid, $4::uuid, $5::boolean, $6::bytea)"};
static const struct stmt block_current = {
    "chat_block_current",
    "SELECT id, at, account, other, name_sealed FROM (SELECT DISTINCT ON (account, other) *"
    " FROM chat_block ORDER BY account, other, at DESC, id DESC) b WHERE is_on"
    " ORDER BY at, id LIMIT $1::integer"};

const struct stmt *const talk_stmts[TALK_STMTS_N] = {&talk_add,    &talk_by_id,   &member_add,
                                                     &member_ever, &member_left,  &talk_open,
                                                     &block_add,   &block_current};

static const struct data_column talk_columns[] = {
    {"id", "会話のID", false},
    {"at", "いつ始まったか", false},
    {"kind", "だれとの会話か（staff職員と・pupils児童生徒どうし）", false},
    {NULL, NULL, false},
};
static const struct data_column member_columns[] = {
    {"talk", "会話のID", false},
    {"account", "だれが（アカウントのID）", false},
    {"joined", "いつ加わったか", false},
    {"left_at", "いつ終わったか", false},
    {NULL, NULL, false},
};
static const struct data_column block_columns[] = {
    {"id", "決定のID", false},
    {"at", "いつ", false},
    {"account", "だれが（アカウントのID）", false},
    {"other", "だれからの申しこみを（アカウントのID）", false},
    {"is_on", "受けないか（いいえ：また受ける）", false},
    {"name_sealed", "そのとき見えていた相手の名前", true},
    {NULL, NULL, false},
};

const struct data_table talk_tables[TALK_TABLES_N] = {
    {
        .name = "chat_talk",
        .meaning_ja = "ふたりの文字の会話",
        .purpose_ja = "だれとだれが話したかを確かめるため",
        .ground_ja = "委託契約（ログの記録）",
        .purpose_en = "private talks: when they began",
        .retention_column = "at",
        .retention_setting = &setting_chat_log_days,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = talk_columns,
    },
    {
        .name = "chat_talk_member",
        .meaning_ja = "ふたりの文字の会話にいた人",
        .purpose_ja = "だれとだれが話したかを確かめるため",
        .ground_ja = "委託契約（ログの記録）",
        .purpose_en = "who was in a private talk, from when to when",
        .retention_column = "joined",
        .retention_setting = &setting_chat_log_days,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .columns = member_columns,
    },
    {
        .name = "chat_block",
        .meaning_ja = "会話の申しこみを受けない相手",
        .purpose_ja = "話したくない人から申しこまれないようにするため",
        .ground_ja = "委託契約（プライベート文字チャット）",
        .purpose_en = "by whom somebody does not want to be asked for a talk",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .mention_columns = "other",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = block_columns,
    },
};

/* ---- talks ---- */

enum err talk_store_add(struct tx *tx, const struct talk_row *row, struct fail *why)
{
    bool is_there = false;
    struct db_args args;
    enum err rc = store_is_there(tx, &talk_by_id, row->id, &is_there, why);

    if (rc != ERR_OK || is_there)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_text(&args, jx_choice_at(TALK_KINDS, (int)row->kind));
    rc = tx_send(tx, &talk_add, &args, why);
    for (int i = 0; i < TALK_MEMBERS && rc == ERR_OK; i++) {
        db_args_init(&args);
        db_arg_id(&args, row->id);
        db_arg_id(&args, row->members[i]);
        db_arg_time(&args, row->at_utc_us);
        rc = tx_send(tx, &member_add, &args, why);
    }
    return rc;
}

enum err talk_store_has_been(struct tx *tx, struct id account, bool *has_been_out,
                             struct fail *why)
{
    return store_is_there(tx, &member_ever, account, has_been_out, why);
}

enum err talk_store_end(struct tx *tx, struct id talk, int64_t at_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, talk);
    db_arg_time(&args, at_utc_us);
    return tx_send(tx, &member_left, &args, why);
}

static enum err own_talk(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct talk_row *out = into;
    int kind = jx_choice_find(TALK_KINDS, db_bytes(rows, i, 2));

    (void)arena;
    *out = (struct talk_row){.id = db_id(rows, i, 0),
                             .at_utc_us = db_time(rows, i, 1),
                             .kind = (enum talk_kind)kind,
                             .members = {db_id(rows, i, 3), db_id(rows, i, 4)}};
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a talk's kind") : ERR_OK;
}

enum err talk_store_open(struct tx *tx, int n_cap, struct arena *arena,
                         struct talk_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct talk_row), own_talk};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    rc = store_list(tx, NULL, &talk_open, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

/* ---- blocks ---- */

enum err block_store_add(struct tx *tx, struct keyring *keyring, const struct block_row *row,
                         struct fail *why)
{
    const struct seal_place place = {"chat_block", "name_sealed", row->id};
    struct span sealed = SPAN_NONE;
    struct db_args args;
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, row->other, NULL, &key, why);

    if (rc == ERR_OK)
        rc = seal(keyring, key, &place, row->name, tx_arena(tx), &sealed, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->account);
    db_arg_id(&args, row->other);
    db_arg_bool(&args, row->is_on);
    db_arg_bytes(&args, sealed);
    return tx_send(tx, &block_add, &args, why);
}

/* The name is sealed yet. */
static enum err own_block(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    struct block_row *out = into;

    *out = (struct block_row){.id = db_id(rows, i, 0),
                              .at_utc_us = db_time(rows, i, 1),
                              .account = db_id(rows, i, 2),
                              .other = db_id(rows, i, 3),
                              .is_on = true,
                              .name = db_bytes(rows, i, 4)};
    return STORE_OWN(arena, why, &out->name);
}

enum err block_store_current(struct tx *tx, struct keyring *keyring, int n_cap,
                             struct arena *arena, struct block_row **rows_out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list list = {sizeof(struct block_row), own_block};
    struct block_row *rows;
    struct db_args args;
    void *all = NULL;
    size_t n = 0, n_open = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    rc = store_list(tx, NULL, &block_current, &args, &list, arena, &all, &n, why);
    rows = all;
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        const struct seal_place place = {"chat_block", "name_sealed", rows[i].id};
        struct span name = SPAN_NONE;
        enum err opened = unseal(keyring, &place, rows[i].name, arena, &name, why);

        if (opened == ERR_OK) {
            rows[n_open] = rows[i];
            rows[n_open++].name = name;
        } else if (opened != ERR_NOT_FOUND) {
            rc = opened;
        }
    }
    *rows_out = rows;
    *n_out = n_open;
    return rc;
}
