/* The figures of a month against a town counted by hand (KP-2-1 ... KP-2-5, HI-3.3-11,
 * HI-4.3-6): eight pupils in May 2026, each there for a reason; every definition has its rows
 * here, and numbers that were worked out on paper. */
#include <stdio.h>
#include <string.h>

#include "node/base/jx_scalar.h"
#include "node/db/db_pool.h"
#include "node/features.h"
#include "reporting/kpi/kpi_make.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

enum pupil { AKI, BUN, CHIE, DAI, TRIAL, CLOSED, LATER, GRADELESS, N_PUPILS };

struct may {
    struct people_fixture people;
    struct id pupils[N_PUPILS], staff;
    struct kpi_term term;
};

#define SQL(m, ...) audit_fixture_sql(&(m)->people.store.log, __VA_ARGS__)

static const char *text(struct may *m, struct id id)
{
    return people_fixture_text(&m->people, id);
}

static int64_t at(const char *tokyo)
{
    int64_t us = 0;

    T_OK(jx_time_parse(span_text(tokyo), &us), tokyo);
    return us;
}

static void contact(struct may *m, enum pupil child, struct id other, bool is_peer,
                    bool is_answered, const char *when)
{
    SQL(m,
        "INSERT INTO contact (id, at, child, other, is_peer, kind, is_answered, role) VALUES"
        " (gen_random_uuid(), '2026-%s+09', '%s', '%s', %s, '%s', %s, '')",
        when, text(m, m->pupils[child]), text(m, other), is_peer ? "true" : "false",
        is_answered ? "auto" : "phone", is_answered ? "true" : "false");
}

static void contacts(struct may *m)
{
    contact(m, AKI, m->pupils[BUN], true, true, "04-10 10:00"); /* before May */
    contact(m, AKI, m->staff, false, true, "05-06 10:00");
    contact(m, AKI, m->staff, false, true, "05-20 10:00");
    contact(m, AKI, m->staff, false, true, "05-27 10:00");
    contact(m, BUN, m->pupils[AKI], true, true, "04-25 10:00"); /* over 30 days ago, under 90 */
    contact(m, CHIE, m->staff, false, false, "05-03 10:00"); /* tries before the first answer */
    contact(m, CHIE, m->staff, false, false, "05-09 10:00");
    contact(m, CHIE, m->staff, false, true, "05-28 10:00");
    contact(m, CHIE, m->staff, false, false, "05-30 10:00"); /* after it: no reaching out */
    contact(m, DAI, m->staff, false, false, "05-11 10:00");
    contact(m, DAI, m->staff, false, true, "06-01 00:00"); /* June has begun */
    contact(m, TRIAL, m->staff, false, true, "05-20 10:00");
    contact(m, CLOSED, m->staff, false, true, "05-20 10:00");
}

static void event(struct may *m, enum pupil child, int visit, const char *kind,
                  const char *when)
{
    SQL(m,
        "INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, is_trial) VALUES"
        " (gen_random_uuid(), '00000000-0000-4000-8000-%012d', '2026-%s+09', '%s', '%s',"
        " 'plaza', 1, false)",
        visit, when, text(m, m->pupils[child]), kind);
}

static void visits(struct may *m)
{
    event(m, AKI, 1, "entry", "05-10 10:00"); /* 6 and 5 minutes, a cut between */
    event(m, AKI, 1, "move", "05-10 10:04");
    event(m, AKI, 1, "lost", "05-10 10:06");
    event(m, AKI, 1, "entry", "05-10 10:20");
    event(m, AKI, 1, "exit", "05-10 10:25");
    event(m, AKI, 2, "entry", "05-11 10:00");
    event(m, AKI, 2, "exit", "05-11 10:05");
    event(m, BUN, 3, "entry", "05-12 10:00"); /* a minute too short */
    event(m, BUN, 3, "exit", "05-12 10:09");
    event(m, DAI, 4, "entry", "05-31 23:55"); /* five minutes of it in May */
    event(m, DAI, 4, "exit", "06-01 00:30");
    event(m, CHIE, 5, "entry", "04-30 23:55"); /* came in April, was there in May */
    event(m, CHIE, 5, "exit", "05-01 00:15");
}

