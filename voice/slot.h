/* voice/slot.h - one way to one listener: whose voice it carries, its sequence, its clock, and
 * the packet of silence between two voices, without which the decoder bangs (measured: 17 dB
 * over the right loudness bare, 0.4 dB with it).
 *
 * Sequence numbers rise by one across a change, and keep the gaps of a voice that stays, so
 * that the browser conceals what was lost and uses the next packet's redundancy. Times never go
 * back; across a change they are projected from the wall clock. No number is ever used for two
 * packets: SRTP depends on it.
 * Threads: the media thread.  Owns: nothing. */
#ifndef VOICE_SLOT_H
#define VOICE_SLOT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SLOT_NOBODY = -1,
    SLOT_TAIL = 3,   /* packets of silence when nobody speaks any more */
    SLOT_FRAME = 960 /* samples of one packet of silence */
};

struct slot {
    int32_t source;   /* SLOT_NOBODY: silent */
    uint16_t stretch; /* of that source (source.h) */
    uint16_t base;    /* our number of `first` */
    uint16_t next;    /* the number beyond all sent */
    uint8_t tail;     /* packets of silence still to come; 0: none owed */
    bool is_begun;
    uint32_t first;     /* the source's number from which this turn runs */
    uint32_t time_off;  /* our time less the source's */
    uint32_t end_time;  /* behind the last sample sent */
    uint32_t wall_time; /* our time at wall_ms */
    int64_t wall_ms;
    uint32_t n_packets, n_bytes; /* for sender reports */
};

struct slot_packet {
    uint32_t number; /* with its rounds */
    uint32_t time;
    uint32_t n_samples;
    uint16_t stretch;
};

struct slot_step {
    bool has_silence; /* send it first, with the marker */
    uint16_t silence_number, number;
    uint32_t silence_time, time;
    bool marker;
};

/* number and time: where to begin; random ones (RFC 3550 section 5.1). */
void slot_init(struct slot *s, uint16_t number, uint32_t time);
/* False: from before this turn began; nothing is to be sent. */
bool slot_take(struct slot *s, int32_t source, const struct slot_packet *packet, int64_t now_ms,
               struct slot_step *step_out);
/* Nobody is to be heard here any more: SLOT_TAIL packets of silence are owed. */
void slot_end(struct slot *s);
/* One of them: its number and time in *step_out as silence. False: none is owed. */
bool slot_tail(struct slot *s, int64_t now_ms, struct slot_step *step_out);
/* Our time at this moment, for a sender report. */
uint32_t slot_time(const struct slot *s, int64_t now_ms);

#endif
