/* What a program before us was told: today's lines, talks that were open, whom nobody wants to
 * be asked by. Read and opened on the writer's thread, once that program has given up the lock;
 * taken over by the live thread when it is there. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/seal.h"
#include "node/place/chat_priv.h"
#include "tenants/hours/calendar.h"

#define LINES_MOST  4000
#define TALKS_MOST  2000
#define BLOCKS_MOST 20000
#define AGAIN_US    (5 * SECOND_US)

enum past_state { PAST_IDLE, PAST_UNDER_WAY, PAST_READ, PAST_FAILED };

struct past_line {
    struct past_line *next;
    struct chat_where where;
    struct id talk; /* ID_NONE: openly */
    struct chat_line *line;
};
struct chat_past {
    const struct services *services; /* outlive the place */
    atomic_int state;                /* enum past_state */
    bool is_first;                   /* talks and blocks, too */
    int64_t again_mono_us;
    struct past_line *lines, **end;
    struct talk *talks;
    struct chat_block *blocks;
};

static void clear(struct chat_past *past)
{
    while (past->lines != NULL) {
        struct past_line *one = past->lines;

        past->lines = one->next;
        free(one->line);
        free(one);
    }
    past->end = &past->lines;
    while (past->talks != NULL) {
        struct talk *talk = past->talks;

        past->talks = talk->next;
        free(talk);
    }
    while (past->blocks != NULL) {
        struct chat_block *block = past->blocks;

        past->blocks = block->next;
        free(block);
    }
}

/* ---- writer's thread ---- */

static enum err open_own(struct keyring *keyring, const struct chat_past_row *row,
                         struct arena *arena, struct chat_line *line, struct fail *why)
{
    const struct seal_place login = {"account", "login_sealed", row->row.account};
    const struct seal_place display = {"account", "display_name_sealed", row->row.account};
    enum err rc = row->login_sealed.len == 0
                      ? ERR_OK
                      : unseal(keyring, &login, row->login_sealed, arena, &line->login, why);

    if (rc == ERR_OK && row->display_sealed.len > 0)
        rc = unseal(keyring, &display, row->display_sealed, arena, &line->display, why);
    return rc;
}

static enum err keep(struct chat_past *past, const struct chat_past_row *row,
                     const struct chat_line *line, struct fail *why)
{
    struct past_line *one = calloc(1, sizeof *one);

    if (one != NULL)
        one->line = chat_line_create(line);
    if (one == NULL || one->line == NULL) {
        free(one);
        return fail_set(why, ERR_NOMEM, "a line");
    }
    one->talk = row->row.talk;
    one->where = chat_where_of_row(&row->row);
    *past->end = one;
    past->end = &one->next;
    return ERR_OK;
}

/* One whose author's key is gone is left out. */
static enum err read_line(struct chat_past *past, const struct chat_past_row *row,
                          struct arena *arena, struct fail *why)
{
    struct keyring *keyring = past->services->keyring;
    struct chat_line line = {.id = row->row.id};
    struct chat_text text;
    enum err rc = chat_line_open(keyring, &row->row, arena, &text, why);

    if (rc == ERR_OK)
        rc = chat_line_of_row(&row->row, &text, arena, &line, why);
    if (rc == ERR_OK)
        rc = open_own(keyring, row, arena, &line, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    return rc == ERR_OK ? keep(past, row, &line, why) : rc;
}

static enum err read_talks(struct chat_past *past, struct tx *tx, struct fail *why)
{
    struct talk_row *rows = NULL;
    size_t n = 0;
    enum err rc = talk_store_open(tx, TALKS_MOST, tx_arena(tx), &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct talk *talk = calloc(1, sizeof *talk);

        if (talk == NULL)
            return fail_set(why, ERR_NOMEM, "a talk");
        *talk = (struct talk){.next = past->talks,
                              .id = rows[i].id,
                              .kind = rows[i].kind,
                              .state = TALK_IS_OPEN,
                              .members = {rows[i].members[0], rows[i].members[1]},
                              .is_restored = true};
        past->talks = talk;
    }
    return rc;
}

static enum err read_blocks(struct chat_past *past, struct tx *tx, struct fail *why)
{
    struct block_row *rows = NULL;
    size_t n = 0;
    enum err rc = block_store_current(tx, past->services->keyring, BLOCKS_MOST, tx_arena(tx),
                                      &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct chat_block *block = calloc(1, sizeof *block);

        if (block == NULL)
            return fail_set(why, ERR_NOMEM, "a block");
        *block = (struct chat_block){.next = past->blocks,
                                     .id = rows[i].id,
                                     .account = rows[i].account,
                                     .other = rows[i].other,
                                     .at_utc_us = rows[i].at_utc_us};
        snprintf(block->name, sizeof block->name, "%.*s", SPAN_ARG(rows[i].name));
        past->blocks = block;
    }
    return rc;
}

static enum err past_run(struct tx *tx, void *arg, struct fail *why)
{
    struct chat_past *past = arg;
    struct chat_past_row *rows = NULL;
    size_t n = 0;
    enum err rc;

