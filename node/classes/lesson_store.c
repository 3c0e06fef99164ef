#include "node/classes/lesson_store_priv.h"

#include <stddef.h>
#include <stdlib.h>

#include "node/base/jx_scalar.h"
#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_state.h"
#include "node/db/audit.h"
#include "node/db/audit_store.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "node/place/chat_rows.h"
#include "node/place/store_rows.h"

static const char event_table[] = "lesson_event";

/* ---- statements ---- */

static const struct stmt choice_mine = {
    "lesson_choice_mine", "SELECT id FROM lesson_choice WHERE lesson = $1::uuid AND account ="
                          " $2::uuid AND ended_at IS NULL"};
static const struct stmt choice_taken = {
    "lesson_choice_taken",
    "SELECT count(*) FROM lesson_choice WHERE lesson = $1::uuid AND ended_at IS NULL"};
static const struct stmt choice_others = {
    "lesson_choice_others",
    "UPDATE lesson_choice SET ended_at = $3::timestamptz, ended_how = 'other' WHERE account ="
    " $1::uuid AND lesson = ANY ($2::uuid[]) AND ended_at IS NULL"};
static const struct stmt choice_add = {
    "lesson_choice_add",
    "INSERT INTO lesson_choice (id, lesson, account, at, is_late) VALUES ($1::uuid, $2::uuid,"
    " $3::uuid, $4::timestamptz, $5::boolean)"};
static const struct stmt choice_end = {
    "lesson_choice_end",
    "UPDATE lesson_choice SET ended_at = $3::timestamptz, ended_how = 'self' WHERE lesson ="
    " $1::uuid AND account = $2::uuid AND ended_at IS NULL"};
static const struct stmt choice_count = {
    "lesson_choice_count",
    "SELECT lesson, count(*), count(*) FILTER (WHERE account = $2::uuid) FROM lesson_choice"
    " WHERE lesson = ANY ($1::uuid[]) AND ended_at IS NULL GROUP BY lesson"};

#define EVENT_COLUMNS \
    "id, at, account, role, kind, lesson, course, course_version, course_kind, stay, visit, " \
    "floor," \
    " reason, is_trial"
static const struct stmt event_there = {"lesson_event_there",
                                        "SELECT id FROM lesson_event WHERE stay = $1::uuid AND"
                                        " kind = $2::text"};
static const struct stmt event_add = {
    "lesson_event_add",
    "INSERT INTO lesson_event (" EVENT_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::text, $5::text, $6::uuid, $7::uuid, $8::integer, $9::text, $10::uuid, $11::uuid,"
    " $12::text, $13::text, $14::boolean)"};
static const struct stmt event_leaves = {"lesson_event_leaves",
                                         "SELECT " EVENT_COLUMNS " FROM lesson_event WHERE id ="
                                         " ANY ($1::uuid[])"};
static const struct stmt event_extra = {
    "lesson_event_extra",
    "SELECT e.id FROM lesson_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id"
    " = e.id AND l.table_name = 'lesson_event')"};

static const struct stmt seat_of = {"lesson_seat_of",
                                    "SELECT stay FROM lesson_seat WHERE account = $1::uuid"};
static const struct stmt seat_add = {
    "lesson_seat_add",
    "INSERT INTO lesson_seat (account, stay, lesson, visit, role, is_trial, joined_at, seen_at)"
    " SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::boolean, $7::timestamptz,"
    " $7::timestamptz WHERE EXISTS (SELECT FROM account WHERE id = $1::uuid)"};
static const struct stmt seat_drop = {"lesson_seat_drop",
                                      "DELETE FROM lesson_seat WHERE stay = $1::uuid"};
static const struct stmt seat_seen = {
    "lesson_seat_seen", "UPDATE lesson_seat SET seen_at = $2::timestamptz WHERE stay = ANY"
                        " ($1::uuid[]) AND seen_at < $2::timestamptz"};
static const struct stmt seat_hand = {
    "lesson_seat_hand",
    "UPDATE lesson_seat SET hand_at = $2::timestamptz WHERE stay = $1::uuid RETURNING stay"};
static const struct stmt seat_all = {
    "lesson_seat_all",
    "SELECT account, stay, lesson, visit, role, is_trial, joined_at, seen_at,"
    " hand_at FROM lesson_seat ORDER BY joined_at, account LIMIT 20000"};

