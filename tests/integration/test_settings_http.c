/* The routes of the settings: HI-3.3-9, changed on screen by those whose row says so. */
#include <stdio.h>
#include <string.h>

#include "node/base/clock.h"
#include "tenants/tenants.h"
#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

static const struct route *route(const char *name)
{
    for (int i = 0; i < SETTINGS_ROUTES_N; i++)
        if (strcmp(settings_routes[i].name, name) == 0)
            return &settings_routes[i];
    invariant(strcmp(settings_past_routes[0].name, name) == 0, "route %s", name);
    return &settings_past_routes[0];
}

static struct req *call(struct store_fixture *f, const char *name, enum role role,
                        const char *setting, const char *body)
{
    const struct route_call c = {.services = &f->services,
                                 .db = f->db,
                                 .arena = f->arena,
                                 .caller = {.role = role, .account = id_new()},
                                 .name = setting,
                                 .body = body};

    return route_fixture_call(route(name), &c);
}

/* A change by the commissioner; more: further fields, with a comma in front. */
static struct req *change(struct store_fixture *f, const char *setting, const char *value,
                          const char *more)
{
    char id[ID_TEXT_CAP];

    id_text(id_new(), id);
    return call(f, "settings.change", ROLE_COMMISSIONER, setting,
                arena_printf(f->arena, "{\"id\":\"%s\",\"value\":\"%s\"%s}", id, value, more));
}

static struct req *undo(struct store_fixture *f, const char *setting, const char *more)
{
    char id[ID_TEXT_CAP];

    id_text(id_new(), id);
    return call(f, "settings.undo", ROLE_COMMISSIONER, setting,
                arena_printf(f->arena, "{\"id\":\"%s\"%s}", id, more));
}

T_CASE(settings_http_lists_every_row_with_what_it_allows)
{
    struct store_fixture f;
    struct req *r;

    T_REQ("HI-3.3-9");
    store_fixture_start(&f, NULL);
    r = call(&f, "settings.list", ROLE_COMMISSIONER, NULL, NULL);
    T_EQ(r->reply.status, 200, "list");
    T_OK(route_fixture_has(r, "\"name\":\"login.lockout_tries\",\"type\":\"int\",\"least\":3,"
                              "\"most\":100,\"unit\":\"回\""),
         "a row with type and range");
    T_OK(route_fixture_has(r, "\"value\":\"10\",\"is_default\":true"), "its value");
    T_OK(route_fixture_has(r, "\"roles\":[\"commissioner\"],\"may_change\":true"), "who may");
    r = call(&f, "settings.list", ROLE_AUDITOR, NULL, NULL);
    T_OK(route_fixture_has(r, "\"roles\":[\"commissioner\"],\"may_change\":false"),
         "an auditor may look");
    T_OK(!route_fixture_has(r, "\"may_change\":true"), "and change nothing");
    r = call(&f, "settings.show", ROLE_DATA_HOLDER, "session.absolute_hours", NULL);
    T_SPAN(route_fixture_text(r, "value"), SPAN("12"), "one setting");
    r = call(&f, "settings.show", ROLE_COMMISSIONER, "no.such", NULL);
    T_EQ(r->reply.status, 404, "no such setting");
    store_fixture_stop(&f);
}

T_CASE(settings_http_changes_now_later_and_back)
{
    struct store_fixture f;
    struct req *r;
    char later[CLOCK_TEXT_CAP];

    T_REQ("HI-3.3-9");
    store_fixture_start(&f, NULL);
    r = change(&f, "session.idle_minutes_student", "45", ",\"expected_version\":0");
    T_EQ(r->reply.status, 200, "change");
    T_SPAN(route_fixture_text(r, "value"), SPAN("45"), "the answer shows it");
    T_OK(route_fixture_has(r, "\"version\":1"), "as version 1");
    T_EQ(settings_int(f.services.settings, &setting_idle_minutes_student), 45, "in force");
    clock_utc_text(clock_utc_us() + INT64_C(86400) * 1000000, later);
    r = change(&f, "session.idle_minutes_student", "60",
               arena_printf(f.arena, ",\"effective_from\":\"%s\"", later));
    T_EQ(r->reply.status, 200, "plan");
    T_SPAN(route_fixture_text(r, "value"), SPAN("45"), "not yet");
    T_SPAN(route_fixture_text(r, "pending_value"), SPAN("60"), "but coming");
    T_SPAN(route_fixture_text(r, "pending_from"), span_text(later), "then");
    r = undo(&f, "session.idle_minutes_student", ",\"version\":1,\"expected_version\":2");
    T_EQ(r->reply.status, 200, "undo the first");
    T_SPAN(route_fixture_text(r, "value"), SPAN("30"), "the default");
    T_SPAN(route_fixture_text(r, "pending_value"), SPAN("60"), "the plan stands");
    r = undo(&f, "session.idle_minutes_student", "");
    T_SPAN(route_fixture_text(r, "value"), SPAN("45"), "undo the undo");
    r = call(&f, "settings.change", ROLE_COMMISSIONER, "session.idle_minutes_student",
             "{\"id\":\"018f0000-0000-7000-8000-000000000001\"}");
    T_OK(route_fixture_has(r, "\"value\":\"30\",\"is_default\":true"),
         "without a value: back to the default");
    r = call(&f, "settings.history", ROLE_AUDITOR, "session.idle_minutes_student", NULL);
    T_EQ(r->reply.status, 200, "history");
    T_OK(route_fixture_has(r, "\"version\":5") && route_fixture_has(r, "\"undoes\":3") &&
             route_fixture_has(r, "\"role\":\"commissioner\"") &&
             route_fixture_has(r, "\"has_more\":false"),
         "every decision is there");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM access_record WHERE action = 'change' AND"
                               " outcome = 'ok'"),
         5, "and in the access record");
    store_fixture_stop(&f);
}

