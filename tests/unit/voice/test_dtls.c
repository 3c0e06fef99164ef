/* Handshakes with OpenSSL's client over a way that cuts, swaps and loses. */
#include "tests/t.h"
#include "voice/dtls.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/voice/dtls_client.h"

#define FLIGHT_MOST 40

struct scene {
    struct dtls_server *server;
    struct dtls *dtls;
    struct dtls_client client;
    int n_hello, n_to_server, n_to_client; /* datagrams: of the first flight; so far */
    bool swaps; /* each flight of the client's comes the wrong way round */
    uint64_t loses_to_server, loses_to_client; /* bit n: the n-th is lost */
};

static void scene_open(struct scene *s, const struct dtls_client_wish *wish)
{
    memset(s, 0, sizeof *s);
    dtls_client_init(&s->client, wish);
    T_EQ(dtls_server_create(&s->server, NULL), ERR_OK, "a certificate");
    T_EQ(dtls_create(s->server, s->client.fingerprint, &s->dtls, NULL), ERR_OK, "a handshake");
}

static void scene_close(struct scene *s)
{
    dtls_client_fini(&s->client);
    dtls_destroy(&s->dtls);
    dtls_destroy(&s->dtls);
    dtls_server_destroy(&s->server);
    dtls_server_destroy(&s->server);
}

/* What one side has to send, copied so that it can be turned round. */
struct flight {
    int n;
    size_t len[FLIGHT_MOST];
    uint8_t bytes[FLIGHT_MOST][DTLS_DATAGRAM_MOST + 1];
};

static void flight_add(struct flight *flight, struct span datagram)
{
    T_OK(datagram.len <= DTLS_DATAGRAM_MOST, "no datagram over 1,200 bytes");
    T_OK(flight->n < FLIGHT_MOST, "no endless flight");
    if (flight->n == FLIGHT_MOST || datagram.len > DTLS_DATAGRAM_MOST)
        return;
    flight->len[flight->n] = datagram.len;
    memcpy(flight->bytes[flight->n++], datagram.p, datagram.len);
}

static bool to_client(struct scene *s)
{
    static struct flight flight;
    struct span datagram;

    flight.n = 0;
    while ((datagram = dtls_next(s->dtls)).len > 0)
        flight_add(&flight, datagram);
    for (int i = 0; i < flight.n; i++)
        if ((s->loses_to_client >> s->n_to_client++ & 1) == 0)
            dtls_client_feed(&s->client, span_of(flight.bytes[i], flight.len[i]));
    return flight.n > 0;
}

static bool to_server(struct scene *s, int64_t now_ms)
{
    static struct flight flight;
    struct span datagram;

    flight.n = 0;
    while ((datagram = dtls_wire_next(&s->client.wire)).len > 0)
        flight_add(&flight, datagram);
    if (s->n_to_server == 0)
        s->n_hello = flight.n;
    for (int i = 0; i < flight.n; i++) {
        int at = s->swaps ? flight.n - 1 - i : i;

        if ((s->loses_to_server >> s->n_to_server++ & 1) == 0)
            dtls_feed(s->dtls, span_of(flight.bytes[at], flight.len[at]), now_ms);
    }
    return flight.n > 0;
}

/* Until both are still; with_timers: and until both are done or 20 timers rang. */
static enum dtls_state scene_run(struct scene *s, bool with_timers)
{
    dtls_client_feed(&s->client, SPAN_NONE);
    for (int i = 0; i < 20; i++) {
        bool moves = true;

        while (moves) {
            moves = to_server(s, i * INT64_C(100));
            moves = to_client(s) || moves;
        }
        if (!with_timers || (s->client.is_done && dtls_tick(s->dtls) == DTLS_DONE))
            break;
        usleep(25000); /* timers are OpenSSL's own, by its own clock */
        dtls_client_tick(&s->client);
        dtls_tick(s->dtls);
    }
    return dtls_tick(s->dtls);
}

static void keys_agree(struct scene *s, enum srtp_profile profile, const char *what)
{
    struct dtls_keys ours = {0}, theirs;

    T_OK(s->client.is_done, what);
    T_OK(dtls_client_keys(&s->client, &theirs), what);
    dtls_keys_take(s->dtls, &ours);
    T_EQ(ours.profile, profile, what);
    T_SPAN(span_of(&ours.in, sizeof ours.in), span_of(&theirs.in, sizeof theirs.in), what);
    T_SPAN(span_of(&ours.out, sizeof ours.out), span_of(&theirs.out, sizeof theirs.out), what);
    T_OK(memcmp(&ours.in, &ours.out, sizeof ours.in) != 0, "each direction has its own");
}

