/* A shared lesson begins - what was before is read first - and ends. */
#include <stdio.h>
#include <stdlib.h>

#include "federation/mirrors_priv.h"
#include "node/base/log.h"
#include "node/place/chat_store.h"

#define PAST_US      (20 * MINUTE_US) /* longer than a link replays */
#define PAST_MOST    2000
#define NUMBERS_SKIP 16 /* a question's number may be out before its row is */

/* What was there before this program began; the writer's thread fills it. */
struct past {
    struct mirrors *mirrors;
    struct id lesson;
    struct mirror_context context;
    char floor[SERIES_FLOOR_CAP];
    int64_t now_utc_us, from_utc_us;
    struct arena *arena;
    uint64_t next_number;
    struct mirror_line_row *lines;
    struct span *texts; /* of lines; len 0: none */
    size_t n_lines;
    struct mirror_act_row *acts;
    size_t n_acts;
    struct chat_line_row *unsaid; /* of ours, said and not crossed */
    struct span *unsaid_texts;
    size_t n_unsaid;
    struct fail fail;
};

static void past_free(struct past *past)
{
    arena_destroy(&past->arena);
    free(past);
}

/* ---- writer's thread ---- */

static enum err own_text(struct past *past, struct tx *tx, const struct mirror_line_row *row,
                         struct span *out, struct fail *why)
{
    struct keyring *keyring = past->mirrors->conf.services->keyring;
    struct chat_line_row line;
    struct chat_text text = {.masked = SPAN_NONE};
    enum err rc = chat_line_read(tx, NULL, row->line, past->arena, &line, why);

    if (rc == ERR_OK)
        rc = chat_line_open(keyring, &line, past->arena, &text, why);
    /* A question is for the team alone: it is asked again by the board, never said. */
    if (rc == ERR_OK && line.state == CHAT_SAID && line.channel == CHAT_FLOOR)
        *out = text.masked;
    return rc;
}

/* What cannot be read any more is a number without words. */
static void open_texts(struct past *past, struct tx *tx)
{
    struct keyring *keyring = past->mirrors->conf.services->keyring;

    for (size_t i = 0; i < past->n_lines; i++) {
        const struct mirror_line_row *row = &past->lines[i];
        enum err rc = ERR_OK;

        past->texts[i] = SPAN_NONE;
        if (row->state == MIRROR_SENT)
            rc = own_text(past, tx, row, &past->texts[i], NULL);
        else if (row->state == MIRROR_SAID || row->state == MIRROR_MASKED)
            rc = mirror_line_open(keyring, row, past->arena, &past->texts[i], NULL);
        if (rc != ERR_OK)
            past->texts[i] = SPAN_NONE;
    }
}

static enum err read_lines(struct past *past, struct tx *tx, struct fail *why)
{
    const struct mirror_line_ask ask = {
        .lesson = past->lesson, .since_utc_us = past->now_utc_us - PAST_US, .n_cap = PAST_MOST};
    enum err rc =
        mirror_line_list(tx, NULL, &ask, past->arena, &past->lines, &past->n_lines, why);

    if (rc != ERR_OK)
        return rc;
    past->texts = arena_alloc(past->arena, (past->n_lines + 1) * sizeof *past->texts);
    if (past->texts == NULL)
        return fail_set(why, ERR_NOMEM, "lines of before");
    open_texts(past, tx);
    return ERR_OK;
}

static bool has_crossed(const struct past *past, struct id line)
{
    for (size_t i = 0; i < past->n_lines; i++)
        if (id_eq(past->lines[i].line, line))
            return true;
    return false;
}

/* Written in the open of copy 1 a moment before the program ended. */
static enum err read_unsaid(struct past *past, struct tx *tx, struct fail *why)
{
    struct chat_ask ask = {.from_utc_us = past->from_utc_us,
                           .until_utc_us = past->now_utc_us + MINUTE_US,
                           .floor = span_text(past->floor),
                           .n_cap = PAST_MOST};
    struct keyring *keyring = past->mirrors->conf.services->keyring;
    struct chat_line_row *rows = NULL;
    size_t n = 0;
    enum err rc;

    if (ask.from_utc_us < past->now_utc_us - PAST_US / 2)
        ask.from_utc_us = past->now_utc_us - PAST_US / 2;
    rc = chat_store_list(tx, NULL, &ask, past->arena, &rows, &n, why);
    if (rc != ERR_OK)
        return rc;
    past->unsaid = rows;
    past->unsaid_texts = arena_alloc(past->arena, (n + 1) * sizeof *past->unsaid_texts);
    if (past->unsaid_texts == NULL)
        return fail_set(why, ERR_NOMEM, "lines of before");
    for (size_t i = 0; i < n; i++) {
        struct chat_text text;

        if (rows[i].channel != CHAT_FLOOR || rows[i].copy != 1 || rows[i].state != CHAT_SAID ||
            rows[i].is_anonymous || has_crossed(past, rows[i].id) ||
            chat_line_open(keyring, &rows[i], past->arena, &text, NULL) != ERR_OK)
            continue;
        past->unsaid_texts[past->n_unsaid] = text.masked;
        past->unsaid[past->n_unsaid++] = rows[i];
    }
    return ERR_OK;
}

