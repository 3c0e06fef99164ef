/* The figures of a month against a town counted by hand (KP-2-1 ... KP-2-5, HI-3.3-11,
 * HI-4.3-6): eight pupils in May 2026, each there for a reason; every definition has its rows
 * here, and numbers that were worked out on paper. */
#include <stdio.h>

#include "node/db/db_pool.h"
#include "node/features.h"
#include "reporting/kpi/kpi_make.h"
#include "reporting/kpi/kpi_mask.h"
#include "reporting/kpi/kpi_rows.h"
#include "tests/integration/kpi_fixture.h"
#include "tests/t.h"

struct want {
    const char *kpi;
    int64_t all[2], elementary[2], junior[2], other[2];
};

static void compare(const struct kpi_cell *cells, size_t n, const struct want *want)
{
    const int64_t *parts[KPI_PARTS_N] = {want->all, want->elementary, want->junior,
                                         want->other};
    char what[96];
    int n_found = 0;

    for (size_t i = 0; i < n; i++)
        if (span_eq(cells[i].kpi, span_text(want->kpi))) {
            snprintf(what, sizeof what, "%s part %d", want->kpi, (int)cells[i].part);
            T_EQ(cells[i].num, parts[cells[i].part][0], what);
            T_EQ(cells[i].den, parts[cells[i].part][1], what);
            n_found++;
        }
    T_EQ(n_found, KPI_PARTS_N, want->kpi);
}

/* The list behind a number is as long as the number says, for every definition. */
static void look_behind(struct may *m, const struct want *want)
{
    const struct kpi_def *def = kpi_def_find(span_text(want->kpi), KPI_VERSION);
    struct fail why = {.code = ERR_OK};
    struct id *who = NULL;
    size_t n = 0;

    T_EQ(
        kpi_store_who(m->people.store.db, def, &m->term, m->people.store.arena, &who, &n, &why),
        ERR_OK, why.text);
    T_EQ(n, want->all[def->form == KPI_SHARE ? 0 : 1], want->kpi);
}

/* What the statements count hangs together as the mask of a release says. */
static void mask_them(const struct may *m, const struct kpi_cell *cells, size_t n)
{
    static struct kpi_cell released[KPI_DEFS_N * KPI_PARTS_N];
    static enum kpi_shown shown[KPI_DEFS_N * KPI_PARTS_N];
    const struct kpi_rule rule = kpi_rule_coordinator(5, m->term.begin_utc_us);
    const size_t n_released = kpi_mask_released(cells, n, KPI_VERSION, released);
    struct fail why = {.code = ERR_OK};

    T_EQ(rule.n_days, 31, "May");
    T_EQ(kpi_mask(released, n_released, KPI_VERSION, &rule, shown, &why), ERR_OK, why.text);
    for (size_t i = 0; i < n_released; i++)
        T_OK(shown[i] != KPI_SHOWN || (released[i].num == 0 && released[i].den % 5 == 0),
             "of five children nothing but noughts is shown");
}

/* As the node's jobs do: their db borrows a session for each call. */
static void count_by_a_handle(struct may *m)
{
    struct db_conf conf = store_fixture_conf(&m->people.store, "ibasho_app"), shared = conf;
    struct fail why = {.code = ERR_OK};
    struct kpi_cell *cells = NULL;
    struct db_pool *pool = NULL;
    struct db *db = NULL;
    size_t n = 0;

    T_EQ(db_pool_create(&conf, features_stmts, &pool, &why), ERR_OK, why.text);
    shared.pool = pool;
    T_EQ(db_open(&shared, features_stmts, &db, &why), ERR_OK, why.text);
    T_EQ(kpi_make_cells(db, &m->term, m->people.store.arena, &cells, &n, &why), ERR_OK,
         why.text);
    T_EQ(n, KPI_DEFS_N * KPI_PARTS_N, "by a shared session, too");
    db_close(&db);
    db_pool_destroy(&pool);
}

