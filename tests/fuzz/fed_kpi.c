/* covers: federation/kpi_judge.c */
/* Releases of another node, a line each: every one is judged beside those of the same node that
 * were taken before it. What is taken holds each cell of the list once, shows no small number,
 * and is taken again as it is written here. */
#include <stdlib.h>

#include "federation/kpi_release.h"
#include "reporting/kpi/kpi_month.h"

#define K    5
#define SEQ  7
#define MOST 4 /* releases of one input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
    if (!ok)
        abort();
}

static bool is_small(int64_t n)
{
    return n > 0 && n < K;
}

static void check_cells(const struct fed_kpi_row *row)
{
    want(row->n_cells == kpi_mask_released_n((int)row->version));
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct fed_kpi_cell *cell = &row->cells[i];
        const struct kpi_def *def = kpi_def_find(cell->kpi, (int)row->version);

        want(def != NULL && def->is_released);
        want(cell->is_shown || (cell->num == 0 && cell->den == 0));
        want(cell->num >= 0 && !is_small(cell->den));
        if (def->form == KPI_SHARE)
            want(!is_small(cell->num) && !is_small(cell->den - cell->num));
    }
}

/* As the sender would have written it. */
static void check_again(const struct fed_kpi_row *row, const struct kpi_judge *judge,
                        struct arena *arena)
{
    struct kpi_sent_cell *cells = arena_alloc(arena, (row->n_cells + 1) * sizeof *cells);
    const struct kpi_sent sent = {.month_utc_us = row->month_utc_us,
                                  .version = row->version,
                                  .revision = row->revision,
                                  .kind = row->kind,
                                  .k = row->k,
                                  .registry_seq = row->registry_seq};
    enum fed_code code = FED_INTERNAL;
    struct fed_kpi_row again;
    struct kpi_body body;
    struct hash256 sum;
    struct span text;

    if (cells == NULL)
        return;
    for (size_t i = 0; i < row->n_cells; i++)
        cells[i] = (struct kpi_sent_cell){.kpi = row->cells[i].kpi,
                                          .part = row->cells[i].part,
                                          .shown = row->cells[i].is_shown ? KPI_SENT_SHOWN
                                                                          : KPI_SENT_SMALL,
                                          .num = row->cells[i].num,
                                          .den = row->cells[i].den};
    want(kpi_release_write(&sent, cells, row->n_cells, arena, &text, &sum, NULL) == ERR_OK);
    want(jx_read(text, &kpi_body_shape, arena, &body, NULL, NULL) == ERR_OK);
    want(kpi_release_judge(&body, judge, arena, &again, &code, NULL) != ERR_OK ||
         code == FED_OK);
}

static void place_beside(struct kpi_judge *judge, const struct fed_kpi_row *taken, size_t n,
                         int64_t month_utc_us)
{
    for (size_t i = 0; i < n; i++) {
        if (taken[i].month_utc_us == month_utc_us)
            judge->before = &taken[i];
        else if (kpi_month_next(taken[i].month_utc_us) == month_utc_us)
            judge->month_before = &taken[i];
        else if (kpi_month_next(month_utc_us) == taken[i].month_utc_us)
            judge->month_after = &taken[i];
    }
}

static bool take(struct span line, const struct fed_kpi_row *taken, size_t n,
                 struct arena *arena, struct fed_kpi_row *row)
{
    struct kpi_judge judge = {.k = K, .registry_seq = SEQ};
    enum fed_code code = FED_INTERNAL;
    struct kpi_body body;
    int64_t month_utc_us;

    want(kpi_month_parse(SPAN("2026-11"), &judge.now_utc_us) &&
         kpi_month_parse(SPAN("2026-04"), &judge.contract_from_utc_us));
    if (jx_read(line, &kpi_body_shape, arena, &body, NULL, NULL) != ERR_OK)
        return false;
    if (kpi_release_month(&body, &month_utc_us))
        place_beside(&judge, taken, n, month_utc_us);
    if (kpi_release_judge(&body, &judge, arena, row, &code, NULL) != ERR_OK || code != FED_OK)
        return false;
    if (row->kind != KPI_WITHDRAW)
        check_cells(row);
    check_again(row, &judge, arena);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size);
    struct fed_kpi_row taken[MOST];
    struct arena *arena = NULL;
    size_t n = 0;

    if (arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    for (int i = 0; i < MOST && rest.len > 0; i++) {
        const uint8_t *end = memchr(rest.p, '\n', rest.len);
        struct span line = {rest.p, end == NULL ? rest.len : (size_t)(end - rest.p)};

        n += take(line, taken, n, arena, &taken[n]);
        rest = (struct span){rest.p + line.len, rest.len - line.len};
        if (end != NULL)
            rest = (struct span){rest.p + 1, rest.len - 1};
    }
    arena_destroy(&arena);
    return 0;
}
