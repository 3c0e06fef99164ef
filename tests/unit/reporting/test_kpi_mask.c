/* What a month's release shows and hides, by towns worked out by hand and by many made up. */
#include "reporting/kpi/kpi_bounds.h"
#include "reporting/kpi/kpi_relation.h"
#include "tests/t.h"
#include "tests/unit/reporting/kpi_town.h"

static const struct kpi_rule five = {.hide_under = 5, .round_to = 1, .n_days = 30};

struct town {
    struct kpi_cell cells[KPI_TOWN_CELLS];
    enum kpi_shown shown[KPI_TOWN_CELLS];
    struct kpi_bound bounds[KPI_TOWN_CELLS];
    size_t n;
};

static struct kpi_cell *cell_of(struct town *t, const char *kpi, enum kpi_part part)
{
    for (size_t i = 0; i < t->n; i++)
        if (span_eq(t->cells[i].kpi, span_text(kpi)) && t->cells[i].part == part)
            return &t->cells[i];
    T_OK(false, kpi);
    return &t->cells[0];
}
static enum kpi_shown shown_of(struct town *t, const char *kpi, enum kpi_part part)
{
    return t->shown[cell_of(t, kpi, part) - t->cells];
}

/* Everybody was in touch every week, comes, takes part and stands at step 1. */
static struct town quiet_town(int elementary, int junior)
{
    static const enum kpi_quantity everybody[] = {
        KPI_Q_ROLLS,      KPI_Q_TIED_7,    KPI_Q_TIED_30, KPI_Q_TIED_90,   KPI_Q_MET,
        KPI_Q_MET_BEFORE, KPI_Q_MET_AGAIN, KPI_Q_REGULAR, KPI_Q_CAME,      KPI_Q_STAYED,
        KPI_Q_VISITS,     KPI_Q_CLASS,     KPI_Q_AT_1,    KPI_Q_REACHED_0, KPI_Q_REACHED_1};
    const int children[KPI_PARTS_N] = {elementary + junior, elementary, junior, 0};
    struct town t = {.n = kpi_town_make(1, 0, 30, t.cells)};

    for (size_t i = 0; i < t.n; i++)
        for (int d = 0; d < KPI_DEFS_N; d++)
            for (size_t q = 0; q < T_COUNT(everybody); q++)
                if (span_eq(t.cells[i].kpi, span_text(kpi_defs[d].id))) {
                    if (kpi_shapes[d].num == everybody[q])
                        t.cells[i].num = children[t.cells[i].part];
                    if (kpi_shapes[d].den == everybody[q])
                        t.cells[i].den = children[t.cells[i].part];
                }
    return t;
}

/* So many of that part are isolated for 30 days. */
static void isolate(struct town *t, enum kpi_part part, int n)
{
    const enum kpi_part parts[] = {KPI_ALL, part};

    for (int i = 0; i < 2; i++) {
        cell_of(t, "isolation_30", parts[i])->num += n;
        cell_of(t, "connection_30", parts[i])->num -= n;
        cell_of(t, "isolation_7", parts[i])->num += n;
        cell_of(t, "connection_7", parts[i])->num -= n;
        cell_of(t, "first", parts[i])->den -= n;
        cell_of(t, "continuity", parts[i])->num -= n;
        cell_of(t, "regular", parts[i])->num -= n;
    }
}

static enum err mask(struct town *t, const struct kpi_rule *rule)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = kpi_mask(t->cells, t->n, KPI_VERSION, rule, t->shown, &why);

    T_TEXT(why.text, "", "no reason to refuse");
    return rc;
}

T_CASE(kpi_mask_every_definition_states_what_it_counts)
{
    bool is_related[KPI_Q_N] = {false};

    T_REQ("CARD-5");
    for (size_t i = 0; i < kpi_relations_n; i++)
        for (int j = 0; j < kpi_relations[i].n_terms; j++)
            is_related[kpi_relations[i].terms[j].q] = true;
    for (int d = 0; d < KPI_DEFS_N; d++) {
        T_TEXT(kpi_shapes[d].kpi, kpi_defs[d].id,
               "a shape for each definition, in their order");
        T_OK(kpi_shapes[d].den != KPI_Q_NONE, kpi_defs[d].id);
        T_EQ(kpi_shapes[d].num == KPI_Q_NONE, kpi_defs[d].form == KPI_MEDIAN, kpi_defs[d].id);
        T_OK(is_related[kpi_shapes[d].den], "hangs together with something");
        T_OK(kpi_shapes[d].num == KPI_Q_NONE || kpi_shapes[d].den == KPI_Q_ROLLS ||
                 is_related[kpi_shapes[d].num],
             "so does the num");
    }
    T_EQ(kpi_mask_released_n(KPI_VERSION), (KPI_DEFS_N - 1) * KPI_PARTS_N,
         "all but the days of presence, which are for reports of attendance");
}

