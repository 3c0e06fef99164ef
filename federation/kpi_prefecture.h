/* federation/kpi_prefecture.h - the figures of a prefecture: what its nodes gave it, side by
 * side and added up (CARD-7). Whatever is added up here was shown by its node and can be seen
 * beside the sum: a sum tells nothing that its parts do not. Each names the nodes it is made
 * of, so that two of them are compared only when those are the same.
 * Threads: pure.  Owns: nothing; texts are borrowed. */
#ifndef FEDERATION_KPI_PREFECTURE_H
#define FEDERATION_KPI_PREFECTURE_H

#include "federation/registry.h"
#include "reporting/kpi/kpi_def.h"

#define PREFECTURE_MONTHS_MOST 13 /* a year and the same month of the year before */
/* From a month's end until its figures are missed: they are counted three days after it, and a
 * person looks at them before they go. */
#define PREFECTURE_LATE_US (14 * DAY_US)

/* A number as its node gave it, of the one part of school that is looked at. */
struct prefecture_cell {
    struct span kpi;
    bool is_shown; /* else hidden: there are no numbers */
    int64_t num, den;
};
/* A node's newest word about a month. */
struct prefecture_given {
    struct id release, node;
    int64_t month_utc_us, version, received_utc_us;
    bool is_withdrawn; /* by its node, or gone with it: no cells */
    const struct prefecture_cell *cells;
    size_t n;
};

enum prefecture_standing {
    PREFECTURE_GOOD,
    PREFECTURE_LATE, /* a month is missed that it should have given */
    PREFECTURE_NEW,  /* has given none yet, and none was due */
    PREFECTURE_ENDED /* its contract is over, or it is in the list no more */
};
#define PREFECTURE_STANDINGS "good|late|new|ended"
struct prefecture_node {
    struct id node;
    struct span name, code; /* code: of the municipality, may be "" */
    int tier;               /* of the registry's thresholds; -1: not in the list */
    bool is_chosen;         /* by size and name: counted below */
    enum prefecture_standing standing;
    int64_t last_month_utc_us, last_utc_us; /* newest month that stands, and when it came; 0 */
    int64_t said_month_utc_us; /* newest it said anything of, also that it takes it back; 0 */
};
/* For qsort: by code, as people list towns, then by name; who left the list last. */
int prefecture_node_order(const void *a, const void *b);

/* The newest month whose figures are due at that instant. */
int64_t prefecture_due(int64_t now_utc_us);
/* member: NULL when the list has it no more. said_month 0: none; a month that it took back is
 * not missed. */
enum prefecture_standing prefecture_standing_of(const struct fed_member *member,
                                                int64_t said_month_utc_us, int64_t now_utc_us);

/* What a node's cell of a definition is. */
enum prefecture_at {
    PREFECTURE_SHOWN,
    PREFECTURE_HIDDEN,
    PREFECTURE_ABSENT,   /* no figures of that month came; or none of this definition */
    PREFECTURE_WITHDRAWN /* taken back */
};
#define PREFECTURE_ATS "shown|hidden|absent|withdrawn"
/* given: NULL when nothing came. *cell_out is set for PREFECTURE_SHOWN alone. A cell that was
 * counted by another row of the definitions is absent. */
enum prefecture_at prefecture_cell_of(const struct prefecture_given *given,
                                      const struct kpi_def *def,
                                      const struct prefecture_cell **cell_out);

/* Over the nodes that show a cell. A share: all their num of all their den. A count: likewise.
 * A median is never added up: low and high are the least and the greatest of nodes that have
 * one (has_range), den of how many children. */
struct prefecture_sum {
    const struct kpi_def *def;
    int64_t num, den, low, high;
    bool has_range;
    size_t n_nodes;
    const char *covers; /* a letter a node, '1': it is in there */
};
/* given[i] is of node i, or NULL; nodes that are not chosen are left out. covers has room for n
 * letters and a NUL, and becomes sum->covers. */
void prefecture_add_up(const struct kpi_def *def, const struct prefecture_node *nodes,
                       const struct prefecture_given *const *given, size_t n, char *covers,
                       struct prefecture_sum *sum_out);
/* The set of definitions that a month is shown by: the newest of chosen nodes; 0: none came. */
int64_t prefecture_version(const struct prefecture_node *nodes,
                           const struct prefecture_given *const *given, size_t n);
/* Does any chosen node's word name it, shown or hidden? */
bool prefecture_is_given(const struct kpi_def *def, const struct prefecture_node *nodes,
                         const struct prefecture_given *const *given, size_t n);

#endif
