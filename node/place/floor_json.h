/* node/place/floor_json.h - a floor file, read and written. floor.schema.json says the same to
 * machines, node/web/src/state/floor.ts says it in the browser; tests/floors holds the samples
 * that all of them are held against.
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef NODE_PLACE_FLOOR_JSON_H
#define NODE_PLACE_FLOOR_JSON_H

#include "node/place/floor.h"

/* ERR_PROTO, ERR_TOO_LARGE: no JSON as jx takes it (64 KiB, 2,000 values). ERR_INVALID: JSON
 * that breaks a rule; every breach is in *defects_out (arena; may be NULL), the first one's
 * pointer also in why->field. On ERR_OK *floor_out (arena) keeps every rule of floor_check.h
 * and carries its hash; otherwise it is NULL. */
NODISCARD enum err floor_read(struct span text, struct arena *arena,
                              const struct floor **floor_out, struct jx_defects *defects_out,
                              struct fail *why);
/* Compact JSON. */
NODISCARD enum err floor_write(const struct floor *floor, struct arena *arena,
                               struct span *text_out, struct fail *why);

#endif
