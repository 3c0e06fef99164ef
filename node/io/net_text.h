/* node/io/net_text.h - strict readers of what a person types as "where to": a mail address and
 * the address of a webhook; and which network addresses are the world's own. Anything unusual
 * is refused rather than understood: what comes out can stand in a header or be given to a
 * library as it is. Threads: reentrant.  Owns: nothing. */
#ifndef NODE_IO_NET_TEXT_H
#define NODE_IO_NET_TEXT_H

#include <sys/socket.h>

#include "node/base/err.h"
#include "node/base/span.h"

#define NET_ADDRESS_MOST 254 /* RFC 5321, 4.5.3.1.3, less the brackets */
#define NET_LOCAL_MOST   64
#define NET_HOST_MOST    253
#define NET_URL_MOST     1000

struct net_address {
    char text[NET_ADDRESS_MOST + 1]; /* the domain in small letters */
    size_t at;                       /* where the '@' stands */
};
/* RFC 5321 `Mailbox` of a dot-string and a domain of two labels or more, all ASCII: no quoted
 * words, comments, names, address literals, nothing that ends a line. ERR_INVALID; why says
 * which rule, never the text. (Old mobile addresses with ".." are refused with it.) */
NODISCARD enum err net_address_read(struct span text, struct net_address *out,
                                    struct fail *why);

struct net_url {
    char text[NET_URL_MOST + 1];  /* as typed */
    char host[NET_HOST_MOST + 1]; /* small letters, an IPv6 literal without its brackets */
    uint16_t port;
    bool is_https;
};
/* https, or http to this machine by its own names ("localhost", "*.localhost", 127.*, [::1]);
 * no user, no fragment, no white space, no backslash; a host of numbers is four of them, as
 * everybody reads it, so that 0x7f.1 and 2130706433 are no addresses. ERR_INVALID. */
NODISCARD enum err net_url_read(struct span text, struct net_url *out, struct fail *why);
/* [A-Za-z0-9-] labels, at least n_least of them, none all digits at the end; or, with
 * allow_numbers, four numbers. */
bool net_is_host(struct span host, size_t n_least, bool allow_numbers);
bool net_is_loopback_name(const char *host);

/* Can be reached from anywhere: not loopback, private, link-local, shared, documentation,
 * multicast or a tunnel's (IANA special-purpose registries); of IPv6 only 2000::/3, and
 * IPv4 within IPv6 as IPv4. Another family than these two: no. */
bool net_is_public(const struct sockaddr *address);
bool net_is_loopback(const struct sockaddr *address);

#endif