    clear(past); /* it may run again */
    rc = chat_store_past(tx, calendar_utc(calendar_day_at(clock_utc_us()), 0), CHAT_LINES_KEPT,
                         LINES_MOST, tx_arena(tx), &rows, &n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = read_line(past, &rows[i], tx_arena(tx), why);
    if (rc == ERR_OK && past->is_first)
        rc = read_talks(past, tx, why);
    if (rc == ERR_OK && past->is_first)
        rc = read_blocks(past, tx, why);
    return rc;
}

static void past_done(void *arg, enum err rc, const struct fail *why)
{
    struct chat_past *past = arg;

    if (rc != ERR_OK)
        log_warn("chat.past-unread", L_FAIL(why));
    atomic_store(&past->state, rc == ERR_OK ? PAST_READ : PAST_FAILED);
}

/* ---- live thread; at the start the one that opens ---- */

static enum err post(struct chat_past *past, struct fail *why)
{
    const struct writer_op op = {past_run, past_done, past};
    enum err rc;

    atomic_store(&past->state, PAST_UNDER_WAY);
    rc = writer_post(past->services->writer, &op, why);
    if (rc != ERR_OK)
        atomic_store(&past->state, PAST_FAILED);
    return rc;
}

enum err chat_past_open(struct chat *chat, struct fail *why)
{
    struct chat_past *past = calloc(1, sizeof *past);

    if (past == NULL)
        return fail_set(why, ERR_NOMEM, "chat");
    past->services = chat->place->conf.services;
    past->is_first = true;
    past->end = &past->lines;
    chat->past = past;
    return post(past, why);
}

void chat_past_again(struct chat *chat)
{
    if (atomic_load(&chat->past->state) == PAST_IDLE)
        atomic_store(&chat->past->state, PAST_FAILED); /* read at once */
    chat->past->again_mono_us = 0;
}

/* What was written meanwhile may be there already. */
static void take_line(struct chat_lines *lines, struct past_line *one)
{
    if (chat_lines_find(lines, one->line->id) != NULL)
        return;
    chat_lines_put(lines, one->line);
    one->line = NULL;
}

/* By what its author was known to the other of a talk read again. */
static void take_face(struct talk *talk, const struct past_line *one)
{
    int i = id_eq(talk->members[0], one->line->author) ? 0 : 1;

    if (!talk->is_restored || talk->has_face[i] || one->line->is_staff)
        return;
    talk->has_face[i] = true;
    talk->faces[i] = one->where.session;
}

static void take_lines(struct chat *chat, struct chat_past *past)
{
    for (struct past_line *one = past->lines; one != NULL; one = one->next) {
        struct talk *talk = id_is_none(one->talk) ? NULL : talk_find(chat, one->talk);
        struct chat_spot *spot =
            id_is_none(one->talk) ? chat_spot_need(chat, &one->where) : NULL;

        if (one->line->at_utc_us > chat->last_at_utc_us)
            chat->last_at_utc_us = one->line->at_utc_us;
        if (talk != NULL) {
            take_face(talk, one);
            take_line(&talk->lines, one);
        }
        if (spot != NULL)
            take_line(&spot->lines, one);
    }
}

static void take(struct chat *chat, struct place_now now)
{
    struct chat_past *past = chat->past;

    while (past->talks != NULL) {
        struct talk *talk = past->talks;

        past->talks = talk->next;
        talk->next = chat->talks;
        talk->until_mono_us = now.mono_us + (int64_t)chat->place->hold_ms * 1000;
        chat->talks = talk;
    }
    while (past->blocks != NULL) {
        struct chat_block *block = past->blocks;

        past->blocks = block->next;
        block->next = chat->blocks;
        chat->blocks = block;
    }
    take_lines(chat, past);
    clear(past);
    past->is_first = false;
    chat->gen++; /* whoever came meanwhile is told now */
}

void chat_past_sweep(struct chat *chat, struct place_now now)
{
    struct chat_past *past = chat->past;

    switch ((enum past_state)atomic_load(&past->state)) {
    case PAST_IDLE:
    case PAST_UNDER_WAY:
        return;
    case PAST_READ:
        take(chat, now);
        atomic_store(&past->state, PAST_IDLE);
        return;
    case PAST_FAILED:
        if (now.mono_us < past->again_mono_us)
            return;
        past->again_mono_us = now.mono_us + AGAIN_US;
        if (post(past, NULL) != ERR_OK)
            log_warn("chat.past-unposted", L_NONE);
        return;
    }
}

void chat_past_close(struct chat *chat)
{
    struct chat_past *past = chat->past;

    if (past == NULL || atomic_load(&past->state) == PAST_UNDER_WAY)
        return; /* the writer may still be at it: it has its memory */
    clear(past);
    free(past);
    chat->past = NULL;
}
