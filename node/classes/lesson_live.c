/* Who is in which lesson, on the live thread. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/lesson_command.h"
#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_share_priv.h"
#include "node/db/settings.h"
#include "node/io/care.h"
#include "node/place/place_tell.h"

#define SEEN_US      (10 * SECOND_US)
#define HELD_US      (3 * SECOND_US)
#define RAISED_MOST  200
#define ARENA_BYTES  16384
#define KEEP_OVER_US (2 * MINUTE_US) /* a room that is over and empty */

/* ---- looking up ---- */

struct lesson_room *lesson_room_find(struct lessons *lessons, struct id lesson)
{
    struct lesson_room *room = lessons->rooms;

    while (room != NULL && !id_eq(room->of.id, lesson))
        room = room->next;
    return room;
}

struct lesson_in *lesson_in_find(const struct lesson_room *room, struct id account)
{
    struct lesson_in *in = room->members;

    while (in != NULL && !id_eq(in->member.account, account))
        in = in->next;
    return in;
}

struct lesson_room *lesson_room_of(struct lessons *lessons, struct id account,
                                   struct lesson_in **in_out)
{
    for (struct lesson_room *room = lessons->rooms; room != NULL; room = room->next) {
        *in_out = lesson_in_find(room, account);
        if (*in_out != NULL)
            return room;
    }
    *in_out = NULL;
    return NULL;
}

/* ---- telling ---- */

static size_t gather_raised(struct lessons *lessons, const struct lesson_room *room,
                            struct lesson_raised raised[RAISED_MOST])
{
    size_t n = 0;

    for (const struct lesson_in *in = room->members; in != NULL && n < RAISED_MOST;
         in = in->next) {
        struct place_seen seen = {.seat = 0};
        size_t at = n;

        if (in->member.hand_utc_us == 0)
            continue;
        (void)place_seen(lessons->conf.services->place, in->member.account, SPAN_NONE, &seen);
        while (at > 0 && raised[at - 1].at_utc_us > in->member.hand_utc_us) {
            raised[at] = raised[at - 1];
            at--;
        }
        raised[at] = (struct lesson_raised){.account = in->member.account,
                                            .at_utc_us = in->member.hand_utc_us,
                                            .seat = seen.seat,
                                            .name = seen.name};
        n++;
    }
    return n;
}

static int64_t n_here(const struct lesson_room *room)
{
    int64_t n = 0;

    for (const struct lesson_in *in = room->members; in != NULL; in = in->next)
        n += in->member.role == ROLE_STUDENT;
    return n;
}

static void tell(struct lessons *lessons, const struct lesson_room *room,
                 const struct lesson_in *in, const struct lesson_board *board,
                 const struct lesson_raised *raised, size_t n_raised, struct arena *arena)
{
    enum lesson_part part = lesson_part_of(&room->of.team, in->member.account);
    const struct lesson_viewer viewer = {.account = in->member.account,
                                         .is_team = part != LESSON_NOBODY,
                                         .is_instructor =
                                             lesson_teaches(&room->of, in->member.account),
                                         .hides_ids = in->member.role == ROLE_GUEST_TEACHER};
    struct lesson_state state = {.lesson = room->of.id,
                                 .title = span_text(room->title),
                                 .n_pages = room->of.n_pages,
                                 .n_here = n_here(room),
                                 .takes_hands = room->of.has_hand,
                                 .takes_polls = room->of.has_poll,
                                 .takes_questions = room->of.has_question};

    if (in->member.cut_utc_us != 0)
        return; /* who comes back asks */
    if (!lesson_state_fill(board, &viewer, raised, n_raised, arena, &state)) {
        log_warn("lesson.untold", L_ID("lesson", room->of.id));
        return;
    }
    place_tell_account(lessons->conf.services->place, in->member.account, lesson_event_here,
                       &state);
}

/* account ID_NONE: everybody. */
static void tell_some(struct lessons *lessons, const struct lesson_room *room,
                      struct id account)
{
    struct lesson_raised *raised = calloc(RAISED_MOST, sizeof *raised);
    struct lesson_board board = {.page = 0};
    struct lesson_beside beside;
    struct arena *arena = NULL;
    size_t n;

