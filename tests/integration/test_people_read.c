/* Who sees whom: the register's section 0 on real rows, search, rights, and what is forgotten.
 */
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
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

enum who {
    AOI,  /* north, second grade, class 1; has a guardian */
    BEN,  /* north, second grade, class 2 */
    CHIE, /* north, first grade */
    DAI,  /* south */
    EMA,  /* north, second grade, class 1; of the roster, without an ID */
    GUARDIAN,
    STAFF, /* of north */
    STAFF_SOUTH,
    SUPPORTER,
    CONTRACTOR,
    COMMISSIONER,
    COMMISSIONER_2,
    AUDITOR,
    WHO_N
};

static const struct {
    const char *what;
    struct people_fixture_person person;
    int school; /* 0 north, 1 south, -1 none */
} cast[WHO_N] = {
    [AOI] = {"a child",
             {ROLE_STUDENT,
              NULL,
              {{0}},
              "J2",
              "青山",
              "葵",
              "あおやま",
              "あおい",
              "そら",
              "id-aoi-0001"},
             0},
    [BEN] =
        {"another class",
         {ROLE_STUDENT, NULL, {{0}}, "J2", "馬場", "勉", "ばば", "べん", "うみ", "id-ben-0002"},
         0},
    [CHIE] = {"another grade",
              {ROLE_STUDENT,
               "suspended",
               {{0}},
               "J1",
               "千葉",
               "千恵",
               "ちば",
               "ちえ",
               "つき",
               "id-chie-0003"},
              0},
    [DAI] =
        {"another school",
         {ROLE_STUDENT, NULL, {{0}}, "J2", "伊達", "大", "だて", "だい", "ほし", "id-dai-0004"},
         1},
    [EMA] = {"without an ID",
             {ROLE_ANONYMOUS, NULL, {{0}}, "J2", "江間", "絵真", "えま", "えま", NULL, NULL},
             0},
    [GUARDIAN] = {"a guardian",
                  {ROLE_GUARDIAN,
                   NULL,
                   {{0}},
                   NULL,
                   "青山",
                   "親",
                   "あおやま",
                   "おや",
                   "あおいの親",
                   "id-oya-0005"},
                  -1},
    [STAFF] = {"school staff",
               {ROLE_SCHOOL_STAFF,
                NULL,
                {{0}},
                NULL,
                "北野",
                "先生",
                "きたの",
                "せんせい",
                "北野",
                "id-kitano"},
               0},
    [STAFF_SOUTH] = {"staff elsewhere",
                     {ROLE_SCHOOL_STAFF,
                      NULL,
                      {{0}},
                      NULL,
                      "南",
                      "先生",
                      "みなみ",
                      "せんせい",
                      "南",
                      "id-minami"},
                     1},
    [SUPPORTER] =
        {"a supporter",
         {ROLE_SUPPORTER, NULL, {{0}}, NULL, "支", "援", "し", "えん", "しえん", "id-shien"},
         -1},
    [CONTRACTOR] =
        {"a contractor",
         {ROLE_CONTRACTOR, NULL, {{0}}, NULL, "受", "託", "じゅ", "たく", "受託", "id-jutaku"},
         -1},
    [COMMISSIONER] =
        {"a commissioner",
         {ROLE_COMMISSIONER, NULL, {{0}}, NULL, "委", "員", "い", "いん", "委員", "id-iin-1"},
         -1},
    [COMMISSIONER_2] =
        {"another commissioner",
         {ROLE_COMMISSIONER, NULL, {{0}}, NULL, "次", "長", "じ", "ちょう", "次長", "id-iin-2"},
         -1},
    [AUDITOR] =
        {"an auditor",
         {ROLE_AUDITOR, NULL, {{0}}, NULL, "監", "査", "かん", "さ", "監査", "id-kansa"},
         -1},
};

struct town {
    struct people_fixture people;
    struct id school[2], class[2], id[WHO_N];
};

