/* The frame reader beside libwslay 1.1.1: random streams, valid and damaged, must give the same
 * messages and the same verdict. Where we are stricter by design (NUL, fragments, rate), the
 * stream is only compared up to there. */
#include "node/io/ws_frame.h"
#include "tests/t.h"

#include <stdio.h>
#include <stdlib.h>
#include <wslay/wslay.h>

#define STREAM_CAP 300000
#define SAID_CAP   400000

struct said {
    char text[SAID_CAP]; /* "1:4:abcd " for each message: opcode, length, payload */
    size_t len;
    int close_code; /* the verdict: what we would close with; 0: the stream goes on */
    enum ws_fault fault;
    bool is_half_code; /* a close of one byte, which the oracle lets pass (against 5.5.1) */
    bool is_in_close;  /* the stream ends inside one, whose reason we judge once it is whole */
};

static void say(struct said *said, int opcode, struct span payload)
{
    int n =
        snprintf(said->text + said->len, SAID_CAP - said->len, "%d:%zu:", opcode, payload.len);

    said->len += (size_t)n;
    if (payload.len > 0)
        memcpy(said->text + said->len, payload.p, payload.len);
    said->len += payload.len;
}

/* ---- the oracle ---- */

struct feed {
    struct span rest;
    struct said *said;
};

static ssize_t feed_bytes(wslay_event_context_ptr ctx, uint8_t *buf, size_t len, int flags,
                          void *user)
{
    struct feed *feed = user;
    struct span part = span_cut(feed->rest, 0, len);

    (void)flags;
    if (part.len == 0) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    memcpy(buf, part.p, part.len);
    feed->rest = span_from(feed->rest, part.len);
    return (ssize_t)part.len;
}

static ssize_t drop_bytes(wslay_event_context_ptr ctx, const uint8_t *data, size_t len,
                          int flags, void *user)
{
    (void)ctx, (void)data, (void)flags, (void)user;
    return (ssize_t)len;
}

static void note_message(wslay_event_context_ptr ctx,
                         const struct wslay_event_on_msg_recv_arg *arg, void *user)
{
    struct feed *feed = user;

    (void)ctx;
    feed->said->is_half_code = arg->opcode == WSLAY_CONNECTION_CLOSE && arg->msg_length == 1;
    if (arg->opcode == WSLAY_CONNECTION_CLOSE)
        feed->said->close_code = arg->msg_length == 0 ? 1005 : arg->status_code;
    say(feed->said, arg->opcode, span_of(arg->msg, arg->msg_length));
}

static void ask_oracle(struct span bytes, struct said *said)
{
    struct wslay_event_callbacks callbacks = {.recv_callback = feed_bytes,
                                              .send_callback = drop_bytes,
                                              .on_msg_recv_callback = note_message};
    struct feed feed = {bytes, said};
    wslay_event_context_ptr ctx = NULL;
    int rc;

    T_EQ(wslay_event_context_server_init(&ctx, &callbacks, &feed), 0, "the oracle stands");
    wslay_event_config_set_max_recv_msg_length(ctx, WS_MESSAGE_CAP_BYTES);
    rc = wslay_event_recv(ctx);
    T_OK(rc == 0 || rc == WSLAY_ERR_CALLBACK_FAILURE, "the oracle reads");
    while (wslay_event_want_write(ctx))
        T_EQ(wslay_event_send(ctx), 0, "the oracle answers");
    /* For a bad head of a frame it names no code: it just ends (section 7.1.7 would say 1002).
     */
    if (rc != 0)
        said->close_code = 1002;
    else if (said->close_code == 0 && wslay_event_get_close_sent(ctx))
        said->close_code = wslay_event_get_status_code_sent(ctx);
    wslay_event_context_free(ctx);
}

/* ---- ours, fed in parts ---- */

static int opcode_of(enum ws_got got)
{
    return got == WS_GOT_TEXT     ? WS_OP_TEXT
           : got == WS_GOT_BINARY ? WS_OP_BINARY
           : got == WS_GOT_PING   ? WS_OP_PING
                                  : WS_OP_PONG;
}

