/* voice_say: the transport half of the media program (voice/endpoint.h) on a real UDP socket of
 * 127.0.0.1, for tests/integration/test_voice_peer.py. Every session hears every other one, in
 * its first slot. First it says "port N". Commands, one a line, the offer of LEN bytes behind
 * it: offer SESSION LEN     answers "answer SESSION LEN" and so many bytes offer-of-another
 * SESSION LEN      the same, but another certificate is expected counts                "counts
 * NAME=N ..." What comes: "ready SESSION", "gone SESSION END". It ends with its standard input.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "voice/endpoint.h"
#include "voice/rtp.h"
#include "voice/sdp.h"

#define SESSIONS_MOST 8
#define SLOT_SSRC     UINT32_C(0x1ba50010)
#define LINE_CAP      64

static struct say {
    struct endpoint *endpoint;
    int fd;
    uint16_t port;
    bool is_ready[SESSIONS_MOST];
    struct sdp_offer offer[SESSIONS_MOST];
} say;

_Noreturn static void bad(const char *what)
{
    fprintf(stderr, "voice_say: %s\n", what);
    exit(2);
}

/* ---- what the endpoint calls ---- */

static void send_datagram(void *user, const struct way *way, struct span bytes)
{
    struct sockaddr_storage address;
    socklen_t len = way_write(way, AF_INET, &address);

    (void)user;
    if (sendto(say.fd, bytes.p, bytes.len, 0, (struct sockaddr *)&address, len) < 0)
        fprintf(stderr, "voice_say: sendto: errno %d\n", errno);
}

static void pass_on(void *user, int session, struct span plain, bool is_rtcp)
{
    const struct sdp_offer *from = &say.offer[session];
    const struct rtp_ids ids = {from->level_id, from->mid_id};
    uint8_t out[VOICE_PLAIN_MAX];
    struct rtp rtp;

    (void)user;
    if (is_rtcp || !rtp_read(plain, &ids, &rtp))
        return;
    for (int to = 0; to < SESSIONS_MOST; to++) {
        size_t len;

        if (to == session || !say.is_ready[to])
            continue;
        rtp.ssrc = SLOT_SSRC;
        rtp.payload_type = say.offer[to].opus_type;
        rtp.mid = SPAN_NONE;
        len = rtp_write_header(&rtp, 0, out);
        if (len + rtp.payload.len > sizeof out)
            continue;
        memcpy(out + len, rtp.payload.p, rtp.payload.len);
        endpoint_send(say.endpoint, to, span_of(out, len + rtp.payload.len));
    }
}

static void ready(void *user, int session)
{
    (void)user;
    say.is_ready[session] = true;
    printf("ready %d\n", session);
}

static void gone(void *user, int session, enum endpoint_end end)
{
    static const char *const ends[] = {
        [ENDPOINT_SILENT] = "silent",
        [ENDPOINT_STRANGER] = "stranger",
        [ENDPOINT_FAILED] = "failed",
    };

    (void)user;
    say.is_ready[session] = false;
    printf("gone %d %s\n", session, ends[end]);
}

/* ---- commands ---- */

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

static void answer(int session, struct span text, bool is_of_another)
{
    struct sdp_local local = {.addresses = {"127.0.0.1"}, .udp_port = say.port};
    struct sdp_offer *offer = &say.offer[session];
    char answer_text[SDP_ANSWER_CAP];
    struct ice_name name;
    struct fail why = {0};

    if (sdp_read_offer(text, offer, &why) != ERR_OK)
        bad(why.text);
    offer->fingerprint[0] ^= is_of_another ? 1 : 0;
    if (endpoint_open(say.endpoint, session, offer->fingerprint, now_ms(), &name, &why) !=
        ERR_OK)
        bad(why.text);
    snprintf(local.ufrag, sizeof local.ufrag, "%s", name.ufrag);
    snprintf(local.pwd, sizeof local.pwd, "%s", name.password);
    memcpy(local.fingerprint, endpoint_fingerprint(say.endpoint), sizeof local.fingerprint);
    for (uint32_t i = 0; i < VOICE_SLOT_N; i++)
        local.ssrcs[i] = SLOT_SSRC + i;
    printf("answer %d %zu\n", session,
           sdp_write_answer(offer, &local, answer_text, sizeof answer_text));
    fputs(answer_text, stdout);
}

static void counts(void)
{
    printf("counts");
    for (int i = 0; i < ENDPOINT_COUNTS_N; i++)
        printf(" %s=%llu", endpoint_count_name((enum endpoint_count)i),
               (unsigned long long)endpoint_counters(say.endpoint)->n[i]);
    printf("\n");
}

/* A line and what belongs to it. False: the end. */
static bool command(void)
{
    static char offer[SDP_OFFER_MAX];
    char line[LINE_CAP], *number;
    unsigned long session, len;

    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    if (strcmp(line, "counts\n") == 0) {
        counts();
        return true;
    }
    number = strchr(line, ' ');
    if (number == NULL)
        bad(line);
    session = strtoul(number, &number, 10);
    len = strtoul(number, NULL, 10);
    if (session >= SESSIONS_MOST || len > sizeof offer || fread(offer, 1, len, stdin) != len)
        bad(line);
    answer((int)session, span_of(offer, len), line[5] == '-');
    return true;
}

static void datagrams(void)
{
    for (;;) {
        uint8_t bytes[VOICE_PACKET_MAX + 1];
        struct sockaddr_storage from;
        socklen_t from_len = sizeof from;
        ssize_t n = recvfrom(say.fd, bytes, sizeof bytes, MSG_DONTWAIT,
                             (struct sockaddr *)&from, &from_len);
        struct way way;

        if (n < 0)
            return;
        if (way_read(&from, 0, &way))
            endpoint_feed(say.endpoint, &way, span_of(bytes, (size_t)n), now_ms());
    }
}

static void socket_open(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_storage bound = {0};
    socklen_t len = sizeof bound;
    struct way way;

    say.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (say.fd < 0 || bind(say.fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(say.fd, (struct sockaddr *)&bound, &len) != 0 || !way_read(&bound, 0, &way))
        bad("no socket");
    say.port = way.port;
    printf("port %u\n", say.port);
}

int main(void)
{
    struct endpoint_calls calls = {NULL, send_datagram, pass_on, ready, gone};
    struct pollfd polled[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};

    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0); /* what is buffered would not be polled for */
    if (endpoint_create(&calls, &say.endpoint, NULL) != ERR_OK)
        bad("no endpoint");
    socket_open();
    polled[1].fd = say.fd;
    for (;;) {
        poll(polled, 2, endpoint_is_waiting(say.endpoint) ? VOICE_TICK_MS : 500);
        if (polled[0].revents != 0 && !command())
            break;
        datagrams();
        endpoint_tick(say.endpoint, now_ms());
        fflush(stdout);
    }
    endpoint_destroy(&say.endpoint);
    return 0;
}