static void town_start(struct town *t)
{
    people_fixture_start(&t->people);
    t->school[0] = people_fixture_school(&t->people, "きた中学校", true);
    t->school[1] = people_fixture_school(&t->people, "みなみ中学校", false);
    t->class[0] = people_fixture_class(&t->people, t->school[0]);
    t->class[1] = people_fixture_class(&t->people, t->school[0]);
    for (int i = 0; i < WHO_N; i++) {
        struct people_fixture_person p = cast[i].person;

        p.school = cast[i].school < 0 ? ID_NONE : t->school[cast[i].school];
        t->id[i] = people_fixture_add(&t->people, &p);
    }
    people_fixture_enrol(&t->people, t->class[0], t -> id[AOI]);
    people_fixture_enrol(&t->people, t->class[0], t -> id[EMA]);
    people_fixture_enrol(&t->people, t->class[1], t -> id[BEN]);
    people_fixture_guards(&t->people, t->id[GUARDIAN], t->id[AOI]);
}

static void town_stop(struct town *t)
{
    people_fixture_stop(&t->people);
}

static struct caller caller_of(const struct town *t, enum who who)
{
    return people_fixture_caller(cast[who].person.role, t->id[who],
                                 cast[who].school < 0 ? ID_NONE : t->school[cast[who].school]);
}

static struct req *ask(struct town *t, enum who who, const char *route, struct id id,
                       const char *query, const char *body)
{
    struct caller caller = caller_of(t, who);

    return people_fixture_ask(&t->people, route, &caller, id, ID_NONE, query, body);
}

static struct req *list(struct town *t, enum who who, const char *query)
{
    return ask(t, who, "people.list", ID_NONE, query, NULL);
}

static long total(const struct req *r)
{
    static const char key[] = "\"total\":";
    const char *at = r->reply.status != 200
                         ? NULL
                         : memmem(r->reply.body.p, r->reply.body.len, key, sizeof key - 1);

    return at == NULL ? -1 : strtol(at + sizeof key - 1, NULL, 10);
}

/* ---- section 0, person by person ---- */

/* d display name, i ID, n name, s school, t state, a account's life. */
static void check_cell(struct town *t, enum who viewer, enum who whom, const char *want)
{
    static const struct {
        char letter;
        const char *key;
    } fields[] = {{'d', "\"display_name\":"}, {'i', "\"login\":"}, {'n', "\"kana\":"},
                  {'s', "\"school_name\":"},  {'t', "\"state\":"}, {'a', "\"is_trial\":"}};
    struct req *r = ask(t, viewer, "people.show", t->id[whom], NULL, NULL);
    struct req *l = list(t, viewer, NULL);
    char got[8] = "", what[96];
    size_t n = 0;
    bool is_listed = route_fixture_has(l, people_fixture_text(&t->people, t->id[whom]));

    snprintf(what, sizeof what, "%s sees %s", cast[viewer].what, cast[whom].what);
    for (size_t i = 0; r->reply.status == 200 && i < T_COUNT(fields); i++)
        if (route_fixture_has(r, fields[i].key))
            got[n++] = fields[i].letter;
    got[n] = '\0';
    T_TEXT(got, want, what);
    if (cast[viewer].person.role != ROLE_AUDITOR) {
        T_EQ(is_listed, want[0] != '\0', what);
    }
    if (want[0] == '\0') {
        struct req *none = ask(t, viewer, "people.show", id_new(), NULL, NULL);

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
    struct town t;

    T_REQ("KP-3-安全-2");
    T_REQ("AI-2.7-エ");
    T_REQ("AI-4.4-カ-オ");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        for (int who = AOI; who <= STAFF_SOUTH; who++)
            check_cell(&t, rows[i].viewer, (enum who)who, rows[i].want[who]);
    town_stop(&t);
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
    struct town t;

    T_REQ("KP-3-安全-2");
    T_REQ("NI-T3-7");
    town_start(&t);
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
        T_EQ(total(list(&t, STAFF, NULL)), rows[i].total, right_id(rows[i].right));
        T_EQ(total(list(&t, STAFF_SOUTH, NULL)), 1, "the other school's staff sees oneself");
        T_EQ(rights_end_wait(t.people.rights, &end, NULL), ERR_OK, "ended");
        T_EQ(total(list(&t, STAFF, NULL)), 1, "nothing is left of it at once");
    }
    town_stop(&t);
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
    struct town t;

    T_REQ("AI-4.4-カ-オ");
    T_REQ("KP-3-安全-2");
    town_start(&t);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_HOMEROOM, t.school[0], t.class[0], NULL);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct caller caller = caller_of(&t, rows[i].viewer);
        char what[96];

        snprintf(what, sizeof what, "%s and %s", cast[rows[i].viewer].what,
                 cast[rows[i].whom].what);
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
    town_stop(&t);
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
    struct town t;
    char query[80];

    T_REQ("KP-3-安全-2");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(total(list(&t, rows[i].viewer, rows[i].query)), rows[i].want, rows[i].query);
    snprintf(query, sizeof query, "school=%s", people_fixture_text(&t.people, t.school[1]));
    T_EQ(total(list(&t, COMMISSIONER, query)), 2, "a school");
    T_EQ(total(list(&t, SUPPORTER, query)), 0, "which a supporter does not see");
    snprintf(query, sizeof query, "after=%s", people_fixture_text(&t.people, t.id[BEN]));
    T_SPAN(list(&t, GUARDIAN, query)->reply.body,
           list(&t, GUARDIAN,
                arena_printf(t.people.store.arena, "after=%s",
                             people_fixture_text(&t.people, id_new())))
               ->reply.body,
           "a cursor of a hidden person is that of nobody");
    town_stop(&t);
}

