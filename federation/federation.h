/* federation/federation.h - this node among other nodes: what it trusts (federation/trust.h),
 * what it is asked (inbox.h), what it asks (call.h) and owes (outbox.h), and how news of the
 * registry goes round: every request says which one its sender has; who hears of a newer one
 * fetches it; the coordinator's timestamp is asked for every federation.poll_s, so that a node
 * that was taken out is refused everywhere within a minute (CARD-11).
 *
 * A node without a registry runs exactly as if this were not there.
 * Threads: three: inbox, outbox, and the one that asks for news.  Owns: all of the above. */
#ifndef FEDERATION_FEDERATION_H
#define FEDERATION_FEDERATION_H

#include "federation/trust.h"
#include "node/base/conf.h"
#include "node/base/services.h"

struct federation;

#define FEDERATION_CONF_N 4
extern const struct conf_row federation_conf_rows[FEDERATION_CONF_N]; /* federation.* */

struct federation_conf {
    const struct services *services; /* writer, keyring, conf */
    struct db_conf db;
    const struct stmt_table *stmts;
    struct id node;
};
/* db: for what is read once. After net_open. */
NODISCARD enum err federation_open(const struct federation_conf *conf, struct db *db,
                                   struct federation **out, struct fail *why);
/* The node is ending: what peers are being asked just now ends within a second or so, nothing
 * more is asked; what they ask is still answered. NULL does nothing. */
void federation_hurry(struct federation *federation);
/* Ends its threads, also what is being asked of a peer just then; what waits stays in its rows.
 * When no request is under way any more, before the writer stops. */
void federation_stop(struct federation *federation);
void federation_close(struct federation **federation); /* after the writer */

struct trust *federation_trust(struct federation *federation);
/* A registry was taken in here, by a person: peers are told now (if this node is a coordinator)
 * and what waits is looked at again. NULL does nothing. */
void federation_wake(struct federation *federation);

struct federation_stats {
    bool has_registry, is_member;
    uint64_t n_accepted, n_refused; /* since start */
    uint64_t n_refused_by[FED_CODE_N];
    uint64_t n_unrecorded;         /* refusals beyond what the record takes in */
    uint64_t n_asked, n_no_answer; /* our own requests; those without a believable answer */
    uint64_t n_sent;               /* of the outbox, answered well */
    int n_away;                    /* peers that did not answer last */
    int64_t n_waiting, n_refused_rows, n_given_up; /* rows of the outbox */
    int64_t oldest_utc_us;                         /* waiting; 0: none */
    size_t n_nonces;
    /* The latest time that this node has seen on its own clock: of its start, of a request it
     * believed, of the registry it took. Later than now: the clock was set back. */
    int64_t newest_utc_us;
};
/* db: the caller's; NULL: without the rows. */
NODISCARD enum err federation_stats_read(struct federation *federation, struct db *db,
                                         struct federation_stats *out, struct fail *why);

#endif
