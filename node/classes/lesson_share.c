#include "node/classes/lesson_share.h"

#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/class_text.h"
#include "node/classes/lesson_command.h"
#include "node/classes/lesson_share_priv.h"

#define ARENA_BYTES 8192

struct lesson_share {
    struct lesson_share *next;
    struct lessons *lessons;
    struct id lesson;
    bool is_host;
    const struct lesson_share_feature *feature;
    struct lesson_others others; /* changed under lessons->lock: HTTP workers look into it */
    struct lesson_told told;
    struct id summed; /* the poll whose sums were written last, or are on their way */
    int64_t sums[LESSON_ANSWERS_MOST];
};

struct lesson_share *lesson_share_of(const struct lessons *lessons, struct id lesson)
{
    struct lesson_share *share = lessons->shares;

    while (share != NULL && !id_eq(share->lesson, lesson))
        share = share->next;
    return share;
}

static void lock(struct lesson_share *share)
{
    pthread_mutex_lock(&share->lessons->lock);
}

static void unlock(struct lesson_share *share)
{
    pthread_mutex_unlock(&share->lessons->lock);
}

/* What other towns said is new: those in it hear of it. */
static void tell_all(const struct lesson_share *share)
{
    const struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);

    if (room != NULL)
        lesson_room_tell(share->lessons, room, ID_NONE);
}

/* ---- what is told: hands ---- */

static void look_hands(struct lesson_share *share, const struct lesson_room *room)
{
    const struct lesson_share_feature *to = share->feature;
    struct id account;

    lesson_told_hands_begin(&share->told);
    for (const struct lesson_in *in = room->members; in != NULL; in = in->next) {
        const struct lesson_member *m = &in->member;

        if (m->hand_utc_us != 0 &&
            lesson_told_hand_up(&share->told, m->account, m->hand_utc_us) &&
            !to->hand(to->arg, m->account, true, m->hand_utc_us))
            lesson_told_hand_undo(&share->told, m->account);
    }
    while (!id_is_none(account = lesson_told_hand_down(&share->told)))
        (void)to->hand(to->arg, account, false, 0); /* who has gone has no hand there */
}

/* ---- what is told: page and poll, of the host ---- */

static int64_t total(const int64_t counts[LESSON_ANSWERS_MOST])
{
    int64_t n = 0;

    for (int i = 0; i < LESSON_ANSWERS_MOST; i++)
        n += counts[i];
    return n;
}

static enum err sums_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_poll_sums(tx, act->object, act->lesson, act->counts, why);
}

/* Of a poll that is closed: all towns together, as soon as they have said. After a restart they
 * say it again one by one: what is written already is never less. */
static void write_sums(struct lesson_share *share, const struct lesson_poll *poll)
{
    const int64_t *before = poll->has_all ? poll->all : poll->counts;
    int64_t all[LESSON_ANSWERS_MOST];
    struct lesson_act *act;

    lesson_others_sum(&share->others, poll->id, all);
    for (int i = 0; i < LESSON_ANSWERS_MOST; i++)
        all[i] += poll->counts[i];
    if (memcmp(all, before, sizeof all) == 0 || total(all) < total(before) ||
        (id_eq(share->summed, poll->id) && memcmp(all, share->sums, sizeof all) == 0))
        return;
    act = lesson_act_create(share->lessons, NULL);
    if (act == NULL)
        return; /* at the next look */
    act->lesson = share->lesson;
    act->object = share->summed = poll->id;
    memcpy(act->counts, all, sizeof all);
    memcpy(share->sums, all, sizeof all);
    lesson_act_go(act, sums_run, lesson_told_touch);
}

static void look_poll(struct lesson_share *share, const struct lesson_board *board)
{
    const struct lesson_poll *of = &board->poll;
    struct lesson_share_poll poll = {.poll = of->id,
                                     .is_open = of->closed_utc_us == 0,
                                     .n_answers = of->n_answers,
                                     .question = board->question};

    memcpy(poll.choices, board->choices, sizeof poll.choices);
    if (!poll.is_open) {
        memcpy(poll.sums, of->has_all ? of->all : of->counts, sizeof poll.sums);
        write_sums(share, of);
    }
    if (lesson_told_poll(&share->told, poll.poll, poll.is_open, poll.sums))
        share->feature->poll(share->feature->arg, &poll);
}

