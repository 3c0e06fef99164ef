/* voice.slots.*, voice.mix.*, voice.silence.n100: CPU milliseconds of one listener for one
 * second of audio in one zone: 48 kHz, one channel, 20 ms. Counted is all that the media
 * program does: the talkers' datagrams taken from a UDP socket, SRTP (AES-GCM) opened, the hub,
 * and for every listener SRTP sealed and a datagram sent over loopback. Not counted: the
 * browsers. */
#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "voice/codec.h"
#include "voice/hub.h"
#include "voice/srtp.h"
#include "voice/udp_out.h"

#define N_MOST       1000
#define N_TALKERS    3
#define N_TICKS      250 /* five seconds */
#define N_ROUNDS     3
#define PAYLOAD_TYPE 111
#define SPEECH_LEVEL 30
#define N_BATCH      32
#define PAUSE_TICKS  20 /* a pause is marked every 400 ms */

struct zone_bench {
    int n, socket, sink;
    struct sockaddr_in here, there;
    struct hub *hub;
    struct srtp *browser_out[N_MOST], *in[N_MOST], *out[N_MOST];
    size_t packet_len[N_TALKERS][N_TICKS];
    uint8_t packet[N_TALKERS][N_TICKS][CODEC_PACKET_CAP];
    uint64_t n_sent, n_failed;
    bool is_dry; /* all but the system's part of sending */
    int n_waiting;
    uint8_t sealed[N_BATCH][VOICE_PLAIN_MAX + SRTP_GROWTH_CAP];
    struct iovec part[N_BATCH];
    struct mmsghdr message[N_BATCH];
};

static const uint8_t key[SRTP_KEY_BYTES] = "sixteen bytes...";
static const uint8_t salt[SRTP_SALT_CAP] = "fourteen bytes";

/* What waits goes out with one call, as in the media program. */
static void flush(struct zone_bench *b)
{
    int n = b->n_waiting;

    b->n_waiting = 0;
    if (n > 0 && !b->is_dry && sendmmsg(b->socket, b->message, (unsigned)n, 0) != n)
        b->n_failed++;
}

/* Where the next sealed packet is to lie. */
static uint8_t *next_place(struct zone_bench *b)
{
    if (b->n_waiting == N_BATCH)
        flush(b);
    return b->sealed[b->n_waiting];
}

static void wait_sealed(struct zone_bench *b, enum srtp_verdict verdict, size_t len)
{
    struct msghdr *m = &b->message[b->n_waiting].msg_hdr;

    if (verdict != SRTP_DONE) {
        b->n_failed++;
        return;
    }
    b->part[b->n_waiting] = (struct iovec){b->sealed[b->n_waiting], len};
    *m = (struct msghdr){.msg_name = &b->there,
                         .msg_namelen = sizeof b->there,
                         .msg_iov = &b->part[b->n_waiting],
                         .msg_iovlen = 1};
    b->n_waiting++;
}

static void send_sealed(void *arg, int session, enum voice_slot slot, struct span rtp)
{
    struct zone_bench *b = arg;
    uint8_t *to = next_place(b);
    size_t len = 0;
    enum srtp_verdict verdict = srtp_seal_rtp(b->out[session], rtp, to, &len);

    (void)slot;
    wait_sealed(b, verdict, len);
    b->n_sent++;
}

static void send_sealed_rtcp(void *arg, int session, struct span rtcp)
{
    struct zone_bench *b = arg;
    uint8_t *to = next_place(b);
    size_t len = 0;
    enum srtp_verdict verdict = srtp_seal_rtcp(b->out[session], rtcp, to, &len);

    wait_sealed(b, verdict, len);
}

/* ---- what is said: a voice made of a saw whose pitch and loudness wander, under noise ---- */

static bool record(struct zone_bench *b, int talker)
{
    struct codec_encoder *e = NULL;
    double phase = 0;
    uint32_t random = (uint32_t)talker + 1;
    bool ok = codec_encoder_create(&e, NULL) == ERR_OK;

    for (int t = 0; ok && t < N_TICKS; t++) {
        int16_t samples[CODEC_FRAME];
        double hz = 140 + 40 * talker + 30 * sin(t * 0.11);
        double loudness = 6000 * (0.55 + 0.45 * sin(t * 0.6 + talker));

        for (int i = 0; i < CODEC_FRAME; i++) {
            random = random * 1664525u + 1013904223u;
            phase = fmod(phase + hz / VOICE_CLOCK_RATE, 1);
            samples[i] = (int16_t)(loudness * (phase - 0.5) + (int)(random >> 22) - 512);
        }
        b->packet_len[talker][t] = codec_encode(e, samples, b->packet[talker][t]);
        ok = b->packet_len[talker][t] > 0;
    }
    codec_encoder_destroy(&e);
    return ok;
}

