/* voice-crowd: a node's part towards its media program, and browsers by the dozen before it
 * (voice_crowd.h), for tests that count every packet.
 *
 *   voice-crowd SOCKET PEOPLE ZONE TALKERS CALM_S FLOOD_S FLOOD_RATE
 *
 * PEOPLE in zones of ZONE each, the first TALKERS of each zone speak all the time; one more
 * with an altered client is muted and in the first zone. For CALM_S that is all, then for
 * FLOOD_S FLOOD_RATE malformed packets a second come beside. A JSON line a phase:
 *   {"phase":"calm","seconds":5.0,"said":5000,"due":10000,"heard":10000,"astray":0,"p50_us":90,
 *    "p95_us":140,"flood":0,"dropped":0,"strange":0,"muted":0,"replayed":0}
 * due: what the listeners should hear; astray: what came to somebody of another zone, or of the
 * one who is muted; p95_us: from before a packet is sealed and sent until the system has it for
 * the listener. A first line says {"phase":"there"}: the figures of memory begin here. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "tests/load/voice_crowd.h"
#include "tests/unit/voice/stun_made.h"
#include "voice/demux.h"
#include "voice/frame.h"

enum {
    FLOOR = 1,
    CONSENT_MS = 4000,
    BIN_US = 5,
    BINS = 40000, /* 200 ms; what is later counts as that */
    HANDSHAKE_MS = 10000,
    DRAIN_MS = 300,
};

static struct crowd {
    int control, epoll, n_people, zone_size, n_talkers;
    struct sockaddr_in port;
    struct crowd_person person[CROWD_PEOPLE + 1]; /* the last one's client is altered */
    uint8_t phase;
    uint64_t n_astray, bins[BINS];
    uint64_t counts[VOICE_COUNT_N];
} crowd;

_Noreturn static void bad(const char *what)
{
    fprintf(stderr, "voice-crowd: %s\n", what);
    exit(2);
}

static int64_t wall_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t mono_ms(void)
{
    return clock_mono_us() / 1000;
}

/* ---- packets ---- */

static const uint8_t mark[] = "tone";
enum { HEAD = 20, WORD_BYTES = 1 + 4 + 1 + 2 + 8 };

size_t crowd_rtp(uint32_t ssrc, uint16_t who, uint16_t number, uint8_t phase, int64_t sent_ns,
                 uint8_t out[VOICE_PACKET_MAX])
{
    struct bytes_out b = {out, 0, VOICE_PACKET_MAX};

    bytes_put_number(&b, 0x90, 1);
    bytes_put_number(&b, CROWD_PAYLOAD_TYPE, 1);
    bytes_put_number(&b, number, 2);
    bytes_put_number(&b, (uint32_t)number * (VOICE_CLOCK_RATE / 1000 * CROWD_MS), 4);
    bytes_put_number(&b, ssrc, 4);
    bytes_put(
        &b, (const uint8_t[]){0xbe, 0xde, 0, 1, CROWD_LEVEL_ID << 4, CROWD_SPEECH_LEVEL, 0, 0},
        8);
    bytes_put_number(&b, 0x78, 1); /* hybrid, 20 ms (RFC 6716 section 3.1) */
    bytes_put(&b, mark, 4);
    bytes_put_number(&b, phase, 1);
    bytes_put_number(&b, who, 2);
    bytes_put_number(&b, (uint64_t)sent_ns, 8);
    memset(out + b.len, 's', CROWD_OPUS_BYTES - WORD_BYTES);
    return HEAD + CROWD_OPUS_BYTES;
}

bool crowd_read(struct span plain, struct crowd_word *word_out)
{
    const uint8_t *p;
    uint64_t ns = 0;

    if (plain.len < CROWD_OPUS_BYTES)
        return false;
    p = plain.p + plain.len - CROWD_OPUS_BYTES;
    if (memcmp(p + 1, mark, 4) != 0)
        return false;
    for (int i = 0; i < 8; i++)
        ns = ns << 8 | p[8 + i];
    *word_out = (struct crowd_word){(uint16_t)(p[6] << 8 | p[7]), p[5], (int64_t)ns};
    return true;
}

/* ---- the node's part ---- */

static void tell(const struct voice_frame *frame)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    size_t len = voice_frame_write(frame, bytes);

    if (send(crowd.control, bytes, len, 0) != (ssize_t)len)
        bad("the media program takes nothing");
}