/* ---- what is told: counts and questions, of a guest ---- */

static void look_asked(struct lesson_share *share, const struct lesson_board *board)
{
    const struct lesson_share_feature *to = share->feature;
    struct id lost;

    for (size_t i = 0; i < board->n_asked; i++) {
        const struct lesson_asked *a = &board->asked[i];
        const struct lesson_share_question question = {a->line, a->author, a->at_utc_us,
                                                       a->name, a->text};
        enum lesson_news news = lesson_told_question(&share->told, a);

        switch (news) {
        case LESSON_NEWS_NONE:
            continue;
        case LESSON_NEWS_ASKED:
            if (!to->asked(to->arg, &question))
                continue;
            break;
        case LESSON_NEWS_ANSWERED:
        case LESSON_NEWS_GONE:
            to->answered(to->arg, ID_NONE, a->line, news == LESSON_NEWS_GONE);
            break;
        }
        lesson_told_put(&share->told, a->line, news);
    }
    while (!id_is_none(lost = lesson_told_lost(&share->told, board->asked, board->n_asked))) {
        to->answered(to->arg, ID_NONE, lost, true);
        lesson_told_put(&share->told, lost, LESSON_NEWS_GONE);
    }
}

void lesson_share_look(struct lessons *lessons, struct lesson_room *room)
{
    struct lesson_share *share = lesson_share_of(lessons, room->of.id);
    const struct lesson_board *board;

    if (share == NULL)
        return;
    look_hands(share, room);
    if (room->sheet == NULL)
        return; /* it is on its way */
    board = &room->sheet->board;
    if (share->is_host && lesson_told_page(&share->told, board->page))
        share->feature->page(share->feature->arg, board->page);
    if (share->is_host && board->has_poll)
        look_poll(share, board);
    if (!share->is_host && board->has_poll &&
        lesson_told_votes(&share->told, board->poll.id, board->poll.closed_utc_us != 0,
                          board->poll.counts))
        share->feature->votes(share->feature->arg, board->poll.id,
                              board->poll.closed_utc_us != 0, board->poll.n_answers,
                              board->poll.counts);
    if (!share->is_host)
        look_asked(share, board);
}

/* ---- beginning and ending ---- */

enum err lesson_share_begin(struct lessons *lessons, struct id lesson, bool is_host,
                            const struct lesson_share_feature *feature,
                            struct lesson_share **share_out, struct fail *why)
{
    struct lesson_room *room = lesson_room_find(lessons, lesson);
    struct lesson_share *share;

    *share_out = NULL;
    if (lesson_share_of(lessons, lesson) != NULL)
        return fail_set(why, ERR_CONFLICT, "shared already");
    share = calloc(1, sizeof *share);
    if (share == NULL)
        return fail_set(why, ERR_NOMEM, "a shared lesson");
    share->lessons = lessons;
    share->lesson = lesson;
    share->is_host = is_host;
    share->feature = feature;
    lock(share);
    share->next = lessons->shares;
    lessons->shares = share;
    unlock(share);
    if (room != NULL)
        lesson_room_touch(lessons, room);
    *share_out = share;
    return ERR_OK;
}

static void take_out(struct lesson_share *share)
{
    struct lesson_share **at = &share->lessons->shares;

    while (*at != share)
        at = &(*at)->next;
    *at = share->next;
}

void lesson_share_end(struct lesson_share **share_at)
{
    struct lesson_share *share = *share_at;

    if (share == NULL)
        return;
    *share_at = NULL;
    lock(share);
    take_out(share);
    unlock(share);
    tell_all(share);
    lesson_others_fini(&share->others);
    free(share);
}

void lesson_shares_free(struct lessons *lessons)
{
    while (lessons->shares != NULL) {
        struct lesson_share *share = lessons->shares;

        lessons->shares = share->next;
        lesson_others_fini(&share->others);
        free(share);
    }
}

void lesson_share_join(struct lesson_share *share, struct id node, int64_t places)
{
    lock(share);
    lesson_others_join(&share->others, node, places);
    unlock(share);
}

void lesson_share_again(struct lesson_share *share, struct id node)
{
    struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);

    lock(share);
    lesson_others_forget(&share->others, share->is_host ? node : ID_NONE);
    unlock(share);
    memset(&share->told, 0, sizeof share->told);
    if (room == NULL)
        return;
    lesson_share_look(share->lessons, room);
    lesson_room_tell(share->lessons, room, ID_NONE);
}

