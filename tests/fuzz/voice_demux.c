/* covers: voice/demux.c voice/endpoint.c voice/ice.c voice/srtp.c */
/* Any bytes, from anywhere, at any moment of a session: before it said who it is, in the middle
 * of its handshake, afterwards. Two real clients take part, whose own datagrams can be bent on
 * the way. Each step is an operation, a length and that many bytes (see below). Whatever comes:
 * nobody but the one whose right packet it was is heard, and every datagram that came is either
 * answered, heard or counted as dropped. */
#include "tests/unit/voice/peer.h"

#include <stdlib.h>

#include "tests/unit/voice/stun_made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define N_PEERS     2
#define STEPS_MOST  64

static struct peers peers;
static struct peer peer[N_PEERS];
static bool is_there[N_PEERS];
static uint16_t sequence;

/* A packet of RTP, or with is_rtcp a report, that p's browser would send, bent by bytes. */
static void speak(struct peer *p, struct span bytes, bool is_rtcp)
{
    uint8_t packet[VOICE_PACKET_MAX];
    uint32_t ssrc = bytes.len > 0 ? bytes.p[0] : 1;
    size_t len = 0;
    int n_before = peers.n_packets;
    bool is_bent = false;

    if (p->out == NULL)
        return;
    if (is_rtcp) {
        memset(packet, 0, 28);
        memcpy(packet, "\x80\xc8\0\6", 4);
        packet[7] = (uint8_t)ssrc;
        if (srtp_seal_rtcp(p->out, span_of(packet, 28), packet, &len) != SRTP_DONE)
            return;
    } else {
        len = peer_rtp(p, ssrc, ++sequence, 40, packet);
        if (len == 0) /* its own side has no room for one more voice */
            return;
    }
    for (size_t i = 1; i < bytes.len && i <= len; i++) {
        packet[i - 1] ^= bytes.p[i];
        is_bent = is_bent || bytes.p[i] != 0;
    }
    endpoint_feed(peers.endpoint, &p->way, span_of(packet, len), peers.now_ms);
    CHECK(peers.n_packets == n_before || (!is_bent && peers.packet_is_rtcp == is_rtcp));
    CHECK(peers.n_packets == n_before || peers.packet_session == p->session);
}

/* The client's next datagram of its handshake, bent by bytes; or nothing, if it has none. */
static void shake(struct peer *p, struct span bytes)
{
    uint8_t bent[VOICE_PACKET_MAX];
    struct span datagram;

    if (p->client.wire.len == 0)
        dtls_client_feed(&p->client, SPAN_NONE);
    datagram = dtls_wire_next(&p->client.wire);
    if (datagram.len == 0 || datagram.len > sizeof bent)
        return;
    memcpy(bent, datagram.p, datagram.len);
    for (size_t i = 0; i < bytes.len && i < datagram.len; i++)
        bent[i] ^= bytes.p[i];
    endpoint_feed(peers.endpoint, &p->way, span_of(bent, datagram.len), peers.now_ms);
}

/* A whole request that is wrong in some way, under a right fingerprint. */
static void ask_wrongly(struct peer *p, struct span bytes)
{
    char username[16] = "xxxxxxxx:peer";
    struct made_wish wish = {.username = username};
    uint8_t request[MADE_CAP];
    int n_before = peers.n_kept;

    memcpy(username, p->name.ufrag, ICE_NAME_CHARS);
    for (size_t i = 0; i < bytes.len && i < ICE_NAME_CHARS; i++)
        username[i] = (char)(username[i] ^ bytes.p[i]);
    wish.is_controlled = bytes.len == 1;
    wish.extra = bytes.len == 2 ? 0x0031 : 0;
    wish.password = bytes.len == 3 ? "of nobody" : NULL;
    endpoint_feed(peers.endpoint, &p->way, made_request(&p->name, &wish, request),
                  peers.now_ms);
    CHECK(wish.password == NULL || peers.n_kept == n_before);
}

static void come(int who, struct span bytes)
{
    static const struct dtls_client_wish gcm = {0}, cm = {.profiles = "SRTP_AES128_CM_SHA1_80"};
    bool knows_it = bytes.len == 0 || bytes.p[0] < 200;

    if (is_there[who]) {
        endpoint_close(peers.endpoint, who);
        peer_fini(&peer[who]);
    }
    CHECK(peer_init(&peer[who], &peers, who, who == 0 ? &gcm : &cm, knows_it));
    is_there[who] = true;
}

static void pass(int64_t ms)
{
    peers.now_ms += ms;
    endpoint_tick(peers.endpoint, peers.now_ms);
}

static void step(uint8_t op, struct span bytes)
{
    int who = op & 1;
    struct peer *p = &peer[who];

    if (!is_there[who] || (op >> 1 & 0x0f) == 0)
        come(who, bytes);
    peers.n_kept = peers.n_kept > PEER_KEPT / 2 ? 0 : peers.n_kept;
    switch (op >> 1 & 0x0f) {
    case 1:
        endpoint_feed(peers.endpoint, &p->way, bytes, peers.now_ms);
        break;
    case 2:
        peer_ask(p, &peers, bytes.len > 0);
        break;
    case 3:
        shake(p, bytes);
        break;
    case 4:
        peer_run(p, &peers);
        break;
    case 5:
        if (p->out == NULL)
            (void)peer_connect(p, &peers);
        break;
    case 6:
        speak(p, bytes, false);
        break;
    case 7:
        speak(p, bytes, true);
        break;
    case 8:
        endpoint_send(peers.endpoint, who, bytes);
        break;
    case 9:
        pass(bytes.len > 0 ? bytes.p[0] * 100 : 20);
        break;
    case 10: /* another place */
        p->way.port = (uint16_t)(bytes.len > 0 ? bytes.p[0] : 0);
        break;
    case 11:
        endpoint_way_drop(peers.endpoint, &p->way);
        break;
    case 12:
        peers.echo_to = who;
        break;
    case 13:
        endpoint_close(peers.endpoint, who);
        break;
    case 14:
        ask_wrongly(p, bytes);
        break;
    default:
        come(who, bytes);
    }
}

/* A datagram that came was answered, heard or counted; handshakes answer by flights. */
static void count_up(void)
{
    const struct endpoint_counters *counters = endpoint_counters(peers.endpoint);
    uint64_t n_dropped = 0;

    for (int i = ENDPOINT_OVERSIZED; i < ENDPOINT_UNSENT; i++)
        n_dropped += counters->n[i];
    CHECK(n_dropped + (uint64_t)peers.n_packets <= counters->n[ENDPOINT_IN]);
    CHECK(counters->n[ENDPOINT_READY] == (uint64_t)peers.n_ready);
    CHECK(counters->n[ENDPOINT_STRANGERS] + counters->n[ENDPOINT_FAILURES] +
              counters->n[ENDPOINT_SILENCES] ==
          (uint64_t)peers.n_gone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size);

    CHECK(peers_init(&peers));
    sequence = 65500; /* rolls over soon */
    for (int i = 0; i < STEPS_MOST && rest.len >= 2; i++) {
        struct span bytes = span_cut(rest, 2, rest.p[1]);

        step(rest.p[0], bytes);
        rest = span_from(rest, 2 + bytes.len);
    }
    count_up();
    for (int i = 0; i < N_PEERS; i++) {
        if (is_there[i])
            peer_fini(&peer[i]);
        is_there[i] = false;
    }
    for (int i = 0; i < ENDPOINT_COUNTS_N; i++)
        CHECK(endpoint_count_name((enum endpoint_count)i)[0] != '\0');
    peers_fini(&peers);
    return 0;
}
