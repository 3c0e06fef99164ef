/* voice/srtp.h - one direction of one session's encrypted media: SRTP and SRTCP (RFC 3711,
 * RFC 7714) with the two profiles of WebRTC (RFC 5764), on OpenSSL. Ciphers are set up once, so
 * that a packet costs the same with one session and with thousands, and allocates nothing.
 *
 * A stream is one SSRC; its roll-over counter is counted here. A stream is remembered when a
 * packet of it was authentic (in) or was sealed (out), SRTP_STREAMS of them at most: one sender
 * with many SSRCs spends only his own.
 * Threads: one.  Owns: its keys, wiped at the end. */
#ifndef VOICE_SRTP_H
#define VOICE_SRTP_H

#include "node/base/err.h"
#include "node/base/span.h"

enum {
    SRTP_KEY_BYTES = 16,
    SRTP_SALT_CAP = 14,
    SRTP_STREAMS = 16,    /* most SSRCs of one direction of one session */
    SRTP_GROWTH_CAP = 20, /* sealed is longer than plain by at most this */
};

enum srtp_profile {
    SRTP_PROFILE_CM,  /* SRTP_AES128_CM_SHA1_80 */
    SRTP_PROFILE_GCM, /* SRTP_AEAD_AES_128_GCM */
    SRTP_PROFILE_N
};
/* As use_srtp says it (RFC 5764 4.1.2, RFC 7714 14.2): "SRTP_AEAD_AES_128_GCM". */
const char *srtp_profile_name(enum srtp_profile profile);
size_t srtp_salt_bytes(enum srtp_profile profile); /* 14, 12 */

/* What came of a packet. All but SRTP_DONE: drop it, count it, nothing has changed. */
enum srtp_verdict {
    SRTP_DONE,
    SRTP_MALFORMED, /* not RTP or RTCP, or too short to be sealed; or not encrypted at all */
    SRTP_REPLAYED,  /* had already, or too old to tell. Out: a number is sealed only once */
    SRTP_FORGED,    /* not made with our keys, or damaged */
    SRTP_CROWDED,   /* one SSRC over SRTP_STREAMS */
    SRTP_SPENT,     /* out: the last number of the keys is used up */
    SRTP_VERDICTS_N
};
const char *srtp_verdict_name(enum srtp_verdict verdict); /* "done", "malformed", ... */

struct srtp;

/* key and salt: the master key and salt of this direction, the latter of
 * srtp_salt_bytes(profile). A "side", as libsrtp2, beside which this is tested, has an
 * srtp_create. */
NODISCARD enum err srtp_side_create(enum srtp_profile profile,
                                    const uint8_t key[SRTP_KEY_BYTES], const uint8_t *salt,
                                    struct srtp **srtp_out, struct fail *why);
void srtp_side_destroy(struct srtp **srtp);

/* out has room for plain.len + SRTP_GROWTH_CAP bytes; it is plain's own place or lies apart
 * from it. *len_out is set on SRTP_DONE only. Sequence numbers may come in any order within the
 * window, each once; a compound RTCP packet is known by the SSRC of its first packet. */
enum srtp_verdict srtp_seal_rtp(struct srtp *srtp, struct span plain, uint8_t *out,
                                size_t *len_out);
enum srtp_verdict srtp_seal_rtcp(struct srtp *srtp, struct span plain, uint8_t *out,
                                 size_t *len_out);

/* out has room for sealed.len bytes; as above. On any other verdict it may hold rubbish. */
enum srtp_verdict srtp_open_rtp(struct srtp *srtp, struct span sealed, uint8_t *out,
                                size_t *len_out);
enum srtp_verdict srtp_open_rtcp(struct srtp *srtp, struct span sealed, uint8_t *out,
                                 size_t *len_out);

#endif
