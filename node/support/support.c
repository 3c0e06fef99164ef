#include "node/support/support.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/space.h"
#include "node/support/call.h"
#include "node/support/incident.h"
#include "node/support/support_say.h"

#define LOOK_MS     1000
#define LOOK_CALLS  64 /* of one look; the rest in the next */
#define ARENA_BYTES 16384

struct support {
    struct support_conf conf;
    struct care care;
    struct db *db; /* from here on: the thread's */
    struct arena *arena;
    struct mbox *wakes; /* of char; closed to stop */
    pthread_t thread;
    bool has_thread;
};

static void say_gone_on(struct support *s, const struct call_going *g)
{
    log_info("support.call", L_ID("call", g->call.id),
             L_TEXT("kind", g->call.purpose == DUTY_SOS ? "sos" : "incident"),
             L_INT("n_words", g->n_words), L_INT("is_reached", g->is_reached));
    if (!g->is_reached)
        log_error("support.nobody-reached", L_ID("call", g->call.id));
    if (g->call.purpose == DUTY_SOS)
        support_say_sos(s->conf.services, &g->sos);
}

/* True: there is more, look at once. */
static bool look(struct support *s)
{
    struct duty_call *calls = NULL;
    size_t n = 0;
    struct fail why = {.code = ERR_OK};
    int64_t now = clock_utc_us();
    enum err rc = duty_store_due(s->db, now, LOOK_CALLS, s->arena, &calls, &n, &why);
    bool is_more = n == LOOK_CALLS;

    for (size_t i = 0; rc == ERR_OK && i < n && !mbox_is_done(s->wakes); i++) {
        struct call_going going = {
            .services = s->conf.services, .call = calls[i], .now_utc_us = now};

        if (call_go_on(&going, &why) != ERR_OK) {
            if (why.code == ERR_NOSPACE)
                space_release(s->conf.services->space);
            log_warn("support.call-waits", L_ID("call", calls[i].id), L_FAIL(&why));
            is_more = false; /* the others go on */
        } else if (going.n_words > 0) {
            say_gone_on(s, &going);
        }
    }
    if (rc != ERR_OK && rc != ERR_UNAVAILABLE)
        log_warn("support.look", L_FAIL(&why));
    return is_more;
}

static void *thread_main(void *arg)
{
    struct support *s = arg;

    pthread_setname_np(pthread_self(), "support");
    while (!mbox_is_done(s->wakes)) {
        bool is_more;

        arena_reset(s->arena);
        /* The last reserve goes while there is still room to write (node/db/space.h). */
        (void)space_level_read(s->conf.services->space);
        is_more = look(s);
        mbox_take(s->wakes, &(char){0}, 1, is_more ? 0 : LOOK_MS);
    }
    return NULL;
}

enum err support_open(const struct support_conf *conf, struct support **support_out,
                      struct fail *why)
{
    struct support *s = calloc(1, sizeof *s);
    enum err rc;

    *support_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "support");
    s->conf = *conf;
    s->care = (struct care){.line_put = incident_line_put,
                            .line_told = incident_line_told,
                            .gap_put = incident_gap_put,
                            .gap_told = incident_gap_told};
    rc = arena_create(ARENA_BYTES, &s->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(1, 1, &s->wakes, why);
    if (rc != ERR_OK)
        support_close(&s);
    *support_out = s;
    return rc;
}

struct care *support_care(struct support *s)
{
    return &s->care;
}

enum err support_start(struct support *s, struct fail *why)
{
    enum err rc;

    if (s->has_thread)
        return ERR_OK;
    rc = s->db != NULL ? ERR_OK : db_open(&s->conf.db, s->conf.stmts, &s->db, why);
    if (rc != ERR_OK)
        return rc;
    if (pthread_create(&s->thread, NULL, thread_main, s) != 0)
        return fail_set(why, ERR_NOMEM, "no thread");
    s->has_thread = true;
    return ERR_OK;
}

void support_stop(struct support *s)
{
    if (s == NULL)
        return;
    mbox_close(s->wakes);
    if (s->has_thread)
        pthread_join(s->thread, NULL);
    s->has_thread = false;
    db_close(&s->db);
}

void support_close(struct support **support)
{
    struct support *s = *support;

    if (s == NULL)
        return;
    if (s->wakes != NULL)
        support_stop(s);
    mbox_destroy(&s->wakes);
    arena_destroy(&s->arena);
    free(s);
    *support = NULL;
}

void support_wake(struct support *s)
{
    if (s != NULL && mbox_post(s->wakes, "", NULL) != ERR_OK)
        return; /* full or closed: it is awake already, or done */
}
