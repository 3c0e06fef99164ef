#include <stdlib.h>

#include "federation/link_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"

#define SEQ_AT 8 /* of a frame: len, type, flags, class come first */

/* ---- rt: what may be late ---- */

static void rt_drop(struct link_peer *peer)
{
    free(peer->rt[peer->rt_at].bytes);
    peer->rt[peer->rt_at] = (struct link_late){NULL, 0, 0};
    peer->rt_at = (peer->rt_at + 1) % LINK_RT_FRAMES;
    peer->rt_n--;
}

static int64_t late_us(const struct frame *frame)
{
    return frame->type == FRAME_VOICE ? LINK_VOICE_LATE_US : LINK_RT_LATE_US;
}

static void rt_put(struct link_peer *peer, const struct link_message *message)
{
    const size_t len = FRAME_HEAD_BYTES + message->frame.payload.len;
    struct bytes_out out = {malloc(len), 0, len};

    if (out.p == NULL || frame_write(&message->frame, &out, NULL) != ERR_OK) {
        free(out.p);
        peer->status.n_late++;
        return;
    }
    if (peer->rt_n == LINK_RT_FRAMES) {
        rt_drop(peer);
        peer->status.n_late++;
    }
    peer->rt[(peer->rt_at + peer->rt_n++) % LINK_RT_FRAMES] = (struct link_late){
        out.p, (uint32_t)len, message->at_mono_us + late_us(&message->frame)};
}

static size_t rt_fill(struct link_conn *conn, uint8_t *into, size_t cap)
{
    struct link_peer *peer = conn->peer;
    const int64_t now = clock_mono_us();
    size_t n = 0;

    while (peer->rt_n > 0) {
        const struct link_late *late = &peer->rt[peer->rt_at];

        if (now > late->until_mono_us) {
            peer->status.n_late++;
        } else if (late->len > cap - n) {
            break;
        } else {
            struct bytes_out seq = {into + n + SEQ_AT, 0, 8};

            memcpy(into + n, late->bytes, late->len);
            bytes_put_number(&seq, ++conn->n_sent, 8);
            n += late->len;
            peer->status.n_out++;
        }
        rt_drop(peer);
    }
    return n;
}

/* ---- what goes out ---- */

static size_t credit_fill(struct link_peer *peer, uint8_t *into, size_t cap)
{
    uint8_t body[8];
    struct bytes_out out = {body, 0, sizeof body}, whole = {into, 0, cap};
    struct frame frame = {.type = FRAME_CREDIT, .ts_ms = clock_utc_us() / 1000};

    if (peer->credit_mono_us == 0 || peer->credit_mono_us > peer->links->now_mono_us ||
        frame_credit_write(peer->stream.heard, &out, NULL) != ERR_OK)
        return 0;
    frame.payload = span_of(body, out.len);
    if (frame_write(&frame, &whole, NULL) != ERR_OK)
        return 0;
    peer->stream.told = peer->stream.heard;
    peer->credit_mono_us = 0;
    return whole.len;
}

static size_t ctl_fill(struct link_conn *conn, uint8_t *into, size_t cap)
{
    struct link_peer *peer = conn->peer;
    struct link_stream *stream = &peer->stream;
    size_t n;
    struct span next;

    if (link_stream_is_broken(stream)) { /* it cannot be told any more what comes next */
        link_conn_end(conn, LINK_FULL, 1008, "full");
        return 0;
    }
    n = credit_fill(peer, into, cap);
    for (next = link_stream_peek(stream); next.len > 0 && next.len <= cap - n;
         next = link_stream_peek(stream)) {
        memcpy(into + n, next.p, next.len);
        n += next.len;
        link_stream_sent(stream);
        peer->status.n_out++;
    }
    return n;
}

size_t link_peer_fill(struct link_conn *conn, uint8_t *into, size_t cap)
{
    if (conn->peer == NULL)
        return 0;
    return conn->lane == LINK_CTL ? ctl_fill(conn, into, cap) : rt_fill(conn, into, cap);
}

void link_peer_send(struct link_peer *peer, struct link_message *message)
{
    struct fail why = {.code = ERR_OK};

    if (message->is_rt) {
        rt_put(peer, message);
        peer->has_news[LINK_RT] = true;
        return;
    }
    if (link_stream_put(&peer->stream, &message->frame, peer->links->now_mono_us, &why) !=
            ERR_OK &&
        why.code != ERR_NOT_FOUND) {
        /* One that is missing must not be passed over in silence: both begin anew. */
        log_error("link.send", L_ID("peer", peer->id), L_FAIL(&why));
        link_peer_end(peer, LINK_FULL);
    }
    peer->has_news[LINK_CTL] = true;
}

