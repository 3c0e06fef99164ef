/* reporting/kpi/kpi_simplex.h - least and greatest value of a sum under linear equations and
 * bounds, all unknowns 0 or more: the simplex method on a dense tableau, started once and
 * walked on from corner to corner for each question. Sizes are those of one month's figures:
 * some hundred unknowns, small whole numbers, so doubles are exact enough (1e-6). Threads: one
 * at a time.  Owns: its tableau. */
#ifndef REPORTING_KPI_SIMPLEX_H
#define REPORTING_KPI_SIMPLEX_H

#include <stdbool.h>

#include "node/base/err.h"

#define SIMPLEX_NEAR 1e-6

struct simplex;

NODISCARD enum err simplex_create(int n_unknowns, int rows_most, struct simplex **out,
                                  struct fail *why);
void simplex_destroy(struct simplex **s);
/* Before the start: the sum of times[i] * unknown[i] is right, or right at most; an unknown may
 * stand in it once. */
void simplex_add_row(struct simplex *s, const int *unknown, const int *times, int n,
                     bool is_at_most, double right);
/* Finds a first corner. ERR_INVALID: nothing fits. ERR_INTERNAL: it does not end. */
NODISCARD enum err simplex_start(struct simplex *s, struct fail *why);
/* Of plus - minus (minus -1: none; plus -1 likewise), where it stands now. */
double simplex_here(const struct simplex *s, int plus, int minus);
/* Walks until plus - minus is the greatest there is, or enough at least. INFINITY: there is no
 * greatest. ERR_INTERNAL: it does not end. */
NODISCARD enum err simplex_raise(struct simplex *s, int plus, int minus, double enough,
                                 double *value_out, struct fail *why);

#endif
