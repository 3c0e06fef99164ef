/* tenants/leaving/leaving.h - how far this node's leaving has come, for everybody who must
 * know: dispatch (nothing changes any more but the leaving itself), sign-in, jobs, links to
 * peers. Read from the journal at start, before there is a database, so that a restart changes
 * nothing (AI-7.2-1).
 * Threads: any. A lock of its own holds the journal while it is read or added to.  Owns:
 * DATA/leaving/steps.jsonl and erasure.key until `ordered`. */
#ifndef TENANTS_LEAVING_LEAVING_H
#define TENANTS_LEAVING_LEAVING_H

#include "node/base/route.h"
#include "node/db/db.h"
#include "tenants/leaving/leaving_journal.h"

struct leaving;

/* Cuts half a line that a crash left, and says so. ERR_PROTO, ERR_DENIED: the journal is not
 * what it must be; the node does not start. ERR_CONFLICT: its keys are destroyed: it never
 * starts again. */
NODISCARD enum err leaving_open(const char *data_dir, struct id node,
                                struct leaving **leaving_out, struct fail *why);
void leaving_close(struct leaving **leaving);

/* NULL is a node that is not leaving. */
enum leaving_state leaving_state_now(const struct leaving *leaving);
static inline bool leaving_is_on(const struct leaving *leaving)
{
    return leaving_is_read_only(leaving_state_now(leaving));
}
/* Who still signs in then. */
#define LEAVING_ROLES \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR))
bool leaving_admits_role(const struct leaving *leaving, enum role role);
/* Reading goes on; of what changes only the rows that say so (route.while_leaving). */
bool leaving_admits_route(const struct leaving *leaving, const struct route *route);
/* The sentence for whoever is turned away. */
extern const char leaving_sentence_ja[];

/* The change of contractor that may wait here (change.h), for whoever has the services; set
 * once, before anybody is served, and taken back at the end. NULL: none. */
struct change_desk;
void leaving_change_set(struct leaving *leaving, struct change_desk *desk);
struct change_desk *leaving_change(const struct leaving *leaving);

struct id leaving_node(const struct leaving *leaving);
/* The journal as it is; steps of the database it lacks (a crash between COMMIT and the file)
 * are added first. db may be NULL. */
NODISCARD enum err leaving_read(struct leaving *leaving, struct db *db, struct arena *arena,
                                struct leaving_journal *journal_out, struct fail *why);
/* How far the journal on the disk says it has come, of this node and with every line up to
 * `ordered` signed by log_key, which the caller has from the keyring ("audit.sign"): for what
 * must not be done on the word of a file. ERR_PROTO, ERR_DENIED: it is not what this node
 * wrote.
 */
NODISCARD enum err leaving_prove(struct leaving *leaving,
                                 const uint8_t log_key[LEAVING_PUBLIC_BYTES],
                                 struct arena *arena, enum leaving_state *state_out,
                                 struct fail *why);
/* The line of a step that is committed. An error is logged too: the next leaving_read with a
 * database mends it. */
NODISCARD enum err leaving_add(struct leaving *leaving, struct span line,
                               enum leaving_state state, struct fail *why);
/* The public half of the key of this erasure; made, with its file, at the first call. */
NODISCARD enum err leaving_need_key(struct leaving *leaving,
                                    uint8_t public_out[LEAVING_PUBLIC_BYTES], struct fail *why);
void leaving_drop_key(struct leaving *leaving); /* a round that was cancelled */

#endif
