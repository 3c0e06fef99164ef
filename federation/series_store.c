#include "federation/series_store.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "node/place/store_rows.h"

#define TABLE SERIES_TABLE

/* ---- statements ---- */

#define COLUMNS \
    "series, host, is_host, version, state, floor, course, places, key_sealed, text_sealed," \
    " more_sealed, made_at, by, until_at, decided_at, decided_by, ended_at"
static const struct stmt row_add = {
    "series_add",
    "INSERT INTO fed_series (" COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::boolean, $4::integer,"
    " $5::text, $6::text, $7::uuid, $8::integer, $9::bytea, $10::bytea, $11::bytea,"
    " $12::timestamptz, $13::uuid, $14::timestamptz, $15::timestamptz, $16::uuid,"
    " $17::timestamptz)"};
static const struct stmt row_change = {
    "series_change",
    "UPDATE fed_series SET version = $2::integer, state = $3::text, course = $4::uuid,"
    " places = $5::integer, key_sealed = $6::bytea, text_sealed = $7::bytea,"
    " more_sealed = $8::bytea, until_at = $9::timestamptz, decided_at = $10::timestamptz,"
    " decided_by = $11::uuid, ended_at = $12::timestamptz WHERE series = $1::uuid"};
static const struct stmt row_find = {"series_find", "SELECT " COLUMNS
                                                    " FROM fed_series WHERE series = $1::uuid"};
static const struct stmt row_list = {
    "series_list", "SELECT " COLUMNS " FROM fed_series ORDER BY made_at DESC, series LIMIT"
                   " $1::integer"};
static const struct stmt row_offers = {
    "series_offers",
    "SELECT count(*) FROM fed_series WHERE host = $1::uuid AND (state = 'offered' OR (course IS"
    " NULL AND made_at > $2::timestamptz))"};

#define LESSON_COLUMNS \
    "series, n, host, class, lesson, from_at, to_at, is_cancelled, counted_at"
static const struct stmt lesson_put = {
    "series_lesson_put",
    "INSERT INTO fed_series_lesson (series, n, host, class, lesson, from_at, to_at,"
    " is_cancelled) VALUES ($1::uuid, $2::integer, $3::uuid, $4::bigint, $5::uuid,"
    " $6::timestamptz, $7::timestamptz, $8::boolean) ON CONFLICT (series, n) DO UPDATE SET"
    " lesson = excluded.lesson, from_at = excluded.from_at, to_at = excluded.to_at,"
    " is_cancelled = excluded.is_cancelled, class = excluded.class"};
static const struct stmt lesson_list = {
    "series_lesson_list",
    "SELECT " LESSON_COLUMNS " FROM fed_series_lesson WHERE $1::uuid IS NULL OR series ="
    " $1::uuid ORDER BY series, n"};
static const struct stmt lesson_counted = {
    "series_lesson_counted", "UPDATE fed_series_lesson SET counted_at = $3::timestamptz WHERE"
                             " series = $1::uuid AND n = $2::integer"};
/* The newest version of a lesson holds. */
#define PLANNED \
    " JOIN LATERAL (SELECT c.floor, c.area, c.is_cancelled, c.from_at, c.to_at FROM" \
    " class_lesson c WHERE c.lesson = l.lesson ORDER BY c.version DESC LIMIT 1) p ON true"
static const struct stmt lesson_on = {
    "series_lesson_on",
    "SELECT s.series, s.host, s.is_host, s.floor, s.places, s.key_sealed, l.class, l.lesson,"
    " l.from_at, l.to_at FROM fed_series_lesson l JOIN fed_series s USING (series)" PLANNED
    " WHERE s.state IN ('open', 'accepted') AND NOT l.is_cancelled AND NOT p.is_cancelled AND"
    " p.floor = s.floor AND l.from_at < $2::timestamptz AND l.to_at > $1::timestamptz"
    " ORDER BY s.series, l.from_at, l.n LIMIT 200"};
