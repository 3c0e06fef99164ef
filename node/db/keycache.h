/* node/db/keycache.h - opened keys in locked memory that no core dump and no child process
 * sees; bounded, the least used of a set gives way.
 * Threads: the owner's lock guards it.  Owns: its memory; everything is wiped on close. */
#ifndef NODE_DB_KEYCACHE_H
#define NODE_DB_KEYCACHE_H

#include "node/base/id.h"

#define KEYCACHE_KEY_BYTES 32
#define KEYCACHE_N         2048 /* 500 children, their classes and staff, and room */

struct keycache;

/* ERR_UNAVAILABLE when the memory cannot be locked. */
NODISCARD enum err keycache_create(struct keycache **cache_out, struct fail *why);
void keycache_destroy(struct keycache **cache);
bool keycache_find(struct keycache *cache, struct id key, uint8_t out[KEYCACHE_KEY_BYTES]);
void keycache_put(struct keycache *cache, struct id key,
                  const uint8_t bytes[KEYCACHE_KEY_BYTES]);
void keycache_drop(struct keycache *cache, struct id key);
void keycache_clear(struct keycache *cache);

#endif
