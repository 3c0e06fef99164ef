/* The life of an account on a real store: AI-4.3-オ, AI-4.3-カ, KP-1-千葉-1, KP-3-安全-1. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "node/features.h"
#include "tenants/people/admission_rows.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/day.h"
#include "tenants/people/life.h"
#include "tenants/people/org_store.h"
#include "tenants/people/registration_store.h"
#include "tenants/signin/session.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"
#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

#define SECRET_WORDS "ひみつのりゆう"

struct town {
    struct store_fixture store;
    struct caller board, contractor, teacher; /* teacher: school staff without any duty */
    struct id school;
};

static struct id ids_now[64];

/* -- the town -- */

static struct caller grown_up(struct town *t, enum role role, const char *login)
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

static void town_start(struct town *t)
{
    struct accounts_conf conf;
    struct org_row school;

    store_fixture_start(&t->store, NULL);
    conf = (struct accounts_conf){.keyring = t->store.services.keyring,
                                  .writer = t->store.log.writer,
                                  .settings = t->store.services.settings,
                                  .space = t->store.services.space,
                                  .n_hash_threads = 2,
                                  .n_hash_waiting = 64};
    T_EQ(accounts_open(&conf, &t->store.services.accounts, NULL), ERR_OK, "accounts");
    t->school = id_new();
    school = (struct org_row){.id = t->school,
                              .kind = ORG_SCHOOL,
                              .name = SPAN("みなみ小学校"),
                              .is_cooperating = true,
                              .created_utc_us = clock_utc_us()};
    T_EQ(writer_wait(t->store.log.writer, school_run, &school, NULL), ERR_OK, "school");
    t->board = grown_up(t, ROLE_COMMISSIONER, "board");
    t->contractor = grown_up(t, ROLE_CONTRACTOR, "contractor");
    t->teacher = grown_up(t, ROLE_SCHOOL_STAFF, "teacher");
    t->teacher.school = t->school;
}

static void town_stop(struct town *t)
{
    accounts_close(&t->store.services.accounts);
    store_fixture_stop(&t->store);
}

/* -- asking -- */

static const struct route *route_of(const char *name)
{
    for (const struct route_table *l = features_routes; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            if (strcmp(l->rows[i].name, name) == 0)
                return &l->rows[i];
    invariant(false, "no route %s", name);
    return NULL;
}

static struct req *ask(struct town *t, const char *name, const struct caller *caller,
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
    return route_fixture_call(route_of(name), &call);
}

static const char *text_of(struct town *t, struct id id)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    return arena_text(t->store.arena, span_text(text));
}

static struct req *request(struct town *t, const struct caller *caller, struct id id,
                           const char *role, struct id school, const char *more)
{
    const char *of_school =
        id_is_none(school)
            ? ""
            : arena_printf(t->store.arena, ",\"school\":\"%s\"", text_of(t, school));

    return ask(t, "people.request", caller, ID_NONE,
               arena_printf(t->store.arena,
                            "{\"id\":\"%s\",\"role\":\"%s\",\"family\":\"山田\",\"given\":"
                            "\"はな\",\"family_kana\":\"やまだ\",\"given_kana\":\"はな\"%s%s}",
                            text_of(t, id), role, of_school, more));
}

static const char *ids_body(struct town *t, const struct id *ids, size_t n, const char *more)
{
    char *list = arena_printf(t->store.arena, "%s", "");

    for (size_t i = 0; i < n; i++)
        list = arena_printf(t->store.arena, "%s%s\"%s\"", list, i > 0 ? "," : "",
                            text_of(t, ids[i]));
    return arena_printf(t->store.arena, "{\"ids\":[%s]%s}", list, more);
}

static struct req *approve(struct town *t, const struct id *ids, size_t n)
{
    return ask(t, "people.approve", &t->board, ID_NONE, ids_body(t, ids, n, ""));
}

static struct req *issue(struct town *t, const struct id *ids, size_t n)
{
    return ask(t, "people.issue", &t->contractor, ID_NONE,
               ids_body(t, ids, n, ",\"first\":\"sheet\""));
}

static struct req *issue_by(struct town *t, const struct caller *caller, const struct id *ids,
                            size_t n)
{
    return ask(t, "people.issue", caller, ID_NONE, ids_body(t, ids, n, ",\"first\":\"sheet\""));
}

static struct req *move(struct town *t, const char *name, const struct caller *caller,
                        struct id id)
{
    return ask(t, name, caller, id, "{\"reason\":\"" SECRET_WORDS "\"}");
}

static struct req *contract(struct town *t, int n_student, int n_staff, const char *ends_on)
{
    return ask(t, "contract.change", &t->board, ID_NONE,
               arena_printf(t->store.arena,
                            "{\"id\":\"%s\",\"title\":\"令和8年度\",\"contractor\":\"受託社\","
                            "\"begins_on\":\"2026-04-01\",\"ends_on\":\"%s\",\"n_student\":%d,"
                            "\"n_staff\":%d,\"n_guardian\":50}",
                            text_of(t, id_new()), ends_on, n_student, n_staff));
}

#define COUNT(t, fmt, id) \
    store_fixture_i64(&(t)->store, arena_printf((t)->store.arena, fmt, id))

#define STATE_IS(t, id, state, what) \
    T_EQ(COUNT((t), "SELECT count(*) FROM account WHERE state = '" state "' AND id = '%s'", \
               text_of((t), (id))), \
         1, (what))

static struct id ready(struct town *t)
{
    struct id id = id_new();

    T_EQ(request(t, &t->contractor, id, "student", t->school, "")->reply.status, 201, "asked");
    T_EQ(approve(t, &id, 1)->reply.status, 204, "approved");
    return id;
}

static struct id issued(struct town *t)
{
    struct id id = ready(t);

    T_EQ(issue(t, &id, 1)->reply.status, 200, "issued");
    return id;
}

static enum err activate_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct id *id = arg;

    return account_step_activate(tx, *id, ROLE_STUDENT, clock_utc_us(), why);
}