T_CASE(kpi_mask_shows_what_is_large_or_nought)
{
    struct town t = quiet_town(20, 30);

    T_EQ(mask(&t, &five), ERR_OK, "masked");
    for (size_t i = 0; i < t.n; i++)
        T_EQ(t.shown[i], KPI_SHOWN, "nothing to hide");
    T_EQ(kpi_mask_audit(t.cells, t.shown, t.n, KPI_VERSION, &five, NULL), ERR_OK, "audited");
}

T_CASE(kpi_mask_hides_the_complement_of_a_small_cell)
{
    struct town t = quiet_town(20, 30);

    T_REQ("CARD-5");
    isolate(&t, KPI_ELEMENTARY, 2);
    T_EQ(mask(&t, &five), ERR_OK, "masked");
    T_EQ(shown_of(&t, "isolation_30", KPI_ELEMENTARY), KPI_SMALL, "two isolated");
    T_EQ(shown_of(&t, "connection_30", KPI_ELEMENTARY), KPI_SMALL, "it says the same");
    T_EQ(shown_of(&t, "isolation_30", KPI_ALL), KPI_SMALL, "two of all");
    T_OK(shown_of(&t, "first", KPI_ELEMENTARY) != KPI_SHOWN, "in 30 days: those who were met");
    T_EQ(shown_of(&t, "came", KPI_ELEMENTARY), KPI_SHOWN, "what has nothing to do with it");
    isolate(&t, KPI_JUNIOR, 10);
    T_EQ(mask(&t, &five), ERR_OK, "masked");
    T_EQ(shown_of(&t, "isolation_30", KPI_ALL), KPI_SHOWN, "twelve of all");
    T_EQ(shown_of(&t, "isolation_30", KPI_JUNIOR), KPI_COMPLEMENT, "12 - 10 = 2");
    T_EQ(kpi_mask_audit(t.cells, t.shown, t.n, KPI_VERSION, &five, NULL), ERR_OK, "audited");
}

T_CASE(kpi_mask_audit_finds_what_can_be_worked_out)
{
    static const struct {
        const char *kpi;
        enum kpi_part part;
        const char *field;
    } rows[] = {
        {"isolation_30", KPI_JUNIOR, "isolation_30.elementary"},
        {"connection_30", KPI_JUNIOR, "isolation_30.elementary"},
        {"first", KPI_ELEMENTARY, "isolation_30.elementary"},
        {"isolation_30", KPI_ELEMENTARY, "isolation_30.elementary"},
    };

    T_REQ("CARD-5");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct town t = quiet_town(20, 30);
        struct fail why = {.code = ERR_OK};

        isolate(&t, KPI_ELEMENTARY, 2);
        isolate(&t, KPI_JUNIOR, 10);
        T_EQ(mask(&t, &five), ERR_OK, "masked");
        t.shown[cell_of(&t, rows[i].kpi, rows[i].part) - t.cells] = KPI_SHOWN;
        T_EQ(kpi_mask_audit(t.cells, t.shown, t.n, KPI_VERSION, &five, &why), ERR_CONFLICT,
             rows[i].kpi);
        T_TEXT(why.field, rows[i].field, rows[i].kpi);
    }
}

T_CASE(kpi_bounds_never_read_a_hidden_number)
{
    struct town t = quiet_town(20, 30), other;

    isolate(&t, KPI_ELEMENTARY, 2);
    T_EQ(mask(&t, &five), ERR_OK, "masked");
    other = t;
    for (size_t i = 0; i < t.n; i++)
        if (t.shown[i] != KPI_SHOWN)
            other.cells[i].num = other.cells[i].den = -7;
    T_EQ(kpi_bounds(t.cells, t.shown, t.n, KPI_VERSION, &five, t.bounds, NULL), ERR_OK, "one");
    T_EQ(kpi_bounds(other.cells, t.shown, t.n, KPI_VERSION, &five, other.bounds, NULL), ERR_OK,
         "without the hidden numbers");
    T_OK(memcmp(t.bounds, other.bounds, t.n * sizeof t.bounds[0]) == 0, "the same");
    for (size_t i = 0; i < t.n; i++)
        T_OK(t.bounds[i].num_low <= t.cells[i].num && t.cells[i].num <= t.bounds[i].num_high &&
                 t.bounds[i].den_low <= t.cells[i].den &&
                 t.cells[i].den <= t.bounds[i].den_high,
             "the truth is within");
}

