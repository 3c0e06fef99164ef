#include "reporting/kpi/kpi_mask.h"

#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_reach.h"

static int days_of(int64_t month_utc_us)
{
    return (int)((kpi_month_next(month_utc_us) - month_utc_us) / (86400 * INT64_C(1000000)));
}

struct kpi_rule kpi_rule_coordinator(int k, int64_t month_utc_us)
{
    return (struct kpi_rule){.hide_under = k, .round_to = 1, .n_days = days_of(month_utc_us)};
}

struct kpi_rule kpi_rule_public(int hide_under, int round_to, int64_t month_utc_us)
{
    return (struct kpi_rule){.hide_under = hide_under,
                             .round_to = round_to,
                             .is_public = true,
                             .n_days = days_of(month_utc_us)};
}

size_t kpi_mask_released(const struct kpi_cell *cells, size_t n, int version,
                         struct kpi_cell *cells_out)
{
    size_t n_out = 0;

    for (size_t i = 0; i < n; i++) {
        const struct kpi_def *def = kpi_def_find(cells[i].kpi, version);

        if (def != NULL && def->is_released)
            cells_out[n_out++] = cells[i];
    }
    return n_out;
}

size_t kpi_mask_released_n(int version)
{
    size_t n = 0;

    for (int d = 0; d < KPI_DEFS_N; d++)
        if (kpi_system_has(d, version))
            n += KPI_PARTS_N;
    return n;
}

bool kpi_mask_is_small(const struct kpi_def *def, const struct kpi_cell *cell,
                       const struct kpi_rule *rule)
{
    const int64_t rest = cell->den - cell->num, k = rule->hide_under;
    const bool is_small_num = def->form != KPI_MEDIAN && cell->num > 0 && cell->num < k;
    const bool is_small_rest = def->form == KPI_SHARE && rest > 0 && rest < k;

    return k == 0 || is_small_num || is_small_rest || (cell->den > 0 && cell->den < k);
}

int64_t kpi_mask_sent(int64_t number, const struct kpi_rule *rule)
{
    const int64_t by = rule->round_to;

    return rule->is_public && number >= 0 ? (number + by / 2) / by * by : number;
}

/* ---- what has to be hidden along with it ---- */

struct masking {
    struct kpi_system s;
    enum kpi_shown *shown;
};

static bool hide_carriers(struct masking *m, int unknown)
{
    const enum kpi_quantity q = (enum kpi_quantity)(unknown / KPI_PARTS_N);
    bool is_hidden = false;

    for (int d = 0; d < KPI_DEFS_N; d++) {
        const size_t i = m->s.cell[d][unknown % KPI_PARTS_N];

        if (i != SIZE_MAX && m->shown[i] == KPI_SHOWN &&
            (kpi_shapes[d].num == q || kpi_shapes[d].den == q)) {
            m->shown[i] = KPI_COMPLEMENT;
            is_hidden = true;
        }
    }
    return is_hidden;
}

static bool row_has(const struct kpi_row *row, int unknown)
{
    for (int i = 0; i < row->n; i++)
        if (row->unknown[i] == unknown)
            return true;
    return false;
}

/* What gave it away: the row that moved that bound last. What stands first in that row's own
 * order is hidden, too; of what was worked out itself, what gave that away. depth ends going
 * round. */
static bool hide_what_told(struct masking *m, int unknown, bool is_high, int depth)
{
    const int by = is_high ? m->s.by_high[unknown] : m->s.by_low[unknown];
    const struct kpi_row *row = by == KPI_UNKNOWN_NONE ? NULL : &m->s.rows[by];
    bool is_turned = false;

    if (row == NULL || depth == 0)
        return false;
    for (int i = 0; i < row->n; i++)
        if (row->unknown[i] == unknown)
            is_turned = (row->times[i] > 0) != is_high;
    for (int i = 0; i < row->n; i++) {
        const int other = row->unknown[i];

        if (other == unknown)
            continue;
        if (m->s.is_sent[other]
                ? hide_carriers(m, other)
                : hide_what_told(m, other, (row->times[i] > 0) == is_turned, depth - 1))
            return true;
    }
    return false;
}

/* Nothing that can be followed gave it away: the next one beside it, first in the sum of the
 * parts, then in the other rows; what is a whole last. */
static bool hide_beside(struct masking *m, int unknown)
{
    for (int last = 1; last >= 0; last--)
        for (int r = 0; r < m->s.n_rows; r++) {
            const struct kpi_row *row = &m->s.rows[r];

            for (int i = 0; i < row->n - last && row_has(row, unknown); i++)
                if (row->unknown[i] != unknown && m->s.is_sent[row->unknown[i]])
                    return hide_carriers(m, row->unknown[i]);
        }
    return false;
}

static bool hide_any(struct masking *m)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (int p = KPI_PARTS_N - 1; p >= 0; p--)
            if (m->s.cell[d][p] != SIZE_MAX && m->shown[m->s.cell[d][p]] == KPI_SHOWN) {
                m->shown[m->s.cell[d][p]] = KPI_COMPLEMENT;
                return true;
            }
    return false;
}

#define DEPTH_MOST 6

static bool hide_one(struct masking *m, int unknown)
{
    if (unknown == KPI_UNKNOWN_NONE)
        return false;
    if (m->s.is_sent[unknown]) /* by another cell */
        return hide_carriers(m, unknown);
    if (m->s.range[unknown].low > 1 && hide_what_told(m, unknown, false, DEPTH_MOST))
        return true;
    return m->s.range[unknown].high != KPI_NO_BOUND &&
           hide_what_told(m, unknown, true, DEPTH_MOST);
}

