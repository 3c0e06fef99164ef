/* Threads that open lines for the caller: the way from the registry and a ticket, TLS, the
 * opening of a WebSocket. All of it may take seconds, so none of it is the links' thread's. */
#include <stdio.h>
#include <unistd.h>

#include "federation/link_priv.h"
#include "node/base/clock.h"
#include "node/base/mbox.h"

#define BUSY_US 10000

static enum err open_line(struct links *links, const struct link_dial *dial,
                          struct net_line **line_out, bool *is_denied_out, struct fail *why)
{
    struct link_way way = {.n_pins = 0};
    const struct link_way *found = &way;
    const struct net_line_ask ask = {
        .target = WS_FED_TARGET,
        .protocol = WS_FED_PROTOCOL,
        .ticket = span_of(way.ticket, LINK_TICKET_CHARS),
        .allow_private = links->conf.allow_private,
        .connect_ms = links->conf.connect_ms,
        .answer_ms = links->conf.answer_ms,
        .stop = &links->is_stopping,
    };
    enum net_peer_why line_why = NET_PEER_OK;
    int status = 0;
    enum err rc = links->conf.way(links->conf.arg, dial->peer, dial->is_rt, &links->is_stopping,
                                  &way, why);

    *is_denied_out = rc == ERR_DENIED;
    if (rc == ERR_OK) {
        const struct net_peer_to to = {.node = dial->peer,
                                       .endpoint = way.endpoint,
                                       .pins = found->pins,
                                       .n_pins = way.n_pins};

        rc = net_line_open(&to, &ask, line_out, &line_why, &status, why);
    }
    if (rc == ERR_OK && *line_out == NULL)
        rc = fail_set(why, ERR_UNAVAILABLE, "no line: %s, status %d", net_peer_why_id(line_why),
                      status);
    return rc;
}

static void dial_one(struct links *links, const struct link_dial *dial)
{
    struct link_message message = {
        .kind = LINK_POST_LINE, .peer = dial->peer, .is_rt = dial->is_rt};
    struct fail why = {.code = ERR_OK};
    enum err rc = open_line(links, dial, &message.line, &message.is_denied, &why);

    if (rc != ERR_OK)
        snprintf(message.trouble, sizeof message.trouble, "%s: %.80s", err_code(rc), why.text);
    message.at_mono_us = clock_mono_us();
    /* Nobody else can tell that this is over: it must get there, unless all of it ends. */
    do {
        rc = mbox_post(links->posts, &message, &why);
        if (rc == ERR_OK)
            return;
        usleep(BUSY_US);
    } while (!atomic_load(&links->is_stopping));
    net_line_close(&message.line);
}

void *link_dialler(void *arg)
{
    struct links *links = arg;
    struct link_dial dial;

    pthread_setname_np(pthread_self(), "link-dial");
    while (!mbox_is_done(links->dials))
        if (mbox_take(links->dials, &dial, 1, -1) == 1 && !atomic_load(&links->is_stopping))
            dial_one(links, &dial);
    return NULL;
}
