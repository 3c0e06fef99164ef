#include "node/classes/lesson_store_priv.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_state.h"
#include "node/db/store.h"

/* What is done in a lesson: the page it is at, polls, questions. Its rows' data_table stands in
 * lesson_store.c with the other tables of lessons. */

/* ---- statements ---- */

static const struct stmt page_put = {
    "lesson_page_put",
    "INSERT INTO lesson_page_now (lesson, page, at, by) VALUES ($1::uuid, $2::integer,"
    " $3::timestamptz, $4::uuid) ON CONFLICT (lesson) DO UPDATE SET page = excluded.page,"
    " at = excluded.at, by = excluded.by"};
static const struct stmt page_now = {
    "lesson_page_read", "SELECT page FROM lesson_page_now WHERE lesson = $1::uuid"};

static const struct stmt poll_there = {"lesson_poll_there",
                                       "SELECT id FROM lesson_poll WHERE id = $1::uuid AND"
                                       " lesson = $2::uuid AND by = $3::uuid"};
static const struct stmt poll_sums = {
    "lesson_poll_sums",
    "UPDATE lesson_poll SET counts_all = (string_to_array($3::text, ' ')::integer[])"
    "[1:n_answers] WHERE id = $1::uuid AND lesson = $2::uuid AND closed_at IS NOT NULL"};
static const struct stmt poll_is_open = {
    "lesson_poll_is_open",
    "SELECT id FROM lesson_poll WHERE lesson = $1::uuid AND closed_at IS NULL"};
static const struct stmt poll_add = {
    "lesson_poll_add",
    "INSERT INTO lesson_poll (id, lesson, at, by, question_sealed, answers_sealed, n_answers)"
    " VALUES ($1::uuid, $2::uuid, $3::timestamptz, $4::uuid, $5::bytea, $6::bytea,"
    " $7::integer)"};
static const struct stmt poll_find = {
    "lesson_poll_find",
    "SELECT n_answers, closed_at, coalesce(array_to_string(counts, ' '), '')"
    " FROM lesson_poll WHERE id = $1::uuid AND lesson = $2::uuid"};
/* Counts in the order of the answers, zeroes too. */
#define POLL_COUNTS \
    "(SELECT array_agg((SELECT count(*)::integer FROM lesson_vote v WHERE v.poll = p.id AND" \
    " v.answer = i) ORDER BY i) FROM generate_series(0, p.n_answers - 1) AS i)"
static const struct stmt poll_close = {
    "lesson_poll_close",
    "UPDATE lesson_poll p SET closed_at = $2::timestamptz, counts = " POLL_COUNTS
    " WHERE p.id = $1::uuid AND p.closed_at IS NULL"};
static const struct stmt polls_end = {
    "lesson_polls_end",
    "UPDATE lesson_poll p SET closed_at = $2::timestamptz, counts = " POLL_COUNTS
    " WHERE p.lesson = $1::uuid AND p.closed_at IS NULL"};
static const struct stmt votes_drop = {
    "lesson_votes_drop", "DELETE FROM lesson_vote v USING lesson_poll p WHERE v.poll = p.id AND"
                         " p.lesson = $1::uuid AND p.closed_at IS NOT NULL"};
static const struct stmt vote_put = {
    "lesson_vote_put",
    "INSERT INTO lesson_vote (poll, account, answer, at) VALUES ($1::uuid, $2::uuid,"
    " $3::integer, $4::timestamptz) ON CONFLICT (poll, account) DO UPDATE SET answer ="
    " excluded.answer, at = excluded.at"};
static const struct stmt polls_of_lesson = {
    "lesson_polls_of_lesson",
    "SELECT p.id, p.lesson, p.at, p.by, p.question_sealed, p.answers_sealed, p.n_answers,"
    " p.closed_at, array_to_string(coalesce(p.counts, " POLL_COUNTS "), ' '),"
    " array_to_string(p.counts_all, ' ') FROM lesson_poll p"
    " WHERE p.lesson = $1::uuid ORDER BY p.at DESC, p.id DESC LIMIT $2::integer"};
static const struct stmt votes_of = {
    "lesson_votes_of", "SELECT account, answer FROM lesson_vote WHERE poll = $1::uuid ORDER BY"
                       " account LIMIT $2::integer"};

static const struct stmt question_author = {
    "lesson_question_author", "SELECT account FROM chat_line WHERE id = $1::uuid AND talk ="
                              " $2::uuid AND channel = 'talk'"};
static const struct stmt answer_add = {
    "lesson_answer_add",
    "INSERT INTO lesson_answer (line, lesson, account, at, by) VALUES ($1::uuid, $2::uuid,"
    " $3::uuid, $4::timestamptz, $5::uuid) ON CONFLICT (line) DO NOTHING"};
static const struct stmt questions = {
    "lesson_questions",
    "SELECT c.id, a.at FROM chat_line c LEFT JOIN lesson_answer a ON a.line = c.id WHERE c.talk"
    " = $1::uuid AND ($2::uuid IS NULL OR c.account = $2::uuid) ORDER BY c.at, c.id"
    " LIMIT $3::integer"};

