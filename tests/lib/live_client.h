/* tests/lib/live_client.h - a WebSocket client of a test: it says exactly the bytes it is told
 * to, also wrong ones, and reads with a deadline. Threads: one. */
#ifndef TESTS_LIB_LIVE_CLIENT_H
#define TESTS_LIB_LIVE_CLIENT_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/span.h"

#define LIVE_CLIENT_WAIT_MS 10000 /* a broken server, not a slow machine */
#define LIVE_CLIENT_ORIGIN  "https://aozora.localhost"

struct live_client {
    int fd;
    uint8_t bytes[1 << 17];
    size_t len;
};

struct live_frame {
    int opcode; /* -1: the end, or nothing came in time */
    struct span payload;
};

static inline void live_client_close(struct live_client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->len = 0;
}

static inline bool live_client_connect(struct live_client *c, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    c->len = 0;
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd >= 0 && connect(c->fd, (const struct sockaddr *)&name, sizeof name) == 0)
        return true;
    live_client_close(c);
    return false;
}

/* True: all of it went. False: the other side is gone, or it does not read in time. */
static inline bool live_client_say(struct live_client *c, const void *p, size_t len)
{
    const char *from = p;

    while (len > 0) {
        struct pollfd poll_fd = {.fd = c->fd, .events = POLLOUT};
        ssize_t n;

        if (poll(&poll_fd, 1, LIVE_CLIENT_WAIT_MS) != 1)
            return false;
        n = send(c->fd, from, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n < 0)
            return false;
        from += n;
        len -= (size_t)n;
    }
    return true;
}

/* The opening, with these headers beside those that are always there. */
static inline int live_client_head(char *out, size_t cap, const char *ticket,
                                   const char *origin)
{
    return snprintf(out, cap,
                    "GET /ws HTTP/1.1\r\nhost: aozora.localhost\r\norigin: %s\r\n"
                    "x-forwarded-for: 192.0.2.7\r\nupgrade: websocket\r\n"
                    "connection: Upgrade\r\nsec-websocket-version: 13\r\n"
                    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    "sec-websocket-protocol: ibasho.v1, ticket.%s\r\n\r\n",
                    origin, ticket);
}

/* More bytes into the buffer; false: the end, or nothing came in wait_ms. */
static inline bool live_client_more(struct live_client *c, int wait_ms)
{
    struct pollfd poll_fd = {.fd = c->fd, .events = POLLIN};
    ssize_t n;

    if (c->len == sizeof c->bytes || poll(&poll_fd, 1, wait_ms) != 1)
        return false;
    n = recv(c->fd, c->bytes + c->len, sizeof c->bytes - c->len, 0);
    if (n <= 0)
        return false;
    c->len += (size_t)n;
    return true;
}

static inline void live_client_take(struct live_client *c, size_t n)
{
    memmove(c->bytes, c->bytes + n, c->len - n);
    c->len -= n;
}

/* The status of the answer to an opening; its bytes are taken (of a refusal all that come); 0:
 * none came. */
static inline int live_client_status(struct live_client *c)
{
    for (;;) {
        const char *end = memmem(c->bytes, c->len, "\r\n\r\n", 4);

        if (end != NULL && c->len > 12) {
            int status = (int)strtol((const char *)c->bytes + 9, NULL, 10);

            live_client_take(c, (size_t)(end + 4 - (const char *)c->bytes));
            if (status != 101)
                while (live_client_more(c, LIVE_CLIENT_WAIT_MS))
                    ;
            return status;
        }
        if (!live_client_more(c, LIVE_CLIENT_WAIT_MS))
            return 0;
    }
}

/* Connects and opens with a ticket; the status. */
static inline int live_client_open(struct live_client *c, const char *path, const char *ticket)
{
    char head[1024];

    if (!live_client_connect(c, path))
        return -1;
    live_client_head(head, sizeof head, ticket, LIVE_CLIENT_ORIGIN);
    return live_client_say(c, head, strlen(head)) ? live_client_status(c) : 0;
}

/* first: FIN, RSV and opcode; masked with zeros, or not at all. Returns its length; out has
 * room for len + 14. */
static inline size_t live_client_frame(uint8_t *out, int first, bool is_masked,
                                       struct span payload)
{
    size_t n = 0;

    out[n++] = (uint8_t)first;
    if (payload.len < 126) {
        out[n++] = (uint8_t)payload.len;
    } else if (payload.len < 65536) {
        out[n++] = 126;
        out[n++] = (uint8_t)(payload.len >> 8);
        out[n++] = (uint8_t)payload.len;
    } else {
        out[n++] = 127;
        for (int shift = 56; shift >= 0; shift -= 8)
            out[n++] = (uint8_t)((uint64_t)payload.len >> shift);
    }
    if (is_masked) {
        out[1] |= 0x80;
        for (int i = 0; i < 4; i++)
            out[n++] = (uint8_t)(0x11 * i);
        for (size_t i = 0; i < payload.len; i++)
            out[n + i] = (uint8_t)(payload.p[i] ^ 0x11 * (i % 4));
    } else if (payload.len > 0) {
        memcpy(out + n, payload.p, payload.len);
    }
    return n + payload.len;
}

static inline bool live_client_send(struct live_client *c, int first, struct span payload)
{
    uint8_t *frame = malloc(payload.len + 14);
    bool is_sent = frame != NULL &&
                   live_client_say(c, frame, live_client_frame(frame, first, true, payload));

    free(frame);
    return is_sent;
}

static inline bool live_client_text(struct live_client *c, const char *text)
{
    return live_client_send(c, 0x81, span_text(text));
}

static inline size_t live_client_whole(const struct live_client *c, struct live_frame *frame)
{
    size_t head = 2, len;

    if (c->len < 2)
        return 0;
    len = c->bytes[1] & 0x7f;
    if (len == 126) {
        head = 4;
        len = c->len < 4 ? 0 : (size_t)c->bytes[2] << 8 | c->bytes[3];
    } else if (len == 127) {
        head = 10;
        len = c->len < 10 ? 0
                          : (size_t)c->bytes[7] << 16 | (size_t)c->bytes[8] << 8 | c->bytes[9];
    }
    if (c->len < head || c->len < head + len)
        return 0;
    frame->opcode = c->bytes[0] & 0x0f;
    frame->payload = span_of(c->bytes + head, len);
    return head + len;
}

/* The next frame, copied into out; opcode -1: the end, or nothing in wait_ms. Pings and beats
 * are left out unless has_beats. */
static inline struct live_frame live_client_next(struct live_client *c, uint8_t *out,
                                                 bool has_beats, int wait_ms)
{
    int64_t until_us = clock_mono_us() + wait_ms * INT64_C(1000);
    struct live_frame frame = {-1, SPAN_NONE};

    for (;;) {
        int64_t left_us = until_us - clock_mono_us();
        size_t n = live_client_whole(c, &frame);

        if (n > 0) {
            bool is_beat = frame.opcode == 9 || (frame.opcode == 2 && frame.payload.len == 1);

            memcpy(out, frame.payload.p, frame.payload.len);
            frame.payload.p = out;
            live_client_take(c, n);
            if (has_beats || !is_beat)
                return frame;
            continue;
        }
        if (left_us <= 0 || !live_client_more(c, (int)(left_us / 1000 + 1)))
            return (struct live_frame){-1, SPAN_NONE};
    }
}

#endif
