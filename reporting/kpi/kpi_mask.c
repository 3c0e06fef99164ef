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

static enum err hide_for(struct masking *m, const struct kpi_found *found, struct fail *why)
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

/* ---- beside other months ---- */

static enum err know_near(struct kpi_system *s, const struct kpi_cell *cells,
                          const enum kpi_shown *shown, const struct kpi_near *near,
                          struct fail *why)
{
    enum err rc = ERR_OK;

    if (near->before != NULL)
        rc = kpi_look_know(s, cells, shown, near->before, true, why);
    if (near->after != NULL && rc == ERR_OK)
        rc = kpi_look_know(s, cells, shown, near->after, false, why);
    return rc;
}

/* Is a cell that the release beside hides given away, were this month released like this? */
static enum err look_beside(const struct kpi_neighbour *beside, const struct kpi_neighbour *now,
                            bool is_before, bool *is_told_out, struct fail *why)
{
    struct kpi_system s;
    struct kpi_found found;
    enum err rc =
        kpi_system_init(&s, beside->cells, beside->n, beside->version, &beside->rule, why);

    *is_told_out = false;
    if (rc == ERR_OK)
        rc = kpi_look_know(&s, beside->cells, beside->shown, now, !is_before, why);
    if (rc == ERR_OK)
        rc = kpi_look(&s, beside->cells, beside->shown, &found, why);
    if (rc == ERR_OK)
        *is_told_out = found.def >= 0;
    return rc;
}

/* The quantity of this month that the one beside counts, too, as far as it is sent: in the
 * order of the sums. KPI_UNKNOWN_NONE: none is. */
static int carried_here(const struct kpi_system *s, bool is_before)
{
    static const enum kpi_part parts[] = {KPI_ELEMENTARY, KPI_JUNIOR, KPI_OTHER, KPI_ALL};

    for (size_t c = 0; c < kpi_carries_n; c++)
        for (int p = 0; p < KPI_PARTS_N; p++) {
            const int u = kpi_system_unknown(
                is_before ? kpi_carries[c].now : kpi_carries[c].before, parts[p]);

            if (s->is_sent[u])
                return u;
        }
    return KPI_UNKNOWN_NONE;
}

/* The quantity to be hidden here lest a release beside gives itself away. */
static enum err told_beside(const struct kpi_system *s, const struct kpi_near *near,
                            const struct kpi_neighbour *now, int *unknown_out, struct fail *why)
{
    const struct kpi_neighbour *beside[] = {near->before, near->after};
    enum err rc = ERR_OK;

    *unknown_out = KPI_UNKNOWN_NONE;
    for (int i = 0; i < 2 && rc == ERR_OK; i++) {
        const int unknown = carried_here(s, i == 0);
        bool is_told = false;

        if (beside[i] == NULL || unknown == KPI_UNKNOWN_NONE ||
            *unknown_out != KPI_UNKNOWN_NONE)
            continue;
        rc = look_beside(beside[i], now, i == 0, &is_told, why);
        if (is_told)
            *unknown_out = unknown;
    }
    return rc;
}

/* ---- the whole ---- */

static const struct kpi_near alone = {NULL, NULL};

/* Each round hides one more. */
static enum err hide_all(struct masking *m, const struct kpi_neighbour *now,
                         const struct kpi_near *near, struct fail *why)
{
    struct kpi_found found;
    enum err rc = ERR_OK;

    while (rc == ERR_OK) {
        int unknown;

        rc = kpi_look(&m->s, now->cells, m->shown, &found, why);
        if (rc == ERR_OK && found.def >= 0) {
            rc = hide_for(m, &found, why);
            continue;
        }
        if (rc == ERR_OK)
            rc = told_beside(&m->s, near, now, &unknown, why);
        if (rc != ERR_OK || unknown == KPI_UNKNOWN_NONE || !hide_carriers(m, unknown))
            break;
    }
    return rc;
}

enum err kpi_mask_near(const struct kpi_cell *cells, size_t n, int version,
                       const struct kpi_rule *rule, const struct kpi_near *near,
                       enum kpi_shown *shown, struct fail *why)
{
    const struct kpi_neighbour now = {cells, shown, n, version, *rule};
    struct masking m = {.shown = shown};
    enum err rc = kpi_system_init(&m.s, cells, n, version, rule, why);

    if (rc == ERR_OK)
        rc = check_numbers(&m.s, cells, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (shown[i] == KPI_SHOWN &&
            kpi_mask_is_small(kpi_def_find(cells[i].kpi, version), &cells[i], rule))
            shown[i] = KPI_SMALL;
    if (rc == ERR_OK)
        rc = know_near(&m.s, cells, shown, near, why);
    if (rc == ERR_OK)
        rc = hide_all(&m, &now, near, why);
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

enum err kpi_mask_audit_near(const struct kpi_cell *cells, const enum kpi_shown *shown,
                             size_t n, int version, const struct kpi_rule *rule,
                             const struct kpi_near *near, struct fail *why)
{
    const struct kpi_neighbour now = {cells, shown, n, version, *rule};
    struct kpi_system s;
    struct kpi_found found = {.def = -1};
    int unknown = KPI_UNKNOWN_NONE;
    enum err rc = kpi_system_init(&s, cells, n, version, rule, why);

    if (rc == ERR_OK)
        rc = know_near(&s, cells, shown, near, why);
    if (rc == ERR_OK)
        rc = kpi_look(&s, cells, shown, &found, why);
    if (rc == ERR_OK)
        rc = check_shown(&s, cells, shown, why);
    if (rc == ERR_OK && found.def >= 0)
        return kpi_system_refuse_cell(found.def, found.part, ERR_CONFLICT,
                                      "can be worked out of what is shown", why);
    if (rc == ERR_OK)
        rc = told_beside(&s, near, &now, &unknown, why);
    if (rc == ERR_OK && unknown != KPI_UNKNOWN_NONE)
        return kpi_system_refuse(&s, ERR_CONFLICT, unknown,
                                 "gives away what another month hides", why);
    return rc;
}

enum err kpi_mask_audit(const struct kpi_cell *cells, const enum kpi_shown *shown, size_t n,
                        int version, const struct kpi_rule *rule, struct fail *why)
{
    return kpi_mask_audit_near(cells, shown, n, version, rule, &alone, why);
}