/* ---- sockets ---- */

static bool open_socket(int *fd_out, struct sockaddr_in *at_out)
{
    socklen_t len = sizeof *at_out;
    int room = 8 << 20;

    *at_out =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *fd_out = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    return *fd_out >= 0 &&
           setsockopt(*fd_out, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0 &&
           bind(*fd_out, (const struct sockaddr *)at_out, sizeof *at_out) == 0 &&
           getsockname(*fd_out, (struct sockaddr *)at_out, &len) == 0;
}

static void drain(int fd)
{
    uint8_t bytes[VOICE_PACKET_MAX];
    ssize_t n;

    do
        n = recv(fd, bytes, sizeof bytes, 0);
    while (n > 0);
}

/* ---- the zone ---- */

static void close_zone(struct zone_bench *b)
{
    for (int i = 0; i < b->n; i++) {
        srtp_side_destroy(&b->browser_out[i]);
        srtp_side_destroy(&b->in[i]);
        srtp_side_destroy(&b->out[i]);
    }
    hub_destroy(&b->hub);
    if (b->socket >= 0)
        close(b->socket);
    if (b->sink >= 0)
        close(b->sink);
    free(b);
}

static enum err come(struct zone_bench *b, int i, struct fail *why)
{
    struct hub_leg leg = {.payload_type = PAYLOAD_TYPE, .level_id = 1};
    struct hub_seat seat = {.floor = 1, .zone = 1};
    enum err rc = srtp_side_create(SRTP_PROFILE_GCM, key, salt, &b->browser_out[i], why);

    if (rc == ERR_OK)
        rc = srtp_side_create(SRTP_PROFILE_GCM, key, salt, &b->in[i], why);
    if (rc == ERR_OK)
        rc = srtp_side_create(SRTP_PROFILE_GCM, key, salt, &b->out[i], why);
    if (rc == ERR_OK)
        rc = hub_open(b->hub, i, &leg, 0, why);
    if (rc == ERR_OK)
        rc = hub_seat(b->hub, i, seat, 0, why);
    return rc == ERR_OK ? hub_mic(b->hub, i, HUB_MIC_ZONE, 0, why) : rc;
}

static enum err open_zone(int n, bool is_mixed, struct zone_bench **b_out, struct fail *why)
{
    struct zone_bench *b = calloc(1, sizeof *b);
    struct hub_conf conf = {.arg = b,
                            .send = send_sealed,
                            .send_rtcp = send_sealed_rtcp,
                            .n_mixers = is_mixed ? 1 : 0,
                            .mix_least = is_mixed ? 2 : VOICE_SESSIONS};
    enum err rc = ERR_OK;

    *b_out = NULL;
    if (b == NULL)
        return fail_set(why, ERR_NOMEM, "zone");
    b->n = n;
    b->socket = b->sink = -1;
    if (!open_socket(&b->socket, &b->here) || !open_socket(&b->sink, &b->there))
        rc = fail_set(why, ERR_IO, "sockets");
    if (rc == ERR_OK)
        rc = hub_create(&conf, &b->hub, why);
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = come(b, i, why);
    for (int i = 0; rc == ERR_OK && i < N_TALKERS; i++)
        if (!record(b, i))
            rc = fail_set(why, ERR_INTERNAL, "nothing was recorded");
    if (rc == ERR_OK)
        *b_out = b;
    else
        close_zone(b);
    return rc;
}

/* A browser's packet onto the wire; its first byte behind the header says who sent it, as the
 * address would. */
static bool browser_sends(struct zone_bench *b, int who, int tick, int level, struct span opus)
{
    uint8_t plain[VOICE_PLAIN_MAX] = {0x90, PAYLOAD_TYPE};
    uint8_t sealed[VOICE_PLAIN_MAX + SRTP_GROWTH_CAP];
    uint32_t time = (uint32_t)tick * CODEC_FRAME;
    size_t len;

    plain[2] = (uint8_t)(tick >> 8);
    plain[3] = (uint8_t)tick;
    for (int i = 0; i < 4; i++)
        plain[4 + i] = (uint8_t)(time >> (24 - 8 * i));
    plain[10] = (uint8_t)(who >> 8);
    plain[11] = (uint8_t)who;
    memcpy(plain + 12, (uint8_t[]){0xbe, 0xde, 0, 1, 0x10, (uint8_t)level, 0, 0}, 8);
    memcpy(plain + 20, opus.p, opus.len);
    return srtp_seal_rtp(b->browser_out[who], span_of(plain, 20 + opus.len), sealed, &len) ==
               SRTP_DONE &&
           sendto(b->sink, sealed, len, 0, (const struct sockaddr *)&b->here, sizeof b->here) ==
               (ssize_t)len;
}

/* What the media program does with all that has come. */
static void server_takes(struct zone_bench *b, int64_t now_ms)
{
    uint8_t bytes[VOICE_PACKET_MAX];
    ssize_t n;

    while ((n = recv(b->socket, bytes, sizeof bytes, 0)) > 0) {
        int who = bytes[10] << 8 | bytes[11];
        size_t len;

        if (srtp_open_rtp(b->in[who], span_of(bytes, (size_t)n), bytes, &len) == SRTP_DONE)
            hub_rtp(b->hub, who, span_of(bytes, len), now_ms);
        else
            b->n_failed++;
    }
    if (hub_is_awake(b->hub))
        hub_tick(b->hub, now_ms);
    flush(b);
}

/* Each tick n_talkers speak; with 0, everybody's open microphone marks its pause. */
static enum err run(struct zone_bench *b, int n_talkers, double *cpu_us_out, struct fail *why)
{
    *cpu_us_out = 0;
    for (int t = 0; t < N_TICKS; t++) {
        int64_t now_ms = 1000 + t * VOICE_TICK_MS;
        double begun_us;
        bool ok = true;

        for (int i = 0; i < n_talkers; i++)
            ok = ok && browser_sends(b, i, t, SPEECH_LEVEL,
                                     span_of(b->packet[i][t], b->packet_len[i][t]));
        for (int i = t % PAUSE_TICKS; n_talkers == 0 && i < b->n; i += PAUSE_TICKS)
            ok = ok && browser_sends(b, i, t, 127, SPAN("\x78"));
        if (!ok)
            return fail_set(why, ERR_IO, "a browser's packet");
        begun_us = bench_thread_cpu_us();
        server_takes(b, now_ms);
        *cpu_us_out += bench_thread_cpu_us() - begun_us;
        drain(b->sink);
    }
    return b->n_failed == 0
               ? ERR_OK
               : fail_set(why, ERR_INTERNAL, "%llu packets were not sealed or sent",
                          (unsigned long long)b->n_failed);
}

struct case_of {
    int n, n_talkers;
    bool is_mixed, is_dry;
    /* So many packets prove that all were served: each hears two or three voices, or one mix.
     */
    uint64_t sent_least, sent_most;
};

/* The best of some rounds: neighbours on the machine only add. */
static enum err measure(const struct case_of *c, double *ms_out, struct fail *why)
{
    enum err rc = ERR_OK;

    *ms_out = 1e9;
    for (int round = 0; rc == ERR_OK && round < N_ROUNDS; round++) {
        struct zone_bench *b;
        double cpu_us = 0, ms;

        rc = open_zone(c->n, c->is_mixed, &b, why);
        if (rc != ERR_OK || b == NULL)
            return rc;
        b->is_dry = c->is_dry;
        rc = run(b, c->n_talkers, &cpu_us, why);
        ms = cpu_us / 1e3 / c->n / (N_TICKS * VOICE_TICK_MS / 1000.0);
        *ms_out = ms < *ms_out ? ms : *ms_out;
        if (rc == ERR_OK && (b->n_sent < c->sent_least || b->n_sent > c->sent_most))
            rc = fail_set(why, ERR_INTERNAL, "%llu packets were sent",
                          (unsigned long long)b->n_sent);
        close_zone(b);
    }
    return rc;
}

#define PACKETS(n, voices) ((uint64_t)(n) * (voices)*N_TICKS)
#define SLOTS_K3           100, 3, false
#define SLOTS_K1           100, 1, false

static const struct case_of slots_k3_case = {SLOTS_K3, false, PACKETS(97, 3), PACKETS(101, 3)};
static const struct case_of own_k3_case = {SLOTS_K3, true, PACKETS(97, 3), PACKETS(101, 3)};
static const struct case_of slots_k1_case = {SLOTS_K1, false, PACKETS(99, 1), PACKETS(102, 1)};
static const struct case_of own_k1_case = {SLOTS_K1, true, PACKETS(99, 1), PACKETS(102, 1)};
static const struct case_of mix_n100_case = {
    100, 3, true, false, PACKETS(96, 1), PACKETS(112, 1)};
static const struct case_of mix_n1000_case = {
    1000, 3, true, false, PACKETS(980, 1), PACKETS(1070, 1)};
static const struct case_of silence_case = {100, 0, false, false, 0, 0};

BENCH(slots_k3, "voice.slots.n100.k3", "ms/listener-s", 0.30, true)
{
    return measure(&slots_k3_case, value_out, why);
}

BENCH(slots_k1, "voice.slots.n100.k1", "ms/listener-s", 0.12, true)
{
    return measure(&slots_k1_case, value_out, why);
}

/* ---- the system's part: a plain loop of sendto beside ours ---- */

#define N_PLAIN      320
#define PACKET_BYTES 120

static enum err send_plain(int n, void *arg, struct fail *why)
{
    struct zone_bench *b = arg;
    static const uint8_t bytes[PACKET_BYTES];

    for (int i = 0; i < n; i++)
        if (sendto(b->socket, bytes, sizeof bytes, 0, (const struct sockaddr *)&b->there,
                   sizeof b->there) != PACKET_BYTES)
            return fail_set(why, ERR_IO, "sendto");
    return ERR_OK;
}

static enum err send_by_batch(int n, void *arg, struct fail *why)
{
    static const uint8_t bytes[PACKET_BYTES];
    static struct udp_out out;
    struct zone_bench *b = arg;
    struct sockaddr_storage to;

    (void)why;
    memcpy(&to, &b->there, sizeof b->there);
    for (int i = 0; i < n; i++)
        udp_out_put(&out, b->socket, span_of(bytes, sizeof bytes), &to, sizeof b->there);
    udp_out_flush(&out, b->socket);
    return ERR_OK;
}

/* CPU of one packet both ways, the cheapest of some rounds; draining is nobody's. */
static enum err measure_sends(double *plain_us_out, double *batch_us_out, struct fail *why)
{
    enum err (*const sends[])(int, void *, struct fail *) = {send_plain, send_by_batch};
    double least_us[2] = {1e9, 1e9};
    struct zone_bench *b;
    enum err rc = open_zone(1, false, &b, why);

    for (int i = 0; rc == ERR_OK && i < 200; i++) {
        double begun_us = bench_thread_cpu_us(), us;

        rc = sends[i % 2](N_PLAIN, b, why);
        us = (bench_thread_cpu_us() - begun_us) / N_PLAIN;
        least_us[i % 2] = us < least_us[i % 2] ? us : least_us[i % 2];
        drain(b->sink);
    }
    if (b != NULL)
        close_zone(b);
    *plain_us_out = least_us[0];
    *batch_us_out = least_us[1];
    return rc;
}

/* The yardstick; its goal says only beyond what a machine is not worth measuring on. */
BENCH(send_plain_us, "voice.send.plain", "us CPU a packet, by sendto", 10, true)
{
    double batch_us;

    return measure_sends(value_out, &batch_us, why);
}

BENCH(send_batch, "voice.send", "times a sendto a packet", 1, true)
{
    double plain_us = 1, batch_us = 0;
    enum err rc = measure_sends(&plain_us, &batch_us, why);

    *value_out = batch_us / plain_us;
    return rc;
}

/* All that the media program does, against the same packets sent by a plain loop on this
 * machine. The goals above were set where that loop takes 1.1 us a packet: 0.165 and 0.055 ms
 * of them, so the goals here are theirs. */
static enum err measure_over(const struct case_of *c, double *times_out, struct fail *why)
{
    double ms = 0, plain_us = 1, batch_us;
    enum err rc = measure(c, &ms, why);

    if (rc == ERR_OK)
        rc = measure_sends(&plain_us, &batch_us, why);
    *times_out = ms * 1e3 / (c->n_talkers * 50.0 * plain_us);
    return rc;
}

BENCH(over_k3, "voice.over.n100.k3", "times the plain sends", 1.8, true)
{
    return measure_over(&slots_k3_case, value_out, why);
}

BENCH(over_k1, "voice.over.n100.k1", "times the plain sends", 2.2, true)
{
    return measure_over(&slots_k1_case, value_out, why);
}

/* The same without the system's part of sending, which differs most between machines. */
BENCH(own_k3, "voice.own.n100.k3", "ms/listener-s", 0.15, true)
{
    return measure(&own_k3_case, value_out, why);
}

BENCH(own_k1, "voice.own.n100.k1", "ms/listener-s", 0.06, true)
{
    return measure(&own_k1_case, value_out, why);
}

BENCH(mix_n100, "voice.mix.n100.k3", "ms/listener-s", 0.35, true)
{
    return measure(&mix_n100_case, value_out, why);
}

BENCH(mix_n1000, "voice.mix.n1000.k3", "ms/listener-s", 0.13, true)
{
    return measure(&mix_n1000_case, value_out, why);
}

BENCH(silence_n100, "voice.silence.n100", "ms/listener-s", 0.02, true)
{
    return measure(&silence_case, value_out, why);
}