static void activate(struct town *t, struct id id)
{
    T_EQ(writer_wait(t->store.log.writer, activate_run, &id, NULL), ERR_OK, "signed in");
}

static void verify(struct town *t)
{
    struct verify_result result;

    T_TEXT(audit_fixture_verify(&t->store.log, &result), "", "every leaf has its row");
}

/* -- one life -- */

T_CASE(life_goes_from_request_to_close_each_step_a_leaf)
{
    struct town t;
    struct id id = id_new();
    struct req *r;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    r = request(&t, &t.contractor, id, "student", t.school, ",\"grade\":\"P4\"");
    T_EQ(r->reply.status, 201, "asked");
    STATE_IS(&t, id, "requested", "nothing more");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM account WHERE id = '%s' AND login_index IS NULL AND"
               " password_hash_sealed IS NULL AND display_name_sealed IS NULL",
               text_of(&t, id)),
         1, "there is nothing to sign in with");
    T_EQ(issue(&t, &id, 1)->reply.status, 409, "not before the commissioner");
    T_EQ(approve(&t, &id, 1)->reply.status, 204, "approved");
    STATE_IS(&t, id, "approved", "still no way in");
    r = issue(&t, &id, 1);
    T_EQ(r->reply.status, 200, "issued");
    T_OK(route_fixture_text(r, "login").len >= 7, "a login");
    T_OK(route_fixture_text(r, "first_password").len >= 12, "a password");
    T_TEXT(route_fixture_header(r, "Cache-Control"), "no-store", "kept nowhere");
    STATE_IS(&t, id, "issued", "not used yet");
    activate(&t, id);
    STATE_IS(&t, id, "active", "by the first sign-in");
    activate(&t, id);
    r = move(&t, "people.suspend", &t.contractor, id);
    T_EQ(r->reply.status, 200, "suspended");
    T_SPAN(route_fixture_text(r, "state"), SPAN("suspended"), "says so");
    r = move(&t, "people.resume", &t.board, id);
    T_SPAN(route_fixture_text(r, "state"), SPAN("active"), "was in before");
    T_EQ(move(&t, "people.close", &t.board, id)->reply.status, 200, "closed");
    STATE_IS(&t, id, "closed", "for good");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM account_step s JOIN audit_leaf l ON l.row_id = s.id AND"
               " l.table_name = 'account_step' WHERE s.account = '%s'",
               text_of(&t, id)),
         7, "requested approved issued active suspended active closed");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM account_step WHERE account = '%s' AND state ="
               " 'approved' AND actor_role = 'commissioner' AND actor IS NOT NULL",
               text_of(&t, id)),
         1, "who approved, as what");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM account_step WHERE account = '%s' AND (state, actor_role)"
               " IN (('issued', 'contractor'), ('active', 'student'))",
               text_of(&t, id)),
         2, "who issued, who signed in");
    verify(&t);
    town_stop(&t);
}

T_CASE(life_resumes_who_was_never_in_as_issued)
{
    struct town t;
    struct id id;

    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = issued(&t);
    T_EQ(move(&t, "people.suspend", &t.board, id)->reply.status, 200, "suspended");
    T_EQ(move(&t, "people.resume", &t.board, id)->reply.status, 200, "resumed");
    STATE_IS(&t, id, "issued", "the first sign-in is still to come");
    town_stop(&t);
}

/* -- every (state, event) pair -- */

struct pair {
    struct account_step step;
    enum err rc;
};

static enum err pair_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct pair *p = arg;

    return account_step_append(tx, &p->step, why);
}

T_CASE(life_moves_only_as_the_table_of_states_says)
{
    static const char *const allowed[ACCOUNT_STATE_N] = {
        [ACCOUNT_REQUESTED] = "approved closed",      [ACCOUNT_APPROVED] = "issued closed",
        [ACCOUNT_ISSUED] = "active suspended closed", [ACCOUNT_ACTIVE] = "suspended closed",
        [ACCOUNT_SUSPENDED] = "issued active closed", [ACCOUNT_CLOSED] = "",
    };
    struct town t;
    struct id id;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = issued(&t);
    for (int from = 0; from < ACCOUNT_STATE_N; from++)
        for (int to = 0; to < ACCOUNT_STATE_N; to++)
            for (int real = 0; real < ACCOUNT_STATE_N; real++) {
                struct pair p = {.step = {.account = id,
                                          .before = (enum account_state)from,
                                          .after = (enum account_state)to,
                                          .at_utc_us = clock_utc_us(),
                                          .actor_role = "operator",
                                          .operator_name = "uid:0"}};
                bool is_move = strstr(allowed[from], account_state_id(p.step.after)) != NULL;
                char what[96];

                audit_fixture_sql(&t.store.log,
                                  "UPDATE account SET state = '%s' WHERE id = '%s'",
                                  account_state_id((enum account_state)real), text_of(&t, id));
                p.rc = writer_wait(t.store.log.writer, pair_run, &p, NULL);
                snprintf(what, sizeof what, "%s: %s -> %s",
                         account_state_id((enum account_state)real),
                         account_state_id(p.step.before), account_state_id(p.step.after));
                T_EQ(p.rc, is_move && real == from ? ERR_OK : ERR_CONFLICT, what);
            }
    verify(&t);
    town_stop(&t);
}

