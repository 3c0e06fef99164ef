/* ops/keyd/vault.h - what the key agent holds and does: at most two generations of the node key
 * and the halves they come from, all in the locked heap, and the operations on them.
 * A change of halves is two-phased: STAGE derives generation n+1 beside n, the node rewraps its
 * keystore, COMMIT makes n+1 the current one. Files are written before memory changes, so that
 * the agent killed at any point starts again with every generation it may be asked for.
 * Threads: one.  Owns: the secrets. */
#ifndef OPS_KEYD_VAULT_H
#define OPS_KEYD_VAULT_H

#include "ops/keyd/store.h"

struct vault;

struct vault_conf {
    const char *dir; /* keyd.dir */
    struct id node;
    enum keyd_boot boot;
};

/* Needs OpenSSL's secure heap to be there. Reads the check file; ERR_PROTO when it is damaged
 * or of another node. */
NODISCARD enum err vault_create(const struct vault_conf *conf, struct vault **vault_out,
                                struct fail *why);
void vault_destroy(struct vault **vault); /* wipes */

/* keyd.boot=token: opens what municipality.token opens. ERR_NOT_FOUND: there is no token yet;
 * ERR_DENIED: it belongs to no generation here. */
NODISCARD enum err vault_open_token(struct vault *vault, struct fail *why);

/* One request, one reply; every refusal is an answer in it. */
void vault_do(struct vault *vault, const struct keyd_request *request,
              struct keyd_reply *reply_out);

struct keyd_status vault_status(const struct vault *vault);
/* An operation with made-up values, so that nothing is loaded or opened later, when system
 * calls are few (ops/keyd/harden.h). */
NODISCARD enum err vault_rehearse(struct fail *why);

#endif
