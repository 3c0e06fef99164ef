/* Whole sessions: STUN, handshake, packets both ways, and what is dropped and counted. */
#include "tests/t.h"
#include "voice/endpoint.h"

#include "tests/unit/voice/peer.h"
#include "tests/unit/voice/stun_made.h"

static struct peers peers;
static const struct dtls_client_wish plain_wish = {0};

static uint64_t counted(enum endpoint_count count)
{
    return endpoint_counters(peers.endpoint)->n[count];
}

static void feed(struct way way, struct span bytes)
{
    endpoint_feed(peers.endpoint, &way, bytes, peers.now_ms);
}

static struct span rtcp_of(uint32_t ssrc, uint8_t p[VOICE_PACKET_MAX])
{
    memset(p, 0, 28);
    p[0] = 0x80;
    p[1] = 200;
    p[3] = 6; /* words behind the first */
    p[7] = (uint8_t)ssrc;
    return span_of(p, 28);
}

T_CASE(endpoint_two_people_hear_each_other)
{
    static const struct dtls_client_wish cm = {.profiles = "SRTP_AES128_CM_SHA1_80"};
    struct peer a, b;
    uint8_t p[VOICE_PACKET_MAX];
    size_t len;

    T_OK(peers_init(&peers), "an endpoint");
    T_OK(peer_init(&a, &peers, 3, &plain_wish, true), "a");
    T_OK(peer_init(&b, &peers, 4, &cm, true), "b, of the other profile");
    T_OK(peer_connect(&a, &peers), "a has keys");
    T_OK(peer_connect(&b, &peers), "b has keys");
    T_EQ(peers.n_ready, 2, "both are ready");
    T_EQ(a.n_answers, 1, "its request was answered");
    T_OK(!endpoint_is_waiting(peers.endpoint), "no handshake is left");

    peers.echo_to = 4; /* what a says goes to b, from inside the call */
    len = peer_rtp(&a, 77, 1, 60, p);
    feed(a.way, span_of(p, len));
    T_EQ(peers.packet_session, 3, "a spoke");
    T_OK(!peers.packet_is_rtcp, "in RTP");
    peer_run(&b, &peers);
    T_EQ(b.n_heard, 1, "b heard");
    T_SPAN(span_of(b.heard, b.heard_len), span_of(peers.packet, peers.packet_len), "the same");
    T_EQ(b.heard_len, 80, "in the clear");

    T_EQ(srtp_seal_rtcp(a.out, rtcp_of(77, p), p, &len), SRTP_DONE, "a report");
    feed(a.way, span_of(p, len));
    T_OK(peers.packet_is_rtcp && peers.packet_len == 28, "comes as one");
    peer_run(&b, &peers);
    T_EQ(b.n_heard, 2, "and goes as one");
    peer_fini(&a);
    peer_fini(&b);
    peers_fini(&peers);
    peers_fini(&peers);
}

T_CASE(endpoint_drops_and_counts_what_is_wrong)
{
    static uint8_t p[VOICE_PACKET_MAX + 1];
    struct peer a, b;
    struct made_wish wrong_name = {.username = "AAxxxxxx:peer"}, wrong_word = {.password = "x"};
    uint8_t bytes[MADE_CAP];
    size_t len;

    T_OK(peers_init(&peers) && peer_init(&a, &peers, 0, &plain_wish, true), "a");
    T_OK(peer_init(&b, &peers, 1, &plain_wish, true), "b");
    feed(a.way, SPAN("\x16\xfe\xfd"));
    feed(a.way, SPAN("\x80\x6f"));
    T_EQ(counted(ENDPOINT_NOBODY), 2, "before STUN");
    feed(a.way, SPAN(""));
    feed(a.way, SPAN("\x47\x45\x54"));
    T_EQ(counted(ENDPOINT_UNKNOWN), 2, "nothing, GET");
    memset(p, 0x80, sizeof p);
    feed(a.way, span_of(p, sizeof p));
    T_EQ(counted(ENDPOINT_OVERSIZED), 1, "over 1,500 bytes");
    feed(a.way, SPAN("\0\1\0\0"));
    T_EQ(counted(ENDPOINT_STUN_BAD), 1, "half a request");
    feed(a.way, made_request(&a.name, &wrong_name, bytes));
    T_EQ(counted(ENDPOINT_STUN_NAME), 1, "an unknown ufrag");
    feed(a.way, made_request(&a.name, &wrong_word, bytes));
    T_EQ(counted(ENDPOINT_STUN_SIGN), 1, "a wrong password");
    T_EQ(peers.n_kept, 0, "none of these is answered");

    peer_ask(&a, &peers, false);
    feed(a.way, SPAN("\x80\x6f"
                     "0123456789abcdef"));
    T_EQ(counted(ENDPOINT_EARLY), 1, "speech before keys");
    b.way = a.way;
    peer_ask(&b, &peers, true);
    T_EQ(counted(ENDPOINT_STUN_WAY), 1, "b says it sits where a does");
    endpoint_send(peers.endpoint, 0,
                  SPAN("\x80\x6f"
                       "0123456789abcdef"));
    T_EQ(counted(ENDPOINT_UNSENT), 1, "out before keys");

    T_OK(peer_connect(&a, &peers), "a has keys");
    len = peer_rtp(&a, 9, 1, 60, p);
    feed(a.way, span_of(p, len));
    feed(a.way, span_of(p, len));
    T_EQ(counted(ENDPOINT_REPLAYED), 1, "the same again");
    feed(a.way, SPAN("\x16\xfe\xfd late"));
    T_EQ(counted(ENDPOINT_LATE), 1, "DTLS when its end was had");
    feed(a.way, SPAN("\x80\x6f short"));
    T_EQ(counted(ENDPOINT_MALFORMED), 1, "cut");
    len = peer_rtp(&a, 9, 2, 60, p);
    p[30] ^= 1;
    feed(a.way, span_of(p, len));
    T_EQ(counted(ENDPOINT_FORGED), 1, "a changed byte");
    endpoint_send(peers.endpoint, 0, span_of(p, VOICE_PLAIN_MAX + 1));
    endpoint_send(peers.endpoint, 0, SPAN("\x80\x6f"));
    T_EQ(counted(ENDPOINT_UNSENT), 3, "too large, too short");
    T_EQ(peers.n_packets, 1, "one packet in all was right");
    for (int i = 0; i < ENDPOINT_COUNTS_N; i++)
        T_OK(endpoint_count_name((enum endpoint_count)i) != NULL, "each has a name");
    peer_fini(&a);
    peer_fini(&b);
    peers_fini(&peers);
}

