/* voice/way.h - where bytes come from and go to: a UDP address, or a TCP connection with the
 * address at its other end.
 * Threads: reentrant.  Owns: nothing. */
#ifndef VOICE_WAY_H
#define VOICE_WAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct way {
    uint8_t ip[16];      /* an IPv4 address as ::ffff:a.b.c.d */
    uint16_t port;       /* in the order of this machine */
    uint32_t connection; /* TCP: the caller's number of it, over 0; UDP: 0 */
};

bool way_is_same(const struct way *a, const struct way *b);
bool way_is_ipv4(const struct way *way);
/* False: neither IPv4 nor IPv6. */
bool way_read(const struct sockaddr_storage *address, uint32_t connection, struct way *way_out);
/* As a socket of IPv6 takes it that speaks IPv4 as well, or as one of IPv4; gives its length.
 */
socklen_t way_write(const struct way *way, sa_family_t family,
                    struct sockaddr_storage *address_out);

#endif
