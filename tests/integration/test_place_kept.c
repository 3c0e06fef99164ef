/* What the place keeps, on a real store: floors, plans, rules, sessions, visits, seats; who may
 * change it, and what a bad try leaves behind (AI-2.3-ア, AI-2.3-エ, AI-2.5-ア, AI-4.3-イ,
 * SE-4.1-イ). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "node/db/erase.h"
#include "node/db/sweep.h"
#include "node/features.h"
#include "node/place/access_store.h"
#include "node/place/floor_json.h"
#include "node/place/lock_store.h"
#include "node/place/ready.h"
#include "node/place/store_rows.h"
#include "node/place/visit_log.h"
#include "node/place/visit_store.h"
#include "tests/integration/people_fixture.h"
#include "tests/integration/proxy_fixture.h"
#include "tests/t.h"

struct town {
    struct people_fixture people;
    struct caller board, contractor, auditor;
    struct id school, child;
};

static void town_start(struct town *t)
{
    memset(t, 0, sizeof *t);
    people_fixture_start(&t->people);
    t->school = people_fixture_school(&t->people, "学校", true);
    t->child =
        people_fixture_add(&t->people, &(struct people_fixture_person){.role = ROLE_STUDENT,
                                                                       .school = t->school,
                                                                       .grade = "7",
                                                                       .family = "青",
                                                                       .given = "空",
                                                                       .display = "そら",
                                                                       .login = "sora-1"});
    t->board = people_fixture_caller(ROLE_COMMISSIONER, id_new(), ID_NONE);
    t->contractor = people_fixture_caller(
        ROLE_CONTRACTOR,
        people_fixture_add(&t->people, &(struct people_fixture_person){.role = ROLE_CONTRACTOR,
                                                                       .display = "運営",
                                                                       .login = "unei-1"}),
        ID_NONE);
    t->auditor = people_fixture_caller(ROLE_AUDITOR, id_new(), ID_NONE);
}

/* The fixture verifies every leaf on its way out. */
static void town_stop(struct town *t)
{
    people_fixture_stop(&t->people);
}

static const struct route *route_of(const char *name)
{
    for (const struct route_table *r = features_routes; r->n > 0; r++)
        for (int i = 0; i < r->n; i++)
            if (strcmp(r->rows[i].name, name) == 0)
                return &r->rows[i];
    invariant(false, "no route %s", name);
    return NULL;
}

struct ask {
    const char *route, *id, *query, *body;
};

static struct req *asks(struct town *t, const struct caller *caller, const struct ask *ask)
{
    const struct route_call call = {.services = &t->people.store.services,
                                    .db = t->people.store.db,
                                    .arena = t->people.store.arena,
                                    .caller = *caller,
                                    .id = ask->id,
                                    .query = ask->query,
                                    .body = ask->body};

    return route_fixture_call(route_of(ask->route), &call);
}

static const char *text_of(struct town *t, struct id id)
{
    return people_fixture_text(&t->people, id);
}

#define SAY(...) arena_printf(t->people.store.arena, __VA_ARGS__)

static int64_t count(struct town *t, const char *table)
{
    return store_fixture_i64(&t->people.store, SAY("SELECT count(*) FROM %s", table));
}

static struct place_facts *facts_now(struct town *t, struct place_facts *before)
{
    struct place_facts *facts = NULL;
    struct fail why = {.code = ERR_OK};

    T_EQ(facts_read(t->people.store.db, before, clock_utc_us(), &facts, &why), ERR_OK,
         why.text);
    if (facts == NULL)
        abort();
    return facts;
}

/* ---- floors ---- */

/* The ready plaza under another English name. */
static const char *plaza_named(struct town *t, const char *name_en)
{
    const struct ground *ground = ready_ground_find(SPAN("plaza"));
    const char *all = SAY("%.*s", SPAN_ARG(ground->text));
    const char *at = strstr(all, "\"Plaza\"");

    invariant(at != NULL, "the plaza is called Plaza");
    return SAY("%.*s\"%s\"%s", (int)(at - all), all, name_en, at + strlen("\"Plaza\""));
}

static struct req *publish(struct town *t, const char *query, const char *body)
{
    return asks(t, &t->board, &(struct ask){"floors.publish", NULL, query, body});
}