T_CASE(life_routes_refuse_what_is_not_their_turn)
{
    static const struct {
        const char *route;
        const char *from; /* states in which it goes */
    } rows[] = {
        {"people.approve", "requested"},
        {"people.issue", "approved"},
        {"people.suspend", "issued active"},
        {"people.resume", "suspended"},
        {"people.close", "requested approved issued active suspended"},
        {"people.request_for", ""},
    };
    struct town t;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        for (int state = 0; state < ACCOUNT_STATE_N; state++) {
            struct id id = issued(&t);
            const char *name = account_state_id((enum account_state)state);
            const char *body = "{\"reason\":\"理由\"}";
            struct req *r;
            char what[64];

            audit_fixture_sql(&t.store.log, "UPDATE account SET state = '%s' WHERE id = '%s'",
                              name, text_of(&t, id));
            if (i == 0)
                body = ids_body(&t, &id, 1, "");
            else if (i == 1)
                body = ids_body(&t, &id, 1, ",\"first\":\"self\"");
            else if (i == 5)
                body = "{\"role\":\"student\"}";
            r = ask(&t, rows[i].route, &t.board, i < 2 ? ID_NONE : id, body);
            snprintf(what, sizeof what, "%s when %s", rows[i].route, name);
            T_EQ(r->reply.status < 300, strstr(rows[i].from, name) != NULL, what);
            if (r->reply.status >= 300)
                T_EQ(r->reply.status, 409, what);
        }
    town_stop(&t);
}

T_CASE(life_state_and_role_cannot_be_set_by_the_application)
{
    static const char *const tries[] = {
        "SET ROLE ibasho_app; UPDATE account SET state = 'active'",
        "SET ROLE ibasho_app; UPDATE account SET role = 'commissioner'",
        "SET ROLE ibasho_app; UPDATE account SET contract = NULL",
        "SET ROLE ibasho_app; UPDATE account SET id_class = 'student'",
        ("SET ROLE ibasho_app; INSERT INTO account (id, role, state, created_at) SELECT id,"
         " 'student', 'approved', now() FROM person LIMIT 1"),
        "SET ROLE ibasho_app; UPDATE account_step SET state = 'closed'",
        "SET ROLE ibasho_app; DELETE FROM account_step",
        "SET ROLE ibasho_app; UPDATE contract SET n_student = 9999",
        "SET ROLE ibasho_app; SELECT account_move((SELECT id FROM account_step LIMIT 1))",
    };
    struct town t;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    issued(&t);
    for (size_t i = 0; i < T_COUNT(tries); i++) {
        T_OK(db_exec(t.store.log.owner, tries[i], NULL) != ERR_OK, tries[i]);
        T_EQ(db_exec(t.store.log.owner, "RESET ROLE", NULL), ERR_OK, "back");
    }
    town_stop(&t);
}

/* -- quotas -- */

/* As many more IDs as issuing would have made, without hashing. */
static void seed(struct town *t, const char *role, int n)
{
    audit_fixture_sql(
        &t->store.log,
        "WITH p AS (INSERT INTO person (id, kind, created_at) SELECT gen_random_uuid(),"
        " CASE WHEN '%s' = 'student' THEN 'student' ELSE 'staff' END, now()"
        " FROM generate_series(1, %d) RETURNING id)"
        " INSERT INTO account (id, role, id_class, state, login_index, login_sealed,"
        " display_name_sealed, password_hash_sealed, created_at) SELECT id, '%s',"
        " CASE WHEN '%s' = 'student' THEN 'student' ELSE 'staff' END, 'issued',"
        " uuid_send(id), '', '', '', now() FROM p",
        role, n, role, role);
}

T_CASE(life_the_501st_is_refused_with_the_number)
{
    struct town t;
    struct id a, b, staff = id_new();
    struct req *r;

    T_REQ("AI-4.3-オ-1, AI-4.3-オ-2, AI-4.3-オ-3");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "500 = 400 + 100");
    seed(&t, "student", 399);
    a = ready(&t);
    b = ready(&t);
    T_EQ(issue(&t, &a, 1)->reply.status, 200, "the 400th");
    r = issue(&t, &b, 1);
    T_EQ(r->reply.status, 409, "the 401st student");
    T_SPAN(route_fixture_text(r, "code"), SPAN("quota-full"), "why");
    T_OK(route_fixture_has(r, "契約で400件まで"), "with the number");
    STATE_IS(&t, b, "approved", "nothing was done");
    seed(&t, "school_staff", 96); /* with the three of the town: 99 */
    T_EQ(request(&t, &t.board, staff, "school_staff", t.school, "")->reply.status, 201,
         "asked");
    T_EQ(approve(&t, &staff, 1)->reply.status, 204, "approved");
    T_EQ(issue_by(&t, &t.board, &staff, 1)->reply.status, 200,
         "a full class takes nothing of the other");
    staff = id_new();
    T_EQ(request(&t, &t.board, staff, "supporter", ID_NONE, "")->reply.status, 201, "asked");
    T_EQ(approve(&t, &staff, 1)->reply.status, 204, "approved");
    r = issue(&t, &staff, 1);
    T_EQ(r->reply.status, 409, "the 501st");
    T_OK(route_fixture_has(r, "契約で100件まで"), "with the number");
    r = ask(&t, "contract.show", &t.board, ID_NONE, NULL);
    T_OK(route_fixture_has(r, "\"used\":{\"student\":400,\"staff\":100,\"guardian\":0}"),
         "used");
    T_OK(route_fixture_has(r, "\"free\":{\"student\":0,\"staff\":0,\"guardian\":50}"), "free");
    r = contract(&t, 399, 101, "2027-03-31");
    T_EQ(r->reply.status, 409, "fewer than are used");
    T_SPAN(route_fixture_text(r, "code"), SPAN("quota-below-used"), "why");
    T_EQ(contract(&t, 401, 99 + 1, "2027-03-31")->reply.status, 200, "a commissioner's change");
    T_EQ(issue(&t, &b, 1)->reply.status, 200, "now");
    T_EQ(issue(&t, &staff, 1)->reply.status, 409, "of the other class still none");
    T_EQ(move(&t, "people.close", &t.board, a)->reply.status, 200, "one is closed");
    a = ready(&t);
    T_EQ(issue(&t, &a, 1)->reply.status, 200, "its place is free");
    verify(&t);
    town_stop(&t);
}

struct runner {
    struct town *t;
    struct db *db;
    struct arena *arena;
    struct id id;
    int status;
};

