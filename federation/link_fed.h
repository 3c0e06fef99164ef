/* federation/link_fed.h - the links of a node that belongs to a federation: who may have them
 * by the registry, where a peer is, the ticket by a signed request (kind fed.link), and the
 * socket behind the front.  Threads: any.  Owns: nothing of its own. */
#ifndef FEDERATION_LINK_FED_H
#define FEDERATION_LINK_FED_H

#include "federation/inbox.h"
#include "federation/link.h"
#include "federation/trust.h"

/* The node's links, as long as the federation is open. NULL: none. */
struct links *federation_links(struct federation *federation);

#define LINK_KINDS_N 1
extern const struct fed_kind link_kinds[LINK_KINDS_N];

#define FED_LINK_LANES "ctl|rt"
struct fed_link_ask {
    int lane; /* of FED_LINK_LANES */
};
struct fed_link_ticket {
    struct span ticket;
};
extern const struct jx_shape fed_link_ask_shape, fed_link_ticket_shape;

NODISCARD enum err links_of_federation(struct federation *federation, struct links **out,
                                       struct fail *why);

/* Could links to that peer stand at now? LINK_WHY_N: yes. is_new: may one begin? */
enum link_why link_fed_judge(struct trust *trust, struct id own, struct id peer, bool is_new,
                             int64_t now_utc_us);

#endif
