/* node/server/ws_ticket.h - what lets a page open its WebSocket: a ticket of 256 random bits,
 * given to a caller with a session, good for WS_TICKET_LIFE_US and for one use. A WebSocket's
 * opening carries cookies for any page that asks, and a page may set none of its headers but
 * the protocol; so the ticket travels there (ws_handshake.h), and is worth nothing once seen.
 * In memory only: a restart makes every ticket stale, and pages ask again.
 * A ticket may carry a pass, which is the table's until the ticket is taken; one that never is
 * gives it to pass_free. Threads: any. The table has a lock of its own (node/README.md), so
 * that a ticket is good the moment it is handed out: workers draw, the live thread takes.
 * Owns: its table, of a fixed size; the passes in it. */
#ifndef NODE_SERVER_WS_TICKET_H
#define NODE_SERVER_WS_TICKET_H

#include "node/base/route.h"
#include "node/io/ws_handshake.h"

#define WS_TICKET_BYTES   32
#define WS_TICKET_LIFE_US INT64_C(30000000)

struct ws_ticket {
    uint8_t secret[WS_TICKET_BYTES];
    struct caller caller;
    void *pass;
    void (*pass_free)(void *pass); /* NULL: nothing is to be freed */
};
/* Frees the pass of one that was not handed on. */
void ws_ticket_fini(struct ws_ticket *ticket);

/* Draws a new secret for caller, without a pass; text_out is what the page gets. */
void ws_ticket_make(const struct caller *caller, struct ws_ticket *ticket_out,
                    char text_out[WS_TICKET_CHARS + 1]);

struct ws_tickets;

/* Room for cap tickets at a time. ERR_NOMEM. */
NODISCARD enum err ws_tickets_create(uint32_t cap, struct ws_tickets **tickets_out,
                                     struct fail *why);
void ws_tickets_destroy(struct ws_tickets **tickets);

/* Takes ticket's pass. The ticket is good from now_mono_us on. When the table is full the
 * oldest gives way: nobody is kept out by tickets others drew and never used. Times may not
 * step back. */
void ws_tickets_put(struct ws_tickets *tickets, const struct ws_ticket *ticket,
                    int64_t now_mono_us);
/* Uses text (any bytes) up: whose it is, and its pass, the caller's from now on. ERR_DENIED:
 * never made, used before, or over. */
NODISCARD enum err ws_tickets_take(struct ws_tickets *tickets, struct span text,
                                   int64_t now_mono_us, struct ws_ticket *ticket_out,
                                   struct fail *why);
/* Lets go of those that are over. */
void ws_tickets_sweep(struct ws_tickets *tickets, int64_t now_mono_us);
/* A session ended: whatever was drawn with it is worth nothing. */
void ws_tickets_drop_session(struct ws_tickets *tickets, struct id session);
/* All sessions of account but keep (ID_NONE: all of them) ended. */
void ws_tickets_drop_account(struct ws_tickets *tickets, struct id account, struct id keep);

#endif