T_CASE(place_floors_are_published_brought_back_and_known_at_once_AI_4_3_イ_エ_2)
{
    struct town town, *t = &town;
    struct place_facts *before, *after, *last;
    const struct facts_floor *plaza;
    struct req *req;
    const char *act;

    T_REQ("AI-4.3-イ-エ-2 AI-2.3-エ");
    town_start(t);
    before = facts_now(t, NULL);
    T_EQ(facts_n_floors(before), 5, "the ready floors");
    T_EQ(facts_floor(before, SPAN("plaza"))->version, 0, "not published");
    req = asks(t, &t->board, &(struct ask){.route = "floors.list"});
    T_OK(route_fixture_has(req, "\"id\":\"counsel\""), "listed");
    act = SAY("id=%s&expected_version=0", text_of(t, id_new()));
    req = publish(t, act, plaza_named(t, "Market"));
    T_EQ(req->reply.status, 200, "published");
    T_OK(route_fixture_has(req, "\"version\":1,") && route_fixture_has(req, "\"is_new\":true"),
         "its first version");
    after = facts_now(t, before);
    plaza = facts_floor(after, SPAN("plaza"));
    T_EQ(plaza->version, 1, "the facts have it");
    T_SPAN(plaza->ground->floor->name.en, SPAN("Market"), "as it was sent");
    T_OK(facts_floor(after, SPAN("quiet"))->ground ==
             facts_floor(before, SPAN("quiet"))->ground,
         "what did not change is shared");
    T_OK(route_fixture_has(publish(t, act, plaza_named(t, "Market")), "\"version\":1,"),
         "the act again is the act that was");
    T_EQ(publish(t, act, plaza_named(t, "Bazaar"))->reply.status, 409, "no other under its id");
    T_OK(route_fixture_has(publish(t, NULL, plaza_named(t, "Market")), "\"is_new\":false"),
         "the same floor is no new version");
    T_EQ(publish(t, "expected_version=0", plaza_named(t, "Bazaar"))->reply.status, 409,
         "somebody was faster");
    T_EQ(count(t, "floor_version"), 1, "one row");
    req = asks(t, &t->board,
               &(struct ask){"floors.revert", "plaza", NULL,
                             SAY("{\"id\":\"%s\",\"version\":0}", text_of(t, id_new()))});
    T_OK(route_fixture_has(req, "\"version\":2,"), "brought back as a new version");
    last = facts_now(t, after);
    T_TEXT(facts_floor(last, SPAN("plaza"))->ground->floor->hash,
           ready_ground_find(SPAN("plaza"))->floor->hash, "it is the ready floor");
    req = asks(t, &t->board,
               &(struct ask){"floors.revert", "plaza", NULL,
                             SAY("{\"id\":\"%s\",\"version\":7}", text_of(t, id_new()))});
    T_EQ(req->reply.status, 422, "no such version");
    req = asks(t, &t->board, &(struct ask){.route = "floors.history", .id = "plaza"});
    T_OK(route_fixture_has(req, "\"of_version\":0") && route_fixture_has(req, "\"version\":1,"),
         "both stand in its history");
    req = asks(t, &t->board, &(struct ask){"floors.show", "plaza", "version=1", NULL});
    T_OK(route_fixture_has(req, "Market"), "an old version can be seen");
    T_EQ(asks(t, &t->board, &(struct ask){.route = "floors.show", .id = "attic"})->reply.status,
         404, "no such floor");
    facts_unref(&before);
    facts_unref(&after);
    facts_unref(&last);
    town_stop(t);
}

T_CASE(place_a_bad_floor_leaves_everything_as_it_was)
{
    struct town town, *t = &town;
    static uint8_t bytes[65536];
    size_t len = 0;
    struct span bad;
    struct place_facts *before, *after;
    struct facts_version v, w;
    struct req *req;

    town_start(t);
    before = facts_now(t, NULL);
    T_EQ(wholefile_read("tests/floors/bad/spawn-in-wall.json", bytes, sizeof bytes, &len, NULL),
         ERR_OK, "a bad floor");
    bad = span_of(bytes, len);
    req = publish(t, NULL, SAY("%.*s", SPAN_ARG(bad)));
    T_EQ(req->reply.status, 422, "refused");
    T_OK(route_fixture_has(req, "\"pointer\":\"/spawns/"), "with the place of the fault");
    T_OK(route_fixture_has(req, "\"rule\":\"spawn-blocked\""), "and its rule");
    T_EQ(publish(t, NULL, "{\"format\":")->reply.status, 400, "no JSON");
    T_EQ(publish(t, "expected_version=x", plaza_named(t, "Market"))->reply.status, 422,
         "no number");
    T_EQ(count(t, "floor_version"), 0, "nothing written");
    after = facts_now(t, before);
    v = facts_version_of(before);
    w = facts_version_of(after);
    T_OK(facts_version_eq(&v, &w), "the same facts");
    facts_unref(&before);
    facts_unref(&after);
    town_stop(t);
}

T_CASE(place_a_floor_this_program_cannot_read_gives_way_to_the_ready_one)
{
    struct town town, *t = &town;
    struct place_facts *facts;

    town_start(t);
    T_EQ(publish(t, NULL, plaza_named(t, "Market"))->reply.status, 200, "published");
    audit_fixture_sql(&t->people.store.log,
                      "UPDATE floor_version SET body = replace(body, '\"format\":1', "
                      "'\"format\":2')");
    facts = facts_now(t, NULL);
    T_EQ(facts_floor(facts, SPAN("plaza"))->version, 0, "the ready plaza");
    T_EQ(facts_n_floors(facts), 5, "nobody else is touched");
    T_EQ(asks(t, &t->board, &(struct ask){.route = "floors.file", .id = "plaza"})->reply.status,
         200, "browsers get it too");
    facts_unref(&facts);
    audit_fixture_sql(&t->people.store.log,
                      "UPDATE floor_version SET body = replace(body, '\"format\":2', "
                      "'\"format\":1')");
    town_stop(t);
}

