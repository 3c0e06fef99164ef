/* Opening hours on a real store: AI-2.3-イ, AI-4.3-ウ, KP-1-千葉-2, SE-4.1-イ-2. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "tenants/hours/hours_now.h"
#include "tenants/hours/hours_store.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

#define AICHI \
    "\"monday\":[{\"from\":\"10:00\",\"to\":\"15:00\"}]," \
    "\"tuesday\":[{\"from\":\"10:00\",\"to\":\"12:00\"}]," \
    "\"wednesday\":[{\"from\":\"10:00\",\"to\":\"15:00\"}]," \
    "\"thursday\":[{\"from\":\"10:00\",\"to\":\"12:00\"}]," \
    "\"friday\":[{\"from\":\"10:00\",\"to\":\"15:00\"}],\"saturday\":[],\"sunday\":[]"
#define CHIBA \
    "\"monday\":[],\"tuesday\":[{\"from\":\"15:00\",\"to\":\"17:00\"}],\"wednesday\":[]," \
    "\"thursday\":[{\"from\":\"15:00\",\"to\":\"17:00\"}],\"friday\":[],\"saturday\":[]," \
    "\"sunday\":[]"
#define TWO_LONG \
    "\"monday\":[{\"from\":\"10:00\",\"to\":\"15:00\"}]," \
    "\"tuesday\":[{\"from\":\"10:00\",\"to\":\"12:00\"}]," \
    "\"wednesday\":[{\"from\":\"10:00\",\"to\":\"15:00\"}]," \
    "\"thursday\":[{\"from\":\"10:00\",\"to\":\"12:00\"}]," \
    "\"friday\":[{\"from\":\"10:00\",\"to\":\"12:00\"}],\"saturday\":[],\"sunday\":[]"

struct town {
    struct people_fixture people;
    struct hours *hours;
    struct caller board, child;
};

static int64_t real_shift_us;

/* The wall clock of this program from now on. */
static void at(const char *day, int hour, int minute)
{
    int32_t number = 0;

    T_OK(calendar_read(span_text(day), &number), day);
    clock_test_shift(0, 0);
    real_shift_us = calendar_utc(number, hour * 60 + minute) - clock_utc_us();
    clock_test_shift(0, real_shift_us);
}

static void town_start(struct town *t)
{
    struct hours_conf conf;

    at("2026-04-01", 9, 0);
    memset(t, 0, sizeof *t);
    people_fixture_start(&t->people);
    conf = (struct hours_conf){t->people.store.log.writer, t->people.store.services.settings};
    T_EQ(hours_open(&conf, t->people.store.db, &t->hours, NULL), ERR_OK, "hours");
    t->people.store.services.hours = t->hours;
    t->board = people_fixture_caller(ROLE_COMMISSIONER, id_new(), ID_NONE);
    t->child = people_fixture_caller(ROLE_STUDENT, id_new(), ID_NONE);
}

/* The fixture verifies every leaf on its way out. */
static void town_stop(struct town *t)
{
    people_fixture_stop(&t->people);
    hours_close(&t->hours);
    clock_test_shift(0, 0);
}

static struct req *act(struct town *t, const char *route, struct id id, const char *more)
{
    const char *body = arena_printf(t->people.store.arena, "{\"id\":\"%s\",%s}",
                                    people_fixture_text(&t->people, id), more);

    return people_fixture_ask(&t->people, route, &t->board, ID_NONE, ID_NONE, NULL, body);
}

static struct req *decide(struct town *t, const char *route, const char *more)
{
    return act(t, route, id_new(), more);
}

static struct req *show(struct town *t, const char *route, const char *query)
{
    return people_fixture_ask(&t->people, route, &t->child, ID_NONE, ID_NONE, query, NULL);
}

