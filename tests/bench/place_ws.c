/* place.ws_read: CPU of reading one message of 60 bytes, come alone as over a socket, by our
 * frame reader over that of libwslay on the same bytes, in turn. */
#include <wslay/wslay.h>

#include "node/io/ws_frame.h"
#include "tests/bench/bench.h"

#define N_MESSAGES 20000
#define N_ROUNDS   31
#define N_BYTES    66

struct work {
    uint8_t frame[N_BYTES];
    bool is_fed;
    int n_read;
    wslay_event_context_ptr wslay;
    struct ws_reader reader;
};

static void make_frame(uint8_t frame[N_BYTES])
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    static const char text[61] =
        "{\"do\":\"floor.walk\",\"floor\":\"plaza\",\"x_cm\":1200,\"y_cm\":3400,1}";

    frame[0] = 0x81;
    frame[1] = 0x80 | 60;
    memcpy(frame + 2, mask, 4);
    for (int i = 0; i < 60; i++)
        frame[6 + i] = (uint8_t)text[i] ^ mask[i & 3];
}

static enum err read_ours(int n, void *arg, struct fail *why)
{
    struct work *w = arg;
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < n; i++) {
        uint8_t copy[N_BYTES];
        struct ws_bytes bytes = {copy, N_BYTES};
        struct ws_message message;

        memcpy(copy, w->frame, N_BYTES); /* the socket's read */
        ws_reader_begin(&w->reader);
        while (ws_reader_next(&w->reader, &bytes, i, &message) == WS_GOT_TEXT)
            w->n_read++;
        rc = ws_reader_end(&w->reader, bytes, why);
    }
    return rc;
}

static ssize_t feed(wslay_event_context_ptr ctx, uint8_t *buf, size_t len, int flags,
                    void *user)
{
    struct work *w = user;

    (void)flags;
    if (w->is_fed || len < N_BYTES) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    w->is_fed = true;
    memcpy(buf, w->frame, N_BYTES);
    return N_BYTES;
}

static void note(wslay_event_context_ptr ctx, const struct wslay_event_on_msg_recv_arg *arg,
                 void *user)
{
    struct work *w = user;

    (void)ctx;
    w->n_read += arg->msg_length == 60;
}

static enum err read_theirs(int n, void *arg, struct fail *why)
{
    struct work *w = arg;

    for (int i = 0; i < n; i++) {
        w->is_fed = false;
        if (wslay_event_recv(w->wslay) != 0)
            return fail_set(why, ERR_PROTO, "wslay");
    }
    return ERR_OK;
}

BENCH(place_ws_read, "place.ws_read", "ratio to wslay", 0.5, true)
{
    struct wslay_event_callbacks callbacks = {.recv_callback = feed,
                                              .on_msg_recv_callback = note};
    struct work w = {.n_read = 0};
    double ours_us, theirs_us;
    enum err rc;

    make_frame(w.frame);
    ws_reader_init(&w.reader);
    if (wslay_event_context_server_init(&w.wslay, &callbacks, &w) != 0)
        return fail_set(why, ERR_NOMEM, "wslay");
    rc = bench_pairs(read_ours, read_theirs, &w, N_MESSAGES, N_ROUNDS, &ours_us, &theirs_us,
                     why);
    if (rc == ERR_OK && w.n_read != 2 * N_MESSAGES * N_ROUNDS)
        rc = fail_set(why, ERR_INTERNAL, "%d messages were read", w.n_read);
    if (rc == ERR_OK)
        *value_out = ours_us / theirs_us;
    wslay_event_context_free(w.wslay);
    ws_reader_fini(&w.reader);
    return rc;
}