static const struct stmt lesson_due = {
    "series_lesson_due",
    "SELECT l.series, l.n, l.host, l.class, l.lesson, l.from_at, l.to_at, l.is_cancelled,"
    " l.counted_at FROM fed_series_lesson l JOIN fed_series s USING (series) WHERE"
    " l.counted_at IS NULL AND l.lesson IS NOT NULL AND NOT l.is_cancelled AND"
    " l.to_at < $1::timestamptz AND s.course IS NOT NULL ORDER BY l.to_at, l.series LIMIT 20"};
static const struct stmt lesson_moved = {
    "series_lesson_moved",
    "SELECT l.series, l.n, l.host, l.class, l.lesson, CASE WHEN p.is_cancelled OR p.floor <>"
    " s.floor THEN l.from_at ELSE p.from_at END, CASE WHEN p.is_cancelled OR p.floor <> s.floor"
    " THEN l.to_at ELSE p.to_at END, p.is_cancelled OR p.floor <> s.floor, l.counted_at FROM"
    " fed_series_lesson l JOIN fed_series s USING (series)" PLANNED
    " WHERE s.state = 'open' AND"
    " l.to_at > $1::timestamptz AND ((p.is_cancelled OR p.floor <> s.floor) <> l.is_cancelled "
    "OR"
    " (NOT p.is_cancelled AND p.floor = s.floor AND (p.from_at <> l.from_at OR p.to_at <>"
    " l.to_at))) ORDER BY l.series, l.n LIMIT 60"};
static const struct stmt lesson_chosen = {
    "series_lesson_chosen",
    "SELECT count(*) FROM lesson_choice c WHERE c.lesson = $1::uuid AND c.ended_at IS NULL AND"
    " NOT EXISTS (SELECT FROM account a WHERE a.id = c.account AND a.is_trial)"};

#define NODE_COLUMNS "series, node, places, state, code, offered_at, answered_at"
static const struct stmt node_put = {
    "series_node_put",
    "INSERT INTO fed_series_node (" NODE_COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::integer,"
    " $4::text, $5::text, $6::timestamptz, $7::timestamptz) ON CONFLICT (series, node) DO "
    "UPDATE"
    " SET places = excluded.places, state = excluded.state, code = excluded.code,"
    " offered_at = excluded.offered_at, answered_at = excluded.answered_at"};
static const struct stmt node_list = {
    "series_node_list",
    "SELECT " NODE_COLUMNS " FROM fed_series_node WHERE ($1::uuid IS NULL OR"
    " series = $1::uuid) AND ($2::uuid IS NULL OR node = $2::uuid) ORDER BY"
    " series, node"};

#define COUNT_COLUMNS "series, n, node, n_chosen, n_joined, n_attended, at"
static const struct stmt count_put = {
    "series_count_put",
    "INSERT INTO fed_series_count (" COUNT_COLUMNS ") VALUES ($1::uuid, $2::integer, $3::uuid,"
    " $4::integer, $5::integer, $6::integer, $7::timestamptz) ON CONFLICT (series, n, node) DO"
    " UPDATE SET n_chosen = excluded.n_chosen, n_joined = excluded.n_joined,"
    " n_attended = excluded.n_attended, at = excluded.at"};
static const struct stmt count_list = {"series_count_list",
                                       "SELECT " COUNT_COLUMNS
                                       " FROM fed_series_count WHERE series = $1::uuid"
                                       " ORDER BY n, node"};
static const struct stmt term_lessons = {
    "series_term_lessons",
    "UPDATE fed_series_lesson SET ended_at = $2::timestamptz WHERE series = $1::uuid"};
static const struct stmt term_nodes = {
    "series_term_nodes",
    "UPDATE fed_series_node SET ended_at = $2::timestamptz WHERE series = $1::uuid"};
static const struct stmt term_counts = {
    "series_term_counts",
    "UPDATE fed_series_count SET ended_at = $2::timestamptz WHERE series = $1::uuid"};