/* ---- up and down ---- */

static void say_hello(struct link_conn *conn, uint8_t flags)
{
    const struct link_stream *stream = &conn->peer->stream;
    struct frame_hello hello = {.version = FRAME_VERSION, .node = conn->links->conf.node};
    uint8_t body[64];
    struct bytes_out out = {body, 0, sizeof body};
    struct frame frame = {.type = FRAME_HELLO, .ts_ms = clock_utc_us() / 1000};

    if (conn->lane == LINK_CTL) {
        hello.stream = stream->id;
        hello.heard = stream->heard;
    }
    invariant(frame_hello_write(&hello, &out, NULL) == ERR_OK, "%zu bytes", sizeof body);
    frame.flags = (uint8_t)(flags | (conn->lane == LINK_RT ? FRAME_RT : 0));
    frame.payload = span_of(body, out.len);
    link_conn_say(conn, &frame);
}

static void stands(struct link_conn *conn)
{
    conn->phase = LINK_UP;
    conn->up_mono_us = conn->links->now_mono_us;
}

static void go_up(struct link_conn *conn, bool is_whole)
{
    struct link_peer *peer = conn->peer;
    const struct link_feature *feature = &peer->links->feature;

    stands(conn);
    peer->is_up = true;
    peer->status.since_utc_us = clock_utc_us();
    peer->status.n_resumed += is_whole;
    peer->status.n_new += !is_whole;
    peer->credit_mono_us = peer->links->now_mono_us; /* says that we are in the stream */
    link_publish(peer);
    log_info("link.up", L_ID("peer", peer->id), L_INT("is_whole", is_whole),
             L_INT("waiting", link_stream_n_kept(&peer->stream)));
    feature->up(feature->arg, peer->id, is_whole);
    link_conn_flush(conn);
}

static bool keeps_stream(enum link_why why)
{
    switch (why) {
    case LINK_CUT:
    case LINK_SILENT:
    case LINK_RENEWED:
    case LINK_FULL:
        return true;
    case LINK_FAULT:
    case LINK_UNWANTED:
    case LINK_CONTRACT:
    case LINK_REVOKED:
    case LINK_SPLIT:
    case LINK_STOPPED:
    case LINK_DRAINING:
    case LINK_WHY_N:
        break;
    }
    return false;
}

static void go_down(struct link_peer *peer, enum link_why why)
{
    const struct link_feature *feature = &peer->links->feature;

    peer->is_up = false;
    peer->credit_mono_us = 0;
    peer->status.since_utc_us = clock_utc_us();
    peer->status.last_why = why;
    if (!keeps_stream(why)) {
        link_stream_begin(&peer->stream, ID_NONE);
        while (peer->rt_n > 0)
            rt_drop(peer);
    }
    link_publish(peer);
    log_info("link.down", L_ID("peer", peer->id), L_TEXT("why", link_why_name(why)),
             L_INT("waiting", link_stream_n_kept(&peer->stream)));
    feature->down(feature->arg, peer->id, why);
}

/* When the caller tries again. */
static void set_next(struct link_peer *peer, const struct link_conn *conn, enum link_why why)
{
    const int64_t now = peer->links->now_mono_us;
    const bool was_steady = conn->up_mono_us != 0 && now - conn->up_mono_us > LINK_STEADY_US;
    int64_t wait_us = was_steady || why == LINK_RENEWED ? 0 : LINK_RETRY_US;

    if (was_steady)
        peer->n_faults_in_row = 0;
    if (why == LINK_FAULT) {
        wait_us = LINK_RETRY_US << (peer->n_faults_in_row < 6 ? peer->n_faults_in_row : 6);
        wait_us = wait_us > LINK_FAULTED_US ? LINK_FAULTED_US : wait_us;
        peer->n_faults_in_row++;
    }
    peer->dial[conn->lane].next_mono_us = now + wait_us;
}

void link_peer_lost(struct link_peer *peer, const struct link_conn *conn, enum link_why why)
{
    if (peer->conns[conn->lane] != conn)
        return; /* another one took its place */
    peer->conns[conn->lane] = NULL;
    set_next(peer, conn, why);
    if (conn->lane == LINK_CTL &&
        (peer->is_up || (!keeps_stream(why) && !id_is_none(peer->stream.id))))
        go_down(peer, why);
    else
        link_publish(peer);
}

