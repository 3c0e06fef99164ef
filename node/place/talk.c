/* Private talks: their beginning and end, written first; who is told what. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/place/chat_priv.h"
#include "node/place/speech.h"
#include "node/place/talk_priv.h"

#define UNCERTAIN_TRIES 3

/* ---- looking ---- */

struct talk *talk_find(struct chat *chat, struct id id)
{
    struct talk *talk = chat->talks;

    while (talk != NULL && !id_eq(talk->id, id))
        talk = talk->next;
    return talk;
}

bool talk_has(const struct talk *talk, struct id account)
{
    return id_eq(talk->members[0], account) || id_eq(talk->members[1], account);
}

struct id talk_other(const struct talk *talk, struct id account)
{
    return talk->members[id_eq(talk->members[0], account) ? 1 : 0];
}

struct talk *talk_between(struct chat *chat, struct id a, struct id b)
{
    struct talk *talk = chat->talks;

    while (talk != NULL && (!talk_has(talk, a) || !talk_has(talk, b)))
        talk = talk->next;
    return talk;
}

bool talk_is_blocked(const struct chat *chat, struct id account, struct id other)
{
    const struct chat_block *block = chat->blocks;

    while (block != NULL && (!id_eq(block->account, account) || !id_eq(block->other, other)))
        block = block->next;
    return block != NULL;
}

bool talk_was_refused(const struct chat *chat, struct id from, struct id to)
{
    const struct talk_refusal *one = chat->refusals;

    while (one != NULL && (!id_eq(one->from, from) || !id_eq(one->to, to)))
        one = one->next;
    return one != NULL;
}

static void note_refusal(struct chat *chat, const struct talk *talk, struct place_now now)
{
    struct talk_refusal *one = calloc(1, sizeof *one);

    if (one == NULL)
        return; /* he may ask again at once */
    *one = (struct talk_refusal){chat->refusals, talk->members[0], talk->members[1],
                                 now.mono_us + TALK_AGAIN_US};
    chat->refusals = one;
}

/* ---- telling ---- */

/* In the lobby he is who he was in the talk: alias or name. */
static struct span name_for(const struct visit *other, const struct visit *viewer,
                            const struct talk *talk)
{
    int i = id_eq(talk->members[0], other->account) ? 0 : 1;

    if (other->person != NULL)
        return world_name(other->person, viewer->pass.look.may_see_ids);
    if (!viewer->pass.look.may_see_ids && !id_is_none(talk->faces[i]))
        return span_text(other->pass.look.alias);
    return span_text(other->pass.look.name);
}

/* A seat is told as far as it is seen. */
bool talk_seat_for(const struct visit *other, const struct visit *viewer, int64_t *seat_out)
{
    struct world_where where;
    void *owner = NULL;

    *seat_out = 0;
    if (other->person == NULL || viewer->person == NULL || other->floor != viewer->floor ||
        other->copy != viewer->copy)
        return false;
    world_where(other->person, &where);
    *seat_out = where.seat;
    return world_seat_owner(viewer->person, where.seat, &owner, NULL) == ERR_OK &&
           owner == other;
}

void talk_tell(struct visit *visit, const struct talk *talk, bool is_first,
               struct place_now now)
{
    const struct visit *other = visit_find(visit->place, talk_other(talk, visit->account));
    struct talk_person person = {.seat = 0};
    struct talk_opened opened = {
        .talk = talk->id, .people = {&person, 1}, .is_first = is_first};

    if (other != NULL) {
        person.has_seat = talk_seat_for(other, visit, &person.seat);
        person.name = name_for(other, visit, talk);
        person.is_staff = other->pass.look.is_staff;
    } else {
        opened.people.n = 0; /* of before a restart, and not back yet */
    }
    visit_tell(visit, talk_event_open, &opened, now);
    chat_talk_lines_send(visit, talk, now);
}

void talks_tell_again(struct visit *visit, struct place_now now)
{
    const struct chat *chat = visit->place->chat;

    for (const struct talk *t = chat->talks; t != NULL; t = t->next)
        if (t->state == TALK_IS_OPEN && talk_has(t, visit->account))
            talk_tell(visit, t, false, now);
}

void talk_ask_tell(struct visit *to, const struct visit *from, const struct talk *talk)
{
    struct talk_asked asked = {.talk = talk->id,
                               .name = name_for(from, to, talk),
                               .is_staff = from->pass.look.is_staff};

    asked.has_seat = talk_seat_for(from, to, &asked.seat);
    visit_call(to, talk_event_asked, &asked);
}

/* ---- the end ---- */