#define STEP_COLUMNS "id, at, series, kind, version, node, n, by, role"
static const struct stmt step_add = {
    "series_step_add", "INSERT INTO fed_series_step (" STEP_COLUMNS ") VALUES ($1::uuid,"
                       " $2::timestamptz, $3::uuid, $4::text, $5::integer, $6::uuid,"
                       " $7::integer, $8::uuid, $9::text)"};
static const struct stmt step_leaves = {"series_step_leaves", "SELECT " STEP_COLUMNS
                                                              " FROM fed_series_step WHERE id ="
                                                              " ANY ($1::uuid[])"};
static const struct stmt step_find = {
    "series_step_find", "SELECT " STEP_COLUMNS " FROM fed_series_step WHERE id = $1::uuid"};
static const struct stmt step_extra = {
    "series_step_extra",
    "SELECT s.id FROM fed_series_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = s.id AND l.table_name = 'fed_series_step')"};

const struct stmt *const series_stmts[SERIES_STMTS_N] = {
    &row_add,     &row_change,     &row_find,    &row_list,   &row_offers,   &lesson_put,
    &lesson_list, &lesson_counted, &lesson_on,   &lesson_due, &lesson_moved, &lesson_chosen,
    &node_put,    &node_list,      &count_put,   &count_list, &term_lessons, &term_nodes,
    &term_counts, &step_add,       &step_leaves, &step_find,  &step_extra,
};

/* ---- the tables' rows ---- */

#define GROUND_JA "委託契約（自治体をこえた授業の実施）、個人情報の保護に関する法律第61条"
#define ENDED_JA \
    { \
        "ended_at", "保存期間を数え始める日時（連続講座の終わり）", false \
    }

static const struct data_column row_columns[] = {
    {"series", "連続講座のID", false},
    {"host", "主催のノードのID", false},
    {"is_host", "この自治体の主催か", false},
    {"version", "何回めの形か", false},
    {"state",
     "ようす（open主催・offered届いた・accepted受けた・declined断った・left途中でやめた・"
     "ended終わった）",
     false},
    {"floor", "フロアの記号", false},
    {"course", "この自治体での講座のID", false},
    {"places", "この自治体の定員", false},
    {"key_sealed", "証拠の照合に使う鍵", true},
    {"text_sealed", "題名・説明・決まり・主催の職員の表示名", true},
    {"more_sealed", "教材のページとフロアの形", true},
    {"made_at", "つくった日時（招かれた側は、届いた日時）", false},
    {"by", "だれがつくったか（アカウントのID）", false},
    {"until_at", "返事の期限", false},
    {"decided_at", "受ける、断ると決めた日時", false},
    {"decided_by", "だれが決めたか（アカウントのID）", false},
    ENDED_JA,
    {NULL, NULL, false},
};
static const struct data_column lesson_columns[] = {
    {"series", "連続講座のID", false},
    {"n", "何回めか", false},
    {"host", "主催のノードのID", false},
    {"class", "主催が付けた授業の番号", false},
    {"lesson", "この自治体での授業のID", false},
    {"from_at", "始まり", false},
    {"to_at", "終わり", false},
    {"is_cancelled", "とりやめたか", false},
    {"counted_at", "人数を数えた日時", false},
    ENDED_JA,
    {NULL, NULL, false},
};
static const struct data_column node_columns[] = {
    {"series", "連続講座のID", false},
    {"node", "招いたノードのID", false},
    {"places", "そのノードの定員", false},
    {"state",
     "ようす（offered招いた・refused届かなかった・accepted受けた・declined断った・left途中で"
     "やめた・ended終わった）",
     false},
    {"code", "届かなかった理由（符号）", false},
    {"offered_at", "招いた日時", false},
    {"answered_at", "返事の日時", false},
    ENDED_JA,
    {NULL, NULL, false},
};
static const struct data_column count_columns[] = {
    {"series", "連続講座のID", false},
    {"n", "何回めか", false},
    {"node", "どのノードの数か", false},
    {"n_chosen", "えらんだ人数", false},
    {"n_joined", "参加した人数", false},
    {"n_attended", "参加と数えた人数", false},
    {"at", "数えた日時", false},
    ENDED_JA,
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "日時", false},
    {"series", "連続講座のID", false},
    {"kind",
     "何をしたか（makeつくった・offer招いた・places定員を変えた・lesson回を変えた・end終えた・"
     "accept受けた・decline断った・leaveやめた・got_offer招かれた・got_change変更が届いた・"
     "got_end終わりが届いた・got_answer返事が届いた・refused届かなかった）",
     false},
    {"version", "そのときの形", false},
    {"node", "相手のノードのID", false},
    {"n", "何回めか、または定員", false},
    {"by", "だれが（アカウントのID。ほかのノードからは空）", false},
    {"role", "だれが（役割）", false},
    {NULL, NULL, false},
};

