/* The routes of signing in and out, and the operator's for accounts: NI-T3-1, AI-2.6-オ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/node_conf.h"
#include "tenants/signin/session.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"
#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

struct town {
    struct store_fixture store;
    struct conf *conf;
};

static const char *operator_makes = "true";

static void town_start(struct town *t)
{
    const struct conf_table tables[] = {
        {node_conf_rows, NODE_CONF_N}, {tenants_conf_rows, TENANTS_CONF_N}, {NULL, 0}};
    struct accounts_conf conf;

    store_fixture_start(&t->store, NULL);
    conf = (struct accounts_conf){.keyring = t->store.services.keyring,
                                  .writer = t->store.log.writer,
                                  .settings = t->store.services.settings,
                                  .space = t->store.services.space,
                                  .n_hash_threads = 1,
                                  .n_hash_waiting = 16};
    T_EQ(accounts_open(&conf, &t->store.services.accounts, NULL), ERR_OK, "accounts");
    t->conf = NULL;
    setenv("IBASHO_ACCOUNTS_OPERATOR_MAKES", operator_makes, 1);
    T_EQ(conf_load(t->store.log.keyd.conf_path, tables, CONF_IGNORE_UNKNOWN, NULL, NULL,
                   &t->conf, NULL),
         ERR_OK, "conf");
    t->store.services.conf = t->conf;
}

static void town_stop(struct town *t)
{
    accounts_close(&t->store.services.accounts);
    store_fixture_stop(&t->store);
    conf_free(&t->conf);
}

static struct req *call(struct town *t, const struct route *route, const struct caller *caller,
                        int is_https, const char *body)
{
    static int n;
    const struct route_call c = {
        .services = &t->store.services,
        .db = t->store.db,
        .arena = t->store.arena,
        .caller = *caller,
        .body = body,
        .is_https = is_https,
        .address = arena_printf(t->store.arena, "192.0.2.%d", n++),
    };

    return route_fixture_call(route, &c);
}

static const struct caller nobody = {.role = ROLE_ANONYMOUS};
static const struct caller the_operator = {.role = ROLE_ANONYMOUS, .operator_name = "uid:0"};

static struct req *create(struct town *t, const char *role, const char *login, const char *more)
{
    char id[ID_TEXT_CAP];

    id_text(id_new(), id);
    return call(t, &account_routes[0], &the_operator, 0,
                arena_printf(t->store.arena,
                             "{\"id\":\"%s\",\"role\":\"%s\",\"login\":\"%s\","
                             "\"display_name\":\"そら\"%s}",
                             id, role, login, more));
}

static struct req *sign_in(struct town *t, int is_https, const char *login,
                           struct span password, const char *more)
{
    return call(t, &session_routes[0], &nobody, is_https,
                arena_printf(t->store.arena, "{\"login\":\"%s\",\"password\":\"%.*s\"%s}",
                             login, SPAN_ARG(password), more));
}

/* The cookie's value. */
static struct span token_of(const struct req *r)
{
    const char *cookie = route_fixture_header(r, "Set-Cookie");
    const char *at = cookie == NULL ? NULL : strchr(cookie, '=');

    return at == NULL ? SPAN_NONE : span_of(at + 1, strcspn(at + 1, ";"));
}

/* The second cookie's. */
static struct span device_of(const struct req *r)
{
    for (int i = 1; i < r->reply.n_headers; i++) {
        const char *cookie = r->reply.headers[i].value, *at = strchr(cookie, '=');

        if (strstr(cookie, "device=") != NULL)
            return span_of(at + 1, strcspn(at + 1, ";"));
    }
    return SPAN_NONE;
}

/* Base32 back to bytes: what an authenticator app does with the secret. */
static struct span secret_of(const struct req *r, uint8_t out[TOTP_SECRET_BYTES])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct span text = route_fixture_text(r, "totp_secret");
    uint64_t bits = 0;

    T_EQ(text.len, 32, "a secret of 160 bits");
    for (size_t i = 0; i < text.len && i < 32; i++) {
        bits = bits << 5 | (uint64_t)(strchr(alphabet, text.p[i]) - alphabet);
        if (i % 8 == 7)
            for (size_t k = 0; k < 5; k++)
                out[i / 8 * 5 + k] = (uint8_t)(bits >> (32 - 8 * k));
    }
    return span_of(out, TOTP_SECRET_BYTES);
}

