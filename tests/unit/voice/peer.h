/* tests/unit/voice/peer.h - browsers over memory around one endpoint: what it sends is kept in
 * turn until a peer takes it, and what it says is noted. */
#ifndef TESTS_UNIT_VOICE_PEER_H
#define TESTS_UNIT_VOICE_PEER_H

#include "tests/unit/voice/dtls_client.h"
#include "voice/endpoint.h"

#define PEER_KEPT 64

struct peer_post {
    struct way way;
    size_t len;
    uint8_t bytes[VOICE_PACKET_MAX];
};

struct peers {
    struct endpoint *endpoint;
    int n_kept;
    struct peer_post kept[PEER_KEPT]; /* sent by the endpoint, not taken yet */
    int n_ready, n_gone, n_packets;
    int gone_session, packet_session;
    enum endpoint_end gone_end;
    bool packet_is_rtcp;
    size_t packet_len;
    uint8_t packet[VOICE_PACKET_MAX]; /* the last one in the clear */
    int echo_to; /* over 0: each packet is sent to that session from inside the call */
    int64_t now_ms;
};

struct peer {
    int session;
    struct way way;
    struct ice_name name;
    struct dtls_client client;
    struct srtp *in, *out; /* once it is connected */
    int n_answers, n_heard;
    size_t heard_len;
    uint8_t heard[VOICE_PACKET_MAX]; /* the last packet from the endpoint, in the clear */
};

/* False: could not be made. */
bool peers_init(struct peers *peers);
void peers_fini(struct peers *peers);

/* Opens a session for a new client; knows_it false: under another fingerprint than its own. */
bool peer_init(struct peer *peer, struct peers *peers, int session,
               const struct dtls_client_wish *wish, bool knows_it);
void peer_fini(struct peer *peer);

/* Sends a request of STUN by peer->way. */
void peer_ask(struct peer *peer, struct peers *peers, bool nominates);
/* Takes what the endpoint sent to peer->way, answers DTLS, until both are still. */
void peer_run(struct peer *peer, struct peers *peers);
/* STUN, then the handshake. False: it came to no keys. */
bool peer_connect(struct peer *peer, struct peers *peers);
/* An RTP packet of 20 + n_bytes bytes, sealed into out; gives its length. */
size_t peer_rtp(struct peer *peer, uint32_t ssrc, uint16_t sequence, size_t n_bytes,
                uint8_t out[VOICE_PACKET_MAX]);

#endif
