#include "node/classes/lessons.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/class_text.h"
#include "node/classes/lessons_priv.h"

#define LOOK_MS     1000
#define PLAN_US     (2 * SECOND_US)
#define WAKES_CAP   256
#define WAKES_TAKEN 64
#define ARENA_BYTES 16384

/* ---- the thread: reading, and handing over ---- */

static bool hand_over(struct lessons *lessons, void (*fn)(void *arg), void *arg)
{
    struct live *live = lessons->conf.services->live;

    return live != NULL && live_post(live, fn, arg, NULL) == ERR_OK;
}

static enum err open_titles(struct lessons *lessons, struct lesson_plan_news *news,
                            struct fail *why)
{
    enum err rc = ERR_OK;

    news->titles = arena_alloc(news->arena, (news->n + 1) * sizeof *news->titles);
    if (news->titles == NULL)
        return fail_set(why, ERR_NOMEM, "%zu titles", news->n);
    for (size_t i = 0; i < news->n && rc == ERR_OK; i++) {
        struct span title;

        rc = class_unseal(lessons->conf.services->keyring, CLASS_COURSE_TABLE, "title_sealed",
                          news->at[i].course_row, news->at[i].title_sealed, news->arena, &title,
                          why);
        if (rc == ERR_OK)
            snprintf(news->titles[i], sizeof news->titles[i], "%.*s", SPAN_ARG(title));
    }
    return rc;
}

/* Yesterday's too: a slot over midnight, and what a killed program left open. */
static enum err read_plan(struct lessons *lessons, struct lesson_plan_news *news,
                          struct fail *why)
{
    char from[DAY_TEXT_CAP], to[DAY_TEXT_CAP];
    int64_t now = clock_utc_us();
    enum err rc;

    day_text(now - DAY_US, from);
    day_text(now + DAY_US, to);
    rc = lesson_plan_days(lessons->db, span_text(from), span_text(to), news->arena, &news->at,
                          &news->n, why);
    return rc == ERR_OK ? open_titles(lessons, news, why) : rc;
}

static void tell_plan(struct lessons *lessons)
{
    struct lesson_plan_news *news = calloc(1, sizeof *news);
    struct fail why = {.code = ERR_NOMEM};

    if (news == NULL || arena_create(ARENA_BYTES, &news->arena, &why) != ERR_OK) {
        free(news);
        return;
    }
    news->lessons = lessons;
    if (read_plan(lessons, news, &why) != ERR_OK) {
        if (why.code != ERR_UNAVAILABLE && why.code != ERR_LOCKED)
            log_warn("lessons.plan", L_FAIL(&why));
    } else if (hand_over(lessons, lesson_take_plan, news)) {
        lessons->has_plan = true;
        lessons->plan_mono_us = clock_mono_us();
        return;
    }
    arena_destroy(&news->arena);
    free(news);
}

static enum err seats_run(struct tx *tx, void *arg, struct fail *why)
{
    struct lesson_seat_news *news = arg;
    struct lesson_seat *seats = NULL;
    size_t n = 0;
    enum err rc = lesson_store_seats(tx, tx_arena(tx), &seats, &n, why);

    free(news->at); /* of a run before */
    news->at = rc != ERR_OK ? NULL : calloc(n + 1, sizeof *news->at);
    news->n = 0;
    if (rc != ERR_OK)
        return rc;
    if (news->at == NULL)
        return fail_set(why, ERR_NOMEM, "%zu seats", n);
    if (n > 0)
        memcpy(news->at, seats, n * sizeof *seats);
    news->n = n;
    return ERR_OK;
}

/* On the writer's thread: the program before us has given up its lock then. */
static void tell_seats(struct lessons *lessons)
{
    struct lesson_seat_news *news = calloc(1, sizeof *news);
    struct fail why = {.code = ERR_NOMEM};

    if (news == NULL)
        return;
    news->lessons = lessons;
    if (writer_wait(lessons->conf.services->writer, seats_run, news, &why) != ERR_OK) {
        log_warn("lessons.seats", L_FAIL(&why));
    } else if (hand_over(lessons, lesson_take_seats, news)) {
        lessons->has_seats = true;
        return;
    }
    free(news->at);
    free(news);
}

static void tell_sheet(struct lessons *lessons, struct id lesson)
{
    struct lesson_sheet_news *news = calloc(1, sizeof *news);
    struct lesson_sheet *sheet = calloc(1, sizeof *sheet);
    struct fail why = {.code = ERR_NOMEM};
    enum err rc = news == NULL || sheet == NULL
                      ? ERR_NOMEM
                      : arena_create(ARENA_BYTES, &sheet->arena, &why);

    if (rc == ERR_OK) {
        sheet->lesson = lesson;
        rc = lesson_board_read(lessons->conf.services->keyring, lessons->db, lesson, ID_NONE,
                               sheet->arena, &sheet->board, &why);
        if (rc != ERR_OK)
            log_warn("lessons.board", L_ID("lesson", lesson), L_FAIL(&why));
    }
    if (rc == ERR_OK) {
        *news = (struct lesson_sheet_news){lessons, sheet};
        if (hand_over(lessons, lesson_take_sheet, news))
            return;
    }
    free(news); /* the room is still due: again in a second */
    lesson_sheet_free(&sheet);
}

/* Each lesson once, whatever came of it at once. */
static void look(struct lessons *lessons, const struct id *wakes, size_t n)
{
    bool is_poked = false;

    for (size_t i = 0; i < n; i++) {
        bool is_again = false;

        for (size_t k = 0; k < i; k++)
            is_again = is_again || id_eq(wakes[k], wakes[i]);
        is_poked = is_poked || id_is_none(wakes[i]);
        if (!is_again && !id_is_none(wakes[i]) && lessons->has_plan)
            tell_sheet(lessons, wakes[i]);
    }
    if (is_poked || !lessons->has_plan || clock_mono_us() - lessons->plan_mono_us >= PLAN_US)
        tell_plan(lessons);
    if (lessons->has_plan && !lessons->has_seats)
        tell_seats(lessons);
}

