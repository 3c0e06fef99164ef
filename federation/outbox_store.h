/* federation/outbox_store.h - the table fed_outbox: what waits for another node, and for a
 * while what it refused. A row that was answered well is gone. Threads: the writer's, but for
 * outbox_store_count: any, over the caller's connection. */
#ifndef FEDERATION_OUTBOX_STORE_H
#define FEDERATION_OUTBOX_STORE_H

#include "federation/federation.h"
#include "node/db/seal.h"

#define OUTBOX_PEERS_MOST 256 /* looked at in one round */

struct outbox_row {
    struct id peer, op;
    struct span kind, body_sealed;
    int32_t n_tries;
    int64_t made_utc_us;
};
struct seal_place outbox_place(struct id op);

/* ERR_BUSY: n_most wait for this peer. An op that stands there already adds nothing. */
NODISCARD enum err outbox_store_add(struct tx *tx, const struct outbox_row *row, int n_most,
                                    struct fail *why);
/* Peers for which something waits, those who wait longest first; at most OUTBOX_PEERS_MOST. */
NODISCARD enum err outbox_store_peers(struct tx *tx, struct id peers_out[OUTBOX_PEERS_MOST],
                                      int *n_out, struct fail *why);
/* The oldest row that waits for a peer; spans in the arena. ERR_NOT_FOUND. */
NODISCARD enum err outbox_store_head(struct tx *tx, struct id peer, struct arena *arena,
                                     struct outbox_row *out, struct fail *why);
/* It stays, tried once more. */
NODISCARD enum err outbox_store_tried(struct tx *tx, struct id op, struct span why_code,
                                      struct fail *why);
NODISCARD enum err outbox_store_delete(struct tx *tx, struct id op, struct fail *why);
/* Stays for people to see: refused for good, or given up. Its body goes. */
NODISCARD enum err outbox_store_end(struct tx *tx, struct id op, bool is_given_up,
                                    struct span why_code, int64_t now_utc_us, struct fail *why);
NODISCARD enum err outbox_store_count(struct db *db, struct federation_stats *stats,
                                      struct fail *why);
struct outbox_peer {
    struct id peer;
    int64_t n_waiting, n_ended;
    int64_t oldest_utc_us;
    struct span last_code; /* of the row that is tried now; "" not tried yet */
};
NODISCARD enum err outbox_store_by_peer(struct db *db, struct arena *arena,
                                        struct outbox_peer **out, size_t *n_out,
                                        struct fail *why);

#endif
