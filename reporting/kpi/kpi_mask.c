#include "reporting/kpi/kpi_mask.h"

#include "reporting/kpi/kpi_look.h"
#include "reporting/kpi/kpi_month.h"

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
    struct kpi_look *look;
    struct kpi_system *s; /* of this month */
    enum kpi_shown *shown;
};

static bool hide_carriers(struct masking *m, int unknown)
{
    const enum kpi_quantity q = (enum kpi_quantity)(unknown / KPI_PARTS_N);
    bool is_hidden = false;

    for (int d = 0; d < KPI_DEFS_N; d++) {
        const size_t i = m->s->cell[d][unknown % KPI_PARTS_N];

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
    const int by = is_high ? m->s->by_high[unknown] : m->s->by_low[unknown];
    const struct kpi_row *row = by == KPI_UNKNOWN_NONE ? NULL : &m->s->rows[by];
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
        if (m->s->is_sent[other]
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
        for (int r = 0; r < m->s->n_rows; r++) {
            const struct kpi_row *row = &m->s->rows[r];

            for (int i = 0; i < row->n - last && row_has(row, unknown); i++)
                if (row->unknown[i] != unknown && m->s->is_sent[row->unknown[i]])
                    return hide_carriers(m, row->unknown[i]);
        }
    return false;
}

static bool hide_any(struct masking *m)
{
    for (int d = 0; d < KPI_DEFS_N; d++)
        for (int p = KPI_PARTS_N - 1; p >= 0; p--)
            if (m->s->cell[d][p] != SIZE_MAX && m->shown[m->s->cell[d][p]] == KPI_SHOWN) {
                m->shown[m->s->cell[d][p]] = KPI_COMPLEMENT;
                return true;
            }
    return false;
}

#define DEPTH_MOST 6

static bool hide_one(struct masking *m, int unknown)
{
    if (unknown == KPI_UNKNOWN_NONE)
        return false;
    if (m->s->is_sent[unknown]) /* by another cell */
        return hide_carriers(m, unknown);
    if (m->s->range[unknown].low > 1 && hide_what_told(m, unknown, false, DEPTH_MOST))
        return true;
    return m->s->range[unknown].high != KPI_NO_BOUND &&
           hide_what_told(m, unknown, true, DEPTH_MOST);
}

static bool hide_for(struct masking *m)
{
    const int def = m->look->def;
    const enum kpi_part part = m->look->part;
    const struct kpi_bound *b = &m->look->views[KPI_NOW].bounds[m->s->cell[def][part]];
    const int num = kpi_system_unknown(kpi_shapes[def].num, part);
    const int den = kpi_system_unknown(kpi_shapes[def].den, part);
    const bool is_den = !kpi_range_is_wide(b->den_low, b->den_high, m->s->rule) &&
                        kpi_range_is_wide(b->num_low, b->num_high, m->s->rule);
    const int first = is_den || num == KPI_UNKNOWN_NONE ? den : num;

    return hide_one(m, first) || hide_beside(m, first) ||
           hide_one(m, first == num ? den : num) || hide_any(m);
}

/* A cell of a month beside this one gives itself away: what is counted there, too, is hidden
 * here, of the same part first; then what tells of it. */
static bool hide_carried(struct masking *m)
{
    for (int i = 0; i < KPI_PARTS_N; i++)
        for (size_t c = 0; c < kpi_carries_n; c++) {
            const enum kpi_part part = (enum kpi_part)(((int)m->look->part + i) % KPI_PARTS_N);
            const int ours = kpi_system_unknown(
                m->look->when == KPI_BEFORE ? kpi_carries[c].now : kpi_carries[c].before, part);

            if (m->s->is_sent[ours] ? hide_carriers(m, ours) : hide_beside(m, ours))
                return true;
        }
    return hide_any(m);
}

/* The numbers themselves agree with the definitions. */
static enum err check_numbers(struct kpi_system *s, const struct kpi_cell *cells,
                              struct fail *why)
{
    static const enum kpi_shown all[KPI_CELLS_MOST] = {KPI_SHOWN};
    const struct kpi_rule *rule = s->rule;
    const struct kpi_rule exact = {rule->hide_under, 1, false, rule->n_days};
    enum err rc;

    s->rule = &exact;
    rc = kpi_system_read(s, cells, all, why);
    if (rc == ERR_OK)
        rc = kpi_system_narrow(s, why);
    s->rule = rule;
    return rc;
}

static const struct kpi_near alone = {NULL, NULL};

/* Each round hides one more; with nothing left to hide, what is known is not by this release.
 */
static enum err hide_all(struct masking *m, struct fail *why)
{
    bool has_hidden = true;
    enum err rc = ERR_OK;

    while (has_hidden && rc == ERR_OK) {
        rc = kpi_look(m->look, why);
        if (rc != ERR_OK || m->look->def < 0)
            break;
        has_hidden = m->look->when == KPI_NOW ? hide_for(m) : hide_carried(m);
    }
    if (rc == ERR_OK && !has_hidden && m->look->when == KPI_NOW)
        return fail_set(why, ERR_INTERNAL, "%s gives itself away", kpi_defs[m->look->def].id);
    return rc;
}

enum err kpi_mask_near(const struct kpi_cell *cells, size_t n, int version,
                       const struct kpi_rule *rule, const struct kpi_near *near,
                       enum kpi_shown *shown, struct fail *why)
{
    const struct kpi_neighbour now = {cells, shown, n, version, *rule};
    struct masking m = {.shown = shown};
    enum err rc = kpi_look_create(&now, near, &m.look, why);

    if (rc != ERR_OK)
        return rc;
    m.s = &m.look->views[KPI_NOW].s;
    rc = check_numbers(m.s, cells, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (shown[i] == KPI_SHOWN &&
            kpi_mask_is_small(kpi_def_find(cells[i].kpi, version), &cells[i], rule))
            shown[i] = KPI_SMALL;
    if (rc == ERR_OK)
        rc = hide_all(&m, why);
    kpi_look_destroy(&m.look);
    return rc;
}

enum err kpi_mask(const struct kpi_cell *cells, size_t n, int version,
                  const struct kpi_rule *rule, enum kpi_shown *shown_out, struct fail *why)
{
    for (size_t i = 0; i < n; i++)
        shown_out[i] = KPI_SHOWN;
    return kpi_mask_near(cells, n, version, rule, &alone, shown_out, why);
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

static enum err judge(struct kpi_look *look, struct fail *why)
{
    const struct kpi_view *now = &look->views[KPI_NOW];
    enum err rc = kpi_look(look, why);

    if (rc == ERR_OK)
        rc = check_shown(&now->s, now->cells, now->shown, why);
    if (rc == ERR_OK && look->def >= 0)
        return kpi_system_refuse_cell(look->def, look->part, ERR_CONFLICT,
                                      look->when == KPI_NOW
                                          ? "can be worked out of what is shown"
                                          : "of another month could be worked out",
                                      why);
    return rc;
}

enum err kpi_mask_audit_near(const struct kpi_cell *cells, const enum kpi_shown *shown,
                             size_t n, int version, const struct kpi_rule *rule,
                             const struct kpi_near *near, struct fail *why)
{
    const struct kpi_neighbour now = {cells, shown, n, version, *rule};
    struct kpi_look *look;
    enum err rc = kpi_look_create(&now, near, &look, why);

    if (rc == ERR_OK)
        rc = judge(look, why);
    kpi_look_destroy(&look);
    return rc;
}

enum err kpi_mask_audit(const struct kpi_cell *cells, const enum kpi_shown *shown, size_t n,
                        int version, const struct kpi_rule *rule, struct fail *why)
{
    return kpi_mask_audit_near(cells, shown, n, version, rule, &alone, why);
}
