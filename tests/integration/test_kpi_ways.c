/* What leads to and from the figures of a month: when they are counted, the children behind
 * one, the file of the page. */
#include <stdio.h>

#include "node/base/clock.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"
#include "tests/integration/kpi_fixture.h"
#include "tests/t.h"

static void clock_to(const char *tokyo)
{
    clock_test_shift(0, 0);
    clock_test_shift(0, may_at(tokyo) - clock_utc_us());
}

/* ---- kpi.due ---- */

static void run_due(struct may *m, const char *tokyo)
{
    struct job_call call = {.services = &m->people.store.services,
                            .db = m->people.store.db,
                            .arena = m->people.store.arena};
    struct fail why = {.code = ERR_OK};

    clock_to(tokyo);
    T_EQ(kpi_jobs[0].run(&call, &why), ERR_OK, why.text);
}

static void has_months(struct may *m, const char *want, const char *what)
{
    struct db *db = m->people.store.db;
    struct kpi_month *months = NULL;
    struct fail why = {.code = ERR_OK};
    char text[KPI_MONTH_CAP], all[256] = "";
    size_t n = 0, len = 0;

    T_EQ(kpi_store_months(db, 99, m->people.store.arena, &months, &n, &why), ERR_OK, why.text);
    while (n-- > 0 && len < sizeof all) {
        kpi_month_text(months[n].month_utc_us, text);
        len += (size_t)snprintf(all + len, sizeof all - len, "%s ", text);
    }
    T_TEXT(all, want, what);
}

T_CASE(kpi_due_counts_the_months_that_are_due_and_each_once)
{
    struct may m;

    T_REQ("KP-0-1");
    may_start(&m);
    SQL(&m, "ALTER TABLE node_identity DISABLE TRIGGER ALL; DELETE FROM node_identity;"
            " ALTER TABLE node_identity ENABLE TRIGGER ALL;"
            " INSERT INTO node_identity (node, role, made_at) VALUES (gen_random_uuid(),"
            " 'municipality', '2026-03-15 12:00+09')");
    run_due(&m, "2026-04-03T23:59:00+09:00");
    has_months(&m, "", "calls of the last days may still be noted");
    run_due(&m, "2026-04-04T00:01:00+09:00");
    has_months(&m, "2026-03 ", "the month in which the node was made");
    run_due(&m, "2026-07-10T10:00:00+09:00");
    run_due(&m, "2026-07-10T11:00:00+09:00");
    has_months(&m, "2026-03 2026-04 2026-05 2026-06 ", "what was missed, each once");
    run_due(&m, "2027-06-20T10:00:00+09:00");
    has_months(&m,
               "2026-03 2026-04 2026-05 2026-06 2026-08 2026-09 2026-10 2026-11 2026-12"
               " 2027-01 2027-02 2027-03 2027-04 2027-05 ",
               "none whose records may be past their term: July is left out");
    clock_test_shift(0, 0);
    may_stop(&m);
}

/* ---- the children behind a figure ---- */

static struct req *ask_people(struct may *m, enum role role, const char *month,
                              const char *figure)
{
    const struct route_call c = {.services = &m->people.store.services,
                                 .db = m->people.store.db,
                                 .arena = m->people.store.arena,
                                 .caller = people_fixture_caller(role, m->staff, ID_NONE),
                                 .month = month,
                                 .figure = figure};

    return route_fixture_call(&kpi_people_routes[0], &c);
}