static const struct stmt seats_of_lesson = {
    "lesson_seats_of_lesson", "SELECT account, stay, lesson, visit, role, is_trial, joined_at,"
                              " seen_at, hand_at FROM lesson_seat WHERE lesson = $1::uuid ORDER"
                              " BY joined_at, account LIMIT 1000"};

#define STAY_READ \
    "j.account, j.lesson, j.role, j.course, j.course_version, j.course_kind, j.at, " \
    "coalesce(l.at, s.seen_at," \
    " j.at), l.reason, l.id IS NULL, j.is_trial FROM lesson_event j LEFT JOIN lesson_event l" \
    " ON l.stay = j.stay AND l.kind = 'left' LEFT JOIN lesson_seat s ON s.stay = j.stay" \
    " WHERE j.kind = 'joined'"
static const struct stmt stays_of_lesson = {
    "lesson_stays_of_lesson",
    "SELECT " STAY_READ " AND j.lesson = $1::uuid ORDER BY j.account, j.at, j.id"};

const struct stmt *const lesson_stmts[LESSON_STMTS_N] = {
    &choice_mine,  &choice_taken,    &choice_others,   &choice_add,   &choice_end,
    &choice_count, &event_there,     &event_add,       &event_leaves, &event_extra,
    &seat_of,      &seat_add,        &seat_drop,       &seat_seen,    &seat_hand,
    &seat_all,     &stays_of_lesson, &seats_of_lesson,
};

/* ---- the tables' rows ---- */

#define GROUND_JA "委託契約（授業の実施と参加状況の報告）、個人情報の保護に関する法律第61条"

static const struct data_column choice_columns[] = {
    {"id", "記録のID", false},
    {"lesson", "どの授業か", false},
    {"account", "だれが（アカウントのID）", false},
    {"at", "えらんだ時刻", false},
    {"is_late", "始まってからえらんだか", false},
    {"ended_at", "やめた時刻", false},
    {"ended_how", "やめ方（self自分で・other同じコマのほかの授業をえらんだ）", false},
    {NULL, NULL, false},
};
static const struct data_column event_columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"account", "だれが（アカウントのID）", false},
    {"role", "その人の役割", false},
    {"kind", "何が（joined参加した・left出た）", false},
    {"lesson", "どの授業か", false},
    {"course", "どの講座か", false},
    {"course_version", "そのときの講座の版（講座名）", false},
    {"course_kind", "講座の種類の記号", false},
    {"stay", "一回の参加のID", false},
    {"visit", "居場所への一回の訪問のID", false},
    {"floor", "フロアの記号", false},
    {"reason",
     "出たわけ（self自分で・awayその場所をはなれた・lost切断・end終わった・stopped中止）",
     false},
    {"is_trial", "体験用のIDか", false},
    {NULL, NULL, false},
};
static const struct data_column seat_columns[] = {
    {"account", "だれが（アカウントのID）", false},
    {"stay", "一回の参加のID", false},
    {"lesson", "どの授業か", false},
    {"visit", "居場所への一回の訪問のID", false},
    {"role", "その人の役割", false},
    {"is_trial", "体験用のIDか", false},
    {"joined_at", "参加した時刻", false},
    {"seen_at", "最後につながっていた時刻", false},
    {"hand_at", "手をあげた時刻", false},
    {NULL, NULL, false},
};
static const struct data_column page_columns[] = {
    {"lesson", "どの授業か", false},
    {"page", "いま見せている教材のページ（1から）", false},
    {"at", "いつ", false},
    {"by", "だれが（アカウントのID。ほかの自治体がひらく授業では空）", false},
    {NULL, NULL, false},
};
static const struct data_column poll_columns[] = {
    {"id", "アンケートのID", false},
    {"lesson", "どの授業か", false},
    {"at", "始めた時刻", false},
    {"by", "だれが始めたか（アカウントのID。ほかの自治体がひらく授業では空）", false},
    {"question_sealed", "質問の文", true},
    {"answers_sealed", "えらべる答え", true},
    {"n_answers", "答えの数", false},
    {"closed_at", "終わった時刻", false},
    {"counts", "それぞれの答えの数", false},
    {"counts_all", "参加した自治体を合わせた、それぞれの答えの数", false},
    {NULL, NULL, false},
};
static const struct data_column vote_columns[] = {
    {"poll", "どのアンケートか", false},
    {"account", "だれが（アカウントのID）", false},
    {"answer", "何番目の答えか（0から）", false},
    {"at", "いつ", false},
    {NULL, NULL, false},
};
static const struct data_column answer_columns[] = {
    {"line", "質問のID（文字チャットの記録のID）", false},
    {"lesson", "どの授業か", false},
    {"account", "質問した人（アカウントのID）", false},
    {"at", "答えた時刻", false},
    {"by", "答えた人（アカウントのID。ほかの自治体の職員なら空）", false},
    {NULL, NULL, false},
};

