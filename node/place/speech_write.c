/* The rows of microphones on their way: one that goes on waits for its commit, one that goes
 * off is written until it is. What a program before us left on is ended first. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/place/speech_priv.h"

#define TRIES        3
#define LEFT_AT_ONCE 500

/* ---- writer's thread ---- */

static enum err run(struct tx *tx, void *arg, struct fail *why)
{
    struct speech_writing *w = arg;

    w->row.floor = span_text(w->floor);
    w->row.room = span_text(w->room);
    if (w->is_waited) /* it goes on when this is committed, not when it was asked for */
        w->row.at_utc_us = clock_utc_us();
    return speech_store_add(tx, &w->row, why);
}

static enum err post(struct speech *speech, const struct writer_op *op, struct fail *why)
{
    enum err rc;

    atomic_fetch_add(&speech->n_writing, 1);
    rc = writer_post(speech->place->conf.services->writer, op, why);
    if (rc != ERR_OK)
        atomic_fetch_sub(&speech->n_writing, 1);
    return rc;
}

static void put(struct speech *speech, struct speech_writing **list, struct speech_writing *w)
{
    pthread_mutex_lock(&speech->lock);
    w->next = *list;
    *list = w;
    pthread_mutex_unlock(&speech->lock);
}

static void done(void *arg, enum err rc, const struct fail *why)
{
    struct speech_writing *w = arg;
    struct speech *speech = w->speech;
    const struct writer_op op = {run, done, w};

    if (rc == ERR_UNCERTAIN && ++w->n_tries < TRIES &&
        writer_post(w->speech->place->conf.services->writer, &op, NULL) == ERR_OK)
        return;
    if (rc != ERR_OK)
        log_warn("voice.unwritten", L_ID("row", w->row.id), L_FAIL(why));
    w->fail = *why;
    w->fail.code = rc;
    if (w->is_waited) {
        put(speech, &speech->settled, w);
        speech_poke(speech);
    } else if (rc != ERR_OK) {
        put(speech, &speech->unwritten, w);
    } else {
        free(w);
    }
    atomic_fetch_sub(&speech->n_writing, 1); /* the last word to it */
}

/* ---- live thread ---- */

static struct speech_writing *writing_of(struct speech *speech, const struct speech_row *row,
                                         const char *floor, const char *room)
{
    struct speech_writing *w = calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    *w = (struct speech_writing){.speech = speech, .row = *row};
    snprintf(w->floor, sizeof w->floor, "%s", floor);
    snprintf(w->room, sizeof w->room, "%s", room);
    return w;
}

enum err speech_write_on(struct speech *speech, const struct speech_row *row, const char *floor,
                         const char *room, struct command_later later, uint16_t number,
                         struct fail *why)
{
    struct speech_writing *w = writing_of(speech, row, floor, room);
    const struct writer_op op = {run, done, w};
    enum err rc;

    if (w == NULL)
        return fail_set(why, ERR_NOMEM, "a microphone");
    w->is_waited = true;
    w->later = later;
    w->number = number;
    rc = post(speech, &op, why);
    if (rc != ERR_OK)
        free(w);
    return rc;
}

void speech_write_off(struct speech *speech, const struct speech_row *on, const char *floor,
                      const char *room, enum speech_by by, enum speech_reason reason,
                      struct place_now now)
{
    struct speech_row row = *on;
    struct speech_writing *w;
    struct writer_op op = {run, done, NULL};

    row.id = id_new();
    row.at_utc_us = now.utc_us;
    row.is_on = false;
    row.by = by;
    row.reason = reason;
    row.began = on->id;
    w = writing_of(speech, &row, floor, room);
    op.arg = w;
    if (w == NULL)
        log_error("voice.off-unwritten", L_ID("on", on->id)); /* the next program ends it */
    else if (post(speech, &op, NULL) != ERR_OK)
        put(speech, &speech->unwritten, w);
}

static struct speech_writing *take(struct speech *speech, struct speech_writing **list)
{
    struct speech_writing *first;

    pthread_mutex_lock(&speech->lock);
    first = *list;
    *list = NULL;
    pthread_mutex_unlock(&speech->lock);
    return first;
}

void speech_settle(struct speech *speech)
{
    struct speech_writing *w = take(speech, &speech->settled);

    while (w != NULL) {
        struct speech_writing *next = w->next;

        speech_mic_settled(speech, w);
        free(w);
        w = next;
    }
}

/* ---- of a program before us ---- */

static enum err left_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct speech *speech = arg;
    size_t n = LEFT_AT_ONCE;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && n == LEFT_AT_ONCE)
        rc = speech_store_end_left(tx, LEFT_AT_ONCE, speech->began_utc_us, &n, why);
    return rc;
}

static void left_done(void *arg, enum err rc, const struct fail *why)
{
    struct speech *speech = arg;

    if (rc != ERR_OK) {
        log_warn("voice.left-unwritten", L_FAIL(why));
        pthread_mutex_lock(&speech->lock);
        speech->is_left_due = true;
        pthread_mutex_unlock(&speech->lock);
    }
    atomic_fetch_sub(&speech->n_writing, 1);
}

static bool take_left(struct speech *speech)
{
    bool is_due;

    pthread_mutex_lock(&speech->lock);
    is_due = speech->is_left_due;
    speech->is_left_due = false;
    pthread_mutex_unlock(&speech->lock);
    return is_due;
}

void speech_writings_sweep(struct speech *speech)
{
    const struct writer_op left = {left_run, left_done, speech};
    struct speech_writing *w = take(speech, &speech->unwritten);

    if (take_left(speech) && post(speech, &left, NULL) != ERR_OK) {
        atomic_fetch_add(&speech->n_writing, 1); /* as if it had been tried */
        left_done(speech, ERR_BUSY, &(struct fail){.code = ERR_BUSY});
    }
    while (w != NULL) {
        struct speech_writing *next = w->next;

        w->n_tries = 0;
        if (post(speech, &(struct writer_op){run, done, w}, NULL) != ERR_OK)
            put(speech, &speech->unwritten, w);
        w = next;
    }
}

void speech_writings_free(struct speech *speech)
{
    struct speech_writing *lists[] = {take(speech, &speech->settled),
                                      take(speech, &speech->unwritten)};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        while (lists[i] != NULL) {
            struct speech_writing *next = lists[i]->next;

            free(lists[i]);
            lists[i] = next;
        }
}
