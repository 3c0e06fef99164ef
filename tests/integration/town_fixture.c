#include "tests/integration/town_fixture.h"

#include <string.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/features.h"
#include "tenants/people/account.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/org_store.h"
#include "tenants/signin/totp.h"
#include "tests/t.h"

/* -- the town -- */

struct caller town_grown_up(struct town *t, enum role role, const char *login)
{
    uint8_t secret[TOTP_SECRET_BYTES];
    struct caller caller = {.role = role, .account = id_new()};
    const struct account_new account = {
        .id = caller.account,
        .role = role,
        .login = span_text(login),
        .display_name = SPAN("係"),
        .password = SPAN("Himawari-2026"),
        .totp_secret = span_of(secret, sizeof secret),
    };
    const struct access_entry access = {.id = id_new(),
                                        .at_utc_us = clock_utc_us(),
                                        .route = "accounts.create",
                                        .role = "operator",
                                        .operator_name = "uid:0",
                                        .address = SPAN("unix"),
                                        .object = caller.account,
                                        .person = caller.account,
                                        .action = "change",
                                        .outcome = "ok"};

    digest_random(secret, sizeof secret);
    T_EQ(account_create(t->store.services.accounts, &account, &access, NULL), ERR_OK, login);
    return caller;
}

static enum err school_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct org_row *row = arg;

    return org_store_add(tx, row, why);
}

struct id town_school(struct town *t, const char *name)
{
    struct org_row row = {.id = id_new(),
                          .kind = ORG_SCHOOL,
                          .name = span_text(name),
                          .is_cooperating = true,
                          .created_utc_us = clock_utc_us()};

    T_EQ(writer_wait(t->store.log.writer, school_run, &row, NULL), ERR_OK, name);
    return row.id;
}

void town_start(struct town *t)
{
    struct accounts_conf conf;

    store_fixture_start(&t->store, NULL);
    conf = (struct accounts_conf){.keyring = t->store.services.keyring,
                                  .writer = t->store.log.writer,
                                  .settings = t->store.services.settings,
                                  .space = t->store.services.space,
                                  .n_hash_threads = 2,
                                  .n_hash_waiting = 64};
    T_EQ(accounts_open(&conf, &t->store.services.accounts, NULL), ERR_OK, "accounts");
    t->school = town_school(t, "みなみ小学校");
    t->board = town_grown_up(t, ROLE_COMMISSIONER, "board");
    t->contractor = town_grown_up(t, ROLE_CONTRACTOR, "contractor");
    t->teacher = town_grown_up(t, ROLE_SCHOOL_STAFF, "teacher");
    t->teacher.school = t->school;
}

void town_stop(struct town *t)
{
    accounts_close(&t->store.services.accounts);
    store_fixture_stop(&t->store);
}

/* -- asking -- */

const struct route *town_route(const char *name)
{
    for (const struct route_table *l = features_routes; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            if (strcmp(l->rows[i].name, name) == 0)
                return &l->rows[i];
    invariant(false, "no route %s", name);
    return NULL;
}

struct req *town_ask(struct town *t, const char *name, const struct caller *caller,
                     struct id id, const char *body)
{
    char text[ID_TEXT_CAP];
    struct route_call call = {
        .services = &t->store.services,
        .db = t->store.db,
        .arena = t->store.arena,
        .caller = *caller,
        .body = body,
    };

    id_text(id, text);
    call.id = id_is_none(id) ? NULL : arena_text(t->store.arena, span_text(text));
    return route_fixture_call(town_route(name), &call);
}

const char *town_text(struct town *t, struct id id)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    return arena_text(t->store.arena, span_text(text));
}

struct req *town_request(struct town *t, const struct caller *caller, struct id id,
                         const char *role, struct id school, const char *more)
{
    const char *of_school =
        id_is_none(school)
            ? ""
            : arena_printf(t->store.arena, ",\"school\":\"%s\"", town_text(t, school));

    return town_ask(
        t, "people.request", caller, ID_NONE,
        arena_printf(t->store.arena,
                     "{\"id\":\"%s\",\"role\":\"%s\",\"family\":\"山田\",\"given\":"
                     "\"はな\",\"family_kana\":\"やまだ\",\"given_kana\":\"はな\"%s%s}",
                     town_text(t, id), role, of_school, more));
}

const char *town_ids(struct town *t, const struct id *ids, size_t n, const char *more)
{
    char *list = arena_printf(t->store.arena, "%s", "");

    for (size_t i = 0; i < n; i++)
        list = arena_printf(t->store.arena, "%s%s\"%s\"", list, i > 0 ? "," : "",
                            town_text(t, ids[i]));
    return arena_printf(t->store.arena, "{\"ids\":[%s]%s}", list, more);
}

struct req *town_approve(struct town *t, const struct id *ids, size_t n)
{
    return town_ask(t, "people.approve", &t->board, ID_NONE, town_ids(t, ids, n, ""));
}

struct req *town_issue(struct town *t, const struct id *ids, size_t n)
{
    return town_ask(t, "people.issue", &t->contractor, ID_NONE,
                    town_ids(t, ids, n, ",\"first\":\"sheet\""));
}

struct req *town_issue_by(struct town *t, const struct caller *caller, const struct id *ids,
                          size_t n)
{
    return town_ask(t, "people.issue", caller, ID_NONE,
                    town_ids(t, ids, n, ",\"first\":\"sheet\""));
}

struct req *town_move(struct town *t, const char *name, const struct caller *caller,
                      struct id id)
{
    return town_ask(t, name, caller, id, "{\"reason\":\"" TOWN_REASON "\"}");
}

struct req *town_contract(struct town *t, int n_student, int n_staff, const char *ends_on)
{
    return town_ask(
        t, "contract.change", &t->board, ID_NONE,
        arena_printf(t->store.arena,
                     "{\"id\":\"%s\",\"title\":\"令和8年度\",\"contractor\":\"受託社\","
                     "\"begins_on\":\"2026-04-01\",\"ends_on\":\"%s\",\"n_student\":%d,"
                     "\"n_staff\":%d,\"n_guardian\":50}",
                     town_text(t, id_new()), ends_on, n_student, n_staff));
}

struct id town_ready(struct town *t)
{
    struct id id = id_new();

    T_EQ(town_request(t, &t->contractor, id, "student", t->school, "")->reply.status, 201,
         "asked");
    T_EQ(town_approve(t, &id, 1)->reply.status, 204, "approved");
    return id;
}

struct id town_issued(struct town *t)
{
    struct id id = town_ready(t);

    T_EQ(town_issue(t, &id, 1)->reply.status, 200, "issued");
    return id;
}

static enum err activate_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct id *id = arg;

    return account_step_activate(tx, *id, ROLE_STUDENT, clock_utc_us(), why);
}

void town_activate(struct town *t, struct id id)
{
    T_EQ(writer_wait(t->store.log.writer, activate_run, &id, NULL), ERR_OK, "signed in");
}

void town_verify(struct town *t)
{
    struct verify_result result;

    T_TEXT(audit_fixture_verify(&t->store.log, &result), "", "every leaf has its row");
}
