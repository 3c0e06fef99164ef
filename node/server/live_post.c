/* What other threads ask of the live thread: to run something, to serve, to let somebody in, to
 * let somebody go. */
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/server/live_priv.h"

#define POSTS 64

struct live_message {
    void (*fn)(void *arg); /* NULL: one of the server's own */
    void *arg;             /* of serve: the feature; NULL: a drop */
    struct id account, session, keep;
};

enum err live_posts_create(struct live *live, struct fail *why)
{
    return mbox_create(sizeof(struct live_message), LIVE_POSTS_CAP, &live->posts, why);
}

static void drop(struct live *live, const struct live_message *m)
{
    struct live_conn *conn = live->open.first, *next;

    for (; conn != NULL; conn = next) {
        const struct caller *caller = &conn->caller;

        next = conn->next;
        if (id_is_none(m->account)
                ? id_eq(caller->session, m->session)
                : id_eq(caller->account, m->account) && !id_eq(caller->session, m->keep))
            live_conn_end(conn, LIVE_CLOSE_SESSION, "session over", true, LIVE_END_OURS);
    }
}

void live_take_posts(struct live *live)
{
    struct live_message messages[POSTS];
    size_t n = mbox_take(live->posts, messages, POSTS, 0); /* more: it is readable again */

    for (size_t i = 0; i < n; i++) {
        const struct live_message *m = &messages[i];

        if (m->fn != NULL)
            m->fn(m->arg);
        else if (m->arg != NULL)
            live->feature = m->arg;
        else
            drop(live, m);
        arena_reset(live->arena);
    }
}

static enum err post(struct live *live, void (*fn)(void *arg), void *arg, struct fail *why)
{
    const struct live_message message = {.fn = fn, .arg = arg};

    return mbox_post(live->posts, &message, why);
}

static void serve(struct live *live, const struct live_feature *feature)
{
    struct live_message message = {.fn = NULL};
    struct fail fail = {.code = ERR_INTERNAL};

    memcpy(&message.arg, &feature, sizeof message.arg); /* only ever read through */
    /* Before the first ticket can be drawn, so that whoever brings it finds the feature. */
    if (mbox_post(live->posts, &message, &fail) == ERR_OK)
        atomic_store(&live->is_serving, true);
    else
        log_warn("live.serve", L_FAIL(&fail));
}

static enum err admit(struct live *live, const struct caller *caller, void *pass,
                      void (*pass_free)(void *pass), char text_out[LIVE_TICKET_CAP],
                      struct fail *why)
{
    struct ws_ticket ticket;

    ws_ticket_make(caller, &ticket, text_out);
    ticket.pass = pass;
    ticket.pass_free = pass_free;
    if (!atomic_load(&live->is_serving) || atomic_load(&live->is_drain_asked)) {
        ws_ticket_fini(&ticket);
        return fail_set(why, ERR_UNAVAILABLE, "nobody is let in now");
    }
    ws_tickets_put(live->tickets, &ticket, clock_mono_us());
    return ERR_OK;
}

static void drop_sessions(struct live *live, struct id account, struct id session,
                          struct id keep)
{
    const struct live_message message = {.account = account, .session = session, .keep = keep};
    struct fail fail = {.code = ERR_INTERNAL};

    /* First the tickets: who used one before this is open when the message comes. */
    if (id_is_none(account))
        ws_tickets_drop_session(live->tickets, session);
    else
        ws_tickets_drop_account(live->tickets, account, keep);
    if (mbox_post(live->posts, &message, &fail) != ERR_OK)
        log_warn("live.drop", L_FAIL(&fail));
}

const struct live_ops live_server_ops = {
    .send = live_conn_send,
    .sound = live_conn_sound,
    .close = live_conn_close,
    .answer = live_command_answer,
    .breach = live_command_breach,
    .later = live_command_later,
    .serve = serve,
    .admit = admit,
    .post = post,
    .drop = drop_sessions,
};