static enum err past_run(struct tx *tx, void *arg, struct fail *why)
{
    struct past *past = arg;
    enum err rc;

    arena_reset(past->arena);
    arena_mark_secret(past->arena);
    past->n_unsaid = 0;
    rc = mirror_context_put(tx, &past->context, why);
    if (rc == ERR_OK)
        rc = mirror_line_next(tx, past->lesson, past->mirrors->conf.self, &past->next_number,
                              why);
    if (rc == ERR_OK)
        rc = read_lines(past, tx, why);
    if (rc == ERR_OK)
        rc = mirror_act_list(tx, NULL, past->lesson, past->arena, &past->acts, &past->n_acts,
                             why);
    return rc == ERR_OK ? read_unsaid(past, tx, why) : rc;
}

/* ---- live thread: it is on ---- */

static void restore_lines(struct mirrored *lesson, const struct past *past)
{
    struct id self = lesson->mirrors->conf.self;

    for (size_t i = 0; i < past->n_lines; i++) {
        const struct mirror_line_row *row = &past->lines[i];
        struct room_line line = {.node = row->node,
                                 .number = row->number,
                                 .line = row->line,
                                 .at_ms = row->at_utc_us / 1000,
                                 .text = past->texts[i]};
        struct fail why;

        memcpy(line.pseud, row->pseud, sizeof line.pseud);
        if (mirror_room_restore(lesson->room, &line, &why) != ERR_OK)
            log_warn("mirror.restore", L_ID("line", row->line), L_FAIL(&why));
        if (past->texts[i].len > 0 && !id_eq(row->node, self))
            mirror_unshown_add(lesson, row, past->texts[i]);
    }
}

static bool was_held(const struct past *past, struct id act)
{
    for (size_t i = 0; i < past->n_acts; i++)
        if (past->acts[i].kind == MIRROR_ACT_HELD && id_eq(past->acts[i].act, act))
            return true;
    return false;
}

static void restore_acts(struct mirrored *lesson, const struct past *past)
{
    for (size_t i = 0; i < past->n_acts && lesson->at.is_host; i++) {
        const struct mirror_act_row *row = &past->acts[i];
        struct room_act act = {.act = row->act,
                               .node = row->node,
                               .what = row->what,
                               .on = row->kind != MIRROR_ACT_RESUME,
                               .is_acked = was_held(past, row->act)};
        struct fail why;

        if (row->kind != MIRROR_ACT_STOP && row->kind != MIRROR_ACT_RESUME &&
            row->kind != MIRROR_ACT_EJECT)
            continue;
        memcpy(act.pseud, row->pseud, sizeof act.pseud);
        if (mirror_room_stop_restore(lesson->room, &act, &why) != ERR_OK)
            log_warn("mirror.restore", L_ID("act", row->act), L_FAIL(&why));
    }
}

static enum err make_room(struct mirrored *lesson, struct fail *why)
{
    const struct room_conf conf = {
        .is_host = lesson->at.is_host,
        .self = lesson->mirrors->conf.self,
        .class = lesson->at.class,
        .begins_ms = lesson->at.from_utc_us / 1000,
        .ends_ms = lesson->at.to_utc_us / 1000,
        .feature = &lesson->feature,
    };
    enum err rc = mirror_room_create(&conf, &lesson->room, why);

    for (int i = 0; i < lesson->at.n_peers && rc == ERR_OK; i++)
        rc = mirror_room_peer(lesson->room, lesson->at.peers[i], lesson->at.places[i], why);
    return rc;
}

static void board_send(void *arg, struct id peer, const struct frame *frame)
{
    struct mirrored *lesson = arg;

    lesson->feature.send(lesson, peer, false, frame);
}

static bool board_pseud_of(void *arg, struct id account, uint8_t out[FRAME_PSEUD_BYTES])
{
    struct mirrored *lesson = arg;

    return mirror_room_pseud_of(lesson->room, account, out);
}

static bool board_account_of(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES], struct id *out)
{
    struct mirrored *lesson = arg;

    return mirror_room_account_of(lesson->room, pseud, out);
}

static void board_town_of(void *arg, struct id node, struct span *out)
{
    struct mirrored *lesson = arg;
    char *town = arena_alloc(lesson->mirrors->arena, MIRROR_TOWN_MOST);

    *out = SPAN_NONE;
    if (town == NULL)
        return;
    mirror_town(lesson->mirrors, node, town);
    *out = span_text(town);
}

