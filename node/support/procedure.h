/* node/support/procedure.h - what to do, step by step, ready beforehand: harassment, bullying,
 * a crisis (KP-3-安全-4); and the texts by which staff warn a child (AI-4.4-カ-ハ-1a). Threads:
 * const data. */
#ifndef NODE_SUPPORT_PROCEDURE_H
#define NODE_SUPPORT_PROCEDURE_H

#include "node/base/span.h"

#define PROCEDURE_STEPS_MOST 10

struct procedure_step {
    const char *text_ja, *who_ja;
    int within_min; /* counted from the opening of the case; 0: no limit */
};
struct procedure {
    const char *id, *title_ja;
    struct procedure_step steps[PROCEDURE_STEPS_MOST]; /* ends with text_ja NULL */
};
#define PROCEDURES_N 3
extern const struct procedure procedures[PROCEDURES_N];
/* NULL: none. */
const struct procedure *procedure_find(struct span id);
int procedure_n_steps(const struct procedure *procedure);

/* To a child, in words it can read; title is what the card is headed with. */
struct warning_template {
    const char *id, *kind, *title_ja, *text_ja;
};
#define WARNING_TEMPLATES_N 7
extern const struct warning_template warning_templates[WARNING_TEMPLATES_N];
const struct warning_template *warning_template_find(struct span id);

#endif
