/* voice/hub.h - sessions, zones, private talks, announcements: who hears whom. Everything goes
 * by numbers of the node's; the hub knows no name, keeps no sound and opens nothing.
 *
 *   hub_rtp -> rtp -> source -> zone (who is heard) -> slot, one a listener -> conf.send
 *                                 `-> jitter -> codec -> mixer -> slot      -> conf.send
 *
 * Who hears whom, in full (AI-2.4-ア, イ, ウ; AI-2.3-オ; AI-2.6-イ):
 *  - a microphone that goes to HUB_MIC_ZONE: those of the same zone, of the same `sealed`;
 *  - to HUB_MIC_PRIVATE: the other members of its talk;
 *  - to HUB_MIC_ANNOUNCE: all of its floor who are not sealed;
 *  - to HUB_MIC_NONE, or of a source that is muted: nobody, whatever the browser sends;
 *  - nobody himself, and no listener those he asked not to hear (hub_hush);
 *  - what is said by somebody sealed reaches nobody but those sealed in the same zone, and
 *    what is said outside reaches nobody sealed, by whichever way it goes. So the node's slip
 *    shuts a room rather than opens it.
 *
 * Owner: the media thread; nothing here locks. After hub_create nothing allocates. Calls that
 * take `now_ms` take a monotonic clock that never goes back. The callbacks run inside hub_rtp,
 * hub_voice, hub_tick and the calls that move somebody; they must not call the hub. */
#ifndef VOICE_HUB_H
#define VOICE_HUB_H

#include "node/base/err.h"
#include "node/base/span.h"
#include "voice/voice.h"

enum {
    HUB_FOREIGN = 256,                  /* most talkers of other nodes at once */
    HUB_FOREIGN_FIRST = VOICE_SESSIONS, /* their numbers follow those of the sessions */
    HUB_SOURCES = VOICE_SESSIONS + HUB_FOREIGN,
    HUB_OUT = 256,      /* most zones and floors that are asked out at once */
    HUB_MIXERS = 64,    /* most zones that are mixed at once */
    HUB_HUSH_MAX = 64,  /* most sources that one listener does not hear */
    HUB_MID_CAP = 17,   /* a mid of at most 16 bytes and its NUL (RFC 9143) */
    HUB_OPUS_MAX = 1160 /* bytes of the largest Opus packet taken: it fits a plain packet */
};

/* Our SSRC of each slot, the same towards every session: the answer's `a=ssrc` line. Reports of
 * ours bear that of slot 0. */
#define HUB_SSRC(slot) (UINT32_C(0x1ba50010) + (uint32_t)(slot))

enum hub_mic { HUB_MIC_NONE, HUB_MIC_ZONE, HUB_MIC_PRIVATE, HUB_MIC_ANNOUNCE };

/* Where somebody is. 0 is no floor and no zone: he then hears nothing there, nor is heard. */
struct hub_seat {
    uint32_t floor, zone;
    bool sealed; /* inside a counselling room: the zone is shut, no announcement comes in */
};

/* What offer and answer settled. Payload type and ids are the browser's own. */
struct hub_leg {
    uint8_t payload_type;                /* of Opus, both ways; 0-127 */
    uint8_t level_id;                    /* header extension of RFC 6464; 0: none */
    uint8_t mid_id;                      /* header extension of RFC 9143; 0: ours bear none */
    char mid[VOICE_SLOT_N][HUB_MID_CAP]; /* of the five ways to him, if mid_id */
    bool thin;                           /* see hub_thin */
};

/* One Opus packet outside RTP: of a WebSocket, or between nodes. */
struct hub_voice {
    struct span opus; /* borrowed for the call */
    uint32_t time;    /* of VOICE_CLOCK_RATE, rises with the sender's clock */
    uint16_t number;  /* sequence number, +1 a packet */
    bool has_level;
    uint8_t level; /* 0 loudest to 127 silent, in -dBov (RFC 6464) */
};

