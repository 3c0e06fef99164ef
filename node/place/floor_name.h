/* node/place/floor_name.h - names on a floor: 漢字《かんじ》 as in the word catalogue, with a
 * reading over every kanji, and none of the words that never stand before a child (HI-4.3-2).
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_PLACE_FLOOR_NAME_H
#define NODE_PLACE_FLOOR_NAME_H

#include "node/place/floor.h"

/* NULL: the name keeps every rule. Else the rule it breaks, and the field: "ja" or "en".
 * "reading": a kanji without one, a reading that is not kana or has nothing to stand over, a
 * broken bracket. "empty": nothing to be seen or heard. "english": no Latin letter.
 * "forbidden": a word of the list, spaces and dots left out. ERR_NOMEM alone. */
NODISCARD enum err floor_name_check(const struct floor_name *name, struct arena *arena,
                                    const char **rule_out, const char **field_out,
                                    struct fail *why);
/* The name as it is seen, and as it is read aloud, both in the arena. ERR_INVALID: the
 * notation is broken. */
NODISCARD enum err floor_name_split(struct span ja, struct arena *arena, struct span *seen_out,
                                    struct span *read_out, struct fail *why);

#endif
