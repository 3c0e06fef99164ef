/* The simplex method against problems worked out by hand, and against every whole corner of
 * small tables. */
#include "reporting/kpi/kpi_simplex.h"

#include <math.h>

#include "tests/t.h"

#define ROW(s, n, is_at_most, right, ...) \
    simplex_add_row((s), (const int[]){__VA_ARGS__}, (const int[]){1, 1, 1, 1}, (n), \
                    (is_at_most), (right))

static double raised(struct simplex *s, int plus, int minus)
{
    double value = -1;

    T_EQ(simplex_raise(s, plus, minus, 1e18, &value, NULL), ERR_OK, "walked");
    return value;
}
static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

/* a b | 10     What the sums of a two by two table say: a is from 3 to 7 when c is 4 at most.
 * c d |  8
 * 7 11           */
T_CASE(kpi_simplex_reads_a_table)
{
    struct simplex *s = NULL;

    T_EQ(simplex_create(4, 6, &s, NULL), ERR_OK, "made");
    ROW(s, 2, false, 10, 0, 1);
    ROW(s, 2, false, 8, 2, 3);
    ROW(s, 2, false, 7, 0, 2);
    ROW(s, 2, false, 11, 1, 3); /* follows from the others */
    ROW(s, 1, true, 4, 2);
    T_EQ(simplex_start(s, NULL), ERR_OK, "fits");
    T_OK(is_near(raised(s, 0, -1), 7), "a at most");
    T_OK(is_near(raised(s, -1, 0), -3), "a at least");
    T_OK(is_near(raised(s, 0, 1), 4), "a - b at most: 7 - 3");
    T_OK(is_near(raised(s, 1, 0), 4), "b - a at most: 7 - 3");
    T_OK(is_near(simplex_here(s, 0, -1), 3), "and there it stands");
    simplex_destroy(&s);
    T_OK(s == NULL, "gone");
}

T_CASE(kpi_simplex_tells_what_has_no_end_and_what_cannot_be)
{
    struct simplex *s = NULL;

    T_EQ(simplex_create(3, 3, &s, NULL), ERR_OK, "made");
    simplex_add_row(s, (const int[]){0, 1}, (const int[]){1, -1}, 2, true, -2); /* b > a + 2 */
    T_EQ(simplex_start(s, NULL), ERR_OK, "fits");
    T_OK(isinf(raised(s, 1, -1)), "no end");
    T_OK(is_near(raised(s, -1, 1), -2), "but a least");
    T_OK(isinf(raised(s, 2, -1)), "what stands in no row has none, too");
    simplex_destroy(&s);

    T_EQ(simplex_create(2, 3, &s, NULL), ERR_OK, "made");
    ROW(s, 2, false, 5, 0, 1);
    ROW(s, 1, true, 2, 0);
    ROW(s, 1, true, 2, 1);
    T_EQ(simplex_start(s, NULL), ERR_INVALID, "2 + 2 is less than 5");
    simplex_destroy(&s);
    simplex_destroy(&s); /* NULL is fine */
}

/* Two rows less two columns leave one cell: no single sum tells it, all of them do.
 *   a b . | 9      a + b + c + d + e - (a + c) - (b + d) = e
 *   c d e | 12
 *   8 10           */
T_CASE(kpi_simplex_sees_what_no_single_sum_tells)
{
    struct simplex *s = NULL;

    T_EQ(simplex_create(5, 4, &s, NULL), ERR_OK, "made");
    ROW(s, 2, false, 9, 0, 1);
    ROW(s, 3, false, 12, 2, 3, 4);
    ROW(s, 2, false, 8, 0, 2);
    ROW(s, 2, false, 10, 1, 3);
    T_EQ(simplex_start(s, NULL), ERR_OK, "fits");
    T_OK(is_near(raised(s, 4, -1), 3), "e is 3");
    T_OK(is_near(raised(s, -1, 4), -3), "and nothing else");
    simplex_destroy(&s);
}

/* Every way to fill a table of two rows and three columns with those sums, counted out. */
static void count_out(const int rows[2], const int columns[3], int least[3], int most[3])
{
    for (int i = 0; i < 3; i++) {
        least[i] = 99;
        most[i] = -1;
    }
    for (int a = 0; a <= rows[0]; a++)
        for (int b = 0; a + b <= rows[0]; b++) {
            const int first[3] = {a, b, rows[0] - a - b};
            bool fits = true;

            for (int i = 0; i < 3; i++)
                fits = fits && first[i] <= columns[i];
            for (int i = 0; i < 3 && fits; i++) {
                least[i] = first[i] < least[i] ? first[i] : least[i];
                most[i] = first[i] > most[i] ? first[i] : most[i];
            }
        }
}

T_CASE(kpi_simplex_agrees_with_counting_out)
{
    unsigned seed = 1;

    for (int round = 0; round < 300; round++) {
        int columns[3], least[3], most[3], rows[2], sum = 0;
        struct simplex *s = NULL;

        for (int i = 0; i < 3; i++) {
            seed = seed * 1103515245u + 12345u;
            columns[i] = (int)(seed >> 16) % 9;
            sum += columns[i];
        }
        rows[0] = sum == 0 ? 0 : (int)(seed >> 20) % (sum + 1);
        rows[1] = sum - rows[0];
        count_out(rows, columns, least, most);
        T_EQ(simplex_create(6, 5, &s, NULL), ERR_OK, "made");
        ROW(s, 3, false, rows[0], 0, 1, 2);
        ROW(s, 3, false, rows[1], 3, 4, 5);
        for (int i = 0; i < 3; i++)
            ROW(s, 2, false, columns[i], i, i + 3);
        T_EQ(simplex_start(s, NULL), ERR_OK, "fits");
        for (int i = 0; i < 3; i++) {
            T_OK(is_near(raised(s, i, -1), most[i]), "most");
            T_OK(is_near(raised(s, -1, i), -least[i]), "least");
        }
        simplex_destroy(&s);
    }
}