static void note_ours(struct said *said, enum ws_got got, const struct ws_message *message)
{
    uint8_t close[WS_CONTROL_CAP_BYTES] = {(uint8_t)(message->close_code >> 8),
                                           (uint8_t)message->close_code};

    if (got == WS_GOT_FAULT) {
        said->fault = message->fault;
        said->close_code = ws_fault_close_code(message->fault);
    } else if (got == WS_GOT_CLOSE) {
        said->close_code = message->close_code;
        if (message->payload.len > 0)
            memcpy(close + 2, message->payload.p, message->payload.len);
        say(said, WS_OP_CLOSE,
            span_of(close, message->close_code == 1005 ? 0 : 2 + message->payload.len));
    } else {
        say(said, opcode_of(got), message->payload);
    }
}

static void ask_ours(struct span bytes, size_t part, struct said *said)
{
    static uint8_t copy[STREAM_CAP];
    struct ws_reader reader;
    int64_t now_us = 0;

    ws_reader_init(&reader);
    for (size_t at = 0; at < bytes.len || ws_reader_has_rest(&reader);) {
        struct ws_bytes some = ws_reader_begin(&reader);
        struct ws_message message;
        enum ws_got got;

        if (some.len == 0) {
            some = (struct ws_bytes){copy, bytes.len - at < part ? bytes.len - at : part};
            memcpy(copy, bytes.p + at, some.len);
            at += some.len;
        }
        /* Slow enough that the rate, which the oracle does not know, is never the verdict. */
        while ((got = ws_reader_next(&reader, &some, now_us += 1000000, &message)) !=
                   WS_GOT_NOTHING &&
               got != WS_GOT_ENOUGH)
            note_ours(said, got, &message);
        T_EQ(ws_reader_end(&reader, some, NULL), ERR_OK, "a turn ends");
    }
    said->is_in_close = reader.head_len >= 2 && (reader.head[0] & 0xf) == WS_OP_CLOSE;
    ws_reader_fini(&reader);
}

/* ---- random streams ---- */

static uint32_t dice;

static uint32_t roll(uint32_t n)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 8) % n;
}

static size_t roll_len(void)
{
    static const size_t edges[] = {0, 1, 125, 126, 127, 1000, 65535, 65536, 65537};

    return roll(12) == 0 ? edges[roll(9)] : roll(40);
}

/* Text of whole characters with, now and then, a byte that is none. */
static size_t roll_payload(uint8_t *out, size_t want, bool is_text)
{
    static const char *pieces[] = {"a", "い", "é", "🏠", "場所", "\xed\xa0\x80", "\xff", "\xe3"};
    size_t len = 0;

    if (!is_text) {
        for (; len < want; len++)
            out[len] = (uint8_t)roll(256);
        return len;
    }
    for (;;) {
        struct span piece = span_text(pieces[roll(400) == 0 ? 5 + roll(3) : roll(5)]);

        if (len + piece.len > want)
            return len;
        memcpy(out + len, piece.p, piece.len);
        len += piece.len;
    }
}

static void put_frame(uint8_t *out, size_t *at, int first, const uint8_t *payload, size_t len)
{
    size_t n = len > 65535 ? 8 : len > 125 ? 2 : 0;
    uint8_t mask[4];

    if (roll(300) == 0)
        n = roll(2) == 0 ? 2 : 8; /* perhaps not the shortest */
    out[(*at)++] = (uint8_t)first;
    out[(*at)++] = (uint8_t)(0x80 | (n == 8 ? 127 : n == 2 ? 126 : len));
    for (size_t i = 0; i < n; i++)
        out[(*at)++] = (uint8_t)(len >> (8 * (n - 1 - i)));
    for (int i = 0; i < 4; i++)
        out[(*at)++] = mask[i] = (uint8_t)roll(256);
    for (size_t i = 0; i < len; i++)
        out[(*at)++] = payload[i] ^ mask[i & 3];
}

static void put_control(uint8_t *out, size_t *at)
{
    static const int codes[] = {1000, 1001, 1004, 1011, 1012, 2999, 3000, 4999, 5000};
    int kind = roll(12) == 0 ? WS_OP_CLOSE : roll(2) == 0 ? WS_OP_PING : WS_OP_PONG;
    uint8_t payload[130];
    size_t len = roll_payload(payload, roll(30), kind == WS_OP_CLOSE);
    int code = codes[roll(9)];

    if (roll(60) == 0)
        len = roll_payload(payload, 124 + roll(5), false);
    if (kind == WS_OP_CLOSE && len >= 2) {
        payload[0] = (uint8_t)(code >> 8);
        payload[1] = (uint8_t)code;
    }
    put_frame(out, at, 0x80 | kind, payload, len);
}