struct ending {
    const struct services *services;
    struct id talk;
    int64_t at_utc_us;
    int n_tries;
};

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct ending *e = arg;

    return talk_store_end(tx, e->talk, e->at_utc_us, why);
}

static void end_done(void *arg, enum err rc, const struct fail *why)
{
    struct ending *e = arg;
    const struct writer_op op = {end_run, end_done, e};

    if (rc != ERR_OK && ++e->n_tries < UNCERTAIN_TRIES &&
        writer_post(e->services->writer, &op, NULL) == ERR_OK)
        return;
    if (rc != ERR_OK)
        log_warn("talk.end-unwritten", L_ID("talk", e->talk), L_FAIL(why));
    free(e);
}

/* Should it not be written, the next program ends it: nobody of it is there. */
static void write_end(struct chat *chat, struct id talk, struct place_now now)
{
    struct ending *e = calloc(1, sizeof *e);
    const struct writer_op op = {end_run, end_done, e};

    if (e == NULL)
        return;
    *e = (struct ending){chat->place->conf.services, talk, now.utc_us, 0};
    if (writer_post(e->services->writer, &op, NULL) != ERR_OK)
        free(e);
}

static void talk_free(struct talk *talk)
{
    chat_lines_drop(&talk->lines, INT64_MAX);
    free(talk);
}

void talk_close(struct chat *chat, struct talk *talk, struct id by, enum talk_end why,
                struct place_now now)
{
    struct talk **at = &chat->talks;

    for (int i = 0; i < TALK_MEMBERS; i++) {
        struct visit *visit = visit_find(chat->place, talk->members[i]);
        const struct talk_over over = {talk->id,
                                       (int)(id_eq(talk->members[i], by) ? TALK_CLOSED : why)};

        if (visit != NULL)
            visit_tell(visit, talk_event_over, &over, now);
    }
    if (talk->state != TALK_IS_ASKED)
        write_end(chat, talk->id, now);
    while (*at != talk)
        at = &(*at)->next;
    *at = talk->next;
    speech_talk_over(chat, talk, now);
    talk_free(talk);
}

/* No answer is an answer: the asker cannot tell it from a no. */
void talk_refuse(struct chat *chat, struct talk *talk, struct place_now now)
{
    note_refusal(chat, talk, now);
    talk_close(chat, talk, talk->members[1], TALK_REFUSED, now);
}

void chat_leave(struct place *place, struct id account, struct place_now now)
{
    struct talk *next;

    if (place->chat == NULL || place->is_ending)
        return;
    for (struct talk *talk = place->chat->talks; talk != NULL; talk = next) {
        next = talk->next;
        if (talk_has(talk, account))
            talk_close(place->chat, talk, account, TALK_GONE, now);
    }
}

struct id talk_face(const struct visit *visit)
{
    const struct place_floor *floor = visit->floor;

    return floor != NULL && floor->is_anonymous && !visit->pass.look.is_staff ? floor->session
                                                                              : ID_NONE;
}

/* Whether he bears another name now than the one by which the other knows him in the talk. */
static bool is_unmasked(struct talk *talk, const struct visit *visit)
{
    int i = id_eq(talk->members[0], visit->account) ? 0 : 1;
    const struct visit *other = visit_find(visit->place, talk->members[1 - i]);
    struct id face = talk_face(visit);

    if (talk->kind == TALK_PUPILS && !id_is_none(face))
        return true; /* they may not begin one there either */
    if (talk->has_face[i])
        return !id_eq(talk->faces[i], face) && (other == NULL || !other->pass.look.may_see_ids);
    talk->has_face[i] = true;
    talk->faces[i] = face;
    return false;
}

void chat_stand(struct visit *visit, struct place_now now)
{
    struct chat *chat = visit->place->chat;
    struct talk *next;

    for (struct talk *talk = chat == NULL ? NULL : chat->talks; talk != NULL; talk = next) {
        next = talk->next;
        if (talk_has(talk, visit->account) && is_unmasked(talk, visit))
            talk_close(chat, talk, ID_NONE, TALK_GONE, now);
    }
}

/* Of a talk of before a restart: the member who will not come back; ID_NONE: all may. */
static struct id missing(struct chat *chat, const struct talk *talk)
{
    for (int i = 0; talk->is_restored && i < TALK_MEMBERS; i++)
        if (visit_find(chat->place, talk->members[i]) == NULL &&
            ghost_find(chat->place, talk->members[i]) == NULL)
            return talk->members[i];
    return ID_NONE;
}

