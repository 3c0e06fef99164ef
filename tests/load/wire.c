#include "tests/load/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)512 * 1024)
#define READS_A_TURN 4
#define SEND_CAP     4096

static uint8_t buffer[BUFFER_BYTES]; /* one thread reads at a time, and keeps nothing in it */

static int dial_unix(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int dial_tcp(const char *host_port)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    char host[64];
    int port, on = 1, fd;

    if (sscanf(host_port, "%63[0-9.]:%d", host, &port) != 2 ||
        inet_pton(AF_INET, host, &name.sin_addr) != 1)
        return -1;
    name.sin_port = htons((uint16_t)port);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (connect(fd, (struct sockaddr *)&name, sizeof name) != 0 ||
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

enum err wire_connect(const char *address, struct wire *wire, struct fail *why)
{
    *wire = (struct wire){.fd = -1};
    if (strncmp(address, "unix:", 5) == 0)
        wire->fd = dial_unix(address + 5);
    else if (strncmp(address, "tcp:", 4) == 0)
        wire->fd = dial_tcp(address + 4);
    if (wire->fd < 0 || fcntl(wire->fd, F_SETFL, O_NONBLOCK) != 0)
        return fail_set(why, ERR_IO, "connect to %s: %s", address, strerror(errno));
    return ERR_OK;
}

void wire_close(struct wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    free(wire->peek);
    *wire = (struct wire){.fd = -1, .state = WIRE_OVER};
}

enum err wire_open(struct wire *wire, const char *target, const char *host, const char *origin,
                   const char *protocols, struct fail *why)
{
    char head[1024];
    int n = snprintf(head, sizeof head,
                     "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "X-Forwarded-For: 127.0.0.1\r\n" /* as a front would */
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%s%s%s\r\n",
                     target, host, origin, protocols == NULL ? "" : "Sec-WebSocket-Protocol: ",
                     protocols == NULL ? "" : protocols, protocols == NULL ? "" : "\r\n");

    if (n < 0 || n >= (int)sizeof head || send(wire->fd, head, (size_t)n, MSG_NOSIGNAL) != n)
        return fail_set(why, ERR_IO, "opening: %s", strerror(errno));
    wire->state = WIRE_OPENING;
    return ERR_OK;
}

enum err wire_send(struct wire *wire, uint8_t opcode, struct span body, struct fail *why)
{
    static const uint8_t mask[4] = {0x3a, 0x91, 0x5c, 0x07};
    uint8_t frame[SEND_CAP];
    size_t at = 2;
    ssize_t n;

    if (body.len > SEND_CAP - 8)
        return fail_set(why, ERR_TOO_LARGE, "message of %zu bytes", body.len);
    frame[0] = (uint8_t)(0x80 | opcode);
    frame[1] = (uint8_t)(0x80 | (body.len > 125 ? 126 : body.len));
    if (body.len > 125) {
        frame[at++] = (uint8_t)(body.len >> 8);
        frame[at++] = (uint8_t)body.len;
    }
    memcpy(frame + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < body.len; i++)
        frame[at++] = body.p[i] ^ mask[i & 3];
    n = send(wire->fd, frame, at, MSG_NOSIGNAL);
    if (n == (ssize_t)at)
        return ERR_OK;
    if (n < 0 && errno == EAGAIN)
        return fail_set(why, ERR_BUSY, "the socket is full");
    wire->state = WIRE_OVER; /* half a frame cannot be taken back */
    return fail_set(why, ERR_IO, "send: %s", n < 0 ? strerror(errno) : "cut");
}

static void end_frame(struct wire *wire,
                      void (*on_frame)(void *arg, const struct wire_frame *frame), void *arg)
{
    struct wire_frame frame = {.opcode = wire->opcode, .len = wire->body_len};

    frame.body = wire->peek != NULL ? span_of(wire->peek, wire->peek_len)
                                    : span_of(wire->first, wire->first_len);
    if (wire->opcode == 0x9) {
        if (wire_send(wire, 0xa, frame.body, NULL) != ERR_OK)
            wire->state = WIRE_OVER;
    } else if (wire->opcode == 0x8) {
        wire->close_code = frame.body.len >= 2 ? frame.body.p[0] << 8 | frame.body.p[1] : 1005;
        wire->state = WIRE_OVER;
    } else {
        on_frame(arg, &frame);
    }
    free(wire->peek);
    wire->peek = NULL;
    wire->head_len = 0;
    wire->peek_len = 0;
    wire->first_len = 0;
    wire->body_seen = 0;
}

/* How many bytes a head needs that begins so; 2 until that is known. */
static size_t head_size(const struct wire *wire)
{
    uint8_t len = wire->head_len < 2 ? 0 : wire->head[1] & 0x7f;

    return len == 127 ? 10 : len == 126 ? 4 : 2;
}

static void begin_body(struct wire *wire)
{
    uint8_t len = wire->head[1] & 0x7f;

    wire->opcode = wire->head[0] & 0xf;
    wire->body_len = len;
    if (len == 126)
        wire->body_len = (uint64_t)wire->head[2] << 8 | wire->head[3];
    if (len == 127) {
        wire->body_len = 0;
        for (int i = 2; i < 10; i++)
            wire->body_len = wire->body_len << 8 | wire->head[i];
    }
    if (wire->body_len > 0 && wire->body_len <= WIRE_PEEK)
        wire->peek = malloc(WIRE_PEEK);
}

static void take_body(struct wire *wire, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n && wire->first_len < sizeof wire->first; i++)
        wire->first[wire->first_len++] = bytes[i];
    if (wire->peek != NULL) {
        memcpy(wire->peek + wire->peek_len, bytes, n);
        wire->peek_len += (uint32_t)n;
    }
    wire->body_seen += n;
}

static void take_frames(struct wire *wire, const uint8_t *bytes, size_t n,
                        void (*on_frame)(void *arg, const struct wire_frame *frame), void *arg)
{
    while (n > 0 && wire->state == WIRE_OPEN) {
        if (wire->head_len < head_size(wire) || wire->head_len < 2) {
            wire->head[wire->head_len++] = *bytes++;
            n--;
            if (wire->head_len < 2 || wire->head_len < head_size(wire))
                continue;
            begin_body(wire);
        } else {
            uint64_t left = wire->body_len - wire->body_seen;
            size_t now = left < n ? (size_t)left : n;

            take_body(wire, bytes, now);
            bytes += now;
            n -= now;
        }
        if (wire->body_seen == wire->body_len)
            end_frame(wire, on_frame, arg);
    }
}

/* The answer of the opening comes in one piece here; only its first line counts. */
static size_t take_opening(struct wire *wire, const uint8_t *bytes, size_t n)
{
    const uint8_t *end = memmem(bytes, n, "\r\n\r\n", 4);

    if (end == NULL || n < 12 || memcmp(bytes, "HTTP/1.1 101", 12) != 0) {
        wire->close_code = n >= 12 ? atoi((const char *)bytes + 9) : 0;
        wire->state = WIRE_OVER;
        return n;
    }
    wire->state = WIRE_OPEN;
    return (size_t)(end + 4 - bytes);
}

void wire_read(struct wire *wire, void (*on_frame)(void *arg, const struct wire_frame *frame),
               void *arg, uint64_t *bytes_out)
{
    *bytes_out = 0;
    for (int i = 0; i < READS_A_TURN && wire->state != WIRE_OVER; i++) {
        ssize_t n = recv(wire->fd, buffer, sizeof buffer, 0);
        size_t used = 0;

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            wire->state = WIRE_OVER;
            return;
        }
        *bytes_out += (uint64_t)n;
        if (wire->state == WIRE_OPENING)
            used = take_opening(wire, buffer, (size_t)n);
        take_frames(wire, buffer + used, (size_t)n - used, on_frame, arg);
        if ((size_t)n < sizeof buffer)
            return;
    }
}
