#include "tests/integration/kpi_fixture.h"

#include <string.h>

#include "node/base/jx_scalar.h"
#include "reporting/kpi/kpi_make.h"

const char *may_text(struct may *m, struct id id)
{
    return people_fixture_text(&m->people, id);
}

int64_t may_at(const char *tokyo)
{
    int64_t us = 0;

    invariant(jx_time_parse(span_text(tokyo), &us), "no time: %s", tokyo);
    return us;
}

static void contact(struct may *m, enum pupil child, struct id other, bool is_peer,
                    bool is_answered, const char *when)
{
    SQL(m,
        "INSERT INTO contact (id, at, child, other, is_peer, kind, is_answered, role) VALUES"
        " (gen_random_uuid(), '2026-%s+09', '%s', '%s', %s, '%s', %s, '')",
        when, may_text(m, m->pupils[child]), may_text(m, other), is_peer ? "true" : "false",
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
        visit, when, may_text(m, m->pupils[child]), kind);
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
        may_text(m, m->pupils[child]), from, to);
}

static void step(struct may *m, enum pupil child, int n, int step, bool is_back,
                 const char *day)
{
    SQL(m,
        "INSERT INTO care_step (id, n, at, child, step, on_date, kind, is_back, role) VALUES"
        " (gen_random_uuid(), %d, now(), '%s', %d, '2026-%s', '', %s, '')",
        n, may_text(m, m->pupils[child]), step, day, is_back ? "true" : "false");
}

static void registered(struct may *m, enum pupil child, int year, const char *support,
                       const char *when)
{
    SQL(m,
        "INSERT INTO registration (id, person, school_year, target, target_since, route, wish,"
        " wish_by, support, admission, recorded_at, role) VALUES (gen_random_uuid(), '%s', %d,"
        " 'unsupported', '2026-04-01', 'desk', 'yes', 'child', '%s', 'resident', '%s+09',"
        " 'commissioner')",
        may_text(m, m->pupils[child]), year, support, when);
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
            rows[i].created, i == TRIAL ? "true" : "false", may_text(m, m->pupils[i]));
    }
    /* Closed in April; suspended in June only, so still on the rolls of May. */
    SQL(m,
        "INSERT INTO account_step (id, account, state_before, state, at, actor_role) VALUES"
        " (gen_random_uuid(), '%s', 'active', 'closed', '2026-04-20 10:00+09', ''),"
        " (gen_random_uuid(), '%s', 'active', 'suspended', '2026-06-02 10:00+09', '')",
        may_text(m, m->pupils[CLOSED]), may_text(m, m->pupils[DAI]));
}

void may_start(struct may *m)
{
    memset(m, 0, sizeof *m);
    people_fixture_start(&m->people);
    m->staff = id_new();
    m->term = (struct kpi_term){may_at("2026-05-01T00:00:00+09:00"),
                                may_at("2026-06-01T00:00:00+09:00"), 15};
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
void may_stop(struct may *m)
{
    SQL(m, "DELETE FROM contact; DELETE FROM visit_event; DELETE FROM lesson_event;"
           " DELETE FROM care_step; DELETE FROM registration; DELETE FROM account_step");
    people_fixture_stop(&m->people);
}

enum err may_make(struct may *m, struct fail *why)
{
    struct job_call call = {.services = &m->people.store.services,
                            .db = m->people.store.db,
                            .arena = m->people.store.arena};

    return kpi_make_month(&call, m->term.begin_utc_us, why);
}