const struct data_table series_tables[SERIES_TABLES_N] = {
    {
        .name = TABLE,
        .meaning_ja = "自治体をこえた連続講座",
        .purpose_ja = "ほかの自治体といっしょに行う講座を、承認した形のとおりに行うため",
        .ground_ja = GROUND_JA,
        .purpose_en = "courses held together with other towns, own and offered ones",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by,decided_by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = row_columns,
    },
    {
        .name = "fed_series_lesson",
        .meaning_ja = "連続講座の回",
        .purpose_ja = "どの自治体でも同じ日時に授業を行うため",
        .ground_ja = GROUND_JA,
        .purpose_en = "the dates of a shared course",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = lesson_columns,
    },
    {
        .name = "fed_series_node",
        .meaning_ja = "連続講座に招いたノード",
        .purpose_ja = "どの自治体が受けたかを知り、定員を分けるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who was offered a shared course, and what it answered",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = node_columns,
    },
    {
        .name = "fed_series_count",
        .meaning_ja = "連続講座の回ごと、ノードごとの人数",
        .purpose_ja = "何人がえらび、参加したかを、名前なしで知るため",
        .ground_ja = GROUND_JA,
        .purpose_en = "how many chose, joined and attended, by node; no names",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = count_columns,
    },
    {
        .name = "fed_series_step",
        .meaning_ja = "連続講座について決めたこと、届いたことの記録",
        .purpose_ja = "だれがいつ何を決めたかを、あとから確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who made, offered, accepted, changed and ended a shared course",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

static int64_t time_if(const struct db_rows *rows, int row, int column)
{
    return db_is_null(rows, row, column) ? 0 : db_time(rows, row, column);
}

/* A uuid that may be missing. */
static struct id id_if(const struct db_rows *rows, int row, int column)
{
    return db_is_null(rows, row, column) ? ID_NONE : db_id(rows, row, column);
}

/* ---- fed_series ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct series_row *out = into;

    *out = (struct series_row){
        .series = db_id(rows, i, 0),
        .host = db_id(rows, i, 1),
        .is_host = db_bool(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .state = (enum series_state)jx_choice_find(SERIES_STATES, db_bytes(rows, i, 4)),
        .floor = db_bytes(rows, i, 5),
        .course = id_if(rows, i, 6),
        .places = db_i64(rows, i, 7),
        .key_sealed = db_bytes(rows, i, 8),
        .text_sealed = db_bytes(rows, i, 9),
        .more_sealed = db_bytes(rows, i, 10),
        .made_utc_us = db_time(rows, i, 11),
        .by = id_if(rows, i, 12),
        .until_utc_us = time_if(rows, i, 13),
        .decided_utc_us = time_if(rows, i, 14),
        .decided_by = id_if(rows, i, 15),
        .ended_utc_us = time_if(rows, i, 16),
    };
    return STORE_OWN(arena, why, &out->floor, &out->key_sealed, &out->text_sealed,
                     &out->more_sealed);
}

enum err series_store_add(struct tx *tx, const struct series_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->series);
    db_arg_id(&args, row->host);
    db_arg_bool(&args, row->is_host);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, jx_choice_at(SERIES_STATES, (int)row->state));
    db_arg_text(&args, row->floor);
    db_arg_id(&args, row->course);
    db_arg_i32(&args, (int32_t)row->places);
    db_arg_bytes(&args, row->key_sealed);
    db_arg_bytes(&args, row->text_sealed);
    db_arg_bytes(&args, row->more_sealed);
    db_arg_time(&args, row->made_utc_us);
    db_arg_id(&args, row->by);
    arg_time_if(&args, row->until_utc_us);
    arg_time_if(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    arg_time_if(&args, row->ended_utc_us);
    return tx_run(tx, &row_add, &args, NULL, why);
}

enum err series_store_change(struct tx *tx, const struct series_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->series);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, jx_choice_at(SERIES_STATES, (int)row->state));
    db_arg_id(&args, row->course);
    db_arg_i32(&args, (int32_t)row->places);
    db_arg_bytes(&args, row->key_sealed);
    db_arg_bytes(&args, row->text_sealed);
    db_arg_bytes(&args, row->more_sealed);
    arg_time_if(&args, row->until_utc_us);
    arg_time_if(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    arg_time_if(&args, row->ended_utc_us);
    return tx_run(tx, &row_change, &args, NULL, why);
}

static const struct store_list rows_list = {sizeof(struct series_row), own_row};

enum err series_store_find(struct tx *tx, struct db *db, struct id series, struct arena *arena,
                           struct series_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    rc = store_list(tx, db, &row_find, &args, &rows_list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such series");
    if (rc == ERR_OK)
        *out = *(struct series_row *)all;
    return rc;
}

enum err series_store_list(struct tx *tx, struct db *db, struct arena *arena,
                           struct series_row **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, SERIES_MOST);
    rc = store_list(tx, db, &row_list, &args, &rows_list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_offers(struct tx *tx, struct id host, int64_t since_utc_us,
                             int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, host);
    db_arg_time(&args, since_utc_us);
    rc = tx_run(tx, &row_offers, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- fed_series_lesson ---- */

static enum err own_lesson(const struct db_rows *rows, int i, struct arena *arena, void *into,
                           struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct series_lesson *)into = (struct series_lesson){
        .series = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .host = db_id(rows, i, 2),
        .class = db_i64(rows, i, 3),
        .lesson = id_if(rows, i, 4),
        .from_utc_us = db_time(rows, i, 5),
        .to_utc_us = db_time(rows, i, 6),
        .is_cancelled = db_bool(rows, i, 7),
        .counted_utc_us = time_if(rows, i, 8),
    };
    return ERR_OK;
}

static const struct store_list lessons_list = {sizeof(struct series_lesson), own_lesson};

enum err series_store_lesson_put(struct tx *tx, const struct series_lesson *lesson,
                                 struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, lesson->series);
    db_arg_i32(&args, (int32_t)lesson->n);
    db_arg_id(&args, lesson->host);
    db_arg_i64(&args, lesson->class);
    db_arg_id(&args, lesson->lesson);
    db_arg_time(&args, lesson->from_utc_us);
    db_arg_time(&args, lesson->to_utc_us);
    db_arg_bool(&args, lesson->is_cancelled);
    return tx_run(tx, &lesson_put, &args, NULL, why);
}

