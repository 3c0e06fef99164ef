/* tenants/leaving/leaving_key.h - the key of one erasure: Ed25519, made when the order is
 * confirmed, DATA/leaving/erasure.key (PEM, 0600); it signs every step from then on and the
 * certificate, and is overwritten at the end.
 * Threads: reentrant; one writer at a time.  Owns: nothing. */
#ifndef TENANTS_LEAVING_KEY_H
#define TENANTS_LEAVING_KEY_H

#include "tenants/certificate/jws_key.h"
#include "tenants/leaving/leaving_journal.h"

/* Makes the file unless it is there; the public half. */
NODISCARD enum err leaving_key_need(const char *path, uint8_t public_out[LEAVING_PUBLIC_BYTES],
                                    struct fail *why);
/* ERR_NOT_FOUND: no such file. The caller closes *key_out. */
NODISCARD enum err leaving_key_open(const char *path, struct jws_private **key_out,
                                    struct fail *why);
NODISCARD enum err leaving_key_public(const struct jws_private *key,
                                      uint8_t public_out[LEAVING_PUBLIC_BYTES],
                                      struct fail *why);

#endif
