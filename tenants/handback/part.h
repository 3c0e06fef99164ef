/* tenants/handback/part.h - a file that only the municipality opens: CMS AuthEnvelopedData (RFC
 * 5083), AES-256-GCM, the content key for the RSA key of its certificate by OAEP with SHA-256.
 * In one pass and flat memory (BER of indefinite length, as `openssl cms -encrypt -stream`
 * writes it); stock `openssl cms -decrypt -binary -inform DER` opens it.
 * Threads: one at a time.  Owns: what it opened. */
#ifndef TENANTS_HANDBACK_PART_H
#define TENANTS_HANDBACK_PART_H

#include "node/base/err.h"
#include "node/db/hash256.h"

struct part_town; /* the municipality's certificate */

/* One PEM block. ERR_PROTO: none. ERR_INVALID: not RSA, under 3072 bits, or over 8192. */
NODISCARD enum err part_town_open(struct span pem, struct part_town **town_out,
                                  struct fail *why);
void part_town_close(struct part_town **town);
struct hash256 part_town_sha256(const struct part_town *town); /* of its DER */

struct part;
struct part_sum {
    int64_t n_bytes, n_plain_bytes;
    struct hash256 sha256, plain_sha256;
};

/* path must not be there. */
NODISCARD enum err part_begin(const struct part_town *town, const char *path,
                              struct part **part_out, struct fail *why);
NODISCARD enum err part_put(struct part *part, struct span bytes, struct fail *why);
/* On the disk. */
NODISCARD enum err part_finish(struct part *part, struct part_sum *sum_out, struct fail *why);
/* Unless it was finished, its file goes. */
void part_destroy(struct part **part);

#endif