T_CASE(kpi_people_are_those_behind_the_number)
{
    static const struct {
        const char *what, *month, *figure;
    } nowhere[] = {
        {"no such figure", "2026-05", "isolation_31"},
        {"not counted", "2026-04", "came"},
        {"no month", "2026-13", "came"},
        {"no text of a month", "may", "came"},
        {"empty", "", ""},
    };
    struct fail why = {.code = ERR_OK};
    struct req *req;
    struct may m;

    T_REQ("KP-2-1");
    may_start(&m);
    T_EQ(may_make(&m, &why), ERR_OK, why.text);
    clock_to("2026-06-10T10:00:00+09:00");
    req = ask_people(&m, ROLE_SUPPORTER, "2026-05", "connection_30");
    T_EQ(req->reply.status, 200, "shown");
    T_OK(route_fixture_has(req, "\"n_counted\":2,\"n_hidden\":0"),
         "the number that was counted");
    T_OK(route_fixture_has(req, "\"login\":\"pupil-0\"") &&
             route_fixture_has(req, "\"login\":\"pupil-2\""),
         "Aki and Chie");
    T_OK(!route_fixture_has(req, "pupil-1"), "and nobody else");
    T_EQ(req->n_shown, 2, "whose names were shown is on record");
    T_EQ(kpi_people_routes[0].audit, AUDIT_READ, "as is that somebody looked");
    T_EQ(kpi_people_routes[0].roles, ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_SUPPORTER),
         "for who is on duty with children alone");

    SQL(&m, "UPDATE account SET state = 'closed' WHERE id = '%s'",
        may_text(&m, m.pupils[CHIE]));
    SQL(&m,
        "INSERT INTO account_step (id, account, state_before, state, at, actor_role) VALUES"
        " (gen_random_uuid(), '%s', 'active', 'closed', '2026-05-20 10:00+09', '')",
        may_text(&m, m.pupils[CHIE]));
    req = ask_people(&m, ROLE_COMMISSIONER, "2026-05", "connection_30");
    T_OK(route_fixture_has(req, "\"n_counted\":2") && !route_fixture_has(req, "pupil-2"),
         "the records of today, beside what was counted");
    for (size_t i = 0; i < T_COUNT(nowhere); i++)
        T_EQ(ask_people(&m, ROLE_COMMISSIONER, nowhere[i].month, nowhere[i].figure)
                 ->reply.status,
             404, nowhere[i].what);
    clock_to("2027-04-01T00:00:00+09:00");
    req = ask_people(&m, ROLE_COMMISSIONER, "2026-05", "came");
    T_EQ(req->reply.status, 409, "past the term of the records");
    T_OK(route_fixture_has(req, "kpi-people-past"), "and says so");
    SQL(&m, "UPDATE kpi_cell SET num = 0 WHERE kpi = 'came' AND part = 'all'");
    T_OK(route_fixture_has(ask_people(&m, ROLE_COMMISSIONER, "2026-05", "came"), "kpi-altered"),
         "altered");
    clock_test_shift(0, 0);
    may_stop(&m);
}

/* ---- the file ---- */

static struct req *ask_csv(struct may *m, const char *query)
{
    const struct route_call c = {
        .services = &m->people.store.services,
        .db = m->people.store.db,
        .arena = m->people.store.arena,
        .caller = people_fixture_caller(ROLE_COMMISSIONER, m->staff, ID_NONE),
        .query = query};

    return route_fixture_call(&kpi_file_routes[0], &c);
}

T_CASE(kpi_csv_holds_what_was_counted)
{
    struct fail why = {.code = ERR_OK};
    struct req *req;
    struct may m;

    T_REQ("KP-2-1, KP-2-5, HI-4.3-6");
    may_start(&m);
    req = ask_csv(&m, NULL);
    T_EQ(req->reply.status, 200, "no month yet");
    T_OK(!route_fixture_has(req, "2026-05"), "a head alone");
    T_EQ(may_make(&m, &why), ERR_OK, why.text);
    SQL(&m, "DELETE FROM contact");
    req = ask_csv(&m, NULL);
    T_EQ(req->reply.status, 200, "all months");
    T_OK(route_fixture_has(req, "\xEF\xBB\xBF\"月\",\"区分\",\"指標\""), "a mark and a head");
    T_OK(route_fixture_has(req,
                           "\"2026-05\",\"つながる前\",\"孤立率（30日）\",\"全員\",\"割合\","
                           "\"3\",\"5\",\"60.0\",\"1\",\"月の終わりまでの30日間に"),
         "a share, as it was counted, with its definition");
    T_OK(route_fixture_has(req,
                           "\"はじめてつながった児童生徒\",\"そのほか\",\"割合\",\"0\",\"0\","
                           "\"\",\"1\""),
         "a share of nobody is no zero per cent");
    T_OK(route_fixture_has(req, "\"段階2までの日数（中央値）\",\"全員\",\"日数の中央値\",\"\","
                                "\"0\",\"\""),
         "a median of nobody is empty");
    T_OK(route_fixture_has(req, "\"訪問の回数\",\"全員\",\"回数\",\"4\",\"3\",\"\""),
         "a count");
    T_EQ(kpi_file_routes[0].audit, AUDIT_EXPORT, "an export");
    T_SPAN(ask_csv(&m, "month=2026-05")->reply.body, req->reply.body, "the one month there is");
    T_EQ(ask_csv(&m, "month=2026-06")->reply.status, 404, "not counted");
    T_EQ(ask_csv(&m, "month=2026-5")->reply.status, 422, "no month");
    T_EQ(ask_csv(&m, "form=ods")->reply.status, 422, "a form there is none of");
    T_SPAN(ask_csv(&m, "form=csv")->reply.body, req->reply.body, "the form it has by itself");
    req = ask_csv(&m, "form=xlsx&month=2026-05");
    T_EQ(req->reply.status, 200, "a workbook");
    T_OK(route_fixture_has(req, "xl/worksheets/sheet1.xml"), "with a sheet");
    T_SPAN(ask_csv(&m, "form=xlsx")->reply.body, req->reply.body, "made of the same rows");
    SQL(&m, "UPDATE kpi_cell SET num = 0 WHERE kpi = 'came' AND part = 'all'");
    T_OK(route_fixture_has(ask_csv(&m, NULL), "kpi-altered"), "altered");
    may_stop(&m);
}