static int code_of(enum link_why why)
{
    switch (why) {
    case LINK_STOPPED:
    case LINK_DRAINING:
        return 1001;
    case LINK_UNWANTED:
    case LINK_RENEWED:
    case LINK_CUT:
    case LINK_SILENT:
        return 1000;
    case LINK_FAULT:
    case LINK_FULL:
    case LINK_CONTRACT:
    case LINK_REVOKED:
    case LINK_SPLIT:
    case LINK_WHY_N:
        break;
    }
    return 1008;
}

void link_peer_end(struct link_peer *peer, enum link_why why)
{
    struct link_conn *ctl = peer->conns[LINK_CTL], *rt = peer->conns[LINK_RT];

    if (rt != NULL)
        link_conn_end(rt, why, code_of(why), link_why_name(why));
    if (ctl != NULL)
        link_conn_end(ctl, why, code_of(why), link_why_name(why));
    if (!keeps_stream(why) && !id_is_none(peer->stream.id))
        go_down(peer, why); /* it was cut, and now it is over */
    if (why == LINK_FULL)   /* nothing goes on with what has a gap */
        link_stream_begin(&peer->stream, ID_NONE);
    link_publish(peer);
}

void link_peer_fault(struct link_conn *conn, const char *rule)
{
    struct link_peer *peer = conn->peer;

    if (peer == NULL || conn->phase >= LINK_CLOSING)
        return;
    peer->status.n_faults++;
    log_warn("link.fault", L_ID("peer", peer->id), L_TEXT("rule", rule),
             L_TEXT("lane", conn->lane == LINK_RT ? "rt" : "ctl"));
    link_conn_end(conn, LINK_FAULT, 1008, rule);
    if (peer->conns[LINK_CTL] != NULL) /* it broke the rule on rt */
        link_conn_end(peer->conns[LINK_CTL], LINK_FAULT, 1008, rule);
    if (peer->conns[LINK_RT] != NULL)
        link_conn_end(peer->conns[LINK_RT], LINK_FAULT, 1008, rule);
}

void link_peer_fini(struct link_peer *peer)
{
    while (peer->rt_n > 0)
        rt_drop(peer);
    link_stream_fini(&peer->stream);
}

/* ---- hellos ---- */

void link_peer_line(struct link_peer *peer, struct link_conn *conn)
{
    conn->peer = peer;
    peer->conns[conn->lane] = conn;
    say_hello(conn, 0);
}

bool link_peer_known(struct link_conn *conn, struct id id, bool is_rt)
{
    struct links *links = conn->links;

    for (int i = 0; i < LINK_PEERS_MOST; i++) {
        struct link_peer *peer = &links->peers[i];

        if (!peer->is_used || !id_eq(peer->id, id) || peer->allow_until_utc_us == 0)
            continue;
        conn->peer = peer;
        conn->lane = is_rt ? LINK_RT : LINK_CTL;
        return true;
    }
    return false;
}

/* The caller's first word, at the host. What the line before it has not handed on is lost to
 * it: the caller sends that again. */
static void first_word(struct link_conn *conn, const struct frame_hello *hello)
{
    struct link_peer *peer = conn->peer;
    struct link_conn *before = peer->conns[conn->lane];

    if (before != NULL)
        link_conn_end(before, LINK_RENEWED, 1000, "replaced");
    peer->conns[conn->lane] = conn;
    if (conn->lane == LINK_RT) {
        stands(conn);
        say_hello(conn, 0);
        link_publish(peer);
        return;
    }
    conn->phase = LINK_HELLO_BACK;
    say_hello(conn,
              link_stream_fits(&peer->stream, hello->stream, hello->heard) ? FRAME_WHOLE : 0);
}

/* The caller's last word. */
static void last_word(struct link_conn *conn, const struct frame_hello *hello, bool is_whole)
{
    struct link_stream *stream = &conn->peer->stream;

    if (is_whole && !link_stream_fits(stream, hello->stream, hello->heard)) {
        /* What it misses was let go between two hellos. */
        link_conn_end(conn, LINK_CUT, 1000, "too late");
        return;
    }
    if (is_whole) {
        link_stream_go_on(stream, hello->heard);
    } else if (id_is_none(hello->stream)) {
        link_peer_fault(conn, "no stream");
        return;
    } else {
        link_stream_begin(stream, hello->stream);
        stream->is_confirmed = true;
    }
    go_up(conn, is_whole);
}