#define CELLS_MOST (KPI_DEFS_N * KPI_PARTS_N)

/* A hidden cell that too much is known of; def -1: there is none. */
struct found {
    struct kpi_bound bounds[CELLS_MOST];
    int def;
    enum kpi_part part;
};

/* The first in the order of the definitions. */
static bool find_known(const struct kpi_system *s, const enum kpi_shown *shown,
                       struct found *out)
{
    for (out->def = 0; out->def < KPI_DEFS_N; out->def++)
        for (out->part = KPI_ALL; out->part < KPI_PARTS_N; out->part++) {
            const size_t i = s->cell[out->def][out->part];
            const struct kpi_bound *b = &out->bounds[i == SIZE_MAX ? 0 : i];

            if (i != SIZE_MAX && shown[i] != KPI_SHOWN &&
                (!kpi_range_is_wide(b->num_low, b->num_high, s->rule) ||
                 !kpi_range_is_wide(b->den_low, b->den_high, s->rule) ||
                 !kpi_range_is_wide(b->rest_low, b->rest_high, s->rule)))
                return true;
        }
    out->def = -1;
    return false;
}

static enum err hide_for(struct masking *m, const struct found *found, struct fail *why)
{
    const int def = found->def;
    const enum kpi_part part = found->part;
    const struct kpi_bound *b = &found->bounds[m->s.cell[def][part]];
    const int num = kpi_system_unknown(kpi_shapes[def].num, part);
    const int den = kpi_system_unknown(kpi_shapes[def].den, part);
    const struct kpi_rule *rule = m->s.rule;
    const bool is_den = !kpi_range_is_wide(b->den_low, b->den_high, rule) &&
                        kpi_range_is_wide(b->num_low, b->num_high, rule);
    const int first = is_den || num == KPI_UNKNOWN_NONE ? den : num;

    if (hide_one(m, first) || hide_beside(m, first) || hide_one(m, first == num ? den : num) ||
        hide_any(m))
        return ERR_OK;
    return fail_set(why, ERR_INTERNAL, "%s gives itself away", kpi_defs[def].id);
}

/* The numbers themselves agree with the definitions. */
static enum err check_numbers(struct kpi_system *s, const struct kpi_cell *cells, size_t n,
                              enum kpi_shown *shown, struct fail *why)
{
    const struct kpi_rule *rule = s->rule;
    const struct kpi_rule exact = {rule->hide_under, 1, false, rule->n_days};
    enum err rc;

    for (size_t i = 0; i < n; i++)
        shown[i] = KPI_SHOWN;
    s->rule = &exact;
    rc = kpi_system_read(s, cells, shown, why);
    if (rc == ERR_OK)
        rc = kpi_system_narrow(s, why);
    s->rule = rule;
    return rc;
}

/* The first hidden cell that too much is known of: by one equation at a time, which is cheap,
 * then by all of them together. */
static enum err look(struct kpi_system *s, const struct kpi_cell *cells,
                     const enum kpi_shown *shown, struct found *out, struct fail *why)
{
    enum err rc = kpi_system_read(s, cells, shown, why);

    if (rc == ERR_OK)
        rc = kpi_system_narrow(s, why);
    if (rc != ERR_OK)
        return rc;
    kpi_system_bound(s, out->bounds);
    if (find_known(s, shown, out))
        return ERR_OK;
    rc = kpi_reach(s, shown, false, out->bounds, why);
    if (rc == ERR_OK)
        find_known(s, shown, out);
    return rc;
}

enum err kpi_mask(const struct kpi_cell *cells, size_t n, int version,
                  const struct kpi_rule *rule, enum kpi_shown *shown_out, struct fail *why)
{
    struct masking m = {.shown = shown_out};
    struct found found;
    enum err rc = kpi_system_init(&m.s, cells, n, version, rule, why);

    if (rc == ERR_OK)
        rc = check_numbers(&m.s, cells, n, shown_out, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (kpi_mask_is_small(kpi_def_find(cells[i].kpi, version), &cells[i], rule))
            shown_out[i] = KPI_SMALL;
    while (rc == ERR_OK) { /* each round hides one more */
        rc = look(&m.s, cells, shown_out, &found, why);
        if (rc != ERR_OK || found.def < 0)
            break;
        rc = hide_for(&m, &found, why);
    }
    return rc;
}

static enum err check_shown(const struct kpi_system *s, const struct kpi_cell *cells,
                            const enum kpi_shown *shown, struct fail *why)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (enum kpi_part p = KPI_ALL; p < KPI_PARTS_N; p++) {
            const size_t i = s->cell[d][p];

            if (i != SIZE_MAX && shown[i] == KPI_SHOWN &&
                kpi_mask_is_small(&kpi_defs[d], &cells[i], s->rule))
                return kpi_system_refuse_cell(d, p, ERR_CONFLICT, "is too small to be shown",
                                              why);
        }
    return ERR_OK;
}

enum err kpi_mask_audit(const struct kpi_cell *cells, const enum kpi_shown *shown, size_t n,
                        int version, const struct kpi_rule *rule, struct fail *why)
{
    struct kpi_system s;
    struct found found;
    enum err rc = kpi_system_init(&s, cells, n, version, rule, why);

    if (rc == ERR_OK)
        rc = look(&s, cells, shown, &found, why);
    if (rc == ERR_OK)
        rc = check_shown(&s, cells, shown, why);
    if (rc == ERR_OK && found.def >= 0)
        return kpi_system_refuse_cell(found.def, found.part, ERR_CONFLICT,
                                      "can be worked out of what is shown", why);
    return rc;
}
