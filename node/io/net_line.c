#include "node/io/net_line.h"

#include <errno.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "node/base/clock.h"
#include "node/io/net_peer_priv.h"
#include "node/io/ws_answer.h"
#include "node/io/ws_handshake.h"

#define SET(option, value) (curl_easy_setopt(curl, (option), (value)) == CURLE_OK)
#define URL_CAP            320
#define ASK_CAP            1024
#define KEY_BYTES          16
#define SLICE_MS           100

struct net_line {
    CURL *curl;
    struct net_peer_gate gate;
    int fd;
};

/* ---- connecting ---- */

static int on_progress(void *arg, curl_off_t down, curl_off_t n_down, curl_off_t up,
                       curl_off_t n_up)
{
    const struct net_line_ask *ask = arg;

    (void)down;
    (void)n_down;
    (void)up;
    (void)n_up;
    return ask->stop != NULL && atomic_load(ask->stop);
}

static bool set_all(struct net_line *line, const struct net_line_ask *ask, const char *url,
                    const char *pins)
{
    CURL *curl = line->curl;

    return net_peer_set(curl, pins) && net_peer_gate_set(curl, &line->gate) &&
           SET(CURLOPT_URL, url) && SET(CURLOPT_CONNECT_ONLY, 1L) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, ask->connect_ms) &&
           SET(CURLOPT_XFERINFOFUNCTION, on_progress) && SET(CURLOPT_XFERINFODATA, ask) &&
           SET(CURLOPT_NOPROGRESS, 0L);
}

static enum err connect_it(struct net_line *line, enum net_peer_why *why_out, struct fail *why)
{
    CURLcode done = curl_easy_perform(line->curl);
    curl_socket_t fd = CURL_SOCKET_BAD;

    if (done == CURLE_OUT_OF_MEMORY)
        return fail_set(why, ERR_NOMEM, "curl");
    *why_out = line->gate.was_private ? NET_PEER_PRIVATE : net_peer_why_of(done);
    if (*why_out != NET_PEER_OK)
        return ERR_OK;
    if (curl_easy_getinfo(line->curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
        fd == CURL_SOCKET_BAD)
        *why_out = NET_PEER_CONNECT;
    line->fd = fd;
    /* What the progress callback looks at goes away with the caller. */
    curl_easy_setopt(line->curl, CURLOPT_NOPROGRESS, 1L);
    return ERR_OK;
}

/* ---- the opening ---- */

struct opening {
    struct net_line *line;
    const struct net_line_ask *ask;
    int64_t until_mono_us;
    char accept[WS_ACCEPT_CAP];
    char head[WS_ANSWER_HEAD_MOST];
    size_t len;
};

/* Until the socket is ready, the time is over or the node ends. */
static enum net_peer_why wait_for(const struct opening *o, short events)
{
    for (;;) {
        struct pollfd ready = {.fd = o->line->fd, .events = events};

        if (o->ask->stop != NULL && atomic_load(o->ask->stop))
            return NET_PEER_STOPPED;
        if (clock_mono_us() >= o->until_mono_us)
            return NET_PEER_TIMEOUT;
        if (poll(&ready, 1, SLICE_MS) > 0)
            return NET_PEER_OK;
    }
}

static enum net_peer_why send_all(const struct opening *o, struct span bytes)
{
    while (bytes.len > 0) {
        size_t n = 0;
        enum net_peer_why why;

        switch (net_line_send(o->line, bytes, &n)) {
        case NET_LINE_SOME:
            bytes = span_from(bytes, n);
            break;
        case NET_LINE_LATER:
            why = wait_for(o, POLLOUT);
            if (why != NET_PEER_OK)
                return why;
            break;
        case NET_LINE_GONE:
            return NET_PEER_CONNECT;
        }
    }
    return NET_PEER_OK;
}

/* Byte for byte, so that nothing behind the head is taken. */
static enum net_peer_why read_head(struct opening *o)
{
    while (!ws_answer_is_whole(span_of(o->head, o->len))) {
        size_t n = 0;
        enum net_peer_why why;

        if (o->len == sizeof o->head)
            return NET_PEER_LARGE;
        switch (net_line_recv(o->line, o->head + o->len, 1, &n)) {
        case NET_LINE_SOME:
            o->len += n;
            break;
        case NET_LINE_LATER:
            why = wait_for(o, POLLIN);
            if (why != NET_PEER_OK)
                return why;
            break;
        case NET_LINE_GONE:
            return NET_PEER_CONNECT;
        }
    }
    return NET_PEER_OK;
}

static enum err open_it(struct opening *o, const char *endpoint, enum net_peer_why *why_out,
                        int *status_out, struct fail *why)
{
    uint8_t secret[KEY_BYTES];
    char key[WS_KEY_CHARS + 1], ask[ASK_CAP];
    int n;

    if (getrandom(secret, sizeof secret, 0) != sizeof secret)
        return fail_set(why, ERR_INTERNAL, "no random bytes, errno %d", errno);
    EVP_EncodeBlock((unsigned char *)key, secret, sizeof secret);
    if (!ws_accept_of(span_of(key, WS_KEY_CHARS), o->accept))
        return fail_set(why, ERR_NOMEM, "SHA-1");
    n = snprintf(ask, sizeof ask,
                 "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: ibasho-node\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
                 "Sec-WebSocket-Protocol: %s, ticket.%.*s\r\n\r\n",
                 o->ask->target, endpoint, key, o->ask->protocol, SPAN_ARG(o->ask->ticket));
    if (n < 0 || n >= ASK_CAP)
        return fail_set(why, ERR_INVALID, "an opening of %d bytes", n);
    *why_out = send_all(o, span_of(ask, (size_t)n));
    if (*why_out == NET_PEER_OK)
        *why_out = read_head(o);
    if (*why_out != NET_PEER_OK)
        return ERR_OK;
    *status_out = ws_answer_status(span_of(o->head, o->len));
    if (!ws_answer_is_good(span_of(o->head, o->len), o->accept, o->ask->protocol))
        *why_out = NET_PEER_PROTO;
    return ERR_OK;
}

static bool is_ticket(struct span ticket)
{
    for (size_t i = 0; i < ticket.len; i++)
        if (ticket.p[i] <= ' ' || ticket.p[i] >= 0x7f || ticket.p[i] == ',')
            return false;
    return ticket.len == WS_TICKET_CHARS;
}

static enum err make(const struct net_peer_to *to, const struct net_line_ask *ask,
                     struct net_line *line, struct fail *why)
{
    char pins[NET_PEER_PINS_CAP], url[URL_CAP];

