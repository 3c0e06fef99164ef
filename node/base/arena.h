/* node/base/arena.h - allocate freely, free once: one arena per request, tick, job or round.
 * Threads: an arena belongs to one thread at a time.  Owns: everything allocated from it. */
#ifndef NODE_BASE_ARENA_H
#define NODE_BASE_ARENA_H

#include "node/base/err.h"
#include "node/base/span.h"

struct arena;

/* chunk_bytes is the size of the ordinary block; larger requests get a block of their own. */
NODISCARD enum err arena_create(size_t chunk_bytes, struct arena **arena_out, struct fail *why);
void arena_destroy(struct arena **arena);
/* Everything in the arena, what it holds already too, is wiped when it is next reset or
 * destroyed; a reset ends that. */
void arena_mark_secret(struct arena *arena);
/* Frees all but the first block, so that a pooled arena does not grow for ever. */
void arena_reset(struct arena *arena);
/* Zeroed, aligned for any type; NULL when memory is out (the caller says ERR_NOMEM). */
void *arena_alloc(struct arena *arena, size_t len);
/* Copies; the result has a NUL behind it that len does not count. NULL p on failure of a
 * non-empty copy. */
struct span arena_copy(struct arena *arena, struct span s);
/* NUL-terminated copy or NULL. */
char *arena_text(struct arena *arena, struct span s);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Bytes handed out since the last reset, for tests and metrics. */
size_t arena_used_bytes(const struct arena *arena);

#endif
