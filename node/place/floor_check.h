/* node/place/floor_check.h - the rules of a floor that no field table can say. Three rounds,
 * each only when the one before found nothing: words and references, shapes, ways. So a floor
 * with one fault has one defect. Rule codes, with what the pointer names: id-form id-twice
 * area-unknown size-step outside who-empty who-unknown   the field or item name-reading
 * name-empty name-english name-forbidden                     the form of the name quiet-loud
 * counsel-lock counsel-who portal-to portal-only               the field of the area
 *   spawn-quiet spawn-close                                                 /spawns, the second
 *   area-split area-overlap door-narrow door-blocked door-away object-in-wall object-overlap
 *   spawn-blocked spawn-inside counsel-open counsel-door                    the item
 *   spawn-apart area-shut-off area-small board-far                          the item
 * floor.ts finds the same, one for one.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_PLACE_FLOOR_CHECK_H
#define NODE_PLACE_FLOOR_CHECK_H

#include "node/place/floor.h"

/* ERR_INVALID: *defects has them all, each with a sentence for a person; the first one's
 * pointer is in why->field. */
NODISCARD enum err floor_check(const struct floor *floor, struct arena *arena,
                               struct jx_defects *defects, struct fail *why);

/* Between the files of this check. */
struct floor_checking {
    const struct floor *floor;
    struct arena *arena;
    struct jx_defects *defects;
    enum err rc; /* ERR_OK, or why the check could not be made */
};
#define floor_breach(c, rule, text_ja, ...) \
    floor_breach_at((c), (rule), (text_ja), arena_printf((c)->arena, __VA_ARGS__))
void floor_breach_at(struct floor_checking *c, const char *rule, const char *text_ja,
                     const char *pointer);
void floor_check_shapes(struct floor_checking *c);
void floor_check_ways(struct floor_checking *c);
/* Nothing but walls of the kind `wall` and doors stands between the inside of the area and the
 * rest of the floor: exact, for whatever rectangles. c->rc says when memory was out. */
bool floor_area_is_closed(struct floor_checking *c, size_t area);

#endif