/* One message in up to seven frames cut anywhere, control frames between them. */
static void put_message(uint8_t *out, size_t *at)
{
    static uint8_t payload[70000];
    int opcode = roll(3) == 0 ? WS_OP_BINARY : WS_OP_TEXT;
    size_t len = roll_payload(payload, roll_len(), opcode == WS_OP_TEXT), from = 0;
    uint32_t n = roll(3) == 0 ? 1 + roll(7) : 1;

    for (uint32_t i = 0; i < n; i++) {
        size_t part = i + 1 == n ? len - from : (size_t)roll((uint32_t)(len - from) + 1);

        put_frame(out, at, (i + 1 == n ? 0x80 : 0) | (i == 0 ? opcode : 0), payload + from,
                  part);
        from += part;
        while (roll(5) == 0)
            put_control(out, at);
    }
}

static size_t roll_stream(uint8_t *out)
{
    size_t len = 0;
    uint32_t n = 1 + roll(6);

    while (n-- > 0 && len < STREAM_CAP - 160000)
        put_message(out, &len);
    if (roll(2) == 0) /* damage */
        for (uint32_t i = 1 + roll(3); i > 0; i--)
            out[roll(2) == 0 ? roll((uint32_t)(len < 40 ? len : 40)) : roll((uint32_t)len)] ^=
                (uint8_t)(1 << roll(8));
    return roll(4) == 0 ? roll((uint32_t)len + 1) : len; /* perhaps cut */
}

static struct said theirs, ours;

static bool is_stricter(enum ws_fault fault)
{
    return (fault == WS_FAULT_CLOSE && theirs.is_half_code) || fault == WS_FAULT_NUL ||
           fault == WS_FAULT_FRAGMENTS || fault == WS_FAULT_RATE;
}

/* A close may be wrong twice, in its code and in its reason: either may be named. */
static bool is_same_verdict(void)
{
    return ours.close_code == theirs.close_code ||
           (theirs.close_code == 1007 && (ours.fault == WS_FAULT_CLOSE || ours.is_in_close));
}

T_CASE(ws_frame_agrees_with_wslay)
{
    static uint8_t stream[STREAM_CAP];
    static const size_t parts[] = {1, 5, 100, 4096, STREAM_CAP};
    int n_good = 0, n_bad = 0, n_stricter = 0;

    for (dice = 1; n_good + n_bad + n_stricter < 20000 && t_case_ok();) {
        uint32_t seed = dice;
        char name[80];
        struct span bytes = span_of(stream, roll_stream(stream));
        bool agreed;

        theirs.len = ours.len = 0;
        theirs.close_code = ours.close_code = 0;
        theirs.is_half_code = false;
        ours.fault = WS_FAULT_NONE;
        ask_oracle(bytes, &theirs);
        ask_ours(bytes, parts[roll(5)], &ours);
        if (ours.fault != WS_FAULT_NONE && theirs.close_code == 0) {
            /* The oracle waits for a whole head where two bytes say enough: let it have one. */
            memset(stream + bytes.len, 0, 14);
            theirs.len = 0;
            ask_oracle(span_of(stream, bytes.len + 14), &theirs);
        }
        snprintf(name, sizeof name, "stream of seed %u, fault %s, close %d and %d", seed,
                 ws_fault_name(ours.fault), ours.close_code, theirs.close_code);
        if (is_stricter(ours.fault)) {
            agreed =
                span_has_prefix(span_of(theirs.text, theirs.len), span_of(ours.text, ours.len));
            n_stricter++;
        } else {
            agreed = is_same_verdict() && ours.len == theirs.len &&
                     memcmp(ours.text, theirs.text, ours.len) == 0;
            n_good += ours.fault == WS_FAULT_NONE;
            n_bad += ours.fault != WS_FAULT_NONE;
        }
        T_OK(agreed, name);
    }
    printf("%d streams agreed on, %d refused alike, %d refused by us alone\n", n_good, n_bad,
           n_stricter);
    T_OK(n_good > 1000 && n_bad > 1000, "both kinds came");
}
