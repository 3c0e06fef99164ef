/* federation.registry: the registry of a whole nation, 1,741 members, from its one text to a
 * snapshot that is believed: split, two of three roots verified, parsed, judged; CPU time,
 * median of five. */
#include "tests/bench/bench.h"
#include "tests/unit/federation/made.h"

#define N_MEMBERS 1741
#define N_ROUNDS  5

static enum err take_once(struct span whole, double *us_out, struct fail *why)
{
    struct made_key roots[FED_ROOTS_N];
    struct trust_view view = {.has_pins = true, .federation = "hinata", .least_seq = 1};
    struct registry *registry = NULL;
    enum trust_verdict verdict = TRUST_FORM;
    struct span bytes, lines;
    double before;
    enum err rc;

    made_roots(roots);
    for (int i = 0; i < FED_ROOTS_N; i++)
        view.pins[i] = roots[i].key;
    before = bench_thread_cpu_us();
    rc = fed_doc_split(whole, &bytes, &lines, why);
    if (rc == ERR_OK)
        rc = trust_judge(&view, bytes, lines, MADE_NOW, &verdict, &registry, why);
    *us_out = bench_thread_cpu_us() - before;
    if (rc == ERR_OK && (verdict != TRUST_TAKEN || registry_n_members(registry) != N_MEMBERS))
        rc = fail_set(why, ERR_INTERNAL, "verdict %s", trust_verdict_id(verdict));
    registry_unref(&registry);
    return rc;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

BENCH(federation_registry, "federation.registry", "ms", 200, true)
{
    double us[N_ROUNDS] = {0};
    struct arena *arena = NULL;
    struct span bytes, whole = SPAN_NONE;
    enum err rc = arena_create((size_t)1 << 20, &arena, why);

    if (rc == ERR_OK) {
        bytes = made_registry(N_MEMBERS, arena);
        rc = fed_doc_join(bytes, made_signed(bytes, 2, arena), arena, &whole, why);
    }
    for (int i = 0; rc == ERR_OK && i < N_ROUNDS; i++)
        rc = take_once(whole, &us[i], why);
    qsort(us, N_ROUNDS, sizeof us[0], by_size);
    *value_out = us[N_ROUNDS / 2] / 1000;
    arena_destroy(&arena);
    return rc;
}