static int plan(struct town *t, const char *floor, const char *more)
{
    return asks(t, &t->board,
                &(struct ask){"floor_plan.change", floor, NULL,
                              SAY("{\"id\":\"%s\",%s}", text_of(t, id_new()), more)})
        ->reply.status;
}

T_CASE(place_plans_say_how_many_and_whether_hidden)
{
    struct town town, *t = &town;
    struct place_facts *facts;
    struct req *req;

    T_REQ("AI-4.3-イ-エ-2 SE-4.1-イ-1");
    town_start(t);
    T_EQ(plan(t, "plaza", "\"capacity\":12,\"when_full\":\"copy\",\"is_hidden\":false"), 204,
         "twelve");
    T_EQ(plan(t, "quiet", "\"when_full\":\"wait\",\"is_hidden\":true"), 204, "hidden");
    T_EQ(plan(t, "attic", "\"when_full\":\"wait\",\"is_hidden\":true"), 404, "no such floor");
    T_EQ(plan(t, "plaza", "\"capacity\":0,\"when_full\":\"copy\",\"is_hidden\":false"), 422,
         "nobody is no capacity");
    facts = facts_now(t, NULL);
    T_EQ(facts_floor(facts, SPAN("plaza"))->plan.capacity, 12, "twelve");
    T_EQ(facts_floor(facts, SPAN("plaza"))->plan.when_full, FACTS_COPY, "then another");
    T_OK(facts_floor(facts, SPAN("quiet"))->plan.is_hidden, "hidden");
    facts_unref(&facts);
    T_EQ(asks(t, &t->board, &(struct ask){.route = "floors.file", .id = "quiet"})->reply.status,
         404, "a hidden floor has no file");
    req = asks(t, &t->board, &(struct ask){.route = "floors.file", .id = "plaza"});
    T_EQ(req->reply.status, 200, "the others have");
    T_OK(strstr(route_fixture_header(req, "Cache-Control"), "no-cache") != NULL,
         "as it is now");
    req = asks(t, &t->board,
               &(struct ask){"floors.file", "plaza",
                             SAY("hash=%s", ready_ground_find(SPAN("plaza"))->floor->hash),
                             NULL});
    T_OK(strstr(route_fixture_header(req, "Cache-Control"), "immutable") != NULL,
         "by its hash");
    town_stop(t);
}

/* ---- rules ---- */

static struct req *decide(struct town *t, const char *more)
{
    return asks(t, &t->board,
                &(struct ask){"floor_rules.decide", NULL, NULL,
                              SAY("{\"id\":\"%s\",%s}", text_of(t, id_new()), more)});
}

static bool child_may(struct town *t, const char *floor)
{
    struct place_facts *facts = facts_now(t, NULL);
    const struct place_pass pass = {
        .caller = {.role = ROLE_STUDENT, .account = t->child, .school = t->school},
        .grade = "7"};
    bool may = facts_access(facts, &pass, span_text(floor), clock_utc_us()).may;

    facts_unref(&facts);
    return may;
}

T_CASE(place_rules_decide_who_may_enter_AI_2_3_ア)
{
    struct town town, *t = &town;
    const char *child;
    struct req *req;

    T_REQ("AI-2.3-ア");
    town_start(t);
    child = text_of(t, t->child);
    T_OK(child_may(t, "plaza"), "without a rule");
    T_EQ(decide(t, "\"subject_kind\":\"grade\",\"code\":\"7\",\"floor\":\"plaza\","
                   "\"verdict\":\"deny\"")
             ->reply.status,
         204, "not the seventh grade");
    T_OK(!child_may(t, "plaza"), "at once");
    T_OK(child_may(t, "quiet"), "elsewhere yes");
    T_EQ(decide(t, SAY("\"subject_kind\":\"account\",\"subject\":\"%s\",\"verdict\":\"allow\"",
                       child))
             ->reply.status,
         204, "but this child, everywhere");
    T_OK(child_may(t, "plaza"), "the more exact rule");
    T_EQ(decide(t, SAY("\"subject_kind\":\"account\",\"subject\":\"%s\",\"verdict\":\"deny\"",
                       child))
             ->reply.status,
         204, "decided anew");
    T_OK(!child_may(t, "quiet"), "the newest holds");
    req = asks(t, &t->board, &(struct ask){.route = "floor_rules.list"});
    T_EQ(req->reply.status, 200, "listed");
    T_OK(route_fixture_has(req, "\"login\":\"sora-1\""), "whom it is about");
    T_EQ(req->n_shown, 1, "a name was read");
    T_EQ(decide(t, SAY("\"subject_kind\":\"account\",\"subject\":\"%s\",\"verdict\":\"none\"",
                       child))
             ->reply.status,
         204, "withdrawn");
    T_OK(!child_may(t, "plaza") && child_may(t, "quiet"), "the grade's rule is left");
    T_EQ(count(t, "floor_rule"), 4, "every decision is kept");
    town_stop(t);
}

