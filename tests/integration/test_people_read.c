/* Who sees whom: the register's section 0 on real rows, and one person by the rights. */
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

/* ---- section 0, person by person ---- */

/* Whether the person's own part of the answer has a key; who is named beside comes behind it.
 */
static bool has_own(const struct req *r, const char *key)
{
    const struct span body = r->reply.body;
    const uint8_t *end = memmem(body.p, body.len, "\"steps\":", strlen("\"steps\":"));

    return memmem(body.p, end == NULL ? body.len : (size_t)(end - body.p), key, strlen(key)) !=
           NULL;
}

/* d display name, i ID, n name, s school, t state, a account's life. */
static void check_cell(struct cast *t, enum who viewer, enum who whom, const char *want)
{
    static const struct {
        char letter;
        const char *key;
    } fields[] = {{'d', "\"display_name\":"}, {'i', "\"login\":"}, {'n', "\"kana\":"},
                  {'s', "\"school_name\":"},  {'t', "\"state\":"}, {'a', "\"is_trial\":"}};
    struct req *r = cast_ask(t, viewer, "people.show", t->id[whom], NULL, NULL);
    struct req *l = cast_list(t, viewer, NULL);
    char got[8] = "", what[96];
    size_t n = 0;
    bool is_listed = route_fixture_has(l, people_fixture_text(&t->people, t->id[whom]));

    snprintf(what, sizeof what, "%s sees %s", cast_of[viewer].what, cast_of[whom].what);
    for (size_t i = 0; r->reply.status == 200 && i < T_COUNT(fields); i++)
        if (has_own(r, fields[i].key))
            got[n++] = fields[i].letter;
    got[n] = '\0';
    T_TEXT(got, want, what);
    if (cast_of[viewer].person.role != ROLE_AUDITOR) {
        T_EQ(is_listed, want[0] != '\0', what);
    }
    if (want[0] == '\0') {
        struct req *none = cast_ask(t, viewer, "people.show", id_new(), NULL, NULL);

        T_EQ(r->reply.status, 404, what);
        T_SPAN(r->reply.body, none->reply.body, "hidden and missing are the same bytes");
        T_EQ(r->reply.n_headers, none->reply.n_headers, "and the same headers");
    }
}

T_CASE(people_section_0_on_the_wire)
{
    static const struct {
        enum who viewer;
        const char *want[8]; /* of AOI .. GUARDIAN, STAFF, STAFF_SOUTH */
    } rows[] = {
        {COMMISSIONER,
         {"dinsta", "dinsta", "dinsta", "dinsta", "ns", "dinta", "dinsta", "dinsta"}},
        {CONTRACTOR,
         {"dinsta", "dinsta", "dinsta", "dinsta", "ns", "dinta", "dinsta", "dinsta"}},
        {STAFF, {"", "", "", "", "", "", "dit", ""}},
        {SUPPORTER, {"di", "di", "di", "di", "", "", "", ""}},
        {GUARDIAN, {"dt", "", "", "", "", "dt", "", ""}},
        {AOI, {"dt", "", "", "", "", "", "", ""}},
    };
    struct cast t;

    T_REQ("KP-3-安全-2");
    T_REQ("AI-2.7-エ");
    T_REQ("AI-4.4-カ-オ");
    cast_start(&t);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        for (int who = AOI; who <= STAFF_SOUTH; who++)
            check_cell(&t, rows[i].viewer, (enum who)who, rows[i].want[who]);
    cast_stop(&t);
}

T_CASE(people_school_staff_see_by_duty)
{
    static const struct {
        enum right right;
        const char *want[6]; /* AOI, BEN, CHIE, DAI, EMA, GUARDIAN */
        long total;          /* with oneself */
    } rows[] = {
        {RIGHT_HOMEROOM, {"dinsta", "", "", "", "ns", ""}, 3},
        {RIGHT_GRADE_HEAD, {"dinsta", "dinsta", "", "", "ns", ""}, 4},
        {RIGHT_NURSE, {"dinsta", "dinsta", "dinsta", "", "ns", ""}, 5},
        {RIGHT_ON_DUTY, {"", "", "", "", "", ""}, 1},
    };
    struct cast t;

    T_REQ("KP-3-安全-2");
    T_REQ("NI-T3-7");
    cast_start(&t);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct id right =
            people_fixture_give(&t.people, t.id[STAFF], rows[i].right, t.school[0],
                                rows[i].right == RIGHT_HOMEROOM ? t.class[0] : ID_NONE,
                                rows[i].right == RIGHT_GRADE_HEAD ? "J2" : NULL);
        struct rights_decision end = {.grant = {.id = right, .account = t.id[STAFF]},
                                      .by = t.id[COMMISSIONER],
                                      .by_role = ROLE_COMMISSIONER,
                                      .now_utc_us = clock_utc_us()};

        for (int who = AOI; who <= GUARDIAN; who++)
            check_cell(&t, STAFF, (enum who)who, rows[i].want[who]);
        T_EQ(cast_total(cast_list(&t, STAFF, NULL)), rows[i].total, right_id(rows[i].right));
        T_EQ(cast_total(cast_list(&t, STAFF_SOUTH, NULL)), 1,
             "the other school's staff sees oneself");
        T_EQ(rights_end_wait(t.people.rights, &end, NULL), ERR_OK, "ended");
        T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 1, "nothing is left of it at once");
    }
    cast_stop(&t);
}