const struct data_table lesson_tables[LESSON_TABLES_N] = {
    {
        .name = "lesson_choice",
        .meaning_ja = "えらんだ授業",
        .purpose_ja = "児童生徒が授業をえらび、定員をこえないようにするため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who chose which lesson, and gave it up",
        .retention_column = "at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .columns = choice_columns,
    },
    {
        .name = "lesson_event",
        .meaning_ja = "授業参加の記録",
        .purpose_ja = "だれがどの授業にいつからいつまで参加したかを確かめ、報告するため",
        .ground_ja = GROUND_JA,
        .purpose_en = "class participation: joined and left, course and kind",
        .retention_column = "at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = event_columns,
    },
    {
        .name = "lesson_seat",
        .meaning_ja = "いま参加している授業",
        .purpose_ja = "機械が止まったあとも、参加の時間を正しく数えるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who is in a lesson now, for a restart; gone when he leaves: nothing to "
                      "hand back",
        .retention_days = 2,
        .retention_column = "seen_at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = seat_columns,
    },
    {
        .name = "lesson_page_now",
        .meaning_ja = "授業で見せている教材のページ",
        .purpose_ja = "参加している全員に、同じページを見せるため",
        .ground_ja = "委託契約（授業の実施）",
        .purpose_en = "the page shown in a lesson; of no use after it: nothing to hand back",
        .retention_days = 30,
        .retention_column = "at",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = page_columns,
    },
    {
        .name = "lesson_poll",
        .meaning_ja = "授業の中のアンケート",
        .purpose_ja = "授業を一方通行にせず、参加のようすを知るため",
        .ground_ja = "委託契約（授業の双方向性）",
        .purpose_en = "polls of lessons: question, answers, counts",
        .retention_column = "at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_AUTHOR,
        .person_column = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .columns = poll_columns,
    },
    {
        .name = "lesson_vote",
        .meaning_ja = "アンケートの答え（終わるまで）",
        .purpose_ja = "ひとり一つの答えを数え、終わるまで変えられるようにするため",
        .ground_ja = "委託契約（授業の双方向性）",
        .purpose_en =
            "one answer each while a poll is open; counted and deleted when it closes: "
            "nothing to hand back",
        .retention_days = 2,
        .retention_column = "at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = vote_columns,
    },
    {
        .name = "lesson_answer",
        .meaning_ja = "答えた質問",
        .purpose_ja = "授業中の質問に、もれなく答えるため",
        .ground_ja = "委託契約（授業の双方向性）",
        .purpose_en = "questions of lessons that were answered; the question is a chat_line",
        .retention_column = "at",
        .retention_setting = &setting_chat_log_days,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .columns = answer_columns,
    },
};

/* ---- the leaf: canonical bytes, field names are the column names ---- */

struct leaf {
    struct lesson_event row;
    int kind, reason;
    bool has_reason;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(leaf, "account", JX_ID, row.account),
    LEAF_FIELD(leaf, "role", JX_TEXT, row.role),
    LEAF_CHOICE(leaf, "kind", LESSON_EVENTS, kind),
    LEAF_FIELD(leaf, "lesson", JX_ID, row.lesson),
    LEAF_FIELD(leaf, "course", JX_ID, row.course),
    LEAF_FIELD(leaf, "course_version", JX_INT, row.course_version),
    LEAF_FIELD(leaf, "course_kind", JX_TEXT, row.course_kind),
    LEAF_FIELD(leaf, "stay", JX_ID, row.stay),
    LEAF_FIELD(leaf, "visit", JX_ID, row.visit),
    LEAF_FIELD(leaf, "floor", JX_TEXT, row.floor),
    {.name = "reason",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = LESSON_WHYS,
     .offset = offsetof(struct leaf, reason),
     .has_offset = offsetof(struct leaf, has_reason)},
    LEAF_FIELD(leaf, "is_trial", JX_BOOL, row.is_trial),
};
static const struct jx_shape leaf_shape = JX_SHAPE("LessonEventLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct lesson_event *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .kind = (int)row->kind,
                              .reason = (int)row->reason,
                              .has_reason = row->kind == LESSON_LEFT};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_event(const struct db_rows *rows, int i, struct lesson_event *out,
                             struct fail *why)
{
    int kind = jx_choice_find(LESSON_EVENTS, db_bytes(rows, i, 4));
    bool has_reason = !db_is_null(rows, i, 12);
    int reason = has_reason ? jx_choice_find(LESSON_WHYS, db_bytes(rows, i, 12)) : 0;

