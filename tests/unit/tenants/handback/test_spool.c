/* tenants/handback/spool.h: rows out as they went in, of whatever length and in whatever order
 * they are asked for. */
#include "tenants/handback/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/t.h"

#define N_ROWS 20000

/* Rising, with room between. */
static struct id id_of(uint32_t n)
{
    struct id id = {{(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};

    return id;
}

static size_t row_of(uint32_t n, int table, char out[512])
{
    size_t len = (size_t)snprintf(out, 512, "{\"n\":%u,\"table\":%d,\"", (unsigned)n, table);

    for (size_t i = 0; i < n * 7 % 400; i++)
        out[len++] = (char)('a' + (n + i) % 26);
    out[len++] = '}';
    return len;
}

static void put_table(struct spool *spool, const char *name, int table)
{
    char row[512];

    T_EQ(spool_begin(spool, name, NULL), ERR_OK, name);
    for (uint32_t n = 0; n < N_ROWS && t_case_ok(); n++)
        T_EQ(spool_put(spool, id_of(2 * n + 1), span_of(row, row_of(n, table, row)), NULL),
             ERR_OK, name);
    T_OK(!spool_knows(spool, span_text(name)), "not before its end");
    T_EQ(spool_end(spool, NULL), ERR_OK, name);
}

static void find(struct spool *spool, const char *name, int table, uint32_t n)
{
    struct span found;
    char row[512];

    T_EQ(spool_find(spool, span_text(name), id_of(2 * n + 1), &found, NULL), ERR_OK, name);
    T_SPAN(found, span_of(row, row_of(n, table, row)), name);
    T_EQ(spool_find(spool, span_text(name), id_of(2 * n), &found, NULL), ERR_OK, name);
    T_OK(found.p == NULL, "between two rows there is none");
}

T_CASE(rows_of_the_log_come_back_in_any_order) /* KP-3-調達-4 */
{
    char dir[] = "/tmp/spool-XXXXXX";
    struct spool *spool = NULL;
    struct span found;

    T_OK(mkdtemp(dir) != NULL, "a directory");
    T_EQ(spool_create(dir, &spool, NULL), ERR_OK, "spool");
    if (spool == NULL)
        return;
    put_table(spool, "one", 1);
    T_EQ(spool_begin(spool, "empty", NULL), ERR_OK, "empty");
    T_EQ(spool_end(spool, NULL), ERR_OK, "empty");
    put_table(spool, "two", 2);
    for (uint32_t n = 0; n < N_ROWS && t_case_ok(); n++) { /* forwards, and far and wide */
        find(spool, "one", 1, n);
        find(spool, "two", 2, n * 7919 % N_ROWS);
    }
    T_EQ(spool_find(spool, SPAN("one"), id_of(2 * N_ROWS), &found, NULL), ERR_OK, "behind");
    T_OK(found.p == NULL, "behind the last");
    T_EQ(spool_find(spool, SPAN("empty"), id_of(1), &found, NULL), ERR_OK, "empty");
    T_OK(found.p == NULL && spool_knows(spool, SPAN("empty")), "known, and empty");
    T_OK(!spool_knows(spool, SPAN("three")), "never heard of");
    spool_destroy(&spool);
    T_EQ(rmdir(dir), 0, "nothing is left in the directory");
}

T_CASE(a_row_that_stands_twice_is_not_kept)
{
    char dir[] = "/tmp/spool-XXXXXX";
    struct spool *spool = NULL;

    T_OK(mkdtemp(dir) != NULL, "a directory");
    T_EQ(spool_create(dir, &spool, NULL), ERR_OK, "spool");
    if (spool == NULL)
        return;
    T_EQ(spool_begin(spool, "one", NULL), ERR_OK, "one");
    T_EQ(spool_put(spool, id_of(5), SPAN("{}"), NULL), ERR_OK, "first");
    T_EQ(spool_put(spool, id_of(5), SPAN("{}"), NULL), ERR_PROTO, "again");
    T_EQ(spool_put(spool, id_of(4), SPAN("{}"), NULL), ERR_PROTO, "behind one that is greater");
    spool_destroy(&spool);
    rmdir(dir);
}