T_CASE(place_rules_that_say_nothing_are_refused)
{
    struct town town, *t = &town;
    static const char *const bad[] = {
        "\"subject_kind\":\"everyone\",\"code\":\"7\",\"verdict\":\"deny\"",
        "\"subject_kind\":\"role\",\"verdict\":\"deny\"",
        "\"subject_kind\":\"role\",\"code\":\"analyst\",\"verdict\":\"allow\"",
        "\"subject_kind\":\"role\",\"code\":\"king\",\"verdict\":\"allow\"",
        "\"subject_kind\":\"account\",\"verdict\":\"deny\"",
        "\"subject_kind\":\"account\",\"subject\":\"018f0000-0000-7000-8000-000000000001\","
        "\"verdict\":\"deny\"",
        "\"subject_kind\":\"class\",\"subject\":\"018f0000-0000-7000-8000-000000000001\","
        "\"verdict\":\"deny\"",
        "\"subject_kind\":\"everyone\",\"floor\":\"attic\",\"verdict\":\"deny\"",
        "\"subject_kind\":\"everyone\",\"verdict\":\"deny\",\"until\":\"2020-01-01T00:00:00Z\"",
        "\"subject_kind\":\"everyone\",\"verdict\":\"deny\",\"from\":\"2099-01-02T00:00:00Z\","
        "\"until\":\"2099-01-01T00:00:00Z\"",
    };

    town_start(t);
    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_EQ(decide(t, bad[i])->reply.status, 422, bad[i]);
    T_EQ(count(t, "floor_rule"), 0, "nothing written");
    town_stop(t);
}

/* ---- sessions ---- */

static struct req *session(struct town *t, const char *route, struct id id, struct id act,
                           const char *more)
{
    return asks(t, &t->contractor,
                &(struct ask){route, text_of(t, id), NULL,
                              SAY("{\"id\":\"%s\"%s}", text_of(t, act), more)});
}

/* From so many minutes from now on, an hour. */
static const char *hour_at(struct town *t, int in_min, const char *more)
{
    char from[CLOCK_TEXT_CAP], until[CLOCK_TEXT_CAP];
    int64_t at = clock_utc_us() + in_min * MINUTE_US;

    clock_utc_text(at, from);
    clock_utc_text(at + HOUR_US, until);
    return SAY(
        ",\"floor\":\"plaza\",\"title\":\"おしゃべり会\",\"from\":\"%s\",\"until\":\"%s\","
        "\"is_anonymous\":true%s",
        from, until, more);
}

T_CASE(place_sessions_are_held_moved_and_called_off_SE_4_1_イ_2)
{
    struct town town, *t = &town;
    struct id one = id_new(), two = id_new();
    struct place_facts *facts;
    const struct facts_session *now;
    struct req *req;

    T_REQ("SE-4.1-イ-1 SE-4.1-イ-2 SE-4.1-イ-3");
    town_start(t);
    req = session(t, "place_sessions.make", ID_NONE, one, hour_at(t, -5, ",\"capacity\":100"));
    T_EQ(req->reply.status, 200, "held");
    T_OK(route_fixture_has(req, "\"version\":1"), "its first version");
    T_EQ(session(t, "place_sessions.make", ID_NONE, one, hour_at(t, -5, ""))->reply.status, 200,
         "the act again");
    T_EQ(count(t, "place_session"), 1, "adds nothing");
    facts = facts_now(t, NULL);
    now = facts_session_now(facts, SPAN("plaza"), clock_utc_us());
    T_OK(now != NULL && now->is_anonymous && now->capacity == 100, "it runs");
    T_OK(now != NULL && id_eq(now->session, one), "under its first act's id");
    facts_unref(&facts);
    T_EQ(session(t, "place_sessions.make", ID_NONE, two, hour_at(t, 30, ""))->reply.status, 409,
         "one at a time");
    T_EQ(session(t, "place_sessions.make", ID_NONE, two, hour_at(t, 56, ""))->reply.status, 200,
         "the next may follow");
    T_EQ(session(t, "place_sessions.change", one, id_new(),
                 hour_at(t, -5, ",\"expected_version\":2"))
             ->reply.status,
         409, "another version than was seen");
    T_EQ(session(t, "place_sessions.change", one, id_new(), hour_at(t, 10, ""))->reply.status,
         409, "not into the next one");
    req = session(t, "place_sessions.change", one, id_new(),
                  hour_at(t, -20, ",\"expected_version\":1"));
    T_EQ(req->reply.status, 200, "moved");
    T_OK(route_fixture_has(req, "\"version\":2"), "its second version");
    T_EQ(session(t, "place_sessions.cancel", one, id_new(), "")->reply.status, 200,
         "called off");
    T_EQ(session(t, "place_sessions.cancel", one, id_new(), "")->reply.status, 404,
         "it is over");
    T_EQ(session(t, "place_sessions.change", one, id_new(), hour_at(t, -20, ""))->reply.status,
         404, "for good");
    T_EQ(session(t, "place_sessions.cancel", id_new(), id_new(), "")->reply.status, 404,
         "there is none");
    facts = facts_now(t, NULL);
    T_OK(facts_session_now(facts, SPAN("plaza"), clock_utc_us()) == NULL, "none runs");
    T_OK(facts_session_next(facts, SPAN("plaza"), clock_utc_us()) != NULL, "one is to come");
    facts_unref(&facts);
    req = asks(t, &t->board, &(struct ask){.route = "place_sessions.list"});
    T_OK(route_fixture_has(req, "\"is_cancelled\":true"), "the list says what was called off");
    town_stop(t);
}