void talks_sweep(struct chat *chat, struct place_now now)
{
    struct talk_refusal **at = &chat->refusals;
    struct talk *next;

    for (struct talk *talk = chat->talks; talk != NULL; talk = next) {
        struct id gone = missing(chat, talk);

        next = talk->next;
        if (!id_is_none(gone))
            talk_close(chat, talk, gone, TALK_GONE, now);
        else if (talk->state == TALK_IS_ASKED && now.mono_us >= talk->until_mono_us)
            talk_refuse(chat, talk, now);
    }
    while (*at != NULL) {
        struct talk_refusal *one = *at;

        if (now.mono_us < one->until_mono_us) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        free(one);
    }
}

void talks_free(struct chat *chat)
{
    while (chat->talks != NULL) {
        struct talk *talk = chat->talks;

        chat->talks = talk->next;
        talk_free(talk);
    }
    while (chat->blocks != NULL) {
        struct chat_block *block = chat->blocks;

        chat->blocks = block->next;
        free(block);
    }
    while (chat->refusals != NULL) {
        struct talk_refusal *one = chat->refusals;

        chat->refusals = one->next;
        free(one);
    }
}

/* ---- the beginning ---- */

struct beginning {
    const struct services *services;
    struct chat *chat; /* the live thread's */
    struct command_later later;
    struct talk_row row;
    bool is_first[TALK_MEMBERS];
    struct fail fail;
    int n_tries;
};

static enum err begin_run(struct tx *tx, void *arg, struct fail *why)
{
    struct beginning *b = arg;
    bool has_been = true;
    enum err rc = ERR_OK;

    for (int i = 0; i < TALK_MEMBERS && rc == ERR_OK; i++) {
        rc = talk_store_has_been(tx, b->row.members[i], &has_been, why);
        b->is_first[i] = !has_been;
    }
    return rc == ERR_OK ? talk_store_add(tx, &b->row, why) : rc;
}

static void begin_told(void *arg)
{
    struct beginning *b = arg;
    struct chat *chat = b->chat;
    struct talk *talk = talk_find(chat, b->row.id);
    const struct place_now now = place_now();
    const struct talk_answer ok = {b->row.id};

    if (b->fail.code != ERR_OK) {
        log_warn("talk.unwritten", L_ID("talk", b->row.id), L_FAIL(&b->fail));
        command_later_fail(chat->place->live, &b->later, &b->fail);
        if (talk != NULL)
            talk_close(chat, talk, ID_NONE, TALK_GONE, now);
    } else {
        command_later_ok(chat->place->live, &b->later,
                         b->later.row->output == NULL ? NULL : &ok);
        if (talk != NULL)
            talk->state = TALK_IS_OPEN;
        for (int i = 0; i < TALK_MEMBERS && talk != NULL; i++) {
            struct visit *visit = visit_find(chat->place, talk->members[i]);

            if (visit != NULL)
                talk_tell(visit, talk, b->is_first[i], now);
        }
    }
    free(b);
    arena_reset(chat->place->arena);
}

static void begin_done(void *arg, enum err rc, const struct fail *why)
{
    struct beginning *b = arg;
    const struct writer_op op = {begin_run, begin_done, b};

    if (rc == ERR_UNCERTAIN && ++b->n_tries < UNCERTAIN_TRIES &&
        writer_post(b->services->writer, &op, NULL) == ERR_OK)
        return;
    b->fail = *why;
    b->fail.code = rc;
    if (live_post(b->services->live, begin_told, b, NULL) != ERR_OK)
        free(b);
}

void talk_begin(struct chat *chat, struct talk *talk, struct command_call *call)
{
    struct beginning *b = calloc(1, sizeof *b);
    const struct writer_op op = {begin_run, begin_done, b};
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    struct fail fail = {.code = ERR_NOMEM};
    struct command_later later;
    enum err rc = b == NULL ? ERR_NOMEM : ERR_OK;

    call->object = talk->id;
    later = command_later(call);
    talk->state = TALK_IS_OPENING;
    if (rc == ERR_OK) {
        *b = (struct beginning){.services = call->services,
                                .chat = chat,
                                .later = later,
                                .row = {.id = talk->id,
                                        .at_utc_us = now.utc_us,
                                        .kind = talk->kind,
                                        .members = {talk->members[0], talk->members[1]}}};
        rc = writer_post(call->services->writer, &op, &fail);
    }
    if (rc != ERR_OK) {
        command_later_fail(chat->place->live, &later, &fail);
        talk_close(chat, talk, ID_NONE, TALK_GONE, now);
        free(b);
    }
}