    if (raised == NULL || arena_create(ARENA_BYTES, &arena, NULL) != ERR_OK) {
        free(raised);
        return;
    }
    n = gather_raised(lessons, room, raised);
    if (room->sheet != NULL)
        board = room->sheet->board;
    if (lesson_beside_read(lessons, room->of.id, &board, arena, &beside, NULL) == ERR_OK) {
        lesson_beside_seats(lessons, room->of.id, &beside);
        board.beside = &beside;
    }
    for (const struct lesson_in *in = room->members; in != NULL; in = in->next)
        if (id_is_none(account) || id_eq(in->member.account, account))
            tell(lessons, room, in, &board, raised, n, arena);
    arena_destroy(&arena);
    free(raised);
}

void lesson_room_tell(struct lessons *lessons, const struct lesson_room *room,
                      struct id account)
{
    tell_some(lessons, room, account);
}

void lesson_room_touch(struct lessons *lessons, struct lesson_room *room)
{
    room->is_due = true;
    if (mbox_post(lessons->wakes, &room->of.id, NULL) != ERR_OK)
        return; /* full: is_due is looked at each second */
}

void lesson_sheet_free(struct lesson_sheet **sheet)
{
    if (*sheet != NULL)
        arena_destroy(&(*sheet)->arena);
    free(*sheet);
    *sheet = NULL;
}

static bool has_same_questions(const struct lesson_board *a, const struct lesson_board *b)
{
    bool is_same = a->n_asked == b->n_asked;

    for (size_t i = 0; is_same && i < a->n_asked; i++)
        is_same = a->asked[i].state == b->asked[i].state &&
                  a->asked[i].answered_utc_us == b->asked[i].answered_utc_us;
    return is_same;
}

static bool has_same_poll(const struct lesson_board *a, const struct lesson_board *b)
{
    bool is_same = a->has_poll == b->has_poll && id_eq(a->poll.id, b->poll.id) &&
                   a->poll.closed_utc_us == b->poll.closed_utc_us &&
                   a->poll.has_all == b->poll.has_all && a->n_votes == b->n_votes &&
                   memcmp(a->poll.all, b->poll.all, sizeof a->poll.all) == 0;

    for (size_t i = 0; is_same && i < a->n_votes; i++)
        is_same = id_eq(a->votes[i].account, b->votes[i].account) &&
                  a->votes[i].answer == b->votes[i].answer;
    return is_same;
}

/* What was committed while the board was being read is told with the next sheet, which nobody
 * waits for any more: it is news by what stands in it. So is what staff decided about a held
 * question. */
static bool has_same_board(const struct lesson_sheet *a, const struct lesson_sheet *b)
{
    return a != NULL && a->board.page == b->board.page && has_same_poll(&a->board, &b->board) &&
           has_same_questions(&a->board, &b->board);
}

static bool has_held(const struct lesson_sheet *sheet)
{
    for (size_t i = 0; sheet != NULL && i < sheet->board.n_asked; i++)
        if (sheet->board.asked[i].state == CHAT_HELD)
            return true;
    return false;
}

/* What staff decide about a held question is an act of chat: it is looked for while one waits.
 */
static void look_held(struct lessons *lessons, struct lesson_room *room, int64_t now_mono_us)
{
    if ((room->members == NULL && lesson_share_of(lessons, room->of.id) == NULL) ||
        now_mono_us - room->held_mono_us < HELD_US || !has_held(room->sheet))
        return;
    room->held_mono_us = now_mono_us;
    if (mbox_post(lessons->wakes, &room->of.id, NULL) != ERR_OK)
        room->held_mono_us = 0; /* full: in a second */
}

void lesson_take_sheet(void *news)
{
    struct lesson_sheet_news *n = news;
    struct lesson_room *room = lesson_room_find(n->lessons, n->sheet->lesson);

    if (room != NULL) {
        bool is_news = room->is_due || !has_same_board(room->sheet, n->sheet);

        lesson_sheet_free(&room->sheet);
        room->sheet = n->sheet;
        n->sheet = NULL;
        room->is_due = false;
        if (is_news)
            tell_some(n->lessons, room, ID_NONE);
        lesson_share_look(n->lessons, room);
    }
    lesson_sheet_free(&n->sheet);
    free(n);
}

/* ---- leaving ---- */

static enum err leave_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_leave(tx, &act->event, why);
}

static void take_out(struct lesson_room *room, struct lesson_in *in)
{
    struct lesson_in **at = &room->members;

    while (*at != in)
        at = &(*at)->next;
    *at = in->next;
    free(in);
}

/* Others see his hand go down. */
static void hand_down(struct lessons *lessons, const struct lesson_room *room,
                      const struct lesson_in *in)
{
    struct place_seen seen;
    struct lesson_hand_seen hand = {.lesson = room->of.id};

    if (in->member.hand_utc_us == 0 ||
        !place_seen(lessons->conf.services->place, in->member.account, SPAN_NONE, &seen))
        return;
    hand.seat = seen.seat;
    place_show(lessons->conf.services->place, in->member.account, lesson_event_hand, &hand);
}