static void lesson(struct may *m, enum pupil child, const char *from, const char *to)
{
    SQL(m,
        "WITH j AS (SELECT gen_random_uuid() AS id) INSERT INTO lesson_event (id, at, account,"
        " role, kind, lesson, course, course_version, course_kind, stay, visit, floor, reason,"
        " is_trial) SELECT CASE k.kind WHEN 'joined' THEN j.id ELSE gen_random_uuid() END,"
        " k.at, '%s', 'student', k.kind, '00000000-0000-4000-8000-00000000000a',"
        " '00000000-0000-4000-8000-00000000000b', 1, 'learning', j.id, j.id, 'plaza',"
        " k.reason, false FROM j, (VALUES ('joined', '2026-%s+09'::timestamptz, NULL),"
        " ('left', '2026-%s+09'::timestamptz, 'self')) AS k (kind, at, reason)",
        text(m, m->pupils[child]), from, to);
}

static void step(struct may *m, enum pupil child, int n, int step, bool is_back,
                 const char *day)
{
    SQL(m,
        "INSERT INTO care_step (id, n, at, child, step, on_date, kind, is_back, role) VALUES"
        " (gen_random_uuid(), %d, now(), '%s', %d, '2026-%s', '', %s, '')",
        n, text(m, m->pupils[child]), step, day, is_back ? "true" : "false");
}

static void registered(struct may *m, enum pupil child, int year, const char *support,
                       const char *when)
{
    SQL(m,
        "INSERT INTO registration (id, person, school_year, target, target_since, route, wish,"
        " wish_by, support, admission, recorded_at, role) VALUES (gen_random_uuid(), '%s', %d,"
        " 'unsupported', '2026-04-01', 'desk', 'yes', 'child', '%s', 'resident', '%s+09',"
        " 'commissioner')",
        text(m, m->pupils[child]), year, support, when);
}

static void add_pupils(struct may *m)
{
    static const struct {
        const char *grade, *state, *created;
    } rows[N_PUPILS] = {
        [AKI] = {"P5", "active", "2026-03-10"},   [BUN] = {"J1", "issued", "2026-03-10"},
        [CHIE] = {"J2", "active", "2026-03-10"},  [DAI] = {"P6", "suspended", "2026-03-10"},
        [TRIAL] = {"P1", "active", "2026-03-10"}, [CLOSED] = {"P1", "closed", "2026-03-10"},
        [LATER] = {"P1", "active", "2026-06-02"}, [GRADELESS] = {NULL, "active", "2026-03-10"},
    };
    struct id school = people_fixture_school(&m->people, "学校", true);

    for (int i = 0; i < N_PUPILS; i++) {
        m->pupils[i] = people_fixture_add(
            &m->people, &(struct people_fixture_person){
                            .role = ROLE_STUDENT,
                            .state = rows[i].state,
                            .school = school,
                            .grade = rows[i].grade,
                            .display = "あ",
                            .login = arena_printf(m->people.store.arena, "pupil-%d", i)});
        SQL(m, "UPDATE account SET created_at = '%s 12:00+09', is_trial = %s WHERE id = '%s'",
            rows[i].created, i == TRIAL ? "true" : "false", text(m, m->pupils[i]));
    }
    /* Closed in April; suspended in June only, so still on the rolls of May. */
    SQL(m,
        "INSERT INTO account_step (id, account, state_before, state, at, actor_role) VALUES"
        " (gen_random_uuid(), '%s', 'active', 'closed', '2026-04-20 10:00+09', ''),"
        " (gen_random_uuid(), '%s', 'active', 'suspended', '2026-06-02 10:00+09', '')",
        text(m, m->pupils[CLOSED]), text(m, m->pupils[DAI]));
}

