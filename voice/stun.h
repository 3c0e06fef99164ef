/* voice/stun.h - Binding requests read, answers written (RFC 8489), with what ICE puts into
 * them (RFC 8445 section 16): the words of a server that only ever answers. Threads: reentrant.
 * Owns: nothing. */
#ifndef VOICE_STUN_H
#define VOICE_STUN_H

#include "voice/mac.h"
#include "voice/way.h"

enum {
    STUN_TRANSACTION_BYTES = 12,
    STUN_UNKNOWN_CAP = 4, /* attributes named in an answer 420 */
    STUN_ANSWER_CAP = 128,
    STUN_UNKNOWN_ATTRIBUTE = 420,
    STUN_ROLE_CONFLICT = 487,
};

struct stun_request {
    uint8_t transaction[STUN_TRANSACTION_BYTES];
    struct span ours, theirs; /* USERNAME, before and behind its colon; in the datagram */
    bool is_nominating;       /* USE-CANDIDATE */
    bool is_controlled;       /* the other side believes that we lead, which we never do */
    int n_unknown; /* attributes that a reader must understand, and this one does not */
    uint16_t unknown[STUN_UNKNOWN_CAP]; /* the first of them */
    struct span signed_bytes;           /* the datagram up to MESSAGE-INTEGRITY */
    const uint8_t *signature;           /* MAC_BYTES */
};

/* True: a Binding request, whole, with USERNAME, MESSAGE-INTEGRITY and a right FINGERPRINT at
 * its end. Nothing of it is proven before stun_is_signed. Spans are valid as long as datagram.
 */
bool stun_read(struct span datagram, struct stun_request *request_out);
/* mac: keyed with the password that we gave to the other side. */
bool stun_is_signed(const struct stun_request *request, const struct mac *mac);

/* The answer to a request that came by way, signed: success, or one of the two codes above
 * (420 names request->unknown). Gives its length. */
size_t stun_success_write(const struct stun_request *request, const struct way *way,
                          const struct mac *mac, uint8_t answer_out[STUN_ANSWER_CAP]);
size_t stun_error_write(const struct stun_request *request, int code, const struct mac *mac,
                        uint8_t answer_out[STUN_ANSWER_CAP]);

#endif
