/* federation/kpi_release.h - what a node gives to the prefecture of one month, and what the
 * prefecture takes (CARD-5, design section 6): the fixed list of definitions in each part,
 * under the coordinator profile of the signed registry. A number that is hidden is in no byte
 * of it.
 *
 * A month is counted once. Its first revision is sent; a later one corrects it, which means
 * that it shows less (a definition was wrong here), never another number; or withdraws it,
 * which is the end of that month. Threads: pure.  Owns: nothing; results live in the arena. */
#ifndef FEDERATION_KPI_RELEASE_H
#define FEDERATION_KPI_RELEASE_H

#include "federation/fed_code.h"
#include "federation/kpi_store.h"
#include "node/base/jx.h"
#include "reporting/kpi/kpi_mask.h"

/* ---- at the node ---- */

struct kpi_release_from {
    const struct kpi_cell *cells; /* of the whole month, as counted */
    size_t n;
    int version;
    int64_t month_utc_us;
    int k;
    /* Of the revision before; n_before 0: there is none. What it hides stays hidden. */
    const struct kpi_sent_cell *before;
    size_t n_before;
    struct jx_texts taken; /* definitions that are taken back */
    /* What was ever sent of the months beside: their first form. */
    struct kpi_near near;
};
/* A release as one beside another month. */
NODISCARD enum err kpi_release_beside(const struct kpi_sent *sent,
                                      const struct kpi_sent_cell *cells, size_t n,
                                      struct arena *arena, struct kpi_neighbour *out,
                                      struct fail *why);
/* ERR_INVALID: a definition to take back is none of the list, or the numbers contradict each
 * other; why->field names it. ERR_CONFLICT: of what would be hidden too much could be worked
 * out (why->field: of which cell); nothing may be sent. */
NODISCARD enum err kpi_release_cells(const struct kpi_release_from *from, struct arena *arena,
                                     struct kpi_sent_cell **out, size_t *n_out,
                                     struct fail *why);
/* The very bytes that go out, the same each time, and their sum. */
NODISCARD enum err kpi_release_write(const struct kpi_sent *sent,
                                     const struct kpi_sent_cell *cells, size_t n,
                                     struct arena *arena, struct span *body_out,
                                     struct hash256 *sum_out, struct fail *why);

/* ---- at the coordinator ---- */

struct kpi_body_cell {
    struct span kpi;
    int part; /* enum kpi_part */
    bool has_num, has_den;
    int64_t num, den;
};
struct kpi_body {
    struct span month; /* "2026-10" */
    int64_t version, revision;
    int kind; /* enum kpi_release_kind */
    int64_t k, registry_seq;
    struct jx_list cells; /* struct kpi_body_cell */
};
extern const struct jx_shape kpi_body_shape;

struct kpi_judge {
    int64_t now_utc_us, contract_from_utc_us; /* of the node's contract */
    int64_t k, registry_seq;                  /* of the registry in force */
    const struct fed_kpi_row *before; /* what is there of that node's month; NULL: nothing */
    /* What it sent of the months beside; NULL: nothing, or corrected since. */
    const struct fed_kpi_row *month_before, *month_after;
};
/* May it be taken? FED_OK: all of *row_out is set but id, node, received and sum. Anything
 * else: why not. An error: it could not be judged. */
NODISCARD enum err kpi_release_judge(const struct kpi_body *body, const struct kpi_judge *judge,
                                     struct arena *arena, struct fed_kpi_row *row_out,
                                     enum fed_code *code_out, struct fail *why);
/* Of what is to come, what decides whether there is anything before it. */
bool kpi_release_month(const struct kpi_body *body, int64_t *utc_us_out);

#endif