/* Somebody begins or ends to be heard: not who makes a noise, but whom the others get. */
struct hub_speaks {
    int source;      /* a session's number, or a foreign talker's */
    enum hub_mic to; /* not NONE */
    uint32_t number; /* of the zone, the talk or the floor */
    bool on;
};

/* What was dropped and why, and what went out, since hub_create. */
struct hub_counters {
    uint64_t in;             /* packets given to hub_rtp and hub_voice */
    uint64_t in_malformed;   /* no RTP or no Opus packet, or too large */
    uint64_t in_strange;     /* another payload type; no such session */
    uint64_t in_muted;       /* of one muted, or whose microphone goes nowhere */
    uint64_t in_late;        /* twice, or far too late */
    uint64_t in_stream;      /* a new SSRC too soon behind another */
    uint64_t in_rush;        /* more, or larger, than anybody's speech needs */
    uint64_t in_unheard;     /* well, but others were louder, or it was no speech */
    uint64_t rtcp_malformed; /* given to hub_rtcp */
    uint64_t out;            /* plain RTP packets to conf.send, with those of silence */
    uint64_t out_silence;    /* of these, canned silence */
    uint64_t out_mix;        /* of these, packets of a common mix */
    uint64_t out_late;       /* not sent: from before a change of voice */
    uint64_t no_room;        /* zones that could not be kept: nobody was heard there */
    uint64_t no_mixer;       /* times a mix was due and all mixers were at work: slots served */
};

struct hub_conf {
    void *arg; /* given to each callback */
    /* One whole plain RTP packet to one listener, ready for SRTP, with the number of whoever
     * speaks + 1 as its one CSRC, so that a browser can turn him down (a mix and silence bear
     * none); at most VOICE_PLAIN_MAX bytes
     * and valid during the call. Never called for a session that is not open. */
    void (*send)(void *arg, int session, enum voice_slot slot, struct span rtp);
    /* One plain RTCP packet (RFC 5506: may be of reduced size). NULL: no reports are sent. */
    void (*send_rtcp)(void *arg, int session, struct span rtcp);
    /* NULL: nobody is told. */
    void (*speaks)(void *arg, const struct hub_speaks *event);
    /* Once a second for each source that was heard in it: how long he spoke, 1-1,000 ms, where
     * to. For the record of contacts (AI-2.5-ウ). NULL: not told. */
    void (*spoke)(void *arg, int source, enum hub_mic to, uint32_t number, int ms);
    /* A packet of a session that is heard in a zone or on a floor asked out by hub_out. NULL:
     * none is. `voice` is borrowed. */
    void (*out)(void *arg, int source, enum hub_mic to, uint32_t number,
                const struct hub_voice *voice);
    int n_mixers;  /* 0-HUB_MIXERS; about 200 KiB each */
    int mix_least; /* listeners from which a zone is mixed; 0: from constants measured here */
    uint32_t packet_ns; /* what one more packet to one listener costs; 0: 1,300 ns are taken */
};

struct hub;

/* Takes up to a tenth of a second: constants are measured. ERR_NOMEM; ERR_INVALID: conf. */
NODISCARD enum err hub_create(const struct hub_conf *conf, struct hub **hub_out,
                              struct fail *why);
void hub_destroy(struct hub **hub);

/* ---- what the node says ----
 * `session` outside 0..VOICE_SESSIONS-1, a foreign number outside its range, one that is not
 * open (hub_open: that is), or a value outside its range: ERR_INVALID, ERR_NOT_FOUND,
 * ERR_CONFLICT, ERR_INVALID, and nothing changed. All but hub_open, hub_hush and hub_out end
 * at once what may no longer be heard: at most three packets of silence still come. */

/* A new session is nowhere, in no talk, its microphone goes nowhere, it is not muted. All its
 * sequences begin anew: a browser that opens again must have new SRTP keys. */
NODISCARD enum err hub_open(struct hub *hub, int session, const struct hub_leg *leg,
                            int64_t now_ms, struct fail *why);
