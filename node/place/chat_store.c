#include "node/place/chat_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/seal.h"
#include "node/place/chat_rows.h"
#include "node/place/store_common.h"

static const char line_table[] = "chat_line";

#define LINE_COLUMNS \
    "id, at, account, role, visit, channel, floor, copy, room, session, is_anonymous, talk," \
    " to_account, heard, name_sealed, text_sealed, masked_sealed, kinds, categories, was_held"
#define LINE_READ \
    "c.id, c.at, c.account, c.role, c.visit, c.channel, c.floor, c.copy, c.room, c.session," \
    " c.is_anonymous, c.talk, c.to_account, array_to_string(c.heard, ' '), c.name_sealed," \
    " c.text_sealed, c.masked_sealed, c.kinds, c.categories, c.was_held"
#define LINE_ACT \
    "(SELECT d.act FROM chat_decision d WHERE d.line = c.id ORDER BY d.n DESC LIMIT 1)"
#define LINE_ACT_AT 20 /* behind LINE_READ */

static const struct stmt line_add = {
    "chat_line_add",
    "INSERT INTO chat_line (" LINE_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::text, $5::uuid, $6::text, $7::text, $8::integer, $9::text, $10::uuid, $11::boolean,"
    " $12::uuid, $13::uuid, string_to_array($14::text, ' ')::uuid[], $15::bytea, $16::bytea,"
    " $17::bytea, $18::integer, $19::integer, $20::boolean)"};
static const struct stmt line_by_id = {"chat_line_by_id", "SELECT " LINE_READ ", " LINE_ACT
                                                          " FROM chat_line c WHERE c.id ="
                                                          " $1::uuid"};
#define LIST_WHERE \
    " FROM chat_line c WHERE c.at >= $1::timestamptz AND c.at < $2::timestamptz" \
    " AND ($3::timestamptz IS NULL OR (c.at, c.id) > ($3::timestamptz, $4::uuid))" \
    " AND ($5::text = '' OR c.floor = $5::text)"
#define LIST_ORDER " ORDER BY c.at, c.id LIMIT $6::integer"
static const struct stmt line_list = {"chat_line_list",
                                      "SELECT " LINE_READ ", " LINE_ACT LIST_WHERE LIST_ORDER};
static const struct stmt line_person = {
    "chat_line_person", "SELECT " LINE_READ ", " LINE_ACT LIST_WHERE
                        " AND (c.account = $7::uuid OR c.to_account = $7::uuid)" LIST_ORDER};
static const struct stmt line_held = {
    "chat_line_held",
    "SELECT " LINE_READ ", NULL::text FROM chat_line c WHERE c.was_held AND NOT EXISTS"
    " (SELECT FROM chat_decision d WHERE d.line = c.id)"
    " AND ($1::timestamptz IS NULL OR (c.at, c.id) > ($1::timestamptz, $2::uuid))"
    " ORDER BY c.at, c.id LIMIT $3::integer"};
static const struct stmt line_n_held = {
    "chat_line_n_held", "SELECT count(*) FROM chat_line c WHERE c.was_held AND NOT EXISTS"
                        " (SELECT FROM chat_decision d WHERE d.line = c.id)"};
static const struct stmt line_last = {"chat_line_last", "SELECT at FROM chat_line"
                                                        " ORDER BY at DESC, id DESC LIMIT 1"};
static const struct stmt line_past = {
    "chat_line_past",
    "SELECT " LINE_READ ", c.act, a.login_sealed, a.display_name_sealed FROM (SELECT x.*,"
    " (SELECT d.act FROM chat_decision d WHERE d.line = x.id ORDER BY d.n DESC LIMIT 1) AS act,"
    " row_number() OVER (PARTITION BY x.channel, x.floor, x.copy, x.room, x.talk,"
    " CASE WHEN x.is_anonymous THEN x.session END ORDER BY x.at DESC, x.id DESC) AS nth"
    " FROM chat_line x WHERE x.at >= $1::timestamptz) c JOIN account a ON a.id = c.account"
    " WHERE c.nth <= $2::integer ORDER BY c.at DESC, c.id DESC LIMIT $3::integer"};