#define TEN    "ああああああああああ"
#define LONG_Q "q=" TEN TEN TEN TEN TEN TEN "あああああ"

T_CASE(people_list_refuses_what_is_no_query)
{
    static const char *const queries[] = {"school=x",  "after=x", "state=gone",
                                          "role=king", LONG_Q,    "q=a b c d e f g h i"};
    struct town t;

    town_start(&t);
    for (size_t i = 0; i < T_COUNT(queries); i++)
        T_EQ(list(&t, COMMISSIONER, queries[i])->reply.status, 422, queries[i]);
    T_EQ(total(list(&t, COMMISSIONER, "q=　 ")), WHO_N, "only spaces: everyone");
    T_EQ(total(list(&t, COMMISSIONER, "q=あおやま　葵")), 1, "two words, both");
    town_stop(&t);
}

T_CASE(people_schools_that_do_not_take_part)
{
    struct setting_change change = {.id = id_new(),
                                    .has_value = true,
                                    .value = SPAN("true"),
                                    .expected_version = -1,
                                    .role = ROLE_COMMISSIONER};
    struct town t;

    T_REQ("NI-2.3.1-1");
    town_start(&t);
    people_fixture_give(&t.people, t.id[STAFF_SOUTH], RIGHT_MANAGER, t.school[1], ID_NONE,
                        NULL);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_MANAGER, t.school[0], ID_NONE, NULL);
    T_EQ(total(list(&t, STAFF_SOUTH, NULL)), 2, "not asked: its children and oneself");
    change.row =
        settings_find(t.people.store.services.settings, SPAN("school.cooperating_only"));
    T_OK(change.row != NULL, "there is such a setting");
    if (change.row != NULL) {
        change.now_utc_us = clock_utc_us();
        T_EQ(settings_change_wait(t.people.store.services.settings, t.people.store.log.writer,
                                  &change, NULL),
             ERR_OK, "cooperating schools only");
        T_EQ(total(list(&t, STAFF_SOUTH, NULL)), 1, "it does not take part");
        T_EQ(total(list(&t, STAFF, NULL)), 5, "the other does");
        T_EQ(rights_school(t.people.rights, t.people.store.db,
                           &(struct caller){.role = ROLE_SCHOOL_STAFF,
                                            .account = t.id[STAFF_SOUTH],
                                            .school = t.school[1]},
                           t.school[1], clock_utc_us(), NULL),
             ERR_DENIED, "nor may it ask for IDs");
        audit_fixture_sql(&t.people.store.log, "UPDATE org SET is_cooperating = true");
        T_EQ(total(list(&t, STAFF_SOUTH, NULL)), 2, "from the moment it takes part");
    }
    town_stop(&t);
}

/* ---- one person ---- */

static enum err step_run(struct tx *tx, void *arg, struct fail *why)
{
    return account_step_append(tx, arg, why);
}

static void step(struct town *t, enum who actor, enum account_state before,
                 enum account_state after)
{
    struct account_step step = {.account = t->id[AOI],
                                .before = before,
                                .after = after,
                                .at_utc_us = clock_utc_us(),
                                .actor = t->id[actor],
                                .actor_role = role_id(cast[actor].person.role)};

    T_EQ(writer_wait(t->people.store.log.writer, step_run, &step, NULL), ERR_OK, "a step");
}

