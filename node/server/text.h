/* node/server/text.h - text that grows in an arena: metrics, OpenAPI, wire.ts.
 * Threads: one text belongs to one thread. */
#ifndef NODE_SERVER_TEXT_H
#define NODE_SERVER_TEXT_H

#include "node/base/arena.h"

struct text {
    struct arena *arena;
    char *p; /* NUL-terminated once anything was added */
    size_t len, cap;
    bool is_broken; /* memory ran out: what is here is not whole */
};

void text_add(struct text *text, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* As a JSON string in quotes: also a valid TypeScript string. */
void text_add_quoted(struct text *text, const char *s);

#endif
