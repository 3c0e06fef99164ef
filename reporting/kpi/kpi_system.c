#include "reporting/kpi/kpi_system.h"

#include <stdio.h>

#define NUMBER_MOST INT64_C(1000000000)

int kpi_system_unknown(enum kpi_quantity q, enum kpi_part part)
{
    return q == KPI_Q_NONE ? KPI_UNKNOWN_NONE : (int)q * KPI_PARTS_N + (int)part;
}

bool kpi_system_has(int def, int version)
{
    return kpi_defs[def].is_released && kpi_def_is_of(&kpi_defs[def], version);
}

static const char *const part_names[KPI_PARTS_N] = {"all", "elementary", "junior", "other"};

enum err kpi_system_refuse_cell(int def, enum kpi_part part, enum err code, const char *text,
                                struct fail *why)
{
    char field[64];

    snprintf(field, sizeof field, "%s.%s", kpi_defs[def].id, part_names[part]);
    return fail_field(why, code, field, "%s: %s", field, text);
}

enum err kpi_system_refuse(const struct kpi_system *s, enum err code, int unknown,
                           const char *text, struct fail *why)
{
    const enum kpi_quantity q = (enum kpi_quantity)(unknown / KPI_PARTS_N);
    const enum kpi_part part = (enum kpi_part)(unknown % KPI_PARTS_N);

    for (int d = 0; d < KPI_DEFS_N; d++)
        if (kpi_system_has(d, s->version) && (kpi_shapes[d].num == q || kpi_shapes[d].den == q))
            return kpi_system_refuse_cell(d, part, code, text, why);
    return fail_set(why, code, "%s", text);
}

/* ---- the equations ---- */

static void add_sum_of_parts(struct kpi_system *s, enum kpi_quantity q)
{
    /* In the order in which they are hidden: the sum itself last. */
    static const enum kpi_part parts[] = {KPI_ELEMENTARY, KPI_JUNIOR, KPI_OTHER, KPI_ALL};
    struct kpi_row *row = &s->rows[s->n_rows++];

    *row = (struct kpi_row){.n = KPI_PARTS_N};
    for (int i = 0; i < KPI_PARTS_N; i++) {
        row->unknown[i] = kpi_system_unknown(q, parts[i]);
        row->times[i] = parts[i] == KPI_ALL ? -1 : 1;
    }
}

/* What no released cell carries could be any number, and its relations say nothing. */
static void add_relation(struct kpi_system *s, const struct kpi_relation *r, enum kpi_part part)
{
    struct kpi_row *row = &s->rows[s->n_rows];

    if (s->rule->n_days < r->days_from || s->rule->n_days > r->days_to)
        return;
    *row = (struct kpi_row){.n = r->n_terms, .is_at_most = r->is_at_most};
    for (int i = 0; i < r->n_terms; i++) {
        row->unknown[i] = kpi_system_unknown(r->terms[i].q, part);
        row->times[i] = r->terms[i].times;
        if (!s->is_there[row->unknown[i]])
            return;
    }
    s->n_rows++;
}

static void set_rows(struct kpi_system *s)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        if (kpi_system_has(d, s->version))
            for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
                if (kpi_shapes[d].num != KPI_Q_NONE)
                    s->is_there[kpi_system_unknown(kpi_shapes[d].num, p)] = true;
                s->is_there[kpi_system_unknown(kpi_shapes[d].den, p)] = true;
            }
    for (int q = KPI_Q_NONE + 1; q < KPI_Q_N; q++)
        if (s->is_there[q * KPI_PARTS_N])
            add_sum_of_parts(s, (enum kpi_quantity)q);
    for (size_t i = 0; i < kpi_relations_n; i++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++)
            add_relation(s, &kpi_relations[i], p);
    for (int d = 0; d < KPI_DEFS_N; d++)
        if (kpi_system_has(d, s->version) && kpi_defs[d].form == KPI_SHARE)
            for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++)
                s->rows[s->n_rows++] =
                    (struct kpi_row){.unknown = {kpi_system_unknown(kpi_shapes[d].num, p),
                                                 kpi_system_unknown(kpi_shapes[d].den, p)},
                                     .times = {1, -1},
                                     .n = 2,
                                     .is_at_most = true};
}