static const struct stmt line_leaves = {"chat_line_leaves",
                                        "SELECT " LINE_READ " FROM chat_line c WHERE c.id = ANY"
                                        " ($1::uuid[])"};
static const struct stmt line_extra = {
    "chat_line_extra", "SELECT c.id FROM chat_line c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                       " WHERE l.row_id = c.id AND l.table_name = 'chat_line')"};

#define DECISION_COLUMNS "id, n, at, line, act, by, role"
static const struct stmt decision_add = {
    "chat_decision_add",
    "INSERT INTO chat_decision (" DECISION_COLUMNS ") VALUES ($1::uuid, $2::bigint,"
    " $3::timestamptz, $4::uuid, $5::text, $6::uuid, $7::text)"};
static const struct stmt decision_next = {"chat_decision_next",
                                          "SELECT coalesce(max(n), 0) + 1 FROM chat_decision"};
static const struct stmt decision_line = {
    "chat_decision_line", "SELECT line, act FROM chat_decision WHERE id = $1::uuid"};
static const struct stmt decision_leaves = {"chat_decision_leaves",
                                            "SELECT " DECISION_COLUMNS " FROM chat_decision"
                                            " WHERE id = ANY ($1::uuid[])"};
static const struct stmt decision_extra = {
    "chat_decision_extra",
    "SELECT d.id FROM chat_decision d WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = d.id AND l.table_name = 'chat_decision')"};

const struct stmt *const chat_stmts[CHAT_STMTS_N] = {
    &line_add,      &line_by_id,    &line_list,       &line_person,    &line_held,
    &line_n_held,   &line_past,     &line_leaves,     &line_extra,     &decision_add,
    &decision_next, &decision_line, &decision_leaves, &decision_extra, &line_last};