struct lesson_event lesson_left(const struct lesson_in *in, int64_t at_utc_us,
                                enum lesson_why why)
{
    return (struct lesson_event){.id = id_new(),
                                 .at_utc_us = at_utc_us,
                                 .kind = LESSON_LEFT,
                                 .stay = in->member.stay,
                                 .reason = why};
}

void lesson_room_drop(struct lessons *lessons, struct lesson_room *room, struct lesson_in *in,
                      enum lesson_why why)
{
    const struct lesson_over over = {room->of.id, (int)why};

    hand_down(lessons, room, in);
    place_tell_account(lessons->conf.services->place, in->member.account, lesson_event_over,
                       &over);
    take_out(room, in);
    lesson_share_look(lessons, room);
    lesson_room_touch(lessons, room);
}

void lesson_room_leave(struct lessons *lessons, struct lesson_room *room, struct lesson_in *in,
                       int64_t at_utc_us, enum lesson_why why, struct command_call *call)
{
    struct lesson_act *act = lesson_act_create(lessons, call);

    if (act == NULL)
        return; /* he is looked at again in a second */
    act->is_kept = true;
    act->run = leave_run;
    act->lesson = room->of.id;
    act->event = lesson_left(in, at_utc_us, why);
    lesson_room_drop(lessons, room, in, why);
    lesson_act_post(act);
}

/* ---- what the thread read ---- */

static struct lesson_room *room_add(struct lessons *lessons, struct id lesson)
{
    struct lesson_room *room = calloc(1, sizeof *room);

    if (room == NULL)
        return NULL;
    room->of.id = lesson;
    room->next = lessons->rooms;
    lessons->rooms = room;
    return room;
}

static void free_room(struct lesson_room *room)
{
    while (room->members != NULL)
        take_out(room, room->members);
    lesson_sheet_free(&room->sheet);
    free(room);
}

void lesson_take_plan(void *news)
{
    struct lesson_plan_news *n = news;
    struct lessons *lessons = n->lessons;

    for (struct lesson_room *room = lessons->rooms; room != NULL; room = room->next)
        room->is_planned = false;
    for (size_t i = 0; i < n->n; i++) {
        struct lesson_room *room = lesson_room_find(lessons, n->at[i].id);
        bool is_new = room == NULL;

        if (is_new)
            room = room_add(lessons, n->at[i].id);
        if (room == NULL)
            break;
        room->of = n->at[i];
        room->of.link_sealed = room->of.title_sealed = SPAN_NONE;
        room->of.summary_sealed = room->of.pages_sealed = SPAN_NONE;
        memcpy(room->title, n->titles[i], sizeof room->title);
        room->is_planned = true;
        if (room->sheet == NULL &&
            (room->members != NULL || lesson_share_of(lessons, room->of.id) != NULL))
            lesson_room_touch(lessons, room);
    }
    arena_destroy(&n->arena);
    free(n);
}

void lesson_take_seats(void *news)
{
    struct lesson_seat_news *n = news;
    struct lessons *lessons = n->lessons;

    for (size_t i = 0; i < n->n; i++) {
        struct lesson_room *room = lesson_room_find(lessons, n->at[i].lesson);
        struct lesson_in *in = calloc(1, sizeof *in);

        if (room == NULL)
            room = room_add(lessons, n->at[i].lesson);
        if (room == NULL || in == NULL || lesson_in_find(room, n->at[i].member.account)) {
            free(in);
            continue;
        }
        in->member = n->at[i].member;
        in->is_trial = n->at[i].is_trial;
        in->next = room->members;
        room->members = in;
        lesson_room_touch(lessons, room);
    }
    lessons->is_begun = true;
    free(n->at);
    free(n);
}

/* ---- each second ---- */