T_CASE(endpoint_64_ssrcs_of_one_child_harm_nobody)
{
    struct peer a, b;
    uint8_t p[VOICE_PACKET_MAX];
    size_t len;

    T_OK(peers_init(&peers) && peer_init(&a, &peers, 0, &plain_wish, true), "a");
    T_OK(peer_init(&b, &peers, 1, &plain_wish, true), "b");
    T_OK(peer_connect(&a, &peers) && peer_connect(&b, &peers), "both have keys");
    for (uint32_t burst = 0; burst < 64 / SRTP_STREAMS; burst++) {
        struct dtls_keys keys;

        /* its own side counts as ours does, so it takes new ones for each burst */
        T_OK(dtls_client_keys(&a.client, &keys), "its keys");
        srtp_side_destroy(&a.out);
        T_EQ(srtp_side_create(keys.profile, keys.in.key, keys.in.salt, &a.out, NULL), ERR_OK,
             "");
        for (uint32_t i = 0; i < SRTP_STREAMS; i++) {
            len = peer_rtp(&a, 100 + burst * SRTP_STREAMS + i, 1, 60, p);
            feed(a.way, span_of(p, len));
        }
    }
    T_EQ(peers.n_packets, SRTP_STREAMS, "as many as one may have");
    T_EQ(counted(ENDPOINT_CROWDED), 64 - SRTP_STREAMS, "the others are dropped");
    len = peer_rtp(&b, 100, 1, 60, p);
    feed(b.way, span_of(p, len));
    T_EQ(peers.packet_session, 1, "b is heard as before");
    peer_fini(&a);
    peer_fini(&b);
    peers_fini(&peers);
}

T_CASE(endpoint_another_certificate_ends_the_session)
{
    struct peer a;

    T_OK(peers_init(&peers) && peer_init(&a, &peers, 5, &plain_wish, false), "a");
    T_OK(!peer_connect(&a, &peers), "no keys");
    T_OK(a.client.is_failed, "the client was told");
    T_EQ(peers.n_gone, 1, "the node is told");
    T_EQ(peers.gone_session, 5, "whose");
    T_EQ(peers.gone_end, ENDPOINT_STRANGER, "and why");
    T_EQ(counted(ENDPOINT_STRANGERS), 1, "counted");
    peer_ask(&a, &peers, true);
    T_EQ(counted(ENDPOINT_STUN_NAME), 1, "its name is no name any more");
    T_EQ(endpoint_open(peers.endpoint, 5, a.client.fingerprint, 0, &a.name, NULL), ERR_OK,
         "the number is free");
    peer_fini(&a);
    peers_fini(&peers);
}

