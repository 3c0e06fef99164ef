/* voice/source.h - one microphone: its sequence, how loud it is, whether it speaks.
 * Threads: the media thread.  Owns: nothing. */
#ifndef VOICE_SOURCE_H
#define VOICE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Levels in sixteenths of a dB above -127 dBov: 0 is silence, 127 * 16 the loudest. */
enum { SOURCE_DB = 16 };

/* A stretch of packets has one running number and one running clock. A new SSRC, a jump of
 * number or clock begins another one, so that no listener follows the jump; at most one a
 * second, for each costs every listener a packet. */
struct source {
    bool is_begun;
    uint16_t stretch;
    uint32_t ssrc;
    uint32_t highest;   /* number, with the rounds of 65,536 counted */
    uint64_t seen;      /* bit n: highest - n came */
    uint32_t time;      /* of the highest */
    int64_t came_ms;    /* the highest did */
    int64_t stretch_ms; /* the stretch began */
    int64_t spoke_ms;   /* the last packet of speech came; INT64_MIN / 2: none yet */
    int32_t loud, noise;
    int32_t allowance;  /* packets he may send at once, in thousandths */
    int64_t allowed_ms; /* it was reckoned */

    /* For the report to him (RFC 3550 appendix A.3, A.8). */
    uint32_t first, n_came, expected_then, came_then, jitter_x16;
    uint32_t sr_middle; /* the middle of the last sender report's NTP time; 0: none */
    int64_t sr_ms;      /* it came */
};

struct source_packet {
    uint32_t ssrc, time;
    uint16_t number;
    bool has_level;
    uint8_t level;  /* as RFC 6464 */
    size_t n_bytes; /* of the Opus packet */
};

enum source_verdict {
    SOURCE_FRESH,
    SOURCE_LATE,   /* it came before, or 64 newer ones did */
    SOURCE_STREAM, /* another stretch within a second of the last one's begin */
    SOURCE_RUSH    /* more packets, or larger ones, than speech needs */
};

struct source_taken {
    uint32_t number; /* with its rounds */
    bool is_speech;  /* above the noise; a packet of discontinued sending never is */
};

void source_init(struct source *s);
/* Only SOURCE_FRESH fills taken_out. SOURCE_RUSH counts as come, but is not to be sent on; the
 * others change nothing. */
enum source_verdict source_take(struct source *s, const struct source_packet *packet,
                                int64_t now_ms, struct source_taken *taken_out);
/* How loud for the choice between voices: smoothed, and never above that of clear speech, so
 * that claiming more wins nothing. */
int32_t source_loudness(const struct source *s);

/* One report block's worth since the last one asked. */
struct source_report {
    uint8_t lost_of_256;
    uint32_t lost;    /* in all, at most 0x7fffff */
    uint32_t highest; /* number, with its rounds */
    uint32_t jitter;
};
void source_report(struct source *s, struct source_report *report_out);

#endif
