/* node/io/net_peer_priv.h - what every connection to another node has in common: the endpoint
 * of the registry, its pins, TLS 1.3, and the look at the address. Only node/io/net_peer*.c and
 * net_line.c include it. */
#ifndef NODE_IO_NET_PEER_PRIV_H
#define NODE_IO_NET_PEER_PRIV_H

#include <curl/curl.h>

#include "node/io/net_peer.h"

#define NET_PEER_ENDPOINT_CAP 270
#define NET_PEER_PINS_CAP     (NET_PEER_PINS_MOST * (9 + 44) + 1) /* "sha256//" BASE64 ";" */

/* "host:port" of small letters, as the registry has it. */
bool net_peer_endpoint_read(const char *endpoint, uint16_t *port_out);
bool net_peer_pins_write(const struct net_peer_to *to, char text_out[NET_PEER_PINS_CAP]);

/* Who is to be trusted, and nothing of the environment. */
bool net_peer_set(CURL *curl, const char *pins);

/* What is asked of the address that is about to be connected to. Outlives the connecting. */
struct net_peer_gate {
    uint16_t port;
    bool allow_private;
    bool was_private; /* set: that is why there was no connection */
};
bool net_peer_gate_set(CURL *curl, struct net_peer_gate *gate);

enum net_peer_why net_peer_why_of(CURLcode done);

#endif