void lesson_share_hands(const struct lesson_share *share,
                        void (*fn)(void *arg, const struct lesson_far *whose,
                                   int64_t at_utc_us),
                        void *arg)
{
    for (size_t i = 0; i < share->others.n_hands; i++)
        fn(arg, &share->others.hands[i].whose, share->others.hands[i].at_utc_us);
}

/* ---- hands of others ---- */

static void show_hand(const struct lesson_share *share, const struct lesson_far *whose, bool on)
{
    const struct lesson_share_feature *to = share->feature;
    const struct lesson_hand_seen shown = {
        .lesson = share->lesson, .seat = to->seat(to->arg, whose), .on = on};

    if (shown.seat != 0)
        to->show(to->arg, whose, lesson_event_hand, &shown);
}

void lesson_share_hand(struct lesson_share *share, const struct lesson_far_word *word, bool on)
{
    bool is_new;

    lock(share);
    is_new = lesson_others_hand(&share->others, word, on);
    unlock(share);
    if (!is_new)
        return;
    show_hand(share, &word->whose, on);
    tell_all(share);
}

void lesson_share_left(struct lesson_share *share, const struct lesson_far *whose)
{
    const struct lesson_far_word word = {.whose = *whose};

    lesson_share_hand(share, &word, false);
}

bool lesson_share_lowers(struct command_call *call, struct lesson_room *room, int64_t seat)
{
    struct lesson_share *share = lesson_share_of(call->services->lessons, room->of.id);
    const struct lesson_share_feature *to = share == NULL ? NULL : share->feature;

    for (size_t i = 0; share != NULL && i < share->others.n_hands; i++) {
        const struct lesson_far whose = share->others.hands[i].whose;

        if (to->seat(to->arg, &whose) != seat)
            continue;
        if (!share->is_host) {
            command_refuse(call, "at-host",
                           "ほかの自治体の人の手は、授業をひらいた自治体の職員が下げます。");
            return true;
        }
        to->lower(to->arg, &whose);
        command_ok(call, NULL);
        lesson_share_left(share, &whose);
        return true;
    }
    return false;
}

/* A child of ours: as if he had put it down. */
void lesson_share_lower(struct lesson_share *share, struct id account)
{
    struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);
    const struct lesson_in *in = room == NULL ? NULL : lesson_in_find(room, account);
    struct lesson_act *act = in == NULL || in->member.hand_utc_us == 0
                                 ? NULL
                                 : lesson_act_create(share->lessons, NULL);

    if (act == NULL)
        return;
    act->lesson = share->lesson;
    act->object = account;
    act->stay = in->member.stay;
    act->at_utc_us = clock_utc_us();
    lesson_act_go(act, lesson_hand_run, lesson_hand_told);
}

/* ---- page and poll, at a guest ---- */

static enum err page_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    const struct lesson_act_row row = {act->lesson, ID_NONE, act->at_utc_us};

    return lesson_store_page(tx, &row, act->number, why);
}

void lesson_share_page(struct lesson_share *share, int64_t page)
{
    const struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);
    struct lesson_act *act;

    if (share->is_host || page < 1 || (room != NULL && page > room->of.n_pages)) {
        log_warn("lesson.far-page", L_ID("lesson", share->lesson), L_INT("page", page));
        return;
    }
    if (room != NULL && room->sheet != NULL && room->sheet->board.page == page)
        return;
    act = lesson_act_create(share->lessons, NULL);
    if (act == NULL)
        return;
    act->lesson = share->lesson;
    act->at_utc_us = clock_utc_us();
    act->number = page;
    act->is_kept = true;
    lesson_act_go(act, page_run, lesson_told_touch);
}

/* Nobody of ours wrote it: its texts are under the key of courses. */
static enum err take_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    struct keyring *keyring = act->lessons->conf.services->keyring;
    struct lesson_poll poll = {.id = act->object,
                               .act = {act->lesson, ID_NONE, act->at_utc_us},
                               .n_answers = act->number,
                               .closed_utc_us = act->is_on ? 0 : act->at_utc_us,
                               .has_all = !act->is_on};
    enum err rc =
        class_seal(keyring, LESSON_POLL_TABLE, "question_sealed", poll.id,
                   span_text(act->question), tx_arena(tx), &poll.question_sealed, why);

    memcpy(poll.all, act->counts, sizeof poll.all);
    if (rc == ERR_OK)
        rc = class_seal(keyring, LESSON_POLL_TABLE, "answers_sealed", poll.id,
                        span_text(act->answers), tx_arena(tx), &poll.answers_sealed, why);
    return rc == ERR_OK ? lesson_store_poll_take(tx, &poll, why) : rc;
}

