#include "voice/endpoint.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "voice/demux.h"

/* Who is silent is looked for each second; the last flight is kept for 10 for one who sends
 * nothing that we could open. */
#define LOOK_EVERY_MS  1000
#define FLIGHT_KEEP_MS 10000
#define NOT_LISTED     UINT16_MAX

/* Numbers of sessions in no order, each knowing its place there. */
struct list {
    int n;
    uint16_t session[VOICE_SESSIONS], place[VOICE_SESSIONS];
};

struct session {
    struct dtls *dtls;     /* from its first datagram until its end is known to have come */
    struct srtp *in, *out; /* both or none */
    int64_t ready_ms;
    uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
};

struct endpoint {
    struct endpoint_calls calls;
    struct endpoint_counters counters;
    struct ice *ice;
    struct dtls_server *server;
    int64_t looked_ms;
    struct list open, waiting; /* waiting: in a handshake */
    struct session session[VOICE_SESSIONS];
    uint8_t plain[VOICE_PACKET_MAX], sealed[VOICE_PLAIN_MAX + SRTP_GROWTH_CAP];
};

const char *endpoint_count_name(enum endpoint_count count)
{
    static const char *const names[ENDPOINT_COUNTS_N] = {
        [ENDPOINT_IN] = "in",
        [ENDPOINT_OUT] = "out",
        [ENDPOINT_READY] = "ready",
        [ENDPOINT_OVERSIZED] = "oversized",
        [ENDPOINT_UNKNOWN] = "unknown",
        [ENDPOINT_STUN_BAD] = "stun-bad",
        [ENDPOINT_STUN_NAME] = "stun-name",
        [ENDPOINT_STUN_SIGN] = "stun-sign",
        [ENDPOINT_STUN_WAY] = "stun-way",
        [ENDPOINT_NOBODY] = "nobody",
        [ENDPOINT_EARLY] = "early",
        [ENDPOINT_LATE] = "late",
        [ENDPOINT_MALFORMED] = "malformed",
        [ENDPOINT_REPLAYED] = "replayed",
        [ENDPOINT_FORGED] = "forged",
        [ENDPOINT_CROWDED] = "crowded",
        [ENDPOINT_UNSENT] = "unsent",
        [ENDPOINT_STRANGERS] = "strangers",
        [ENDPOINT_FAILURES] = "failures",
        [ENDPOINT_SILENCES] = "silences",
    };

    return names[count];
}

static void count(struct endpoint *endpoint, enum endpoint_count what)
{
    endpoint->counters.n[what]++;
}

/* ---- lists ---- */

static void list_init(struct list *list)
{
    list->n = 0;
    memset(list->place, 0xff, sizeof list->place);
}

static bool list_has(const struct list *list, int session)
{
    return list->place[session] != NOT_LISTED;
}

static void list_add(struct list *list, int session)
{
    list->place[session] = (uint16_t)list->n;
    list->session[list->n++] = (uint16_t)session;
}

static void list_drop(struct list *list, int session)
{
    uint16_t at = list->place[session];

    if (at == NOT_LISTED)
        return;
    list->session[at] = list->session[--list->n];
    list->place[list->session[at]] = at;
    list->place[session] = NOT_LISTED;
}

/* ---- sessions ---- */

enum err endpoint_create(const struct endpoint_calls *calls, struct endpoint **endpoint_out,
                         struct fail *why)
{
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    enum err rc;

    *endpoint_out = NULL;
    if (endpoint == NULL)
        return fail_set(why, ERR_NOMEM, "the sessions");
    endpoint->calls = *calls;
    list_init(&endpoint->open);
    list_init(&endpoint->waiting);
    rc = ice_create(&endpoint->ice, why);
    if (rc == ERR_OK)
        rc = dtls_server_create(&endpoint->server, why);
    if (rc != ERR_OK)
        endpoint_destroy(&endpoint);
    *endpoint_out = endpoint;
    return rc;
}

void endpoint_destroy(struct endpoint **endpoint)
{
    struct endpoint *e = *endpoint;

    if (e == NULL)
        return;
    while (e->open.n > 0)
        endpoint_close(e, e->open.session[0]);
    ice_destroy(&e->ice);
    dtls_server_destroy(&e->server);
    OPENSSL_cleanse(e->plain, sizeof e->plain);
    free(e);
    *endpoint = NULL;
}

const uint8_t *endpoint_fingerprint(const struct endpoint *endpoint)
{
    return dtls_server_fingerprint(endpoint->server);
}

const struct endpoint_counters *endpoint_counters(const struct endpoint *endpoint)
{
    return &endpoint->counters;
}

enum err endpoint_open(struct endpoint *endpoint, int session,
                       const uint8_t fingerprint[DTLS_FINGERPRINT_BYTES], int64_t now_ms,
                       struct ice_name *name_out, struct fail *why)
{
    enum err rc;

