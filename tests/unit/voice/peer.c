#include "tests/unit/voice/peer.h"

#include "tests/unit/voice/stun_made.h"
#include "voice/demux.h"

static void keep(void *user, const struct way *way, struct span bytes)
{
    struct peers *peers = user;
    struct peer_post *post = &peers->kept[peers->n_kept];

    if (peers->n_kept == PEER_KEPT)
        return;
    peers->n_kept++;
    post->way = *way;
    post->len = bytes.len;
    memcpy(post->bytes, bytes.p, bytes.len);
}

static void note_packet(void *user, int session, struct span plain, bool is_rtcp)
{
    struct peers *peers = user;

    peers->n_packets++;
    peers->packet_session = session;
    peers->packet_is_rtcp = is_rtcp;
    peers->packet_len = plain.len;
    memcpy(peers->packet, plain.p, plain.len);
    if (peers->echo_to > 0)
        endpoint_send(peers->endpoint, peers->echo_to, plain);
}

static void note_ready(void *user, int session)
{
    struct peers *peers = user;

    (void)session;
    peers->n_ready++;
}

static void note_gone(void *user, int session, enum endpoint_end end)
{
    struct peers *peers = user;

    peers->n_gone++;
    peers->gone_session = session;
    peers->gone_end = end;
}

bool peers_init(struct peers *peers)
{
    struct endpoint_calls calls = {peers, keep, note_packet, note_ready, note_gone};

    memset(peers, 0, sizeof *peers);
    return endpoint_create(&calls, &peers->endpoint, NULL) == ERR_OK;
}

void peers_fini(struct peers *peers)
{
    endpoint_destroy(&peers->endpoint);
}

bool peer_init(struct peer *peer, struct peers *peers, int session,
               const struct dtls_client_wish *wish, bool knows_it)
{
    uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];

    memset(peer, 0, sizeof *peer);
    peer->session = session;
    peer->way = made_way((uint16_t)(1000 + session), 0);
    dtls_client_init(&peer->client, wish);
    memcpy(fingerprint, peer->client.fingerprint, sizeof fingerprint);
    if (!knows_it)
        fingerprint[7] ^= 0x20;
    return endpoint_open(peers->endpoint, session, fingerprint, peers->now_ms, &peer->name,
                         NULL) == ERR_OK;
}

void peer_fini(struct peer *peer)
{
    dtls_client_fini(&peer->client);
    srtp_side_destroy(&peer->in);
    srtp_side_destroy(&peer->out);
}

void peer_ask(struct peer *peer, struct peers *peers, bool nominates)
{
    struct made_wish wish = {.nominates = nominates};
    uint8_t bytes[MADE_CAP];

    endpoint_feed(peers->endpoint, &peer->way, made_request(&peer->name, &wish, bytes),
                  peers->now_ms);
}

static void take_media(struct peer *peer, struct span bytes, bool is_rtcp)
{
    enum srtp_verdict verdict = SRTP_FORGED;

    if (peer->in != NULL && is_rtcp)
        verdict = srtp_open_rtcp(peer->in, bytes, peer->heard, &peer->heard_len);
    else if (peer->in != NULL)
        verdict = srtp_open_rtp(peer->in, bytes, peer->heard, &peer->heard_len);
    peer->n_heard += verdict == SRTP_DONE;
}

static void take(struct peer *peer, struct span bytes)
{
    switch (demux_kind(bytes)) {
    case DEMUX_STUN:
        peer->n_answers += bytes.p[1] == 1;
        break;
    case DEMUX_DTLS:
        dtls_client_feed(&peer->client, bytes);
        break;
    case DEMUX_RTP:
        take_media(peer, bytes, false);
        break;
    case DEMUX_RTCP:
        take_media(peer, bytes, true);
        break;
    case DEMUX_OTHER:
        break;
    }
}

/* The next that was sent to peer. False: none. */
static bool post_take(struct peer *peer, struct peers *peers)
{
    for (int i = 0; i < peers->n_kept; i++) {
        struct peer_post post = peers->kept[i];

        if (!way_is_same(&post.way, &peer->way))
            continue;
        peers->n_kept--;
        memmove(&peers->kept[i], &peers->kept[i + 1],
                (size_t)(peers->n_kept - i) * sizeof post);
        take(peer, span_of(post.bytes, post.len));
        return true;
    }
    return false;
}

static bool flight_send(struct peer *peer, struct peers *peers)
{
    struct span datagram;
    bool sent = false;

    while ((datagram = dtls_wire_next(&peer->client.wire)).len > 0) {
        endpoint_feed(peers->endpoint, &peer->way, datagram, peers->now_ms);
        sent = true;
    }
    return sent;
}

void peer_run(struct peer *peer, struct peers *peers)
{
    bool moves;

    do {
        moves = flight_send(peer, peers);
        moves = post_take(peer, peers) || moves;
    } while (moves);
}

bool peer_connect(struct peer *peer, struct peers *peers)
{
    struct dtls_keys keys;
    bool ok;

    peer_ask(peer, peers, true);
    peer_run(peer, peers);
    dtls_client_feed(&peer->client, SPAN_NONE);
    peer_run(peer, peers);
    if (!peer->client.is_done || !dtls_client_keys(&peer->client, &keys))
        return false;
    ok = srtp_side_create(keys.profile, keys.in.key, keys.in.salt, &peer->out, NULL) == ERR_OK;
    return ok && srtp_side_create(keys.profile, keys.out.key, keys.out.salt, &peer->in, NULL) ==
                     ERR_OK;
}

size_t peer_rtp(struct peer *peer, uint32_t ssrc, uint16_t sequence, size_t n_bytes,
                uint8_t out[VOICE_PACKET_MAX])
{
    size_t len = 0;

    memset(out, 0, VOICE_PACKET_MAX);
    out[0] = 0x80;
    out[1] = 111;
    out[2] = (uint8_t)(sequence >> 8);
    out[3] = (uint8_t)sequence;
    for (int i = 0; i < 4; i++)
        out[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    memset(out + 12, 's', 8 + n_bytes);
    return srtp_seal_rtp(peer->out, span_of(out, 20 + n_bytes), out, &len) == SRTP_DONE ? len
                                                                                        : 0;
}
