#include "federation/mirror_lesson.h"

#include <stdlib.h>

#include "federation/mirror_room.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/classes/lesson_share.h"
#include "tenants/words/words_now.h"

#define ARENA_BYTES 16384

_Static_assert(FRAME_PSEUD_BYTES == LESSON_PSEUD_BYTES, "one pseudonym");
_Static_assert(FRAME_ANSWERS_MOST == LESSON_ANSWERS_MOST, "one poll");

struct mirror_lesson {
    struct mirror_lesson_conf conf;
    struct shared_lesson at;
    struct lesson_share_feature feature;
    struct lesson_share *share;
    uint64_t n_refused; /* counts and questions that were not taken */
};

/* ---- sending ---- */

struct making {
    struct frame frame;
    uint8_t room[FRAME_PAYLOAD_MOST];
    struct bytes_out out;
};

static void make(const struct mirror_lesson *ml, struct making *m, enum frame_type type)
{
    m->frame =
        (struct frame){.type = type, .class = ml->at.class, .ts_ms = clock_utc_us() / 1000};
    m->out = (struct bytes_out){m->room, 0, sizeof m->room};
}

static void send_to(const struct mirror_lesson *ml, struct making *m, struct id peer)
{
    m->frame.payload = span_of(m->out.p, m->out.len);
    ml->conf.send(ml->conf.arg, peer, &m->frame);
}

/* but: not to that one; ID_NONE: to every one. */
static void send_all(const struct mirror_lesson *ml, struct making *m, struct id but)
{
    for (int i = 0; i < ml->at.n_peers; i++)
        if (!id_eq(ml->at.peers[i], but))
            send_to(ml, m, ml->at.peers[i]);
}

static void unsaid(const struct mirror_lesson *ml, const struct fail *why)
{
    log_warn("mirror.board-unsaid", L_ID("lesson", ml->at.lesson), L_FAIL(why));
}

/* ---- what lessons tell (struct lesson_share_feature) ---- */

static bool tell_hand(void *arg, struct id account, bool on, int64_t at_utc_us)
{
    const struct mirror_lesson *ml = arg;
    struct making m;

    make(ml, &m, FRAME_HAND);
    if (!ml->conf.pseud_of(ml->conf.arg, account, m.frame.pseud))
        return false;
    m.frame.flags = on ? FRAME_UP : 0;
    if (on)
        m.frame.ts_ms = at_utc_us / 1000;
    send_all(ml, &m, ID_NONE);
    return true;
}

static uint16_t seat_of(void *arg, const struct lesson_far *whose)
{
    const struct mirror_lesson *ml = arg;
    struct mirror_lesson_who who;

    return ml->conf.puppet(ml->conf.arg, whose->pseud, &who) && who.figure != NULL
               ? mirror_seat(who.figure)
               : 0;
}

static void show(void *arg, const struct lesson_far *whose, const struct live_event *event,
                 const void *of)
{
    const struct mirror_lesson *ml = arg;
    struct mirror_lesson_who who;

    if (ml->conf.puppet(ml->conf.arg, whose->pseud, &who) && who.figure != NULL)
        mirror_show(who.figure, event, of);
}

static void tell_page(void *arg, int64_t page)
{
    const struct mirror_lesson *ml = arg;
    struct fail why = {.code = ERR_OK};
    struct making m;

    make(ml, &m, FRAME_PAGE);
    if (frame_page_write((uint16_t)page, &m.out, &why) == ERR_OK)
        send_all(ml, &m, ID_NONE);
    else
        unsaid(ml, &why);
}

static void tell_poll(void *arg, const struct lesson_share_poll *poll)
{
    const struct mirror_lesson *ml = arg;
    struct frame_poll body = {
        .poll = poll->poll, .n = (uint8_t)poll->n_answers, .question = poll->question};
    struct fail why = {.code = ERR_OK};
    struct making m;

    for (int i = 0; i < LESSON_ANSWERS_MOST; i++) {
        body.sums[i] = poll->is_open ? 0 : (uint32_t)poll->sums[i];
        body.answers[i] = poll->choices[i];
    }
    make(ml, &m, FRAME_POLL);
    m.frame.flags = poll->is_open ? FRAME_OPEN : 0;
    if (frame_poll_write(&body, &m.out, &why) == ERR_OK)
        send_all(ml, &m, ID_NONE);
    else
        unsaid(ml, &why);
}