    if (!net_peer_endpoint_read(to->endpoint, &line->gate.port) ||
        !net_peer_pins_write(to, pins) || !is_ticket(ask->ticket))
        return fail_set(why, ERR_INVALID, "an endpoint, pin or ticket that is none");
    line->curl = curl_easy_init();
    line->gate.allow_private = ask->allow_private;
    snprintf(url, sizeof url, "https://%s/", to->endpoint);
    return line->curl != NULL && set_all(line, ask, url, pins)
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "curl");
}

enum err net_line_open(const struct net_peer_to *to, const struct net_line_ask *ask,
                       struct net_line **line_out, enum net_peer_why *why_out, int *status_out,
                       struct fail *why)
{
    struct net_line *line = calloc(1, sizeof *line);
    struct opening *o = calloc(1, sizeof *o);
    enum err rc = ERR_NOMEM;

    *line_out = NULL;
    *why_out = NET_PEER_PROTO;
    *status_out = 0;
    if (line == NULL || o == NULL) {
        fail_set(why, ERR_NOMEM, "a line");
        goto out;
    }
    rc = make(to, ask, line, why);
    if (rc == ERR_OK)
        rc = connect_it(line, why_out, why);
    if (rc == ERR_OK && *why_out == NET_PEER_OK) {
        *o = (struct opening){.line = line, .ask = ask};
        o->until_mono_us = clock_mono_us() + ask->answer_ms * 1000;
        rc = open_it(o, to->endpoint, why_out, status_out, why);
    }
out:
    free(o);
    if (rc != ERR_OK || *why_out != NET_PEER_OK)
        net_line_close(&line);
    *line_out = line;
    return rc;
}

void net_line_close(struct net_line **line)
{
    if (*line == NULL)
        return;
    curl_easy_cleanup((*line)->curl);
    free(*line);
    *line = NULL;
}

/* ---- bytes ---- */

int net_line_fd(const struct net_line *line)
{
    return line->fd;
}

enum net_line_io net_line_send(struct net_line *line, struct span bytes, size_t *n_out)
{
    CURLcode done = curl_easy_send(line->curl, bytes.p, bytes.len, n_out);

    return done == CURLE_OK      ? NET_LINE_SOME
           : done == CURLE_AGAIN ? NET_LINE_LATER
                                 : NET_LINE_GONE;
}

enum net_line_io net_line_recv(struct net_line *line, void *into, size_t cap, size_t *n_out)
{
    CURLcode done = curl_easy_recv(line->curl, into, cap, n_out);

    if (done == CURLE_AGAIN)
        return NET_LINE_LATER;
    return done == CURLE_OK && *n_out > 0 ? NET_LINE_SOME : NET_LINE_GONE;
}