/* ---- the cells ---- */

static int def_of(struct span kpi, int version)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        if (kpi_system_has(d, version) && span_eq(kpi, span_text(kpi_defs[d].id)))
            return d;
    return -1;
}

static enum err index_cells(struct kpi_system *s, const struct kpi_cell *cells, size_t n,
                            struct fail *why)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (int p = 0; p < KPI_PARTS_N; p++)
            s->cell[d][p] = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        int d = def_of(cells[i].kpi, s->version);

        if (d < 0 || (int)cells[i].part < 0 || cells[i].part >= KPI_PARTS_N)
            return fail_field(why, ERR_INVALID, "cells", "cell %zu: no such figure is released",
                              i);
        if (s->cell[d][cells[i].part] != SIZE_MAX)
            return kpi_system_refuse_cell(d, cells[i].part, ERR_INVALID, "twice", why);
        s->cell[d][cells[i].part] = i;
    }
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N && kpi_system_has(d, s->version); p++)
            if (s->cell[d][p] == SIZE_MAX)
                return kpi_system_refuse_cell(d, p, ERR_INVALID, "missing", why);
    return ERR_OK;
}

enum err kpi_system_init(struct kpi_system *s, const struct kpi_cell *cells, size_t n,
                         int version, const struct kpi_rule *rule, struct fail *why)
{
    *s = (struct kpi_system){.version = version, .rule = rule};
    if (rule->n_days < 28 || rule->n_days > 31 || rule->round_to < 1 || rule->hide_under < 0 ||
        (rule->hide_under == 0 && !rule->is_public))
        return fail_set(why, ERR_INVALID, "no rule: under %lld, rounded to %d, %d days",
                        (long long)rule->hide_under, rule->round_to, rule->n_days);
    for (int u = 0; u < KPI_UNKNOWNS; u++)
        s->known[u] = (struct kpi_range){0, KPI_NO_BOUND};
    if (kpi_mask_released_n(version) == 0)
        return fail_field(why, ERR_INVALID, "version", "no version %d of the figures", version);
    set_rows(s);
    return index_cells(s, cells, n, why);
}

/* What a number as it was sent stands for; shown means not small. */
static struct kpi_range range_of(int64_t sent, const struct kpi_rule *rule)
{
    struct kpi_range r = {sent, sent};

    if (!rule->is_public)
        return r;
    sent = kpi_mask_sent(sent, rule);
    r.low = sent - rule->round_to / 2;
    r.high = r.low + rule->round_to - 1;
    if (r.high < rule->hide_under)
        return (struct kpi_range){0, 0};
    if (r.low > 0 && r.low < rule->hide_under)
        r.low = rule->hide_under;
    if (r.low < 0)
        r.low = 0;
    return r;
}

struct reading {
    struct kpi_system *s;
    int def;
    enum kpi_part part;
};

static enum err read_number(const struct reading *r, enum kpi_quantity q, int64_t number,
                            struct fail *why)
{
    const int unknown = kpi_system_unknown(q, r->part);
    struct kpi_range now;

    if (number < 0 || number > NUMBER_MOST)
        return kpi_system_refuse_cell(r->def, r->part, ERR_INVALID, "is no count", why);
    if (unknown == KPI_UNKNOWN_NONE)
        return ERR_OK;
    now = range_of(number, r->s->rule);
    if (r->s->is_sent[unknown] && r->s->range[unknown].low != now.low)
        return kpi_system_refuse_cell(r->def, r->part, ERR_INVALID,
                                      "another cell says otherwise", why);
    r->s->is_sent[unknown] = true;
    r->s->range[unknown] = now;
    return ERR_OK;
}

static enum err read_cell(const struct reading *r, const struct kpi_cell *cell,
                          struct fail *why)
{
    enum err rc = ERR_OK;