static void tell_lower(void *arg, const struct lesson_far *whose)
{
    const struct mirror_lesson *ml = arg;
    struct making m;

    make(ml, &m, FRAME_HAND);
    memcpy(m.frame.pseud, whose->pseud, sizeof m.frame.pseud);
    send_all(ml, &m, ID_NONE); /* its home puts it down, the others see it go */
}

static void tell_answered(void *arg, struct id node, struct id question, bool is_gone)
{
    const struct mirror_lesson *ml = arg;
    const struct frame_answered body = {question, is_gone};
    struct fail why = {.code = ERR_OK};
    struct making m;

    make(ml, &m, FRAME_ANSWERED);
    if (frame_answered_write(&body, &m.out, &why) == ERR_OK)
        send_to(ml, &m, id_is_none(node) ? ml->at.host : node);
    else
        unsaid(ml, &why);
}

static void tell_votes(void *arg, struct id poll, bool is_closed, int64_t n_answers,
                       const int64_t counts[LESSON_ANSWERS_MOST])
{
    const struct mirror_lesson *ml = arg;
    struct frame_votes body = {.poll = poll, .is_closed = is_closed, .n = (uint8_t)n_answers};
    struct fail why = {.code = ERR_OK};
    struct making m;

    for (int i = 0; i < LESSON_ANSWERS_MOST; i++)
        body.counts[i] = (uint32_t)counts[i];
    make(ml, &m, FRAME_VOTES);
    if (frame_votes_write(&body, &m.out, &why) == ERR_OK)
        send_to(ml, &m, ml->at.host);
    else
        unsaid(ml, &why);
}

static bool tell_asked(void *arg, const struct lesson_share_question *question)
{
    const struct mirror_lesson *ml = arg;
    struct frame_ask body = {.number = 1,
                             .question = question->question,
                             .name = question->name,
                             .text = question->text};
    struct fail why = {.code = ERR_OK};
    struct making m;

    make(ml, &m, FRAME_ASK);
    if (!ml->conf.pseud_of(ml->conf.arg, question->author, m.frame.pseud))
        return false;
    if (ml->conf.line != NULL)
        body.number = ml->conf.line(ml->conf.arg, true, ID_NONE, m.frame.pseud,
                                    question->question, 0, question->text);
    if (body.number == 0)
        return false;
    if (body.name.len > FRAME_NAME_MOST)
        body.name = SPAN_NONE;
    m.frame.ts_ms = question->at_utc_us / 1000;
    if (frame_ask_write(&body, &m.out, &why) == ERR_OK)
        send_to(ml, &m, ml->at.host);
    else
        unsaid(ml, &why);
    return true;
}

/* ---- what peers say ---- */

static enum err fault(const struct frame *frame, struct fail *why)
{
    return fail_set(why, ERR_PROTO, "%s is not that peer's to say",
                    frame_type_name(frame->type));
}

static struct lesson_far far_of(struct id node, const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    struct lesson_far far = {.node = node};

    memcpy(far.pseud, pseud, sizeof far.pseud);
    return far;
}

/* A hand of theirs; at the host told on to the others. */
static void take_far_hand(struct mirror_lesson *ml, struct id peer, const struct frame *frame)
{
    struct mirror_lesson_who who;
    struct lesson_far_word word = {.at_utc_us = frame->ts_ms * 1000};
    struct making m;

    if (!ml->conf.puppet(ml->conf.arg, frame->pseud, &who))
        return; /* he went: so did his hand */
    word.whose = far_of(who.node, frame->pseud);
    word.name = who.name;
    word.town = who.town;
    lesson_share_hand(ml->share, &word, (frame->flags & FRAME_UP) != 0);
    if (!ml->at.is_host)
        return;
    make(ml, &m, FRAME_HAND);
    m.frame.flags = frame->flags;
    m.frame.ts_ms = frame->ts_ms;
    memcpy(m.frame.pseud, frame->pseud, sizeof m.frame.pseud);
    send_all(ml, &m, peer);
}