/* The host's word, at the caller. */
static void host_word(struct link_conn *conn, const struct frame_hello *hello, bool is_whole)
{
    struct link_stream *stream = &conn->peer->stream;

    if (conn->lane == LINK_RT) {
        stands(conn);
        link_publish(conn->peer);
        link_conn_flush(conn);
        return;
    }
    switch (link_stream_judge(stream, hello, is_whole)) {
    case LINK_GOES_ON:
        link_stream_go_on(stream, hello->heard);
        say_hello(conn, FRAME_WHOLE);
        if (conn->phase == LINK_HELLO)
            go_up(conn, true);
        return;
    case LINK_OFFER_AGAIN:
        link_stream_again(stream);
        say_hello(conn, 0);
        if (conn->phase == LINK_HELLO)
            go_up(conn, true);
        return;
    case LINK_BEGINS:
        link_stream_begin(stream, id_new());
        say_hello(conn, 0);
        if (conn->phase == LINK_HELLO)
            go_up(conn, false);
        return;
    }
}

static void take_hello(struct link_conn *conn, const struct frame *frame)
{
    const bool is_whole = (frame->flags & FRAME_WHOLE) != 0;
    struct frame_hello hello;

    if (frame->type != FRAME_HELLO || frame_hello_read(frame, &hello, NULL) != ERR_OK) {
        link_peer_fault(conn, "no hello");
        return;
    }
    if (!id_eq(hello.node, conn->peer->id)) {
        link_peer_fault(conn, "another node");
        return;
    }
    if (((frame->flags & FRAME_RT) != 0) != (conn->lane == LINK_RT)) {
        link_peer_fault(conn, "another lane");
        return;
    }
    if (conn->line != NULL)
        host_word(conn, &hello, is_whole);
    else if (conn->phase == LINK_HELLO)
        first_word(conn, &hello);
    else
        last_word(conn, &hello, is_whole);
}

/* ---- frames ---- */

/* False: it came before, or the line was ended. */
static bool hear(struct link_conn *conn, uint64_t seq)
{
    struct link_peer *peer = conn->peer;

    peer->status.n_in++;
    if (conn->lane == LINK_RT)
        return true;
    switch (link_stream_hear(&peer->stream, seq)) {
    case LINK_NEXT:
        break;
    case LINK_DOUBLE:
        return false;
    case LINK_GAP:
        link_peer_fault(conn, "gap");
        return false;
    }
    if (peer->stream.heard - peer->stream.told >= LINK_CREDIT_FRAMES)
        peer->credit_mono_us = peer->links->now_mono_us;
    else if (peer->credit_mono_us == 0)
        peer->credit_mono_us = peer->links->now_mono_us + LINK_CREDIT_US;
    return true;
}

static void take_credit(struct link_conn *conn, const struct frame *frame)
{
    uint64_t heard;

    if (conn->lane == LINK_RT || frame_credit_read(frame, &heard, NULL) != ERR_OK ||
        !link_stream_acknowledge(&conn->peer->stream, heard))
        link_peer_fault(conn, "credit");
}

static void take_frame(struct link_conn *conn, const struct frame *frame)
{
    const struct link_feature *feature = &conn->links->feature;
    struct fail why = {.code = ERR_OK};

    if (frame_body_check(frame, &why) != ERR_OK) {
        link_peer_fault(conn, frame_type_name(frame->type));
        return;
    }
    if (conn->phase != LINK_UP) {
        take_hello(conn, frame);
        return;
    }
    if (frame->type == FRAME_HELLO)
        link_peer_fault(conn, "hello again");
    else if (frame->type == FRAME_CREDIT)
        take_credit(conn, frame);
    else if (hear(conn, frame->seq))
        feature->frame(feature->arg, conn->peer->id, conn->lane == LINK_RT, frame);
}

void link_peer_message(struct link_conn *conn, struct span message)
{
    struct frame frame;

    if (message.len == 0)
        link_peer_fault(conn, "empty");
    while (conn->phase < LINK_CLOSING) {
        switch (frame_read(&message, &frame)) {
        case FRAME_GOT_NONE:
            return;
        case FRAME_GOT_ONE:
            take_frame(conn, &frame);
            break;
        case FRAME_GOT_UNKNOWN:
            conn->peer->status.n_unknown++;
            if (conn->phase != LINK_UP)
                link_peer_fault(conn, "no hello");
            else
                (void)hear(conn, frame.seq);
            break;
        case FRAME_GOT_FAULT:
            link_peer_fault(conn, "frame");
            return;
        }
    }
}