    *out = (struct lesson_event){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .role = db_bytes(rows, i, 3),
        .kind = (enum lesson_event_kind)kind,
        .lesson = db_id(rows, i, 5),
        .course = db_id(rows, i, 6),
        .course_version = db_i64(rows, i, 7),
        .course_kind = db_bytes(rows, i, 8),
        .stay = db_id(rows, i, 9),
        .visit = db_id(rows, i, 10),
        .floor = db_bytes(rows, i, 11),
        .reason = (enum lesson_why)reason,
        .is_trial = db_bool(rows, i, 13),
    };
    return kind < 0 || reason < 0 ? fail_set(why, ERR_INTERNAL, "a lesson event's kind")
                                  : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct lesson_event row;
    enum err rc = borrow_event(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table lesson_event_audit_table = {event_table, &event_leaves, &event_extra,
                                                     leaf_of_row};

/* ---- choices ---- */

enum err lesson_store_number(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                             bool is_row_enough, int64_t *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK && is_row_enough)
        *out = db_rows_n(rows);
    else if (rc == ERR_OK)
        *out = db_rows_n(rows) > 0 ? db_i64(rows, 0, 0) : 0;
    db_rows_free(&rows);
    return rc;
}

enum err lesson_store_n_rows(struct tx *tx, const struct stmt *stmt, struct id a, struct id b,
                             int64_t *n_rows_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, a);
    if (!id_is_none(b))
        db_arg_id(&args, b);
    return lesson_store_number(tx, stmt, &args, true, n_rows_out, why);
}

static enum err check_places(struct tx *tx, const struct lesson_choice *choice,
                             struct fail *why)
{
    struct db_args args;
    int64_t n_taken = 0;
    enum err rc;

    if (choice->places == 0)
        return ERR_OK;
    db_args_init(&args);
    db_arg_id(&args, choice->lesson);
    rc = lesson_store_number(tx, &choice_taken, &args, false, &n_taken, why);
    return rc == ERR_OK && n_taken >= choice->places
               ? fail_field(why, ERR_CONFLICT, "full", "no place is left")
               : rc;
}

static enum err end_others(struct tx *tx, const struct lesson_choice *choice, struct fail *why)
{
    struct db_args args;
    enum err rc;

    if (choice->n_others == 0)
        return ERR_OK;
    db_args_init(&args);
    db_arg_id(&args, choice->account);
    rc = store_arg_ids(&args, choice->others, choice->n_others, tx_arena(tx), why);
    db_arg_time(&args, choice->at_utc_us);
    return rc == ERR_OK ? tx_send(tx, &choice_others, &args, why) : rc;
}

enum err lesson_choice_put(struct tx *tx, const struct lesson_choice *choice, struct fail *why)
{
    struct db_args args;
    int64_t n = 0;
    enum err rc =
        lesson_store_n_rows(tx, &choice_mine, choice->lesson, choice->account, &n, why);

    if (rc != ERR_OK || n > 0)
        return rc;
    rc = check_places(tx, choice, why);
    if (rc == ERR_OK)
        rc = end_others(tx, choice, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, choice->id);
    db_arg_id(&args, choice->lesson);
    db_arg_id(&args, choice->account);
    db_arg_time(&args, choice->at_utc_us);
    db_arg_bool(&args, choice->is_late);
    return tx_send(tx, &choice_add, &args, why);
}

enum err lesson_choice_end(struct tx *tx, struct id lesson, struct id account,
                           int64_t at_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_id(&args, account);
    db_arg_time(&args, at_utc_us);
    return tx_send(tx, &choice_end, &args, why);
}

