/* tenants/handback/deliver.h - a bag on its way to the municipality: one tar of it, cut into
 * parts that only the holder of the certificate's key opens (part.h), with a signed list of
 * them, what checks their sums, a script and steps for people. Every file is compared with the
 * bag's manifests while it goes by. parts.json: JWS of type ibasho-parts/1 by the node's
 * "audit.sign".
 * Threads: one.  Owns: nothing behind the call. */
#ifndef TENANTS_HANDBACK_DELIVER_H
#define TENANTS_HANDBACK_DELIVER_H

#include <signal.h>

#include "node/db/keyring.h"
#include "tenants/handback/part.h"

#define DELIVER_PART_BYTES ((int64_t)255 << 20) /* plain; a part is under 256 MiB */

struct deliver_conf {
    const char *bag, *dir; /* dir: exists and is empty */
    const struct part_town *town;
    struct keyring *keyring;
    struct id node;
    const char *origin;
    int64_t part_bytes;
    const volatile sig_atomic_t *stopped;
    void (*tell)(void *arg, int64_t n_bytes); /* may be NULL */
    void *arg;
};
struct deliver_result {
    int n_parts;
    int64_t n_bytes, n_plain_bytes;
    char bag[2 * 64 + 1];
};

/* ERR_PROTO: bag is no whole bag, or a file of it is another than its manifest says; names it.
 * After an error the parts that were made are gone. ERR_UNAVAILABLE: stopped. */
NODISCARD enum err handback_deliver(const struct deliver_conf *conf,
                                    struct deliver_result *result_out, struct fail *why);

#endif
