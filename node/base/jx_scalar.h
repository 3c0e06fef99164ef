/* node/base/jx_scalar.h - the values that JSON has no type for, as text and back: times, 64-bit
 * integers, bytes, choices. Each text has one form only, so that what is read is written back
 * alike.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_BASE_JX_SCALAR_H
#define NODE_BASE_JX_SCALAR_H

#include "node/base/arena.h"

#define JX_TIME_LEAST (-INT64_C(62135596800000000)) /* 0001-01-01T00:00:00Z */
#define JX_TIME_MOST  INT64_C(253402300799999999)   /* 9999-12-31T23:59:59.999999Z */

/* RFC 3339 with capital T and Z, up to six digits of a second, any offset; to microseconds. */
bool jx_time_parse(struct span text, int64_t *utc_us_out);
/* Decimal without plus sign, leading zeros or -0. */
bool jx_i64_parse(struct span text, int64_t *value_out);
/* Index of text in "a|b|c", or -1. */
int jx_choice_find(const char *choices, struct span text);
/* The index-th choice; SPAN_NONE when there is none. */
struct span jx_choice_at(const char *choices, int index);

/* Base64url without padding (RFC 4648, section 5). False: not the one form of any bytes, or no
 * memory, which *no_memory_out then says. */
bool jx_bytes_parse(struct span text, struct arena *arena, struct span *bytes_out,
                    bool *no_memory_out);
size_t jx_bytes_text_len(size_t n_bytes);
void jx_bytes_text(struct span bytes, uint8_t *text_out); /* jx_bytes_text_len bytes */

#endif
