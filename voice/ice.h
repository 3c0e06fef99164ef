/* voice/ice.h - ICE-lite (RFC 8445 section 2.5): who sends from where, which way answers go,
 * who is gone. All sessions share one UDP port and one TCP port; a session is known by the name
 * (ufrag) and password made for it here, a way by a request signed with that password. A
 * request from a new way that is signed is how a client moves (roaming); the way it nominated
 * last is the one that is sent to. Nothing is ever asked of a client, so nothing is told about
 * it before either. Threads: one.  Owns: names, passwords and ways. Nothing is allocated after
 * ice_create. */
#ifndef VOICE_ICE_H
#define VOICE_ICE_H

#include "node/base/err.h"
#include "voice/stun.h"
#include "voice/voice.h"

enum {
    ICE_NAME_CHARS = 8,
    ICE_PASSWORD_CHARS = 24, /* 144 bits; RFC 8445 section 5.3 asks for 128 */
    ICE_WAYS = 8,            /* of one session; the one silent longest gives way to a ninth */
    ICE_CONSENT_MS = 30000,  /* without a signed request: gone (RFC 7675 section 5.1) */
};

struct ice_name { /* texts of RFC 8839 section 5.4 */
    char ufrag[ICE_NAME_CHARS + 1], password[ICE_PASSWORD_CHARS + 1];
};

enum ice_verdict {
    ICE_ANSWERED,  /* the answer is to be sent back the way the request came */
    ICE_MALFORMED, /* not a Binding request as ICE wants it */
    ICE_STRANGER,  /* a name that was not given out, or not any more */
    ICE_FORGED,    /* a right name, a wrong password */
    ICE_TAKEN,     /* another session was heard by that way within ICE_CONSENT_MS */
};

struct ice;

NODISCARD enum err ice_create(struct ice **ice_out, struct fail *why);
void ice_destroy(struct ice **ice);

/* session is not open yet. */
NODISCARD enum err ice_open(struct ice *ice, int session, int64_t now_ms,
                            struct ice_name *name_out, struct fail *why);
/* Forgets its name and its ways; one that is not open is let be. */
void ice_close(struct ice *ice, int session);

/* A datagram of STUN. On ICE_ANSWERED session_out and the answer are set: a client that leads
 * wrongly or wants what is not known here is answered with an error, and stands where it
 * stood. */
enum ice_verdict ice_feed(struct ice *ice, const struct way *way, struct span datagram,
                          int64_t now_ms, int *session_out, uint8_t answer_out[STUN_ANSWER_CAP],
                          size_t *len_out);

/* The session that proved to sit at the other end of way, or -1. */
int ice_session_find(const struct ice *ice, const struct way *way);
/* Where to send to: nominated last; before that, the first that was signed. False: nowhere. */
bool ice_way_find(const struct ice *ice, int session, struct way *way_out);
bool ice_is_gone(const struct ice *ice, int session, int64_t now_ms);
/* A TCP connection ended: nothing goes there any more. */
void ice_way_drop(struct ice *ice, const struct way *way);

#endif
