/* voice/mixer.h - the common mix of one zone: its voices decoded, summed once in 32 bits with a
 * soft limiter, encoded once for everybody who is on the mix.
 *
 *   packets -> jitter -> decoder -\
 *   packets -> jitter -> decoder --+-> sum -> limiter -> encoder -> frame, and three as one
 *
 * Threads: the media thread.  Owns: its coders; nothing allocates after create. */
#ifndef VOICE_MIXER_H
#define VOICE_MIXER_H

#include "node/base/err.h"
#include "voice/codec.h"

enum { MIXER_VOICES = 4 }; /* the three who are heard, and one who fades out */

struct mixer;

struct mixer_packet {
    struct span opus; /* borrowed until the next call */
    uint32_t number, time;
    int n_samples;
};

/* What one tick gave. */
struct mixer_out {
    uint16_t stretch; /* as of a source: changes when the mix begins anew */
    bool has_frame;
    struct mixer_packet frame;
    int n_joined; /* 1 of 60 ms; 3 of 20 ms where three could not be joined; 0: not yet */
    struct mixer_packet joined[CODEC_JOIN];
};

NODISCARD enum err mixer_create(struct mixer **mixer_out, struct fail *why);
void mixer_destroy(struct mixer **mixer);
/* For another zone: nobody speaks, all is forgotten. */
void mixer_begin(struct mixer *m);
/* A packet of a voice, which joins if it is new; with MIXER_VOICES at work it is dropped. */
void mixer_put(struct mixer *m, int source, uint32_t number, uint32_t time, int n_samples,
               struct span opus, int64_t now_ms);
/* That voice fades out within a frame. */
void mixer_leave(struct mixer *m, int source);
void mixer_loss(struct mixer *m, int percent); /* what the listeners lose */
/* 20 ms. is_wanted: somebody is on the mix; else its decoders only stay warm. */
void mixer_tick(struct mixer *m, bool is_wanted, int64_t now_ms, struct mixer_out *out);
bool mixer_is_silent(const struct mixer *m); /* no voice is left in it */

#endif