    if (session < 0 || session >= VOICE_SESSIONS)
        return fail_set(why, ERR_INVALID, "session %d of %d", session, VOICE_SESSIONS);
    if (list_has(&endpoint->open, session))
        return fail_set(why, ERR_CONFLICT, "session %d is open", session);
    rc = ice_open(endpoint->ice, session, now_ms, name_out, why);
    if (rc != ERR_OK)
        return rc;
    memset(&endpoint->session[session], 0, sizeof endpoint->session[session]);
    memcpy(endpoint->session[session].fingerprint, fingerprint, DTLS_FINGERPRINT_BYTES);
    list_add(&endpoint->open, session);
    return ERR_OK;
}

void endpoint_close(struct endpoint *endpoint, int session)
{
    struct session *s;

    if (session < 0 || session >= VOICE_SESSIONS || !list_has(&endpoint->open, session))
        return;
    s = &endpoint->session[session];
    ice_close(endpoint->ice, session);
    dtls_destroy(&s->dtls);
    srtp_side_destroy(&s->in);
    srtp_side_destroy(&s->out);
    list_drop(&endpoint->waiting, session);
    list_drop(&endpoint->open, session);
}

static void end(struct endpoint *endpoint, int session, enum endpoint_end why)
{
    static const enum endpoint_count counts[] = {
        [ENDPOINT_SILENT] = ENDPOINT_SILENCES,
        [ENDPOINT_STRANGER] = ENDPOINT_STRANGERS,
        [ENDPOINT_FAILED] = ENDPOINT_FAILURES,
    };

    endpoint_close(endpoint, session);
    count(endpoint, counts[why]);
    endpoint->calls.gone(endpoint->calls.user, session, why);
}

static void send_by(struct endpoint *endpoint, const struct way *way, struct span bytes)
{
    count(endpoint, ENDPOINT_OUT);
    endpoint->calls.send(endpoint->calls.user, way, bytes);
}

/* ---- STUN ---- */

static void stun_feed(struct endpoint *endpoint, const struct way *way, struct span bytes,
                      int64_t now_ms)
{
    uint8_t answer[STUN_ANSWER_CAP];
    size_t len = 0;
    int session;

    switch (ice_feed(endpoint->ice, way, bytes, now_ms, &session, answer, &len)) {
    case ICE_ANSWERED:
        send_by(endpoint, way, span_of(answer, len));
        return;
    case ICE_MALFORMED:
        count(endpoint, ENDPOINT_STUN_BAD);
        return;
    case ICE_STRANGER:
        count(endpoint, ENDPOINT_STUN_NAME);
        return;
    case ICE_FORGED:
        count(endpoint, ENDPOINT_STUN_SIGN);
        return;
    case ICE_TAKEN:
        count(endpoint, ENDPOINT_STUN_WAY);
        return;
    }
}

/* ---- DTLS ---- */

/* False: no memory for its keys. */
static bool keys_take(struct endpoint *endpoint, int session, int64_t now_ms)
{
    struct session *s = &endpoint->session[session];
    struct dtls_keys keys;
    bool ok;

    dtls_keys_take(s->dtls, &keys);
    ok = srtp_side_create(keys.profile, keys.in.key, keys.in.salt, &s->in, NULL) == ERR_OK &&
         srtp_side_create(keys.profile, keys.out.key, keys.out.salt, &s->out, NULL) == ERR_OK;
    OPENSSL_cleanse(&keys, sizeof keys);
    s->ready_ms = now_ms;
    list_drop(&endpoint->waiting, session);
    return ok;
}

/* A handshake has moved on, or its timer rang. A flight goes the way that the client's came,
 * or, by the timer, the chosen one. */
static void dtls_moved(struct endpoint *endpoint, int session, enum dtls_state state,
                       const struct way *way, int64_t now_ms)
{
    struct session *s = &endpoint->session[session];
    struct span datagram;

    while ((datagram = dtls_next(s->dtls)).len > 0)
        send_by(endpoint, way, datagram);
    if (state == DTLS_STRANGER) {
        end(endpoint, session, ENDPOINT_STRANGER);
    } else if (state == DTLS_FAILED) {
        end(endpoint, session, ENDPOINT_FAILED);
    } else if (state == DTLS_DONE && s->out == NULL) {
        if (!keys_take(endpoint, session, now_ms)) {
            end(endpoint, session, ENDPOINT_FAILED);
            return;
        }
        count(endpoint, ENDPOINT_READY);
        endpoint->calls.ready(endpoint->calls.user, session);
    }
}

static void dtls_feed_session(struct endpoint *endpoint, int session, const struct way *way,
                              struct span bytes, int64_t now_ms)
{
    struct session *s = &endpoint->session[session];

    if (s->dtls == NULL && s->out != NULL) {
        count(endpoint, ENDPOINT_LATE);
        return;
    }
    if (s->dtls == NULL) {
        if (dtls_create(endpoint->server, s->fingerprint, &s->dtls, NULL) != ERR_OK)
            return; /* no memory now: the client tries again */
        list_add(&endpoint->waiting, session);
    }
    dtls_moved(endpoint, session, dtls_feed(s->dtls, bytes, now_ms), way, now_ms);
}

