#include "reporting/kpi/kpi_simplex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TINY       1e-9
#define STEPS_MOST 20000
#define MADE_UP    (-1) /* in the basis for a row that has no unknown of its own yet */

struct simplex {
    int n_unknowns,
        n_columns; /* and a slack for each row that is a bound; then the right side */
    int n_rows, width;
    double *cells; /* n_rows * width */
    double *aim;   /* what raising a column by one gains */
    int *basis;    /* the column that each row stands for */
    int *row_of;   /* the row of a column, -1: it is 0 */
    int *used;     /* columns of the row turned on that are not 0 */
};

enum err simplex_create(int n_unknowns, int rows_most, struct simplex **out, struct fail *why)
{
    const size_t width = (size_t)n_unknowns + (size_t)rows_most + 1;
    struct simplex *s = calloc(1, sizeof *s);

    *out = NULL;
    if (s != NULL) {
        s->n_unknowns = s->n_columns = n_unknowns;
        s->width = (int)width;
        s->cells = calloc(width * ((size_t)rows_most + 1), sizeof *s->cells);
        s->aim = calloc(width, sizeof *s->aim);
        s->basis = calloc((size_t)rows_most + 1, sizeof *s->basis);
        s->row_of = calloc(width, sizeof *s->row_of);
        s->used = calloc(width, sizeof *s->used);
    }
    if (s == NULL || s->cells == NULL || s->aim == NULL || s->basis == NULL ||
        s->row_of == NULL || s->used == NULL) {
        simplex_destroy(&s);
        return fail_set(why, ERR_NOMEM, "%d unknowns, %d rows", n_unknowns, rows_most);
    }
    for (size_t i = 0; i < width; i++)
        s->row_of[i] = -1;
    *out = s;
    return ERR_OK;
}

void simplex_destroy(struct simplex **s)
{
    if (*s == NULL)
        return;
    free((*s)->cells);
    free((*s)->aim);
    free((*s)->basis);
    free((*s)->row_of);
    free((*s)->used);
    free(*s);
    *s = NULL;
}

static double *row_at(const struct simplex *s, int row)
{
    return &s->cells[(size_t)row * (size_t)s->width];
}

static double *right_of(const struct simplex *s, int row)
{
    return &row_at(s, row)[s->width - 1];
}

void simplex_add_row(struct simplex *s, const int *unknown, const int *times, int n,
                     bool is_at_most, double right)
{
    const int row = s->n_rows++;
    const double sign = right < 0 ? -1 : 1;
    double *cells = row_at(s, row);

    for (int i = 0; i < n; i++)
        cells[unknown[i]] = sign * times[i];
    *right_of(s, row) = sign * right;
    s->basis[row] = MADE_UP;
    if (!is_at_most)
        return;
    cells[s->n_columns] = sign;
    if (sign > 0) {
        s->basis[row] = s->n_columns;
        s->row_of[s->n_columns] = row;
    }
    s->n_columns++;
}

/* ---- walking ---- */

static void take_off(const struct simplex *s, double *from, const double *row, double by,
                     int n_used)
{
    if (fabs(by) < TINY)
        return;
    for (int i = 0; i < n_used; i++) {
        double *cell = &from[s->used[i]];

        *cell -= by * row[s->used[i]];
        if (fabs(*cell) < TINY)
            *cell = 0;
    }
}

/* Column comes into the basis for what the row stood for. */
static void turn(struct simplex *s, int row, int column)
{
    double *pivot = row_at(s, row);
    const double by = pivot[column];
    int n_used = 0;

    for (int j = 0; j < s->width; j++)
        if (pivot[j] != 0) {
            pivot[j] /= by;
            s->used[n_used++] = j;
        }
    for (int r = 0; r < s->n_rows; r++)
        if (r != row) {
            double *other = row_at(s, r);

            take_off(s, other, pivot, other[column], n_used);
            other[column] = 0;
        }
    take_off(s, s->aim, pivot, s->aim[column], n_used);
    s->aim[column] = 0;
    if (s->basis[row] != MADE_UP)
        s->row_of[s->basis[row]] = -1;
    s->basis[row] = column;
    s->row_of[column] = row;
}

/* The column that gains most; after many steps the first that gains, which cannot go round for
 * ever (Bland's rule). -1: none does. */
static int gaining_column(const struct simplex *s, bool is_first)
{
    int best = -1;

    for (int j = 0; j < s->n_columns; j++)
        if (s->row_of[j] < 0 && s->aim[j] > SIMPLEX_NEAR &&
            (best < 0 || s->aim[j] > s->aim[best])) {
            best = j;
            if (is_first)
                break;
        }
    return best;
}