T_CASE(people_show_tells_steps_and_who_took_them)
{
    struct town t;
    struct req *r;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    step(&t, COMMISSIONER, ACCOUNT_ACTIVE, ACCOUNT_SUSPENDED);
    step(&t, CONTRACTOR, ACCOUNT_SUSPENDED, ACCOUNT_ACTIVE);
    r = ask(&t, CONTRACTOR, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "\"state\":\"suspended\",\"at\":"), "the first step");
    T_OK(route_fixture_has(r, "\"actor_name\":\"委　員\",\"actor_role\":\"commissioner\""),
         "by whom");
    T_OK(route_fixture_has(r, "\"actor_name\":\"受　託\",\"actor_role\":\"contractor\""),
         "and back");
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_HOMEROOM, t.school[0], t.class[0], NULL);
    r = ask(&t, STAFF, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "\"actor_role\":\"commissioner\""), "a teacher learns the role");
    T_OK(!route_fixture_has(r, "actor_name"), "of whom he may not know, no name");
    r = ask(&t, GUARDIAN, "people.show", t.id[AOI], NULL, NULL);
    T_OK(!route_fixture_has(r, "actor_role"), "a guardian nothing of it");
    T_SPAN(span_text(route_fixture_header(r, "Cache-Control")), SPAN("no-store"), "not kept");
    town_stop(&t);
}

T_CASE(people_show_counts_sessions_and_tells_the_lock)
{
    struct town t;
    struct req *r;

    town_start(&t);
    audit_fixture_sql(&t.people.store.log,
                      "INSERT INTO session (id, token_sha256, account, created_at,"
                      " last_seen_at, expires_at, closed_at)"
                      " SELECT gen_random_uuid(), sha256(i::text::bytea), '%s', now(),"
                      " now() - (i / 4) * interval '1 day', now() + interval '1 hour',"
                      " CASE WHEN i = 3 THEN now() END FROM generate_series(1, 4) AS i",
                      people_fixture_text(&t.people, t.id[AOI]));
    r = ask(&t, COMMISSIONER, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "\"n_sessions\":2"),
         "two of four: one closed, one idle for long");
    T_OK(!route_fixture_has(r, "locked_until"), "not locked");
    audit_fixture_sql(&t.people.store.log,
                      "INSERT INTO account_place (id, account, place_index, last_ok_at,"
                      " locked_until) VALUES (gen_random_uuid(), '%s',"
                      " substr(sha256('x'), 1, 16), now(), now() + interval '10 minutes')",
                      people_fixture_text(&t.people, t.id[AOI]));
    r = ask(&t, COMMISSIONER, "people.show", t.id[AOI], NULL, NULL);
    T_OK(route_fixture_has(r, "locked_until"), "locked from one place");
    town_stop(&t);
}

/* ---- rights ---- */

static struct req *give(struct town *t, enum who by, enum who to, const char *more)
{
    return ask(t, by, "rights.give", t->id[to], NULL,
               arena_printf(t->people.store.arena, "{\"id\":\"%s\",%s}",
                            people_fixture_text(&t->people, id_new()), more));
}

/* A right of the school of the north; class: of its first class as well. */
static const char *north(struct town *t, const char *right, bool with_class)
{
    struct arena *arena = t->people.store.arena;
    const char *text = arena_printf(arena, "\"right\":\"%s\",\"school\":\"%s\"", right,
                                    people_fixture_text(&t->people, t->school[0]));

    return with_class ? arena_printf(arena, "%s,\"class\":\"%s\"", text,
                                     people_fixture_text(&t->people, t->class[0]))
                      : text;
}

static const char *in_days(struct town *t, const char *before, int days)
{
    char at[CLOCK_TEXT_CAP];

    clock_utc_text(clock_utc_us() + days * DAY_US, at);
    return arena_printf(t->people.store.arena, "%s,\"until\":\"%s\"", before, at);
}

T_CASE(rights_are_given_as_the_rules_say)
{
    struct town t;
    const char *log = "\"right\":\"logs.read\",\"purpose\":\"case-2026-01\"";
    struct req *r;

    T_REQ("NI-2.3.4-2a");
    T_REQ("AI-4.4-カ-オ");
    town_start(&t);
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
    town_stop(&t);
}