const struct stmt *const lesson_act_stmts[LESSON_ACT_STMTS_N] = {
    &page_put,        &page_now,   &poll_there, &poll_is_open, &poll_add,        &poll_find,
    &poll_close,      &polls_end,  &votes_drop, &vote_put,     &polls_of_lesson, &votes_of,
    &question_author, &answer_add, &questions,  &poll_sums,
};

/* ---- pages, polls ---- */

enum err lesson_store_page(struct tx *tx, const struct lesson_act_row *act, int64_t page,
                           struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, act->lesson);
    db_arg_i32(&args, (int32_t)page);
    db_arg_time(&args, act->at_utc_us);
    db_arg_id(&args, act->by);
    return tx_send(tx, &page_put, &args, why);
}

enum err lesson_store_page_now(struct db *db, struct id lesson, int64_t *page_out,
                               struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = db_run(db, &page_now, &args, &rows, why);
    if (rc == ERR_OK)
        *page_out = db_rows_n(rows) > 0 ? db_i64(rows, 0, 0) : 0;
    db_rows_free(&rows);
    return rc;
}

/* "3 0 12" */
static void read_counts(struct span text, int64_t counts[LESSON_ANSWERS_MOST])
{
    size_t at = 0;

    for (int i = 0; i < LESSON_ANSWERS_MOST; i++) {
        counts[i] = 0;
        while (at < text.len && text.p[at] != ' ')
            counts[i] = counts[i] * 10 + (text.p[at++] - '0');
        at++;
    }
}

static enum err add_poll(struct tx *tx, const struct lesson_poll *poll, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, poll->id);
    db_arg_id(&args, poll->act.lesson);
    db_arg_time(&args, poll->act.at_utc_us);
    db_arg_id(&args, poll->act.by);
    db_arg_bytes(&args, poll->question_sealed);
    db_arg_bytes(&args, poll->answers_sealed);
    db_arg_i32(&args, (int32_t)poll->n_answers);
    return tx_send(tx, &poll_add, &args, why);
}

enum err lesson_store_poll_open(struct tx *tx, const struct lesson_poll *poll, struct fail *why)
{
    struct db_args args;
    int64_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, poll->id);
    db_arg_id(&args, poll->act.lesson);
    db_arg_id(&args, poll->act.by);
    rc = lesson_store_number(tx, &poll_there, &args, true, &n, why);
    if (rc != ERR_OK || n > 0)
        return rc;
    rc = lesson_store_n_rows(tx, &poll_is_open, poll->act.lesson, ID_NONE, &n, why);
    if (rc == ERR_OK && n > 0)
        rc = fail_field(why, ERR_CONFLICT, "open", "another is open");
    return rc == ERR_OK ? add_poll(tx, poll, why) : rc;
}

/* As it is: its answers, whether it is open, its counts if not. */
static enum err find_poll(struct tx *tx, struct id poll, struct id lesson, bool *is_open_out,
                          int64_t counts_out[LESSON_ANSWERS_MOST], int64_t *n_out,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, poll);
    db_arg_id(&args, lesson);
    rc = tx_run(tx, &poll_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such poll");
    if (rc == ERR_OK) {
        *n_out = db_i64(rows, 0, 0);
        *is_open_out = db_is_null(rows, 0, 1);
        read_counts(db_bytes(rows, 0, 2), counts_out);
    }
    db_rows_free(&rows);
    return rc;
}

enum err lesson_store_vote(struct tx *tx, struct id poll, struct id lesson, struct id account,
                           int64_t answer, int64_t at_utc_us, struct fail *why)
{
    int64_t counts[LESSON_ANSWERS_MOST], n = 0;
    struct db_args args;
    bool is_open = false;
    enum err rc = find_poll(tx, poll, lesson, &is_open, counts, &n, why);

    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && !is_open))
        return fail_field(why, ERR_CONFLICT, "closed", "not open");
    if (rc == ERR_OK && (answer < 0 || answer >= n))
        rc = fail_field(why, ERR_INVALID, "/answer", "one of its answers");
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, poll);
    db_arg_id(&args, account);
    db_arg_i32(&args, (int32_t)answer);
    db_arg_time(&args, at_utc_us);
    return tx_send(tx, &vote_put, &args, why);
}

static enum err drop_votes(struct tx *tx, struct id lesson, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    return tx_run(tx, &votes_drop, &args, NULL, why);
}

enum err lesson_store_poll_close(struct tx *tx, struct id poll, struct id lesson,
                                 int64_t at_utc_us, int64_t counts_out[LESSON_ANSWERS_MOST],
                                 int64_t *n_out, struct fail *why)
{
    struct db_args args;
    bool is_open = false;
    enum err rc = find_poll(tx, poll, lesson, &is_open, counts_out, n_out, why);

    if (rc != ERR_OK || !is_open)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, poll);
    db_arg_time(&args, at_utc_us);
    rc = tx_run(tx, &poll_close, &args, NULL, why);
    if (rc == ERR_OK)
        rc = drop_votes(tx, lesson, why);
    return rc == ERR_OK ? find_poll(tx, poll, lesson, &is_open, counts_out, n_out, why) : rc;
}

