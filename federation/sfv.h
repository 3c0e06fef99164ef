/* federation/sfv.h - the few structured field values (RFC 8941, RFC 9651) that signed messages
 * need, each in its one canonical spelling: what section 4.1 would write, and nothing else that
 * section 4.2 would read. No blanks where they are optional, no leading zeros, no escapes.
 * Threads: reentrant.  Owns: nothing; strings point into what is read. */
#ifndef FEDERATION_SFV_H
#define FEDERATION_SFV_H

#include "node/base/span.h"

/* A reader that remembers having failed, so that a whole field is a few lines: after the first
 * mismatch everything reads as zero and sfv_ended is false. */
struct sfv {
    struct span rest;
    bool is_bad;
};
void sfv_literal(struct sfv *in, struct span text);
/* Integer (3.3.1): 0 to 999,999,999,999,999, without a sign: nothing here is negative. */
int64_t sfv_number(struct sfv *in);
/* String (3.3.3) in its quotes, without the two characters that would need a backslash; at
 * most `most` bytes. */
struct span sfv_string(struct sfv *in, size_t most);
/* Byte sequence (3.3.5) of exactly len bytes: ":BASE64:" with padding, stray bits zero. */
void sfv_bytes(struct sfv *in, uint8_t *bytes_out, size_t len);
/* All was as asked for, and nothing is left. */
bool sfv_ended(const struct sfv *in);

/* A writer into the caller's room; is_over once something had no room, and then no more is
 * written. */
struct sfv_out {
    char *p;
    size_t len, cap;
    bool is_over;
};
void sfv_put(struct sfv_out *out, struct span text);
void sfv_put_number(struct sfv_out *out, int64_t number);
void sfv_put_string(struct sfv_out *out, struct span text); /* of a string as above */
void sfv_put_bytes(struct sfv_out *out, struct span bytes); /* at most SFV_BYTES_MOST */
#define SFV_BYTES_MOST 64

static inline struct span sfv_written(const struct sfv_out *out, size_t from)
{
    return span_of(out->p + from, out->len - from);
}

#endif