T_CASE(session_http_cookie_is_strict)
{
    struct town t;
    struct req *made, *r;
    struct span password;

    T_REQ("AI-2.6-オ");
    town_start(&t);
    made = create(&t, "student", "aoi-0123", "");
    T_EQ(made->reply.status, 201, "created");
    password = route_fixture_text(made, "password");
    T_EQ(password.len, 19, "with a made password");
    T_OK(!route_fixture_has(made, "totp"), "a child has no second factor here");
    r = sign_in(&t, 1, "aoi-0123", password, "");
    T_EQ(r->reply.status, 200, "signed in");
    T_SPAN(route_fixture_text(r, "display_name"), SPAN("そら"), "who");
    T_SPAN(route_fixture_text(r, "role"), SPAN("student"), "as what");
    T_OK(r->access_recorded, "with its access record");
    T_SPAN(span_text(route_fixture_header(r, "Set-Cookie")),
           span_text(arena_printf(
               t.store.arena, "__Host-ibasho=%.*s; Path=/; HttpOnly; SameSite=Strict; Secure",
               SPAN_ARG(token_of(r)))),
           "over https");
    r = sign_in(&t, 0, "aoi-0123", password, "");
    T_SPAN(span_text(route_fixture_header(r, "Set-Cookie")),
           span_text(arena_printf(t.store.arena,
                                  "ibasho_session=%.*s; Path=/; HttpOnly; SameSite=Strict",
                                  SPAN_ARG(token_of(r)))),
           "over the demo's plain http");
    T_EQ(token_of(r).len, SESSION_TOKEN_CHARS, "256 bits");
    town_stop(&t);
}

T_CASE(session_http_refusals_are_the_same_bytes)
{
    struct town t;
    struct req *wrong, *unknown, *suspended;
    struct span password;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    password = route_fixture_text(create(&t, "student", "aoi-0123", ""), "password");
    wrong = sign_in(&t, 1, "aoi-0123", SPAN("falsch-falsch"), "");
    unknown = sign_in(&t, 1, "nobody-here", SPAN("falsch-falsch"), "");
    audit_fixture_sql(&t.store.log, "UPDATE account SET state = 'suspended'");
    suspended = sign_in(&t, 1, "aoi-0123", password, "");
    T_EQ(wrong->reply.status, 401, "wrong password");
    T_SPAN(route_fixture_text(wrong, "code"), SPAN("wrong-sign-in"), "its code");
    T_SPAN(unknown->reply.body, wrong->reply.body, "unknown login");
    T_SPAN(suspended->reply.body, wrong->reply.body, "suspended");
    T_OK(wrong->reply.n_headers == unknown->reply.n_headers &&
             wrong->reply.n_headers == suspended->reply.n_headers &&
             route_fixture_header(wrong, "Set-Cookie") == NULL,
         "no cookie");
    town_stop(&t);
}

T_CASE(session_http_asks_an_adult_for_the_code)
{
    struct town t;
    struct req *made, *r;
    struct span password, secret;
    uint8_t bytes[TOTP_SECRET_BYTES];
    uint32_t code = 0;

    T_REQ("NI-2.3.4-2b");
    town_start(&t);
    made = create(&t, "commissioner", "sato@board", ",\"password\":\"Himawari-2026\"");
    T_EQ(made->reply.status, 201, "created");
    T_OK(!route_fixture_has(made, "\"password\""), "a given password is not told again");
    T_OK(span_has_prefix(route_fixture_text(made, "totp_uri"), SPAN("otpauth://totp/")),
         "an address for the app");
    T_SPAN(span_text(route_fixture_header(made, "Cache-Control")), SPAN("no-store"),
           "kept nowhere");
    secret = secret_of(made, bytes);
    password = SPAN("Himawari-2026");
    r = sign_in(&t, 1, "sato@board", password, "");
    T_EQ(r->reply.status, 200, "without the code");
    T_SPAN(route_fixture_text(r, "stage"), SPAN("second_factor"), "it is asked for");
    T_OK(route_fixture_has(r, "\"factors\":[\"totp\"]"), "as what");
    T_OK(!route_fixture_has(r, "display_name") && !route_fixture_has(r, "account"), "no name");
    r = sign_in(&t, 1, "sato@board", password, ",\"code\":\"000000\"");
    T_SPAN(route_fixture_text(r, "code"), SPAN("wrong-code"), "a wrong one is told");
    T_EQ(totp_code(secret, clock_utc_us() / 30000000, 6, &code, NULL), ERR_OK, "the app");
    r = sign_in(&t, 1, "sato@board", password,
                arena_printf(t.store.arena, ",\"code\":\"%06u\"", code));
    T_EQ(r->reply.status, 200, "the right one opens");
    T_SPAN(route_fixture_text(r, "stage"), SPAN("full"), "wholly");
    town_stop(&t);
}

