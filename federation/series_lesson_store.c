/* The dates of series: what is on, what is over, what the host's own plan says of them. */
#include "federation/series_store_priv.h"

#include <stdio.h>

#include "node/place/store_rows.h"

/* ---- statements ---- */

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
    " JOIN LATERAL (SELECT c.id, c.floor, c.area, c.is_cancelled, c.from_at, c.to_at FROM" \
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
static const struct stmt lesson_teaching = {
    "series_lesson_teaching",
    "SELECT l.series, t.account FROM fed_series_lesson l JOIN fed_series s USING"
    " (series)" PLANNED " JOIN class_lesson_staff t ON t.lesson_version = p.id AND t.part IN"
    " ('main', 'sub') WHERE s.state = 'open' AND NOT l.is_cancelled AND NOT p.is_cancelled AND"
    " l.to_at > $1::timestamptz ORDER BY l.series, l.from_at, l.n, t.part LIMIT 500"};
static const struct stmt lesson_chosen = {
    "series_lesson_chosen",
    "SELECT count(*) FROM lesson_choice c WHERE c.lesson = $1::uuid AND c.ended_at IS NULL AND"
    " NOT EXISTS (SELECT FROM account a WHERE a.id = c.account AND a.is_trial)"};

const struct stmt *const series_lesson_stmts[SERIES_LESSON_STMTS_N] = {
    &lesson_put, &lesson_list,  &lesson_counted,  &lesson_on,
    &lesson_due, &lesson_moved, &lesson_teaching, &lesson_chosen,
};

/* ---- the table's row ---- */

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
const struct data_table series_lesson_tables[SERIES_LESSON_TABLES_N] = {
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
};

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

static enum err own_teaching(const struct db_rows *rows, int i, struct arena *arena, void *into,
                             struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct series_teaching *)into =
        (struct series_teaching){db_id(rows, i, 0), db_id(rows, i, 1)};
    return ERR_OK;
}

enum err series_store_teaching(struct db *db, int64_t now_utc_us, struct arena *arena,
                               struct series_teaching **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct series_teaching), own_teaching};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    rc = store_list(NULL, db, &lesson_teaching, &args, &list, arena, &all, n_out, why);
    *out = all;
    return rc;
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