static void look_members(struct lessons *lessons, struct lesson_room *room, int64_t now)
{
    const struct lesson_bounds bounds = {
        /* One that is not in the plan any more has no end: it is stopped. */
        .to_utc_us = room->of.to_utc_us != 0 ? room->of.to_utc_us : INT64_MAX,
        .is_stopped = !room->is_planned || room->of.is_cancelled};
    struct span area = span_text(room->of.area);

    for (struct lesson_in *in = room->members, *next; in != NULL; in = next) {
        struct place_seen seen = {.is_held = false};
        struct lesson_sight sight = {.has_area = area.len > 0};
        enum lesson_why why;
        int64_t left;
        bool was_cut = in->member.cut_utc_us != 0;

        next = in->next;
        sight.is_there =
            place_seen(lessons->conf.services->place, in->member.account, area, &seen) &&
            id_eq(seen.visit, in->member.visit);
        sight.is_held = seen.is_held;
        sight.heard_utc_us = seen.heard_utc_us;
        sight.is_on_floor = strcmp(seen.floor, room->of.floor) == 0;
        sight.is_inside = seen.is_inside;
        if (lesson_member_look(&in->member, &sight, &bounds, now, &left, &why))
            lesson_room_leave(lessons, room, in, left, why, NULL);
        else if (was_cut && in->member.cut_utc_us == 0)
            lesson_room_tell(lessons, room, in->member.account); /* he is back */
    }
}

static enum err seen_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_seen(tx, act->stays, act->n_stays, act->at_utc_us, why);
}

/* Who is there now is written so often that a killed program is short of that much at most. */
static void write_seen(struct lessons *lessons, int64_t now_mono_us, int64_t now_utc_us)
{
    struct lesson_act *act;
    size_t n = 0;

    if (now_mono_us - lessons->seen_mono_us < SEEN_US)
        return;
    lessons->seen_mono_us = now_mono_us;
    for (const struct lesson_room *room = lessons->rooms; room != NULL; room = room->next)
        for (const struct lesson_in *in = room->members; in != NULL; in = in->next)
            n += in->member.cut_utc_us == 0;
    act = n == 0 ? NULL : lesson_act_create(lessons, NULL);
    if (act == NULL)
        return;
    act->at_utc_us = now_utc_us;
    act->run = seen_run;
    act->stays = calloc(n, sizeof *act->stays);
    for (const struct lesson_room *room = lessons->rooms; room != NULL && act->stays != NULL;
         room = room->next)
        for (const struct lesson_in *in = room->members; in != NULL; in = in->next)
            if (in->member.cut_utc_us == 0)
                act->stays[act->n_stays++] = in->member.stay;
    lesson_act_post(act);
}

/* ---- is there who must be ---- */

static bool is_on_floor(struct lessons *lessons, const struct lesson_room *room,
                        struct id account)
{
    struct place_seen seen;

    return !id_is_none(account) &&
           place_seen(lessons->conf.services->place, account, SPAN_NONE, &seen) &&
           !seen.is_held && strcmp(seen.floor, room->of.floor) == 0;
}

/* Of the team those who are on its floor now: the plan's own rule over them. */
static unsigned missing_of(struct lessons *lessons, const struct lesson_room *room)
{
    const struct class_team *all = &room->of.team;
    struct class_team team = {.sub_supports = all->sub_supports,
                              .main_is_elsewhere = all->main_is_elsewhere};

    if (is_on_floor(lessons, room, all->main))
        team.main = all->main;
    if (is_on_floor(lessons, room, all->sub))
        team.sub = all->sub;
    for (int i = 0; i < all->n_supporters; i++)
        if (is_on_floor(lessons, room, all->supporters[i]))
            team.supporters[team.n_supporters++] = all->supporters[i];
    return class_rule_check(&team) & (CLASS_RULE_NO_MAIN | CLASS_RULE_NO_SUPPORTER);
}

static enum err gap_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    const struct care_gap gap = {act->object, act->at_utc_us, span_text(act->floor)};

    return care_gap_put(act->lessons->conf.services, tx, &gap, why);
}

static void gap_told(struct lesson_act *act)
{
    const struct care_gap gap = {act->object, act->at_utc_us, span_text(act->floor)};

    care_gap_told(act->lessons->conf.services, &gap);
}

/* Once for each stretch; tried until it is written. */
static void write_gap(struct lessons *lessons, const struct lesson_room *room, int64_t now)
{
    struct lesson_act *act = lesson_act_create(lessons, NULL);

    if (act == NULL) {
        log_warn("lesson.gap-unwritten", L_ID("lesson", room->of.id));
        return;
    }
    act->lesson = room->of.id;
    act->object = id_new();
    act->at_utc_us = now;
    act->is_kept = true;
    snprintf(act->floor, sizeof act->floor, "%s", room->of.floor);
    act->run = gap_run;
    act->told = gap_told;
    lesson_act_post(act);
}