static enum err take_hand(struct mirror_lesson *ml, struct id peer, const struct frame *frame,
                          struct fail *why)
{
    struct id account;

    if (!ml->conf.account_of(ml->conf.arg, frame->pseud, &account)) {
        take_far_hand(ml, peer, frame);
        return ERR_OK;
    }
    if (ml->at.is_host || (frame->flags & FRAME_UP) != 0)
        return fault(frame, why); /* the host's team puts hands down, and no others */
    lesson_share_lower(ml->share, account);
    return ERR_OK;
}

static enum err take_page(struct mirror_lesson *ml, const struct frame *frame, struct fail *why)
{
    uint16_t page = 0;
    enum err rc = frame_page_read(frame, &page, why);

    if (rc == ERR_OK)
        lesson_share_page(ml->share, page);
    return rc;
}

enum err mirror_lesson_judge(const struct words *words, struct span text, unsigned keep,
                             struct arena *arena, struct span *masked_out, bool *is_shown_out,
                             struct fail *why)
{
    struct words_verdict verdict = {.n_hits = 0};
    struct span clean = SPAN_NONE;
    enum err rc = words_look(words, WORDS_SURFACE_CHAT, text, arena, &verdict, why);

    if (rc == ERR_OK)
        rc = utf_clean(text, keep, arena, &clean, why);
    *masked_out = verdict.masked;
    *is_shown_out = span_eq(clean, text) && !words_has(&verdict, WORDS_CONTACT) &&
                    !words_has(&verdict, WORDS_CRISIS);
    return rc;
}

static enum err judge(const struct mirror_lesson *ml, struct span text, unsigned keep,
                      struct arena *arena, struct span *masked_out, bool *is_shown_out,
                      struct fail *why)
{
    struct words *words = words_now(ml->conf.services->words);
    enum err rc = mirror_lesson_judge(words, text, keep, arena, masked_out, is_shown_out, why);

    words_unref(&words);
    return rc;
}

/* Children read it as a thing of their own lesson: what no child may write stands in none. */
static bool is_fit(const struct mirror_lesson *ml, const struct frame_poll *poll)
{
    struct arena *arena = NULL;
    struct span masked;
    bool is_shown = false;
    enum err rc = arena_create(ARENA_BYTES, &arena, NULL);

    if (rc == ERR_OK)
        rc = judge(ml, poll->question, 0, arena, &masked, &is_shown, NULL);
    for (int i = 0; i < poll->n && rc == ERR_OK && is_shown; i++)
        rc = judge(ml, poll->answers[i], 0, arena, &masked, &is_shown, NULL);
    arena_destroy(&arena);
    return rc == ERR_OK && is_shown;
}

static enum err take_poll(struct mirror_lesson *ml, const struct frame *frame, struct fail *why)
{
    struct frame_poll body;
    struct lesson_share_poll poll = {.is_open = (frame->flags & FRAME_OPEN) != 0};
    enum err rc = frame_poll_read(frame, &body, why);

    if (rc != ERR_OK)
        return rc;
    if (!is_fit(ml, &body)) {
        ml->n_refused++;
        log_warn("mirror.poll-refused", L_ID("lesson", ml->at.lesson));
        return ERR_OK;
    }
    poll.poll = body.poll;
    poll.n_answers = body.n;
    poll.question = body.question;
    for (int i = 0; i < body.n; i++) {
        poll.choices[i] = body.answers[i];
        poll.sums[i] = body.sums[i];
    }
    lesson_share_poll(ml->share, &poll);
    return ERR_OK;
}

/* Counts that cannot be are left out and counted: a child who gave up his place after he had
 * answered makes one too many. */
