#include "federation/mirror_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/digest.h"
#include "node/db/leaf.h"
#include "node/db/seal.h"

#define CONTEXT_COLUMNS "lesson, class, series, host, to_at, closed_at"
#define LINE_COLUMNS    "id, lesson, class, node, number, at, pseud, line, state, mac, text_sealed"
#define ACT_COLUMNS     "id, at, lesson, class, kind, act, node, pseud, what, line, by"

static const struct stmt context_put = {
    "fed_context_put",
    "INSERT INTO fed_context (lesson, class, series, host, to_at) VALUES ($1::uuid, $2::bigint,"
    " $3::uuid, $4::uuid, $5::timestamptz) ON CONFLICT (lesson) DO UPDATE SET"
    " to_at = greatest(fed_context.to_at, excluded.to_at) WHERE fed_context.closed_at IS NULL"
    " RETURNING lesson"};
static const struct stmt context_find = {
    "fed_context_find", "SELECT " CONTEXT_COLUMNS " FROM fed_context WHERE lesson = $1::uuid"};
static const struct stmt context_by_class = {
    "fed_context_by_class",
    "SELECT " CONTEXT_COLUMNS " FROM fed_context WHERE host = $1::uuid AND class = $2::bigint"
    " ORDER BY to_at DESC LIMIT 1"};
static const struct stmt context_due = {
    "fed_context_due", "SELECT lesson FROM fed_context WHERE closed_at IS NULL"
                       " AND to_at < $1::timestamptz ORDER BY to_at LIMIT 1000"};
static const struct stmt context_close = {
    "fed_context_close",
    "UPDATE fed_context SET closed_at = $2::timestamptz WHERE lesson = $1::uuid"
    " AND closed_at IS NULL"};
static const struct stmt context_wipe = {
    "fed_context_wipe", "UPDATE fed_line SET text_sealed = NULL WHERE lesson = $1::uuid"
                        " AND text_sealed IS NOT NULL"};
static const struct stmt seat_put = {
    "fed_seat_put",
    "INSERT INTO fed_seat (lesson, pseud, account, at) VALUES ($1::uuid, $2::bytea, $3::uuid,"
    " $4::timestamptz) ON CONFLICT (lesson, pseud) DO NOTHING"};
static const struct stmt seat_find = {
    "fed_seat_find",
    "SELECT account FROM fed_seat WHERE lesson = $1::uuid AND pseud = $2::bytea"};
static const struct stmt chosen = {
    "fed_lesson_chosen",
    "SELECT account FROM lesson_choice WHERE lesson = $1::uuid AND ended_at IS"
    " NULL LIMIT 5000"};
static const struct stmt line_add = {
    "fed_line_add",
    "INSERT INTO fed_line (" LINE_COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::bigint, $4::uuid,"
    " $5::bigint, $6::timestamptz, $7::bytea, $8::uuid, $9::text, $10::bytea, $11::bytea)"};
static const struct stmt line_next = {"fed_line_next",
                                      "SELECT coalesce(max(number), 0) + 1 FROM fed_line WHERE"
                                      " lesson = $1::uuid AND node = $2::uuid"};
static const struct stmt line_find = {
    "fed_line_find",
    "SELECT " LINE_COLUMNS
    " FROM fed_line WHERE lesson = $1::uuid AND line = $2::uuid ORDER BY number LIMIT 1"};
static const struct stmt line_list = {
    "fed_line_list", "SELECT " LINE_COLUMNS " FROM fed_line WHERE lesson = $1::uuid"
                     " AND ($2::uuid IS NULL OR (node = $2::uuid AND number > $3::bigint))"
                     " AND ($4::timestamptz IS NULL OR at >= $4::timestamptz)"
                     " ORDER BY node, number LIMIT $5::integer"};
static const struct stmt line_leaves = {
    "fed_line_leaves", "SELECT " LINE_COLUMNS " FROM fed_line WHERE id = ANY ($1::uuid[])"};
static const struct stmt line_extra = {
    "fed_line_extra", "SELECT f.id FROM fed_line f WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = f.id AND l.table_name = 'fed_line')"};