T_CASE(settings_http_refuses_with_a_sentence)
{
    static const struct {
        const char *what, *value, *more, *rule, *pointer;
        int status;
    } rows[] = {
        {"too small", "4", "", "least", "/value", 422},
        {"too large", "241", "", "most", "/value", 422},
        {"no number", "abc", "", "type", "/value", 422},
        {"ten years ahead", "40", ",\"effective_from\":\"2099-01-01T00:00:00Z\"", "most",
         "/effective_from", 422},
        {"unknown field", "40", ",\"color\":1", "unknown", "/color", 422},
        {"another's version", "40", ",\"expected_version\":7", "conflict", "/expected_version",
         409},
    };
    struct store_fixture f;

    store_fixture_start(&f, NULL);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct req *r = change(&f, "session.idle_minutes_student", rows[i].value, rows[i].more);

        T_EQ(r->reply.status, rows[i].status, rows[i].what);
        T_SPAN(route_fixture_text(r, "rule"), span_text(rows[i].rule), rows[i].what);
        T_SPAN(route_fixture_text(r, "pointer"), span_text(rows[i].pointer), rows[i].what);
        T_OK(route_fixture_text(r, "text").len > 20, "a sentence");
        T_OK(!r->access_recorded, "dispatch records it");
    }
    T_EQ(undo(&f, "session.idle_minutes_student", "")->reply.status, 404, "nothing to undo");
    T_EQ(change(&f, "no.such", "1", "")->reply.status, 404, "no such setting");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM setting"), 0, "nothing was saved");
    store_fixture_stop(&f);
}

T_CASE(settings_http_lets_only_the_rows_roles_change)
{
    static const char body[] = "{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"value\":"
                               "\"45\"}";
    struct store_fixture f;
    struct req *hidden, *missing;

    T_REQ("NI-2.3.4-2a");
    store_fixture_start(&f, NULL);
    hidden = call(&f, "settings.change", ROLE_AUDITOR, "session.idle_minutes_student", body);
    missing = call(&f, "settings.change", ROLE_AUDITOR, "no.such", body);
    T_EQ(hidden->reply.status, 404, "an auditor may not");
    T_SPAN(hidden->reply.body, missing->reply.body, "and is told what a missing one would say");
    hidden = call(&f, "settings.undo", ROLE_DATA_HOLDER, "session.idle_minutes_student",
                  "{\"id\":\"018f0000-0000-7000-8000-000000000001\"}");
    T_EQ(hidden->reply.status, 404, "nor undo");
    T_EQ(call(&f, "settings.change", ROLE_CONTRACTOR, "session.idle_minutes_student", body)
             ->reply.status,
         404, "nor may a contractor loosen what keeps strangers out");
    T_EQ(call(&f, "settings.change", ROLE_CONTRACTOR, "first_page.message", body)->reply.status,
         200, "what is not about safety he may");
    for (int role = 0; role < ROLE_N; role++) {
        bool reads = (route("settings.list")->roles & ROLE_BIT(role)) != 0;

        T_EQ(reads,
             role == ROLE_COMMISSIONER || role == ROLE_CONTRACTOR || role == ROLE_AUDITOR ||
                 role == ROLE_DATA_HOLDER,
             role_id((enum role)role));
    }
    store_fixture_stop(&f);
}

T_CASE(settings_http_takes_a_retry_for_what_it_is)
{
    static const char body[] = "{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"value\":"
                               "\"45\",\"expected_version\":0}";
    struct store_fixture f;

    store_fixture_start(&f, NULL);
    for (int i = 0; i < 3; i++)
        T_EQ(
            call(&f, "settings.change", ROLE_COMMISSIONER, "session.idle_minutes_student", body)
                ->reply.status,
            200, "sent three times");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM setting"), 1, "one decision");
    store_fixture_stop(&f);
}

T_CASE(settings_http_pages_through_a_long_history)
{
    struct store_fixture f;
    struct route_call c;
    struct req *r;

    store_fixture_start(&f, NULL);
    for (int i = 0; i < 53; i++)
        T_EQ(change(&f, "login.lockout_tries", i % 2 == 0 ? "11" : "12", "")->reply.status, 200,
             "change");
    c = (struct route_call){.services = &f.services,
                            .db = f.db,
                            .arena = f.arena,
                            .caller = {.role = ROLE_COMMISSIONER},
                            .name = "login.lockout_tries"};
    r = route_fixture_call(route("settings.history"), &c);
    T_OK(route_fixture_has(r, "\"version\":53") && route_fixture_has(r, "\"version\":4,") &&
             !route_fixture_has(r, "\"version\":3,") &&
             route_fixture_has(r, "\"has_more\":true"),
         "the newest fifty");
    c.before = "4";
    r = route_fixture_call(route("settings.history"), &c);
    T_OK(route_fixture_has(r, "\"version\":3,") && route_fixture_has(r, "\"has_more\":false"),
         "and the rest");
    for (const char *const *bad =
             (const char *const[]){"", "x", "-1", "1e3", "9999999999", NULL};
         *bad != NULL; bad++) {
        c.before = *bad;
        T_EQ(route_fixture_call(route("settings.history"), &c)->reply.status, 422, *bad);
    }
    store_fixture_stop(&f);
}
