/* kpi.month: all figures of one month, as the monthly job counts them, of a town with 500 IDs
 * whose ten months are two million rows of what the figures read: visits in steps, contacts,
 * lessons, steps. The month is the last one, which has all the others before it. kpi.page: the
 * answer that the page of figures is drawn from, ten months with their definitions, out of the
 * kept rows. kpi.report: the monthly report of the newest of them, PDF and workbook, read and
 * drawn. By the clock, each the middle of three. */
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/node_conf.h"
#include "reporting/kpi/kpi_make.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"
#include "reporting/monthly_make.h"
#include "reporting/monthly_paper.h"
#include "tests/bench/bench.h"
#include "tests/integration/people_fixture.h"

#define N_PUPILS 500
#define N_MONTHS 10
#define FROM     INT64_C(1777561200000000) /* 2026-05-01T00:00:00+09:00 */

static double month_s, page_ms, report_s;

static double middle(const double v[3])
{
    double least = v[0] < v[1] ? v[0] : v[1], most = v[0] < v[1] ? v[1] : v[0];

    return v[2] < least ? least : v[2] > most ? most : v[2];
}

/* Every day of ten months: a visit of nine rows, two contacts, a lesson; 13 rows a pupil and
 * day. */
static void fill(struct people_fixture *f)
{
    static const char days[] = "generate_series(0, 303) AS d (n), pupil AS p, term AS t";
    struct audit_fixture *log = &f->store.log;

    audit_fixture_sql(
        log,
        "CREATE TEMP TABLE term AS SELECT '2026-05-01 10:00+09'::timestamptz AS at;"
        " CREATE TEMP TABLE pupil AS SELECT id, row_number() OVER ()::integer AS k FROM account"
        " WHERE role = 'student'; UPDATE account SET created_at = '2026-04-20 10:00+09'");
    audit_fixture_sql(
        log,
        "INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, is_trial) SELECT"
        " gen_random_uuid(), md5(p.k || ' ' || d.n)::uuid, t.at + make_interval(days => d.n,"
        " mins => p.k %% 60 + e * 3), p.id, CASE e WHEN 0 THEN 'entry' WHEN 8 THEN 'exit' ELSE"
        " 'move' END, 'plaza', 1, false FROM %s, generate_series(0, 8) AS e",
        days);
    audit_fixture_sql(
        log,
        "INSERT INTO contact (id, at, child, other, is_peer, kind, is_answered, role) SELECT"
        " gen_random_uuid(), t.at + make_interval(days => d.n, mins => p.k %% 60 + e), p.id,"
        " gen_random_uuid(), e = 1, 'auto', p.k %% 10 <> 0, '' FROM %s, generate_series(0, 1)"
        " AS e",
        days);
    audit_fixture_sql(
        log,
        "INSERT INTO lesson_event (id, at, account, role, kind, lesson, course, course_version,"
        " course_kind, stay, visit, floor, reason, is_trial) SELECT CASE e WHEN 0 THEN s.id "
        "ELSE"
        " gen_random_uuid() END, t.at + make_interval(days => d.n, mins => 60 + e * (p.k %% "
        "40)),"
        " p.id, 'student', CASE e WHEN 0 THEN 'joined' ELSE 'left' END, md5('l' || d.n)::uuid,"
        " md5('c')::uuid, 1, 'learning', s.id, s.id, 'plaza', CASE e WHEN 1 THEN 'self' END,"
        " false FROM %s, LATERAL (SELECT md5(p.k || 's' || d.n)::uuid AS id) AS s,"
        " generate_series(0, 1) AS e",
        days);
    audit_fixture_sql(
        log,
        "INSERT INTO care_step (id, n, at, child, step, on_date, kind, is_back, role) SELECT"
        " gen_random_uuid(), row_number() OVER (), now(), p.id, s.step, '2026-05-02'::date"
        " + (p.k %% 200) + s.step * 10, '', false, '' FROM pupil p, generate_series(0, 4)"
        " AS s (step) WHERE s.step <= p.k %% 6");
    audit_fixture_sql(log, "ANALYZE"); /* as autovacuum has done in ten months */
}

static enum err count_months(struct people_fixture *f, struct fail *why)
{
    struct job_call call = {
        .services = &f->store.services, .db = f->store.db, .arena = f->store.arena};
    int64_t month = FROM;
    double took[3] = {0};
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < N_MONTHS; i++, month = kpi_month_next(month)) {
        int64_t began = clock_mono_us();

        rc = kpi_make_month(&call, month, why);
        took[i % 3] = (double)(clock_mono_us() - began) / 1e6; /* at the end: the last three */
    }
    month_s = middle(took);
    return rc;
}

