/* tests/load/voice_crowd.h - browsers of a few lines on real sockets before the media program:
 * ICE, DTLS, SRTP and Opus packets whose sound nobody needs, each with the moment at which it
 * was sent. Threads: one.  Owns: what the structs hold. */
#ifndef TESTS_LOAD_VOICE_CROWD_H
#define TESTS_LOAD_VOICE_CROWD_H

#include <netinet/in.h>

#include "tests/unit/voice/dtls_client.h"
#include "voice/ice.h"

enum {
    CROWD_PEOPLE = 256,
    CROWD_PAYLOAD_TYPE = 111,
    CROWD_LEVEL_ID = 1,
    CROWD_SPEECH_LEVEL = 30,
    CROWD_OPUS_BYTES = 80, /* 20 ms at 32 kbit/s */
    CROWD_MS = 20,
};

struct crowd_person {
    int fd; /* connected to the media port */
    uint32_t zone;
    struct ice_name name; /* as the media program calls him */
    struct dtls_client client;
    struct dtls_keys keys;
    struct srtp *in, *out; /* NULL: no keys yet */
    uint16_t number;       /* of his last packet */
    uint64_t n_said, n_heard;
};

/* An RTP packet of 20 ms that bears its phase and the moment, in the clear; its length. */
size_t crowd_rtp(uint32_t ssrc, uint16_t who, uint16_t number, uint8_t phase, int64_t sent_ns,
                 uint8_t out[VOICE_PACKET_MAX]);

struct crowd_word {
    uint16_t who;
    uint8_t phase;
    int64_t sent_ns;
};
/* False: none of ours. */
bool crowd_read(struct span plain, struct crowd_word *word_out);

/* ---- what no browser sends ---- */

/* Sends one more malformed packet: from strangers, and from one child whose client was altered.
 * Each is of another kind than the one before. Gives its kind's number. */
enum { FLOOD_KINDS = 13 };
struct flood;
struct flood *flood_open(const struct sockaddr_in *port, struct crowd_person *victim,
                         struct crowd_person *altered);
void flood_close(struct flood *flood);
int flood_send(struct flood *flood);
const char *flood_kind_name(int kind);

#endif