static const struct stmt act_add = {
    "fed_act_add",
    "INSERT INTO fed_act (" ACT_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::bigint, $5::text, $6::uuid, $7::uuid, $8::bytea, $9::integer, $10::uuid, $11::uuid)"
    " ON CONFLICT (id) DO NOTHING RETURNING id"};
static const struct stmt act_list = {
    "fed_act_list",
    "SELECT " ACT_COLUMNS " FROM fed_act WHERE lesson = $1::uuid ORDER BY at, id LIMIT 5000"};
static const struct stmt act_leaves = {
    "fed_act_leaves", "SELECT " ACT_COLUMNS " FROM fed_act WHERE id = ANY ($1::uuid[])"};
static const struct stmt act_extra = {
    "fed_act_extra", "SELECT a.id FROM fed_act a WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                     " WHERE l.row_id = a.id AND l.table_name = 'fed_act')"};

const struct stmt *const fed_mirror_stmts[FED_MIRROR_STMTS_N] = {
    &context_put,  &context_find, &context_by_class, &context_due, &context_close,
    &context_wipe, &seat_put,     &seat_find,        &line_add,    &line_next,
    &line_find,    &line_list,    &line_leaves,      &line_extra,  &act_add,
    &act_list,     &act_leaves,   &act_extra,        &chosen};

static const struct data_column context_columns[] = {
    {"lesson", "授業（この自治体の回のID）", false},
    {"class", "共同の授業の番号", false},
    {"series", "連続講座のID", false},
    {"host", "開いた自治体のノードのID", false},
    {"to_at", "授業の終わり", false},
    {"closed_at", "ほかの自治体の人のことばの鍵を消した日時", false},
    {NULL, NULL, false},
};
static const struct data_column seat_columns[] = {
    {"lesson", "授業（この自治体の回のID）", false},
    {"pseud", "ほかの自治体に見せた仮の番号", false},
    {"account", "だれか（アカウントのID）", false},
    {"at", "はじめて見せた日時", false},
    {NULL, NULL, false},
};
static const struct data_column line_columns[] = {
    {"id", "記録のID", false},
    {"lesson", "授業（この自治体の回のID）", false},
    {"class", "共同の授業の番号", false},
    {"node", "書いた人の自治体のノードのID", false},
    {"number", "その自治体がつけた番号", false},
    {"at", "日時", false},
    {"pseud", "書いた人の仮の番号", false},
    {"line", "発言のID", false},
    {"state",
     "sent送った・said見せた・masked一部をふせて見せた・blocked見せなかった・asked先生への質問",
     false},
    {"mac", "ことばの証拠（同じ鍵・番号・ことばなら、どの自治体でも同じ値）", false},
    {"text_sealed", "ほかの自治体の人のことば（期限がすぎると消える）", true},
    {NULL, NULL, false},
};
static const struct data_column act_columns[] = {
    {"id", "記録のID", false},
    {"at", "日時", false},
    {"lesson", "授業（この自治体の回のID）", false},
    {"class", "共同の授業の番号", false},
    {"kind",
     "stopとめた・resumeもどした・eject出した・hide文をかくした・held相手の自治体が確かめた・"
     "late1秒で確かめられなかった・shared出来事を知らせた、または知らされた",
     false},
    {"act", "どの決定についてか", false},
    {"node", "その人の自治体のノードのID", false},
    {"pseud", "その人の仮の番号", false},
    {"what", "何を（1文字・2リアクション・4退室の和）", false},
    {"line", "どの文か", false},
    {"by", "決めた職員（アカウントのID。ほかの自治体の職員は空）", false},
    {NULL, NULL, false},
};

#define GROUND_JA "委託契約（ほかの自治体との共同の授業）、児童生徒の安全の確保"

