/* federation/escrow.h - the municipality's key half at the prefecture's node, so that a host
 * restart needs nobody (keyd.boot = escrow; design section 3).
 *
 * Here (a municipality's node): whenever the sheet, the halves or the contract changed, the key
 * agent makes a box of the half that only its boot key opens, and the box is sent to the
 * coordinator by the outbox. After a restart the agent has no half and the node no key to sign
 * with, so the agent's boot key signs the request to have the box back, for an X25519 key made
 * for that one request. The half is never outside the agent's locked memory but in the box.
 * A refusal is final for ASK_AGAIN_S: revoked, contract over, not there. Then the sheet is
 * asked for, as `ibasho doctor`, `ibasho key escrow status` and the log say.
 *
 * There (a coordinator's node): one box a node, under a record key; given to the boot key it
 * came with, until the contract's end by this node's clock and by what stands in the deposit,
 * at most ESCROW_RELEASES_HOUR an hour, until one of the two revokes it: then the box is gone.
 * Every deposit, release and revocation is a leaf of the audit log at both. Of each release the
 * municipality is told by the outbox, too: its board gets a notice, whoever asked for it.
 *
 * Threads: one of its own, which waits for peers; escrow_state_read from any.  Owns: its
 * thread, a read connection. */
#ifndef FEDERATION_ESCROW_H
#define FEDERATION_ESCROW_H

#include "federation/escrow_store.h"
#include "federation/federation.h"
#include "node/base/route.h"

#define ESCROW_RELEASES_HOUR 6
#define ESCROW_CODE_CAP      32

struct escrow_state {
    bool is_chosen;        /* the agent boots so */
    bool has_last;         /* below: the newest of send, hold, refused, stop */
    int last_kind;         /* enum escrow_step_kind */
    struct id coordinator; /* of last */
    int64_t at_utc_us, generation, until_utc_us;
    /* Since the program's start: the answer to the last request to have it back; "" none yet,
     * "ok": it opened. A code of fed_code.h or of err.h. */
    char asked_code[ESCROW_CODE_CAP];
    bool is_locked; /* and the sheet is waited for */
};
/* Over db. */
NODISCARD enum err escrow_state_read(struct federation *federation, struct db *db,
                                     struct arena *arena, struct escrow_state *out,
                                     struct fail *why);

#define ESCROW_ROUTES_N 6
extern const struct route escrow_routes[ESCROW_ROUTES_N]; /* escrow_http.c */

#endif