T_CASE(people_facts_and_work_are_for_few)
{
    static const struct {
        enum who viewer, whom;
        bool facts, work;
    } rows[] = {
        {COMMISSIONER, AOI, true, true},
        {COMMISSIONER, COMMISSIONER_2, true, true},
        {COMMISSIONER, COMMISSIONER, true, false},
        {CONTRACTOR, AOI, false, true},
        {CONTRACTOR, STAFF, false, true},
        {CONTRACTOR, COMMISSIONER, false, false},
        {CONTRACTOR, AUDITOR, false, false},
        {CONTRACTOR, CONTRACTOR, false, false},
        {STAFF, AOI, true, true}, /* by the right given below */
        {STAFF, BEN, false, false},
        {STAFF, STAFF, false, false},
        {SUPPORTER, AOI, false, false},
        {GUARDIAN, AOI, false, false},
        {AOI, AOI, false, false},
        {AUDITOR, AOI, false, false},
    };
    struct rights_found found;
    struct cast t;

    T_REQ("AI-4.4-カ-オ");
    T_REQ("KP-3-安全-2");
    cast_start(&t);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_HOMEROOM, t.school[0], t.class[0], NULL);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct caller caller = cast_caller(&t, rows[i].viewer);
        char what[96];

        snprintf(what, sizeof what, "%s and %s", cast_of[rows[i].viewer].what,
                 cast_of[rows[i].whom].what);
        T_EQ(rights_person(t.people.rights, t.people.store.db, &caller, t.id[rows[i].whom],
                           SHOWS_FACTS, clock_utc_us(), &found, NULL),
             rows[i].facts ? ERR_OK : ERR_DENIED, what);
        T_EQ(rights_person(t.people.rights, t.people.store.db, &caller, t.id[rows[i].whom],
                           SHOWS_WORK, clock_utc_us(), &found, NULL),
             rows[i].work ? ERR_OK : ERR_DENIED, what);
        T_EQ(rights_person(t.people.rights, t.people.store.db, &caller, id_new(), SHOWS_WORK,
                           clock_utc_us(), &found, NULL),
             ERR_NOT_FOUND, "nobody");
    }
    cast_stop(&t);
}

/* ---- what may not be seen cannot be found, counted or guessed ---- */

T_CASE(people_hidden_names_are_not_searched)
{
    static const struct {
        enum who viewer;
        const char *query;
        long want;
    } rows[] = {
        {COMMISSIONER, "q=あおやま", 2},
        {COMMISSIONER, "q=id-ben", 1},
        {COMMISSIONER, "q=ウミ", 1},
        {SUPPORTER, "q=あおやま", 0}, /* the real name, which a supporter never sees */
        {SUPPORTER, "q=青山", 0},
        {SUPPORTER, "q=id-ben", 1},
        {SUPPORTER, "q=うみ", 1},
        {SUPPORTER, "role=student", 4},
        {SUPPORTER, "role=commissioner", 0},
        {SUPPORTER, "state=suspended", 0}, /* nor the state */
        {GUARDIAN, "q=青山", 0},
        {GUARDIAN, "q=id-aoi", 0}, /* the ID is not the guardian's to see */
        {GUARDIAN, "q=そら", 1},
        {STAFF, "q=あおやま", 0}, /* no duty */
        {COMMISSIONER, "state=suspended", 1},
        {COMMISSIONER, "role=school_staff", 2},
    };
    struct cast t;
    char query[80];

    T_REQ("KP-3-安全-2");
    cast_start(&t);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(cast_total(cast_list(&t, rows[i].viewer, rows[i].query)), rows[i].want,
             rows[i].query);
    snprintf(query, sizeof query, "school=%s", people_fixture_text(&t.people, t.school[1]));
    T_EQ(cast_total(cast_list(&t, COMMISSIONER, query)), 2, "a school");
    T_EQ(cast_total(cast_list(&t, SUPPORTER, query)), 0, "which a supporter does not see");
    snprintf(query, sizeof query, "after=%s", people_fixture_text(&t.people, t.id[BEN]));
    T_SPAN(cast_list(&t, GUARDIAN, query)->reply.body,
           cast_list(&t, GUARDIAN,
                     arena_printf(t.people.store.arena, "after=%s",
                                  people_fixture_text(&t.people, id_new())))
               ->reply.body,
           "a cursor of a hidden person is that of nobody");
    cast_stop(&t);
}