static void may_start(struct may *m)
{
    memset(m, 0, sizeof *m);
    people_fixture_start(&m->people);
    m->staff = id_new();
    m->term =
        (struct kpi_term){at("2026-05-01T00:00:00+09:00"), at("2026-06-01T00:00:00+09:00"), 15};
    add_pupils(m);
    contacts(m);
    visits(m);
    lesson(m, AKI, "05-13 10:00", "05-13 10:10"); /* twice in one lesson: 16 minutes */
    lesson(m, AKI, "05-13 10:20", "05-13 10:26");
    lesson(m, BUN, "05-13 10:00", "05-13 10:14");
    step(m, AKI, 1, 0, false, "03-20");
    step(m, BUN, 2, 0, false, "03-12");
    step(m, BUN, 3, 2, false, "04-20");
    step(m, BUN, 4, 2, true, "05-10");
    step(m, AKI, 5, 1, false, "05-21");
    step(m, CHIE, 6, 0, false, "05-28");
    step(m, DAI, 7, 0, false, "06-01");
    registered(m, CHIE, 2025, "in_school", "2025-06-01 10:00");
    registered(m, CHIE, 2026, "none", "2026-04-08 10:00");
    registered(m, CHIE, 2026, "both", "2026-06-02 10:00");
}

/* Rows of this case have no leaves: they go before the log is verified. */
static void may_stop(struct may *m)
{
    SQL(m, "DELETE FROM contact; DELETE FROM visit_event; DELETE FROM lesson_event;"
           " DELETE FROM care_step; DELETE FROM registration; DELETE FROM account_step");
    people_fixture_stop(&m->people);
}

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

    T_REQ("KP-2-1, KP-2-2, KP-2-3, KP-2-4-0, KP-2-4-1, KP-2-4-2, KP-2-4-5, KP-2-5, KP-3-KPI-1,"
          " HI-3.3-11, HI-4.3-6");
    may_start(&m);
    T_EQ(kpi_make_cells(m.people.store.db, &m.term, m.people.store.arena, &cells, &n, &why),
         ERR_OK, why.text);
    T_EQ(n, KPI_DEFS_N * KPI_PARTS_N, "every part of every figure");
    T_EQ(T_COUNT(rows), KPI_DEFS_N, "every definition has its row here");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        compare(cells, n, &rows[i]);
    count_by_a_handle(&m);
    may_stop(&m);
}

static enum err make_may(struct may *m, struct fail *why)
{
    struct job_call call = {.services = &m->people.store.services,
                            .db = m->people.store.db,
                            .arena = m->people.store.arena};

    return kpi_make_month(&call, m->term.begin_utc_us, why);
}

T_CASE(kpi_of_a_month_stay_when_people_go_and_are_not_shown_when_altered)
{
    const struct caller board = {.role = ROLE_COMMISSIONER};
    struct fail why = {.code = ERR_OK};
    struct req *before, *after;
    struct may m;

    T_REQ("KP-0-1, NI-2.3.4-4b");
    may_start(&m);
    T_EQ(make_may(&m, &why), ERR_OK, why.text);
    before = people_fixture_ask(&m.people, "kpi.show", &board, ID_NONE, ID_NONE, NULL, NULL);
    T_EQ(before->reply.status, 200, "shown");
    T_OK(route_fixture_has(before, "\"month\":\"2026-05\""), "the month");
    T_OK(route_fixture_has(before, "{\"kpi\":\"isolation_30\",\"part\":\"all\",\"num\":3,"
                                   "\"den\":5}"),
         "a number with what it is of");
    T_OK(route_fixture_has(before, "孤立率"), "the definition beside it");

    SQL(&m, "DELETE FROM account WHERE id = '%s'", text(&m, m.pupils[GRADELESS]));
    T_EQ(make_may(&m, &why), ERR_OK, "once more");
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