static enum err ask_pages(struct people_fixture *f, struct fail *why)
{
    const struct caller board = {.role = ROLE_COMMISSIONER};
    double took[3] = {0};

    for (int i = 0; i < 3; i++) {
        int64_t began = clock_mono_us();
        struct req *req =
            people_fixture_ask(f, "kpi.show", &board, ID_NONE, ID_NONE, NULL, NULL);

        took[i] = (double)(clock_mono_us() - began) / 1e3;
        if (req->reply.status != 200)
            return fail_set(why, ERR_INTERNAL, "the page: %d", req->reply.status);
    }
    page_ms = middle(took);
    return ERR_OK;
}

static enum err draw_report(struct people_fixture *f, const struct monthly_report *report,
                            struct fail *why)
{
    struct arena *arena = NULL;
    struct monthly_paper paper;
    struct span pdf, book;
    enum err rc = arena_create(65536, &arena, why);

    if (rc == ERR_OK)
        rc = monthly_paper_make(f->store.db, report, arena, &paper, why);
    if (rc == ERR_OK)
        rc = monthly_paper_pdf(&paper, arena, &pdf, why);
    if (rc == ERR_OK)
        rc = monthly_paper_xlsx(&paper, arena, &book, why);
    arena_destroy(&arena);
    return rc;
}

static enum err draw_reports(struct people_fixture *f, struct fail *why)
{
    const struct conf_table tables[] = {{node_conf_rows, NODE_CONF_N}, {NULL, 0}};
    struct conf *conf = NULL;
    const struct job_call call = {
        .services = &f->store.services, .db = f->store.db, .arena = f->store.arena};
    struct monthly_order order = {.month_utc_us = FROM};
    struct monthly_report report;
    double took[3] = {0};
    enum err rc = conf_load(f->store.log.keyd.conf_path, tables, CONF_IGNORE_UNKNOWN, NULL,
                            NULL, &conf, why);

    f->store.services.conf = conf;
    for (int i = 1; i < N_MONTHS; i++)
        order.month_utc_us = kpi_month_next(order.month_utc_us);
    if (rc == ERR_OK)
        rc = monthly_make(&call, &order, why);
    if (rc == ERR_OK)
        rc = monthly_store_of_month(f->store.db, order.month_utc_us, f->store.arena, &report,
                                    why);
    for (int i = 0; rc == ERR_OK && i < 3; i++) {
        int64_t began = clock_mono_us();

        rc = draw_report(f, &report, why);
        took[i] = (double)(clock_mono_us() - began) / 1e6;
    }
    report_s = middle(took);
    f->store.services.conf = NULL;
    conf_free(&conf);
    return rc;
}

static enum err measure(struct fail *why)
{
    static struct people_fixture f;
    enum err rc;

    if (month_s > 0)
        return ERR_OK;
    people_fixture_start(&f);
    for (int i = 0; i < N_PUPILS; i++)
        people_fixture_add(&f, &(struct people_fixture_person){
                                   .role = ROLE_STUDENT,
                                   .grade = i % 2 == 0 ? "P4" : "J2",
                                   .display = "あ",
                                   .login = arena_printf(f.store.arena, "pupil-%d", i)});
    fill(&f);
    fprintf(stderr, "  %lld rows\n",
            (long long)store_fixture_i64(&f.store,
                                         "SELECT (SELECT count(*) FROM visit_event) + (SELECT"
                                         " count(*) FROM contact) + (SELECT count(*) FROM"
                                         " lesson_event) + (SELECT count(*) FROM care_step)"));
    rc = count_months(&f, why);
    if (rc == ERR_OK)
        rc = ask_pages(&f, why);
    if (rc == ERR_OK)
        rc = draw_reports(&f, why);
    audit_fixture_sql(&f.store.log,
                      "TRUNCATE contact, visit_event, lesson_event, care_step"); /* no leaves */
    people_fixture_stop(&f);
    return rc;
}

BENCH(kpi_month, "kpi.month", "s", 3, true)
{
    enum err rc = measure(why);

    *value_out = month_s;
    return rc;
}

BENCH(kpi_page, "kpi.page", "ms", 300, true)
{
    enum err rc = measure(why);

    *value_out = page_ms;
    return rc;
}

BENCH(kpi_report, "kpi.report", "s", 5, true)
{
    enum err rc = measure(why);

    *value_out = report_s;
    return rc;
}