#define TEN    "ああああああああああ"
#define LONG_Q "q=" TEN TEN TEN TEN TEN TEN "あああああ"

T_CASE(people_list_refuses_what_is_no_query)
{
    static const char *const queries[] = {"school=x",  "after=x", "state=gone",
                                          "role=king", LONG_Q,    "q=a b c d e f g h i"};
    struct cast t;

    cast_start(&t);
    for (size_t i = 0; i < T_COUNT(queries); i++)
        T_EQ(cast_list(&t, COMMISSIONER, queries[i])->reply.status, 422, queries[i]);
    T_EQ(cast_total(cast_list(&t, COMMISSIONER, "q=　 ")), WHO_N, "only spaces: everyone");
    T_EQ(cast_total(cast_list(&t, COMMISSIONER, "q=あおやま　葵")), 1, "two words, both");
    cast_stop(&t);
}

T_CASE(people_without_an_id_are_listed_to_who_may_know_it)
{
    static const struct {
        enum who viewer;
        long want;
    } rows[] = {{COMMISSIONER, 1}, {CONTRACTOR, 1}, {STAFF, 1}, {SUPPORTER, 0}, {GUARDIAN, 0}};
    struct cast t;

    T_REQ("HI-3.3-4");
    cast_start(&t);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_NURSE, t.school[0], ID_NONE, NULL);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct req *r = cast_list(&t, rows[i].viewer, "state=none");

        T_EQ(cast_total(r), rows[i].want, cast_of[rows[i].viewer].what);
        T_EQ(route_fixture_has(r, people_fixture_text(&t.people, t.id[EMA])), rows[i].want == 1,
             "the child of the roster");
    }
    cast_stop(&t);
}

T_CASE(people_schools_that_do_not_take_part)
{
    struct setting_change change = {.id = id_new(),
                                    .has_value = true,
                                    .value = SPAN("true"),
                                    .expected_version = -1,
                                    .role = ROLE_COMMISSIONER};
    struct cast t;

    T_REQ("NI-2.3.1-1");
    cast_start(&t);
    people_fixture_give(&t.people, t.id[STAFF_SOUTH], RIGHT_MANAGER, t.school[1], ID_NONE,
                        NULL);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_MANAGER, t.school[0], ID_NONE, NULL);
    T_EQ(cast_total(cast_list(&t, STAFF_SOUTH, NULL)), 2,
         "not asked: its children and oneself");
    change.row =
        settings_find(t.people.store.services.settings, SPAN("school.cooperating_only"));
    T_OK(change.row != NULL, "there is such a setting");
    if (change.row != NULL) {
        change.now_utc_us = clock_utc_us();
        T_EQ(settings_change_wait(t.people.store.services.settings, t.people.store.log.writer,
                                  &change, NULL),
             ERR_OK, "cooperating schools only");
        T_EQ(cast_total(cast_list(&t, STAFF_SOUTH, NULL)), 1, "it does not take part");
        T_EQ(cast_total(cast_list(&t, STAFF, NULL)), 5, "the other does");
        T_EQ(rights_school(t.people.rights, t.people.store.db,
                           &(struct caller){.role = ROLE_SCHOOL_STAFF,
                                            .account = t.id[STAFF_SOUTH],
                                            .school = t.school[1]},
                           t.school[1], clock_utc_us(), NULL),
             ERR_DENIED, "nor may it ask for IDs");
        audit_fixture_sql(&t.people.store.log, "UPDATE org SET is_cooperating = true");
        T_EQ(cast_total(cast_list(&t, STAFF_SOUTH, NULL)), 2, "from the moment it takes part");
    }
    cast_stop(&t);
}

/* ---- one person ---- */

static enum err step_run(struct tx *tx, void *arg, struct fail *why)
{
    return account_step_append(tx, arg, why);
}

