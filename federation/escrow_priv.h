/* federation/escrow_priv.h - what escrow*.c share. Nothing outside this folder includes it. */
#ifndef FEDERATION_ESCROW_PRIV_H
#define FEDERATION_ESCROW_PRIV_H

#include "federation/escrow.h"
#include "federation/federation_priv.h"

#define ESCROW_KINDS_N 5
extern const struct fed_kind escrow_kinds[ESCROW_KINDS_N];
extern const struct fed_kind *const escrow_kind_deposit,
    *const escrow_kind_release, *const escrow_kind_revoke, *const escrow_kind_ended,
                                                               *const escrow_kind_told;

/* Bodies between the two nodes. */
struct escrow_deposit_body {
    int64_t generation;
    struct span boot_key, box;
    int64_t until_utc_us;
};
struct escrow_release_body {
    struct span point; /* X25519, of this request */
};
struct escrow_released {
    int64_t generation;
    struct span from, sealed; /* node/base/half_box.h */
};
struct escrow_revoke_body {
    int64_t generation;
};
struct escrow_told_body {
    struct id op; /* of the release */
    int64_t generation, at_utc_us;
};
extern const struct jx_shape escrow_deposit_shape, escrow_release_shape, escrow_released_shape,
    escrow_revoke_shape;

/* The key a release may be signed with, for the gate: the boot key of a deposit whose node is a
 * member under contract. For fed_gate.find; arg is the struct fed_req. */
enum fed_code escrow_boot_key_find(void *arg, struct span kid, int64_t now_utc_us,
                                   const struct fed_member **member_out,
                                   const struct fed_key **key_out);

/* One deposit, or the end of it, as it is to be written by the writer. */
struct escrow_sending {
    struct federation *federation;
    bool is_stop;
    struct id coordinator, op;
    struct keyring_deposit deposit;
    int64_t generation, until_utc_us, now_utc_us;
};
/* What is sent and to whom: the first coordinator of the registry that is not this node.
 * ERR_NOT_FOUND: there is none, or we are no member under contract. ERR_CONFLICT, ERR_LOCKED:
 * as keyring_boot_seal. */
NODISCARD enum err escrow_prepare(struct federation *federation, int64_t now_utc_us,
                                  struct escrow_sending *out, struct fail *why);
/* Run of a writer's operation; arg is a struct escrow_sending. */
NODISCARD enum err escrow_send_run(struct tx *tx, void *arg, struct fail *why);

NODISCARD enum err escrow_open(struct federation *federation, struct fail *why);
void escrow_stop(struct federation *federation);
void escrow_close(struct federation *federation);

#endif