static bool has_poll(const struct lesson_share *share, const struct lesson_share_poll *poll)
{
    const struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);
    const struct lesson_poll *of;

    if (room == NULL || room->sheet == NULL || !room->sheet->board.has_poll)
        return false;
    of = &room->sheet->board.poll;
    return id_eq(of->id, poll->poll) && (of->closed_utc_us == 0) == poll->is_open &&
           (poll->is_open || (of->has_all && memcmp(of->all, poll->sums, sizeof of->all) == 0));
}

/* By our own words, too: theirs may be another list. */
static enum err fill_texts(struct lesson_act *act, const struct lesson_share_poll *poll,
                           struct fail *why)
{
    const struct services *services = act->lessons->conf.services;
    struct arena *arena = NULL;
    const char *all = "";
    enum err rc = arena_create(ARENA_BYTES, &arena, why);

    for (int i = 0; rc == ERR_OK && i < poll->n_answers && all != NULL; i++)
        all =
            arena_printf(arena, "%s%s%.*s", all, i > 0 ? "\n" : "", SPAN_ARG(poll->choices[i]));
    if (rc == ERR_OK && all != NULL) {
        act->question = lesson_masked(services, poll->question, arena, why);
        act->answers = lesson_masked(services, span_text(all), arena, why);
    }
    arena_destroy(&arena);
    return act->question != NULL && act->answers != NULL
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "a poll of the host");
}

void lesson_share_poll(struct lesson_share *share, const struct lesson_share_poll *poll)
{
    struct lesson_act *act;
    struct fail why = {.code = ERR_OK};

    if (share->is_host || has_poll(share, poll))
        return;
    act = lesson_act_create(share->lessons, NULL);
    if (act == NULL)
        return; /* with the next that is said of it */
    act->lesson = share->lesson;
    act->object = poll->poll;
    act->at_utc_us = clock_utc_us();
    act->number = poll->n_answers;
    act->is_on = poll->is_open;
    act->is_kept = true;
    memcpy(act->counts, poll->sums, sizeof act->counts);
    if (fill_texts(act, poll, &why) != ERR_OK) {
        log_warn("lesson.far-poll", L_ID("lesson", share->lesson), L_FAIL(&why));
        lesson_act_free(act);
        return;
    }
    lesson_act_go(act, take_run, lesson_told_touch);
}

/* ---- counts and questions, at the host ---- */

enum err lesson_share_votes(struct lesson_share *share, struct id node, struct id poll,
                            bool is_closed, const int64_t counts[LESSON_ANSWERS_MOST],
                            struct fail *why)
{
    struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);
    bool is_new = false;
    enum err rc;

    lock(share);
    rc = lesson_others_count(&share->others, node, poll, is_closed, counts, &is_new, why);
    unlock(share);
    if (rc != ERR_OK || !is_new || room == NULL)
        return rc;
    room->is_told_due = true; /* with the next second: counts come often */
    if (room->sheet != NULL && room->sheet->board.has_poll &&
        room->sheet->board.poll.closed_utc_us != 0)
        lesson_share_look(share->lessons, room);
    return rc;
}

void lesson_share_asked(struct lesson_share *share, const struct lesson_far_word *word)
{
    const struct lesson_far_asked *before = lesson_others_find(&share->others, word->question);
    bool is_new;

    if (before != NULL && before->is_answered) { /* they have not heard of it */
        share->feature->answered(share->feature->arg, before->whose.node, before->question,
                                 false);
        return;
    }
    lock(share);
    is_new = lesson_others_ask(&share->others, word);
    unlock(share);
    if (is_new)
        tell_all(share);
}

bool lesson_share_answers(struct command_call *call, struct lesson_room *room,
                          struct id question)
{
    struct lesson_share *share = lesson_share_of(call->services->lessons, room->of.id);
    struct lesson_far_asked *asked =
        share == NULL ? NULL : lesson_others_find(&share->others, question);