T_CASE(rights_nobody_raises_his_own)
{
    struct rights_decision d = {.now_utc_us = clock_utc_us(), .by_role = ROLE_COMMISSIONER};
    struct town t;
    struct req *own, *none;

    T_REQ("NI-2.3.4-2a");
    town_start(&t);
    own = give(&t, COMMISSIONER, COMMISSIONER, "\"right\":\"on_duty\"");
    none = ask(&t, COMMISSIONER, "rights.give", id_new(), NULL,
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
    town_stop(&t);
}

T_CASE(rights_repeat_end_and_belong_to_one)
{
    struct rights_decision d = {.by_role = ROLE_COMMISSIONER, .now_utc_us = clock_utc_us()};
    struct town t;
    struct caller board;
    unsigned duties = 99;
    struct req *r;

    town_start(&t);
    board = caller_of(&t, COMMISSIONER);
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
    town_stop(&t);
}

T_CASE(rights_purposes_end_by_themselves)
{
    struct town t;
    struct caller auditor;
    struct span purpose = SPAN_NONE;
    struct arena *arena;
    unsigned duties = 0;

    T_REQ("NI-T3-7");
    town_start(&t);
    arena = t.people.store.arena;
    auditor = caller_of(&t, AUDITOR);
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
    town_stop(&t);
}

T_CASE(rights_unused_are_listed)
{
    struct town t;
    struct id used;
    struct req *r;

    T_REQ("NI-2.3.4-2a");
    town_start(&t);
    used =
        people_fixture_give(&t.people, t.id[STAFF], RIGHT_MANAGER, t.school[0], ID_NONE, NULL);
    people_fixture_give(&t.people, t.id[STAFF_SOUTH], RIGHT_NURSE, t.school[1], ID_NONE, NULL);
    r = ask(&t, COMMISSIONER, "rights.unused", ID_NONE, NULL, NULL);
    T_EQ(r->reply.status, 200, "asked");
    T_OK(!route_fixture_has(r, "\"account\""), "young ones are not");
    clock_test_shift(0, 89 * DAY_US);
    T_EQ(total(list(&t, STAFF, NULL)), 5, "one is used");
    T_EQ(total(list(&t, STAFF, NULL)), 5, "twice that day");
    for (int i = 0; i < 200 && store_fixture_i64(&t.people.store, "SELECT count(*) FROM"
                                                                  " right_use") == 0;
         i++)
        (void)list(&t, COMMISSIONER, NULL);
    T_EQ(store_fixture_i64(
             &t.people.store,
             arena_printf(t.people.store.arena,
                          "SELECT count(*) FROM right_use WHERE right_grant = '%s'",
                          people_fixture_text(&t.people, used))),
         1, "its use is noted");
    clock_test_shift(0, 91 * DAY_US);
    r = ask(&t, COMMISSIONER, "rights.unused", ID_NONE, NULL, NULL);
    T_OK(route_fixture_has(r, people_fixture_text(&t.people, t.id[STAFF_SOUTH])), "never used");
    T_OK(route_fixture_has(r, "南　先生"), "by name");
    T_OK(!route_fixture_has(r, people_fixture_text(&t.people, t.id[STAFF])),
         "used two days ago");
    clock_test_shift(0, 200 * DAY_US);
    r = ask(&t, COMMISSIONER, "rights.unused", ID_NONE, NULL, NULL);
    T_OK(route_fixture_has(r, people_fixture_text(&t.people, t.id[STAFF])), "no longer");
    clock_test_shift(0, 0);
    town_stop(&t);
}

T_CASE(rights_follow_the_roster)
{
    struct town t;

    T_REQ("KP-3-安全-2");
    town_start(&t);
    people_fixture_give(&t.people, t.id[STAFF], RIGHT_HOMEROOM, t.school[0], t.class[0], NULL);
    T_EQ(total(list(&t, STAFF, NULL)), 3, "two of the class and oneself");
    audit_fixture_sql(&t.people.store.log,
                      "UPDATE enrolment SET left_at = now() WHERE person ="
                      " '%s'",
                      people_fixture_text(&t.people, t.id[AOI]));
    T_EQ(total(list(&t, STAFF, NULL)), 2, "one left the class");
    T_EQ(ask(&t, STAFF, "people.show", t.id[AOI], NULL, NULL)->reply.status, 404, "hidden now");
    people_fixture_enrol(&t.people, t.class[0], t.id[BEN]);
    T_EQ(total(list(&t, STAFF, NULL)), 3, "one came");
    audit_fixture_sql(&t.people.store.log,
                      "UPDATE enrolment SET ends_on = current_date - 2 WHERE person = '%s'",
                      people_fixture_text(&t.people, t.id[BEN]));
    T_EQ(total(list(&t, STAFF, NULL)), 2, "whose time there is over");
    audit_fixture_sql(&t.people.store.log, "UPDATE person SET left_at = now() WHERE id = '%s'",
                      people_fixture_text(&t.people, t.id[EMA]));
    T_EQ(total(list(&t, STAFF, NULL)), 1, "one left the school");
    T_OK(route_fixture_has(ask(&t, COMMISSIONER, "people.show", t.id[EMA], NULL, NULL),
                           "\"has_left\":true"),
         "which the board still knows");
    town_stop(&t);
}

/* ---- the index of names ---- */

static struct id child(struct town *t, const char *family, const char *given,
                       const char *family_kana, const char *given_kana, const char *login)
{
    const struct people_fixture_person p = {ROLE_STUDENT, NULL,  t->school[0], "J3",
                                            family,       given, family_kana,  given_kana,
                                            login,        login};

    return people_fixture_add(&t->people, &p);
}

T_CASE(people_search_folds_and_sorts_as_japanese_does)
{
    static const struct {
        const char *q;
        long want;
    } rows[] = {
        {"やまだ", 3}, /* hiragana, katakana, half-width */
        {"ヤマダ", 3},
        {"ﾔﾏﾀﾞ", 3},
        {"やまた", 1}, /* another name */
        {"がっこう", 2},
        {"がつこう", 2}, /* small kana as large */
        {"さーばー", 1},
        {"さあばあ", 1},
        {"高橋", 2}, /* 髙 as 高 */
        {"髙橋", 2},
        {"葛\xf3\xa0\x84\x80城", 1}, /* with a variation selector */
        {"葛城", 1},
        {"崎", 1}, /* 﨑 */
        {"ＩＤ－ＺＺ－ＩＤＯ", 1},
        {"ID-zz-ito", 2},
        {"山田花子", 1}, /* family and given as one */
        {"山田 花", 1},
        {"はなこ", 1},
        {"い", 4},       /* one kana: where a name begins */
        {"かはしさ", 1}, /* inside */
        {"存在しない", 0},
    };
    struct town t;
    struct people_query query = {.q = SPAN("id-zz"), .n_cap = 50};
    struct people_page page;
    struct rights_view view;
    struct people *people = NULL;
    static const char *const order[] = {"id-zz-ito",  "id-zz-ito2", "id-zz-ido",
                                        "id-zz-kako", "id-zz-gako", "id-zz-gako2"};

    T_REQ("KP-3-安全-2");
    people_fixture_start(&t.people);
    t.school[0] = people_fixture_school(&t.people, "中", true);
    t.id[COMMISSIONER] = people_fixture_add(&t.people, &cast[AUDITOR].person);
    child(&t, "山田", "花子", "やまだ", "はなこ", "id-a1");
    child(&t, "山田", "太郎", "ヤマダ", "タロウ", "id-a2");
    child(&t, "山田", "次郎", "ﾔﾏﾀﾞ", "ｼﾞﾛｳ", "id-a3");
    child(&t, "山田", "三郎", "やまた", "さぶろう", "id-a4");
    child(&t, "髙橋", "咲", "たかはし", "さき", "id-a5");
    child(&t, "高橋", "健", "たかはし", "けん", "id-a6");
    child(&t, "葛\xf3\xa0\x84\x80城", "結", "かつらぎ", "ゆい", "id-a7");
    child(&t, "山﨑", "凛", "やまさき", "りん", "id-a8");
    child(&t, "サ", "ア", "さーばー", "あ", "id-a9");
    child(&t, "甲", "乙", "がっこう", "い", "id-zz-gako");
    child(&t, "甲", "乙", "がつこう", "う", "id-zz-gako2");
    child(&t, "甲", "乙", "かっこう", "お", "id-zz-kako");
    child(&t, "伊藤", "甲", "いとう", "お", "id-zz-ito");
    child(&t, "伊藤", "乙", "イトウ", "く", "id-zz-ito2");
    child(&t, "井堂", "丙", "いどう", "え", "id-zz-ido");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(
            total(people_fixture_ask(
                &t.people, "people.list",
                &(struct caller){.role = ROLE_COMMISSIONER, .account = t.id[COMMISSIONER]},
                ID_NONE, ID_NONE, arena_printf(t.people.store.arena, "q=%s", rows[i].q), NULL)),
            rows[i].want, rows[i].q);
    view = (struct rights_view){.caller = {.role = ROLE_COMMISSIONER, .account = {{9}}}};
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_OK, "a snapshot");
    T_EQ(people_search(people, &view, &query, t.people.store.arena, &page, NULL), ERR_OK,
         "all");
    T_EQ(page.n, T_COUNT(order), "of them");
    for (size_t i = 0; i < page.n && i < T_COUNT(order); i++)
        T_SPAN(page.at[i].entry->login, span_text(order[i]), "in the order of kana");
    people_unref(&people);
    people_fixture_stop(&t.people);
}