static void step(struct cast *t, enum who actor, enum account_state before,
                 enum account_state after)
{
    struct account_step step = {.account = t->id[AOI],
                                .before = before,
                                .after = after,
                                .at_utc_us = clock_utc_us(),
                                .actor = t->id[actor],
                                .actor_role = role_id(cast_of[actor].person.role)};

    T_EQ(writer_wait(t->people.store.log.writer, step_run, &step, NULL), ERR_OK, "a step");
}

T_CASE(people_show_tells_steps_and_who_took_them)
{
    struct cast t;
    struct req *r;

    T_REQ("AI-4.3-カ");
    cast_start(&t);
    step(&t, COMMISSIONER, ACCOUNT_ACTIVE, ACCOUNT_SUSPENDED);
    step(&t, CONTRACTOR, ACCOUNT_SUSPENDED, ACCOUNT_ACTIVE);
    r = cast_ask(&t, CONTRACTOR, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "\"state\":\"suspended\",\"at\":"), "the first step");
    T_OK(route_fixture_has(r, "\"actor_name\":\"委　員\",\"actor_role\":\"commissioner\""),
         "by whom");
    T_OK(route_fixture_has(r, "\"actor_name\":\"受　託\",\"actor_role\":\"contractor\""),
         "and back");
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_HOMEROOM, t.school[0], t.class[0], NULL);
    r = cast_ask(&t, STAFF, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "\"actor_role\":\"commissioner\""), "a teacher learns the role");
    T_OK(!route_fixture_has(r, "actor_name"), "of whom he may not know, no name");
    r = cast_ask(&t, GUARDIAN, "people.show", t.id[AOI], NULL, NULL);
    T_OK(!route_fixture_has(r, "actor_role"), "a guardian nothing of it");
    T_SPAN(span_text(route_fixture_header(r, "Cache-Control")), SPAN("no-store"), "not kept");
    cast_stop(&t);
}

T_CASE(people_show_counts_sessions_and_tells_the_lock)
{
    struct cast t;
    struct req *r;

    cast_start(&t);
    audit_fixture_sql(&t.people.store.log,
                      "INSERT INTO session (id, token_sha256, account, created_at,"
                      " last_seen_at, expires_at, closed_at)"
                      " SELECT gen_random_uuid(), sha256(i::text::bytea), '%s', now(),"
                      " now() - (i / 4) * interval '1 day', now() + interval '1 hour',"
                      " CASE WHEN i = 3 THEN now() END FROM generate_series(1, 4) AS i",
                      people_fixture_text(&t.people, t.id[AOI]));
    r = cast_ask(&t, COMMISSIONER, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "\"n_sessions\":2"),
         "two of four: one closed, one idle for long");
    T_OK(!route_fixture_has(r, "locked_until"), "not locked");
    audit_fixture_sql(&t.people.store.log,
                      "INSERT INTO account_place (id, account, place_index, last_ok_at,"
                      " locked_until) VALUES (gen_random_uuid(), '%s',"
                      " substr(sha256('x'), 1, 16), now(), now() + interval '10 minutes')",
                      people_fixture_text(&t.people, t.id[AOI]));
    r = cast_ask(&t, COMMISSIONER, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "locked_until"), "locked from one place");
    cast_stop(&t);
}

/* ---- the table of roles ---- */

T_CASE(roles_table_is_that_of_the_rows)
{
    struct cast t;
    struct req *all, *own;
    size_t n_rows = 0, n_listed = 0;

    T_REQ("NI-T3-7");
    cast_start(&t);
    all = cast_ask(&t, AUDITOR, "roles.table", ID_NONE, NULL, NULL);
    own = cast_ask(&t, AOI, "roles.table", ID_NONE, NULL, NULL);
    T_EQ(all->reply.status, 200, "whole");
    for (const struct route_table *l = features_routes; l->n > 0; l++)
        for (int i = 0; i < l->n; i++) {
            const struct route *row = &l->rows[i];
            const char *key =
                arena_printf(t.people.store.arena, "{\"name\":\"%s\",", row->name);
            bool mine = row->listeners != LISTENER_ADMIN &&
                        (row->roles & (ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_ANONYMOUS)));

            n_rows++;
            n_listed += route_fixture_has(all, key);
            T_EQ(route_fixture_has(own, key), mine, row->name);
        }
    T_EQ(n_listed, n_rows, "every row stands in the table");
    T_OK(!route_fixture_has(own, "commissioner"), "a child is told of no other role");
    T_OK(route_fixture_has(all, "\"right\":\"nurse\",\"name_ja\":\"養護教諭\",\"roles\":"
                                "[\"school_staff\"]"),
         "and who may be given what");
    cast_stop(&t);
}
