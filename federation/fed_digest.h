/* federation/fed_digest.h - Content-Digest (RFC 9530): sha-256 alone, in its one spelling.
 * Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_FED_DIGEST_H
#define FEDERATION_FED_DIGEST_H

#include "node/db/base64.h"
#include "node/db/hash256.h"

#define FED_DIGEST_LEN (sizeof "sha-256=::" - 1 + BASE64_LEN(HASH256_BYTES))

/* "sha-256=:...:"; the empty body has one too. No NUL. */
void fed_digest_write(const struct hash256 *digest, char text_out[FED_DIGEST_LEN]);
/* false: another algorithm, a second one, parameters, blanks, not 32 bytes of strict base64. */
bool fed_digest_read(struct span value, struct hash256 *digest_out);

#endif