T_CASE(place_sessions_out_of_order_are_refused)
{
    struct town town, *t = &town;
    static const char *const bad[] = {
        ",\"from\":\"2099-01-02T00:00:00Z\",\"until\":\"2099-01-01T00:00:00Z\"",
        ",\"from\":\"2020-01-01T00:00:00Z\",\"until\":\"2020-01-01T01:00:00Z\"",
        ",\"from\":\"2099-01-01T00:00:00Z\",\"until\":\"2099-01-03T00:00:00Z\"",
        ",\"from\":\"2099-01-01T00:00:00Z\",\"until\":\"2099-01-01T01:00:00Z\"",
    };

    town_start(t);
    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_EQ(session(
                 t, "place_sessions.make", ID_NONE, id_new(),
                 SAY(",\"floor\":\"plaza\",\"title\":\"会\",\"is_anonymous\":false%s", bad[i]))
                 ->reply.status,
             422, bad[i]);
    T_EQ(count(t, "place_session"), 0, "nothing written");
    town_stop(t);
}

/* ---- visits ---- */

struct writing {
    const struct visit_event_row *events;
    const struct visit_seat_row *seats;
    size_t n_events, n_seats;
};

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct writing *w = arg;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < w->n_events && rc == ERR_OK; i++)
        rc = visit_store_add(tx, &w->events[i], why);
    for (size_t i = 0; i < w->n_seats && rc == ERR_OK; i++)
        rc = visit_store_seat_put(tx, &w->seats[i], why);
    return rc;
}

static void write_all(struct town *t, struct writing w)
{
    struct fail why = {.code = ERR_OK};

    T_EQ(writer_wait(t->people.store.log.writer, write_run, &w, &why), ERR_OK, why.text);
}

static struct visit_event_row event(struct id account, enum visit_kind kind, int64_t at)
{
    return (struct visit_event_row){.id = id_new(),
                                    .visit = id_new(),
                                    .at_utc_us = at,
                                    .account = account,
                                    .kind = kind,
                                    .floor = SPAN("plaza"),
                                    .copy = 1,
                                    .reason = kind == VISIT_EXIT ? SPAN("left") : SPAN_NONE};
}

T_CASE(place_the_record_of_visits_is_read_by_period_person_and_floor_AI_2_5_ア)
{
    struct town town, *t = &town;
    int64_t now = clock_utc_us();
    struct visit_event_row events[120];
    struct req *req;
    const char *next;

    T_REQ("AI-2.5-ア");
    town_start(t);
    for (int i = 0; i < 120; i++) /* pairs share an instant: pages must not lose or repeat */
        events[i] = event(i % 2 == 0 ? t->child : t->contractor.account,
                          i < 60 ? VISIT_ENTRY : VISIT_EXIT, now - (200 - i / 2) * SECOND_US);
    events[0].floor = SPAN("quiet");
    events[0].is_trial = true;
    write_all(t, (struct writing){.events = events, .n_events = 120});
    req = asks(t, &t->board, &(struct ask){.route = "visits.list"});
    T_EQ(req->reply.status, 200, "the commissioner reads it");
    T_OK(route_fixture_has(req, "\"display_name\":\"そら\",\"login\":\"sora-1\""),
         "with names");
    T_EQ(req->n_shown, 2, "two names were read");
    next = SAY("before=%.*s", SPAN_ARG(route_fixture_text(req, "next")));
    req = asks(t, &t->board, &(struct ask){"visits.list", NULL, next, NULL});
    T_OK(route_fixture_has(req, "\"floor\":\"quiet\""), "the next page ends with the first");
    T_OK(!route_fixture_has(req, "\"next\""), "and is the last");
    T_EQ(store_fixture_i64(&t->people.store, "SELECT count(*) FROM visit_event"), 120, "all");
    req = asks(t, &t->board, &(struct ask){"visits.list", NULL, "floor=quiet", NULL});
    T_OK(route_fixture_has(req, "\"is_trial\":true") &&
             !route_fixture_has(req, "\"floor\":\"plaza\""),
         "by floor");
    req = asks(t, &t->board,
               &(struct ask){"visits.list", NULL,
                             SAY("person=%s", text_of(t, t->contractor.account)), NULL});
    T_OK(!route_fixture_has(req, "sora-1") && route_fixture_has(req, "unei-1"), "by person");
    T_OK(!route_fixture_has(asks(t, &t->board,
                                 &(struct ask){"visits.list", NULL,
                                               "from=2020-01-01T00:00:00Z&"
                                               "until=2020-06-01T00:00:00Z",
                                               NULL}),
                            "\"account\""),
         "by period");
    T_EQ(asks(t, &t->board, &(struct ask){"visits.list", NULL, "before=yesterday", NULL})
             ->reply.status,
         422, "no place in the list");
    T_EQ(asks(t, &t->board,
              &(struct ask){"visits.list", NULL,
                            "from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", NULL})
             ->reply.status,
         422, "not everything at once");
    town_stop(t);
}

