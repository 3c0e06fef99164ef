/* tenants/signin/place.h - where an attempt to sign in comes from, as far as that is one place:
 * an IPv4 address, or the first 64 bits of an IPv6 one, because a home or a school has the rest
 * of it to itself and changes it at will. Kept as a keyed hash only (table account_place).
 * Threads: reentrant.  Owns: nothing. */
#ifndef TENANTS_SIGNIN_PLACE_H
#define TENANTS_SIGNIN_PLACE_H

#include "node/base/span.h"

#define PLACE_CAP 64

/* "192.0.2.7", "2001:db8:1:2::/64"; what is no address ("unix") stays as it is, cut to fit. */
void place_of(struct span address, char place_out[PLACE_CAP]);

#endif
