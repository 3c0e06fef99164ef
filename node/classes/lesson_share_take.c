/* What other towns say of a lesson that is shared: each is taken once, written where it is ours
 * to write, and told to those in it. */
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/class_text.h"
#include "node/classes/lesson_command.h"
#include "node/classes/lesson_share_priv.h"

#define ARENA_BYTES 8192

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

    lesson_share_lock(share);
    is_new = lesson_others_hand(&share->others, word, on);
    lesson_share_unlock(share);
    if (!is_new)
        return;
    show_hand(share, &word->whose, on);
    lesson_share_tell(share);
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
    act->is_kept = act->is_far = true;
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
    act->is_kept = act->is_far = true;
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

    lesson_share_lock(share);
    rc = lesson_others_count(&share->others, node, poll, is_closed, counts, &is_new, why);
    lesson_share_unlock(share);
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
    lesson_share_lock(share);
    is_new = lesson_others_ask(&share->others, word);
    lesson_share_unlock(share);
    if (is_new)
        lesson_share_tell(share);
}

bool lesson_share_answers(struct command_call *call, struct lesson_room *room,
                          struct id question)
{
    struct lesson_share *share = lesson_share_of(call->services->lessons, room->of.id);
    struct lesson_far_asked *asked =
        share == NULL ? NULL : lesson_others_find(&share->others, question);

    if (asked == NULL)
        return false;
    lesson_share_lock(share);
    asked->is_answered = true;
    lesson_share_unlock(share);
    share->feature->answered(share->feature->arg, asked->whose.node, question, false);
    command_ok(call, NULL);
    lesson_share_tell(share);
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
    lesson_share_lock(share);
    if (is_gone)
        (void)lesson_others_unask(&share->others, question);
    else
        asked->is_answered = true;
    lesson_share_unlock(share);
    lesson_share_tell(share);
}