static void *run_issue(void *arg)
{
    struct runner *run = arg;
    char text[ID_TEXT_CAP];
    struct route_call call = {
        .services = &run->t->store.services,
        .db = run->db,
        .arena = run->arena,
        .caller = run->t->contractor,
    };

    id_text(run->id, text);
    call.body = arena_printf(run->arena, "{\"ids\":[\"%s\"],\"first\":\"sheet\"}", text);
    run->status = route_fixture_call(route_of("people.issue"), &call)->reply.status;
    return NULL;
}

T_CASE(life_two_at_once_never_exceed_the_quota)
{
    enum { N = 4, FREE = 2 };
    struct town t;
    struct runner runs[N];
    pthread_t threads[N];
    int n_ok = 0, n_full = 0;

    T_REQ("AI-4.3-オ-1");
    town_start(&t);
    T_EQ(contract(&t, FREE, 100, "2027-03-31")->reply.status, 200, "contract");
    for (int i = 0; i < N; i++) {
        const struct db_conf conf = store_fixture_conf(&t.store, "ibasho_app");

        runs[i] = (struct runner){.t = &t, .id = ready(&t)};
        T_EQ(db_open(&conf, features_stmts, &runs[i].db, NULL), ERR_OK, "db");
        T_EQ(arena_create(65536, &runs[i].arena, NULL), ERR_OK, "arena");
    }
    for (int i = 0; i < N; i++)
        T_EQ(pthread_create(&threads[i], NULL, run_issue, &runs[i]), 0, "thread");
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        n_ok += runs[i].status == 200;
        n_full += runs[i].status == 409;
        db_close(&runs[i].db);
        arena_destroy(&runs[i].arena);
    }
    T_EQ(n_ok, FREE, "as many as are free");
    T_EQ(n_full, N - FREE, "the others are refused");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account WHERE state = 'issued'"),
         FREE, "not one more");
    town_stop(&t);
}

T_CASE(life_issues_fifty_or_none)
{
    enum { N = 50 };
    struct town t;
    struct id closed;
    struct req *r;

    T_REQ("AI-4.3-カ, KP-3-安全-1");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (int i = 0; i < N; i++) {
        ids_now[i] = id_new();
        T_EQ(request(&t, &t.contractor, ids_now[i], "student", t.school, "")->reply.status, 201,
             "asked");
    }
    T_EQ(approve(&t, ids_now, N)->reply.status, 204, "approved at once");
    closed = ids_now[N - 1];
    T_EQ(move(&t, "people.close", &t.board, closed)->reply.status, 200, "one was closed");
    r = issue(&t, ids_now, N);
    T_EQ(r->reply.status, 409, "not with one that is closed");
    T_SPAN(route_fixture_text(r, "pointer"), SPAN("/ids/49"), "which one");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account WHERE state = 'issued'"), 0,
         "none");
    r = issue(&t, ids_now, N - 1);
    T_EQ(r->reply.status, 200, "49");
    T_EQ(store_fixture_i64(&t.store,
                           "SELECT count(DISTINCT login_index) FROM account WHERE state"
                           " = 'issued'"),
         N - 1, "each with a login of its own");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account WHERE state = 'issued' AND"
                                     " first_password_sealed IS NOT NULL AND NOT must_change"
                                     " AND first_until > now() + interval '59 days'"),
         N - 1, "slips can be printed until the first use");
    T_OK(!route_fixture_has(r, "やまだ") && !route_fixture_has(r, "yamada") &&
             !route_fixture_has(r, "minami"),
         "no name and no school in what was made");
    verify(&t);
    town_stop(&t);
}

T_CASE(life_names_a_child_neutrally_and_an_adult_by_name)
{
    struct town t;
    struct id child, adult = id_new();
    struct span name;

    T_REQ("KP-3-安全-1");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    child = issued(&t);
    T_EQ(request(&t, &t.board, adult, "supporter", ID_NONE, "")->reply.status, 201, "asked");
    T_EQ(approve(&t, &adult, 1)->reply.status, 204, "approved");
    T_EQ(issue(&t, &adult, 1)->reply.status, 200, "issued");
    T_EQ(account_display_name(t.store.services.accounts, t.store.db, child, t.store.arena,
                              &name, NULL),
         ERR_OK, "child");
    T_OK(memmem(name.p, name.len, "山田", 6) == NULL &&
             memmem(name.p, name.len, "はな", 6) != name.p + 1 &&
             memmem(name.p, name.len, "やまだ", 9) == NULL &&
             memmem(name.p, name.len, "みなみ", 9) == NULL,
         "no name, kana or school");
    T_EQ(account_display_name(t.store.services.accounts, t.store.db, adult, t.store.arena,
                              &name, NULL),
         ERR_OK, "adult");
    T_SPAN(name, SPAN("山田 はな"), "by name");
    T_EQ(COUNT(&t, "SELECT count(*) FROM account WHERE id = '%s' AND must_change",
               text_of(&t, adult)),
         1, "whoever printed it cannot use it for long");
    town_stop(&t);
}

/* -- who may -- */

T_CASE(life_first_way_in_of_the_trusted_is_a_commissioners_to_hand_out)
{
    static const char *const trusted[] = {"school_staff", "commissioner", "auditor",
                                          "data_holder",  "analyst",      "coordinator"};
    static const char *const own[] = {"student",    "guardian",      "supporter",
                                      "instructor", "guest_teacher", "contractor"};
    struct town t;

    T_REQ("AI-4.3-カ, NI-2.3.4-2a");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(trusted); i++) {
        struct id ids[2] = {id_new(), ready(&t)};
        struct req *hidden, *missing;

        T_EQ(request(&t, &t.contractor, ids[0], trusted[i], t.school, "")->reply.status, 201,
             "asked");
        T_EQ(approve(&t, ids, 1)->reply.status, 204, "approved");
        hidden = issue(&t, ids, 1);
        missing = issue(&t, (struct id[]){id_new()}, 1);
        T_EQ(hidden->reply.status, 404, trusted[i]);
        T_SPAN(hidden->reply.body, missing->reply.body, "as missing");
        T_EQ(issue(&t, ids, 2)->reply.status, 404, "nor among others");
        STATE_IS(&t, ids[1], "approved", "all or nothing");
        T_EQ(issue_by(&t, &t.board, ids, 1)->reply.status, 200, "a commissioner issues");
        T_EQ(ask(&t, "people.reset", &t.contractor, ids[0], NULL)->reply.status, 404,
             "nor made anew before a second factor is there");
        T_EQ(ask(&t, "people.recovery_approve", &t.contractor, ids[0], NULL)->reply.status, 404,
             "nor by taking one away");
    }
    for (size_t i = 0; i < T_COUNT(own); i++) {
        struct id id = id_new();

        T_EQ(request(&t, &t.contractor, id, own[i], t.school, "")->reply.status, 201, "asked");
        T_EQ(approve(&t, &id, 1)->reply.status, 204, "approved");
        T_EQ(issue(&t, &id, 1)->reply.status, 200, own[i]);
    }
    verify(&t);
    town_stop(&t);
}