enum err lesson_store_poll_sums(struct tx *tx, struct id poll, struct id lesson,
                                const int64_t all[LESSON_ANSWERS_MOST], struct fail *why)
{
    char text[LESSON_ANSWERS_MOST * 21 + 1];
    struct db_args args;
    int len = 0;

    for (int i = 0; i < LESSON_ANSWERS_MOST; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "%s%" PRId64, i > 0 ? " " : "",
                        all[i]);
    db_args_init(&args);
    db_arg_id(&args, poll);
    db_arg_id(&args, lesson);
    db_arg_text(&args, span_text(text));
    return tx_run(tx, &poll_sums, &args, NULL, why);
}

enum err lesson_store_poll_take(struct tx *tx, const struct lesson_poll *poll, struct fail *why)
{
    int64_t counts[LESSON_ANSWERS_MOST], n = 0;
    bool is_open = false;
    enum err rc = find_poll(tx, poll->id, poll->act.lesson, &is_open, counts, &n, why);

    if (rc == ERR_NOT_FOUND) {
        rc = lesson_store_polls_end(tx, poll->act.lesson, poll->act.at_utc_us, why);
        if (rc == ERR_OK)
            rc = add_poll(tx, poll, why);
    }
    if (rc != ERR_OK || poll->closed_utc_us == 0)
        return rc;
    rc = lesson_store_poll_close(tx, poll->id, poll->act.lesson, poll->closed_utc_us, counts,
                                 &n, why);
    return rc == ERR_OK && poll->has_all
               ? lesson_store_poll_sums(tx, poll->id, poll->act.lesson, poll->all, why)
               : rc;
}

enum err lesson_store_polls_end(struct tx *tx, struct id lesson, int64_t at_utc_us,
                                struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_time(&args, at_utc_us);
    rc = tx_run(tx, &polls_end, &args, NULL, why);
    return rc == ERR_OK ? drop_votes(tx, lesson, why) : rc;
}

static enum err own_poll(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    struct lesson_poll *poll = out;

    *poll = (struct lesson_poll){
        .id = db_id(rows, i, 0),
        .act = {db_id(rows, i, 1), db_id(rows, i, 3), db_time(rows, i, 2)},
        .question_sealed = db_bytes(rows, i, 4),
        .answers_sealed = db_bytes(rows, i, 5),
        .n_answers = db_i64(rows, i, 6),
        .closed_utc_us = db_is_null(rows, i, 7) ? 0 : db_time(rows, i, 7),
    };
    read_counts(db_bytes(rows, i, 8), poll->counts);
    poll->has_all = !db_is_null(rows, i, 9);
    read_counts(db_bytes(rows, i, 9), poll->all);
    for (int k = 0; k < LESSON_ANSWERS_MOST; k++)
        poll->n_votes += poll->counts[k];
    return STORE_OWN(arena, why, &poll->question_sealed, &poll->answers_sealed);
}

enum err lesson_store_polls(struct db *db, struct id lesson, int n_cap, struct arena *arena,
                            struct lesson_poll **polls_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_poll), own_poll};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &polls_of_lesson, &args, &list, arena, &all, n_out, why);
    *polls_out = all;
    return rc;
}

static enum err own_vote(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct lesson_vote *)out = (struct lesson_vote){db_id(rows, i, 0), db_i64(rows, i, 1)};
    return ERR_OK;
}

enum err lesson_store_votes(struct db *db, struct id poll, int n_cap, struct arena *arena,
                            struct lesson_vote **votes_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_vote), own_vote};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, poll);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &votes_of, &args, &list, arena, &all, n_out, why);
    *votes_out = all;
    return rc;
}

/* ---- questions ---- */

enum err lesson_store_answer(struct tx *tx, struct id line, const struct lesson_act_row *act,
                             struct id *author_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, line);
    db_arg_id(&args, act->lesson);
    rc = tx_run(tx, &question_author, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such question");
    if (rc == ERR_OK)
        *author_out = db_id(rows, 0, 0);
    db_rows_free(&rows);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, line);
    db_arg_id(&args, act->lesson);
    db_arg_id(&args, *author_out);
    db_arg_time(&args, act->at_utc_us);
    db_arg_id(&args, act->by);
    return tx_send(tx, &answer_add, &args, why);
}

static enum err own_question(const struct db_rows *rows, int i, struct arena *arena, void *out,
                             struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct lesson_question *)out = (struct lesson_question){
        db_id(rows, i, 0), db_is_null(rows, i, 1) ? 0 : db_time(rows, i, 1)};
    return ERR_OK;
}

enum err lesson_store_questions(struct db *db, struct id lesson, struct id author, int n_cap,
                                struct arena *arena, struct lesson_question **questions_out,
                                size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson_question), own_question};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, lesson);
    db_arg_id(&args, author);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &questions, &args, &list, arena, &all, n_out, why);
    *questions_out = all;
    return rc;
}
