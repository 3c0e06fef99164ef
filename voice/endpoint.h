/* voice/endpoint.h - the other ends, as the rest of the program sees them: sessions by number,
 * packets in the clear. Behind it ICE says who is where, DTLS who it is, SRTP shuts and opens.
 *
 *   bytes ─► demux ─► ice ──► (answer)                 plain packet ─► srtp ─► (send)
 *                  ├► dtls ─► (flight), keys
 *                  └► srtp ─► (packet in the clear)
 *
 * What comes from outside and is wrong is dropped and counted; nobody else notices. A session
 * takes its memory when it opens and when its handshake begins and ends, never for a packet.
 * Threads: the media thread.  Owns: sessions with their keys; buffers of its own, which spans
 * given to the calls below point into until the call returns. */
#ifndef VOICE_ENDPOINT_H
#define VOICE_ENDPOINT_H

#include "voice/dtls.h"
#include "voice/ice.h"

enum endpoint_end {
    ENDPOINT_SILENT,   /* no sign of life for 30 s */
    ENDPOINT_STRANGER, /* not the certificate that the node announced */
    ENDPOINT_FAILED,   /* the handshake came to no end */
};

/* Made inside endpoint_feed, endpoint_send and endpoint_tick. Of the functions here they may
 * call endpoint_send alone. */
struct endpoint_calls {
    void *user;
    void (*send)(void *user, const struct way *way, struct span bytes); /* now or never */
    void (*packet)(void *user, int session, struct span plain, bool is_rtcp);
    void (*ready)(void *user, int session); /* from now on packets come and go */
    void (*gone)(void *user, int session, enum endpoint_end end); /* is closed already */
};

enum endpoint_count {
    ENDPOINT_IN,        /* datagrams that came */
    ENDPOINT_OUT,       /* that went */
    ENDPOINT_READY,     /* handshakes that came to keys */
    ENDPOINT_OVERSIZED, /* dropped, in: over VOICE_PACKET_MAX */
    ENDPOINT_UNKNOWN,   /* of no kind that is spoken here */
    ENDPOINT_STUN_BAD,  /* not a request as ICE wants it */
    ENDPOINT_STUN_NAME, /* a name that was not given out */
    ENDPOINT_STUN_SIGN, /* not signed with the password of that name */
    ENDPOINT_STUN_WAY,  /* by a way that another session is heard by */
    ENDPOINT_NOBODY,    /* DTLS, RTP, RTCP by a way that nobody proved to be at */
    ENDPOINT_EARLY,     /* RTP, RTCP before there are keys */
    ENDPOINT_LATE,      /* DTLS after its end was had */
    ENDPOINT_MALFORMED, /* RTP, RTCP: srtp_verdict, from here */
    ENDPOINT_REPLAYED,
    ENDPOINT_FORGED,
    ENDPOINT_CROWDED,
    ENDPOINT_UNSENT, /* dropped, out: no keys, no way, too large, or a number sealed before */
    ENDPOINT_STRANGERS, /* sessions that ended so */
    ENDPOINT_FAILURES,
    ENDPOINT_SILENCES,
    ENDPOINT_COUNTS_N
};
const char *endpoint_count_name(enum endpoint_count count); /* "in", "stun-name", ... */

struct endpoint_counters {
    uint64_t n[ENDPOINT_COUNTS_N];
};

struct endpoint;

NODISCARD enum err endpoint_create(const struct endpoint_calls *calls,
                                   struct endpoint **endpoint_out, struct fail *why);
void endpoint_destroy(struct endpoint **endpoint); /* nobody is told */

/* Of our certificate, DTLS_FINGERPRINT_BYTES: for every answer. */
const uint8_t *endpoint_fingerprint(const struct endpoint *endpoint);
const struct endpoint_counters *endpoint_counters(const struct endpoint *endpoint);

/* fingerprint: of the certificate that the browser will show. ERR_CONFLICT: session is open;
 * ERR_INVALID: no number of a session. */
NODISCARD enum err endpoint_open(struct endpoint *endpoint, int session,
                                 const uint8_t fingerprint[DTLS_FINGERPRINT_BYTES],
                                 int64_t now_ms, struct ice_name *name_out, struct fail *why);
/* One that is not open is let be. */
void endpoint_close(struct endpoint *endpoint, int session);

/* One datagram, or one frame of a TCP connection. */
void endpoint_feed(struct endpoint *endpoint, const struct way *way, struct span bytes,
                   int64_t now_ms);
/* One RTP or RTCP packet in the clear, VOICE_PLAIN_MAX bytes at most. */
void endpoint_send(struct endpoint *endpoint, int session, struct span plain);
/* Timers. Every 20 to 50 ms while endpoint_is_waiting, otherwise every second. */
void endpoint_tick(struct endpoint *endpoint, int64_t now_ms);
bool endpoint_is_waiting(const struct endpoint *endpoint); /* a handshake is under way */

/* A TCP connection ended. */
void endpoint_way_drop(struct endpoint *endpoint, const struct way *way);

#endif