T_CASE(kpi_mask_refuses_what_cannot_be)
{
    static const struct {
        const char *what, *kpi;
        enum kpi_part part;
        int64_t num, den;
        const char *field;
    } rows[] = {
        {"negative", "visits", KPI_ALL, -1, 50, "visits.all"},
        {"more than there are", "class", KPI_ALL, 51, 50, "class.all"},
        {"another number of children", "class", KPI_JUNIOR, 30, 31, "class.junior"},
        {"parts that do not add up", "class", KPI_JUNIOR, 29, 30, "class.elementary"},
        {"visits of nobody", "outreach", KPI_ALL, 3, 0, "outreach.all"},
        {"not 100 %", "isolation_90", KPI_ALL, 7, 50, ""},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct town t = quiet_town(20, 30);
        struct fail why = {.code = ERR_OK};

        cell_of(&t, rows[i].kpi, rows[i].part)->num = rows[i].num;
        cell_of(&t, rows[i].kpi, rows[i].part)->den = rows[i].den;
        T_EQ(kpi_mask(t.cells, t.n, KPI_VERSION, &five, t.shown, &why), ERR_INVALID,
             rows[i].what);
        if (rows[i].field[0] != '\0')
            T_TEXT(why.field, rows[i].field, rows[i].what);
    }
}

T_CASE(kpi_mask_refuses_cells_that_are_not_those_of_the_list)
{
    struct town t = quiet_town(20, 30);
    struct kpi_cell kept = t.cells[3];
    struct fail why = {.code = ERR_OK};
    struct kpi_rule rule = five;

    t.cells[3] = t.cells[2];
    T_EQ(kpi_mask(t.cells, t.n, KPI_VERSION, &five, t.shown, &why), ERR_INVALID, "twice");
    T_TEXT(why.field, "isolation_30.junior", "which");
    t.cells[3] = kept;
    T_EQ(kpi_mask(t.cells, t.n - 1, KPI_VERSION, &five, t.shown, &why), ERR_INVALID, "missing");
    T_TEXT(why.field, "back.other", "which");
    t.cells[3].kpi = span_text("present_days");
    T_EQ(kpi_mask(t.cells, t.n, KPI_VERSION, &five, t.shown, &why), ERR_INVALID, "unreleased");
    t.cells[3] = kept;
    T_EQ(kpi_mask(t.cells, t.n, 0, &five, t.shown, &why), ERR_INVALID, "no such version");
    rule.n_days = 27;
    T_EQ(kpi_mask(t.cells, t.n, KPI_VERSION, &rule, t.shown, &why), ERR_INVALID, "no month");
}

T_CASE(kpi_mask_made_up_towns_give_nothing_away)
{
    static const int ks[] = {1, 2, 3, 5, 10};
    int n_naive = 0;

    T_REQ("CARD-5");
    for (uint64_t seed = 0; seed < 200; seed++) {
        const struct kpi_rule rule = {.hide_under = ks[seed % T_COUNT(ks)],
                                      .round_to = 1,
                                      .n_days = 28 + (int)(seed % 4)};
        struct town t;

        t.n = kpi_town_make(seed, (int)(seed * 7 % 190), rule.n_days, t.cells);
        T_EQ(mask(&t, &rule), ERR_OK, "masked");
        T_EQ(kpi_mask_audit(t.cells, t.shown, t.n, KPI_VERSION, &rule, NULL), ERR_OK,
             "audited");
        for (size_t i = 0; i < t.n; i++) /* the naive rule */
            if (t.shown[i] == KPI_COMPLEMENT)
                t.shown[i] = KPI_SHOWN;
        n_naive += kpi_mask_audit(t.cells, t.shown, t.n, KPI_VERSION, &rule, NULL) != ERR_OK;
    }
    T_OK(n_naive > 50, "without complements they give themselves away");
}

/* Who was met last month is the den of this month's continuity: 18 of 20 in both says that two
 * were not, which last month's release hides. */
