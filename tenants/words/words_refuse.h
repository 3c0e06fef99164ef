/* tenants/words/words_refuse.h - names, notes and file names: a text that holds what nobody may
 * write is refused with itself masked, so that its writer sees which part it was. Threads: any.
 */
#ifndef TENANTS_WORDS_WORDS_REFUSE_H
#define TENANTS_WORDS_WORDS_REFUSE_H

#include "node/base/jx.h"
#include "tenants/words/words_now.h"

/* Adds at most one defect: rule "words", "contact" or "crisis" (never on paper: what
 * staff write for children may speak of hard times). desk NULL: none is added. */
NODISCARD enum err words_refuse(struct words_desk *desk, enum words_surface surface,
                                struct span text, const char *pointer, const char *title_ja,
                                struct arena *arena, struct jx_defects *defects,
                                struct fail *why);

#endif
