#include "node/server/ws_queue.h"
#include "tests/t.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

/* A text frame of one letter; the caller's reference is let go, the queue's stays. */
static enum err push(struct ws_queue *queue, char letter, enum ws_keep keep)
{
    struct ws_shared *frame;
    enum err rc = ws_shared_create(WS_OP_TEXT, span_of(&letter, 1), &frame, NULL);

    T_EQ(rc, ERR_OK, "a frame");
    rc = ws_queue_push(queue, frame, keep, NULL);
    ws_shared_unref(&frame);
    return rc;
}

static enum err push_big(struct ws_queue *queue, size_t len, enum ws_keep keep)
{
    uint8_t *bytes = calloc(1, len);
    struct ws_shared *frame;
    enum err rc;

    memset(bytes, 'B', len);
    rc = ws_shared_create(WS_OP_TEXT, span_of(bytes, len), &frame, NULL);
    T_EQ(rc, ERR_OK, "a frame");
    rc = ws_queue_push(queue, frame, keep, NULL);
    ws_shared_unref(&frame);
    free(bytes);
    return rc;
}

static enum err close_with(struct ws_queue *queue, int code, bool is_at_once)
{
    struct ws_shared *frame;
    enum err rc = ws_shared_create_close(code, "", &frame, NULL);

    T_EQ(rc, ERR_OK, "a close");
    rc = ws_queue_close(queue, frame, is_at_once, NULL);
    ws_shared_unref(&frame);
    return rc;
}

/* Writes n bytes at most, as a socket with that much room would, behind what is in out. */
static void write_some(struct ws_queue *queue, size_t n, uint8_t *out, size_t *len)
{
    struct iovec pieces[3];
    int n_pieces = ws_queue_peek(queue, pieces, 3);
    size_t wrote = 0;

    for (int i = 0; i < n_pieces && wrote < n; i++) {
        size_t part = pieces[i].iov_len < n - wrote ? pieces[i].iov_len : n - wrote;

        memcpy(out + *len, pieces[i].iov_base, part);
        *len += part;
        wrote += part;
    }
    ws_queue_wrote(queue, wrote);
}

/* The letters of the frames that leave; each must be whole. "#1013" is a close, "[n]" a big
 * one. */
static const char *drain(struct ws_queue *queue)
{
    static uint8_t out[2 * WS_QUEUE_CAP_BYTES];
    static char letters[2048];
    size_t len = 0, at = 0;
    int n = 0;

    while (!ws_queue_is_empty(queue))
        write_some(queue, 1000, out, &len);
    letters[0] = '\0';
    while (at < len) {
        size_t size = out[at + 1], head = 2;

        if (size == 126) {
            size = (size_t)out[at + 2] << 8 | out[at + 3];
            head = 4;
        } else if (size == 127) {
            size = (size_t)out[at + 7] << 16 | (size_t)out[at + 8] << 8 | out[at + 9];
            head = 10;
        }
        if (out[at] == 0x88)
            n += snprintf(letters + n, 8, "#%d", out[at + 2] << 8 | out[at + 3]);
        else if (size == 1)
            n += snprintf(letters + n, 2, "%c", out[at + 2]);
        else
            n += snprintf(letters + n, 16, "[%zu]", size);
        at += head + size;
    }
    T_EQ(at, len, "frames are whole");
    return letters;
}

static bool push_sound(struct ws_queue *queue, char letter, unsigned ms)
{
    struct ws_shared *frame;
    bool is_queued;

    T_EQ(ws_shared_create(WS_OP_BINARY, span_of(&letter, 1), &frame, NULL), ERR_OK, "a frame");
    is_queued = ws_queue_push_sound(queue, frame, ms);
    ws_shared_unref(&frame);
    return is_queued;
}

