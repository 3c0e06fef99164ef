/* voice/hub_priv.h - what the files of the hub share.
 *   hub.c        what the node says
 *   hub_room.c   rooms: who is in a zone, a talk, on a floor; who speaks there
 *   hub_send.c   a packet on its way to its listeners
 *   hub_mix.c    the common mix of a zone
 *   hub_report.c reports to and from browsers
 * Owner: the media thread. */
#ifndef VOICE_HUB_PRIV_H
#define VOICE_HUB_PRIV_H

#include "voice/codec.h"
#include "voice/hub.h"
#include "voice/mixer.h"
#include "voice/rtp.h"
#include "voice/slot.h"
#include "voice/source.h"
#include "voice/zone.h"

enum {
    NO_ROOM = -1,
    NO_LEG = -1,
    ROOMS = 3 * HUB_SOURCES + HUB_OUT,
    ROOM_HASH = 16384,        /* a power of two */
    SOURCE_MIX = HUB_SOURCES, /* the common mix as whose voice a slot carries */
    SOURCE_MIX_JOINED         /* the same in packets of 60 ms */
};

/* What somebody says goes to a room; what he hears comes from up to three, one of each kind. */
enum room_kind { ROOM_ZONE, ROOM_TALK, ROOM_FLOOR, ROOM_KINDS };

/* A room is kept while somebody listens or may speak there, or while it is asked out. */
struct room {
    uint32_t number; /* zone, talk or floor of the node's */
    uint8_t kind;
    bool sealed; /* a sealed zone is another than the open one of that number */
    bool is_used, is_out;
    int32_t next;  /* of the same hash, or of the free ones */
    int32_t first; /* listener */
    int n_listeners;
    int n_holding;    /* listeners and foreign talkers */
    int n_thin;       /* of the listeners, those for whom a mix is due at any size */
    int n_mixed;      /* of the listeners, those who are on the mix now */
    int32_t at_awake; /* in hub->awake; -1: nobody speaks */
    struct zone zone;
    struct mixer *mixer; /* NULL: none */
    bool is_mixed;       /* its listeners are on the mix, not only the thin ones */
    int64_t many_ms;     /* two or more spoke last */
    uint8_t down_lost;   /* of 256: what nine of ten listeners lose less than */
};

/* A session or a foreign talker. */
struct leg {
    bool is_open, is_muted, is_mixed; /* is_mixed: he gets his zone's mix now */
    uint8_t mic;                      /* enum hub_mic */
    struct hub_seat seat;
    int32_t room[ROOM_KINDS]; /* NO_ROOM */
    int32_t next[ROOM_KINDS], prev[ROOM_KINDS];
    bool is_owed; /* on the list of those to whom silence is owed */
    int32_t owed_next;
    int32_t speech_next; /* on the list of those who spoke in this second; -2: is not */
    int32_t speech_samples;
    uint8_t down_lost; /* of 256, by his last report */
    bool has_report;   /* something to report came or went since the last one */
    struct source source;
    struct slot slot[VOICE_SLOT_N];
    struct hub_leg conf;
    int n_hush;
    uint16_t hush[HUB_HUSH_MAX];
};

struct hub {
    struct hub_conf conf;
    struct hub_counters counters;
    struct leg *legs; /* HUB_SOURCES */
    struct room *rooms;
    int32_t hash[ROOM_HASH];
    int32_t free_room;
    int32_t awake[ROOMS]; /* rooms in which somebody speaks */
    int n_awake, n_out;
    int32_t owed, speech; /* the first of those lists, or NO_LEG */
    int64_t second_ms;    /* when speech was last told */
    int report_at;        /* whose turn to be reported to it is */
    uint64_t random;
    int mix_least;
    size_t silence_len;
    uint8_t silence[CODEC_PACKET_CAP];
    int n_mixing;
    struct mixer *mixers[HUB_MIXERS];
    int32_t mixer_room[HUB_MIXERS]; /* whose it is; NO_ROOM: free */
    /* One packet being sent: room for the header stands before what it carries. */
    uint8_t packet[RTP_HEADER_MAX + CODEC_PACKET_CAP];
};

/* A fresh packet of a source, on its way. */
struct hub_packet {
    struct hub_voice voice;
    uint32_t number; /* with its rounds */
    uint16_t stretch;
    bool is_speech;
    int n_samples;
};

/* ---- hub_room.c ---- */
int32_t room_find(const struct hub *hub, enum room_kind kind, uint32_t number, bool sealed);
/* Made if need be; NO_ROOM: number 0, or no room is left (counted). */
int32_t room_have(struct hub *hub, enum room_kind kind, uint32_t number, bool sealed);
void room_hold(struct hub *hub, int32_t room);
void room_let_go(struct hub *hub, int32_t room);
/* Which room his microphone goes to; NO_ROOM: none. */
int32_t room_of_mic(const struct hub *hub, const struct leg *leg);
enum hub_mic room_mic(const struct room *room);
/* Into another room of that kind, or none: what he says and hears in the old one ends. */
void leg_move(struct hub *hub, int leg, enum room_kind kind, int32_t room);
/* He is not heard any more where his microphone goes now. */
void leg_hush_up(struct hub *hub, int leg);
/* A source won (is_on) or lost his place in a room. */
void room_turn(struct hub *hub, int32_t room, int source, bool is_on);
/* Places of those who fell silent are freed. */
void rooms_expire(struct hub *hub, int64_t now_ms);
bool leg_hears(const struct hub *hub, int listener, int source);
void leg_end_slot(struct hub *hub, int leg, int slot);
void leg_end_zone_slots(struct hub *hub, int leg);
void speech_tell(struct hub *hub, int64_t now_ms); /* if a second is over */

/* ---- hub_send.c ---- */
void hub_take(struct hub *hub, int source, uint32_t ssrc, const struct hub_voice *voice,
              int64_t now_ms);
/* One packet into one slot of one listener, with the silence before it if it is due. The bytes
 * lie in hub->packet behind RTP_HEADER_MAX. False: it came too late and was not sent. */
bool send_into(struct hub *hub, int listener, int slot, int source,
               const struct slot_packet *packet, size_t n_bytes, int64_t now_ms);
void send_owed(struct hub *hub, int64_t now_ms); /* silence */

/* ---- hub_mix.c ---- */
NODISCARD enum err mix_open(struct hub *hub, struct fail *why);
void mix_close(struct hub *hub);
/* Somebody is heard in this zone: a mixer for it, if one is due and free. */
void mix_wake(struct hub *hub, int32_t room);
void mix_forget(struct hub *hub, int32_t room); /* the last is gone from it */
/* A packet of one who is heard; he is heard no more: for the mixer, if there is one. */
void mix_take(struct room *room, int source, const struct hub_packet *p, int64_t now_ms);
void mix_leave(struct room *room, int source);
/* Whether this listener is on the mix of his zone may have changed; he leaves the zone. */
void mix_settle(struct hub *hub, int listener);
void mix_quit(struct hub *hub, int listener);
void mix_tick(struct hub *hub, int64_t now_ms);

/* ---- hub_report.c ---- */
void reports_tick(struct hub *hub, int64_t now_ms);

#endif