/* As a commissioner gives it: stated, and with an end. */
static void give_purpose(struct town *t, struct id account, int64_t for_us)
{
    int64_t now = clock_utc_us();
    struct rights_decision d = {.grant = {.id = id_new(),
                                          .account = account,
                                          .right = RIGHT_LOGS_READ,
                                          .purpose = "monthly_report",
                                          .until_utc_us = now + for_us},
                                .by = id_new(),
                                .by_role = ROLE_COMMISSIONER,
                                .now_utc_us = now};
    struct fail why = {.code = ERR_OK};

    T_EQ(rights_give_wait(t->people.rights, &d, &why), ERR_OK, why.text);
}

T_CASE(place_the_record_of_visits_needs_a_purpose)
{
    struct town town, *t = &town;
    struct req *req;
    struct visit_event_row one;

    T_REQ("AI-2.5-ア NI-T3-8");
    town_start(t);
    one = event(t->child, VISIT_ENTRY, clock_utc_us());
    write_all(t, (struct writing){.events = &one, .n_events = 1});
    T_EQ(asks(t, &t->contractor, &(struct ask){.route = "visits.list"})->reply.status, 403,
         "the contractor has none");
    T_EQ(asks(t, &t->auditor, &(struct ask){.route = "visits.list"})->reply.status, 403,
         "nor the auditor");
    T_OK(route_fixture_text(asks(t, &t->auditor, &(struct ask){.route = "visits.list"}), "code")
                 .len > 0,
         "told in words");
    give_purpose(t, t->contractor.account, 7 * DAY_US);
    req = asks(t, &t->contractor, &(struct ask){.route = "visits.list"});
    T_EQ(req->reply.status, 200, "with a purpose he reads");
    T_OK(route_fixture_has(req, "\"login\":\"sora-1\""), "and knows whom");
    clock_test_shift(0, 8 * DAY_US);
    T_EQ(asks(t, &t->contractor, &(struct ask){.route = "visits.list"})->reply.status, 403,
         "until it ends");
    clock_test_shift(0, 0);
    town_stop(t);
}

T_CASE(place_visits_past_their_term_go_and_the_log_says_so_KP_3_安全_3)
{
    static const struct data_table_list only[] = {{visit_tables, 1}, {NULL, 0}};
    struct town town, *t = &town;
    int64_t now = clock_utc_us();
    struct visit_event_row events[2];
    size_t n = 0;

    T_REQ("KP-3-安全-3");
    town_start(t);
    events[0] = event(t->child, VISIT_ENTRY, now - INT64_C(1830) * DAY_US);
    events[1] = event(t->child, VISIT_EXIT, now);
    write_all(t, (struct writing){.events = events, .n_events = 2});
    T_EQ(sweep_past_term(t->people.store.log.writer, only, t->people.store.services.settings,
                         now, &n, NULL),
         ERR_OK, "swept");
    T_EQ(n, 1, "one was past its term");
    T_EQ(count(t, "visit_event"), 1, "the other stays");
    T_EQ(count(t, "retention_record"), 1, "and a count of it");
    town_stop(t);
}

static struct visit_seat_row seat(struct id account, int32_t x)
{
    return (struct visit_seat_row){.account = account,
                                   .visit = id_new(),
                                   .floor = SPAN("plaza"),
                                   .copy = 2,
                                   .spot = {x, 700},
                                   .rung = RUNG_TEXT,
                                   .state = WORLD_ALONE,
                                   .has_distance = true,
                                   .room = SPAN("room-a"),
                                   .token = hash256_of(SPAN("token")),
                                   .at_utc_us = clock_utc_us()};
}

static enum err drop_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct visit_seat_row *row = arg;

    return visit_store_seat_drop(tx, row->account, row->visit, why);
}