static enum err take_votes(struct mirror_lesson *ml, struct id peer, const struct frame *frame,
                           struct fail *why)
{
    int64_t counts[LESSON_ANSWERS_MOST] = {0};
    struct fail refused = {.code = ERR_OK};
    struct frame_votes body;
    enum err rc = frame_votes_read(frame, &body, why);

    if (rc != ERR_OK)
        return rc;
    for (int i = 0; i < body.n; i++)
        counts[i] = body.counts[i];
    if (lesson_share_votes(ml->share, peer, body.poll, body.is_closed, counts, &refused) ==
        ERR_OK)
        return ERR_OK;
    ml->n_refused++;
    log_warn("mirror.votes-refused", L_ID("lesson", ml->at.lesson), L_ID("peer", peer),
             L_FAIL(&refused));
    return ERR_OK;
}

static void block(const struct mirror_lesson *ml, struct id peer, const struct frame *frame,
                  struct id question)
{
    const struct frame_blocked body = {question, ROOM_BLOCKED_WORDS};
    struct making m;

    make(ml, &m, FRAME_BLOCKED);
    memcpy(m.frame.pseud, frame->pseud, sizeof m.frame.pseud);
    if (frame_blocked_write(&body, &m.out, NULL) == ERR_OK)
        send_to(ml, &m, peer);
}

static void take_question(struct mirror_lesson *ml, struct id peer, const struct frame *frame,
                          const struct frame_ask *ask, struct span masked)
{
    struct mirror_lesson_who who = {.figure = NULL};
    struct lesson_far_word word = {.whose = far_of(peer, frame->pseud),
                                   .name = ask->name,
                                   .at_utc_us = frame->ts_ms * 1000,
                                   .question = ask->question,
                                   .text = masked};

    ml->conf.town_of(ml->conf.arg, peer, &word.town);
    if (ml->conf.puppet(ml->conf.arg, frame->pseud, &who))
        word.name = who.name; /* as he is seen: a name of our own staff is none of his */
    lesson_share_asked(ml->share, &word);
}

static enum err take_ask(struct mirror_lesson *ml, struct id peer, const struct frame *frame,
                         struct fail *why)
{
    struct arena *arena = NULL;
    struct fail unread = {.code = ERR_OK};
    struct frame_ask ask;
    struct span masked = SPAN_NONE;
    bool is_shown = false;
    enum err rc = frame_ask_read(frame, &ask, why);

    if (rc != ERR_OK)
        return rc;
    if (ml->conf.line != NULL)
        (void)ml->conf.line(ml->conf.arg, false, peer, frame->pseud, ask.question, ask.number,
                            ask.text);
    rc = arena_create(ARENA_BYTES, &arena, &unread);
    if (rc == ERR_OK)
        rc = judge(ml, ask.text, UTF_KEEP_LINES, arena, &masked, &is_shown, &unread);
    if (rc == ERR_OK && is_shown)
        take_question(ml, peer, frame, &ask, masked);
    else if (rc == ERR_OK)
        block(ml, peer, frame, ask.question);
    else
        log_warn("mirror.question-unread", L_ID("lesson", ml->at.lesson), L_FAIL(&unread));
    arena_destroy(&arena);
    return ERR_OK;
}

static enum err take_answered(struct mirror_lesson *ml, struct id peer,
                              const struct frame *frame, struct fail *why)
{
    struct frame_answered body;
    enum err rc = frame_answered_read(frame, &body, why);

    if (rc == ERR_OK)
        lesson_share_answered(ml->share, peer, body.question, body.is_gone);
    return rc;
}