T_CASE(life_routes_are_open_to_the_right_roles_only)
{
    static const struct {
        const char *name;
        unsigned roles;
    } rows[] = {
        {"people.request", LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"people.request_for", LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"people.approve", ROLE_BIT(ROLE_COMMISSIONER)},
        {"people.issue", LIFE_BOARD},
        {"people.suspend", LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"people.resume", LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"people.close", LIFE_BOARD},
        {"people.merge", ROLE_BIT(ROLE_COMMISSIONER)},
        {"contract.show", LIFE_BOARD | ROLE_BIT(ROLE_AUDITOR)},
        {"contract.change", ROLE_BIT(ROLE_COMMISSIONER)},
    };

    T_REQ("AI-4.3-カ");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(route_of(rows[i].name)->roles, rows[i].roles, rows[i].name);
}

T_CASE(life_hides_a_child_from_school_staff_without_a_duty)
{
    struct town t;
    struct id id;
    struct req *hidden, *missing;

    T_REQ("NI-2.3.4-2a");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = issued(&t);
    hidden = move(&t, "people.suspend", &t.teacher, id);
    missing = move(&t, "people.suspend", &t.teacher, id_new());
    T_EQ(hidden->reply.status, 404, "hidden");
    T_SPAN(hidden->reply.body, missing->reply.body, "as missing");
    STATE_IS(&t, id, "issued", "untouched");
    T_EQ(request(&t, &t.teacher, id_new(), "student", t.school, "")->reply.status, 404,
         "nor may they ask without a duty");
    T_EQ(request(&t, &t.teacher, id_new(), "school_staff", t.school, "")->reply.status, 422,
         "nor for anybody but students");
    T_EQ(request(&t, &t.board, id_new(), "student", id_new(), "")->reply.status, 422,
         "no such school");
    T_EQ(request(&t, &t.board, id_new(), "student", ID_NONE, "")->reply.status, 422,
         "a student of no school");
    T_EQ(request(&t, &t.board, id, "student", t.school, "")->reply.status, 409, "asked twice");
    T_EQ(approve(&t, &(struct id){{1}}, 1)->reply.status, 404, "nobody asked");
    town_stop(&t);
}

T_CASE(life_the_board_keeps_itself)
{
    struct town t;
    struct caller second;
    struct req *r;

    town_start(&t);
    r = move(&t, "people.close", &t.board, t.board.account);
    T_EQ(r->reply.status, 404, "nobody does ID work on himself");
    r = move(&t, "people.suspend", &t.contractor, t.board.account);
    T_EQ(r->reply.status, 404, "nor the contractor on the board");
    second = grown_up(&t, ROLE_COMMISSIONER, "board-2");
    T_EQ(move(&t, "people.suspend", &second, t.board.account)->reply.status, 200,
         "another may");
    r = move(&t, "people.suspend", &t.board, second.account);
    T_EQ(r->reply.status, 409, "not the last one");
    T_SPAN(route_fixture_text(r, "code"), SPAN("last-commissioner"), "why");
    town_stop(&t);
}

/* -- reasons, sessions -- */

T_CASE(life_reasons_are_sealed_and_opened_with_the_persons_key)
{
    struct town t;
    struct account_step_past *past = NULL;
    struct id id;
    struct span reason;
    size_t n = 0;
    struct req *r;

    T_REQ("KP-3-調達-3a");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = issued(&t);
    r = move(&t, "people.suspend", &t.board, id);
    T_OK(!route_fixture_has(r, SECRET_WORDS), "not in the answer");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account_step WHERE position('ひみつ'"
                                     " IN account_step::text) > 0 OR position(convert_to("
                                     "'ひみつ', 'UTF8') IN reason_sealed) > 0"),
         0, "nor in a row");
    T_EQ(store_fixture_i64(&t.store,
                           "SELECT count(*) FROM access_record WHERE position('ひみつ'"
                           " IN access_record::text) > 0"),
         0, "nor in the access record");
    T_EQ(account_step_list(t.store.db, id, t.store.arena, &past, &n, NULL), ERR_OK, "steps");
    T_EQ(n, 4, "four");
    {
        const struct seal_place place = {"account_step", "reason_sealed", past[n - 1].id};

        T_EQ(unseal(t.store.services.keyring, &place, past[n - 1].reason_sealed, t.store.arena,
                    &reason, NULL),
             ERR_OK, "whoever may, opens it");
        T_SPAN(reason, SPAN(SECRET_WORDS), "and reads it");
    }
    T_EQ(move(&t, "people.suspend", &t.board, id)->reply.status, 409, "again");
    T_EQ(ask(&t, "people.close", &t.board, id, "{\"reason\":\"\"}")->reply.status, 422,
         "not without a reason");
    town_stop(&t);
}