static const struct data_column line_columns[] = {
    {"id", "文のID（端末がつくる）", false},
    {"at", "いつ", false},
    {"account", "だれが書いたか（アカウントのID）", false},
    {"role", "書いた人の役割", false},
    {"visit", "一回の訪問のID", false},
    {"channel", "どこへ（floorフロアの全員・roomへやの中・talkふたりの会話）", false},
    {"floor", "書いた人がいたフロアの記号", false},
    {"copy", "いくつめの同じフロアか（1から）", false},
    {"room", "書いた人がいたへやの記号", false},
    {"session", "そのとき開かれていた会のID", false},
    {"is_anonymous", "名前をかくす会の中か", false},
    {"talk", "ふたりの会話のID", false},
    {"to_account", "あてた相手（アカウントのID。会話では相手）", false},
    {"heard", "へやの中で読めた人（アカウントのIDの一覧）", false},
    {"name_sealed", "そのとき見えていた名前", true},
    {"text_sealed", "書いたままの文", true},
    {"masked_sealed", "ほかの人に見えた文（かくした所があるときだけ）", true},
    {"kinds", "見つかったもの（1NGワード・2命にかかわる言葉・4連絡先、の和）", false},
    {"categories", "見つかった言葉の種類（ビットの和）", false},
    {"was_held", "職員が見るまで止めたか", false},
    {NULL, NULL, false},
};
static const struct data_column decision_columns[] = {
    {"id", "決定のID", false},
    {"n", "決定の通し番号", false},
    {"line", "文のID", false},
    {"act", "決定（release見せる・keep見せない・hideかくす）", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table chat_tables[CHAT_TABLES_N] = {
    {
        .name = "chat_line",
        .meaning_ja = "文字チャットの記録",
        .purpose_ja = "だれがどこでだれに何を書いたかを確かめ、子どもを守り支援にいかすため",
        .ground_ja = "委託契約（ログの記録）、個人情報の保護に関する法律第61条",
        .purpose_en = "text of floors, rooms and private talks: body, author, place, partner",
        .retention_column = "at",
        .retention_setting = &setting_chat_log_days,
        .key_of = KEY_OF_AUTHOR,
        .person_column = "account",
        .mention_columns = "to_account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = line_columns,
    },
    {
        .name = "chat_decision",
        .meaning_ja = "文字チャットについての職員の決定",
        .purpose_ja = "止めた文を見せたかどうか、だれがいつ決めたかを残すため",
        .ground_ja = "委託契約（NGワード・直接警告）",
        .purpose_en = "held lines released or kept, lines hidden, by whom",
        .retention_column = "at",
        .retention_setting = &setting_chat_log_days,
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = decision_columns,
    },
};

/* ---- leaves: canonical bytes, field names are the column names ---- */

struct line_leaf {
    struct chat_line_row row;
    int channel;
    int64_t copy, kinds, categories;
    bool has_room, has_session, has_talk, has_to, has_heard, has_masked;
};
static const struct jx_field line_leaf_fields[] = {
    LEAF_FIELD(line_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(line_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(line_leaf, "account", JX_ID, row.account),
    LEAF_FIELD(line_leaf, "role", JX_TEXT, row.role),
    LEAF_FIELD(line_leaf, "visit", JX_ID, row.visit),
    LEAF_CHOICE(line_leaf, "channel", CHAT_CHANNELS, channel),
    LEAF_FIELD(line_leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD(line_leaf, "copy", JX_INT, copy),
    LEAF_FIELD_IF(line_leaf, "room", JX_TEXT, row.room, has_room),
    LEAF_FIELD_IF(line_leaf, "session", JX_ID, row.session, has_session),
    LEAF_FIELD(line_leaf, "is_anonymous", JX_BOOL, row.is_anonymous),
    LEAF_FIELD_IF(line_leaf, "talk", JX_ID, row.talk, has_talk),
    LEAF_FIELD_IF(line_leaf, "to_account", JX_ID, row.to, has_to),
    LEAF_FIELD_IF(line_leaf, "heard", JX_TEXT, row.heard, has_heard),
    LEAF_FIELD(line_leaf, "name_sealed", JX_BYTES, row.name_sealed),
    LEAF_FIELD(line_leaf, "text_sealed", JX_BYTES, row.text_sealed),
    LEAF_FIELD_IF(line_leaf, "masked_sealed", JX_BYTES, row.masked_sealed, has_masked),
    LEAF_FIELD(line_leaf, "kinds", JX_INT, kinds),
    LEAF_FIELD(line_leaf, "categories", JX_INT, categories),
    LEAF_FIELD(line_leaf, "was_held", JX_BOOL, row.was_held),
};
static const struct jx_shape line_leaf_shape =
    JX_SHAPE("ChatLineLeaf", struct line_leaf, line_leaf_fields);

static enum err write_line(const struct chat_line_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct line_leaf leaf = {.row = *row,
                                   .channel = (int)row->channel,
                                   .copy = row->copy,
                                   .kinds = row->kinds,
                                   .categories = row->categories,
                                   .has_room = row->room.len > 0,
                                   .has_session = !id_is_none(row->session),
                                   .has_talk = !id_is_none(row->talk),
                                   .has_to = !id_is_none(row->to),
                                   .has_heard = row->heard.len > 0,
                                   .has_masked = row->masked_sealed.len > 0};

    return jx_write_canonical(&line_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. The state is not looked at. */
static enum err borrow(const struct db_rows *rows, int i, struct chat_line_row *out,
                       struct fail *why)
{
    int channel = jx_choice_find(CHAT_CHANNELS, db_bytes(rows, i, 5));

    *out = (struct chat_line_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .role = db_bytes(rows, i, 3),
        .visit = db_id(rows, i, 4),
        .channel = (enum chat_channel)channel,
        .floor = db_bytes(rows, i, 6),
        .copy = (int)db_i64(rows, i, 7),
        .room = db_bytes(rows, i, 8),
        .session = db_id(rows, i, 9),
        .is_anonymous = db_bool(rows, i, 10),
        .talk = db_id(rows, i, 11),
        .to = db_id(rows, i, 12),
        .heard = db_bytes(rows, i, 13),
        .name_sealed = db_bytes(rows, i, 14),
        .text_sealed = db_bytes(rows, i, 15),
        .masked_sealed = db_bytes(rows, i, 16),
        .kinds = (unsigned)db_i64(rows, i, 17),
        .categories = (unsigned)db_i64(rows, i, 18),
        .was_held = db_bool(rows, i, 19),
    };
    return channel < 0 ? fail_set(why, ERR_INTERNAL, "a line's channel") : ERR_OK;
}

static enum err leaf_of_line(const struct db_rows *rows, int i, struct arena *arena,
                             struct span *bytes_out, struct fail *why)
{
    struct chat_line_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_line(&row, arena, bytes_out, why) : rc;
}
const struct audit_table chat_line_audit_table = {"chat_line", &line_leaves, &line_extra,
                                                  leaf_of_line};

struct decision_leaf {
    struct chat_decision_row row;
    int act;
    bool has_by;
};
static const struct jx_field decision_leaf_fields[] = {
    LEAF_FIELD(decision_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(decision_leaf, "n", JX_INT, row.n),
    LEAF_FIELD(decision_leaf, "line", JX_ID, row.line),
    LEAF_CHOICE(decision_leaf, "act", CHAT_ACTS, act),
    LEAF_WHO(decision_leaf, row.who, has_by),
};
static const struct jx_shape decision_leaf_shape =
    JX_SHAPE("ChatDecisionLeaf", struct decision_leaf, decision_leaf_fields);

static enum err write_decision(const struct chat_decision_row *row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    const struct decision_leaf leaf = {
        .row = *row, .act = (int)row->act, .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&decision_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err leaf_of_decision(const struct db_rows *rows, int i, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    int act = jx_choice_find(CHAT_ACTS, db_bytes(rows, i, 4));
    const struct chat_decision_row row = {
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .line = db_id(rows, i, 3),
        .act = (enum chat_act)act,
        .who = {db_time(rows, i, 2), db_id(rows, i, 5), db_bytes(rows, i, 6)},
    };

    return act < 0 ? fail_set(why, ERR_INTERNAL, "a decision's act")
                   : write_decision(&row, arena, bytes_out, why);
}
const struct audit_table chat_decision_audit_table = {"chat_decision", &decision_leaves,
                                                      &decision_extra, leaf_of_decision};

/* ---- lines ---- */

enum err chat_store_add(struct tx *tx, const struct chat_line_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_line(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->account);
    db_arg_text(&args, row->role);
    db_arg_id(&args, row->visit);
    db_arg_text(&args, jx_choice_at(CHAT_CHANNELS, (int)row->channel));
    db_arg_text(&args, row->floor);
    db_arg_i32(&args, row->copy);
    store_arg_text_if(&args, row->room.len > 0, row->room);
    db_arg_id(&args, row->session);
    db_arg_bool(&args, row->is_anonymous);
    db_arg_id(&args, row->talk);
    db_arg_id(&args, row->to);
    store_arg_text_if(&args, row->heard.len > 0, row->heard);
    db_arg_bytes(&args, row->name_sealed);
    db_arg_bytes(&args, row->text_sealed);
    store_arg_bytes_if(&args, row->masked_sealed);
    db_arg_i32(&args, (int32_t)row->kinds);
    db_arg_i32(&args, (int32_t)row->categories);
    db_arg_bool(&args, row->was_held);
    rc = tx_send(tx, &line_add, &args, why);
    return rc == ERR_OK ? audit_append(tx, "log.chat", line_table, row->id, bytes, why) : rc;
}

static enum chat_state state_of(const struct chat_line_row *row, struct span act)
{
    switch (jx_choice_find(CHAT_ACTS, act)) {
    case CHAT_RELEASE:
        return CHAT_SAID;
    case CHAT_KEEP:
        return CHAT_KEPT;
    case CHAT_HIDE:
        return CHAT_HIDDEN;
    }
    return row->was_held ? CHAT_HELD : CHAT_SAID;
}

static enum err own_line(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct chat_line_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    if (rc != ERR_OK)
        return rc;
    out->state = state_of(out, db_bytes(rows, i, LINE_ACT_AT));
    return STORE_OWN(arena, why, &out->role, &out->floor, &out->room, &out->heard,
                     &out->name_sealed, &out->text_sealed, &out->masked_sealed);
}

static enum err read_lines(struct tx *tx, struct db *db, const struct stmt *stmt,
                           const struct db_args *args, struct arena *arena,
                           struct chat_line_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct chat_line_row), own_line};
    void *all = NULL;
    enum err rc = store_list(tx, db, stmt, args, &list, arena, &all, n_out, why);

    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err chat_line_read(struct tx *tx, struct db *db, struct id line, struct arena *arena,
                        struct chat_line_row *row_out, struct fail *why)
{
    struct chat_line_row *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, line);
    rc = read_lines(tx, db, &line_by_id, &args, arena, &rows, &n, why);
    if (rc != ERR_OK)
        return rc;
    if (n == 0)
        return fail_field(why, ERR_NOT_FOUND, "line", "no such line");
    *row_out = rows[0];
    return ERR_OK;
}

enum err chat_store_list(struct tx *tx, struct db *db, const struct chat_ask *ask,
                         struct arena *arena, struct chat_line_row **rows_out, size_t *n_out,
                         struct fail *why)
{
    bool is_person = !id_is_none(ask->person);
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, ask->from_utc_us);
    db_arg_time(&args, ask->until_utc_us);
    store_arg_time_if(&args, ask->after_utc_us != 0, ask->after_utc_us);
    db_arg_id(&args, ask->after);
    db_arg_text(&args, ask->floor);
    db_arg_i32(&args, ask->n_cap);
    if (is_person)
        db_arg_id(&args, ask->person);
    return read_lines(tx, db, is_person ? &line_person : &line_list, &args, arena, rows_out,
                      n_out, why);
}

enum err chat_store_held(struct db *db, int64_t after_utc_us, struct id after, int n_cap,
                         struct arena *arena, struct chat_line_row **rows_out, size_t *n_out,
                         struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    store_arg_time_if(&args, after_utc_us != 0, after_utc_us);
    db_arg_id(&args, after);
    db_arg_i32(&args, n_cap);
    return read_lines(NULL, db, &line_held, &args, arena, rows_out, n_out, why);
}

enum err chat_store_last(struct db *db, int64_t *at_utc_us_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &line_last, &none, &rows, why);
    if (rc == ERR_OK)
        *at_utc_us_out = db_rows_n(rows) == 0 ? 0 : db_time(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err chat_store_n_held(struct db *db, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &line_n_held, &none, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err own_past(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct chat_past_row *out = into;
    enum err rc = own_line(rows, i, arena, &out->row, why);

    out->login_sealed = db_bytes(rows, i, LINE_ACT_AT + 1);
    out->display_sealed = db_bytes(rows, i, LINE_ACT_AT + 2);
    return rc == ERR_OK ? STORE_OWN(arena, why, &out->login_sealed, &out->display_sealed) : rc;
}

enum err chat_store_past(struct tx *tx, int64_t since_utc_us, int n_each, int n_cap,
                         struct arena *arena, struct chat_past_row **rows_out, size_t *n_out,
                         struct fail *why)
{
    static const struct store_list list = {sizeof(struct chat_past_row), own_past};
    struct chat_past_row *rows;
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, since_utc_us);
    db_arg_i32(&args, n_each);
    db_arg_i32(&args, n_cap);
    rc = store_list(tx, NULL, &line_past, &args, &list, arena, &all, &n, why);
    if (rc != ERR_OK)
        return rc;
    rows = all; /* the newest first */
    for (size_t i = 0; i < n / 2; i++) {
        struct chat_past_row row = rows[i];

        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = row;
    }
    *rows_out = rows;
    *n_out = n;
    return ERR_OK;
}

/* ---- texts ---- */

static enum err open_text(struct keyring *keyring, const struct chat_line_row *row,
                          const char *column, struct span sealed, struct arena *arena,
                          struct span *out, struct fail *why)
{
    const struct seal_place place = {line_table, column, row->id};

    return unseal(keyring, &place, sealed, arena, out, why);
}

enum err chat_line_open(struct keyring *keyring, const struct chat_line_row *row,
                        struct arena *arena, struct chat_text *text_out, struct fail *why)
{
    struct chat_text text = {SPAN_NONE, SPAN_NONE, SPAN_NONE};
    enum err rc;

    arena_mark_secret(arena);
    rc = open_text(keyring, row, "name_sealed", row->name_sealed, arena, &text.name, why);
    if (rc == ERR_OK)
        rc = open_text(keyring, row, "text_sealed", row->text_sealed, arena, &text.text, why);
    text.masked = text.text;
    if (rc == ERR_OK && row->masked_sealed.len > 0)
        rc = open_text(keyring, row, "masked_sealed", row->masked_sealed, arena, &text.masked,
                       why);
    if (rc == ERR_OK)
        *text_out = text;
    return rc;
}

/* ---- decisions ---- */

static bool may(enum chat_act act, enum chat_state state)
{
    switch (act) {
    case CHAT_RELEASE:
        return state != CHAT_SAID;
    case CHAT_KEEP:
        return state == CHAT_HELD;
    case CHAT_HIDE:
        return state == CHAT_SAID;
    case CHAT_ACTS_N:
        break;
    }
    return false;
}

/* 1: a decision of this id is there, and is this one. */
static enum err find_decision(struct tx *tx, const struct chat_decision_row *row,
                              bool *is_there_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    rc = tx_run(tx, &decision_line, &args, &rows, why);
    *is_there_out = rc == ERR_OK && db_rows_n(rows) > 0;
    if (*is_there_out && (!id_eq(db_id(rows, 0, 0), row->line) ||
                          jx_choice_find(CHAT_ACTS, db_bytes(rows, 0, 1)) != (int)row->act))
        rc = fail_field(why, ERR_CONFLICT, "id", "an id of another decision");
    db_rows_free(&rows);
    return rc;
}

static enum err add_decision(struct tx *tx, const struct chat_decision_row *row,
                             struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_decision(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i64(&args, row->n);
    db_arg_time(&args, row->who.at_utc_us);
    db_arg_id(&args, row->line);
    db_arg_text(&args, jx_choice_at(CHAT_ACTS, (int)row->act));
    db_arg_id(&args, row->who.by);
    db_arg_text(&args, row->who.role);
    rc = tx_run(tx, &decision_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "log.chat", "chat_decision", row->id, bytes, why)
                        : rc;
}

enum err chat_store_decide(struct tx *tx, struct chat_decision_row *row, bool *is_new_out,
                           struct fail *why)
{
    struct chat_line_row line;
    bool is_there = false;
    enum err rc = find_decision(tx, row, &is_there, why);

    *is_new_out = !is_there;
    if (rc != ERR_OK || is_there)
        return rc;
    rc = chat_line_read(tx, NULL, row->line, tx_arena(tx), &line, why);
    if (rc == ERR_OK && !may(row->act, line.state))
        rc = fail_field(why, ERR_CONFLICT, "act", "the line is not so any more");
    if (rc == ERR_OK)
        rc = store_number(tx, &decision_next, &row->n, why);
    return rc == ERR_OK ? add_decision(tx, row, why) : rc;
}
