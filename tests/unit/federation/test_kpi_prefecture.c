#include "federation/kpi_prefecture.h"

#include <stdlib.h>

#include "node/base/jx_scalar.h"
#include "reporting/kpi/kpi_month.h"
#include "tests/t.h"

#define N 5
#define NAME(lit) \
    { \
        (const uint8_t *)(lit), sizeof(lit) - 1 \
    }

static int64_t at(const char *text)
{
    int64_t utc_us = 0;

    invariant(jx_time_parse(span_text(text), &utc_us), "time %s", text);
    return utc_us;
}

static int64_t month_of(const char *text)
{
    int64_t utc_us = 0;

    T_OK(kpi_month_parse(span_text(text), &utc_us), text);
    return utc_us;
}

/* Five nodes: one that shows, one that hides, one that is silent, one that took its month back,
 * one that shows zeros. */
static const struct prefecture_cell shows[] = {{NAME("isolation_30"), true, 6, 20},
                                               {NAME("visits"), true, 40, 9},
                                               {NAME("days_1"), true, 12, 7}},
                                    hides[] = {{NAME("isolation_30"), false, 0, 0},
                                               {NAME("visits"), true, 10, 5},
                                               {NAME("days_1"), true, 30, 5}},
                                    zeros[] = {{NAME("isolation_30"), true, 0, 0},
                                               {NAME("visits"), true, 0, 0},
                                               {NAME("days_1"), true, 0, 0}};

struct prefecture {
    struct prefecture_node nodes[N];
    struct prefecture_given given[N];
    const struct prefecture_given *by_node[N];
};

static void make(struct prefecture *p)
{
    static const struct prefecture_cell *const cells[N] = {shows, hides, NULL, NULL, zeros};

    *p = (struct prefecture){.nodes = {{.tier = 1}}};
    for (int i = 0; i < N; i++) {
        p->nodes[i].is_chosen = true;
        p->given[i] = (struct prefecture_given){.version = 1,
                                                .is_withdrawn = i == 3,
                                                .cells = cells[i],
                                                .n = cells[i] == NULL ? 0 : 3};
        p->by_node[i] = i == 2 ? NULL : &p->given[i];
    }
}

static struct prefecture_sum sum_of(const struct prefecture *p, const char *kpi, char *covers)
{
    const struct kpi_def *def = kpi_def_find(span_text(kpi), 1);
    struct prefecture_sum sum;

    invariant(def != NULL, "%s", kpi);
    prefecture_add_up(def, p->nodes, p->by_node, N, covers, &sum);
    return sum;
}

T_CASE(prefecture_sums_are_of_shown_cells_and_say_whose)
{
    struct prefecture p;
    struct prefecture_sum sum;
    char covers[N + 1];

    T_REQ("CARD-7, CARD-5");
    make(&p);
    sum = sum_of(&p, "isolation_30", covers);
    T_TEXT(sum.covers, "10001", "who hides, is silent or took it back is not in it");
    T_EQ(sum.n_nodes, 2, "two of five");
    T_EQ(sum.num, 6, "of all shown");
    T_EQ(sum.den, 20, "of all children of those");
    sum = sum_of(&p, "visits", covers);
    T_TEXT(sum.covers, "11001", "another number is of other nodes");
    T_EQ(sum.num, 50, "a count is added up");
    T_EQ(sum.den, 14, "with its children");
    p.nodes[0].is_chosen = false;
    sum = sum_of(&p, "isolation_30", covers);
    T_TEXT(sum.covers, "00001", "who is not chosen is not counted");
    T_EQ(sum.den, 0, "nobody is left");
    p.nodes[4].is_chosen = false;
    sum = sum_of(&p, "isolation_30", covers);
    T_EQ(sum.n_nodes, 0, "no node shows it");
}

T_CASE(prefecture_medians_are_never_added_up)
{
    struct prefecture p;
    struct prefecture_sum sum;
    char covers[N + 1];

    T_REQ("CARD-7, KP-2-4-5");
    make(&p);
    sum = sum_of(&p, "days_1", covers);
    T_OK(sum.has_range, "a range");
    T_EQ(sum.low, 12, "the least");
    T_EQ(sum.high, 30, "the greatest; of nobody there is none, so no 0");
    T_EQ(sum.num, 0, "and no sum");
    T_EQ(sum.den, 12, "of so many children");
    p.by_node[0] = p.by_node[1] = NULL;
    sum = sum_of(&p, "days_1", covers);
    T_OK(!sum.has_range, "nobody has one");
    T_EQ(sum.n_nodes, 1, "though one shows that");
}

