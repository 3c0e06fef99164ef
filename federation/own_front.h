/* federation/own_front.h - what other nodes see of this one when they connect: its address as
 * the configuration has it, and the key its own front shows there, by a handshake with it. The
 * file of the certificate is the front's user's, not ours to read. Threads: reentrant; the
 * handshake waits, OWN_FRONT_WAIT_S at most a step.  Owns: nothing. */
#ifndef FEDERATION_OWN_FRONT_H
#define FEDERATION_OWN_FRONT_H

#include "federation/registry.h"
#include "node/base/conf.h"

#define OWN_FRONT_WAIT_S 2

/* "host:port" of an address as front.federation_url has it; false: it is not https, or no
 * endpoint of a registry. */
bool own_front_endpoint(const char *url, char endpoint_out[FED_ENDPOINT_CAP]);
/* SHA-256 of the SubjectPublicKeyInfo shown to who asks for that endpoint's name on the address
 * this front listens on (front.bind). ERR_UNAVAILABLE: nobody answers there with TLS 1.3. */
NODISCARD enum err own_front_pin(const char *bind, const char *endpoint,
                                 uint8_t spki_out[FED_SPKI_BYTES], struct fail *why);

#endif
