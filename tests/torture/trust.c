/* Registries judged while memory fails: what could not be judged is not believed, not called
 * false either, and the next try judges it. */
#include "tests/torture/torture.h"
#include "tests/unit/federation/made.h"

static struct arena *arena; /* lives as long as the program */
static struct span bytes, lines;
static struct trust_view view = {.has_pins = true, .federation = "hinata", .least_seq = 1};

/* Before any allocation fails: see digests_begin in live.c. */
__attribute__((constructor)) static void registry_begin(void)
{
    struct made_key roots[FED_ROOTS_N];

    must(arena_create(65536, &arena, NULL) == ERR_OK);
    made_roots(roots);
    for (int i = 0; i < FED_ROOTS_N; i++)
        view.pins[i] = roots[i].key;
    bytes = made_registry(3, arena);
    lines = made_signed(bytes, 2, arena);
}

TORTURE(a_registry_is_judged_or_not_told)
{
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct registry *candidate = NULL;
    enum err rc = trust_judge(&view, bytes, lines, MADE_NOW, &verdict, &candidate, NULL);

    must(rc == ERR_OK || rc == ERR_NOMEM);
    must((rc == ERR_OK) == (candidate != NULL));
    must(rc == ERR_OK ? verdict == TRUST_TAKEN : verdict == TRUST_VERDICT_N);
    must(rc != ERR_OK || registry_n_members(candidate) == 3);
    registry_unref(&candidate);
    return rc;
}
