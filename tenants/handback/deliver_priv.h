/* tenants/handback/deliver_priv.h - what deliver.c and deliver_papers.c share. */
#ifndef TENANTS_HANDBACK_DELIVER_PRIV_H
#define TENANTS_HANDBACK_DELIVER_PRIV_H

#include "node/base/arena.h"
#include "tenants/handback/deliver.h"

struct deliver_part {
    int64_t number, n_bytes, n_plain_bytes;
    struct span file, sha256, plain_sha256; /* for the signed list: filled by deliver_papers */
    struct hash256 hash, plain_hash;
};

/* parts.json, parts.sha256, open.sh, open.ja.txt. */
NODISCARD enum err deliver_papers(const struct deliver_conf *conf, const char *bag,
                                  struct deliver_part *parts, int n, struct arena *arena,
                                  struct fail *why);

#endif