T_CASE(kpi_mask_hides_what_last_month_hid)
{
    const struct kpi_rule july = {.hide_under = 5, .round_to = 1, .n_days = 31};
    struct town june = quiet_town(20, 30), t = quiet_town(20, 30);
    const struct kpi_neighbour before = {june.cells, june.shown, june.n, KPI_VERSION, five};
    const struct kpi_near near = {.before = &before};
    struct fail why = {.code = ERR_OK};

    T_REQ("CARD-5");
    isolate(&june, KPI_ELEMENTARY, 2);
    T_EQ(mask(&june, &five), ERR_OK, "masked");
    for (int all = 0; all < 2; all++) {
        const enum kpi_part part = all ? KPI_ALL : KPI_ELEMENTARY;

        cell_of(&t, "continuity", part)->num -= 2;
        cell_of(&t, "continuity", part)->den -= 2;
    }
    T_EQ(mask(&t, &july), ERR_OK, "by itself");
    T_EQ(shown_of(&t, "continuity", KPI_ELEMENTARY), KPI_SHOWN, "18 of 18 tell nothing");
    T_EQ(kpi_mask_audit_near(t.cells, t.shown, t.n, KPI_VERSION, &july, &near, &why),
         ERR_CONFLICT, "but 18 of 20 last month do");
    T_TEXT(why.field, "isolation_30.all", "named");
    T_EQ(kpi_mask_near(t.cells, t.n, KPI_VERSION, &july, &near, t.shown, NULL), ERR_OK,
         "masked");
    T_EQ(shown_of(&t, "continuity", KPI_ELEMENTARY), KPI_COMPLEMENT, "hidden");
    T_EQ(shown_of(&t, "came", KPI_ELEMENTARY), KPI_SHOWN, "nothing else");
    T_EQ(kpi_mask_audit_near(t.cells, t.shown, t.n, KPI_VERSION, &july, &near, NULL), ERR_OK,
         "audited");
}

T_CASE(kpi_mask_a_correction_shows_less_never_more)
{
    const struct kpi_near near = {NULL, NULL};

    T_REQ("CARD-5");
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct town t, corrected;

        t.n = kpi_town_make(seed, 20 + (int)seed * 5, 30, t.cells);
        T_EQ(mask(&t, &five), ERR_OK, "masked");
        corrected = t;
        corrected.shown[seed % t.n] = KPI_COMPLEMENT; /* taken back by hand */
        T_EQ(kpi_mask_near(corrected.cells, t.n, KPI_VERSION, &five, &near, corrected.shown,
                           NULL),
             ERR_OK, "corrected");
        T_EQ(kpi_mask_audit(corrected.cells, corrected.shown, t.n, KPI_VERSION, &five, NULL),
             ERR_OK, "audited");
        for (size_t i = 0; i < t.n; i++)
            T_OK(t.shown[i] == KPI_SHOWN || corrected.shown[i] != KPI_SHOWN, "less");
    }
}

T_CASE(kpi_mask_public_tiers_round_and_hide)
{
    struct town t;

    T_REQ("CARD-5");
    for (uint64_t seed = 0; seed < 40; seed++) {
        const struct kpi_rule rule = {seed % 2 == 0 ? 10 : 20, 5, true, 31};
        struct town sent;
        int n_shown = 0;

        t.n = kpi_town_make(seed, 300 + (int)seed * 10, 31, t.cells);
        T_EQ(mask(&t, &rule), ERR_OK, "masked");
        sent = t;
        for (size_t i = 0; i < t.n; i++) {
            sent.cells[i].num = kpi_mask_sent(t.cells[i].num, &rule);
            sent.cells[i].den = kpi_mask_sent(t.cells[i].den, &rule);
            n_shown += t.shown[i] == KPI_SHOWN;
        }
        T_OK(n_shown > 0, "something is shown");
        T_EQ(kpi_mask_audit(sent.cells, t.shown, t.n, KPI_VERSION, &rule, NULL), ERR_OK,
             "judged by what was sent");
    }
    t.n = kpi_town_make(1, 500, 31, t.cells);
    T_EQ(mask(&t, &(struct kpi_rule){0, 5, true, 31}), ERR_OK, "a tier that shows nothing");
    for (size_t i = 0; i < t.n; i++)
        T_EQ(t.shown[i], KPI_SMALL, "hidden");
}