/* The next of this kind; the others are of no use here. */
static void wait_frame(enum voice_op op, struct voice_frame *frame_out)
{
    uint8_t bytes[VOICE_FRAME_CAP];

    do {
        ssize_t n = recv(crowd.control, bytes, sizeof bytes, 0);

        if (n <= 0 || voice_frame_read(span_of(bytes, (size_t)n), frame_out, NULL) != ERR_OK)
            bad("the media program says nothing");
        if (frame_out->op == VOICE_OP_REFUSED || frame_out->op == VOICE_OP_GONE)
            bad("refused, or gone");
    } while (frame_out->op != op);
}

/* So that its end of the socket never fills. */
static void pass_over(void)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    struct voice_frame frame;
    ssize_t n;

    while ((n = recv(crowd.control, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        if (voice_frame_read(span_of(bytes, (size_t)n), &frame, NULL) != ERR_OK ||
            frame.op == VOICE_OP_GONE)
            bad("somebody is gone");
}

static void node_comes(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct voice_frame frame = {.op = VOICE_OP_HELLO};

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    crowd.control = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (crowd.control < 0 ||
        connect(crowd.control, (const struct sockaddr *)&address, sizeof address) != 0)
        bad("no media program there");
    tell(&frame);
    wait_frame(VOICE_OP_READY, &frame);
    crowd.port = (struct sockaddr_in){.sin_family = AF_INET,
                                      .sin_port = htons(frame.udp_port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void count(uint64_t since_out[VOICE_COUNT_N])
{
    struct voice_frame frame = {.op = VOICE_OP_COUNT};

    tell(&frame);
    wait_frame(VOICE_OP_COUNTED, &frame);
    for (int i = 0; i < VOICE_COUNT_N; i++) {
        since_out[i] = frame.counts[i] - crowd.counts[i];
        crowd.counts[i] = frame.counts[i];
    }
}

/* ---- what comes to a person ---- */

static void hear(struct crowd_person *p, struct span plain, int64_t came_ns)
{
    struct crowd_word word;
    int64_t us;

    if (!crowd_read(plain, &word) || word.phase != crowd.phase)
        return;
    if (word.who >= crowd.n_people || crowd.person[word.who].zone != p->zone ||
        &crowd.person[word.who] == p) {
        crowd.n_astray++;
        return;
    }
    p->n_heard++;
    us = (came_ns - word.sent_ns) / 1000;
    us = us < 0 ? 0 : us / BIN_US;
    crowd.bins[us < BINS ? us : BINS - 1]++;
}

static void take(struct crowd_person *p, uint8_t *bytes, size_t n, int64_t came_ns)
{
    size_t len;

    switch (demux_kind(span_of(bytes, n))) {
    case DEMUX_DTLS:
        if (!p->client.is_done)
            dtls_client_feed(&p->client, span_of(bytes, n));
        break;
    case DEMUX_RTP:
        if (p->in != NULL && srtp_open_rtp(p->in, span_of(bytes, n), bytes, &len) == SRTP_DONE)
            hear(p, span_of(bytes, len), came_ns);
        break;
    case DEMUX_STUN:
    case DEMUX_RTCP:
    case DEMUX_OTHER:
        break;
    }
}

static void take_all(struct crowd_person *p)
{
    for (;;) {
        uint8_t bytes[VOICE_PACKET_MAX], more[256];
        struct iovec part = {bytes, sizeof bytes};
        struct msghdr m = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = more,
                           .msg_controllen = sizeof more};
        ssize_t n = recvmsg(p->fd, &m, MSG_DONTWAIT);
        struct timespec came = {0};

        if (n < 0)
            return;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
                memcpy(&came, CMSG_DATA(c), sizeof came);
        take(p, bytes, (size_t)n, (int64_t)came.tv_sec * 1000000000 + came.tv_nsec);
    }
}

static void take_until(int64_t until_us)
{
    struct epoll_event events[64];

    for (;;) {
        int64_t left_us = until_us - clock_mono_us();
        struct timespec left = {.tv_nsec = left_us > 0 ? left_us * 1000 : 0};
        int n = epoll_pwait2(crowd.epoll, events, 64, &left, NULL);

        for (int i = 0; i < n; i++)
            take_all(&crowd.person[events[i].data.u32]);
        if (left_us <= 0)
            return;
    }
}

/* ---- coming ---- */

static void put(int fd, struct span s)
{
    if (send(fd, s.p, s.len, 0) < 0)
        bad("a packet could not be sent");
}

static void ask(struct crowd_person *p)
{
    uint8_t bytes[MADE_CAP];

    put(p->fd, made_request(&p->name, &(struct made_wish){.nominates = true}, bytes));
}

static void shake_hands(struct crowd_person *p)
{
    int64_t until_ms = mono_ms() + HANDSHAKE_MS;
    struct span datagram;

    ask(p);
    dtls_client_feed(&p->client, SPAN_NONE);
    for (;;) {
        while ((datagram = dtls_wire_next(&p->client.wire)).len > 0)
            put(p->fd, datagram);
        if (p->client.is_done)
            break;
        if (p->client.is_failed || mono_ms() > until_ms)
            bad("a handshake came to no end");
        take_until(clock_mono_us() + 5000);
        dtls_client_tick(&p->client);
    }
    if (!dtls_client_keys(&p->client, &p->keys) ||
        srtp_side_create(p->keys.profile, p->keys.in.key, p->keys.in.salt, &p->out, NULL) !=
            ERR_OK ||
        srtp_side_create(p->keys.profile, p->keys.out.key, p->keys.out.salt, &p->in, NULL) !=
            ERR_OK)
        bad("no keys");
}

static void socket_of(struct crowd_person *p, uint32_t i)
{
    const int on = 1, room = 1 << 20;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

    p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 ||
        connect(p->fd, (const struct sockaddr *)&crowd.port, sizeof crowd.port) != 0 ||
        setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0 ||
        epoll_ctl(crowd.epoll, EPOLL_CTL_ADD, p->fd, &event) != 0)
        bad("no socket");
}

static void come(int i, uint32_t zone)
{
    struct crowd_person *p = &crowd.person[i];
    struct voice_frame frame = {
        .op = VOICE_OP_OPEN,
        .who = (uint16_t)i,
        .leg = {.payload_type = CROWD_PAYLOAD_TYPE, .level_id = CROWD_LEVEL_ID}};

    p->zone = zone;
    socket_of(p, (uint32_t)i);
    dtls_client_init(&p->client, &(struct dtls_client_wish){0});
    memcpy(frame.fingerprint, p->client.fingerprint, sizeof frame.fingerprint);
    tell(&frame);
    wait_frame(VOICE_OP_OPENED, &frame);
    memcpy(p->name.ufrag, frame.ufrag, sizeof p->name.ufrag);
    memcpy(p->name.password, frame.pwd, sizeof p->name.password);
    tell(&(struct voice_frame){
        .op = VOICE_OP_SEAT, .who = (uint16_t)i, .floor = FLOOR, .zone = zone});
    tell(&(struct voice_frame){.op = VOICE_OP_MIC, .who = (uint16_t)i, .mic = HUB_MIC_ZONE});
    shake_hands(p);
}

static bool is_talker(int i)
{
    return i % crowd.zone_size < crowd.n_talkers;
}

/* ---- a phase ---- */

static void say(int i)
{
    struct crowd_person *p = &crowd.person[i];
    uint8_t bytes[VOICE_PACKET_MAX];
    size_t len =
        crowd_rtp(100 + (uint32_t)i, (uint16_t)i, ++p->number, crowd.phase, wall_ns(), bytes);

    if (srtp_seal_rtp(p->out, span_of(bytes, len), bytes, &len) != SRTP_DONE)
        bad("not sealed");
    put(p->fd, span_of(bytes, len));
    p->n_said++;
}

/* The millisecond's part of all that is sent: talkers are spread over 20 ms. */
static void one_ms(int64_t ms)
{
    for (int i = 0; i < crowd.n_people; i++)
        if (is_talker(i) && i % CROWD_MS == ms % CROWD_MS)
            say(i);
    for (int i = 0; i <= crowd.n_people; i++)
        if (i == ms % CONSENT_MS)
            ask(&crowd.person[i]);
    if (ms % CROWD_MS == 0)
        pass_over();
}

static uint64_t heard_by(double part)
{
    uint64_t n = 0, at = 0;

    for (int i = 0; i < BINS; i++)
        n += crowd.bins[i];
    for (uint64_t i = 0; i < BINS; i++) {
        at += crowd.bins[i];
        if (n > 0 && (double)at >= part * (double)n)
            return i * BIN_US;
    }
    return 0;
}

static uint64_t due(void)
{
    uint64_t n = 0;

    for (int i = 0; i < crowd.n_people; i++)
        for (int k = 0; k < crowd.n_people; k++)
            if (k != i && crowd.person[k].zone == crowd.person[i].zone)
                n += crowd.person[i].n_said;
    return n;
}

static void report(const char *name, int64_t ms, uint64_t n_flood)
{
    uint64_t said = 0, heard = 0, counts[VOICE_COUNT_N];

    count(counts);
    for (int i = 0; i < crowd.n_people; i++) {
        said += crowd.person[i].n_said;
        heard += crowd.person[i].n_heard;
    }
    printf("{\"phase\":\"%s\",\"seconds\":%.1f,\"said\":%llu,\"due\":%llu,\"heard\":%llu,"
           "\"astray\":%llu,\"p50_us\":%llu,\"p95_us\":%llu,\"flood\":%llu,\"dropped\":%llu,"
           "\"strange\":%llu,\"muted\":%llu,\"replayed\":%llu}\n",
           name, (double)ms / 1000, (unsigned long long)said, (unsigned long long)due(),
           (unsigned long long)heard, (unsigned long long)crowd.n_astray,
           (unsigned long long)heard_by(0.5), (unsigned long long)heard_by(0.95),
           (unsigned long long)n_flood, (unsigned long long)counts[VOICE_COUNT_DROPPED],
           (unsigned long long)counts[VOICE_COUNT_STRANGE],
           (unsigned long long)counts[VOICE_COUNT_MUTED],
           (unsigned long long)counts[VOICE_COUNT_REPLAYED]);
    fflush(stdout);
}

/* rate: malformed packets a second. name NULL: to get warm, nothing is said about it. */
static void run(const char *name, int64_t ms, int rate)
{
    struct flood *flood =
        flood_open(&crowd.port, &crowd.person[0], &crowd.person[crowd.n_people]);
    int64_t begun_us = clock_mono_us();
    uint64_t n_flood = 0;

    crowd.phase++;
    crowd.n_astray = 0;
    memset(crowd.bins, 0, sizeof crowd.bins);
    for (int i = 0; i < crowd.n_people; i++)
        crowd.person[i].n_said = crowd.person[i].n_heard = 0;
    for (int64_t at = 0; at < ms; at++) {
        take_until(begun_us + at * 1000);
        one_ms(at);
        for (; n_flood < (uint64_t)(rate * (at + 1) / 1000); n_flood++)
            (void)flood_send(flood);
    }
    take_until(clock_mono_us() + DRAIN_MS * 1000);
    flood_close(flood);
    if (name != NULL && ms > 0)
        report(name, ms, n_flood);
}

static int number(const char *text, int least, int most)
{
    long n = strtol(text, NULL, 10);

    if (n < least || n > most)
        bad("a number is out of its range");
    return (int)n;
}

int main(int argc, char **argv)
{
    uint64_t counts[VOICE_COUNT_N];

    if (argc != 8)
        bad("SOCKET PEOPLE ZONE TALKERS CALM_S FLOOD_S FLOOD_RATE");
    crowd.n_people = number(argv[2], 1, CROWD_PEOPLE);
    crowd.zone_size = number(argv[3], 1, CROWD_PEOPLE);
    crowd.n_talkers = number(argv[4], 1, CROWD_PEOPLE);
    crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
    node_comes(argv[1]);
    for (int i = 0; i < crowd.n_people; i++)
        come(i, 1 + (uint32_t)(i / crowd.zone_size));
    come(crowd.n_people, 1);
    tell(&(struct voice_frame){
        .op = VOICE_OP_MUTE, .who = (uint16_t)crowd.n_people, .on = true});
    run(NULL, 1000, 0);
    count(counts);
    printf("{\"phase\":\"there\"}\n");
    fflush(stdout);
    run("calm", 1000 * (int64_t)number(argv[5], 0, 3600), 0);
    run("flood", 1000 * (int64_t)number(argv[6], 0, 3600), number(argv[7], 0, 100000));
    return 0;
}