static enum err own_taken(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct lesson_taken *)out =
        (struct lesson_taken){db_id(rows, i, 0), db_i64(rows, i, 1), db_i64(rows, i, 2) > 0};
    return ERR_OK;
}

enum err lesson_choice_count(struct db *db, const struct id *lessons, size_t n,
                             struct id account, struct arena *arena,
                             struct lesson_taken **taken_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_taken), own_taken};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    *taken_out = NULL;
    *n_out = 0;
    if (n == 0)
        return ERR_OK;
    db_args_init(&args);
    rc = store_arg_ids(&args, lessons, n, arena, why);
    db_arg_id(&args, account);
    if (rc == ERR_OK)
        rc = store_list(NULL, db, &choice_count, &args, &list, arena, &all, n_out, why);
    *taken_out = all;
    return rc;
}

/* ---- who was in it ---- */

static enum err is_there(struct tx *tx, const struct lesson_event *event, bool *out,
                         struct fail *why)
{
    struct db_args args;
    int64_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, event->stay);
    db_arg_text(&args, jx_choice_at(LESSON_EVENTS, (int)event->kind));
    rc = lesson_store_number(tx, &event_there, &args, true, &n, why);
    *out = n > 0;
    return rc;
}

static enum err add_event(struct tx *tx, const struct lesson_event *event, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(event, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, event->id);
    db_arg_time(&args, event->at_utc_us);
    db_arg_id(&args, event->account);
    db_arg_text(&args, event->role);
    db_arg_text(&args, jx_choice_at(LESSON_EVENTS, (int)event->kind));
    db_arg_id(&args, event->lesson);
    db_arg_id(&args, event->course);
    db_arg_i32(&args, (int32_t)event->course_version);
    db_arg_text(&args, event->course_kind);
    db_arg_id(&args, event->stay);
    db_arg_id(&args, event->visit);
    db_arg_text(&args, event->floor);
    if (event->kind == LESSON_LEFT)
        db_arg_text(&args, jx_choice_at(LESSON_WHYS, (int)event->reason));
    else
        db_arg_null(&args);
    db_arg_bool(&args, event->is_trial);
    rc = tx_send(tx, &event_add, &args, why);
    return rc == ERR_OK ? audit_append(tx, "log.lesson", event_table, event->id, bytes, why)
                        : rc;
}

static enum err add_seat(struct tx *tx, const struct lesson_event *event, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, event->account);
    db_arg_id(&args, event->stay);
    db_arg_id(&args, event->lesson);
    db_arg_id(&args, event->visit);
    db_arg_text(&args, event->role);
    db_arg_bool(&args, event->is_trial);
    db_arg_time(&args, event->at_utc_us);
    return tx_send(tx, &seat_add, &args, why);
}

enum err lesson_store_join(struct tx *tx, const struct lesson_event *event, struct fail *why)
{
    bool is_again = false;
    int64_t n = 0;
    enum err rc = is_there(tx, event, &is_again, why);

    if (rc != ERR_OK || is_again)
        return rc;
    rc = lesson_store_n_rows(tx, &seat_of, event->account, ID_NONE, &n, why);
    if (rc == ERR_OK && n > 0)
        rc = fail_field(why, ERR_CONFLICT, "elsewhere", "in a lesson already");
    if (rc == ERR_OK)
        rc = add_event(tx, event, why);
    return rc == ERR_OK ? add_seat(tx, event, why) : rc;
}

/* As he joined. False: there is no such row. */
static enum err find_joined(struct tx *tx, struct id stay, bool *is_there_out,
                            struct lesson_event *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_arg_ids(&args, &stay, 1, tx_arena(tx), why);
    if (rc == ERR_OK)
        rc = tx_run(tx, &event_leaves, &args, &rows, why);
    *is_there_out = rc == ERR_OK && db_rows_n(rows) > 0;
    if (*is_there_out)
        rc = borrow_event(rows, 0, out, why);
    if (*is_there_out && rc == ERR_OK)
        rc = STORE_OWN(tx_arena(tx), why, &out->role, &out->course_kind, &out->floor);
    db_rows_free(&rows);
    return rc;
}

enum err lesson_store_leave(struct tx *tx, const struct lesson_event *event, struct fail *why)
{
    struct lesson_event row = {.id = ID_NONE};
    bool is_again = false, has_joined = false;
    struct db_args args;
    enum err rc = is_there(tx, event, &is_again, why);