enum err mirror_lesson_frame(struct mirror_lesson *ml, struct id peer,
                             const struct frame *frame, struct fail *why)
{
    bool is_host = ml->at.is_host;

    switch ((int)frame->type) { /* the others are not ours to take */
    case FRAME_HAND:
        return take_hand(ml, peer, frame, why);
    case FRAME_PAGE:
        return is_host ? fault(frame, why) : take_page(ml, frame, why);
    case FRAME_POLL:
        return is_host ? fault(frame, why) : take_poll(ml, frame, why);
    case FRAME_VOTES:
        return is_host ? take_votes(ml, peer, frame, why) : fault(frame, why);
    case FRAME_ASK:
        return is_host ? take_ask(ml, peer, frame, why) : fault(frame, why);
    case FRAME_ANSWERED:
        return take_answered(ml, peer, frame, why);
    default:
        return fault(frame, why);
    }
}

void mirror_lesson_left(struct mirror_lesson *ml, const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    const struct lesson_far far = far_of(ID_NONE, pseud);

    lesson_share_left(ml->share, &far);
}

/* ---- the links ---- */

struct retelling {
    const struct mirror_lesson *ml;
    struct id peer;
};

static void tell_far_hand(void *arg, const struct lesson_far *whose, int64_t at_utc_us)
{
    const struct retelling *r = arg;
    struct making m;

    if (id_eq(whose->node, r->peer))
        return;
    make(r->ml, &m, FRAME_HAND);
    m.frame.flags = FRAME_UP;
    m.frame.ts_ms = at_utc_us / 1000;
    memcpy(m.frame.pseud, whose->pseud, sizeof m.frame.pseud);
    send_to(r->ml, &m, r->peer);
}

/* What that peer has up is said anew; until then the others see it down. */
static void untell_far_hand(void *arg, const struct lesson_far *whose, int64_t at_utc_us)
{
    const struct retelling *r = arg;
    struct making m;

    (void)at_utc_us;
    if (!id_eq(whose->node, r->peer))
        return;
    make(r->ml, &m, FRAME_HAND);
    memcpy(m.frame.pseud, whose->pseud, sizeof m.frame.pseud);
    send_all(r->ml, &m, r->peer);
}

void mirror_lesson_up(struct mirror_lesson *ml, struct id peer, bool is_whole)
{
    struct retelling r = {ml, peer};

    if (is_whole)
        return;
    if (ml->at.is_host)
        lesson_share_hands(ml->share, untell_far_hand, &r);
    lesson_share_again(ml->share, peer);
    if (ml->at.is_host)
        lesson_share_hands(ml->share, tell_far_hand, &r);
}

/* ---- beginning and ending ---- */

void mirror_lesson_change(struct mirror_lesson *ml, const struct shared_lesson *at)
{
    ml->at = *at;
    for (int i = 0; at->is_host && i < at->n_peers; i++)
        lesson_share_join(ml->share, at->peers[i], at->places[i]);
}

enum err mirror_lesson_begin(const struct mirror_lesson_conf *conf, struct mirror_lesson **out,
                             struct fail *why)
{
    struct mirror_lesson *ml = calloc(1, sizeof *ml);
    enum err rc;

    *out = NULL;
    if (ml == NULL)
        return fail_set(why, ERR_NOMEM, "the board of a shared lesson");
    ml->conf = *conf;
    ml->conf.at = NULL;
    ml->feature = (struct lesson_share_feature){.arg = ml,
                                                .hand = tell_hand,
                                                .seat = seat_of,
                                                .show = show,
                                                .page = tell_page,
                                                .poll = tell_poll,
                                                .lower = tell_lower,
                                                .answered = tell_answered,
                                                .votes = tell_votes,
                                                .asked = tell_asked};
    ml->at = *conf->at;
    rc = lesson_share_begin(conf->services->lessons, conf->at->lesson, conf->at->is_host,
                            &ml->feature, &ml->share, why);
    if (rc != ERR_OK) {
        free(ml);
        return rc;
    }
    mirror_lesson_change(ml, conf->at);
    *out = ml;
    return ERR_OK;
}

void mirror_lesson_end(struct mirror_lesson **ml_at)
{
    struct mirror_lesson *ml = *ml_at;

    if (ml == NULL)
        return;
    *ml_at = NULL;
    lesson_share_end(&ml->share);
    free(ml);
}