T_CASE(people_pages_go_on_where_the_last_ended)
{
    struct town t;
    struct req *r;
    struct span next = SPAN("");
    size_t n_pages = 0, n_seen = 0;
    char q[64];

    people_fixture_start(&t.people);
    t.school[0] = people_fixture_school(&t.people, "中", true);
    for (int i = 0; i < 120; i++) {
        char login[16], kana[16];

        snprintf(login, sizeof login, "id-%03d", i);
        snprintf(kana, sizeof kana, "か%s", i % 2 ? "き" : "く");
        child(&t, "同", "名", kana, "な", login);
    }
    do {
        snprintf(q, sizeof q, next.len > 0 ? "after=%.*s" : "q=%.*s", SPAN_ARG(next));
        r = people_fixture_ask(&t.people, "people.list",
                               &(struct caller){.role = ROLE_COMMISSIONER, .account = {{9}}},
                               ID_NONE, ID_NONE, q, NULL);
        T_EQ(total(r), 120, "the same count on each page");
        for (const uint8_t *at = r->reply.body.p; at != NULL; n_seen++) {
            size_t left = r->reply.body.len - (size_t)(at - r->reply.body.p);

            at = memmem(at, left, "\"login\":", 8);
            if (at == NULL)
                break;
            at += 8;
        }
        next = route_fixture_text(r, "next");
        n_pages++;
    } while (next.len > 0 && n_pages < 10);
    T_EQ(n_pages, 3, "50, 50, 20");
    T_EQ(n_seen, 120, "each once");
    people_fixture_stop(&t.people);
}