T_CASE(life_sessions_die_with_suspension_and_closing)
{
    static const char *const events[] = {"people.suspend", "people.close"};
    struct town t;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(events); i++) {
        struct id id = issued(&t);

        activate(&t, id);
        audit_fixture_sql(
            &t.store.log,
            "INSERT INTO session (id, token_sha256, account, created_at,"
            " last_seen_at, expires_at) SELECT gen_random_uuid(), sha256(n::text"
            "::bytea || '%s'::bytea), '%s', now(), now(), now() + interval '1 hour'"
            " FROM generate_series(1, 3) n",
            text_of(&t, id), text_of(&t, id));
        T_EQ(move(&t, events[i], &t.board, id)->reply.status, 200, events[i]);
        T_EQ(COUNT(&t,
                   "SELECT count(*) FROM session WHERE account = '%s' AND closed_at IS NULL",
                   text_of(&t, id)),
             0, "every one has ended");
        T_EQ(COUNT(&t, "SELECT count(*) FROM session WHERE account = '%s'", text_of(&t, id)), 3,
             "all three");
    }
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account WHERE state = 'closed' AND"
                                     " first_password_sealed IS NOT NULL"),
         0, "a closed account keeps no password to print");
    town_stop(&t);
}

/* -- the contract's dates, the consent, the operator -- */

T_CASE(life_the_contractors_people_go_with_the_contract)
{
    struct town t;
    struct id id = id_new();
    int64_t end;

    T_REQ("AI-4.3-オ-1");
    town_start(&t);
    T_EQ(issue(&t, &id, 1)->reply.status, 404, "nobody");
    id = ready(&t);
    T_SPAN(route_fixture_text(issue(&t, &id, 1), "code"), SPAN("no-contract"),
           "no contract yet");
    T_EQ(contract(&t, 400, 100, "2026-02-31")->reply.status, 422, "no such day");
    T_EQ(contract(&t, 400, 100, "2026-03-31")->reply.status, 422, "ends before it begins");
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = id_new();
    T_EQ(request(&t, &t.board, id, "instructor", ID_NONE, ",\"ends_on\":\"2027-04-01\"")
             ->reply.status,
         422, "not beyond the contract");
    T_EQ(request(&t, &t.board, id, "instructor", ID_NONE, "")->reply.status, 201, "asked");
    T_EQ(approve(&t, &id, 1)->reply.status, 204, "approved");
    T_EQ(issue(&t, &id, 1)->reply.status, 200, "issued");
    T_OK(day_end(SPAN("2027-03-31"), &end), "a day");
    T_EQ(COUNT(&t,
               "SELECT (extract(epoch FROM ends_at) * 1000000)::bigint FROM account WHERE id ="
               " '%s'",
               text_of(&t, id)),
         end, "ends with the contract's last day");
    T_EQ(contract(&t, 400, 100, "2027-09-30")->reply.status, 200, "longer");
    T_OK(day_end(SPAN("2027-09-30"), &end), "a day");
    T_EQ(COUNT(&t,
               "SELECT (extract(epoch FROM ends_at) * 1000000)::bigint FROM account WHERE id ="
               " '%s'",
               text_of(&t, id)),
         end, "so does the account");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM contract c JOIN audit_leaf l ON"
                                     " l.row_id = c.id AND l.table_name = 'contract'"),
         2, "each decision a leaf");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(DISTINCT contract) FROM contract"), 1,
         "of one contract");
    verify(&t);
    town_stop(&t);
}

T_CASE(life_a_trial_ends_with_the_trial)
{
    static const char *const ends[] = {"2026-12-31", "2027-01-31"};
    struct town t;
    struct id id = id_new();

    town_start(&t);
    for (size_t i = 0; i < T_COUNT(ends); i++) {
        int64_t end = 0;
        struct req *r =
            ask(&t, "contract.change", &t.board, ID_NONE,
                arena_printf(t.store.arena,
                             "{\"id\":\"%s\",\"title\":\"試用\",\"contractor\":\"受託社\","
                             "\"begins_on\":\"2026-04-01\",\"ends_on\":\"2027-03-31\","
                             "\"trial_begins_on\":\"2026-11-01\",\"trial_ends_on\":\"%s\","
                             "\"n_student\":10,\"n_staff\":10,\"n_guardian\":0}",
                             text_of(&t, id_new()), ends[i]));

        T_EQ(r->reply.status, 200, "contract");
        if (i == 0) {
            T_EQ(request(&t, &t.board, id, "student", t.school, ",\"is_trial\":true")
                     ->reply.status,
                 201, "asked");
            T_EQ(approve(&t, &id, 1)->reply.status, 204, "approved");
            T_EQ(issue(&t, &id, 1)->reply.status, 200, "issued");
        }
        T_OK(day_end(span_text(ends[i]), &end), "a day");
        T_EQ(COUNT(&t,
                   "SELECT (extract(epoch FROM ends_at) * 1000000)::bigint FROM account"
                   " WHERE is_trial AND id = '%s'",
                   text_of(&t, id)),
             end, ends[i]);
    }
    town_stop(&t);
}

static enum err consent_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct registration_row *row = arg;

    return registration_store_add(tx, row, why);
}