T_CASE(ws_queue_lets_no_sound_wait_longer_than_it_may)
{
    struct ws_queue queue;
    uint8_t out[64];
    size_t len = 0;

    ws_queue_init(&queue);
    T_OK(push_sound(&queue, 'a', 60) && push_sound(&queue, 'b', 60), "sound");
    T_EQ(push(&queue, 'm', WS_MAY_DROP), ERR_OK, "movement beside it");
    T_OK(push_sound(&queue, 'c', 60), "180 ms wait");
    T_OK(!push_sound(&queue, 'd', 60), "no more than 200");
    T_OK(push_sound(&queue, 'e', 20), "200");
    T_EQ(ws_queue_take_dropped(&queue), 0, "no movement is lost for it");
    write_some(&queue, 3, out, &len);
    T_OK(!push_sound(&queue, 'f', 61), "what went makes room");
    T_OK(push_sound(&queue, 'f', 60), "for as much");
    T_TEXT(drain(&queue), "bmcef", "in order");
    T_EQ(queue.n_sound_ms, 0, "nothing waits");
    T_OK(push_sound(&queue, 'g', 200), "all of it anew");
    T_EQ(close_with(&queue, 1001, true), ERR_OK, "a close");
    T_OK(!push_sound(&queue, 'h', 20), "nothing goes behind it");
    T_TEXT(drain(&queue), "#1001", "what was not begun is let go");
    T_EQ(queue.n_sound_ms, 0, "with its time");
    ws_queue_fini(&queue);
}