T_CASE(kpi_of_a_month_are_those_that_were_worked_out_by_hand)
{
    /* On the rolls: Aki, Dai (elementary), Bun, Chie (junior), and one without a grade. */
    static const struct want rows[] = {
        {"isolation_30", {3, 5}, {1, 2}, {1, 2}, {1, 1}},
        {"isolation_7", {3, 5}, {1, 2}, {1, 2}, {1, 1}},
        {"isolation_90", {2, 5}, {1, 2}, {0, 2}, {1, 1}},
        {"connection_30", {2, 5}, {1, 2}, {1, 2}, {0, 1}},
        {"connection_7", {2, 5}, {1, 2}, {1, 2}, {0, 1}},
        {"connection_90", {3, 5}, {1, 2}, {2, 2}, {0, 1}},
        {"first", {1, 2}, {0, 1}, {1, 1}, {0, 0}},
        {"first_unsupported", {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {"outreach", {3, 2}, {1, 1}, {2, 1}, {0, 0}},
        {"continuity", {1, 2}, {1, 1}, {0, 1}, {0, 0}},
        {"regular", {1, 5}, {1, 2}, {0, 2}, {0, 1}},
        {"came", {3, 5}, {2, 2}, {1, 2}, {0, 1}},
        {"stayed", {1, 3}, {1, 2}, {0, 1}, {0, 0}},
        {"visits", {4, 3}, {3, 2}, {1, 1}, {0, 0}},
        {"class", {1, 5}, {1, 2}, {0, 2}, {0, 1}},
        {"at_none", {2, 5}, {1, 2}, {0, 2}, {1, 1}},
        {"at_0", {2, 5}, {0, 2}, {2, 2}, {0, 1}},
        {"at_1", {1, 5}, {1, 2}, {0, 2}, {0, 1}},
        {"at_2", {0, 5}, {0, 2}, {0, 2}, {0, 1}},
        {"at_3", {0, 5}, {0, 2}, {0, 2}, {0, 1}},
        {"at_4", {0, 5}, {0, 2}, {0, 2}, {0, 1}},
        {"days_0", {10, 3}, {10, 1}, {2, 2}, {0, 0}}, /* of 10, 2 and 79 days */
        {"days_1", {62, 1}, {62, 1}, {0, 0}, {0, 0}},
        {"days_2", {0, 0}, {0, 0}, {0, 0}, {0, 0}},
        {"days_3", {0, 0}, {0, 0}, {0, 0}, {0, 0}},
        {"days_4", {0, 0}, {0, 0}, {0, 0}, {0, 0}},
        {"rose", {2, 5}, {1, 2}, {1, 2}, {0, 1}}, /* Bun went back, Chie came in */
        {"back", {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {"present_days", {2, 2}, {1, 1}, {1, 1}, {0, 0}},
    };
    struct fail why = {.code = ERR_OK};
    struct kpi_cell *cells = NULL;
    struct may m;
    size_t n = 0;

    T_REQ("CARD-5, KP-2-1, KP-2-2, KP-2-3, KP-2-4-0, KP-2-4-1, KP-2-4-2, KP-2-4-5, KP-2-5,"
          " KP-3-KPI-1, HI-3.3-11, HI-4.3-6");
    may_start(&m);
    T_EQ(kpi_make_cells(m.people.store.db, &m.term, m.people.store.arena, &cells, &n, &why),
         ERR_OK, why.text);
    T_EQ(n, KPI_DEFS_N * KPI_PARTS_N, "every part of every figure");
    T_EQ(T_COUNT(rows), KPI_DEFS_N, "every definition has its row here");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        compare(cells, n, &rows[i]);
        look_behind(&m, &rows[i]);
    }
    mask_them(&m, cells, n);
    count_by_a_handle(&m);
    may_stop(&m);
}

T_CASE(kpi_of_a_month_stay_when_people_go_and_are_not_shown_when_altered)
{
    const struct caller board = {.role = ROLE_COMMISSIONER};
    struct fail why = {.code = ERR_OK};
    struct req *before, *after;
    struct may m;

    T_REQ("KP-0-1, NI-2.3.4-4b");
    may_start(&m);
    T_EQ(may_make(&m, &why), ERR_OK, why.text);
    before = people_fixture_ask(&m.people, "kpi.show", &board, ID_NONE, ID_NONE, NULL, NULL);
    T_EQ(before->reply.status, 200, "shown");
    T_OK(route_fixture_has(before, "\"month\":\"2026-05\""), "the month");
    T_OK(route_fixture_has(before, "{\"kpi\":\"isolation_30\",\"part\":\"all\",\"num\":3,"
                                   "\"den\":5}"),
         "a number with what it is of");
    T_OK(route_fixture_has(before, "孤立率"), "the definition beside it");

    SQL(&m, "DELETE FROM account WHERE id = '%s'", may_text(&m, m.pupils[GRADELESS]));
    T_EQ(may_make(&m, &why), ERR_OK, "once more");
    T_EQ(store_fixture_i64(&m.people.store, "SELECT count(*) FROM kpi_month"), 1, "once");
    after = people_fixture_ask(&m.people, "kpi.show", &board, ID_NONE, ID_NONE, NULL, NULL);
    T_SPAN(after->reply.body, before->reply.body, "what was counted stays");

    SQL(&m, "UPDATE kpi_cell SET num = 0 WHERE kpi = 'isolation_30' AND part = 'all'");
    after = people_fixture_ask(&m.people, "kpi.show", &board, ID_NONE, ID_NONE, NULL, NULL);
    T_EQ(after->reply.status, 409, "altered");
    T_OK(route_fixture_has(after, "kpi-altered"), "and says so");
    may_stop(&m);
}

T_CASE(kpi_definitions_have_words_and_one_meaning_a_version)
{
    T_REQ("KP-0-1, KP-2-1");
    for (int i = 0; i < KPI_DEFS_N; i++) {
        const struct kpi_def *def = &kpi_defs[i];

        for (int version = 1; version <= KPI_VERSION; version++)
            if (kpi_def_is_of(def, version))
                T_OK(kpi_def_find(span_text(def->id), version) == def, def->id);
        T_OK(def->text_ja[0] != '\0' && def->text_en[0] != '\0', def->id);
        T_OK(i == 0 || def->stage >= kpi_defs[i - 1].stage, "in the order of the stages");
    }
    T_OK(kpi_def_find(SPAN("isolation_30"), 0) == NULL, "no such version");
    T_OK(kpi_defs[0].stage == KPI_TIE, "attendance is not the first");
    T_OK(kpi_defs[KPI_DEFS_N - 1].stage == KPI_APART, "it stands apart, at the end");
}