static void make_contract(struct town *t, const char *begins_on, const char *ends_on)
{
    const char *more =
        arena_printf(t->people.store.arena,
                     "\"title\":\"委託\",\"contractor\":\"受託者\",\"begins_on\":\"%s\","
                     "\"ends_on\":\"%s\",\"trial_begins_on\":\"2026-05-07\",\"trial_ends_on\":"
                     "\"2026-05-29\",\"n_student\":10,\"n_staff\":10,\"n_guardian\":10",
                     begins_on, ends_on);

    T_EQ(decide(t, "contract.change", more)->reply.status, 200, "a contract");
}

static struct span value_of(const struct req *req, const char *name)
{
    return route_fixture_text(req, name);
}

static int64_t rows(struct town *t)
{
    return store_fixture_i64(&t->people.store, "SELECT count(*) FROM hours_decision");
}

T_CASE(hours_decided_by_a_commissioner_hold_at_once_AI_2_3_イ)
{
    struct town t;
    struct req *req;

    T_REQ("AI-2.3-イ AI-4.3-ウ-ア-1 AI-4.3-ウ-ア-2");
    town_start(&t);
    T_SPAN(value_of(show(&t, "hours.show", NULL), "state"), SPAN("outside"), "no contract");
    make_contract(&t, "2026-06-01", "2027-03-31");
    at("2026-06-01", 11, 0);
    req = show(&t, "hours.show", NULL);
    T_SPAN(value_of(req, "state"), SPAN("closed"), "no pattern");
    T_OK(!route_fixture_has(req, "next_at"), "nor a next opening");
    req = decide(&t, "hours.pattern", "\"week\":{" AICHI "}");
    T_EQ(req->reply.status, 200, "decided");
    T_SPAN(value_of(req, "state"), SPAN("open"), "today, at once");
    T_SPAN(value_of(req, "closes_at"), SPAN("2026-06-01T06:00:00.000000Z"), "until three");
    T_OK(route_fixture_has(req, "\"version\":1"), "the first decision");
    req = show(&t, "hours.show", NULL);
    T_SPAN(value_of(req, "state"), SPAN("open"), "for a child too");
    T_SPAN(value_of(req, "next_at"), SPAN("2026-06-02T01:00:00.000000Z"), "next");
    T_OK(route_fixture_has(req, "\"minutes_left\":240"), "how long");
    at("2026-06-01", 14, 52);
    T_SPAN(value_of(show(&t, "hours.show", NULL), "state"), SPAN("closing"), "ten minutes");
    at("2026-05-06", 11, 0);
    req = show(&t, "hours.show", NULL);
    T_SPAN(value_of(req, "state"), SPAN("outside"), "before the trial");
    T_SPAN(value_of(req, "next_at"), SPAN("2026-05-07T01:00:00.000000Z"), "its first day");
    town_stop(&t);
}

T_CASE(hours_months_of_the_register)
{
    struct town t;
    static const struct {
        const char *query, *count;
    } months[] = {
        {"month=2026-06", "\"n_open_weekdays\":22"},
        {"month=2026-09", "\"n_open_weekdays\":19"},
        {"month=2027-01", "\"n_open_weekdays\":19"},
        {"month=2026-05", "\"n_open_weekdays\":17"},
        {"month=2027-04", "\"n_open_weekdays\":0"},
    };
    struct req *req;

    T_REQ("AI-4.3-ウ-ア-1 AI-4.3-ウ-イ-1");
    town_start(&t);
    make_contract(&t, "2026-06-01", "2027-03-31");
    T_EQ(decide(&t, "hours.pattern", "\"week\":{" AICHI "}")->reply.status, 200, "pattern");
    for (size_t i = 0; i < T_COUNT(months); i++)
        T_OK(route_fixture_has(show(&t, "hours.month", months[i].query), months[i].count),
             months[i].query);
    req = show(&t, "hours.month", "month=2026-09");
    T_OK(route_fixture_has(req, "\"rule\":\"holiday\""), "holidays");
    T_EQ(show(&t, "hours.month", "month=2026-13")->reply.status, 422, "no month");
    T_OK(route_fixture_has(show(&t, "hours.month", NULL), "\"month\":\"2026-04\""), "this one");
    town_stop(&t);
}

