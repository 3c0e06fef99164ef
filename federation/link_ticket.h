/* federation/link_ticket.h - tickets for lines of a link: 256 random bits as base64url, given
 * to a peer in a signed answer, for one lane, good for LINK_TICKET_US and one use. In memory
 * only. Threads: a table belongs to one, or to one lock.  Owns: nothing outside the struct. */
#ifndef FEDERATION_LINK_TICKET_H
#define FEDERATION_LINK_TICKET_H

#include "federation/link.h"

#define LINK_TICKET_CHARS 43
#define LINK_TICKETS_MOST (4 * LINK_PEERS_MOST)

struct link_ticket {
    char text[LINK_TICKET_CHARS + 1]; /* "" for none */
    struct id peer;
    bool is_rt;
    int64_t until_mono_us;
};
struct link_tickets {
    struct link_ticket at[LINK_TICKETS_MOST];
};

/* When the table is full the one that ends first gives way. */
void link_ticket_make(struct link_tickets *tickets, struct id peer, bool is_rt,
                      int64_t now_mono_us, char text_out[LINK_TICKET_CHARS + 1]);
/* Uses it up. False: never made, used before, or over. */
bool link_ticket_take(struct link_tickets *tickets, struct span text, int64_t now_mono_us,
                      struct id *peer_out, bool *is_rt_out);
void link_ticket_drop(struct link_tickets *tickets, struct id peer); /* all of that peer */

#endif