T_CASE(place_seats_are_of_now_and_go_with_the_person)
{
    struct town town, *t = &town;
    struct visit_seat_row seats[3], *rows = NULL, other;
    struct arena *arena;
    size_t n = 0;

    town_start(t);
    arena = t->people.store.arena;
    seats[0] = seat(t->child, 100);
    seats[1] = seat(t->contractor.account, 200);
    seats[2] = seat(id_new(), 300); /* gone meanwhile */
    write_all(t, (struct writing){.seats = seats, .n_seats = 3});
    T_EQ(visit_store_seats(NULL, t->people.store.db, arena, &rows, &n, NULL), ERR_OK, "read");
    T_EQ(n, 2, "of those who are there");
    for (size_t i = 0; i < n; i++)
        if (id_eq(rows[i].account, t->child)) {
            T_OK(id_eq(rows[i].visit, seats[0].visit) && rows[i].copy == 2, "visit and copy");
            T_OK(rows[i].spot.x == 100 && rows[i].spot.y == 700, "spot");
            T_OK(rows[i].rung == RUNG_TEXT && rows[i].state == WORLD_ALONE, "rung and state");
            T_SPAN(rows[i].room, SPAN("room-a"), "room");
            T_OK(rows[i].has_distance && hash256_eq(&rows[i].token, &seats[0].token), "token");
        }
    seats[0].spot.x = 111;
    write_all(t, (struct writing){.seats = seats, .n_seats = 1});
    T_EQ(store_fixture_i64(&t->people.store,
                           "SELECT x FROM visit_seat WHERE state = 'alone' AND x < 200"),
         111, "moved, not doubled");
    other = seats[0];
    other.visit = id_new();
    T_EQ(writer_wait(t->people.store.log.writer, drop_run, &other, NULL), ERR_OK, "drop");
    T_EQ(count(t, "visit_seat"), 2, "a newer visit's seat is not dropped by an older");
    T_EQ(writer_wait(t->people.store.log.writer, drop_run, &seats[1], NULL), ERR_OK, "drop");
    T_EQ(count(t, "visit_seat"), 1, "dropped");
    T_EQ(erase_person(t->people.store.services.keyring, t->people.store.log.writer,
                      features_tables, t->child, NULL, NULL),
         ERR_OK, "erased");
    T_EQ(count(t, "visit_seat"), 0, "gone with him");
    town_stop(t);
}

static enum err lock_run(struct tx *tx, void *arg, struct fail *why)
{
    return lock_store_add(tx, arg, why);
}

struct locks {
    struct area_lock_row row[4];
    size_t n;
};

static enum err locks_run(struct tx *tx, void *arg, struct fail *why)
{
    struct locks *locks = arg;
    struct area_lock_row *rows = NULL;
    enum err rc = lock_store_current(tx, &rows, &locks->n, why);

    for (size_t i = 0; rc == ERR_OK && i < locks->n && i < 4; i++)
        locks->row[i] = rows[i]; /* its texts are not looked at */
    return rc;
}

T_CASE(place_locks_of_staff_are_kept_with_what_held_before)
{
    struct town town, *t = &town;
    struct writer *writer;
    struct locks locks = {.n = 0};
    struct area_lock_row row;

    T_REQ("AI-2.3-オ NI-T3-8");
    town_start(t);
    writer = t->people.store.log.writer;
    row = (struct area_lock_row){
        .id = id_new(),
        .floor = SPAN("counsel"),
        .area = SPAN("room-1"),
        .lock = LOCK_STAFF,
        .before = LOCK_IN_USE,
        .who = {clock_utc_us(), t->contractor.account, SPAN("contractor")},
    };
    for (int i = 0; i < 2; i++)
        T_EQ(writer_wait(writer, lock_run, &row, NULL), ERR_OK, "asked twice");
    T_EQ(count(t, "area_lock"), 1, "written once");
    row.id = id_new();
    row.lock = LOCK_CLOSED;
    row.before = LOCK_OPEN; /* not what the newest row says */
    T_EQ(writer_wait(writer, lock_run, &row, NULL), ERR_OK, "again");
    row.id = id_new();
    row.area = SPAN("room-2");
    row.before = LOCK_OPEN;
    T_EQ(writer_wait(writer, lock_run, &row, NULL), ERR_OK, "another room");
    T_EQ(writer_wait(writer, locks_run, &locks, NULL), ERR_OK, "read");
    T_EQ(locks.n, 2, "the newest of each");
    for (size_t i = 0; i < 2; i++)
        T_EQ(locks.row[i].lock, LOCK_CLOSED, "is what holds");
    T_EQ(store_fixture_i64(&t->people.store,
                           "SELECT count(*) FROM area_lock WHERE area = 'room-1' AND n = 2 AND"
                           " before = 'staff' AND lock = 'closed'"),
         1, "the old lock and the new");
    T_EQ(store_fixture_i64(&t->people.store,
                           "SELECT count(*) FROM area_lock WHERE area = 'room-2' AND before ="
                           " 'open'"),
         1, "of the first as its floor said");
    town_stop(t); /* every row is a leaf */
}

/* ---- what the log does when nobody knows ---- */

static struct writer *writer_over(struct town *t, const char *socket_dir)
{
    struct writer_conf conf = {.db = store_fixture_conf(&t->people.store, "ibasho_app"),
                               .tables = features_stmts,
                               .n_waiting_cap = 64,
                               .n_batch_cap = 64,
                               .audit = t->people.store.log.audit};
    struct writer *writer = NULL;
    struct fail why = {.code = ERR_OK};