/* The row that is the first to come to 0 as the column rises; -1: none does. */
static int stopping_row(const struct simplex *s, int column)
{
    double least = (double)INFINITY;
    int best = -1;

    for (int r = 0; r < s->n_rows; r++) {
        const double by = row_at(s, r)[column];
        const double ratio = by > TINY * 100 ? *right_of(s, r) / by : (double)INFINITY;

        if (ratio < least - TINY ||
            (best >= 0 && ratio < least + TINY && s->basis[r] < s->basis[best])) {
            least = ratio < least ? ratio : least;
            best = r;
        }
    }
    return best;
}

#define STEPS_STEEP 500

enum walked { WALK_ON, WALK_TOP, WALK_NO_END };

static enum walked step(struct simplex *s, int n_steps)
{
    const int column = gaining_column(s, n_steps > STEPS_STEEP);
    const int row = column < 0 ? -1 : stopping_row(s, column);

    if (column < 0)
        return WALK_TOP;
    if (row < 0)
        return WALK_NO_END;
    turn(s, row, column);
    return WALK_ON;
}

/* ---- the first corner ---- */

/* How far the made-up ones are from 0; the aim is to bring them there. */
static double made_up_sum(struct simplex *s)
{
    double sum = 0;

    memset(s->aim, 0, (size_t)s->width * sizeof *s->aim);
    for (int r = 0; r < s->n_rows; r++)
        if (s->basis[r] == MADE_UP) {
            const double *cells = row_at(s, r);

            sum += *right_of(s, r);
            for (int j = 0; j < s->width; j++)
                s->aim[j] += cells[j];
        }
    return sum;
}

/* A made-up one that stands at 0 gives way to any column of its row; a row without one says
 * nothing new and goes. */
static void drop_made_up(struct simplex *s)
{
    for (int r = 0; r < s->n_rows; r++) {
        int column = 0;

        if (s->basis[r] != MADE_UP)
            continue;
        while (column < s->n_columns && fabs(row_at(s, r)[column]) <= SIMPLEX_NEAR)
            column++;
        if (column < s->n_columns) {
            turn(s, r, column);
            continue;
        }
        if (r == --s->n_rows)
            return;
        memcpy(row_at(s, r), row_at(s, s->n_rows), (size_t)s->width * sizeof *s->cells);
        s->basis[r] = s->basis[s->n_rows];
        if (s->basis[r] != MADE_UP)
            s->row_of[s->basis[r]] = r;
        r--;
    }
}

enum err simplex_start(struct simplex *s, struct fail *why)
{
    double sum = made_up_sum(s);
    int n_steps = 0;

    while (sum > SIMPLEX_NEAR) {
        if (step(s, n_steps) != WALK_ON)
            return fail_set(why, ERR_INVALID, "the shown numbers contradict each other");
        sum = made_up_sum(s);
        if (++n_steps > STEPS_MOST)
            return fail_set(why, ERR_INTERNAL, "no first corner in %d steps", n_steps);
    }
    drop_made_up(s);
    return ERR_OK;
}

/* ---- questions ---- */

static double value_of(const struct simplex *s, int unknown)
{
    return unknown < 0 || s->row_of[unknown] < 0 ? 0 : *right_of(s, s->row_of[unknown]);
}

double simplex_here(const struct simplex *s, int plus, int minus)
{
    return value_of(s, plus) - value_of(s, minus);
}

static void aim_at(struct simplex *s, int unknown, double sign)
{
    const double *cells;

    if (unknown < 0)
        return;
    if (s->row_of[unknown] < 0) {
        s->aim[unknown] += sign;
        return;
    }
    cells = row_at(s, s->row_of[unknown]);
    for (int j = 0; j < s->width - 1; j++)
        s->aim[j] -= j == unknown ? 0 : sign * cells[j];
}

enum err simplex_raise(struct simplex *s, int plus, int minus, double enough, double *value_out,
                       struct fail *why)
{
    enum walked walked = WALK_ON;

    memset(s->aim, 0, (size_t)s->width * sizeof *s->aim);
    aim_at(s, plus, 1);
    aim_at(s, minus, -1);
    *value_out = simplex_here(s, plus, minus);
    for (int n_steps = 0; *value_out < enough - SIMPLEX_NEAR; n_steps++) {
        walked = step(s, n_steps);
        if (walked != WALK_ON)
            break;
        *value_out = simplex_here(s, plus, minus);
        if (n_steps > STEPS_MOST)
            return fail_set(why, ERR_INTERNAL, "no highest corner in %d steps", n_steps);
    }
    if (walked == WALK_NO_END)
        *value_out = (double)INFINITY;
    return ERR_OK;
}