T_CASE(ws_shared_has_the_shortest_head) /* RFC 6455, section 5.2 */
{
    static uint8_t many[70000];
    static const struct {
        enum ws_opcode opcode;
        size_t len;
        const char *head;
    } rows[] = {
        {WS_OP_TEXT, 0, "8100"},         {WS_OP_TEXT, 125, "817d"},
        {WS_OP_BINARY, 126, "827e007e"}, {WS_OP_BINARY, 65535, "827effff"},
        {WS_OP_PING, 125, "897d"},       {WS_OP_BINARY, 65536, "827f0000000000010000"},
        {WS_OP_PONG, 0, "8a00"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct ws_shared *frame = NULL;
        struct span head = t_hex(rows[i].head);

        T_EQ(ws_shared_create(rows[i].opcode, span_of(many, rows[i].len), &frame, NULL), ERR_OK,
             rows[i].head);
        T_EQ(ws_shared_bytes(frame).len, head.len + rows[i].len, "head and payload in one");
        T_OK(span_has_prefix(ws_shared_bytes(frame), head), rows[i].head);
        ws_shared_unref(&frame);
        T_OK(frame == NULL, "unref leaves NULL");
    }
}

T_CASE(ws_shared_refuses_what_no_frame_may_be)
{
    static uint8_t many[126];
    struct ws_shared *frame;

    T_EQ(ws_shared_create(WS_OP_PING, span_of(many, 126), &frame, NULL), ERR_TOO_LARGE,
         "a ping of 126");
    T_OK(frame == NULL, "nothing comes out");
    T_EQ(ws_shared_create(WS_OP_TEXT, span_of(many, (16 << 20) + 1), &frame, NULL),
         ERR_TOO_LARGE, "over 16 MiB");
    ws_shared_unref(&frame);
}

T_CASE(ws_shared_close_says_code_and_reason)
{
    static char reason[200];
    struct ws_shared *frame;

    T_EQ(ws_shared_create_close(1013, "slow", &frame, NULL), ERR_OK, "with a reason");
    T_SPAN(ws_shared_bytes(frame), SPAN("\x88\x06\x03\xf5slow"), "its bytes");
    ws_shared_unref(&frame);
    T_EQ(ws_shared_create_close(1005, "x", &frame, NULL), ERR_OK, "no code");
    T_SPAN(ws_shared_bytes(frame), SPAN("\x88\x00"), "an empty payload");
    ws_shared_unref(&frame);
    memset(reason, 'r', sizeof reason - 1);
    T_EQ(ws_shared_create_close(1002, reason, &frame, NULL), ERR_OK, "a long reason");
    T_EQ(ws_shared_bytes(frame).len, 2 + 125, "is cut");
    ws_shared_unref(&frame);
}

/* Passes the frame on to itself, reads it, and lets its own reference go. */
static void *use_shared(void *arg)
{
    struct ws_shared *frame = arg;
    bool is_same = true;

    for (int i = 0; i < 10000; i++) {
        struct ws_shared *mine = ws_shared_ref(frame);

        is_same = is_same && span_eq(ws_shared_bytes(mine), SPAN("\x81\x06shared"));
        ws_shared_unref(&mine);
    }
    ws_shared_unref(&frame);
    return is_same ? NULL : arg; /* where it was; nobody follows it */
}

T_CASE(ws_shared_crosses_threads)
{
    pthread_t threads[4];
    struct ws_shared *frame;

    T_EQ(ws_shared_create(WS_OP_TEXT, SPAN("shared"), &frame, NULL), ERR_OK, "built once");
    for (int i = 0; i < 4; i++)
        T_EQ(pthread_create(&threads[i], NULL, use_shared, ws_shared_ref(frame)), 0,
             "a thread");
    ws_shared_unref(&frame);
    for (int i = 0; i < 4; i++) {
        void *bad = &frame;

        T_EQ(pthread_join(threads[i], &bad), 0, "it ends");
        T_OK(bad == NULL, "it read the same bytes every time");
    }
}

T_CASE(ws_queue_sends_in_order_whatever_the_socket_takes)
{
    struct ws_queue queue;
    struct ws_shared *frame;
    static uint8_t out[200000];

    T_EQ(ws_shared_create(WS_OP_TEXT, SPAN("shared"), &frame, NULL), ERR_OK, "built once");
    for (size_t room = 1; room < 30; room++) {
        size_t len = 0;

        ws_queue_init(&queue);
        T_OK(ws_queue_is_empty(&queue), "empty at first");
        for (int i = 0; i < 20; i++) {
            T_EQ(ws_queue_push(&queue, frame, WS_MAY_DROP, NULL), ERR_OK, "pushed");
            write_some(&queue, room / 2, out, &len);
        }
        while (!ws_queue_is_empty(&queue))
            write_some(&queue, room, out, &len);
        T_EQ(len, 20 * 8, "all of it, nothing else");
        for (size_t i = 0; i < 20; i++)
            T_SPAN(span_of(out + 8 * i, 8), SPAN("\x81\x06shared"), "each whole");
        T_EQ(ws_queue_take_dropped(&queue), 0, "nothing dropped");
        ws_queue_fini(&queue);
    }
    ws_shared_unref(&frame);
}

T_CASE(ws_queue_holds_its_own_reference)
{
    struct ws_queue queues[50];
    struct ws_shared *frame;
    static uint8_t out[100];
    size_t len = 0;

    T_EQ(ws_shared_create(WS_OP_TEXT, SPAN("x"), &frame, NULL), ERR_OK, "built once");
    for (int i = 0; i < 50; i++) {
        ws_queue_init(&queues[i]);
        T_EQ(ws_queue_push(&queues[i], frame, WS_KEEP, NULL), ERR_OK, "shared by fifty");
    }
    ws_shared_unref(&frame);
    for (int i = 0; i < 49; i++)
        ws_queue_fini(&queues[i]);
    write_some(&queues[49], 100, out, &len);
    T_SPAN(span_of(out, len), SPAN("\x81\x01x"), "the last still has it");
    ws_queue_fini(&queues[49]);
}

/* Each builds upon the one before: what follows a lost one would be misread. */
T_CASE(ws_queue_drops_all_movement_that_waits_and_nothing_else)
{
    struct ws_queue queue;
    char want[WS_QUEUE_CAP_FRAMES + 1] = "";

    for (int by_chat = 0; by_chat < 2; by_chat++) {
        ws_queue_init(&queue);
        for (int i = 0; i < WS_QUEUE_CAP_FRAMES; i++)
            T_EQ(push(&queue, i % 2 == 0 ? 'a' : 'm', i % 2 == 0 ? WS_KEEP : WS_MAY_DROP),
                 ERR_OK, "up to the cap");
        T_EQ(push(&queue, by_chat ? 'c' : 'n', by_chat ? WS_KEEP : WS_MAY_DROP), ERR_OK,
             "a line of chat, or new movement");
        T_EQ(ws_queue_take_dropped(&queue), WS_QUEUE_CAP_FRAMES / 2 + !by_chat,
             "all of it, the new one, too");
        T_EQ(ws_queue_take_dropped(&queue), 0, "counted once");
        memset(want, 'a', WS_QUEUE_CAP_FRAMES / 2);
        memcpy(want + WS_QUEUE_CAP_FRAMES / 2, by_chat ? "c" : "", 2 - !by_chat);
        T_TEXT(drain(&queue), want, "nothing else is gone, the order stays");
        ws_queue_fini(&queue);
    }
}

T_CASE(ws_queue_full_of_what_must_stay_is_busy)
{
    struct ws_queue queue;
    char want[WS_QUEUE_CAP_FRAMES + 8];

    ws_queue_init(&queue);
    for (int i = 0; i < WS_QUEUE_CAP_FRAMES; i++) {
        T_EQ(push(&queue, 'k', WS_KEEP), ERR_OK, "up to the cap");
        want[i] = 'k';
    }
    T_EQ(push(&queue, 'm', WS_MAY_DROP), ERR_OK, "movement is let go");
    T_EQ(ws_queue_take_dropped(&queue), 1, "and counted");
    T_EQ(push(&queue, 'k', WS_KEEP), ERR_BUSY, "the connection is to be closed");
    T_EQ(close_with(&queue, 1013, false), ERR_OK, "a close finds room");
    memcpy(want + WS_QUEUE_CAP_FRAMES, "#1013", sizeof "#1013");
    T_TEXT(drain(&queue), want, "nothing that was queued is lost");
    T_OK(ws_queue_is_finished(&queue), "finished");
    ws_queue_fini(&queue);
}

T_CASE(ws_queue_is_bounded_in_bytes)
{
    struct ws_queue queue;

    ws_queue_init(&queue);
    T_EQ(push_big(&queue, 100000, WS_KEEP), ERR_OK, "100 kB");
    T_EQ(push_big(&queue, 100001, WS_MAY_DROP), ERR_OK, "200 kB");
    T_EQ(push_big(&queue, 100002, WS_KEEP), ERR_OK, "makes movement go");
    T_EQ(push_big(&queue, 40000, WS_MAY_DROP), ERR_OK, "fits");
    T_EQ(push_big(&queue, 100003, WS_KEEP), ERR_BUSY, "has no room even without movement");
    T_EQ(ws_queue_take_dropped(&queue), 1, "so no movement is let go for it");
    T_TEXT(drain(&queue), "[100000][100002][40000]", "what is left");
    ws_queue_fini(&queue);
}

T_CASE(ws_queue_never_drops_what_was_begun)
{
    struct ws_queue queue;
    static uint8_t out[400000];
    size_t len = 0;

    ws_queue_init(&queue);
    T_EQ(push_big(&queue, 200000, WS_MAY_DROP), ERR_OK, "movement");
    write_some(&queue, 1, out, &len);
    T_EQ(push_big(&queue, 100000, WS_KEEP), ERR_BUSY, "no room: the first is on its way");
    T_EQ(push_big(&queue, 100000, WS_MAY_DROP), ERR_OK, "movement gives way to it");
    T_EQ(ws_queue_take_dropped(&queue), 1, "counted");
    T_EQ(push(&queue, 'p', WS_KEEP), ERR_OK, "an answer");
    T_EQ(close_with(&queue, 1013, true), ERR_OK, "a close at once");
    while (!ws_queue_is_empty(&queue))
        write_some(&queue, 4096, out, &len);
    T_EQ(len, 10 + 200000 + 4, "the begun frame whole, then the close");
    T_SPAN(span_of(out + len - 4, 4), SPAN("\x88\x02\x03\xf5"), "behind it");
    ws_queue_fini(&queue);
}

T_CASE(ws_queue_takes_nothing_behind_a_close)
{
    struct ws_queue queue;

    ws_queue_init(&queue);
    T_EQ(push(&queue, 'a', WS_KEEP), ERR_OK, "before");
    T_EQ(close_with(&queue, 1001, false), ERR_OK, "a close in turn");
    T_EQ(close_with(&queue, 1002, true), ERR_OK, "a second one changes nothing");
    T_EQ(push(&queue, 'b', WS_KEEP), ERR_CONFLICT, "nothing behind it");
    T_EQ(push(&queue, 'm', WS_MAY_DROP), ERR_CONFLICT, "movement neither");
    T_OK(!ws_queue_is_finished(&queue), "not yet written");
    T_TEXT(drain(&queue), "a#1001", "what left");
    T_OK(ws_queue_is_finished(&queue), "finished");
    ws_queue_fini(&queue);

    ws_queue_init(&queue);
    for (int i = 0; i < 9; i++)
        T_EQ(push(&queue, 'a', WS_KEEP), ERR_OK, "waiting");
    T_EQ(close_with(&queue, 1008, true), ERR_OK, "a close at once");
    T_TEXT(drain(&queue), "#1008", "nothing was begun, so nothing goes before it");
    ws_queue_fini(&queue);
}

T_CASE(ws_queue_holds_no_memory_once_empty)
{
    struct ws_queue queue;

    ws_queue_init(&queue);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            T_EQ(push(&queue, 'a', WS_KEEP), ERR_OK, "pushed");
        T_OK(queue.items != queue.own, "a long queue has memory of its own");
        drain(&queue);
        T_OK(queue.items == queue.own, "an empty one has not");
    }
    ws_queue_fini(&queue);
}