/* Its number may be given anew at once. Closing what is not open is no error. */
void hub_close(struct hub *hub, int session, int64_t now_ms);

/* These take a foreign talker's number too, but for hub_talk, hub_thin and hub_hush. */
NODISCARD enum err hub_seat(struct hub *hub, int source, struct hub_seat seat, int64_t now_ms,
                            struct fail *why);
NODISCARD enum err hub_mic(struct hub *hub, int source, enum hub_mic to, int64_t now_ms,
                           struct fail *why);
/* By staff: stands until it is taken back, or the session is closed. */
NODISCARD enum err hub_mute(struct hub *hub, int source, bool is_muted, int64_t now_ms,
                            struct fail *why);
/* The private talk he is in; 0: none. Its number is the node's, at most one a session. */
NODISCARD enum err hub_talk(struct hub *hub, int session, uint32_t talk, int64_t now_ms,
                            struct fail *why);
/* His line is thin or goes over TCP: of his zone he gets the common mix in slot 0, in packets
 * of 60 ms. While he is heard himself, does not want to hear somebody, or no mixer is free, the
 * three slots serve him as anybody. */
NODISCARD enum err hub_thin(struct hub *hub, int session, bool is_thin, int64_t now_ms,
                            struct fail *why);
/* Whom he does not hear from now on, in place of the former list. ERR_TOO_LARGE: over
 * HUB_HUSH_MAX; ERR_INVALID: a number that no source may have. A number stays on the list when
 * its session closes: the node says the list anew when it gives that number to another. */
NODISCARD enum err hub_hush(struct hub *hub, int listener, const uint16_t *sources, int n,
                            int64_t now_ms, struct fail *why);

/* ---- packets ----
 * Bytes from outside: what is wrong is dropped and counted. */

/* Plain RTP or RTCP of a session, after SRTP. */
void hub_rtp(struct hub *hub, int session, struct span rtp, int64_t now_ms);
void hub_rtcp(struct hub *hub, int session, struct span rtcp, int64_t now_ms);
/* An Opus packet that came in no RTP: of a session (WebSocket) or of a foreign talker. */
void hub_voice(struct hub *hub, int source, const struct hub_voice *voice, int64_t now_ms);

/* ---- the clock ---- */

/* Every VOICE_TICK_MS while hub_is_awake; more or less often does no harm. */
void hub_tick(struct hub *hub, int64_t now_ms);
/* False: nobody speaks, nothing is owed to anybody; the clock may sleep until a packet comes or
 * the node says something. */
bool hub_is_awake(const struct hub *hub);

/* ---- other nodes ----
 * Packets travel, never mixes. A foreign talker enters as a source without a session: it
 * competes for the slots of its zone as anybody does, and never goes out again. */

/* `foreign` is HUB_FOREIGN_FIRST to HUB_SOURCES - 1, the node's choice; then as a session. Its
 * microphone may go to a zone or to the floor, never to a talk. */
NODISCARD enum err hub_foreign_open(struct hub *hub, int foreign, int64_t now_ms,
                                    struct fail *why);
void hub_foreign_close(struct hub *hub, int foreign, int64_t now_ms);
/* From now on (or no longer) conf.out is given what sessions say in this zone (HUB_MIC_ZONE) or
 * announce on this floor (HUB_MIC_ANNOUNCE); never what is said in a sealed one. ERR_NOSPACE:
 * HUB_OUT are asked out; ERR_INVALID: another `what`, or number 0. */
NODISCARD enum err hub_out(struct hub *hub, enum hub_mic what, uint32_t number, bool is_asked,
                           struct fail *why);

/* ---- looks ---- */

const struct hub_counters *hub_counters(const struct hub *hub);
/* Listeners from which a zone is mixed rather than forwarded: conf, or as measured. */
int hub_mix_least(const struct hub *hub);
/* The 20 ms of silence made at start, one Opus packet. */
struct span hub_silence(const struct hub *hub);

#endif