enum err series_store_lessons(struct tx *tx, struct db *db, struct id series,
                              struct arena *arena, struct series_lesson **out, size_t *n_out,
                              struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    rc = store_list(tx, db, &lesson_list, &args, &lessons_list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_counted(struct tx *tx, struct id series, int64_t n, int64_t at_utc_us,
                              struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, series);
    db_arg_i32(&args, (int32_t)n);
    db_arg_time(&args, at_utc_us);
    return tx_run(tx, &lesson_counted, &args, NULL, why);
}

static enum err own_on(const struct db_rows *rows, int i, struct arena *arena, void *into,
                       struct fail *why)
{
    struct series_on *out = into;

    *out = (struct series_on){
        .lesson = {.series = db_id(rows, i, 0),
                   .host = db_id(rows, i, 1),
                   .is_host = db_bool(rows, i, 2),
                   .class = (uint32_t)db_i64(rows, i, 6),
                   .lesson = db_id(rows, i, 7),
                   .from_utc_us = db_time(rows, i, 8),
                   .to_utc_us = db_time(rows, i, 9)},
        .places = db_i64(rows, i, 4),
        .key_sealed = db_bytes(rows, i, 5),
    };
    snprintf(out->lesson.floor, sizeof out->lesson.floor, "%.*s",
             SPAN_ARG(db_bytes(rows, i, 3)));
    return STORE_OWN(arena, why, &out->key_sealed);
}

enum err series_store_on(struct db *db, int64_t from_utc_us, int64_t to_utc_us,
                         struct arena *arena, struct series_on **out, size_t *n_out,
                         struct fail *why)
{
    static const struct store_list list = {sizeof(struct series_on), own_on};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, from_utc_us);
    db_arg_time(&args, to_utc_us);
    rc = store_list(NULL, db, &lesson_on, &args, &list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

static enum err lessons_at(struct db *db, const struct stmt *stmt, int64_t at_utc_us,
                           struct arena *arena, struct series_lesson **out, size_t *n_out,
                           struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, at_utc_us);
    rc = store_list(NULL, db, stmt, &args, &lessons_list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_due(struct db *db, int64_t over_utc_us, struct arena *arena,
                          struct series_lesson **out, size_t *n_out, struct fail *why)
{
    return lessons_at(db, &lesson_due, over_utc_us, arena, out, n_out, why);
}

enum err series_store_moved(struct db *db, int64_t now_utc_us, struct arena *arena,
                            struct series_lesson **out, size_t *n_out, struct fail *why)
{
    return lessons_at(db, &lesson_moved, now_utc_us, arena, out, n_out, why);
}

enum err series_store_chosen(struct db *db, struct id lesson, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = db_run(db, &lesson_chosen, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- fed_series_node ---- */

static enum err own_node(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct series_node *out = into;

    *out = (struct series_node){
        .series = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .places = db_i64(rows, i, 2),
        .state =
            (enum series_node_state)jx_choice_find(SERIES_NODE_STATES, db_bytes(rows, i, 3)),
        .code = db_bytes(rows, i, 4),
        .offered_utc_us = db_time(rows, i, 5),
        .answered_utc_us = time_if(rows, i, 6),
    };
    return STORE_OWN(arena, why, &out->code);
}

static const struct store_list nodes_list = {sizeof(struct series_node), own_node};

enum err series_store_node_put(struct tx *tx, const struct series_node *node, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, node->series);
    db_arg_id(&args, node->node);
    db_arg_i32(&args, (int32_t)node->places);
    db_arg_text(&args, jx_choice_at(SERIES_NODE_STATES, (int)node->state));
    db_arg_text(&args, node->code);
    db_arg_time(&args, node->offered_utc_us);
    arg_time_if(&args, node->answered_utc_us);
    return tx_run(tx, &node_put, &args, NULL, why);
}

static enum err nodes_of(struct tx *tx, struct db *db, struct id series, struct id node,
                         struct arena *arena, struct series_node **out, size_t *n_out,
                         struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    db_arg_id(&args, node);
    rc = store_list(tx, db, &node_list, &args, &nodes_list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_nodes(struct tx *tx, struct db *db, struct id series, struct arena *arena,
                            struct series_node **out, size_t *n_out, struct fail *why)
{
    return nodes_of(tx, db, series, ID_NONE, arena, out, n_out, why);
}

enum err series_store_node(struct tx *tx, struct id series, struct id node, struct arena *arena,
                           struct series_node *out, struct fail *why)
{
    struct series_node *all = NULL;
    size_t n = 0;
    enum err rc = nodes_of(tx, NULL, series, node, arena, &all, &n, why);

    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "it was not offered to that node");
    if (rc == ERR_OK)
        *out = all[0];
    return rc;
}

/* ---- fed_series_count ---- */

static enum err own_count(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct series_count *)into = (struct series_count){
        .series = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .node = db_id(rows, i, 2),
        .n_chosen = db_i64(rows, i, 3),
        .n_joined = db_i64(rows, i, 4),
        .n_attended = db_i64(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
    };
    return ERR_OK;
}

enum err series_store_count_put(struct tx *tx, const struct series_count *count,
                                struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, count->series);
    db_arg_i32(&args, (int32_t)count->n);
    db_arg_id(&args, count->node);
    db_arg_i32(&args, (int32_t)count->n_chosen);
    db_arg_i32(&args, (int32_t)count->n_joined);
    db_arg_i32(&args, (int32_t)count->n_attended);
    db_arg_time(&args, count->at_utc_us);
    return tx_run(tx, &count_put, &args, NULL, why);
}

enum err series_store_counts(struct db *db, struct id series, struct arena *arena,
                             struct series_count **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct series_count), own_count};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    rc = store_list(NULL, db, &count_list, &args, &list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_term(struct tx *tx, struct id series, int64_t ended_utc_us,
                           struct fail *why)
{
    static const struct stmt *const all[] = {&term_lessons, &term_nodes, &term_counts};
    enum err rc = ERR_OK;

    for (size_t i = 0; i < sizeof all / sizeof all[0] && rc == ERR_OK; i++) {
        struct db_args args;

        db_args_init(&args);
        db_arg_id(&args, series);
        arg_time_if(&args, ended_utc_us);
        rc = tx_run(tx, all[i], &args, NULL, why);
    }
    return rc;
}

/* ---- fed_series_step ---- */

struct step_leaf {
    struct series_step step;
    bool has_node, has_by;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_FIELD(step_leaf, "series", JX_ID, step.series),
    LEAF_CHOICE(step_leaf, "kind", SERIES_STEP_KINDS, step.kind),
    LEAF_FIELD(step_leaf, "version", JX_INT, step.version),
    LEAF_FIELD_IF(step_leaf, "node", JX_ID, step.node, has_node),
    LEAF_FIELD(step_leaf, "n", JX_INT, step.n),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, step.by, has_by),
    LEAF_FIELD(step_leaf, "role", JX_TEXT, step.role),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("SeriesStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct series_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .step = *step, .has_node = !id_is_none(step->node), .has_by = !id_is_none(step->by)};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_step(const struct db_rows *rows, int i, struct series_step *out,
                            struct fail *why)
{
    *out = (struct series_step){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .series = db_id(rows, i, 2),
        .kind = jx_choice_find(SERIES_STEP_KINDS, db_bytes(rows, i, 3)),
        .version = db_i64(rows, i, 4),
        .node = id_if(rows, i, 5),
        .n = db_i64(rows, i, 6),
        .by = id_if(rows, i, 7),
        .role = db_bytes(rows, i, 8),
    };
    return out->kind >= 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "a step's kind");
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct series_step step;
    enum err rc = borrow_step(rows, row, &step, why);

    return rc == ERR_OK ? write_leaf(&step, arena, bytes_out, why) : rc;
}

const struct audit_table series_step_audit_table = {"fed_series_step", &step_leaves,
                                                    &step_extra, leaf_of_row};

enum err series_step_add(struct tx *tx, const struct series_step *step, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_leaf(step, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_id(&args, step->series);
    db_arg_text(&args, jx_choice_at(SERIES_STEP_KINDS, step->kind));
    db_arg_i32(&args, (int32_t)step->version);
    db_arg_id(&args, step->node);
    db_arg_i32(&args, (int32_t)step->n);
    db_arg_id(&args, step->by);
    db_arg_text(&args, step->role);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "fed_series_step", step->id, leaf, why)
                        : rc;
}

enum err series_step_find(struct tx *tx, struct id id, struct arena *arena,
                          struct series_step *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, &step_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such step");
    if (rc == ERR_OK)
        rc = borrow_step(rows, 0, out, why);
    if (rc == ERR_OK)
        rc = STORE_OWN(arena, why, &out->role);
    db_rows_free(&rows);
    return rc;
}