    if (asked == NULL)
        return false;
    lock(share);
    asked->is_answered = true;
    unlock(share);
    share->feature->answered(share->feature->arg, asked->whose.node, question, false);
    command_ok(call, NULL);
    tell_all(share);
    return true;
}

static enum err answered_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    const struct lesson_act_row row = {act->lesson, ID_NONE, act->at_utc_us};

    return lesson_store_answer(tx, act->object, &row, &act->author, why);
}

static void answered_by_host(struct lesson_share *share, struct id question)
{
    struct lesson_act *act = lesson_act_create(share->lessons, NULL);

    if (act == NULL)
        return; /* it is said open again, and answered again */
    act->lesson = share->lesson;
    act->object = question;
    act->at_utc_us = clock_utc_us();
    lesson_told_put(&share->told, question, LESSON_NEWS_ANSWERED);
    lesson_act_go(act, answered_run, lesson_told_touch);
}

void lesson_share_answered(struct lesson_share *share, struct id node, struct id question,
                           bool is_gone)
{
    struct lesson_far_asked *asked;

    if (!share->is_host) {
        if (!is_gone)
            answered_by_host(share, question);
        return;
    }
    asked = lesson_others_find(&share->others, question);
    if (asked == NULL || !id_eq(asked->whose.node, node))
        return;
    lock(share);
    if (is_gone)
        (void)lesson_others_unask(&share->others, question);
    else
        asked->is_answered = true;
    unlock(share);
    tell_all(share);
}

/* ---- for HTTP workers ---- */

static struct span own(struct arena *arena, const char *text)
{
    return arena_copy(arena, span_text(text));
}

static enum err copy_all(const struct lesson_share *share, const struct lesson_board *board,
                         struct arena *arena, struct lesson_beside *out, struct fail *why)
{
    const struct lesson_others *o = &share->others;
    struct lesson_asked *asked = arena_alloc(arena, (o->n_asked + 1) * sizeof *asked);
    struct lesson_raised *raised = arena_alloc(arena, (o->n_hands + 1) * sizeof *raised);

    if (asked == NULL || raised == NULL)
        return fail_set(why, ERR_NOMEM, "other towns");
    arena_mark_secret(arena);
    for (size_t i = 0; i < o->n_asked; i++)
        asked[i] = (struct lesson_asked){.line = o->asked[i].question,
                                         .at_utc_us = o->asked[i].at_utc_us,
                                         .answered_utc_us = o->asked[i].is_answered,
                                         .state = CHAT_SAID,
                                         .name = own(arena, o->asked[i].name),
                                         .town = own(arena, o->asked[i].town),
                                         .text = own(arena, o->asked[i].text)};
    for (size_t i = 0; i < o->n_hands; i++)
        raised[i] = (struct lesson_raised){.at_utc_us = o->hands[i].at_utc_us,
                                           .name = own(arena, o->hands[i].name),
                                           .town = own(arena, o->hands[i].town)};
    *out = (struct lesson_beside){
        .asked = asked, .n_asked = o->n_asked, .raised = raised, .n_raised = o->n_hands};
    if (board->has_poll)
        lesson_others_sum(o, board->poll.id, out->counts);
    return ERR_OK;
}

enum err lesson_beside_read(struct lessons *lessons, struct id lesson,
                            const struct lesson_board *board, struct arena *arena,
                            struct lesson_beside *out, struct fail *why)
{
    const struct lesson_share *share;
    enum err rc = ERR_OK;

    *out = (struct lesson_beside){.n_asked = 0};
    if (lessons == NULL)
        return ERR_OK;
    pthread_mutex_lock(&lessons->lock);
    share = lesson_share_of(lessons, lesson);
    if (share != NULL)
        rc = copy_all(share, board, arena, out, why);
    pthread_mutex_unlock(&lessons->lock);
    return rc;
}

/* On the live thread: with the seats of those who are here. */
void lesson_beside_seats(const struct lessons *lessons, struct id lesson,
                         struct lesson_beside *beside)
{
    const struct lesson_share *share = lesson_share_of(lessons, lesson);

    for (size_t i = 0; share != NULL && i < beside->n_raised; i++)
        beside->raised[i].seat =
            share->feature->seat(share->feature->arg, &share->others.hands[i].whose);
}