/* ---- packets ---- */

static void media_feed(struct endpoint *endpoint, int session, struct span bytes, bool is_rtcp)
{
    static const enum endpoint_count drops[SRTP_VERDICTS_N] = {
        [SRTP_MALFORMED] = ENDPOINT_MALFORMED, [SRTP_REPLAYED] = ENDPOINT_REPLAYED,
        [SRTP_FORGED] = ENDPOINT_FORGED,       [SRTP_CROWDED] = ENDPOINT_CROWDED,
        [SRTP_SPENT] = ENDPOINT_REPLAYED, /* of sealing alone */
    };
    struct session *s = &endpoint->session[session];
    enum srtp_verdict verdict;
    size_t len = 0;

    if (s->in == NULL) {
        count(endpoint, ENDPOINT_EARLY);
        return;
    }
    verdict = is_rtcp ? srtp_open_rtcp(s->in, bytes, endpoint->plain, &len)
                      : srtp_open_rtp(s->in, bytes, endpoint->plain, &len);
    if (verdict != SRTP_DONE) {
        count(endpoint, drops[verdict]);
        return;
    }
    if (s->dtls != NULL) /* it has the keys, so it had our last flight */
        dtls_destroy(&s->dtls);
    endpoint->calls.packet(endpoint->calls.user, session, span_of(endpoint->plain, len),
                           is_rtcp);
}

void endpoint_feed(struct endpoint *endpoint, const struct way *way, struct span bytes,
                   int64_t now_ms)
{
    enum demux_kind kind = demux_kind(bytes);
    int session;

    count(endpoint, ENDPOINT_IN);
    if (bytes.len > VOICE_PACKET_MAX) {
        count(endpoint, ENDPOINT_OVERSIZED);
        return;
    }
    if (kind == DEMUX_STUN) {
        stun_feed(endpoint, way, bytes, now_ms);
        return;
    }
    if (kind == DEMUX_OTHER) {
        count(endpoint, ENDPOINT_UNKNOWN);
        return;
    }
    session = ice_session_find(endpoint->ice, way);
    if (session < 0)
        count(endpoint, ENDPOINT_NOBODY);
    else if (kind == DEMUX_DTLS)
        dtls_feed_session(endpoint, session, way, bytes, now_ms);
    else
        media_feed(endpoint, session, bytes, kind == DEMUX_RTCP);
}

void endpoint_send(struct endpoint *endpoint, int session, struct span plain)
{
    struct session *s = &endpoint->session[session];
    enum srtp_verdict verdict;
    struct way way;
    size_t len = 0;

    if (plain.len > VOICE_PLAIN_MAX || s->out == NULL ||
        !ice_way_find(endpoint->ice, session, &way)) {
        count(endpoint, ENDPOINT_UNSENT);
        return;
    }
    verdict = demux_kind(plain) == DEMUX_RTCP
                  ? srtp_seal_rtcp(s->out, plain, endpoint->sealed, &len)
                  : srtp_seal_rtp(s->out, plain, endpoint->sealed, &len);
    if (verdict == SRTP_DONE)
        send_by(endpoint, &way, span_of(endpoint->sealed, len));
    else
        count(endpoint, ENDPOINT_UNSENT);
}

/* ---- time ---- */

static void look(struct endpoint *endpoint, int64_t now_ms)
{
    /* From the end: one that goes is replaced by one that was looked at. */
    for (int i = endpoint->open.n - 1; i >= 0; i--) {
        int session = endpoint->open.session[i];
        struct session *s = &endpoint->session[session];

        if (s->dtls != NULL && s->out != NULL && now_ms - s->ready_ms >= FLIGHT_KEEP_MS)
            dtls_destroy(&s->dtls);
        if (ice_is_gone(endpoint->ice, session, now_ms))
            end(endpoint, session, ENDPOINT_SILENT);
    }
}

void endpoint_tick(struct endpoint *endpoint, int64_t now_ms)
{
    for (int i = endpoint->waiting.n - 1; i >= 0; i--) {
        int session = endpoint->waiting.session[i];
        struct way way;

        if (ice_way_find(endpoint->ice, session, &way))
            dtls_moved(endpoint, session, dtls_tick(endpoint->session[session].dtls), &way,
                       now_ms);
    }
    if (now_ms - endpoint->looked_ms >= LOOK_EVERY_MS) {
        endpoint->looked_ms = now_ms;
        look(endpoint, now_ms);
    }
}

bool endpoint_is_waiting(const struct endpoint *endpoint)
{
    return endpoint->waiting.n > 0;
}

void endpoint_way_drop(struct endpoint *endpoint, const struct way *way)
{
    ice_way_drop(endpoint->ice, way);
}