T_CASE(hours_history_keeps_old_and_new_and_author_AI_2_3_イ)
{
    struct town t;
    struct req *req;

    T_REQ("AI-2.3-イ KP-1-千葉-2");
    town_start(&t);
    make_contract(&t, "2026-06-01", "2027-03-31");
    T_EQ(decide(&t, "hours.pattern", "\"week\":{" AICHI "}")->reply.status, 200, "first");
    at("2026-06-02", 16, 0);
    req = decide(&t, "hours.pattern", "\"expected_version\":1,\"week\":{" CHIBA "}");
    T_SPAN(value_of(req, "state"), SPAN("open"), "Tuesday afternoon");
    req =
        people_fixture_ask(&t.people, "hours.history", &t.board, ID_NONE, ID_NONE, NULL, NULL);
    T_OK(route_fixture_has(req, people_fixture_text(&t.people, t.board.account)), "by whom");
    T_SPAN(value_of(req, "role"), SPAN("commissioner"), "as what");
    T_OK(route_fixture_has(req, "\\\"to\\\":\\\"17:00\\\""), "the new value");
    T_OK(route_fixture_has(req, "\"value_before\":\"{\\\"friday\\\":[{\\\"from\\\":"),
         "the old value");
    req = people_fixture_ask(&t.people, "hours.history", &t.board, ID_NONE, ID_NONE, "before=2",
                             NULL);
    T_OK(route_fixture_has(req, "\"version\":1") && !route_fixture_has(req, "\"version\":2"),
         "a page before");
    T_OK(!route_fixture_has(req, "value_before"), "before the first was nothing");
    req = people_fixture_ask(&t.people, "hours.history", &t.board, ID_NONE, ID_NONE, "before=x",
                             NULL);
    T_EQ(req->reply.status, 422, "no version");
    T_EQ(store_fixture_i64(&t.people.store,
                           "SELECT count(*) FROM access_record WHERE route = 'hours.pattern'"),
         2, "and the access records");
    town_stop(&t);
}

