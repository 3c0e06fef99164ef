/* voice/sdp.h - a browser's offer read, and the one answer to it written (RFC 8829, RFC 8839
 * section 4.2, RFC 8843, RFC 7587 section 7). The offer's form is fixed: one BUNDLE of six
 * audio sections, first the microphone, then the five slots of voice/voice.h; there is no
 * second offer. The answer comes from a template: ICE-lite, passive DTLS, rtcp-mux, Opus alone,
 * the level and mid extensions where they were offered. Nothing of the offer is written back
 * but mids, the payload type and extension ids, each checked. Used by the node, which reads the
 * offer; the media program never sees one. Owns: nothing.  Threads: reentrant. */
#ifndef VOICE_SDP_H
#define VOICE_SDP_H

#include "node/base/err.h"
#include "node/base/span.h"
#include "voice/voice.h"

enum {
    SDP_OFFER_MAX = 32768, /* bytes of an offer; browsers write about 10,000 */
    SDP_ANSWER_CAP = 8192, /* room that any answer fits */
    SDP_SECTIONS = 1 + VOICE_SLOT_N,
    SDP_MID_CAP = 17,         /* with NUL; a mid is 1 to 16 of A-Z a-z 0-9 - _ . */
    SDP_FINGERPRINT_LEN = 32, /* SHA-256 */
    SDP_ADDRESSES = 2,
    SDP_ADDRESS_CAP = 46,
    SDP_CREDENTIAL_CAP = 33,
};

struct sdp_offer {
    uint8_t fingerprint[SDP_FINGERPRINT_LEN]; /* of the browser's certificate */
    char mids[SDP_SECTIONS][SDP_MID_CAP];     /* [0] microphone, [1 + enum voice_slot] */
    uint8_t opus_type;                        /* payload type of Opus, the same everywhere */
    uint8_t level_id, mid_id;                 /* extension ids 1 to 14; 0: not offered */
};

struct sdp_local {
    char ufrag[SDP_CREDENTIAL_CAP], pwd[SDP_CREDENTIAL_CAP];
    uint8_t fingerprint[SDP_FINGERPRINT_LEN];
    char addresses[SDP_ADDRESSES][SDP_ADDRESS_CAP]; /* IPv4 or IPv6 as text; "" ends the list */
    uint16_t udp_port, tcp_port;                    /* 0: none */
    uint32_t ssrcs[VOICE_SLOT_N];
};

/* ERR_INVALID with the line in why: not an offer of this form (another number of sections, not
 * bundled, no Opus, no SHA-256 fingerprint or two that differ, no rtcp-mux, a second payload
 * type). ERR_TOO_LARGE: over SDP_OFFER_MAX. *offer_out is zeroed on failure. */
NODISCARD enum err sdp_read_offer(struct span text, struct sdp_offer *offer_out,
                                  struct fail *why);
/* CRLF lines, NUL-terminated. room >= SDP_ANSWER_CAP. Returns the length without NUL. */
size_t sdp_write_answer(const struct sdp_offer *offer, const struct sdp_local *local,
                        char *into, size_t room);

#endif