/* No mapping of this program's own is so large; the shadows of sanitizers are. */
#define SCAN_MOST_BYTES (256UL << 20)

/* How often these bytes stand in memory that may be written. */
static size_t n_in_memory(const char *text)
{
    FILE *maps = fopen("/proc/self/maps", "r"), *mem = fopen("/proc/self/mem", "r");
    static uint8_t page[1 << 20];
    char line[512];
    size_t n = 0, len = strlen(text);

    invariant(maps != NULL && mem != NULL, "maps");
    setvbuf(mem, NULL, _IONBF, 0); /* or what is read would lie in its buffer */
    while (fgets(line, sizeof line, maps) != NULL) {
        char *at_high = NULL, *at_mode = NULL;
        unsigned long low = strtoul(line, &at_high, 16);
        unsigned long high = strtoul(at_high + 1, &at_mode, 16);

        if (at_mode[2] != 'w' || high - low > SCAN_MOST_BYTES)
            continue;
        for (unsigned long at = low; at < high; at += sizeof page) {
            size_t want = high - at < sizeof page ? high - at : sizeof page;

            if (at <= (unsigned long)page && (unsigned long)page < at + want)
                continue; /* this very buffer */
            if (fseek(mem, (long)at, SEEK_SET) != 0 || fread(page, 1, want, mem) != want)
                continue;
            for (uint8_t *hit = page;
                 (hit = memmem(hit, want - (size_t)(hit - page), text, len)) != NULL;
                 hit += len)
                n++;
        }
    }
    fclose(maps);
    fclose(mem);
    return n;
}