T_CASE(life_issues_nobody_before_consent_when_the_board_says_so)
{
    struct town t;
    struct id id;
    struct registration_row row;
    struct req *r;
    struct setting_change change = {.row = &setting_consent_before_issue,
                                    .has_value = true,
                                    .value = SPAN("true"),
                                    .expected_version = -1,
                                    .role = ROLE_COMMISSIONER};

    T_REQ("HI-3.3-2");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = ready(&t);
    change.id = id_new();
    change.now_utc_us = clock_utc_us();
    change.account = t.board.account;
    T_EQ(settings_change_wait(t.store.services.settings, t.store.log.writer, &change, NULL),
         ERR_OK, "setting");
    r = issue(&t, &id, 1);
    T_EQ(r->reply.status, 409, "no facts at all");
    T_SPAN(route_fixture_text(r, "code"), SPAN("consent-missing"), "why");
    row = (struct registration_row){.id = id_new(),
                                    .person = id,
                                    .school_year = 2026,
                                    .target = SPAN("not_settled"),
                                    .target_since = SPAN("2026-05-01"),
                                    .route = SPAN("wish"),
                                    .wish = SPAN("yes"),
                                    .wish_by = SPAN("child"),
                                    .support = SPAN("none"),
                                    .admission = SPAN("resident"),
                                    .recorded_utc_us = clock_utc_us(),
                                    .recorded_by = t.board.account,
                                    .role = SPAN("commissioner")};
    T_EQ(writer_wait(t.store.log.writer, consent_run, &row, NULL), ERR_OK, "facts");
    T_EQ(issue(&t, &id, 1)->reply.status, 409, "facts without consent");
    row.id = id_new();
    row.consent_version = SPAN("1");
    row.consent_on = SPAN("2026-05-02");
    row.consent_by = SPAN("guardian");
    row.recorded_utc_us++;
    T_EQ(writer_wait(t.store.log.writer, consent_run, &row, NULL), ERR_OK, "consent");
    change.row = &setting_consent_version;
    change.value = SPAN("2");
    change.id = id_new();
    change.now_utc_us++;
    T_EQ(settings_change_wait(t.store.services.settings, t.store.log.writer, &change, NULL),
         ERR_OK, "a new version");
    T_EQ(issue(&t, &id, 1)->reply.status, 409, "consent to the version before");
    row.id = id_new();
    row.consent_version = SPAN("2");
    row.recorded_utc_us++;
    T_EQ(writer_wait(t.store.log.writer, consent_run, &row, NULL), ERR_OK, "consent to it");
    T_EQ(issue(&t, &id, 1)->reply.status, 200, "now");
    verify(&t);
    town_stop(&t);
}

/* -- duplicates -- */

static struct req *merge(struct town *t, struct id from, struct id into)
{
    return ask(t, "people.merge", &t->board, from,
               arena_printf(t->store.arena, "{\"into\":\"%s\"}", text_of(t, into)));
}

T_CASE(life_merges_two_rows_of_one_person)
{
    struct town t;
    struct id kept, other, guardian = id_new(), asked;
    struct req *r;

    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    kept = issued(&t);
    other = issued(&t);
    T_EQ(request(&t, &t.board, guardian, "guardian", ID_NONE,
                 arena_printf(t.store.arena, ",\"children\":[\"%s\"]", text_of(&t, other)))
             ->reply.status,
         201, "a guardian of the other");
    T_EQ(COUNT(&t, "SELECT count(*) FROM guardian_link WHERE child = '%s'", text_of(&t, other)),
         0, "asked for, not tied");
    T_EQ(approve(&t, &guardian, 1)->reply.status, 204, "approved");
    T_EQ(COUNT(&t, "SELECT count(*) FROM guardian_link WHERE child = '%s'", text_of(&t, other)),
         1, "tied by the approval");
    audit_fixture_sql(&t.store.log,
                      "UPDATE person SET grade = 'P4', source_index = '\\x%s' WHERE id = '%s'",
                      "000102030405060708090a0b0c0d0e0f", text_of(&t, other));
    T_EQ(merge(&t, kept, kept)->reply.status, 422, "with oneself");
    T_EQ(merge(&t, other, id_new())->reply.status, 404, "with nobody");
    asked = id_new();
    T_EQ(request(&t, &t.board, asked, "student", t.school, "")->reply.status, 201, "asked");
    T_EQ(move(&t, "people.close", &t.board, asked)->reply.status, 200, "and refused");
    r = merge(&t, kept, asked);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-other-way"), "whose ID is used stays");
    r = merge(&t, t.contractor.account, t.teacher.account);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-roles"), "two roles");
    r = merge(&t, kept, t.teacher.account);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-kinds"), "a child and an adult");
    T_EQ(merge(&t, other, kept)->reply.status, 204, "merged");
    STATE_IS(&t, other, "closed", "the other is closed");
    STATE_IS(&t, kept, "issued", "the kept stays");
    T_EQ(COUNT(&t, "SELECT count(*) FROM person WHERE merged_into = '%s'", text_of(&t, kept)),
         1, "marked, not deleted");
    T_EQ(COUNT(&t, "SELECT count(*) FROM guardian_link WHERE child = '%s' AND ended_at IS NULL",
               text_of(&t, kept)),
         1, "the guardian comes along");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM link_step s JOIN audit_leaf l ON l.row_id = s.id AND"
               " l.table_name = 'link_step' WHERE s.guardian = '%s' AND (s.what, s.actor_role)"
               " IN (('asked', 'commissioner'), ('given', 'commissioner'), ('moved',"
               " 'commissioner'))",
               text_of(&t, guardian)),
         3, "each a leaf");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM access_shown s JOIN access_record r ON r.id = s.id WHERE"
               " r.route = 'people.merge' AND '%s' = ANY (s.persons)",
               text_of(&t, kept)),
         1, "both are in the access record");
    T_EQ(COUNT(&t,
               "SELECT count(*) FROM person WHERE id = '%s' AND grade = 'P4' AND source_index"
               " IS NOT NULL",
               text_of(&t, kept)),
         1, "and what the roster knows");
    T_EQ(merge(&t, other, kept)->reply.status, 404, "the other is nobody's any more");
    verify(&t);
    town_stop(&t);
}

