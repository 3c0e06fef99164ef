/* node/io/net_line.h - a standing line to another node: libcurl connects (TLS 1.3, the
 * registry's endpoint and pin alone, as node/io/net_peer.h), the opening of a WebSocket is sent
 * and its answer read strictly (RFC 6455, section 4.1), and from there on the bytes are the
 * caller's.
 * Threads: net_line_open any that may wait; then one at a time.  Owns: the connection. */
#ifndef NODE_IO_NET_LINE_H
#define NODE_IO_NET_LINE_H

#include "node/io/net_peer.h"

struct net_line;

struct net_line_ask {
    const char *target;   /* "/fed/v1/link" */
    const char *protocol; /* offered first; must be the answer's */
    struct span ticket;   /* offered behind it as "ticket.TICKET" */
    bool allow_private;
    long connect_ms, answer_ms;
    const atomic_bool *stop; /* may be NULL; set by another thread: ends within 0.2 s or so */
};

/* ERR_OK: it stands, or *why_out and *status_out (0: no answer) say why not and *line_out is
 * NULL. ERR_INVALID: an endpoint, pin or ticket that is none; ERR_NOMEM. */
NODISCARD enum err net_line_open(const struct net_peer_to *to, const struct net_line_ask *ask,
                                 struct net_line **line_out, enum net_peer_why *why_out,
                                 int *status_out, struct fail *why);
void net_line_close(struct net_line **line);

/* For epoll. Bytes may wait in the line itself: read until NET_LINE_LATER. */
int net_line_fd(const struct net_line *line);

enum net_line_io { NET_LINE_SOME, NET_LINE_LATER, NET_LINE_GONE };
/* After NET_LINE_LATER the same bytes must come again, at the same place. */
enum net_line_io net_line_send(struct net_line *line, struct span bytes, size_t *n_out);
enum net_line_io net_line_recv(struct net_line *line, void *into, size_t cap, size_t *n_out);

#endif