T_CASE(prefecture_cells_are_shown_hidden_absent_or_taken_back)
{
    const struct kpi_def *isolation = kpi_def_find(SPAN("isolation_30"), 1);
    const struct kpi_def *came = kpi_def_find(SPAN("came"), 1);
    static const enum prefecture_at want[N] = {PREFECTURE_SHOWN, PREFECTURE_HIDDEN,
                                               PREFECTURE_ABSENT, PREFECTURE_WITHDRAWN,
                                               PREFECTURE_SHOWN};
    const struct prefecture_cell *cell = NULL;
    struct prefecture p;

    T_REQ("CARD-7");
    make(&p);
    for (int i = 0; i < N; i++) {
        T_EQ(prefecture_cell_of(p.by_node[i], isolation, &cell), want[i], "a node");
        T_EQ(cell != NULL, want[i] == PREFECTURE_SHOWN, "numbers of shown ones alone");
    }
    T_EQ(prefecture_cell_of(p.by_node[0], came, &cell), PREFECTURE_ABSENT, "not in the list");
    T_OK(prefecture_is_given(isolation, p.nodes, p.by_node, N), "named");
    T_OK(!prefecture_is_given(came, p.nodes, p.by_node, N), "by nobody");
    T_EQ(prefecture_version(p.nodes, p.by_node, N), 1, "the set of the month");
    p.given[4].version = 99;
    T_EQ(prefecture_version(p.nodes, p.by_node, N), 99, "the newest");
    for (int i = 0; i < N; i++)
        p.nodes[i].is_chosen = false;
    T_EQ(prefecture_version(p.nodes, p.by_node, N), 0, "nobody is chosen");
}

T_CASE(prefecture_nodes_are_late_when_a_month_is_missed)
{
    static const struct {
        const char *what, *from, *to, *last, *now;
        enum prefecture_standing want;
    } rows[] = {
        {"its month came", "2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00", "2026-10",
         "2026-11-23T00:00:00+09:00", PREFECTURE_GOOD},
        {"not yet due", "2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00", "2026-09",
         "2026-11-14T23:59:59+09:00", PREFECTURE_GOOD},
        {"due", "2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00", "2026-09",
         "2026-11-15T00:00:00+09:00", PREFECTURE_LATE},
        {"never", "2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00", NULL,
         "2026-11-15T00:00:00+09:00", PREFECTURE_LATE},
        {"came in after that month", "2026-11-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00",
         NULL, "2026-11-23T00:00:00+09:00", PREFECTURE_NEW},
        {"came in within it", "2026-10-31T00:00:00+09:00", "2027-04-01T00:00:00+09:00", NULL,
         "2026-11-23T00:00:00+09:00", PREFECTURE_LATE},
        {"renewed after that month", "2026-11-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00",
         "2026-08", "2026-11-23T00:00:00+09:00", PREFECTURE_GOOD},
        {"its contract is over", "2026-04-01T00:00:00+09:00", "2026-11-01T00:00:00+09:00",
         "2026-10", "2026-11-01T00:00:00+09:00", PREFECTURE_ENDED},
    };

    T_REQ("CARD-7");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct fed_member member = {.contract_from_utc_us = at(rows[i].from),
                                          .contract_to_utc_us = at(rows[i].to)};
        int64_t last = rows[i].last == NULL ? 0 : month_of(rows[i].last);

        T_EQ(prefecture_standing_of(&member, last, at(rows[i].now)), rows[i].want,
             rows[i].what);
    }
    T_EQ(prefecture_standing_of(NULL, month_of("2026-10"), at("2026-11-23T00:00:00+09:00")),
         PREFECTURE_ENDED, "not in the list");
}

T_CASE(prefecture_nodes_stand_by_their_codes)
{
    struct prefecture_node nodes[] = {
        {.name = SPAN("gone"), .tier = -1},
        {.name = SPAN("c"), .code = SPAN("320001"), .tier = 0},
        {.name = SPAN("b"), .code = SPAN("310001"), .tier = 2},
        {.name = SPAN("bb"), .code = SPAN(""), .tier = 1},
        {.name = SPAN("b"), .code = SPAN(""), .tier = 1},
    };
    static const char *const want[] = {"b", "bb", "b", "c", "gone"};

    T_REQ("CARD-7");
    qsort(nodes, T_COUNT(nodes), sizeof nodes[0], prefecture_node_order);
    for (size_t i = 0; i < T_COUNT(nodes); i++)
        T_SPAN(nodes[i].name, span_text(want[i]), "in order");
}