T_CASE(endpoint_moves_with_its_client_and_forgets_who_is_silent)
{
    struct peer a, b;
    uint8_t p[VOICE_PACKET_MAX];
    struct way old;
    size_t len;

    T_OK(peers_init(&peers) && peer_init(&a, &peers, 0, &plain_wish, true), "a");
    T_OK(peer_init(&b, &peers, 1, &plain_wish, true), "b never comes");
    T_OK(peer_connect(&a, &peers), "a has keys");
    old = a.way;
    a.way = made_way(7, 12); /* now over TCP */
    len = peer_rtp(&a, 9, 1, 60, p);
    feed(a.way, span_of(p, len));
    T_EQ(counted(ENDPOINT_NOBODY), 1, "not before it says who it is");
    peer_ask(&a, &peers, true);
    feed(a.way, span_of(p, len));
    T_EQ(peers.n_packets, 1, "then with the same keys");
    endpoint_send(peers.endpoint, 0, span_of(peers.packet, peers.packet_len));
    T_OK(way_is_same(&peers.kept[peers.n_kept - 1].way, &a.way), "what we send follows");
    endpoint_way_drop(peers.endpoint, &a.way);
    endpoint_send(peers.endpoint, 0, span_of(peers.packet, peers.packet_len));
    T_EQ(counted(ENDPOINT_UNSENT), 1, "the connection ended: nowhere");
    a.way = old;
    peers.now_ms = 20000;
    peer_ask(&a, &peers, true);
    endpoint_tick(peers.endpoint, 29000);
    T_EQ(peers.n_gone, 0, "nobody yet");
    endpoint_tick(peers.endpoint, 31000);
    T_EQ(peers.n_gone, 1, "30 s");
    T_EQ(peers.gone_session, 1, "b");
    T_EQ(peers.gone_end, ENDPOINT_SILENT, "said nothing");
    endpoint_tick(peers.endpoint, 49500);
    T_EQ(peers.n_gone, 1, "a asked at 20 s");
    endpoint_tick(peers.endpoint, 50600);
    T_EQ(peers.n_gone, 2, "and no more");
    T_EQ(counted(ENDPOINT_SILENCES), 2, "counted");
    peer_fini(&a);
    peer_fini(&b);
    peers_fini(&peers);
}

T_CASE(endpoint_opens_and_closes_by_number)
{
    struct peer a;
    struct ice_name name;

    T_OK(peers_init(&peers) && peer_init(&a, &peers, 0, &plain_wish, true), "a");
    T_EQ(endpoint_open(peers.endpoint, 0, a.client.fingerprint, 0, &name, NULL), ERR_CONFLICT,
         "open already");
    T_EQ(endpoint_open(peers.endpoint, -1, a.client.fingerprint, 0, &name, NULL), ERR_INVALID,
         "no number");
    T_EQ(endpoint_open(peers.endpoint, VOICE_SESSIONS, a.client.fingerprint, 0, &name, NULL),
         ERR_INVALID, "no number");
    T_OK(peer_connect(&a, &peers), "a has keys");
    endpoint_close(peers.endpoint, 0);
    endpoint_close(peers.endpoint, 0);
    endpoint_close(peers.endpoint, -1);
    endpoint_send(peers.endpoint, 0,
                  SPAN("\x80\x6f"
                       "0123456789abcdef"));
    T_EQ(counted(ENDPOINT_UNSENT), 1, "closed");
    T_EQ(peers.n_gone, 0, "who closes need not be told");
    for (int i = 0; i < VOICE_SESSIONS; i++)
        if (endpoint_open(peers.endpoint, i, a.client.fingerprint, 0, &name, NULL) != ERR_OK)
            T_EQ(i, -1, "every number");
    endpoint_tick(peers.endpoint, 100000);
    T_EQ(peers.n_gone, VOICE_SESSIONS, "all of them at once");
    peer_fini(&a);
    peers_fini(&peers);
}

T_CASE(endpoint_keeps_time_of_handshakes_and_their_last_flight)
{
    struct peer a;

    T_OK(peers_init(&peers) && peer_init(&a, &peers, 0, &plain_wish, true), "a");
    peer_ask(&a, &peers, true);
    dtls_client_feed(&a.client, SPAN_NONE);
    feed(a.way, dtls_wire_next(&a.client.wire));
    T_OK(endpoint_is_waiting(peers.endpoint), "a handshake is under way");
    endpoint_tick(peers.endpoint, 10);
    peer_run(&a, &peers);
    T_OK(!endpoint_is_waiting(peers.endpoint), "it is over");
    peers.n_kept = 0;
    peers.now_ms = 100; /* OpenSSL's client may have asked once more by itself */
    feed(a.way, SPAN("\x16\xfe\xfd again"));
    T_OK(peers.n_kept > 0, "the last flight comes again");
    peers.now_ms = 10500;
    peer_ask(&a, &peers, true);
    endpoint_tick(peers.endpoint, 10500);
    peers.n_kept = 0;
    feed(a.way, SPAN("\x16\xfe\xfd again"));
    T_EQ(peers.n_kept, 0, "but not after 10 s");
    T_EQ(counted(ENDPOINT_LATE), 1, "counted");
    peer_fini(&a);
    peers_fini(&peers);
}