T_CASE(dtls_both_sides_have_the_same_keys)
{
    static const struct {
        const char *what;
        struct dtls_client_wish wish;
        bool swaps;
        enum srtp_profile profile;
    } rows[] = {
        {"a client that knows both", {0}, false, SRTP_PROFILE_GCM},
        {"one that likes AES-CM better",
         {.profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM"},
         false,
         SRTP_PROFILE_GCM},
        {"one that knows AES-CM alone",
         {.profiles = "SRTP_AES128_CM_SHA1_80"},
         false,
         SRTP_PROFILE_CM},
        {"a hello in two parts", {.hello_extra = 1400}, false, SRTP_PROFILE_GCM},
        {"a hello in two parts, the second first",
         {.hello_extra = 1400},
         true,
         SRTP_PROFILE_GCM},
        {"a hello in many parts", {.hello_extra = 4000, .mtu = 300}, false, SRTP_PROFILE_GCM},
        {"a hello in many parts, the last first",
         {.hello_extra = 4000, .mtu = 300},
         true,
         SRTP_PROFILE_GCM},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct scene s;

        scene_open(&s, &rows[i].wish);
        s.swaps = rows[i].swaps;
        T_EQ(scene_run(&s, rows[i].swaps), DTLS_DONE, rows[i].what);
        T_EQ(s.n_hello > 1, rows[i].wish.hello_extra > 0, "a long hello comes in parts");
        keys_agree(&s, rows[i].profile, rows[i].what);
        scene_close(&s);
    }
}

T_CASE(dtls_any_datagram_may_be_lost_once)
{
    struct dtls_client_wish wish = {.hello_extra = 1400};

    for (int lost = 0; lost < 5; lost++) {
        struct scene s;

        scene_open(&s, &wish);
        s.loses_to_server = UINT64_C(1) << lost;
        T_EQ(scene_run(&s, true), DTLS_DONE, "one of the client's");
        keys_agree(&s, SRTP_PROFILE_GCM, "one of the client's");
        scene_close(&s);
    }
    for (int lost = 0; lost < 4; lost++) {
        struct scene s;

        scene_open(&s, &wish);
        s.loses_to_client = UINT64_C(1) << lost;
        T_EQ(scene_run(&s, true), DTLS_DONE, "one of ours, the last as well");
        keys_agree(&s, SRTP_PROFILE_GCM, "one of ours");
        scene_close(&s);
    }
}

T_CASE(dtls_another_certificate_is_refused_before_there_are_keys)
{
    struct dtls_client_wish wish = {0};
    uint8_t other[DTLS_FINGERPRINT_BYTES];
    struct dtls_keys keys;
    struct scene s;

    for (size_t byte = 0; byte < sizeof other; byte += 31) {
        scene_open(&s, &wish);
        dtls_destroy(&s.dtls);
        memcpy(other, s.client.fingerprint, sizeof other);
        other[byte] ^= 1;
        T_EQ(dtls_create(s.server, other, &s.dtls, NULL), ERR_OK, "another is awaited");
        T_EQ(scene_run(&s, false), DTLS_STRANGER, "refused");
        T_OK(s.client.is_failed && !s.client.is_done, "the client was told");
        dtls_keys_take(s.dtls, &keys);
        T_SPAN(span_of(&keys, sizeof keys), span_of(&(struct dtls_keys){0}, sizeof keys),
               "no keys");
        T_EQ(dtls_feed(s.dtls, SPAN("\x16"), 0), DTLS_STRANGER, "and stays so");
        T_EQ(dtls_next(s.dtls).len, 0, "in silence");
        scene_close(&s);
    }
}

T_CASE(dtls_no_certificate_no_profile_no_sense_is_refused)
{
    static const struct {
        const char *what;
        struct dtls_client_wish wish;
        enum dtls_state state;
    } rows[] = {
        {"no certificate", {.has_no_certificate = true}, DTLS_FAILED},
        {"no common profile", {.profiles = "SRTP_AES128_CM_SHA1_32"}, DTLS_FAILED},
    };
    struct scene s;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        scene_open(&s, &rows[i].wish);
        T_EQ(scene_run(&s, false), rows[i].state, rows[i].what);
        scene_close(&s);
    }
    scene_open(&s, &rows[0].wish);
    T_EQ(dtls_feed(s.dtls, SPAN("\x16\xfe\xfd rubbish"), 0), DTLS_GOING_ON,
         "rubbish is dropped");
    T_EQ(dtls_feed(s.dtls, SPAN_NONE, 0), DTLS_GOING_ON, "nothing too");
    scene_close(&s);
}

T_CASE(dtls_the_last_flight_comes_again_but_not_for_ever)
{
    struct dtls_client_wish wish = {0};
    struct scene s;
    int n_again = 0;

    scene_open(&s, &wish);
    T_EQ(scene_run(&s, false), DTLS_DONE, "done");
    dtls_feed(s.dtls, SPAN("\x17 data"), 0);
    T_EQ(dtls_next(s.dtls).len, 0, "data asks for nothing");
    for (int i = 0; i < 100; i++) {
        dtls_feed(s.dtls, SPAN("\x16 handshake"), 1000 + i * 20);
        n_again += dtls_next(s.dtls).len > 0;
        while (dtls_next(s.dtls).len > 0)
            ;
    }
    /* OpenSSL's client asks once more by itself when it is done */
    T_OK(n_again == 19 || n_again == 20, "20 times in all");
    scene_close(&s);
}
