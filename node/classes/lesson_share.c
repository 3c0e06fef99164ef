/* A shared lesson: what of ours is told to other towns, and what of theirs is read here. What
 * they say is taken in lesson_share_take.c. */
#include "node/classes/lesson_share.h"

#include <stdlib.h>

#include "node/classes/lesson_command.h"
#include "node/classes/lesson_share_priv.h"

struct lesson_share *lesson_share_of(const struct lessons *lessons, struct id lesson)
{
    struct lesson_share *share = lessons->shares;

    while (share != NULL && !id_eq(share->lesson, lesson))
        share = share->next;
    return share;
}

void lesson_share_lock(struct lesson_share *share)
{
    pthread_mutex_lock(&share->lessons->lock);
}

void lesson_share_unlock(struct lesson_share *share)
{
    pthread_mutex_unlock(&share->lessons->lock);
}

void lesson_share_tell(const struct lesson_share *share)
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
    lesson_share_lock(share);
    share->next = lessons->shares;
    lessons->shares = share;
    lesson_share_unlock(share);
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
    lesson_share_lock(share);
    take_out(share);
    lesson_share_unlock(share);
    lesson_share_tell(share);
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
    lesson_share_lock(share);
    lesson_others_join(&share->others, node, places);
    lesson_share_unlock(share);
}

void lesson_share_again(struct lesson_share *share, struct id node)
{
    struct lesson_room *room = lesson_room_find(share->lessons, share->lesson);

    lesson_share_lock(share);
    lesson_others_forget(&share->others, share->is_host ? node : ID_NONE);
    lesson_share_unlock(share);
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
    *out = (struct lesson_beside){.is_shared = true,
                                  .asked = asked,
                                  .n_asked = o->n_asked,
                                  .raised = raised,
                                  .n_raised = o->n_hands};
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
