/* Rights on real rows: given as the rules say, repeated, ended, unused. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/erase.h"
#include "node/features.h"
#include "tenants/people/account_step_store.h"
#include "tenants/rights/rights_look_store.h"
#include "tenants/rights/rights_rows.h"
#include "tests/integration/cast_fixture.h"
#include "tests/t.h"

/* ---- rights ---- */

static struct req *give(struct cast *t, enum who by, enum who to, const char *more)
{
    return cast_ask(t, by, "rights.give", t->id[to], NULL,
                    arena_printf(t->people.store.arena, "{\"id\":\"%s\",%s}",
                                 people_fixture_text(&t->people, id_new()), more));
}

/* A right of the school of the north; class: of its first class as well. */
static const char *north(struct cast *t, const char *right, bool with_class)
{
    struct arena *arena = t->people.store.arena;
    const char *text = arena_printf(arena, "\"right\":\"%s\",\"school\":\"%s\"", right,
                                    people_fixture_text(&t->people, t->school[0]));

    return with_class ? arena_printf(arena, "%s,\"class\":\"%s\"", text,
                                     people_fixture_text(&t->people, t->class[0]))
                      : text;
}

static const char *in_days(struct cast *t, const char *before, int days)
{
    char at[CLOCK_TEXT_CAP];

    clock_utc_text(clock_utc_us() + days * DAY_US, at);
    return arena_printf(t->people.store.arena, "%s,\"until\":\"%s\"", before, at);
}

T_CASE(rights_are_given_as_the_rules_say)
{
    struct cast t;
    const char *log = "\"right\":\"logs.read\",\"purpose\":\"case-2026-01\"";
    struct req *r;

    T_REQ("NI-2.3.4-2a");
    T_REQ("AI-4.4-カ-オ");
    cast_start(&t);
    r = give(&t, COMMISSIONER, STAFF, north(&t, "nurse", false));
    T_EQ(r->reply.status, 201, "a nurse");
    T_OK(r->access_recorded, "on record in the same transaction");
    T_EQ(give(&t, COMMISSIONER, SUPPORTER, "\"right\":\"nurse\"")->reply.status, 422,
         "a supporter never gets a right to health");
    r = give(&t, COMMISSIONER, SUPPORTER, "\"right\":\"social_worker\"");
    T_SPAN(route_fixture_text(r, "pointer"), SPAN("/right"), "nor to welfare, and it is said");
    T_EQ(give(&t, COMMISSIONER, SUPPORTER, "\"right\":\"on_duty\"")->reply.status, 201,
         "on duty");
    T_EQ(give(&t, COMMISSIONER, AOI, "\"right\":\"on_duty\"")->reply.status, 422,
         "not a child");
    T_EQ(give(&t, COMMISSIONER, STAFF, "\"right\":\"nurse\"")->reply.status, 422,
         "of which school");
    T_EQ(give(&t, COMMISSIONER, STAFF_SOUTH, north(&t, "nurse", false))->reply.status, 422,
         "not of a school that is not one's own");
    T_EQ(give(&t, COMMISSIONER, STAFF, north(&t, "homeroom", true))->reply.status, 201,
         "a class");
    T_EQ(give(&t, COMMISSIONER, STAFF, north(&t, "homeroom", false))->reply.status, 422,
         "a homeroom without one");
    T_EQ(give(&t, COMMISSIONER, STAFF, north(&t, "nurse", true))->reply.status, 422,
         "a nurse of a class");
    T_EQ(give(&t, COMMISSIONER, STAFF,
              arena_printf(t.people.store.arena, "%s,\"class\":\"%s\"",
                           north(&t, "homeroom", false),
                           people_fixture_text(&t.people, t.school[0])))
             ->reply.status,
         422, "a class that is none");
    T_EQ(give(&t, COMMISSIONER, AUDITOR, in_days(&t, log, 30))->reply.status, 201, "a purpose");
    T_EQ(give(&t, COMMISSIONER, AUDITOR, log)->reply.status, 422, "without an end");
    T_EQ(give(&t, COMMISSIONER, AUDITOR, in_days(&t, log, 100))->reply.status, 422,
         "for longer than the setting allows");
    T_EQ(give(&t, COMMISSIONER, AUDITOR, in_days(&t, log, -1))->reply.status, 422,
         "over already");
    T_EQ(give(&t, COMMISSIONER, AUDITOR,
              in_days(&t, "\"right\":\"export\",\"purpose\":\"青山さんの件\"", 5))
             ->reply.status,
         422, "a purpose that may name somebody");
    T_EQ(give(&t, COMMISSIONER, STAFF, "\"right\":\"king\"")->reply.status, 422,
         "no such right");
    T_EQ(store_fixture_i64(&t.people.store, "SELECT count(*) FROM right_grant"), 4,
         "what was refused left nothing");
    T_EQ(store_fixture_i64(&t.people.store, "SELECT count(*) FROM access_record WHERE route ="
                                            " 'rights.give' AND person IS NOT NULL"),
         4, "each given one stands in the access record with its person");
    cast_stop(&t);
}