T_CASE(life_merges_no_stranger)
{
    struct town t;
    struct org_row school;
    struct id kept, other, asked = id_new();
    struct req *r;

    T_REQ("NI-2.3.4-2a");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    kept = issued(&t);
    other = issued(&t);
    T_EQ(request(&t, &t.contractor, asked, "student", t.school, "")->reply.status, 201,
         "asked");
    r = merge(&t, asked, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-not-approved"), "a mere request");
    T_EQ(move(&t, "people.close", &t.board, asked)->reply.status, 200, "refused");
    r = merge(&t, asked, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-not-approved"), "nor a refused one");
    activate(&t, kept);
    activate(&t, other);
    r = merge(&t, other, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-both-active"), "both in use");
    school = (struct org_row){.id = id_new(),
                              .kind = ORG_SCHOOL,
                              .name = SPAN("きた小学校"),
                              .is_cooperating = true,
                              .created_utc_us = clock_utc_us()};
    T_EQ(writer_wait(t.store.log.writer, school_run, &school, NULL), ERR_OK, "school");
    audit_fixture_sql(&t.store.log, "UPDATE person SET school = '%s' WHERE id = '%s'",
                      text_of(&t, school.id), text_of(&t, other));
    r = merge(&t, other, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-schools"), "of two schools");
    STATE_IS(&t, other, "active", "nothing was done");
    verify(&t);
    town_stop(&t);
}

/* -- rules of two -- */

T_CASE(life_board_accounts_take_two_commissioners)
{
    struct town t;
    struct caller second;
    struct id first = id_new(), id = id_new();
    struct req *r;

    T_REQ("NI-2.3.4-2b");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    T_EQ(request(&t, &t.board, first, "auditor", ID_NONE, "")->reply.status, 201, "asked");
    T_EQ(approve(&t, &first, 1)->reply.status, 204, "alone while there is one");
    T_EQ(issue_by(&t, &t.board, &first, 1)->reply.status, 200, "to the end");
    second = grown_up(&t, ROLE_COMMISSIONER, "second");
    T_EQ(request(&t, &t.board, id, "commissioner", ID_NONE, "")->reply.status, 201, "asked");
    r = approve(&t, &id, 1);
    T_EQ(r->reply.status, 409, "not by whoever asked");
    T_SPAN(route_fixture_text(r, "code"), SPAN("second-person"), "why");
    STATE_IS(&t, id, "requested", "nothing was done");
    r = ask(&t, "people.approve", &second, ID_NONE, ids_body(&t, &id, 1, ""));
    T_EQ(r->reply.status, 204, "by another");
    r = issue_by(&t, &second, &id, 1);
    T_SPAN(route_fixture_text(r, "code"), SPAN("second-person"), "who does not issue as well");
    T_EQ(issue_by(&t, &t.board, &id, 1)->reply.status, 200, "issued");
    verify(&t);
    town_stop(&t);
}

T_CASE(life_recovery_takes_two_who_did_not_make_each_other)
{
    struct town t;
    struct caller second, third;
    struct id of;

    T_REQ("NI-2.3.4-2b");
    town_start(&t);
    second = grown_up(&t, ROLE_CONTRACTOR, "second");
    third = grown_up(&t, ROLE_COMMISSIONER, "third");
    of = grown_up(&t, ROLE_SUPPORTER, "lost").account;
    T_EQ(ask(&t, "people.recovery_ask", &t.contractor, of, NULL)->reply.status, 204, "asked");
    T_EQ(ask(&t, "people.recovery_approve", &second, of, NULL)->reply.status, 409,
         "two contractors are not enough");
    audit_fixture_sql(&t.store.log,
                      "INSERT INTO account_step SELECT gen_random_uuid(), '%s', b, s, now(),"
                      " '%s', 'contractor' FROM (VALUES ('none', 'requested')) AS v (b, s)",
                      text_of(&t, third.account), text_of(&t, t.contractor.account));
    T_EQ(ask(&t, "people.recovery_approve", &third, of, NULL)->reply.status, 409,
         "not whom the first asked for");
    audit_fixture_sql(&t.store.log,
                      "INSERT INTO account_step SELECT gen_random_uuid(), '%s', b, s, now(),"
                      " '%s', 'commissioner' FROM (VALUES ('none', 'requested'), ('requested',"
                      " 'approved'), ('approved', 'issued')) AS v (b, s)",
                      text_of(&t, t.contractor.account), text_of(&t, t.board.account));
    T_EQ(ask(&t, "people.recovery_approve", &t.board, of, NULL)->reply.status, 409,
         "not who made the first alone");
    T_EQ(ask(&t, "people.recovery_ask", &second, of, NULL)->reply.status, 204, "another asks");
    T_EQ(ask(&t, "people.recovery_approve", &t.board, of, NULL)->reply.status, 200,
         "two who are two");
    audit_fixture_sql(&t.store.log, "%s", /* what was made up above has no leaf */
                      "DELETE FROM account_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = s.id)");
    town_stop(&t);
}

T_CASE(life_is_resumed_by_the_rank_that_stopped_it)
{
    struct town t;
    struct id id;
    struct req *r;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = issued(&t);
    T_EQ(move(&t, "people.suspend", &t.board, id)->reply.status, 200, "by the board");
    r = move(&t, "people.resume", &t.contractor, id);
    T_EQ(r->reply.status, 409, "not by the contractor");
    T_SPAN(route_fixture_text(r, "code"), SPAN("stopped-above"), "why");
    STATE_IS(&t, id, "suspended", "still stopped");
    T_EQ(move(&t, "people.resume", &t.board, id)->reply.status, 200, "by the board");
    T_EQ(move(&t, "people.suspend", &t.contractor, id)->reply.status, 200, "by the contractor");
    T_EQ(move(&t, "people.resume", &t.contractor, id)->reply.status, 200, "and again");
    town_stop(&t);
}

T_CASE(life_asks_for_no_name_of_blanks)
{
    static const char *const names[] = {"  ", "\xe3\x80\x80", "\xe2\x80\x8b"};
    struct town t;

    town_start(&t);
    for (size_t i = 0; i < T_COUNT(names); i++) {
        const char *body =
            arena_printf(t.store.arena,
                         "{\"id\":\"%s\",\"role\":\"student\",\"family\":\"%s\",\"given\":"
                         "\"はな\",\"family_kana\":\"や\",\"given_kana\":\"は\",\"school\":"
                         "\"%s\"}",
                         text_of(&t, id_new()), names[i], text_of(&t, t.school));

        T_EQ(ask(&t, "people.request", &t.contractor, ID_NONE, body)->reply.status, 422,
             "blanks");
    }
    town_stop(&t);
}
