/* tenants/certificate/canon.h - canonical JSON of any shape: is it that, and what stands in it.
 * For documents that others define (the facts of a step, a peer's receipt) and that must be
 * looked into where they stand. One form only: keys rising by their bytes, no blanks, integers,
 * the escapes of jx_write_canonical.
 * Threads: reentrant.  Owns: nothing; values borrow from the text. */
#ifndef TENANTS_CERTIFICATE_CANON_H
#define TENANTS_CERTIFICATE_CANON_H

#include "node/base/arena.h"
#include "node/base/id.h"

/* text has passed jx_check; the rest of this file wants a text that this said yes to. */
bool canon_is(struct span text);
/* How many members an object has; 0 for what is none. */
size_t canon_n_members(struct span object);
/* The value as it stands, or SPAN_NONE. */
struct span canon_member(struct span object, const char *name);
/* The items of a list one after another: *rest starts as the list. False at its end, or when it
 * is none. */
bool canon_item(struct span *rest, struct span *item_out);
bool canon_is_list(struct span value);
bool canon_is_object(struct span value);

/* Each: false when the value is none (SPAN_NONE too). */
bool canon_text(struct span value, struct arena *arena, struct span *text_out);
bool canon_int(struct span value, int64_t *n_out);
/* Exactly len bytes as small hexadecimal digits. */
bool canon_hex(struct span value, uint8_t *bytes_out, size_t len);
bool canon_bytes(struct span value, struct arena *arena,
                 struct span *bytes_out);            /* base64url */
bool canon_id(struct span value, struct id *id_out); /* small digits */
/* "2026-11-22T01:02:03.000000Z", and no other way to write it. */
bool canon_time(struct span value, int64_t *utc_us_out);
/* canon_text of the member, or SPAN_NONE. */
struct span canon_member_text(struct span object, const char *name, struct arena *arena);
int64_t canon_member_int(struct span object, const char *name); /* -1: there is none */

#endif
