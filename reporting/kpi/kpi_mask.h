/* reporting/kpi/kpi_mask.h - which cells of a month are released and which are hidden (CARD-5,
 * design section 6). Hidden is what is small, and what somebody who knows the definitions
 * (kpi_relation.h) and reads the shown cells could work a small one out of.
 *
 * Small is a number from 1 to hide_under - 1; nought may be shown. A share is small by its num,
 * its den or what is left of den; a count by its num or den; a median by its den. Of a hidden
 * cell neither number is sent. What must hold of a hidden cell (kpi_mask_audit), whether it is
 * small or not, so that the check needs no hidden number and anybody may make it: of each of
 * its numbers either all of 1 .. hide_under - 1 stay possible or none.
 *
 * Which other cell is hidden along with a small one is settled by the order of the parts and of
 * the definitions alone, never by how large a number is.
 *
 * Under the public rule numbers are rounded to round_to as they are sent, and what is judged is
 * what was sent; a tier with hide_under 0 releases nothing.  Threads: pure. */
#ifndef REPORTING_KPI_MASK_H
#define REPORTING_KPI_MASK_H

#include "reporting/kpi/kpi_store.h"

enum kpi_shown { KPI_SHOWN, KPI_SMALL, KPI_COMPLEMENT };
#define KPI_SHOWNS "shown|small|complement"

struct kpi_rule {
    int64_t hide_under;
    int round_to; /* under the public rule; 1: as it is */
    bool is_public;
    int n_days; /* of the month: 28 to 31 */
};
/* The coordinator profile with that k, for the month that begins then. */
struct kpi_rule kpi_rule_coordinator(int k, int64_t month_utc_us);
/* The public profile: hide_under of the municipality's tier. */
struct kpi_rule kpi_rule_public(int hide_under, int round_to, int64_t month_utc_us);

/* The cells of the fixed list (struct kpi_def, is_released), in their order, out of all cells
 * of a month. cells_out has room for n. Returns how many. */
size_t kpi_mask_released(const struct kpi_cell *cells, size_t n, int version,
                         struct kpi_cell *cells_out);
/* How many cells of that version are released: every one of its definitions in each part. */
size_t kpi_mask_released_n(int version);
/* Is the cell small by its own numbers? def: its definition. */
bool kpi_mask_is_small(const struct kpi_def *def, const struct kpi_cell *cell,
                       const struct kpi_rule *rule);
/* As a shown number is sent: under the public rule rounded. */
int64_t kpi_mask_sent(int64_t number, const struct kpi_rule *rule);

/* cells: every released cell once, in any order, with its true numbers; shown_out: n of them,
 * in the same order. ERR_INVALID: a cell is unknown, twice or missing, or the numbers
 * contradict each other (why->field: "at_2.junior"); the rule is none. ERR_NOMEM. */
NODISCARD enum err kpi_mask(const struct kpi_cell *cells, size_t n, int version,
                            const struct kpi_rule *rule, enum kpi_shown *shown_out,
                            struct fail *why);
/* Before a release, and of one that came. shown: KPI_SHOWN or not; of cells that are not, the
 * numbers are never read. ERR_CONFLICT: a shown cell is small, or of a hidden one more can be
 * worked out than the rule allows; why->field names it. ERR_INVALID as kpi_mask. */
NODISCARD enum err kpi_mask_audit(const struct kpi_cell *cells, const enum kpi_shown *shown,
                                  size_t n, int version, const struct kpi_rule *rule,
                                  struct fail *why);

/* What has been released of a month beside this one. Some things are counted in both: who was
 * met last month is the den of this month's continuity. */
struct kpi_neighbour {
    const struct kpi_cell *cells;
    const enum kpi_shown *shown;
    size_t n;
    int version;
    struct kpi_rule rule; /* of that month: its days differ */
};
struct kpi_near {
    const struct kpi_neighbour *before, *after; /* NULL: not released */
};
/* The same among the releases beside it: nothing is shown here that gives away a cell that one
 * of them hides, and what they show is known. shown is read, too: what is hidden stays hidden,
 * so that a correction shows less, never more; set all to KPI_SHOWN for a first release. */
NODISCARD enum err kpi_mask_near(const struct kpi_cell *cells, size_t n, int version,
                                 const struct kpi_rule *rule, const struct kpi_near *near,
                                 enum kpi_shown *shown, struct fail *why);
NODISCARD enum err kpi_mask_audit_near(const struct kpi_cell *cells,
                                       const enum kpi_shown *shown, size_t n, int version,
                                       const struct kpi_rule *rule, const struct kpi_near *near,
                                       struct fail *why);

#endif