    if (kpi_defs[r->def].form == KPI_SHARE && cell->num > cell->den)
        rc =
            kpi_system_refuse_cell(r->def, r->part, ERR_INVALID, "is more than the whole", why);
    if (rc == ERR_OK && cell->den == 0 && cell->num != 0)
        rc = kpi_system_refuse_cell(r->def, r->part, ERR_INVALID, "is a number of nobody", why);
    if (rc == ERR_OK)
        rc = read_number(r, kpi_shapes[r->def].num, cell->num, why);
    if (rc == ERR_OK)
        rc = read_number(r, kpi_shapes[r->def].den, cell->den, why);
    return rc;
}

enum err kpi_system_read(struct kpi_system *s, const struct kpi_cell *cells,
                         const enum kpi_shown *shown, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int u = 0; u < KPI_UNKNOWNS; u++) {
        s->is_sent[u] = false;
        s->range[u] = s->known[u];
        s->by_low[u] = s->by_high[u] = KPI_UNKNOWN_NONE;
    }
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const size_t i = s->cell[d][p];

            if (i != SIZE_MAX && shown[i] == KPI_SHOWN && rc == ERR_OK)
                rc = read_cell(&(struct reading){s, d, p}, &cells[i], why);
        }
    return rc;
}

/* ---- narrowing ---- */

/* The least the row's terms (of one sign: by -1 turned round) can add up to without that one;
 * false: as little as one likes. */
static bool least_of_others(const struct kpi_system *s, const struct kpi_row *row, int without,
                            int sign, int64_t *least_out)
{
    int64_t sum = 0;

    for (int i = 0; i < row->n; i++) {
        const struct kpi_range *r = &s->range[row->unknown[i]];
        const int64_t times = (int64_t)row->times[i] * sign;

        if (i == without)
            continue;
        if (times < 0 && r->high == KPI_NO_BOUND)
            return false;
        sum += times * (times > 0 ? r->low : r->high);
    }
    *least_out = sum;
    return true;
}

/* times * x <= most */
static bool cut(struct kpi_range *r, int64_t times, int64_t most)
{
    if (times > 0) {
        const int64_t high = most >= 0 ? most / times : -1;

        if (high >= r->high)
            return false;
        r->high = high;
        return true;
    }
    if (most >= 0 || (-most + -times - 1) / -times <= r->low)
        return false;
    r->low = (-most + -times - 1) / -times;
    return true;
}

static bool narrow_row(struct kpi_system *s, const struct kpi_row *row, int *broken_out)
{
    bool has_moved = false;

    for (int sign = 1; sign >= (row->is_at_most ? 1 : -1); sign -= 2)
        for (int i = 0; i < row->n; i++) {
            struct kpi_range *r = &s->range[row->unknown[i]];
            int64_t least;

            if (least_of_others(s, row, i, sign, &least) &&
                cut(r, (int64_t)row->times[i] * sign, -least)) {
                int *by = row->times[i] * sign > 0 ? s->by_high : s->by_low;

                by[row->unknown[i]] = (int)(row - s->rows);
                has_moved = true;
            }
            if (r->low > r->high) {
                *broken_out = row->unknown[i];
                return false;
            }
        }
    return has_moved;
}

#define ROUNDS_MOST \
    200 /* what moves after that moves by ones; stopping is on the safe side \
         */

enum err kpi_system_narrow(struct kpi_system *s, struct fail *why)
{
    int broken = KPI_UNKNOWN_NONE;
    bool has_moved = true;

    for (int round = 0; has_moved && round < ROUNDS_MOST; round++) {
        has_moved = false;
        for (int i = 0; i < s->n_rows; i++) {
            has_moved = narrow_row(s, &s->rows[i], &broken) || has_moved;
            if (broken != KPI_UNKNOWN_NONE)
                return kpi_system_refuse(s, ERR_INVALID, broken,
                                         "contradicts the other numbers", why);
        }
    }
    return ERR_OK;
}

bool kpi_range_is_wide(int64_t low, int64_t high, const struct kpi_rule *rule)
{
    const int64_t small_most = rule->hide_under - 1;

    return high < 1 || low > small_most || (low <= 1 && high >= small_most);
}
