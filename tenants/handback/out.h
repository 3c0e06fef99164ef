/* tenants/handback/out.h - a file of the bag while it is written: through a buffer, hashed on
 * the way (SHA-512 for the manifest, SHA-256 where it is a name), as PATH.part until it is
 * whole. Errors stick: the first one comes out at out_finish.
 * Threads: one at a time.  Owns: descriptor and buffers. */
#ifndef TENANTS_HANDBACK_OUT_H
#define TENANTS_HANDBACK_OUT_H

#include "node/base/err.h"
#include "node/base/span.h"

#define OUT_PATH_CAP     1024
#define OUT_SHA512_BYTES 64
#define OUT_SHA256_BYTES 32

struct out;

struct out_sum {
    int64_t n_bytes;
    uint8_t sha512[OUT_SHA512_BYTES];
    uint8_t sha256[OUT_SHA256_BYTES]; /* zeros unless asked for */
};

NODISCARD enum err out_create(const char *dir, const char *path, bool wants_sha256,
                              struct out **out_out, struct fail *why);
/* Away with it, unless it was finished. */
void out_destroy(struct out **out);
void out_bytes(struct out *out, struct span bytes);
static inline void out_text(struct out *out, const char *text)
{
    out_bytes(out, span_text(text)); /* here, so that a literal's length is known */
}
void out_char(struct out *out, char c);
/* What a failed write said, at any time; ERR_NOSPACE: the disk is full. */
enum err out_state(const struct out *out, struct fail *why);
/* The rest, then its name; under `path`, or under another one of the same directory tree. */
NODISCARD enum err out_finish(struct out *out, const char *path, struct out_sum *sum_out,
                              struct fail *why);
/* What out_finish will say, so that a name can be made of it; nothing may be put behind. */
NODISCARD enum err out_sum(struct out *out, struct out_sum *sum_out, struct fail *why);

#endif
