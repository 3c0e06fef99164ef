#include "reporting/weekly_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "node/place/store_rows.h"
#include "reporting/weekly_rows.h"
#include "reporting/weekly_week.h"

#define REPORT "id, week_at, made_at, made_by, n_pupils, n_lines, sum"

static const struct stmt pupils = {"weekly_pupils",
                                   "SELECT id, is_trial FROM account WHERE role = 'student'"
                                   " AND state IN ('issued', 'active', 'suspended')"
                                   " AND created_at < $1::timestamptz ORDER BY id"};
static const struct stmt logins = {
    "weekly_logins",
    "SELECT s.account, s.created_at, s.last_seen_at, s.closed_at, s.expires_at,"
    " coalesce(s.ended_why IN ('log-out', 'by-person'), false), a.is_trial FROM session s"
    " JOIN account a ON a.id = s.account WHERE a.role = 'student' AND s.stage = 'full'"
    " AND s.created_at < $2::timestamptz AND coalesce(s.closed_at, s.expires_at)"
    " >= $1::timestamptz ORDER BY s.account, s.created_at, s.id"};
/* Of every visit with an event in the week or on the day before it: nobody stays longer than a
 * day without one, for the place closes. */
static const struct stmt events = {
    "weekly_events",
    "SELECT e.id, e.visit, e.at, e.account, e.kind, e.is_trial FROM visit_event e"
    " JOIN account a ON a.id = e.account WHERE a.role = 'student' AND e.at < $3::timestamptz"
    " AND e.visit IN (SELECT visit FROM visit_event WHERE at >= $1::timestamptz - interval '1 "
    "day'"
    " AND at < $2::timestamptz) ORDER BY e.visit, e.at, e.id"};
/* Whoever joined in the week: all of his stays of it, with the lesson as it was planned. */
static const struct stmt lessons = {
    "weekly_lessons",
    "SELECT j.account, j.lesson, j.course, j.course_version, j.course_kind, j.at,"
    " coalesce(l.at, s.seen_at, j.at), coalesce(l.reason, 'end'), l.id IS NULL, j.is_trial,"
    " coalesce(p.from_at, j.at), coalesce(p.to_at, l.at, s.seen_at, j.at) FROM lesson_event j"
    " LEFT JOIN lesson_event l ON l.stay = j.stay AND l.kind = 'left' AND l.at <"
    " $3::timestamptz LEFT JOIN lesson_seat s ON s.stay = j.stay LEFT JOIN LATERAL (SELECT"
    " c.from_at, c.to_at FROM class_lesson c WHERE c.lesson = j.lesson ORDER BY c.version DESC"
    " LIMIT 1) p ON true WHERE j.kind = 'joined' AND j.role = 'student' AND j.at >="
    " $1::timestamptz AND j.at < $2::timestamptz AND j.at < $3::timestamptz ORDER BY j.account,"
    " j.lesson, j.at, j.id"};
static const struct stmt since = {"weekly_since", "SELECT made_at FROM node_identity"};
static const struct stmt add = {
    "weekly_add", "INSERT INTO weekly_report (" REPORT ") VALUES ($1::uuid, $2::timestamptz,"
                  " $3::timestamptz, $4::uuid, $5::integer, $6::integer, $7::bytea)"};
static const struct stmt add_lines = {
    "weekly_add_lines",
    "INSERT INTO weekly_line (report, made_at, n, account, kind, begin_at, end_at, end_how,"
    " is_continued, n_lost, seconds, is_trial, lesson, course, course_version, course_kind,"
    " is_attended) SELECT $1::uuid, $2::timestamptz, n, account,"
    " kind, begin_at, end_at, end_how, is_continued, n_lost, seconds, is_trial, lesson, course,"
    " course_version, course_kind, is_attended FROM"
    " jsonb_to_recordset($3::text::jsonb -> 'lines') AS l (n integer, account uuid, kind text,"
    " begin_at timestamptz, end_at timestamptz, end_how text, is_continued boolean,"
    " n_lost integer, seconds integer, is_trial boolean, lesson uuid, course uuid,"
    " course_version integer, course_kind text, is_attended boolean)"};
static const struct stmt find = {"weekly_find",
                                 "SELECT " REPORT " FROM weekly_report WHERE id = $1::uuid"};
static const struct stmt of_week = {
    "weekly_of_week", "SELECT " REPORT " FROM weekly_report WHERE week_at = $1::timestamptz"};