T_CASE(rights_nobody_raises_his_own)
{
    struct rights_decision d = {.now_utc_us = clock_utc_us(), .by_role = ROLE_COMMISSIONER};
    struct cast t;
    struct req *own, *none;

    T_REQ("NI-2.3.4-2a");
    cast_start(&t);
    own = give(&t, COMMISSIONER, COMMISSIONER, "\"right\":\"on_duty\"");
    none = cast_ask(&t, COMMISSIONER, "rights.give", id_new(), NULL,
                    arena_printf(t.people.store.arena, "{\"id\":\"%s\",\"right\":\"on_duty\"}",
                                 people_fixture_text(&t.people, id_new())));
    T_EQ(own->reply.status, 404, "oneself");
    T_SPAN(own->reply.body, none->reply.body, "answered as nobody is");
    d.grant = (struct rights_grant){
        .id = id_new(), .account = t.id[STAFF], .right = RIGHT_MANAGER, .school = t.school[0]};
    d.by = t.id[STAFF];
    T_EQ(rights_give_wait(t.people.rights, &d, NULL), ERR_DENIED, "whatever role one claims");
    d.by = t.id[CONTRACTOR];
    d.by_role = ROLE_CONTRACTOR;
    T_EQ(rights_give_wait(t.people.rights, &d, NULL), ERR_DENIED, "a contractor gives none");
    T_EQ(store_fixture_i64(&t.people.store, "SELECT count(*) FROM right_grant"), 0,
         "none given");
    for (int i = 0; i < RIGHTS_ROUTES_N; i++)
        T_EQ(rights_routes[i].roles, ROLE_BIT(ROLE_COMMISSIONER), rights_routes[i].name);
    cast_stop(&t);
}

T_CASE(rights_repeat_end_and_belong_to_one)
{
    struct rights_decision d = {.by_role = ROLE_COMMISSIONER, .now_utc_us = clock_utc_us()};
    struct cast t;
    struct caller board;
    unsigned duties = 99;
    struct req *r;

    cast_start(&t);
    board = cast_caller(&t, COMMISSIONER);
    d.by = t.id[COMMISSIONER];
    d.grant = (struct rights_grant){
        .id = id_new(), .account = t.id[STAFF], .right = RIGHT_MANAGER, .school = t.school[0]};
    T_EQ(rights_duties(t.people.rights, t.people.store.db, t.id[STAFF], ROLE_SCHOOL_STAFF,
                       clock_utc_us(), &duties, NULL),
         ERR_OK, "asked before");
    T_EQ(duties, 0, "a new role starts with nothing");
    T_EQ(rights_give_wait(t.people.rights, &d, NULL), ERR_OK, "given");
    T_OK(!d.was_there, "for the first time");
    T_EQ(rights_give_wait(t.people.rights, &d, NULL), ERR_OK, "asked again");
    T_OK(d.was_there, "the same decision");
    d.grant.right = RIGHT_NURSE;
    T_EQ(rights_give_wait(t.people.rights, &d, NULL), ERR_CONFLICT, "another by its id");
    T_EQ(rights_duties(t.people.rights, t.people.store.db, t.id[STAFF], ROLE_SCHOOL_STAFF,
                       clock_utc_us(), &duties, NULL),
         ERR_OK, "asked after");
    T_EQ(duties, RIGHT_BIT(RIGHT_MANAGER), "it counts at once");
    r = people_fixture_ask(&t.people, "rights.end", &board, t.id[STAFF_SOUTH], d.grant.id, NULL,
                           NULL);
    T_EQ(r->reply.status, 404, "under another person's name");
    r = people_fixture_ask(&t.people, "rights.end", &board, t.id[STAFF], d.grant.id, NULL,
                           NULL);
    T_EQ(r->reply.status, 204, "ended");
    T_EQ(rights_duties(t.people.rights, t.people.store.db, t.id[STAFF], ROLE_SCHOOL_STAFF,
                       clock_utc_us(), &duties, NULL),
         ERR_OK, "asked at the end");
    T_EQ(duties, 0, "at once");
    r = people_fixture_ask(&t.people, "rights.end", &board, t.id[STAFF], d.grant.id, NULL,
                           NULL);
    T_EQ(r->reply.status, 204, "ending it again adds nothing");
    T_EQ(store_fixture_i64(&t.people.store, "SELECT count(*) FROM right_end"), 1, "one end");
    d.grant.right = RIGHT_MANAGER;
    T_EQ(rights_give_wait(t.people.rights, &d, NULL), ERR_CONFLICT, "what ended stays ended");
    cast_stop(&t);
}

