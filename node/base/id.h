/* node/base/id.h - ids: UUIDv7 (RFC 9562, section 5.7), 16 bytes inside, text in JSON.
 * Threads: any. */
#ifndef NODE_BASE_ID_H
#define NODE_BASE_ID_H

#include "node/base/err.h"
#include "node/base/span.h"

struct id {
    uint8_t b[16];
};

#define ID_TEXT_CAP 37 /* 36 characters and a NUL */
#define ID_NONE     ((struct id){{0}})

/* Strictly rising within one process, also inside one millisecond and when the clock steps
 * back. */
struct id id_new(void);
void id_text(struct id id, char text_out[ID_TEXT_CAP]);
/* Accepts exactly the 36 lower- or upper-case characters of any UUID version; else ERR_INVALID.
 */
NODISCARD enum err id_parse(struct span text, struct id *id_out, struct fail *why);

static inline bool id_eq(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}
static inline bool id_is_none(struct id id)
{
    return id_eq(id, ID_NONE);
}

#endif