static const struct stmt list = {
    "weekly_list",
    "SELECT " REPORT " FROM weekly_report r WHERE ($1::timestamptz IS NULL OR week_at <"
    " $1::timestamptz) AND ($2::uuid IS NULL OR EXISTS (SELECT FROM weekly_delivery d WHERE"
    " d.report = r.id AND d.account = $2::uuid)) ORDER BY week_at DESC LIMIT $3::integer"};
static const struct stmt lines = {
    "weekly_lines", "SELECT account, kind, begin_at, end_at, end_how, is_continued, n_lost,"
                    " seconds, is_trial, lesson, course, course_version, course_kind,"
                    " is_attended FROM weekly_line WHERE report = $1::uuid ORDER BY n"};
static const struct stmt leaves = {
    "weekly_leaves", "SELECT " REPORT " FROM weekly_report WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "weekly_extra",
    "SELECT r.id FROM weekly_report r WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = r.id AND l.table_name = 'weekly_report')"};

const struct stmt *const weekly_stmts[WEEKLY_STMTS_N] = {
    &pupils, &logins,  &events, &lessons, &since,  &add,   &add_lines,
    &find,   &of_week, &list,   &lines,   &leaves, &extra,
};

/* ---- the tables' rows ---- */

#define GROUND_JA "委託契約（業務の報告）、個人情報の保護に関する法律第61条"

static const struct data_column report_columns[] = {
    {"id", "報告のID", false},
    {"week_at", "どの週か（月曜日の0時）", false},
    {"made_at", "作った時刻", false},
    {"made_by", "だれが求めたか（なければ自動）", false},
    {"n_pupils", "のせた児童生徒の人数", false},
    {"n_lines", "行の数", false},
    {"sum", "行の内容を確かめるための値", false},
    {NULL, NULL, false},
};
static const struct data_column line_columns[] = {
    {"report", "どの報告か", false},
    {"n", "何行目か（0から）", false},
    {"made_at", "報告を作った時刻", false},
    {"account", "だれの記録か（アカウントのID）", false},
    {"kind", "何の記録か（none記録なし・loginログイン・stay入退室・lesson授業）", false},
    {"begin_at", "始まり", false},
    {"end_at", "終わり", false},
    {"end_how", "終わり方の記号", false},
    {"is_continued", "前の日（ログインは前の週）から続いているか", false},
    {"n_lost", "通信が切れた回数", false},
    {"seconds", "いた時間（秒）", false},
    {"is_trial", "体験用のIDか", false},
    {"lesson", "どの授業か", false},
    {"course", "どの講座か", false},
    {"course_version", "そのときの講座の版（講座名）", false},
    {"course_kind", "講座の種類の記号", false},
    {"is_attended", "参加と数えるか", false},
    {NULL, NULL, false},
};