T_CASE(hours_refused_by_field_and_rule)
{
    static const struct {
        const char *what, *route, *more, *pointer, *rule, *word;
    } bad[] = {
        {"a time", "hours.day",
         "\"day\":\"2026-06-03\",\"slots\":[{\"from\":\"25:00\",\"to\":"
         "\"15:00\"}]",
         "/slots/0/from", "format", "開く時間"},
        {"backwards", "hours.day",
         "\"day\":\"2026-06-03\",\"slots\":[{\"from\":\"15:00\",\"to\""
         ":\"10:00\"}]",
         "/slots/0", "order", "開く時間"},
        {"no day", "hours.day", "\"day\":\"2026-02-30\",\"slots\":[]", "/day", "format", "日"},
        {"a past day", "hours.day", "\"day\":\"2026-05-31\",\"slots\":[]", "/day", "past",
         "日"},
        {"too far", "hours.day", "\"day\":\"2036-06-01\",\"slots\":[]", "/day", "ahead", "日"},
        {"a title alone", "hours.day", "\"day\":\"2026-06-03\",\"title\":\"会\"", "/title",
         "alone", "名前"},
        {"half a range", "hours.year_end", "\"from\":\"12-29\"", "/to", "required", "年末年始"},
        {"no December", "hours.year_end", "\"from\":\"11-29\",\"to\":\"01-03\"", "/from",
         "format", "年末年始の最初の日"},
        {"no January", "hours.year_end", "\"from\":\"12-29\",\"to\":\"02-03\"", "/to", "format",
         "年末年始の最後の日"},
        {"a nameless holiday", "hours.holiday", "\"day\":\"2026-06-03\",\"is_holiday\":true",
         "/name", "required", "休みの名前"},
        {"a name for none", "hours.holiday", "\"day\":\"2026-06-03\",\"name\":\"x\"", "/name",
         "alone", "休みの名前"},
        {"a closure backwards", "hours.close",
         "\"from\":\"2026-06-05\",\"to\":\"2026-06-03\",\"message\":\"x\"", "/to", "range",
         "休む最後の日"},
        {"a long closure", "hours.close",
         "\"from\":\"2026-06-03\",\"to\":\"2026-07-04\",\"message\":\"x\"", "/to", "range",
         "休む最後の日"},
        {"a past hour", "hours.close",
         "\"from\":\"2026-06-01\",\"at\":\"10:59\",\"message\":\"x\"", "/at", "past",
         "最初の日に閉める時刻"},
        {"no hour", "hours.close", "\"from\":\"2026-06-01\",\"at\":\"1x:00\",\"message\":\"x\"",
         "/at", "format", "最初の日に閉める時刻"},
        {"no message", "hours.close", "\"from\":\"2026-06-03\"", "/message", "required",
         "お知らせの言葉"},
        {"seven slots", "hours.day", "\"day\":\"2026-06-03\",\"slots\":[{},{},{},{},{},{},{}]",
         "/slots", "most", "開く時間"},
        {"no week", "hours.pattern", "\"reason\":\"x\"", "/week", "required", "一週間の形"},
    };
    struct town t;

    T_REQ("AI-2.3-イ");
    town_start(&t);
    make_contract(&t, "2026-06-01", "2027-03-31");
    at("2026-06-01", 11, 0);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        struct req *req = decide(&t, bad[i].route, bad[i].more);
        char pointer[80];

        snprintf(pointer, sizeof pointer, "\"pointer\":\"%s\"", bad[i].pointer);
        T_EQ(req->reply.status, 422, bad[i].what);
        T_OK(route_fixture_has(req, pointer), bad[i].what);
        snprintf(pointer, sizeof pointer, "\"rule\":\"%s\"", bad[i].rule);
        T_OK(route_fixture_has(req, pointer), bad[i].what);
        T_OK(route_fixture_has(req, bad[i].word), bad[i].what);
        if (!t_case_ok())
            fprintf(stderr, "%s: %.*s\n", bad[i].what, SPAN_ARG(req->reply.body));
    }
    T_EQ(rows(&t), 0, "nothing was decided");
    town_stop(&t);
}

T_CASE(hours_short_week_wants_a_reason)
{
    struct town t;
    struct req *req;

    T_REQ("AI-4.3-ウ-イ-2");
    town_start(&t);
    make_contract(&t, "2026-06-01", "2027-03-31");
    at("2026-06-01", 9, 0);
    req = decide(&t, "hours.pattern", "\"week\":{" TWO_LONG "}");
    T_EQ(req->reply.status, 422, "warned");
    T_SPAN(value_of(req, "pointer"), SPAN("/reason"), "asks for the reason");
    T_OK(route_fixture_has(req, "3日より少なく"), "in a sentence");
    T_EQ(rows(&t), 0, "and decides nothing");
    req = decide(&t, "hours.pattern", "\"reason\":\"夏の間\",\"week\":{" TWO_LONG "}");
    T_EQ(req->reply.status, 200, "with a reason");
    req =
        people_fixture_ask(&t.people, "hours.history", &t.board, ID_NONE, ID_NONE, NULL, NULL);
    T_SPAN(value_of(req, "reason"), SPAN("夏の間"), "which is kept");
    T_EQ(decide(&t, "hours.pattern", "\"week\":{" CHIBA "}")->reply.status, 200,
         "two weekdays are no full week");
    T_EQ(decide(&t, "hours.pattern", "\"week\":{" AICHI "}")->reply.status, 200, "three long");
    req = decide(&t, "hours.day", "\"day\":\"2026-06-10\",\"slots\":[]");
    T_EQ(req->reply.status, 422, "one of the three closed");
    req = decide(&t, "hours.day", "\"day\":\"2026-06-09\",\"slots\":[]");
    T_EQ(req->reply.status, 200, "a short day closed makes none fewer");
    req = decide(&t, "hours.day", "\"day\":\"2026-06-10\",\"slots\":[],\"reason\":\"工事\"");
    T_EQ(req->reply.status, 200, "with a reason");
    req = decide(&t, "hours.day", "\"day\":\"2026-09-21\",\"slots\":[]");
    T_EQ(req->reply.status, 200, "a week of holidays");
    req = decide(&t, "hours.holiday",
                 "\"day\":\"2026-06-17\",\"is_holiday\":true,\"name\":\"市民の日\"");
    T_EQ(req->reply.status, 200, "a holiday more: no full week");
    town_stop(&t);
}