T_CASE(people_names_leave_memory_with_lock_and_erasure)
{
    struct town t;
    struct people *people = NULL;
    struct id gone;
    size_t n_before, n_open;
    size_t n_erased = 0;

    T_REQ("KP-3-安全-3");
    town_start(&t);
    gone = child(&t, "消江田", "忘", "きえたなまえです", "わすれ", "id-kieru");
    n_before = n_in_memory("きえたなまえです");
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_OK, "opened");
    T_OK(people_find(people, gone) != NULL, "there");
    people_unref(&people);
    n_open = n_in_memory("きえたなまえです");
    T_OK(n_open > n_before, "its name lies in memory");
    T_EQ(keyring_lock(t.people.store.services.keyring, NULL), ERR_OK, "locked");
    T_EQ(n_in_memory("きえたなまえです"), n_before, "and is gone at once");
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_LOCKED, "no names");
    T_EQ(list(&t, COMMISSIONER, NULL)->reply.status, 503, "the list says so");
    T_EQ(keyring_unlock(t.people.store.services.keyring, t.people.store.log.keyd.half, NULL),
         ERR_OK, "opened again");
    T_EQ(people_ref(t.people.index, t.people.store.db, &people, NULL), ERR_OK, "names again");
    people_unref(&people);
    T_EQ(erase_person(t.people.store.services.keyring, t.people.store.log.writer,
                      features_tables, gone, &n_erased, NULL),
         ERR_OK, "erased");
    T_EQ(n_in_memory("きえたなまえです"), n_before, "and is gone at once");
    T_EQ(total(list(&t, COMMISSIONER, "q=きえた")), 0, "found no more");
    T_EQ(ask(&t, COMMISSIONER, "people.show", gone, NULL, NULL)->reply.status, 404, "nobody");
    T_EQ(total(list(&t, COMMISSIONER, NULL)), WHO_N, "the others are there");
    town_stop(&t);
}

struct looker {
    struct town *town;
    struct db *db;
    pthread_t thread;
    long n_good, n_refused;
};

static void *look_often(void *arg)
{
    struct looker *l = arg;
    struct town *t = l->town;
    const struct caller staff = caller_of(t, STAFF);
    struct arena *arena = NULL;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        return NULL;
    for (int i = 0; i < 60; i++) {
        const struct people_query query = {.q = SPAN("あお"), .n_cap = 50};
        struct rights_view view;
        struct people *people = NULL;
        struct people_page page;
        bool good = rights_view_make(t->people.rights, l->db, &staff, clock_utc_us(), arena,
                                     &view, NULL) == ERR_OK &&
                    people_ref(t->people.index, l->db, &people, NULL) == ERR_OK &&
                    people_search(people, &view, &query, arena, &page, NULL) == ERR_OK;

        l->n_good += good && page.n_total == view.n_grants; /* the one child, or nobody */
        l->n_refused += !good;
        people_unref(&people);
        arena_reset(arena);
    }
    arena_destroy(&arena);
    return NULL;
}

T_CASE(people_index_serves_threads_while_all_changes)
{
    struct town t;
    struct db_conf conf;
    struct looker lookers[3] = {{.n_good = 0}};

    town_start(&t);
    conf = store_fixture_conf(&t.people.store, "ibasho_app");
    for (size_t i = 0; i < T_COUNT(lookers); i++) {
        lookers[i].town = &t;
        T_EQ(db_open(&conf, features_stmts, &lookers[i].db, NULL), ERR_OK, "connection");
        T_EQ(pthread_create(&lookers[i].thread, NULL, look_often, &lookers[i]), 0, "thread");
    }
    for (int i = 0; i < 10; i++) {
        struct id right = people_fixture_give(&t.people, t.id[STAFF], RIGHT_MANAGER,
                                              t.school[0], ID_NONE, NULL);
        struct rights_decision end = {.grant = {.id = right, .account = t.id[STAFF]},
                                      .by_role = ROLE_COMMISSIONER,
                                      .now_utc_us = clock_utc_us()};

        audit_fixture_sql(&t.people.store.log, "UPDATE person SET grade = 'J3' WHERE id = '%s'",
                          people_fixture_text(&t.people, t.id[BEN]));
        people_index_drop(t.people.index);
        T_EQ(rights_end_wait(t.people.rights, &end, NULL), ERR_OK, "ended");
    }
    for (size_t i = 0; i < T_COUNT(lookers); i++) {
        pthread_join(lookers[i].thread, NULL);
        T_EQ(lookers[i].n_good, 60, "each look is whole: with the right or without");
        T_EQ(lookers[i].n_refused, 0, "none fails");
        db_close(&lookers[i].db);
    }
    town_stop(&t);
}

/* ---- the table of roles ---- */

T_CASE(roles_table_is_that_of_the_rows)
{
    struct town t;
    struct req *all, *own;
    size_t n_rows = 0, n_listed = 0;

    T_REQ("NI-T3-7");
    town_start(&t);
    all = ask(&t, AUDITOR, "roles.table", ID_NONE, NULL, NULL);
    own = ask(&t, AOI, "roles.table", ID_NONE, NULL, NULL);
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
    town_stop(&t);
}