    if (rc == ERR_OK && !is_again)
        rc = find_joined(tx, event->stay, &has_joined, &row, why);
    if (rc == ERR_OK && has_joined) {
        row.id = event->id;
        row.at_utc_us = event->at_utc_us;
        row.kind = LESSON_LEFT;
        row.reason = event->reason;
        rc = add_event(tx, &row, why);
    }
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, event->stay);
    return tx_send(tx, &seat_drop, &args, why);
}

static enum err own_seat(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    struct lesson_seat *seat = out;
    enum role role;
    enum err rc = role_parse(db_bytes(rows, i, 4), &role, why);

    (void)arena;
    if (rc != ERR_OK)
        return rc;
    *seat = (struct lesson_seat){
        .member = {.account = db_id(rows, i, 0),
                   .stay = db_id(rows, i, 1),
                   .visit = db_id(rows, i, 3),
                   .role = role,
                   .joined_utc_us = db_time(rows, i, 6),
                   .seen_utc_us = db_time(rows, i, 7),
                   .cut_utc_us = db_time(rows, i, 7),
                   .hand_utc_us = db_is_null(rows, i, 8) ? 0 : db_time(rows, i, 8)},
        .lesson = db_id(rows, i, 2),
        .is_trial = db_bool(rows, i, 5),
    };
    return ERR_OK;
}

enum err lesson_store_seats(struct tx *tx, struct arena *arena, struct lesson_seat **seats_out,
                            size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_seat), own_seat};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    rc = store_list(tx, NULL, &seat_all, &args, &list, arena, &all, n_out, why);
    *seats_out = all;
    return rc;
}

enum err lesson_store_seats_of(struct db *db, struct id lesson, struct arena *arena,
                               struct lesson_seat **seats_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_seat), own_seat};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = store_list(NULL, db, &seats_of_lesson, &args, &list, arena, &all, n_out, why);
    *seats_out = all;
    return rc;
}

enum err lesson_store_seen(struct tx *tx, const struct id *stays, size_t n, int64_t at_utc_us,
                           struct fail *why)
{
    struct db_args args;
    enum err rc;

    if (n == 0)
        return ERR_OK;
    db_args_init(&args);
    rc = store_arg_ids(&args, stays, n, tx_arena(tx), why);
    db_arg_time(&args, at_utc_us);
    return rc == ERR_OK ? tx_send(tx, &seat_seen, &args, why) : rc;
}

enum err lesson_store_hand(struct tx *tx, struct id stay, int64_t at_utc_us, struct fail *why)
{
    struct db_args args;
    int64_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, stay);
    if (at_utc_us == 0)
        db_arg_null(&args);
    else
        db_arg_time(&args, at_utc_us);
    rc = lesson_store_number(tx, &seat_hand, &args, true, &n, why);
    return rc == ERR_OK && n == 0
               ? fail_field(why, ERR_CONFLICT, "gone", "not in the lesson any more")
               : rc;
}

static enum err own_stay(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    struct lesson_stay *stay = out;
    bool is_open = db_bool(rows, i, 9);
    int reason = is_open ? 0 : jx_choice_find(LESSON_WHYS, db_bytes(rows, i, 8));

    *stay = (struct lesson_stay){
        .account = db_id(rows, i, 0),
        .lesson = db_id(rows, i, 1),
        .role = db_bytes(rows, i, 2),
        .course = db_id(rows, i, 3),
        .course_version = db_i64(rows, i, 4),
        .course_kind = db_bytes(rows, i, 5),
        .joined_utc_us = db_time(rows, i, 6),
        .left_utc_us = db_time(rows, i, 7),
        .why = (enum lesson_why)reason,
        .is_open = is_open,
        .is_trial = db_bool(rows, i, 10),
    };
    if (reason < 0)
        return fail_set(why, ERR_INTERNAL, "a lesson event's reason");
    return STORE_OWN(arena, why, &stay->role, &stay->course_kind);
}

enum err lesson_store_stays(struct db *db, struct id lesson, struct arena *arena,
                            struct lesson_stay **stays_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_stay), own_stay};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = store_list(NULL, db, &stays_of_lesson, &args, &list, arena, &all, n_out, why);
    *stays_out = all;
    return rc;
}
