/* tests/unit/voice/tones.h - a hub with people who each speak one tone: who hears whom is read
 * off the spectrum of what arrives, decoded by libopus. Each listener also watches that his
 * slots keep the rules: numbers rise, times never go back, no number comes twice. */
#ifndef TESTS_UNIT_VOICE_TONES_H
#define TESTS_UNIT_VOICE_TONES_H

#include "voice/codec.h"
#include "voice/hub.h"

enum {
    TONES_PEOPLE = 48,
    TONES_EVENTS = 64,
    TONES_SAMPLES = 96000, /* two seconds are looked at */
    TONES_PAYLOAD_TYPE = 111
};

struct tones_ear {
    struct codec_decoder *decoder;
    bool has_number, marker;
    uint16_t number;
    uint32_t time;
    int n_packets, n_silence, n_samples;
    int16_t samples[TONES_SAMPLES];
};

struct tones_mouth {
    struct codec_encoder *encoder;
    int hz; /* 0: sends nothing */
    int level;
    double phase;
    uint16_t number;
    uint32_t time, ssrc;
};

struct tones {
    struct hub *hub;
    int64_t now_ms;
    int n_broken; /* rules of a slot that were not kept */
    int n_events, n_spoke, n_out, n_rtcp;
    struct hub_speaks event[TONES_EVENTS];
    struct {
        int source, ms;
        enum hub_mic to;
        uint32_t number;
    } spoke[TONES_EVENTS];
    uint8_t out_opus[CODEC_PACKET_CAP]; /* the last that was asked out */
    struct hub_voice out;
    int out_source;
    int rtcp_to; /* whose reports are kept: the last one */
    uint8_t rtcp[256];
    size_t rtcp_len;
    struct tones_ear *ear[TONES_PEOPLE][VOICE_SLOT_N];
    struct tones_mouth mouth[TONES_PEOPLE];
};

/* Aborts where the hub cannot be made: a test's own fault. */
struct tones *tones_open(int n_mixers, int mix_least);
void tones_close(struct tones **t);
/* A session in this seat whose microphone goes to its zone. */
void tones_come(struct tones *t, int session, struct hub_seat seat, bool thin);
void tones_say(struct tones *t, int session, int hz); /* from now on; 0: nothing more */
/* One packet of his, as RTP, to the hub. */
void tones_speak_once(struct tones *t, int session);
/* So long everybody speaks his tone and the clock ticks. */
void tones_run(struct tones *t, int ms);
void tones_forget(struct tones *t); /* what was heard, and the events */
/* How strong this tone is in all that this listener heard, 0 to about 8,000. */
int tones_heard(const struct tones *t, int listener, int hz);
int tones_packets(const struct tones *t, int listener); /* in all slots */

#endif