T_CASE(hours_closure_in_one_act)
{
    struct town t;
    struct req *req;
    struct id same = id_new();

    T_REQ("AI-2.3-イ AI-4.3-ウ-イ-1");
    town_start(&t);
    make_contract(&t, "2026-06-01", "2027-03-31");
    T_EQ(decide(&t, "hours.pattern", "\"week\":{" AICHI "}")->reply.status, 200, "pattern");
    at("2026-06-01", 11, 30);
    req = act(&t, "hours.close", same,
              "\"from\":\"2026-06-01\",\"to\":\"2026-06-03\",\"message\":\"台風のため\"");
    T_EQ(req->reply.status, 200, "closed");
    T_SPAN(value_of(req, "state"), SPAN("closed"), "at once");
    T_SPAN(value_of(req, "next_at"), SPAN("2026-06-04T01:00:00.000000Z"), "until Thursday");
    T_OK(route_fixture_has(req, "\"to\":\"11:30\""), "the morning stays as it was");
    T_OK(route_fixture_has(req, "台風のため"), "and says why");
    T_EQ(rows(&t), 4, "three days");
    req = act(&t, "hours.close", same,
              "\"from\":\"2026-06-01\",\"to\":\"2026-06-03\",\"message\":\"台風のため\"");
    T_EQ(req->reply.status, 200, "sent again");
    T_EQ(rows(&t), 4, "it is done once");
    req = decide(&t, "hours.day", "\"day\":\"2026-06-01\"");
    T_SPAN(value_of(req, "state"), SPAN("open"), "taken back: open again");
    req = decide(&t, "hours.day", "\"day\":\"2026-06-01\"");
    T_EQ(rows(&t), 5, "what holds already is not decided anew");
    req = decide(&t, "hours.close",
                 "\"from\":\"2026-06-01\",\"at\":\"13:00\",\"message\":\"点検\"");
    T_SPAN(value_of(req, "closes_at"), SPAN("2026-06-01T04:00:00.000000Z"), "later today");
    req = decide(&t, "hours.day",
                 "\"expected_version\":3,\"day\":\"2026-06-01\",\"slots\":[],\"reason\":\"x\"");
    T_EQ(req->reply.status, 409, "somebody decided meanwhile");
    town_stop(&t);
}