static bool board_puppet(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES],
                         struct mirror_lesson_who *out)
{
    struct mirrored *lesson = arg;
    const struct room_figure *figure = mirror_room_find(lesson->room, pseud);
    const struct puppet *puppet = figure == NULL ? NULL : figure->owner;

    if (figure == NULL)
        return false;
    *out = (struct mirror_lesson_who){
        .node = figure->node,
        .figure = puppet == NULL ? NULL : puppet->figure,
        .name = span_text(figure->look.name),
    };
    board_town_of(lesson, figure->node, &out->town);
    return true;
}

/* A lesson without its board is a lesson all the same. */
static void begin_board(struct mirrored *lesson)
{
    const struct mirror_lesson_conf conf = {
        .services = lesson->mirrors->conf.services,
        .at = &lesson->at,
        .arg = lesson,
        .send = board_send,
        .pseud_of = board_pseud_of,
        .account_of = board_account_of,
        .puppet = board_puppet,
        .town_of = board_town_of,
        .line = mirror_asked_line,
    };
    struct fail why;

    if (mirror_lesson_begin(&conf, &lesson->board, &why) != ERR_OK)
        log_warn("mirror.board", L_ID("lesson", lesson->at.lesson), L_FAIL(&why));
}

static enum err begin(struct mirrored *lesson, const struct past *past, struct fail *why)
{
    struct mirrors *m = lesson->mirrors;
    int64_t now = clock_mono_us();
    enum err rc;

    mirror_seen_set(lesson);
    rc = make_room(lesson, why);
    if (rc != ERR_OK)
        return rc;
    lesson->next_number = past->next_number + (past->next_number > 1 ? NUMBERS_SKIP : 0);
    restore_lines(lesson, past);
    restore_acts(lesson, past);
    rc = mirror_begin(m->conf.services->place, span_text(lesson->at.floor), &lesson->taps,
                      &lesson->mirror, why);
    if (rc != ERR_OK)
        return rc;
    mirror_seen_out(lesson);
    begin_board(lesson);
    for (int i = 0; i < lesson->at.n_peers; i++) {
        const struct mirror_link *link = mirror_link_of(m, lesson->at.peers[i], false);

        if (link == NULL || !link->is_up)
            continue;
        mirror_room_up(lesson->room, link->peer, false, now);
        if (lesson->board != NULL)
            mirror_lesson_up(lesson->board, link->peer, false);
    }
    for (size_t i = 0; i < past->n_unsaid; i++)
        mirror_said_late(lesson, past->unsaid[i].id, past->unsaid[i].account,
                         past->unsaid[i].at_utc_us, past->unsaid_texts[i]);
    return ERR_OK;
}

static void drop(struct mirrors *m, const struct mirrored *lesson)
{
    struct mirrored **at = &m->lessons;

    while (*at != NULL && *at != lesson)
        at = &(*at)->next;
    if (*at != NULL)
        mirror_on_end(at);
}

static void past_told(void *arg)
{
    struct past *past = arg;
    struct mirrors *m = past->mirrors;
    struct mirrored *lesson = m->is_ended ? NULL : mirrored_find(m, past->lesson);
    struct fail why = past->fail;
    enum err rc = past->fail.code;

    if (lesson != NULL && lesson->room == NULL) {
        if (rc == ERR_OK)
            rc = begin(lesson, past, &why);
        if (rc != ERR_OK) { /* the next beat tries again */
            log_warn("mirror.begin", L_ID("lesson", past->lesson), L_FAIL(&why));
            drop(m, lesson);
        } else {
            log_info("mirror.on", L_ID("lesson", past->lesson),
                     L_INT("class", lesson->at.class), L_INT("host", lesson->at.is_host));
        }
    }
    past_free(past);
    arena_reset(m->arena);
}

static void past_done(void *arg, enum err rc, const struct fail *why)
{
    struct past *past = arg;

    past->fail = *why;
    past->fail.code = rc;
    if (live_post(past->mirrors->conf.services->live, past_told, past, NULL) != ERR_OK)
        past_free(past); /* the node ends */
}

static enum err read_past(struct mirrored *lesson, int64_t now_utc_us, struct fail *why)
{
    struct past *past = calloc(1, sizeof *past);
    const struct shared_lesson *at = &lesson->at;
    struct writer_op op = {past_run, past_done, past};
    enum err rc;