/* Any order of pushes and partial writes. */
T_CASE(ws_queue_loses_nothing_uncounted)
{
    static uint8_t out[1 << 20];
    uint32_t dice = 12345;
    struct ws_queue queue;
    size_t len = 0, n_pushed = 0, n_dropped = 0;
    size_t seen_keep = 0, seen_move = 0, n_keep = 0;

    ws_queue_init(&queue);
    for (int step = 0; step < 60000; step++) {
        dice = dice * 1664525u + 1013904223u;
        if ((dice >> 24) % 3 > 0) {
            bool keep = (dice >> 16) % 8 == 0;

            if (push(&queue, keep ? 'k' : 'm', keep ? WS_KEEP : WS_MAY_DROP) == ERR_OK) {
                n_pushed++;
                n_keep += keep;
            }
        } else {
            write_some(&queue, (dice >> 8) % 5, out, &len);
        }
        T_OK(queue.n <= WS_QUEUE_CAP_FRAMES && queue.n_bytes <= WS_QUEUE_CAP_BYTES, "bounded");
    }
    while (!ws_queue_is_empty(&queue))
        write_some(&queue, 100, out, &len);
    n_dropped = ws_queue_take_dropped(&queue);
    for (size_t i = 0; i + 2 < len; i += 3) {
        T_OK(out[i] == 0x81 && out[i + 1] == 1, "frames never interleave");
        seen_keep += out[i + 2] == 'k';
        seen_move += out[i + 2] == 'm';
    }
    T_OK(n_dropped > 0, "the script overfills the queue");
    T_EQ(seen_keep, n_keep, "all that must be kept left");
    T_EQ(seen_keep + seen_move + n_dropped, n_pushed, "every frame left or was counted");
    ws_queue_fini(&queue);
}