    conf.db.socket_dir = socket_dir;
    T_EQ(writer_start(&conf, &writer, &why), ERR_OK, why.text);
    return writer;
}

/* Posts until nothing waits. */
static void log_through(struct visit_log *log)
{
    bool failed = false;

    for (int i = 0; i < 1000 && (visit_log_is_due(log) || visit_log_n_waiting(log) > 0); i++) {
        visit_log_hurry(log);
        if (visit_log_is_free(log, 0, &failed) && visit_log_is_due(log))
            visit_log_post(log, NULL, 0);
        usleep(5000);
    }
    T_OK(!visit_log_is_due(log) && visit_log_n_waiting(log) == 0, "nothing waits any more");
}

static void lose_an_answer(struct town *t, enum proxy_trap trap)
{
    struct proxy_fixture *proxy = proxy_fixture_start(getenv("IBASHO_TEST_PG"));
    struct writer *writer = writer_over(t, proxy_fixture_dir(proxy));
    struct visit_log_seat *seats = calloc(1, sizeof *seats);
    struct visit_event_row row = event(t->child, VISIT_ENTRY, clock_utc_us());
    struct visit_log *log = NULL;
    bool failed = false;

    T_EQ(visit_log_open(writer, &log, NULL), ERR_OK, "a log");
    seats->row = seat(t->child, 100);
    seats->row.visit = row.visit;
    snprintf(seats->floor, sizeof seats->floor, "plaza");
    visit_log_add(log, &row);
    T_OK(visit_log_is_free(log, 0, &failed), "nothing is under way");
    proxy_fixture_arm(proxy, trap);
    visit_log_post(log, seats, 1);
    for (int i = 0; i < 1000 && !failed; i++) {
        (void)visit_log_is_free(log, 0, &failed);
        usleep(5000);
    }
    T_OK(failed && proxy_fixture_n_sprung(proxy) == 1, "nobody knows; the seat is given again");
    /* He leaves before it is tried again: with the same entry goes a new drop. */
    row.kind = VISIT_EXIT;
    row.reason = SPAN("left");
    visit_log_add(log, &row);
    visit_log_drop(log, row.account, row.visit);
    log_through(log);
    visit_log_close(&log);
    writer_stop(&writer);
    proxy_fixture_stop(&proxy);
}

T_CASE(place_the_log_writes_once_what_nobody_knows_was_written)
{
    static const enum proxy_trap traps[] = {PROXY_CUTS_AFTER_COMMIT, PROXY_CUTS_BEFORE_COMMIT};
    struct town town, *t = &town;

    T_REQ("AI-2.5-ア");
    town_start(t);
    writer_stop(&t->people.store.log.writer);
    for (int i = 0; i < 2; i++) {
        lose_an_answer(t, traps[i]);
        T_EQ(count(t, "visit_event"), 2 * (i + 1), "entry and exit, each once");
        T_EQ(store_fixture_i64(&t->people.store,
                               "SELECT count(DISTINCT (visit, kind)) FROM visit_event"),
             2 * (i + 1), "of each visit");
        T_EQ(count(t, "visit_seat"), 0, "and nobody stands there");
    }
    t->people.store.log.writer = writer_over(t, getenv("IBASHO_TEST_PG"));
    t->people.store.services.writer = t->people.store.log.writer;
    town_stop(t);
}

/* Every kind of row at once; town_stop verifies each leaf, and a changed row is found out. */
T_CASE(place_rows_are_leaves_and_a_changed_one_is_found_out)
{
    struct town town, *t = &town;
    struct verify_result result;
    struct visit_event_row one;

    town_start(t);
    one = event(t->child, VISIT_LOST, clock_utc_us());
    one.session = id_new();
    write_all(t, (struct writing){.events = &one, .n_events = 1});
    T_EQ(publish(t, NULL, plaza_named(t, "Market"))->reply.status, 200, "floor");
    T_EQ(plan(t, "plaza", "\"when_full\":\"copy\",\"is_hidden\":false"), 204, "plan");
    T_EQ(decide(t, "\"subject_kind\":\"everyone\",\"verdict\":\"allow\"")->reply.status, 204,
         "rule");
    T_EQ(session(t, "place_sessions.make", ID_NONE, id_new(), hour_at(t, 5, ""))->reply.status,
         200, "session");
    audit_fixture_checkpoint(&t->people.store.log);
    T_TEXT(audit_fixture_verify(&t->people.store.log, &result), "", "all is as it was written");
    audit_fixture_sql(&t->people.store.log, "UPDATE floor_rule SET verdict = 'deny'");
    T_OK(strlen(audit_fixture_verify(&t->people.store.log, &result)) > 0, "a changed rule");
    audit_fixture_sql(&t->people.store.log, "UPDATE floor_rule SET verdict = 'allow'");
    town_stop(t);
}
