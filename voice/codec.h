/* voice/codec.h - Opus, 48 kHz, one channel: the one file that names libopus.
 * Threads: the media thread; a coder belongs to one at a time.  Owns: its coders. */
#ifndef VOICE_CODEC_H
#define VOICE_CODEC_H

#include "node/base/err.h"
#include "node/base/span.h"

enum {
    CODEC_FRAME = 960,        /* samples of 20 ms */
    CODEC_FRAMES_MOST = 5760, /* samples of the longest packet, 120 ms */
    CODEC_PACKET_CAP = 1275,  /* bytes of the longest frame (RFC 6716 section 3.2.1) */
    CODEC_JOIN = 3            /* frames of a joined packet: 60 ms */
};

/* Samples of an Opus packet by its first bytes, 120-5,760; 0: it is none, or over the sizes
 * above. */
int codec_samples(struct span opus);

/* 20 ms of silence, made anew: a decoder that is given it between two voices forgets the first.
 * Gives its length; 0: libopus refused. */
size_t codec_silence(uint8_t out[CODEC_PACKET_CAP]);

/* ---- one voice in ---- */

struct codec_decoder;
NODISCARD enum err codec_decoder_create(struct codec_decoder **decoder_out, struct fail *why);
void codec_decoder_destroy(struct codec_decoder **decoder);
void codec_decoder_reset(struct codec_decoder *d);
/* Samples written, at most CODEC_FRAMES_MOST; 0: no Opus packet. */
int codec_decode(struct codec_decoder *d, struct span opus, int16_t *samples_out);
/* The n samples that were lost, made up; with `next`, the packet behind them, by what it says
 * of them (in-band FEC). n is a multiple of 120. False: libopus refused. */
bool codec_conceal(struct codec_decoder *d, struct span next, int n, int16_t *samples_out);

/* ---- one mix out ---- */

struct codec_encoder;
/* 32 kbit/s, complexity 5, made for speech. */
NODISCARD enum err codec_encoder_create(struct codec_encoder **encoder_out, struct fail *why);
void codec_encoder_destroy(struct codec_encoder **encoder);
/* The next frames follow none: reset, and three frames that are predicted from nothing, so that
 * a listener who comes from another voice hears no click. */
void codec_encoder_begin(struct codec_encoder *e);
/* What the listeners lose, 0-100: redundancy is sent accordingly. */
void codec_encoder_loss(struct codec_encoder *e, int percent);
/* One frame of CODEC_FRAME samples. Gives the length of the packet; 0: libopus refused. */
size_t codec_encode(struct codec_encoder *e, const int16_t *samples,
                    uint8_t out[CODEC_PACKET_CAP]);

/* CODEC_JOIN packets of the same kind as one of 60 ms, without coding anew. Gives its length;
 * 0: they do not fit together (their kinds differ), or not into cap. */
size_t codec_join(const struct span packets[CODEC_JOIN], uint8_t *out, size_t cap);

/* CPU time of one frame, measured here on a sound made up: microseconds. */
struct codec_cost {
    double encode_us, decode_us;
};
NODISCARD enum err codec_measure(struct codec_cost *cost_out, struct fail *why);

#endif
