/* ops/cli/rootkey.h - a root key of a federation in a file: PKCS#8 in PEM, as `openssl pkey`
 * reads it, with a passphrase or without. It belongs to one person and lies on a stick in a
 * safe; it is opened for one signature and wiped.  Threads: one.  Owns: the key while open. */
#ifndef OPS_CLI_ROOTKEY_H
#define OPS_CLI_ROOTKEY_H

#include "federation/roots.h"
#include "ops/cli/cli.h"

struct rootkey;

/* A new key in a new file (mode 0600); passphrase NULL: none. ERR_CONFLICT: there is a file of
 * this name, which stays as it is. */
NODISCARD enum err rootkey_make(const char *path, const char *passphrase,
                                uint8_t public_out[FED_PUBLIC_BYTES], struct fail *why);
/* Asks for the passphrase when there is one. ERR_DENIED: it is not that one; ERR_PROTO: no
 * Ed25519 key; ERR_IO. */
NODISCARD enum err rootkey_open(struct cli *cli, const char *path, struct rootkey **key_out,
                                struct fail *why);
void rootkey_close(struct rootkey **key);
const uint8_t *rootkey_public(const struct rootkey *key);
/* Of struct fed_doc_signer; arg is the struct rootkey. */
NODISCARD enum err rootkey_sign(void *arg, const char *kid, struct span bytes,
                                uint8_t signature_out[FED_SIG_BYTES], struct fail *why);

#endif