    if (past == NULL)
        return fail_set(why, ERR_NOMEM, "a shared lesson");
    past->mirrors = lesson->mirrors;
    past->lesson = at->lesson;
    past->now_utc_us = now_utc_us;
    past->from_utc_us = at->from_utc_us - MIRROR_BEFORE_US;
    past->context = (struct mirror_context){.lesson = at->lesson,
                                            .class = at->class,
                                            .series = at->series,
                                            .host = at->host,
                                            .to_utc_us = at->to_utc_us};
    memcpy(past->floor, at->floor, sizeof past->floor);
    rc = arena_create(4096, &past->arena, why);
    if (rc == ERR_OK)
        rc = writer_post(lesson->mirrors->conf.services->writer, &op, why);
    if (rc != ERR_OK)
        past_free(past);
    return rc;
}

/* ---- what is to be on ---- */

static bool is_on(const struct shared_lesson *at, int64_t now_utc_us)
{
    return now_utc_us >= at->from_utc_us - MIRROR_BEFORE_US &&
           now_utc_us < at->to_utc_us + MIRROR_AFTER_US;
}

static const struct shared_lesson *planned(const struct mirrors *m, struct id lesson)
{
    for (size_t i = 0; i < m->n_plan; i++)
        if (id_eq(m->plan[i].lesson, lesson))
            return &m->plan[i];
    return NULL;
}

static void open_one(struct mirrors *m, const struct shared_lesson *at, int64_t now_utc_us)
{
    struct mirrored *lesson = calloc(1, sizeof *lesson);
    struct fail why = {.code = ERR_NOMEM};

    if (lesson == NULL)
        return;
    lesson->mirrors = m;
    lesson->at = *at;
    if (read_past(lesson, now_utc_us, &why) != ERR_OK) {
        log_warn("mirror.begin", L_ID("lesson", at->lesson), L_FAIL(&why));
        free(lesson);
        return;
    }
    lesson->next = m->lessons;
    m->lessons = lesson;
}

static bool is_peer_of(const struct shared_lesson *at, struct id peer)
{
    for (int i = 0; i < at->n_peers; i++)
        if (id_eq(at->peers[i], peer))
            return true;
    return false;
}

static bool is_same(const struct shared_lesson *a, const struct shared_lesson *b)
{
    if (a->from_utc_us != b->from_utc_us || a->to_utc_us != b->to_utc_us ||
        a->n_peers != b->n_peers)
        return false;
    for (int i = 0; i < a->n_peers; i++)
        if (!id_eq(a->peers[i], b->peers[i]) || a->places[i] != b->places[i])
            return false;
    return true;
}

/* Guests joined or left, places or times moved. */
static void change_one(struct mirrored *lesson, const struct shared_lesson *at)
{
    const struct shared_lesson before = lesson->at;
    int64_t now = clock_mono_us();
    struct fail why;

    if (is_same(&before, at) || lesson->room == NULL) {
        lesson->at = *at;
        return;
    }
    lesson->at = *at;
    mirror_room_times(lesson->room, at->from_utc_us / 1000, at->to_utc_us / 1000);
    for (int i = 0; i < before.n_peers; i++)
        if (!is_peer_of(at, before.peers[i]))
            mirror_room_peer_gone(lesson->room, before.peers[i]);
    for (int i = 0; i < at->n_peers; i++) {
        const struct mirror_link *link = mirror_link_of(lesson->mirrors, at->peers[i], true);

        if (mirror_room_peer(lesson->room, at->peers[i], at->places[i], &why) != ERR_OK)
            log_warn("mirror.peer", L_ID("peer", at->peers[i]), L_FAIL(&why));
        else if (!is_peer_of(&before, at->peers[i]) && link != NULL && link->is_up)
            mirror_room_up(lesson->room, at->peers[i], false, now);
    }
    if (lesson->board != NULL)
        mirror_lesson_change(lesson->board, at);
}

void mirror_on_look(struct mirrors *m, int64_t now_utc_us)
{
    for (struct mirrored **at = &m->lessons; *at != NULL;) {
        const struct shared_lesson *plan = planned(m, (*at)->at.lesson);

        if (plan == NULL || !is_on(plan, now_utc_us)) {
            mirror_on_end(at);
            continue;
        }
        change_one(*at, plan);
        at = &(*at)->next;
    }
    for (size_t i = 0; i < m->n_plan; i++)
        if (is_on(&m->plan[i], now_utc_us) && mirrored_find(m, m->plan[i].lesson) == NULL)
            open_one(m, &m->plan[i], now_utc_us);
}

void mirror_on_end(struct mirrored **at)
{
    struct mirrored *lesson = *at;

    *at = lesson->next;
    if (lesson->room != NULL && !lesson->mirrors->is_ended)
        mirror_room_over(lesson->room);
    mirror_lesson_end(&lesson->board);
    mirror_room_destroy(&lesson->room);
    mirror_end(&lesson->mirror);
    mirror_unshown_free(lesson);
    free(lesson->chosen);
    log_info("mirror.off", L_ID("lesson", lesson->at.lesson));
    free(lesson);
}
