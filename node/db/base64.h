/* node/db/base64.h - standard base64 (RFC 4648, section 4), strict: one text for one value.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_DB_BASE64_H
#define NODE_DB_BASE64_H

#include "node/base/span.h"

#define BASE64_LEN(n) (((size_t)(n) + 2) / 3 * 4)

/* Writes BASE64_LEN(bytes.len) characters, no NUL; returns that number. */
size_t base64_into(struct span bytes, char *text_out);
/* false: not base64 with its padding, stray low bits set, or not exactly len bytes. */
bool base64_read(struct span text, uint8_t *bytes_out, size_t len);

#endif