T_CASE(rights_purposes_end_by_themselves)
{
    struct cast t;
    struct caller auditor;
    struct span purpose = SPAN_NONE;
    struct arena *arena;
    unsigned duties = 0;

    T_REQ("NI-T3-7");
    cast_start(&t);
    arena = t.people.store.arena;
    auditor = cast_caller(&t, AUDITOR);
    T_EQ(rights_purpose(t.people.rights, t.people.store.db, &auditor, RIGHT_LOGS_READ,
                        clock_utc_us(), arena, &purpose, NULL),
         ERR_DENIED, "no purpose yet");
    give(&t, COMMISSIONER, AUDITOR,
         in_days(&t, "\"right\":\"logs.read\",\"purpose\":\"case-2026-01\"", 30));
    T_EQ(rights_purpose(t.people.rights, t.people.store.db, &auditor, RIGHT_LOGS_READ,
                        clock_utc_us(), arena, &purpose, NULL),
         ERR_OK, "in force");
    T_SPAN(purpose, SPAN("case-2026-01"), "what for");
    T_EQ(rights_purpose(t.people.rights, t.people.store.db, &auditor, RIGHT_MESSAGES_READ,
                        clock_utc_us(), arena, &purpose, NULL),
         ERR_DENIED, "not for messages");
    T_EQ(rights_purpose(t.people.rights, t.people.store.db, &auditor, RIGHT_LOGS_READ,
                        clock_utc_us() + 31 * DAY_US, arena, &purpose, NULL),
         ERR_DENIED, "over after its term");
    T_EQ(rights_duties(t.people.rights, t.people.store.db, t.id[AUDITOR], ROLE_AUDITOR,
                       clock_utc_us() + 31 * DAY_US, &duties, NULL),
         ERR_OK, "and the bits");
    T_EQ(duties, 0, "are gone");
    cast_stop(&t);
}

T_CASE(rights_unused_are_listed)
{
    struct cast t;
    struct id used;
    struct req *r;

    T_REQ("NI-2.3.4-2a");
    cast_start(&t);
    used =
        people_fixture_give(&t.people, t.id[STAFF], RIGHT_MANAGER, t.school[0], ID_NONE, NULL);
    people_fixture_give(&t.people, t.id[STAFF_SOUTH], RIGHT_NURSE, t.school[1], ID_NONE, NULL);
    r = cast_ask(&t, COMMISSIONER, "rights.unused", ID_NONE, NULL, NULL);
    T_EQ(r->reply.status, 200, "asked");
    T_OK(!route_fixture_has(r, "\"account\""), "young ones are not");
    clock_test_shift(0, 89 * DAY_US);
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 5, "one is used");
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 5, "twice that day");
    for (int i = 0; i < 200 && store_fixture_i64(&t.people.store, "SELECT count(*) FROM"
                                                                  " right_use") == 0;
         i++)
        (void)cast_list(&t, COMMISSIONER, NULL);
    T_EQ(store_fixture_i64(
             &t.people.store,
             arena_printf(t.people.store.arena,
                          "SELECT count(*) FROM right_use WHERE right_grant = '%s'",
                          people_fixture_text(&t.people, used))),
         1, "its use is noted");
    clock_test_shift(0, 91 * DAY_US);
    r = cast_ask(&t, COMMISSIONER, "rights.unused", ID_NONE, NULL, NULL);
    T_OK(route_fixture_has(r, people_fixture_text(&t.people, t.id[STAFF_SOUTH])), "never used");
    T_OK(route_fixture_has(r, "南　先生"), "by name");
    T_OK(!route_fixture_has(r, people_fixture_text(&t.people, t.id[STAFF])),
         "used two days ago");
    clock_test_shift(0, 200 * DAY_US);
    r = cast_ask(&t, COMMISSIONER, "rights.unused", ID_NONE, NULL, NULL);
    T_OK(route_fixture_has(r, people_fixture_text(&t.people, t.id[STAFF])), "no longer");
    clock_test_shift(0, 0);
    cast_stop(&t);
}

T_CASE(rights_follow_the_roster)
{
    struct cast t;

    T_REQ("KP-3-安全-2");
    cast_start(&t);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_HOMEROOM, t.school[0], t.class[0], NULL);
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 3, "two of the class and oneself");
    audit_fixture_sql(&t.people.store.log,
                      "UPDATE enrolment SET left_at = now() WHERE person ="
                      " '%s'",
                      people_fixture_text(&t.people, t.id[AOI]));
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 2, "one left the class");
    T_EQ(cast_ask(&t, STAFF, "people.show", t.id[AOI], NULL, NULL)->reply.status, 404,
         "hidden now");
    people_fixture_enrol(&t.people, t.class[0], t.id[BEN]);
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 3, "one came");
    audit_fixture_sql(&t.people.store.log,
                      "UPDATE enrolment SET ends_on = current_date - 2 WHERE person = '%s'",
                      people_fixture_text(&t.people, t.id[BEN]));
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 2, "whose time there is over");
    audit_fixture_sql(&t.people.store.log, "UPDATE person SET left_at = now() WHERE id = '%s'",
                      people_fixture_text(&t.people, t.id[EMA]));
    T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 1, "one left the school");
    T_OK(route_fixture_has(cast_ask(&t, COMMISSIONER, "people.show", t.id[EMA], NULL, NULL),
                           "\"has_left\":true"),
         "which the board still knows");
    cast_stop(&t);
}