/* Names by which other towns know a child; fed_seat says whose they were. */
static const struct hand_rule act_rules[] = {
    {"pseud", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

/* mac: under the key of the series (fed_series), which both towns hold. */
static const struct hand_rule line_rules[] = {
    {"pseud", HAND_PLAIN, NULL},
    {"mac", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

/* What other towns knew a child by: a key cannot make it again, later acts name it. */
static const struct hand_rule seat_rules[] = {
    {"pseud", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

const struct data_table fed_mirror_tables[FED_MIRROR_TABLES_N] = {
    {
        .name = "fed_context",
        .meaning_ja = "共同の授業で届いたことばを、いつまで読めるか",
        .purpose_ja = "期限がすぎたほかの自治体の人のことばを、確かに消すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "until when words of other towns may be read, and that they are gone",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = context_columns,
    },
    {
        .name = "fed_seat",
        .meaning_ja = "共同の授業での仮の番号",
        .purpose_ja = "ほかの自治体から知らせが来たとき、だれのことかを自分の自治体だけが"
                      "わかるように",
        .ground_ja = GROUND_JA,
        .purpose_en = "who of our own was known to other towns by which pseudonym",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = seat_rules,
        .erase_person = ERASE_ROWS,
        .columns = seat_columns,
    },
    {
        .name = "fed_line",
        .meaning_ja = "自治体の間を行き来した発言の証拠",
        .purpose_ja = "自治体をまたぐトラブルのとき、双方の記録が同じだと確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en =
            "evidence of lines that crossed; texts of other towns for a while, under a "
            "key of that lesson",
        .key_of = KEY_OF_CLASS,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = line_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = line_columns,
    },
    {
        .name = "fed_act",
        .meaning_ja = "共同の授業で、開いた自治体の職員がとめたこと",
        .purpose_ja = "だれがいつ何をとめ、相手の自治体がいつ確かめたかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en =
            "what the host's staff stopped in a shared lesson, and that it holds at home",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = act_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = act_columns,
    },
};

/* ---- fed_context ---- */

static struct mirror_context context_of(const struct db_rows *rows, int i)
{
    return (struct mirror_context){
        .lesson = db_id(rows, i, 0),
        .class = (uint32_t)db_i64(rows, i, 1),
        .series = db_id(rows, i, 2),
        .host = db_id(rows, i, 3),
        .to_utc_us = db_time(rows, i, 4),
        .closed_utc_us = db_is_null(rows, i, 5) ? 0 : db_time(rows, i, 5),
    };
}

static enum err find_context(struct tx *tx, struct db *db, const struct stmt *stmt,
                             const struct db_args *args, struct mirror_context *out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = store_run(tx, db, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "nothing is kept of that lesson");
    if (rc == ERR_OK)
        *out = context_of(rows, 0);
    db_rows_free(&rows);
    return rc;
}

enum err mirror_context_put(struct tx *tx, const struct mirror_context *context,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, context->lesson);
    db_arg_i64(&args, context->class);
    db_arg_id(&args, context->series);
    db_arg_id(&args, context->host);
    db_arg_time(&args, context->to_utc_us);
    rc = tx_run(tx, &context_put, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_DENIED, "that lesson's words are gone");
    db_rows_free(&rows);
    return rc;
}

enum err mirror_context_find(struct tx *tx, struct db *db, struct id lesson,
                             struct mirror_context *out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    return find_context(tx, db, &context_find, &args, out, why);
}

enum err mirror_context_by_class(struct tx *tx, struct id host, uint32_t class,
                                 struct mirror_context *out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, host);
    db_arg_i64(&args, class);
    return find_context(tx, NULL, &context_by_class, &args, out, why);
}

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *out,
                       struct fail *why)
{
    struct id id = db_id(rows, i, 0);

    (void)arena;
    (void)why;
    memcpy(out, &id, sizeof id);
    return ERR_OK;
}

enum err mirror_context_due(struct db *db, int64_t before_utc_us, struct arena *arena,
                            struct id **lessons_out, size_t *n_out, struct fail *why)
{
    static const struct store_list ids = {sizeof(struct id), own_id};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, before_utc_us);
    rc = store_list(NULL, db, &context_due, &args, &ids, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *lessons_out = all;
    return rc;
}

enum err mirror_context_close(struct tx *tx, struct id lesson, int64_t now_utc_us,
                              struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = tx_run(tx, &context_wipe, &args, NULL, why);
    db_arg_time(&args, now_utc_us);
    return rc == ERR_OK ? tx_run(tx, &context_close, &args, NULL, why) : rc;
}

enum err mirror_chosen(struct db *db, struct id lesson, struct arena *arena,
                       struct id **accounts_out, size_t *n_out, struct fail *why)
{
    static const struct store_list ids = {sizeof(struct id), own_id};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = store_list(NULL, db, &chosen, &args, &ids, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *accounts_out = all;
    return rc;
}

/* ---- fed_seat ---- */

enum err mirror_seat_put(struct tx *tx, struct id lesson,
                         const uint8_t pseud[FRAME_PSEUD_BYTES], struct id account,
                         int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_bytes(&args, span_of(pseud, FRAME_PSEUD_BYTES));
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &seat_put, &args, NULL, why);
}

enum err mirror_seat_find(struct tx *tx, struct id lesson,
                          const uint8_t pseud[FRAME_PSEUD_BYTES], struct id *account_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_bytes(&args, span_of(pseud, FRAME_PSEUD_BYTES));
    rc = tx_run(tx, &seat_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "nobody of ours was there by that");
    if (rc == ERR_OK)
        *account_out = db_id(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- fed_line ---- */

enum err mirror_mac(const uint8_t key[32], const struct mirror_line_row *row, struct span text,
                    uint8_t out[MIRROR_MAC_BYTES], struct fail *why)
{
    uint8_t head[4 + 16 + 8 + FRAME_PSEUD_BYTES];
    struct bytes_out bytes = {head, 0, sizeof head};
    struct hmac *hmac = NULL;
    enum err rc;

    bytes_put_number(&bytes, row->class, 4);
    bytes_put(&bytes, row->node.b, sizeof row->node.b);
    bytes_put_number(&bytes, row->number, 8);
    bytes_put(&bytes, row->pseud, sizeof row->pseud);
    rc = hmac_create(span_of(key, 32), &hmac, why);
    if (rc == ERR_OK)
        rc = hmac_put(hmac, span_of(head, bytes.len), why);
    if (rc == ERR_OK)
        rc = hmac_put(hmac, text, why);
    if (rc == ERR_OK)
        rc = hmac_finish(hmac, out, why);
    hmac_destroy(&hmac);
    return rc;
}

struct line_leaf {
    struct mirror_line_row row;
    int64_t class, number;
    struct span pseud, mac;
    int state;
};
static const struct jx_field line_leaf_fields[] = {
    LEAF_FIELD(line_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(line_leaf, "lesson", JX_ID, row.lesson),
    LEAF_FIELD(line_leaf, "class", JX_INT, class),
    LEAF_FIELD(line_leaf, "node", JX_ID, row.node),
    LEAF_FIELD(line_leaf, "number", JX_INT, number),
    LEAF_FIELD(line_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(line_leaf, "pseud", JX_BYTES, pseud),
    LEAF_FIELD(line_leaf, "line", JX_ID, row.line),
    LEAF_CHOICE(line_leaf, "state", MIRROR_LINE_STATES, state),
    LEAF_FIELD(line_leaf, "mac", JX_BYTES, mac),
};
static const struct jx_shape line_leaf_shape =
    JX_SHAPE("FedLineLeaf", struct line_leaf, line_leaf_fields);

/* Without the text, which goes while the row stays. */
static enum err write_line_leaf(const struct mirror_line_row *row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct line_leaf leaf = {
        .row = *row,
        .class = row->class,
        .number = (int64_t)row->number,
        .pseud = span_of(row->pseud, sizeof row->pseud),
        .mac = span_of(row->mac, sizeof row->mac),
        .state = (int)row->state,
    };

    return jx_write_canonical(&line_leaf_shape, &leaf, arena, bytes_out, why);
}

/* The text is borrowed. */
static enum err borrow_line(const struct db_rows *rows, int i, struct mirror_line_row *out,
                            struct fail *why)
{
    struct span pseud = db_bytes(rows, i, 6), mac = db_bytes(rows, i, 9);
    int state = jx_choice_find(MIRROR_LINE_STATES, db_bytes(rows, i, 8));

    *out = (struct mirror_line_row){
        .id = db_id(rows, i, 0),
        .lesson = db_id(rows, i, 1),
        .class = (uint32_t)db_i64(rows, i, 2),
        .node = db_id(rows, i, 3),
        .number = (uint64_t)db_i64(rows, i, 4),
        .at_utc_us = db_time(rows, i, 5),
        .line = db_id(rows, i, 7),
        .text_sealed = db_is_null(rows, i, 10) ? SPAN_NONE : db_bytes(rows, i, 10),
    };
    if (pseud.len != sizeof out->pseud || mac.len != sizeof out->mac || state < 0)
        return fail_set(why, ERR_INTERNAL, "a line of another town");
    memcpy(out->pseud, pseud.p, pseud.len);
    memcpy(out->mac, mac.p, mac.len);
    out->state = (enum mirror_line_state)state;
    return ERR_OK;
}

static enum err line_leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    struct mirror_line_row line;
    enum err rc = borrow_line(rows, row, &line, why);

    return rc == ERR_OK ? write_line_leaf(&line, arena, bytes_out, why) : rc;
}

const struct audit_table fed_line_audit_table = {"fed_line", &line_leaves, &line_extra,
                                                 line_leaf_of_row};

enum err mirror_line_add(struct tx *tx, const struct mirror_line_row *row, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_line_leaf(row, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->lesson);
    db_arg_i64(&args, row->class);
    db_arg_id(&args, row->node);
    db_arg_i64(&args, (int64_t)row->number);
    db_arg_time(&args, row->at_utc_us);
    db_arg_bytes(&args, span_of(row->pseud, sizeof row->pseud));
    db_arg_id(&args, row->line);
    db_arg_text(&args, jx_choice_at(MIRROR_LINE_STATES, (int)row->state));
    db_arg_bytes(&args, span_of(row->mac, sizeof row->mac));
    store_arg_bytes_if(&args, row->text_sealed);
    rc = tx_run(tx, &line_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "fed_line", row->id, leaf, why) : rc;
}

enum err mirror_line_next(struct tx *tx, struct id lesson, struct id self, uint64_t *number_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_id(&args, self);
    rc = tx_run(tx, &line_next, &args, &rows, why);
    if (rc == ERR_OK)
        *number_out = (uint64_t)db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err own_line(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct mirror_line_row *out = into;
    enum err rc = borrow_line(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->text_sealed) : rc;
}

static const struct store_list lines = {sizeof(struct mirror_line_row), own_line};

enum err mirror_line_find(struct tx *tx, struct id lesson, struct id line, struct arena *arena,
                          struct mirror_line_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_id(&args, line);
    rc = store_list(tx, NULL, &line_find, &args, &lines, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "that line has not crossed");
    if (rc == ERR_OK)
        *out = *(struct mirror_line_row *)all;
    return rc;
}

enum err mirror_line_list(struct tx *tx, struct db *db, const struct mirror_line_ask *ask,
                          struct arena *arena, struct mirror_line_row **out, size_t *n_out,
                          struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ask->lesson);
    db_arg_id(&args, ask->node);
    db_arg_i64(&args, (int64_t)ask->after);
    if (ask->since_utc_us != 0)
        db_arg_time(&args, ask->since_utc_us);
    else
        db_arg_null(&args);
    db_arg_i32(&args, ask->n_cap);
    rc = store_list(tx, db, &line_list, &args, &lines, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static struct seal_place place_of(const struct mirror_line_row *row)
{
    return (struct seal_place){"fed_line", "text_sealed", row->id};
}

enum err mirror_line_seal(struct tx *tx, struct keyring *keyring, struct mirror_line_row *row,
                          struct span text, struct fail *why)
{
    const struct seal_place place = place_of(row);
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_CLASS, row->lesson, NULL, &key, why);

    return rc == ERR_OK ? seal(keyring, key, &place, text, tx_arena(tx), &row->text_sealed, why)
                        : rc;
}

enum err mirror_line_open(struct keyring *keyring, const struct mirror_line_row *row,
                          struct arena *arena, struct span *text_out, struct fail *why)
{
    const struct seal_place place = place_of(row);

    *text_out = SPAN_NONE;
    if (row->text_sealed.len == 0)
        return fail_set(why, ERR_NOT_FOUND, "no text is kept");
    return unseal(keyring, &place, row->text_sealed, arena, text_out, why);
}

/* ---- fed_act ---- */

struct act_leaf {
    struct mirror_act_row row;
    int64_t class, what;
    struct span pseud;
    int kind;
    bool has_line, has_by;
};
static const struct jx_field act_leaf_fields[] = {
    LEAF_FIELD(act_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(act_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(act_leaf, "lesson", JX_ID, row.lesson),
    LEAF_FIELD(act_leaf, "class", JX_INT, class),
    LEAF_CHOICE(act_leaf, "kind", MIRROR_ACT_KINDS, kind),
    LEAF_FIELD(act_leaf, "act", JX_ID, row.act),
    LEAF_FIELD(act_leaf, "node", JX_ID, row.node),
    LEAF_FIELD(act_leaf, "pseud", JX_BYTES, pseud),
    LEAF_FIELD(act_leaf, "what", JX_INT, what),
    LEAF_FIELD_IF(act_leaf, "line", JX_ID, row.line, has_line),
    LEAF_FIELD_IF(act_leaf, "by", JX_ID, row.by, has_by),
};
static const struct jx_shape act_leaf_shape =
    JX_SHAPE("FedActLeaf", struct act_leaf, act_leaf_fields);

static enum err write_act_leaf(const struct mirror_act_row *row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    const struct act_leaf leaf = {
        .row = *row,
        .class = row->class,
        .what = row->what,
        .pseud = span_of(row->pseud, sizeof row->pseud),
        .kind = (int)row->kind,
        .has_line = !id_is_none(row->line),
        .has_by = !id_is_none(row->by),
    };

    return jx_write_canonical(&act_leaf_shape, &leaf, arena, bytes_out, why);
}

static struct id id_or_none(const struct db_rows *rows, int i, int column)
{
    return db_is_null(rows, i, column) ? ID_NONE : db_id(rows, i, column);
}

static enum err read_act(const struct db_rows *rows, int i, struct mirror_act_row *out,
                         struct fail *why)
{
    int kind = jx_choice_find(MIRROR_ACT_KINDS, db_bytes(rows, i, 4));
    struct span pseud = db_bytes(rows, i, 7);

    *out = (struct mirror_act_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .lesson = db_id(rows, i, 2),
        .class = (uint32_t)db_i64(rows, i, 3),
        .act = db_id(rows, i, 5),
        .node = db_id(rows, i, 6),
        .what = (unsigned)db_i64(rows, i, 8),
        .line = id_or_none(rows, i, 9),
        .by = id_or_none(rows, i, 10),
    };
    if (kind < 0 || pseud.len != sizeof out->pseud)
        return fail_set(why, ERR_INTERNAL, "an act in a shared lesson");
    out->kind = (enum mirror_act_kind)kind;
    memcpy(out->pseud, pseud.p, pseud.len);
    return ERR_OK;
}

static enum err act_leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    struct mirror_act_row act;
    enum err rc = read_act(rows, row, &act, why);

    return rc == ERR_OK ? write_act_leaf(&act, arena, bytes_out, why) : rc;
}

const struct audit_table fed_act_audit_table = {"fed_act", &act_leaves, &act_extra,
                                                act_leaf_of_row};

enum err mirror_act_add(struct tx *tx, const struct mirror_act_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct span leaf;
    struct db_args args;
    bool is_new;
    enum err rc = write_act_leaf(row, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->lesson);
    db_arg_i64(&args, row->class);
    db_arg_text(&args, jx_choice_at(MIRROR_ACT_KINDS, (int)row->kind));
    db_arg_id(&args, row->act);
    db_arg_id(&args, row->node);
    db_arg_bytes(&args, span_of(row->pseud, sizeof row->pseud));
    db_arg_i32(&args, (int32_t)row->what);
    db_arg_id(&args, row->line);
    db_arg_id(&args, row->by);
    rc = tx_run(tx, &act_add, &args, &rows, why);
    is_new = rc == ERR_OK && db_rows_n(rows) == 1;
    db_rows_free(&rows);
    return is_new ? audit_append(tx, "federation", "fed_act", row->id, leaf, why) : rc;
}

static enum err own_act(const struct db_rows *rows, int i, struct arena *arena, void *out,
                        struct fail *why)
{
    (void)arena;
    return read_act(rows, i, out, why);
}

enum err mirror_act_list(struct tx *tx, struct db *db, struct id lesson, struct arena *arena,
                         struct mirror_act_row **out, size_t *n_out, struct fail *why)
{
    static const struct store_list acts = {sizeof(struct mirror_act_row), own_act};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = store_list(tx, db, &act_list, &args, &acts, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