static void *thread_main(void *arg)
{
    struct lessons *lessons = arg;
    struct id wakes[WAKES_TAKEN];
    int64_t swept = 0;

    pthread_setname_np(pthread_self(), "lessons");
    while (!mbox_is_done(lessons->wakes)) {
        size_t n = mbox_take(lessons->wakes, wakes, WAKES_TAKEN, LOOK_MS);

        arena_reset(lessons->arena);
        look(lessons, wakes, n);
        if (clock_mono_us() - swept >= SECOND_US && hand_over(lessons, lesson_sweep, lessons))
            swept = clock_mono_us();
    }
    return NULL;
}

/* ---- opening ---- */

enum err lessons_open(const struct lessons_conf *conf, struct lessons **lessons_out,
                      struct fail *why)
{
    struct lessons *lessons = calloc(1, sizeof *lessons);
    enum err rc;

    *lessons_out = NULL;
    if (lessons == NULL)
        return fail_set(why, ERR_NOMEM, "lessons");
    lessons->conf = *conf;
    pthread_mutex_init(&lessons->lock, NULL);
    rc = arena_create(ARENA_BYTES, &lessons->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct id), WAKES_CAP, &lessons->wakes, why);
    if (rc != ERR_OK)
        lessons_close(&lessons);
    *lessons_out = lessons;
    return rc;
}

enum err lessons_start(struct lessons *lessons, struct fail *why)
{
    enum err rc;

    if (lessons->has_thread)
        return ERR_OK;
    rc = lessons->db != NULL
             ? ERR_OK
             : db_open(&lessons->conf.db, lessons->conf.stmts, &lessons->db, why);
    if (rc != ERR_OK)
        return rc;
    if (pthread_create(&lessons->thread, NULL, thread_main, lessons) != 0)
        return fail_set(why, ERR_NOMEM, "no thread");
    lessons->has_thread = true;
    return ERR_OK;
}

/* ---- ending ---- */

static enum err last_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct lessons *lessons = arg;
    enum err rc = ERR_OK;

    for (const struct lesson_room *room = lessons->rooms; room != NULL; room = room->next)
        for (const struct lesson_in *in = room->members; in != NULL && rc == ERR_OK;
             in = in->next)
            if (in->member.cut_utc_us == 0)
                rc = lesson_store_seen(tx, &in->member.stay, 1, in->member.seen_utc_us, why);
    return rc;
}

void lessons_stop(struct lessons *lessons)
{
    struct fail why = {.code = ERR_OK};

    if (lessons == NULL)
        return;
    mbox_close(lessons->wakes);
    if (lessons->has_thread) {
        pthread_join(lessons->thread, NULL);
        if (lessons->rooms != NULL &&
            writer_wait(lessons->conf.services->writer, last_run, lessons, &why) != ERR_OK)
            log_warn("lessons.unseen", L_FAIL(&why));
    }
    lessons->has_thread = false;
    db_close(&lessons->db);
}

void lessons_close(struct lessons **lessons_at)
{
    struct lessons *lessons = *lessons_at;

    if (lessons == NULL)
        return;
    *lessons_at = NULL;
    if (lessons->wakes != NULL)
        lessons_stop(lessons);
    mbox_destroy(&lessons->wakes);
    lesson_rooms_free(lessons);
    arena_destroy(&lessons->arena);
    pthread_mutex_destroy(&lessons->lock);
    free(lessons);
}

/* ---- any thread ---- */

void lessons_poke(struct lessons *lessons)
{
    const struct id none = ID_NONE;

    if (lessons != NULL && mbox_post(lessons->wakes, &none, NULL) != ERR_OK)
        return; /* full: it looks soon */
}

struct dropping {
    struct lessons *lessons;
    struct id lesson, account;
};

static void drop_on_live(void *arg)
{
    struct dropping *d = arg;
    struct lesson_room *room = lesson_room_find(d->lessons, d->lesson);
    struct lesson_in *in = room == NULL ? NULL : lesson_in_find(room, d->account);

    if (in != NULL)
        lesson_room_leave(d->lessons, room, in, clock_utc_us(), LESSON_SELF, NULL);
    free(d);
}

void lessons_drop(struct lessons *lessons, struct id lesson, struct id account)
{
    struct dropping *d = lessons == NULL ? NULL : malloc(sizeof *d);

    if (d == NULL)
        return;
    *d = (struct dropping){lessons, lesson, account};
    if (!hand_over(lessons, drop_on_live, d))
        free(d);
}

static bool find_missing(struct lessons *lessons, struct id lesson, struct lesson_missing *out)
{
    bool is_there = false;

    if (lessons == NULL)
        return false;
    pthread_mutex_lock(&lessons->lock);
    for (size_t i = 0; i < lessons->n_missing && !is_there; i++) {
        is_there = id_eq(lessons->missing[i].lesson, lesson);
        if (is_there)
            *out = lessons->missing[i];
    }
    pthread_mutex_unlock(&lessons->lock);
    return is_there;
}

unsigned lessons_missing(struct lessons *lessons, struct id lesson, int64_t *since_out)
{
    struct lesson_missing found;

    if (!find_missing(lessons, lesson, &found))
        return 0;
    *since_out = found.since_utc_us;
    return found.missing;
}

bool lessons_is_unstaffed(struct lessons *lessons, struct id lesson)
{
    struct lesson_missing found;

    return find_missing(lessons, lesson, &found) && found.is_long;
}
