/* kpi-mask-say: what the mask of a month's figures hides (reporting/kpi/kpi_mask.h), as a
 * program for tests/reporting/. One JSON object a line in, one out:
 *
 *   {"k": 5, "n_days": 30, "is_next": true, "cells": [{"kpi", "part", "num", "den"}, ...]}
 *   {"shown": ["shown", "small", "complement", ...]}     in the order of the cells
 *   {"refused": "invalid", "field": "at_2.junior"}
 *
 * is_next: it is the month after the line before, whose release it stands beside. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/arena.h"
#include "node/base/jx.h"
#include "reporting/kpi/kpi_mask.h"

struct line_cell {
    struct span kpi;
    int part;
    int64_t num, den;
};
struct line {
    int64_t k, n_days;
    bool is_next;
    struct jx_list cells;
};
static const struct jx_field cell_fields[] = {
    {.name = "kpi", .type = JX_TEXT, .least = 1, .offset = offsetof(struct line_cell, kpi)},
    {.name = "part",
     .type = JX_ENUM,
     .choices = KPI_PARTS,
     .offset = offsetof(struct line_cell, part)},
    {.name = "num", .type = JX_INT, .offset = offsetof(struct line_cell, num)},
    {.name = "den", .type = JX_INT, .offset = offsetof(struct line_cell, den)},
};
static const struct jx_shape cell_shape = JX_SHAPE("Cell", struct line_cell, cell_fields);
static const struct jx_field line_fields[] = {
    {.name = "k", .type = JX_INT, .offset = offsetof(struct line, k)},
    {.name = "n_days", .type = JX_INT, .offset = offsetof(struct line, n_days)},
    {.name = "is_next", .type = JX_BOOL, .offset = offsetof(struct line, is_next)},
    {.name = "cells",
     .type = JX_LIST,
     .shape = &cell_shape,
     .most = KPI_DEFS_N * KPI_PARTS_N,
     .offset = offsetof(struct line, cells)},
};
static const struct jx_shape line_shape = JX_SHAPE("Line", struct line, line_fields);

/* A month that was asked for; the one before it stays until the next line. */
struct month {
    struct arena *arena;
    struct kpi_cell cells[KPI_DEFS_N * KPI_PARTS_N];
    enum kpi_shown shown[KPI_DEFS_N * KPI_PARTS_N];
    struct kpi_neighbour as;
};

static enum err read_month(struct span text, struct month *m, bool *is_next_out,
                           struct fail *why)
{
    static const struct jx_limits limits = {1 << 20, 10000};
    struct line line;
    enum err rc = jx_read_within(text, limits, &line_shape, m->arena, &line, NULL, why);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < line.cells.n; i++) {
        const struct line_cell *cell = &((const struct line_cell *)line.cells.at)[i];

        m->cells[i] =
            (struct kpi_cell){cell->kpi, (enum kpi_part)cell->part, cell->num, cell->den};
        m->shown[i] = KPI_SHOWN;
    }
    m->as = (struct kpi_neighbour){
        m->cells,
        m->shown,
        line.cells.n,
        KPI_VERSION,
        {.hide_under = line.k, .round_to = 1, .n_days = (int)line.n_days}};
    *is_next_out = line.is_next;
    return ERR_OK;
}

static void answer(const struct month *m)
{
    static const char *const names[] = {"shown", "small", "complement"};

    printf("{\"shown\":[");
    for (size_t i = 0; i < m->as.n; i++)
        printf("%s\"%s\"", i == 0 ? "" : ",", names[m->shown[i]]);
    printf("]}\n");
}

static bool has_before;

static void say(struct span text, struct month *m, const struct month *before)
{
    struct fail why = {.code = ERR_OK};
    bool is_next = false;
    enum err rc;

    arena_reset(m->arena);
    rc = read_month(text, m, &is_next, &why);
    if (rc == ERR_OK) {
        const struct kpi_near near = {.before = is_next && has_before ? &before->as : NULL};

        rc = kpi_mask_near(m->cells, m->as.n, KPI_VERSION, &m->as.rule, &near, m->shown, &why);
        if (rc == ERR_OK)
            rc = kpi_mask_audit_near(m->cells, m->shown, m->as.n, KPI_VERSION, &m->as.rule,
                                     &near, &why);
    }
    if (rc == ERR_OK)
        answer(m);
    else
        printf("{\"refused\":\"%s\",\"field\":\"%s\"}\n", err_code(rc), why.field);
    has_before = rc == ERR_OK;
    fflush(stdout);
}

int main(void)
{
    static struct month months[2];
    struct fail why;
    char *text = NULL;
    size_t cap = 0;
    int now = 0;

    for (int i = 0; i < 2; i++)
        if (arena_create(1 << 16, &months[i].arena, &why) != ERR_OK)
            return 1;
    for (ssize_t len = getline(&text, &cap, stdin); len > 0;
         len = getline(&text, &cap, stdin), now = 1 - now)
        say(span_of(text, (size_t)len), &months[now], &months[1 - now]);
    free(text);
    for (int i = 0; i < 2; i++)
        arena_destroy(&months[i].arena);
    return 0;
}
