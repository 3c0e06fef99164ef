/* node/base/origin.h - the origin of a page (RFC 6454) from an address as the configuration has
 * it. Threads: reentrant.  Owns: nothing. */
#ifndef NODE_BASE_ORIGIN_H
#define NODE_BASE_ORIGIN_H

#include "node/base/span.h"

#define ORIGIN_CAP 272 /* an address of 255 bytes and room */

/* "https://a.jp:443/" is the page origin "https://a.jp": browsers leave the usual port out. */
void origin_of_url(const char *url, char origin_out[ORIGIN_CAP]);
/* "a.jp" of "https://a.jp:8443"; borrowed; empty when there is none. */
struct span origin_host(const char *origin);
/* "wss://a.jp:8443" of "https://a.jp:8443", "ws:" of "http:": where its pages open sockets.
 * Empty when it is no origin of letters, digits, ".-:[]" alone: it goes into headers. */
void origin_of_sockets(const char *origin, char sockets_out[ORIGIN_CAP]);

#endif
