/* reporting/kpi/kpi_system.h - the numbers of one month as unknowns and equations, for
 * kpi_bounds and kpi_mask: an unknown is one quantity of one part; the parts add up to all of
 * them, and the relations (kpi_relation.h) hold in each part.  Threads: pure. */
#ifndef REPORTING_KPI_SYSTEM_H
#define REPORTING_KPI_SYSTEM_H

#include "reporting/kpi/kpi_bounds.h"
#include "reporting/kpi/kpi_relation.h"

#define KPI_UNKNOWNS     (KPI_Q_N * KPI_PARTS_N)
#define KPI_ROWS_MOST    512
#define KPI_UNKNOWN_NONE (-1)

struct kpi_range {
    int64_t low, high; /* KPI_NO_BOUND */
};
struct kpi_row {
    int unknown[KPI_TERMS_MOST], times[KPI_TERMS_MOST];
    int n;
    bool is_at_most;
};
struct kpi_system {
    int version;
    const struct kpi_rule *rule;
    size_t cell[KPI_DEFS_N][KPI_PARTS_N]; /* where it stands among the cells */
    bool is_there[KPI_UNKNOWNS];          /* a released cell carries it */
    bool is_sent[KPI_UNKNOWNS];           /* a shown one does */
    struct kpi_range range[KPI_UNKNOWNS];
    struct kpi_range known[KPI_UNKNOWNS]; /* from elsewhere; 0 .. KPI_NO_BOUND: nothing */
    /* The row that moved its low, its high last; KPI_UNKNOWN_NONE: none did. */
    int by_low[KPI_UNKNOWNS], by_high[KPI_UNKNOWNS];
    struct kpi_row rows[KPI_ROWS_MOST]; /* the sums of the parts first */
    int n_rows;
};

/* The unknown of a quantity and part; KPI_UNKNOWN_NONE for KPI_Q_NONE. */
int kpi_system_unknown(enum kpi_quantity q, enum kpi_part part);
/* Of that definition in that version a cell is released. */
bool kpi_system_has(int def, int version);
/* ERR_INVALID as kpi_mask. */
NODISCARD enum err kpi_system_init(struct kpi_system *s, const struct kpi_cell *cells, size_t n,
                                   int version, const struct kpi_rule *rule, struct fail *why);
/* Sets the ranges to what the shown cells say by themselves. ERR_INVALID: a number is none, or
 * two cells give the same thing two numbers. */
NODISCARD enum err kpi_system_read(struct kpi_system *s, const struct kpi_cell *cells,
                                   const enum kpi_shown *shown, struct fail *why);
/* Narrows the ranges by each row until nothing moves: never too narrow. ERR_INVALID: nothing
 * fits. */
NODISCARD enum err kpi_system_narrow(struct kpi_system *s, struct fail *why);
/* Refuses in the name of a cell that carries the unknown. */
NODISCARD enum err kpi_system_refuse(const struct kpi_system *s, enum err code, int unknown,
                                     const char *text, struct fail *why);
NODISCARD enum err kpi_system_refuse_cell(int def, enum kpi_part part, enum err code,
                                          const char *text, struct fail *why);
/* What the ranges say of each cell, in the order of the cells. */
void kpi_system_bound(const struct kpi_system *s, struct kpi_bound *out);
/* As much of 1 .. hide_under - 1 stays possible as the rule wants: all or nothing. */
bool kpi_range_is_wide(int64_t low, int64_t high, const struct kpi_rule *rule);

#endif
