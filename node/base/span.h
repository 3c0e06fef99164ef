/* node/base/span.h - borrowed bytes with a length: how every byte string travels.
 * A span owns nothing; it is valid as long as what it points into.  Threads: reentrant. */
#ifndef NODE_BASE_SPAN_H
#define NODE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *p; /* may be NULL only when len is 0 */
    size_t len;
};

/* A string literal, without its NUL. */
#define SPAN(lit) ((struct span){(const uint8_t *)("" lit), sizeof(lit) - 1})
#define SPAN_NONE ((struct span){NULL, 0})
/* For printf("%.*s", SPAN_ARG(s)); an empty span may hold NULL, which printf must not see. */
#define SPAN_ARG(s) (int)(s).len, (s).p == NULL ? "" : (const char *)(s).p

static inline struct span span_of(const void *p, size_t len)
{
    return (struct span){p, len};
}
static inline struct span span_text(const char *text)
{
    return (struct span){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}
static inline bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}
static inline bool span_has_prefix(struct span s, struct span prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}
static inline struct span span_from(struct span s, size_t start)
{
    return start >= s.len ? SPAN_NONE : (struct span){s.p + start, s.len - start};
}
static inline struct span span_cut(struct span s, size_t start, size_t len)
{
    struct span rest = span_from(s, start);
    return (struct span){rest.p, rest.len < len ? rest.len : len};
}

#endif