T_CASE(session_http_shows_who_and_ends)
{
    struct town t;
    struct req *r;
    struct caller caller;
    struct span password, token;

    T_REQ("NI-T3-1");
    town_start(&t);
    password = route_fixture_text(create(&t, "student", "aoi-0123", ""), "password");
    r = sign_in(&t, 1, "aoi-0123", password, "");
    token = token_of(r);
    T_EQ(session_find(t.store.services.accounts, t.store.db,
                      &(struct session_ask){.cookie = token,
                                            .device = device_of(r),
                                            .now_utc_us = clock_utc_us()},
                      &caller, NULL),
         ERR_OK, "in");
    r = call(&t, &session_routes[2], &caller, 1, NULL);
    T_EQ(r->reply.status, 200, "who am I");
    T_SPAN(r->reply.body,
           SPAN("{\"stage\":\"full\",\"display_name\":\"そら\",\"role\":\"student\","
                "\"factors\":[],\"must\":[],\"other_devices\":0,"
                "\"password_least\":8,\"idle_minutes\":30,\"step_kinds\":[]}"),
           "name and role, no id");
    r = call(&t, &session_routes[3], &caller, 1, NULL);
    T_EQ(r->reply.status, 204, "out");
    T_TEXT(route_fixture_header(r, "Clear-Site-Data"), "\"cache\", \"cookies\", \"storage\"",
           "the next child finds nothing");
    T_OK(strstr(route_fixture_header(r, "Set-Cookie"), "__Host-ibasho=; ") != NULL &&
             strstr(route_fixture_header(r, "Set-Cookie"), "Max-Age=0") != NULL,
         "the cookie goes");
    T_EQ(session_find(t.store.services.accounts, t.store.db,
                      &(struct session_ask){.cookie = token, .now_utc_us = clock_utc_us()},
                      &caller, NULL),
         ERR_NOT_FOUND, "and the session with it");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM access_record WHERE route ="
                                     " 'session.close' AND account IS NOT NULL"),
         1, "recorded");
    town_stop(&t);
}

T_CASE(account_http_makes_the_first_commissioner_and_nobody_else)
{
    struct town t;
    struct req *r;

    T_REQ("AI-4.3-カ");
    operator_makes = "false"; /* as it is unless somebody says otherwise */
    town_start(&t);
    operator_makes = "true";
    r = create(&t, "student", "early", "");
    T_EQ(r->reply.status, 409, "a child is approved by the commissioner");
    T_SPAN(route_fixture_text(r, "code"), SPAN("not-first-commissioner"), "why");
    T_EQ(create(&t, "commissioner", "first", "")->reply.status, 201, "somebody must be first");
    T_EQ(create(&t, "commissioner", "second", "")->reply.status, 409,
         "the second is requested");
    T_EQ(create(&t, "auditor", "auditor", "")->reply.status, 409, "so is anybody else");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account"), 1, "one account");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account_step WHERE operator_name ="
                                     " 'uid:0' AND actor_role = 'operator'"),
         4, "each step of the first one says who took it");
    town_stop(&t);
}

T_CASE(account_http_makes_every_role_and_says_what_is_wrong)
{
    struct town t;
    struct req *r;

    town_start(&t);
    for (int role = ROLE_STUDENT; role < ROLE_N; role++) {
        const char *id = role_id((enum role)role);

        r = create(&t, id, id, ",\"password\":\"Himawari-2026\"");
        T_EQ(r->reply.status, 201, id);
        T_EQ(
            store_fixture_i64(&t.store, arena_printf(t.store.arena,
                                                     "SELECT count(*) FROM account WHERE role ="
                                                     " '%s'",
                                                     id)),
            1, "the very role");
    }
    r = create(&t, "student", "student", "");
    T_EQ(r->reply.status, 409, "the login is taken");
    T_SPAN(route_fixture_text(r, "pointer"), SPAN("/login"), "says so");
    r = create(&t, "student", "kana-かな", "");
    T_EQ(r->reply.status, 422, "a login no keyboard has");
    T_SPAN(route_fixture_text(r, "pointer"), SPAN("/login"), "says so");
    T_EQ(create(&t, "anonymous", "anon", "")->reply.status, 422, "nobody");
    T_EQ(create(&t, "root", "root", "")->reply.status, 422, "no such role");
    T_EQ(create(&t, "student", "short", ",\"password\":\"1234567\"")->reply.status, 422,
         "a short password");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM access_record WHERE route ="
                                     " 'accounts.create' AND operator_name = 'uid:0'"),
         ROLE_N - 1, "each one recorded");
    T_EQ(account_routes[0].listeners, LISTENER_ADMIN, "on the operator's socket alone");
    town_stop(&t);
}