/* With nobody missing: it is mended. */
static void tell_gap(struct lessons *lessons, const struct lesson_room *room)
{
    const struct lesson_unstaffed said = {
        .lesson = room->of.id,
        .title = span_text(room->title),
        .no_main = (room->gap.missing & CLASS_RULE_NO_MAIN) != 0,
        .no_supporter = (room->gap.missing & CLASS_RULE_NO_SUPPORTER) != 0,
        .since = room->gap.since_utc_us};

    if (room->gap.missing == 0)
        log_info("lesson.staffed", L_ID("lesson", room->of.id));
    else
        log_warn("lesson.unstaffed", L_ID("lesson", room->of.id),
                 L_INT("missing", room->gap.missing));
    place_tell_staff(lessons->conf.services->place, lesson_event_unstaffed, &said);
}

static void look_staff(struct lessons *lessons, struct lesson_room *room, int64_t now)
{
    int64_t minutes =
        settings_int(lessons->conf.services->settings, &setting_class_staffless_min);
    bool is_on = room->is_planned && lesson_is_on(&room->of, now);
    struct lesson_gap before = room->gap;

    if (lesson_gap_look(&room->gap, is_on ? missing_of(lessons, room) : 0, now,
                        minutes * MINUTE_US))
        write_gap(lessons, room, now);
    else if (!before.is_told || before.missing == room->gap.missing)
        return;
    if (room->gap.missing == 0)
        room->gap.since_utc_us = before.since_utc_us; /* it is said how long it was */
    tell_gap(lessons, room);
}

static void publish_missing(struct lessons *lessons)
{
    size_t n = 0;

    pthread_mutex_lock(&lessons->lock);
    for (const struct lesson_room *room = lessons->rooms; room != NULL; room = room->next)
        if (room->gap.missing != 0 && n < LESSON_ROOMS_MOST)
            lessons->missing[n++] = (struct lesson_missing){
                room->of.id, room->gap.missing, room->gap.since_utc_us, room->gap.is_told};
    lessons->n_missing = n;
    pthread_mutex_unlock(&lessons->lock);
}

/* ---- what is over ---- */

static enum err end_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_polls_end(tx, act->lesson, act->at_utc_us, why);
}

/* A poll that was left open is counted, and who gave which answer forgotten. */
static void end_polls(struct lessons *lessons, struct lesson_room *room, int64_t now)
{
    struct lesson_act *act;

    if (room->is_ended || room->of.to_utc_us == 0 || now < room->of.to_utc_us)
        return;
    act = lesson_act_create(lessons, NULL);
    if (act == NULL)
        return;
    act->lesson = room->of.id;
    act->at_utc_us = now;
    act->is_kept = true;
    act->run = end_run;
    act->told = lesson_told_touch; /* of a shared one the sums are still to come */
    room->is_ended = true;
    lesson_act_post(act);
}

/* Counts of other towns are told once a second; what could not be told to them, again. */
static void look_share(struct lessons *lessons, struct lesson_room *room)
{
    lesson_share_look(lessons, room);
    if (!room->is_told_due)
        return;
    room->is_told_due = false;
    tell_some(lessons, room, ID_NONE);
}

static void drop_rooms(struct lessons *lessons)
{
    struct lesson_room **at = &lessons->rooms;

    while (*at != NULL) {
        struct lesson_room *room = *at;

        if (room->is_planned || room->members != NULL ||
            lesson_share_of(lessons, room->of.id) != NULL) {
            at = &room->next;
            continue;
        }
        *at = room->next;
        free_room(room);
    }
}

void lesson_sweep(void *arg)
{
    struct lessons *lessons = arg;
    int64_t now = clock_utc_us();

    if (!lessons->is_begun)
        return;
    lesson_acts_again(lessons);
    for (struct lesson_room *room = lessons->rooms; room != NULL; room = room->next) {
        look_members(lessons, room, now);
        look_staff(lessons, room, now);
        end_polls(lessons, room, now);
        look_held(lessons, room, clock_mono_us());
        look_share(lessons, room);
        if (room->is_due && mbox_post(lessons->wakes, &room->of.id, NULL) != ERR_OK)
            break; /* full: the rest in a second */
    }
    lesson_guest_sweep(lessons, now);
    write_seen(lessons, clock_mono_us(), now);
    publish_missing(lessons);
    drop_rooms(lessons);
}

void lesson_rooms_free(struct lessons *lessons)
{
    lesson_shares_free(lessons);
    while (lessons->rooms != NULL) {
        struct lesson_room *room = lessons->rooms;

        lessons->rooms = room->next;
        free_room(room);
    }
    while (lessons->unwritten != NULL) {
        struct lesson_act *act = lessons->unwritten;

        lessons->unwritten = act->next;
        lesson_act_free(act);
    }
}