T_CASE(hours_sessions_holidays_and_year_end)
{
    struct town t;
    struct req *req;

    T_REQ("SE-4.1-イ-2 AI-4.3-ウ-イ-1");
    town_start(&t);
    make_contract(&t, "2026-06-01", "2027-03-31");
    at("2026-06-01", 9, 0);
    req = decide(&t, "hours.day",
                 "\"day\":\"2026-06-06\",\"title\":\"ほっとルーム\",\"slots\":"
                 "[{\"from\":\"14:00\",\"to\":\"16:00\"}]");
    T_SPAN(value_of(req, "next_title"), SPAN("ほっとルーム"), "a session without a pattern");
    decide(&t, "hours.day",
           "\"day\":\"2026-06-20\",\"title\":\"夏の会\",\"slots\":"
           "[{\"from\":\"10:00\",\"to\":\"11:00\"},{\"from\":\"14:00\","
           "\"to\":\"16:00\"}]");
    req = show(&t, "hours.month", "month=2026-06");
    T_OK(route_fixture_has(req, "\"n_open\":2"), "two in the month");
    T_EQ(decide(&t, "hours.pattern", "\"week\":{" AICHI "}")->reply.status, 200, "pattern");
    decide(&t, "hours.holiday", "\"day\":\"2026-08-11\",\"is_holiday\":false");
    T_OK(route_fixture_has(show(&t, "hours.month", "month=2026-08"), "\"n_open\":21"),
         "a holiday taken out");
    decide(&t, "hours.holiday", "\"day\":\"2026-08-11\"");
    T_OK(route_fixture_has(show(&t, "hours.month", "month=2026-08"), "\"n_open\":20"),
         "and as the law has it");
    T_EQ(decide(&t, "hours.year_end", "\"from\":\"12-26\",\"to\":\"01-07\"")->reply.status, 200,
         "a longer turn of the year");
    T_OK(route_fixture_has(show(&t, "hours.month", "month=2026-12"), "\"n_open\":19"), "less");
    T_EQ(decide(&t, "hours.year_end", "\"reason\":\"開ける\"")->reply.status, 200, "none");
    T_OK(route_fixture_has(show(&t, "hours.month", "month=2026-12"), "\"n_open\":23"), "more");
    at("2026-08-11", 11, 0);
    req = show(&t, "hours.show", NULL);
    T_EQ(req->reply.status, 200, "who comes on a holiday is told, not refused");
    T_SPAN(value_of(req, "state"), SPAN("closed"), "that it is closed");
    T_SPAN(value_of(req, "next_at"), SPAN("2026-08-12T01:00:00.000000Z"), "and until when");
    req = show(&t, "hours.plan", NULL);
    T_OK(route_fixture_has(req, "\"year_end\":{}"), "the plan says so");
    T_OK(route_fixture_has(req, "夏の会"), "and has the sessions");
    town_stop(&t);
}

/* Waits for the reading on the writer's thread. */
static bool comes_to(struct town *t, int64_t utc_us, enum hours_state_kind kind)
{
    struct hours_state_copy now;

    for (int i = 0; i < 200; i++) {
        hours_state(&t->people.store.services, utc_us, &now);
        if (now.state.kind == kind)
            return true;
        usleep(10000);
    }
    return false;
}

T_CASE(hours_state_for_those_who_ask_often)
{
    struct town t;
    struct hours_state_copy now;
    struct hours_notice due[HOURS_NOTICES_MOST];
    int64_t eleven;
    int32_t day = 0;

    T_REQ("AI-2.3-イ AI-4.3-ウ-イ-2");
    town_start(&t);
    T_OK(calendar_read(SPAN("2026-06-01"), &day), "a day");
    eleven = calendar_utc(day, 660);
    hours_state(&t.people.store.services, eleven, &now);
    T_EQ(now.state.kind, HOURS_OUTSIDE, "no contract");
    make_contract(&t, "2026-06-01", "2027-03-31");
    decide(&t, "hours.pattern", "\"week\":{" AICHI "}");
    T_OK(comes_to(&t, eleven, HOURS_OPEN), "after a decision");
    T_EQ(hours_due(&t.people.store.services, eleven, eleven + DAY_US / 4, due), 3, "notices");
    at("2026-06-01", 11, 0);
    decide(&t, "hours.close", "\"from\":\"2026-06-01\",\"message\":\"停電\"");
    T_OK(comes_to(&t, eleven, HOURS_CLOSED), "after a closure");
    hours_state(&t.people.store.services, eleven, &now);
    T_SPAN(now.state.today.title, SPAN("停電"), "and what it says");
    make_contract(&t, "2026-05-01", "2026-05-31");
    T_OK(comes_to(&t, eleven, HOURS_OUTSIDE), "the contract's change is seen at once");
    t.people.store.services.hours = NULL;
    make_contract(&t, "2026-06-01", "2027-03-31"); /* by a program that tells nobody */
    t.people.store.services.hours = t.hours;
    clock_test_shift((HOURS_REREAD_S + 1) * INT64_C(1000000), real_shift_us);
    T_OK(comes_to(&t, eleven, HOURS_CLOSED), "but in a while");
    town_stop(&t);
}