/* Not longer than the records they are made of. */
/* SHA-256 of its lines. */
static const struct hand_rule report_rules[] = {
    {"sum", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

const struct data_table weekly_tables[WEEKLY_TABLES_N] = {
    {
        .name = "weekly_report",
        .meaning_ja = "週の報告",
        .purpose_ja = "毎週の利用の状況を、報告を受ける人に報告するため",
        .ground_ja = GROUND_JA,
        .purpose_en = "one weekly report of logins, visits and lessons",
        .retention_column = "made_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .mention_columns = "made_by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = report_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = report_columns,
    },
    {
        .name = "weekly_line",
        .meaning_ja = "週の報告の行（ログイン・入退室・授業への参加）",
        .purpose_ja = "報告した内容を、あとから同じ形で示すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "what a weekly report says; ids and times, no names",
        .retention_column = "made_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .columns = line_columns,
    },
};

/* ---- the leaf ---- */

struct leaf {
    struct weekly_report row;
    struct span sum;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "week_at", JX_TIME, row.week_utc_us),
    LEAF_FIELD(leaf, "made_at", JX_TIME, row.made_utc_us),
    LEAF_FIELD_IF(leaf, "made_by", JX_ID, row.made_by, has_by),
    LEAF_FIELD(leaf, "n_pupils", JX_INT, row.n_pupils),
    LEAF_FIELD(leaf, "n_lines", JX_INT, row.n_lines),
    LEAF_FIELD(leaf, "sum", JX_BYTES, sum),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("WeeklyReportLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct weekly_report *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, hash256_span(&row->sum), !id_is_none(row->made_by)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err read_report(const struct db_rows *rows, int i, struct arena *arena, void *out,
                            struct fail *why)
{
    struct weekly_report *report = out;
    struct span sum = db_bytes(rows, i, 6);

    (void)arena;
    *report = (struct weekly_report){
        .id = db_id(rows, i, 0),
        .week_utc_us = db_time(rows, i, 1),
        .made_utc_us = db_time(rows, i, 2),
        .made_by = db_id(rows, i, 3),
        .n_pupils = db_i64(rows, i, 4),
        .n_lines = db_i64(rows, i, 5),
    };
    if (sum.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a report's sum");
    memcpy(report->sum.b, sum.p, HASH256_BYTES);
    return ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct weekly_report report;
    enum err rc = read_report(rows, row, arena, &report, why);

    return rc == ERR_OK ? write_leaf(&report, arena, bytes_out, why) : rc;
}

const struct audit_table weekly_report_audit = {"weekly_report", &leaves, &extra, leaf_of_row};

/* ---- gathering ---- */

static enum err read_pupil(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct weekly_pupil *)out = (struct weekly_pupil){db_id(rows, i, 0), db_bool(rows, i, 1)};
    return ERR_OK;
}

static enum err read_login(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct weekly_login *)out = (struct weekly_login){
        .account = db_id(rows, i, 0),
        .begin_utc_us = db_time(rows, i, 1),
        .seen_utc_us = db_time(rows, i, 2),
        .closed_utc_us = db_is_null(rows, i, 3) ? 0 : db_time(rows, i, 3),
        .expires_utc_us = db_time(rows, i, 4),
        .is_out = db_bool(rows, i, 5),
        .is_trial = db_bool(rows, i, 6),
    };
    return ERR_OK;
}

static enum err read_event(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    int kind = jx_choice_find(VISIT_KINDS, db_bytes(rows, i, 4));

    (void)arena;
    *(struct visit_event_row *)out = (struct visit_event_row){
        .id = db_id(rows, i, 0),
        .visit = db_id(rows, i, 1),
        .at_utc_us = db_time(rows, i, 2),
        .account = db_id(rows, i, 3),
        .kind = (enum visit_kind)kind,
        .is_trial = db_bool(rows, i, 5),
    };
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a visit's kind") : ERR_OK;
}

static enum err read_lesson(const struct db_rows *rows, int i, struct arena *arena, void *out,
                            struct fail *why)
{
    struct weekly_lesson *lesson = out;
    int reason = jx_choice_find(LESSON_WHYS, db_bytes(rows, i, 7));

    *lesson = (struct weekly_lesson){
        .account = db_id(rows, i, 0),
        .lesson = db_id(rows, i, 1),
        .course = db_id(rows, i, 2),
        .course_version = db_i64(rows, i, 3),
        .course_kind = db_bytes(rows, i, 4),
        .joined_utc_us = db_time(rows, i, 5),
        .left_utc_us = db_time(rows, i, 6),
        .why = (enum lesson_why)reason,
        .is_open = db_bool(rows, i, 8),
        .is_trial = db_bool(rows, i, 9),
        .from_utc_us = db_time(rows, i, 10),
        .to_utc_us = db_time(rows, i, 11),
    };
    if (reason < 0)
        return fail_set(why, ERR_INTERNAL, "a lesson's reason");
    return STORE_OWN(arena, why, &lesson->course_kind);
}

enum err weekly_store_gather(struct db *db, int64_t week_utc_us, int64_t made_utc_us,
                             struct arena *arena, struct weekly_given *out, struct fail *why)
{
    static const struct store_list as_lessons = {sizeof(struct weekly_lesson), read_lesson};
    static const struct store_list as_pupils = {sizeof(struct weekly_pupil), read_pupil};
    static const struct store_list as_logins = {sizeof(struct weekly_login), read_login};
    static const struct store_list as_events = {sizeof(struct visit_event_row), read_event};
    void *found[4] = {NULL, NULL, NULL, NULL};
    struct db_args args;
    enum err rc;

    *out = (struct weekly_given){.week_utc_us = week_utc_us, .made_utc_us = made_utc_us};
    db_args_init(&args);
    db_arg_time(&args, week_utc_us + WEEKLY_US);
    rc =
        store_list(NULL, db, &pupils, &args, &as_pupils, arena, &found[0], &out->n_pupils, why);
    db_args_init(&args);
    db_arg_time(&args, week_utc_us);
    db_arg_time(&args, week_utc_us + WEEKLY_US);
    if (rc == ERR_OK)
        rc = store_list(NULL, db, &logins, &args, &as_logins, arena, &found[1], &out->n_logins,
                        why);
    db_arg_time(&args, made_utc_us);
    if (rc == ERR_OK)
        rc = store_list(NULL, db, &events, &args, &as_events, arena, &found[2], &out->n_events,
                        why);
    if (rc == ERR_OK)
        rc = store_list(NULL, db, &lessons, &args, &as_lessons, arena, &found[3],
                        &out->n_lessons, why);
    out->lessons = found[3];
    out->pupils = found[0];
    out->logins = found[1];
    out->events = found[2];
    return rc;
}

enum err weekly_store_since(struct db *db, int64_t *utc_us_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &since, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no node yet");
    if (rc == ERR_OK)
        *utc_us_out = db_time(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- reports ---- */

enum err weekly_store_add(struct tx *tx, const struct weekly_report *report, struct span text,
                          struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, report->id);
    db_arg_time(&args, report->week_utc_us);
    db_arg_time(&args, report->made_utc_us);
    db_arg_id(&args, report->made_by);
    db_arg_i32(&args, (int32_t)report->n_pupils);
    db_arg_i32(&args, (int32_t)report->n_lines);
    db_arg_bytes(&args, hash256_span(&report->sum));
    rc = tx_run(tx, &add, &args, NULL, why);
    db_args_init(&args);
    db_arg_id(&args, report->id);
    db_arg_time(&args, report->made_utc_us);
    db_arg_text(&args, text);
    if (rc == ERR_OK)
        rc = tx_run(tx, &add_lines, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(report, tx_arena(tx), &leaf, why);
    return rc == ERR_OK
               ? audit_append(tx, "weekly.report", "weekly_report", report->id, leaf, why)
               : rc;
}

static enum err find_one(struct db *db, const struct stmt *stmt, const struct db_args *args,
                         struct weekly_report *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such report");
    if (rc == ERR_OK)
        rc = read_report(rows, 0, NULL, out, why);
    db_rows_free(&rows);
    return rc;
}

enum err weekly_store_find(struct db *db, struct id report, struct weekly_report *out,
                           struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, report);
    return find_one(db, &find, &args, out, why);
}

enum err weekly_store_of_week(struct db *db, int64_t week_utc_us, struct weekly_report *out,
                              struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, week_utc_us);
    return find_one(db, &of_week, &args, out, why);
}

enum err weekly_store_list(struct db *db, int64_t before_utc_us, struct id only, int n_cap,
                           struct arena *arena, struct weekly_report **out, size_t *n_out,
                           struct fail *why)
{
    static const struct store_list as = {sizeof(struct weekly_report), read_report};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    if (before_utc_us == 0)
        db_arg_null(&args);
    else
        db_arg_time(&args, before_utc_us);
    db_arg_id(&args, only);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

static enum err read_line(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    struct weekly_line *line = out;
    int kind = jx_choice_find(WEEKLY_KINDS, db_bytes(rows, i, 1));
    int end = jx_choice_find(WEEKLY_ENDS, db_bytes(rows, i, 4));

    *line = (struct weekly_line){
        .account = db_id(rows, i, 0),
        .kind = (enum weekly_kind)kind,
        .begin_utc_us = db_is_null(rows, i, 2) ? 0 : db_time(rows, i, 2),
        .end_utc_us = db_is_null(rows, i, 3) ? 0 : db_time(rows, i, 3),
        .end = (enum weekly_end)end,
        .is_continued = db_bool(rows, i, 5),
        .n_lost = db_i64(rows, i, 6),
        .seconds = db_i64(rows, i, 7),
        .is_trial = db_bool(rows, i, 8),
        .lesson = db_id(rows, i, 9),
        .course = db_id(rows, i, 10),
        .course_version = db_i64(rows, i, 11),
        .course_kind = db_bytes(rows, i, 12),
        .is_attended = db_bool(rows, i, 13),
    };
    if (kind < 0 || end < 0)
        return fail_set(why, ERR_INTERNAL, "a line's kind");
    return STORE_OWN(arena, why, &line->course_kind);
}

enum err weekly_store_lines(struct db *db, const struct weekly_report *report,
                            struct arena *arena, struct weekly_line **out, size_t *n_out,
                            struct fail *why)
{
    static const struct store_list as = {sizeof(struct weekly_line), read_line};
    void *found = NULL;
    struct hash256 sum;
    struct span text;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, report->id);
    rc = store_list(NULL, db, &lines, &args, &as, arena, &found, n_out, why);
    if (rc == ERR_OK)
        rc = weekly_facts_text(found, *n_out, arena, &text, &sum, why);
    if (rc == ERR_OK && !hash256_eq(&sum, &report->sum))
        rc = fail_set(why, ERR_PROTO, "lines that are not those of the report");
    if (rc == ERR_OK)
        *out = found;
    return rc;
}
