/* Accounts, signing in and sessions on a real store: AI-2.6-オ, NI-2.3.4-2b, NI-T3-1. */
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/mbox.h"
#include "node/db/digest.h"
#include "node/db/erase.h"
#include "node/features.h"
#include "tenants/signin/session_store.h"
#include "tenants/signin/signin.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

#define N_ATTEMPTS 256
#define PASSWORD   "あおぞら-1234"

struct town {
    struct store_fixture store;
    struct accounts *accounts;
    struct mbox *told; /* of struct signin * */
    uint8_t secret[TOTP_SECRET_BYTES];
    struct arena *arenas[N_ATTEMPTS];
    int n_arenas;
};

static void town_start(struct town *t)
{
    struct accounts_conf conf;
    struct fail why = {.code = ERR_OK};

    t->n_arenas = 0;
    store_fixture_start(&t->store, NULL);
    conf = (struct accounts_conf){.keyring = t->store.services.keyring,
                                  .writer = t->store.log.writer,
                                  .settings = t->store.services.settings,
                                  .space = t->store.services.space,
                                  .n_hash_threads = 2,
                                  .n_hash_waiting = 64};
    T_EQ(accounts_open(&conf, &t->accounts, &why), ERR_OK, "accounts");
    T_EQ(mbox_create(sizeof(struct signin *), 64, &t->told, NULL), ERR_OK, "mailbox");
    digest_random(t->secret, sizeof t->secret);
}

static int64_t mono_us, utc_us; /* how far the clocks are moved */

static void shift(int64_t to_utc_us)
{
    utc_us = to_utc_us;
    clock_test_shift(mono_us, utc_us);
}

static void town_stop(struct town *t)
{
    mono_us = 0;
    shift(0);
    accounts_close(&t->accounts);
    mbox_destroy(&t->told);
    store_fixture_stop(&t->store);
    for (int i = 0; i < t->n_arenas; i++)
        arena_destroy(&t->arenas[i]);
}

static enum err create(struct town *t, struct id id, enum role role, const char *login,
                       struct fail *why)
{
    const struct account_new account = {
        .id = id,
        .role = role,
        .login = span_text(login),
        .display_name = SPAN("そら"),
        .password = SPAN(PASSWORD),
        .totp_secret = role == ROLE_STUDENT ? SPAN_NONE : span_of(t->secret, sizeof t->secret),
    };
    const struct access_entry access = {.id = id_new(),
                                        .at_utc_us = clock_utc_us(),
                                        .route = "accounts.create",
                                        .role = "operator",
                                        .operator_name = "uid:0",
                                        .address = SPAN("unix"),
                                        .object = id,
                                        .person = id,
                                        .action = "change",
                                        .outcome = "ok"};

    return account_create(t->accounts, &account, &access, why);
}

/* One attempt, in an arena of its own as every request has one; they go with the town. */
static struct signin *last;
static char device[DEVICE_COOKIE_CHARS + 1]; /* of the last that was let in */

static void told(struct signin *s)
{
    struct town *t = s->arg;

    if (mbox_post(t->told, &s, NULL) != ERR_OK)
        invariant(false, "nobody takes the verdict");
}

static enum err start(struct town *t, const char *login, const char *password, const char *code,
                      const char *address, struct signin **s_out)
{
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    struct signin *s;

    invariant(t->n_arenas < N_ATTEMPTS && arena_create(4096, &arena, NULL) == ERR_OK, "arena");
    t->arenas[t->n_arenas++] = arena;
    s = arena_alloc(arena, sizeof *s);
    *s = (struct signin){.accounts = t->accounts,
                         .arena = arena,
                         .login = span_text(login),
                         .password = span_text(password),
                         .code = span_text(code),
                         .has_code = code != NULL,
                         .from = {.address = span_text(address),
                                  .listener = LISTENER_PUBLIC,
                                  .now_utc_us = clock_utc_us()},
                         .done = told,
                         .arg = t};
    *s_out = s;
    return signin_start(s, t->store.db, &why);
}

/* The verdict, or -code when there is none. */
static int try_from(struct town *t, const char *login, const char *password, const char *code,
                    const char *address)
{
    enum err rc = start(t, login, password, code, address, &last);

    if (rc != ERR_OK)
        return -(int)rc;
    if (mbox_take(t->told, &last, 1, 20000) != 1)
        invariant(false, "no verdict in 20 s");
    if (last->rc == ERR_OK && last->verdict == SIGNIN_OK)
        memcpy(device, last->opening.device, sizeof device);
    return last->rc == ERR_OK ? (int)last->verdict : -(int)last->rc;
}

/* From an address of its own and a minute later each, so that only wrong tries count. */
static int try(struct town *t, const char *login, const char *password, const char *code)
{
    static int n;

    mono_us += MINUTE_US;
    shift(utc_us);
    return try_from(t, login, password, code, arena_printf(t->store.arena, "192.0.2.%d", n++));
}

static const char *code_now(struct town *t)
{
    static char text[8];
    uint32_t code = 0;

    T_EQ(totp_code(span_of(t->secret, sizeof t->secret), clock_utc_us() / 30000000, 6, &code,
                   NULL),
         ERR_OK, "code");
    snprintf(text, sizeof text, "%06u", code);
    return text;
}

/* With the device cookie that was given out with the last session. */
static enum err who(struct town *t, const char *token, struct caller *caller)
{
    const struct session_ask ask = {.cookie = span_text(token),
                                    .device = span_text(device),
                                    .listener = LISTENER_PUBLIC,
                                    .now_utc_us = clock_utc_us()};

    *caller = (struct caller){.role = ROLE_ANONYMOUS};
    return session_find(t->accounts, t->store.db, &ask, caller, NULL);
}

T_CASE(account_student_signs_in_with_login_and_password)
{
    struct town t;
    struct id id = id_new();
    struct caller caller;
    struct span name;

    T_REQ("AI-4.3-カ");
    T_REQ("NI-T3-1");
    town_start(&t);
    T_EQ(create(&t, id, ROLE_STUDENT, "aoi-0123", NULL), ERR_OK, "create");
    T_EQ(try(&t, "ＡＯＩ－０１２３", PASSWORD, NULL), SIGNIN_OK, "as a child types it");
    T_SPAN(last->opening.display_name, SPAN("そら"), "display name");
    T_EQ(who(&t, last->opening.token, &caller), ERR_OK, "the session is there");
    T_OK(id_eq(caller.account, id) && caller.role == ROLE_STUDENT, "and says who");
    T_EQ(account_display_name(t.accounts, t.store.db, id, t.store.arena, &name, NULL), ERR_OK,
         "name");
    T_SPAN(name, SPAN("そら"), "opened");
    T_EQ(store_fixture_i64(&t.store,
                           "SELECT count(*) FROM access_record WHERE route ="
                           " 'session.open' AND outcome = 'ok' AND action = 'change'"),
         1, "one access record for the session");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM access_record WHERE route ="
                                     " 'accounts.create' AND operator_name = 'uid:0'"),
         1, "one for the account");
    town_stop(&t);
}

T_CASE(account_adult_needs_the_second_factor_and_each_code_once)
{
    struct town t;
    struct id id = id_new();
    struct fail why = {.code = ERR_OK};
    struct caller caller;
    char code[8], other[8];

    T_REQ("NI-2.3.4-2b");
    town_start(&t);
    T_EQ(create(&t, id, ROLE_COMMISSIONER, "sato@board", NULL), ERR_OK, "create");
    T_EQ(try(&t, "sato@board", PASSWORD, NULL), SIGNIN_OK, "the password alone");
    T_EQ(last->opening.stage, STAGE_SECOND_FACTOR, "leads to the second step");
    T_EQ(last->opening.display_name.len, 0, "and tells no name");
    T_EQ(who(&t, last->opening.token, &caller), ERR_OK, "with a session");
    T_EQ(caller.stage, STAGE_SECOND_FACTOR, "of that stage");
    T_EQ(try(&t, "sato@board", "falsch", code_now(&t)), SIGNIN_WRONG,
         "the code alone tells nothing");
    snprintf(code, sizeof code, "%s", code_now(&t));
    snprintf(other, sizeof other, "%c%s", code[0] == '9' ? '0' : code[0] + 1, code + 1);
    T_EQ(try(&t, "sato@board", PASSWORD, other), SIGNIN_CODE_WRONG, "a wrong code");
    T_EQ(try(&t, "sato@board", PASSWORD, code), SIGNIN_OK, "both");
    T_EQ(try(&t, "sato@board", PASSWORD, code), SIGNIN_CODE_WRONG, "the same code again");
    shift(60 * INT64_C(1000000));
    T_EQ(try(&t, "sato@board", PASSWORD, code_now(&t)), SIGNIN_OK, "a later one");
    /* No role but student may be without. */
    for (int role = ROLE_GUARDIAN; role < ROLE_N; role++) {
        const struct account_new bare = {.id = id_new(),
                                         .role = (enum role)role,
                                         .login = SPAN("bare"),
                                         .display_name = SPAN("x"),
                                         .password = SPAN(PASSWORD)};

        T_EQ(account_create(t.accounts, &bare, NULL, &why), ERR_INVALID,
             role_id((enum role)role));
        T_TEXT(why.field, "totp_secret", "names the field");
    }
    town_stop(&t);
}

/* Two attempts with one code at the same moment: both pass the check, one may open. */
T_CASE(account_code_used_twice_at_once_opens_one_session)
{
    struct town t;
    struct signin *a, *b, *told_one;
    const char *code;
    int n_ok = 0;

    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_SUPPORTER, "ren", NULL), ERR_OK, "create");
    code = code_now(&t);
    T_EQ(start(&t, "ren", PASSWORD, code, "192.0.2.1", &a), ERR_OK, "one");
    T_EQ(start(&t, "ren", PASSWORD, code, "192.0.2.2", &b), ERR_OK, "two");
    for (int i = 0; i < 2; i++)
        T_EQ(mbox_take(t.told, &told_one, 1, 20000), 1, "told");
    n_ok = (a->verdict == SIGNIN_OK) + (b->verdict == SIGNIN_OK);
    T_EQ(n_ok, 1, "one of them");
    T_EQ((a->verdict == SIGNIN_CODE_WRONG) + (b->verdict == SIGNIN_CODE_WRONG), 1, "not both");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM session"), 1, "one session");
    town_stop(&t);
}

/* A password for one use, used twice at once, the first by a clock that is ahead. */
T_CASE(account_one_time_password_used_twice_at_once_opens_one_session)
{
    struct town t;
    struct signin *a, *b, *told_one;

    T_REQ("NI-T3-1");
    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    audit_fixture_sql(&t.store.log, "UPDATE account SET must_change = true, first_until ="
                                    " now() + interval '1 day'");
    shift(1000000);
    T_EQ(start(&t, "aoi", PASSWORD, NULL, "192.0.2.1", &a), ERR_OK, "one");
    shift(0);
    T_EQ(start(&t, "aoi", PASSWORD, NULL, "192.0.2.2", &b), ERR_OK, "two");
    for (int i = 0; i < 2; i++)
        T_EQ(mbox_take(t.told, &told_one, 1, 20000), 1, "told");
    T_EQ((a->verdict == SIGNIN_OK) + (b->verdict == SIGNIN_OK), 1, "one of them");
    T_EQ(a->verdict == SIGNIN_OK ? a->opening.stage : b->opening.stage, STAGE_ENROL,
         "to change it");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM session"), 1, "one session");
    town_stop(&t);
}

T_CASE(account_refusals_look_alike)
{
    static const struct {
        const char *what, *login, *password, *sql;
    } rows[] = {
        {"unknown login", "nobody-at-all", PASSWORD, NULL},
        {"no login at all", "あおい", PASSWORD, NULL},
        {"wrong password", "aoi", "falsch-falsch", NULL},
        {"suspended", "aoi", PASSWORD, "UPDATE account SET state = 'suspended'"},
        {"closed", "aoi", PASSWORD, "UPDATE account SET state = 'closed'"},
        {"locked", "aoi", PASSWORD,
         "UPDATE account SET state = 'active', locked_until = now() + interval '1 hour'"},
    };
    struct town t;

    T_REQ("AI-2.6-オ");
    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        if (rows[i].sql != NULL)
            audit_fixture_sql(&t.store.log, "%s", rows[i].sql);
        T_EQ(try(&t, rows[i].login, rows[i].password, NULL), SIGNIN_WRONG, rows[i].what);
        T_EQ(last->opening.token[0], '\0', rows[i].what);
    }
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM access_record WHERE action ="
                                     " 'refused' AND route = 'session.open'"),
         (int64_t)T_COUNT(rows), "each is recorded");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM access_record WHERE outcome IN"
                                     " ('locked-out', 'not-active')"),
         3, "with what it was, for the auditor");
    town_stop(&t);
}

T_CASE(account_is_locked_after_ten_wrong_tries_and_opens_by_itself)
{
    struct town t;
    struct id id = id_new();

    T_REQ("AI-2.6-オ");
    town_start(&t);
    T_EQ(create(&t, id, ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    for (int i = 0; i < 9; i++)
        T_EQ(try(&t, "aoi", "falsch-falsch", NULL), SIGNIN_WRONG, "wrong");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "nine are forgiven");
    for (int i = 0; i < 10; i++)
        T_EQ(try(&t, "aoi", "falsch-falsch", NULL), SIGNIN_WRONG, "wrong");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_WRONG, "ten are not");
    T_EQ(try(&t, "aoi", "falsch-falsch", NULL), SIGNIN_WRONG, "more tries");
    shift(14 * MINUTE_US);
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_WRONG, "still locked");
    shift(15 * MINUTE_US + 1000000);
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "and did not make it longer");
    town_stop(&t);
}

/* A stranger may guess as long as he likes: neither the throttle nor the lock reaches the
 * places the child signs in from. */
T_CASE(account_tries_of_strangers_do_not_shut_out_those_who_are_known)
{
    struct town t;
    char address[32];

    T_REQ("AI-2.6-オ");
    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "ren", NULL), ERR_OK, "create");
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "198.51.100.2"), SIGNIN_OK, "at home");
    mono_us += MINUTE_US;
    shift(0);
    for (int i = 0; i < 5; i++) {
        snprintf(address, sizeof address, "203.0.113.%d", i);
        T_EQ(try_from(&t, "aoi", "falsch-falsch", NULL, address), SIGNIN_WRONG, "tries");
    }
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "203.0.113.99"), -(int)ERR_RATE,
         "the sixth in a minute, from a sixth address");
    T_EQ(try_from(&t, "ren", PASSWORD, NULL, "203.0.113.1"), SIGNIN_OK, "another account");
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "198.51.100.2"), SIGNIN_OK, "from home");
    mono_us += MINUTE_US;
    shift(0);
    for (int i = 0; i < 10; i++)
        T_EQ(try(&t, "aoi", "falsch-falsch", NULL), SIGNIN_WRONG, "ten more, a minute each");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_WRONG, "strangers are locked out");
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "198.51.100.2"), SIGNIN_OK, "the child is not");
    for (int i = 0; i < 4; i++)
        T_EQ(try_from(&t, "aoi", "falsch-falsch", NULL, "198.51.100.2"), SIGNIN_WRONG,
             "at home");
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "198.51.100.2"), -(int)ERR_RATE,
         "but five a minute from one place, too");
    for (int i = 0; i < 6; i++) {
        mono_us += MINUTE_US;
        shift(0);
        T_EQ(try_from(&t, "aoi", "falsch-falsch", NULL, "198.51.100.2"), SIGNIN_WRONG, "more");
    }
    mono_us += MINUTE_US;
    shift(0);
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "198.51.100.2"), SIGNIN_WRONG,
         "ten in a row lock a known place, too");
    shift(16 * MINUTE_US);
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "198.51.100.2"), SIGNIN_OK, "after the lock");
    town_stop(&t);
}

/* Behind one IPv6 prefix there are more addresses than anybody can count. */
T_CASE(account_tries_of_one_ipv6_prefix_are_one_place)
{
    struct town t;
    char address[64];

    T_REQ("AI-2.6-オ");
    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "2001:db8:1:2::1"), SIGNIN_OK, "at home");
    for (int i = 0; i < 4; i++) {
        snprintf(address, sizeof address, "2001:db8:1:2::%x", 100 + i);
        T_EQ(try_from(&t, "aoi", "falsch-falsch", NULL, address), SIGNIN_WRONG, "tries");
    }
    T_EQ(try_from(&t, "aoi", PASSWORD, NULL, "2001:db8:1:2:3:4:5:6"), -(int)ERR_RATE, "sixth");
    town_stop(&t);
}

/* Invented names cost no hash, so that they cannot stand in anybody's way; none is refused for
 * them either, and all are answered. */
T_CASE(account_invented_names_are_answered_without_a_hash)
{
    struct town t;
    struct signin *s;
    int64_t began_us;
    int n_wrong = 0;

    T_REQ("AI-2.6-オ");
    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    began_us = clock_mono_us();
    for (int i = 0; i < 60; i++) {
        char *login = arena_printf(t.store.arena, "child-%d", i);

        T_EQ(start(&t, login, PASSWORD, NULL, "192.0.2.1", &s), ERR_OK, "taken");
    }
    T_EQ(start(&t, "aoi", PASSWORD, NULL, "192.0.2.1", &s), ERR_OK, "a child among them");
    for (int i = 0; i < 61; i++) {
        T_EQ(mbox_take(t.told, &s, 1, 20000), 1, "who was taken is answered");
        if (span_eq(s->login, SPAN("aoi")))
            T_OK(s->verdict == SIGNIN_OK && n_wrong < 60,
                 "the child is in before they are out");
        else
            n_wrong += s->verdict == SIGNIN_WRONG;
    }
    T_EQ(n_wrong, 60, "all refused");
    T_OK(clock_mono_us() - began_us > 60 * PACE_MARGIN_US / 2,
         "at the pace at which hashes would have been worked off");
    town_stop(&t);
}

static enum err change(struct town *t, const struct setting *row, const char *value)
{
    struct setting_change c = {.row = row,
                               .id = id_new(),
                               .has_value = true,
                               .value = span_text(value),
                               .expected_version = -1,
                               .now_utc_us = clock_utc_us(),
                               .role = ROLE_COMMISSIONER};

    return settings_change_wait(t->store.services.settings, t->store.log.writer, &c, NULL);
}

T_CASE(session_ends_when_idle_and_absolutely)
{
    struct town t;
    struct caller caller;
    char token[SESSION_TOKEN_CHARS + 1];

    T_REQ("AI-2.6-オ");
    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "sign in");
    snprintf(token, sizeof token, "%s", last->opening.token);
    for (int minutes = 25; minutes <= 100; minutes += 25) {
        shift(minutes * MINUTE_US);
        T_EQ(who(&t, token, &caller), ERR_OK, "used every 25 minutes");
        /* What is noted through the writer comes before this one. */
        T_EQ(change(&t, &setting_lockout_minutes, "15"), ERR_OK, "wait for the writer");
    }
    shift(129 * MINUTE_US);
    T_EQ(who(&t, token, &caller), ERR_OK, "29 minutes idle");
    T_EQ(change(&t, &setting_idle_minutes_student, "5"), ERR_OK, "the rule is made shorter");
    shift(134 * MINUTE_US + 1);
    T_EQ(who(&t, token, &caller), ERR_NOT_FOUND, "and holds for who is in");
    T_EQ(caller.role, ROLE_ANONYMOUS, "the caller is left alone");
    T_EQ(change(&t, &setting_idle_minutes_student, "240"), ERR_OK, "longer");
    shift(300 * MINUTE_US);
    T_EQ(who(&t, token, &caller), ERR_OK, "so it is not over yet");
    T_EQ(change(&t, &setting_lockout_minutes, "15"), ERR_OK, "wait for the writer");
    for (int minutes = 400; minutes < 720; minutes += 100) {
        shift(minutes * MINUTE_US);
        T_EQ(who(&t, token, &caller), ERR_OK, "in use");
        T_EQ(change(&t, &setting_lockout_minutes, "15"), ERR_OK, "wait for the writer");
    }
    shift(720 * MINUTE_US);
    T_EQ(who(&t, token, &caller), ERR_NOT_FOUND, "twelve hours, however busy");
    town_stop(&t);
}

T_CASE(session_is_noted_at_most_once_a_minute)
{
    struct town t;
    struct caller caller;
    struct writer_stats before, after;

    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "sign in");
    writer_stats_read(t.store.log.writer, &before);
    for (int i = 0; i < 50; i++)
        T_EQ(who(&t, last->opening.token, &caller), ERR_OK, "fifty requests");
    writer_stats_read(t.store.log.writer, &after);
    T_EQ(after.n_ops - before.n_ops, 0, "write nothing");
    town_stop(&t);
}

T_CASE(session_of_a_suspended_account_ends_at_once)
{
    struct town t;
    struct caller caller;

    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "sign in");
    audit_fixture_sql(&t.store.log, "UPDATE account SET state = 'suspended'");
    T_EQ(who(&t, last->opening.token, &caller), ERR_NOT_FOUND, "gone");
    town_stop(&t);
}

T_CASE(session_is_found_by_its_own_token_alone)
{
    struct town t;
    struct caller caller;
    char token[SESSION_TOKEN_CHARS + 1];

    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "sign in");
    snprintf(token, sizeof token, "%s", last->opening.token);
    token[10] = token[10] == '0' ? '1' : '0';
    T_EQ(who(&t, token, &caller), ERR_NOT_FOUND, "one letter off");
    T_EQ(who(&t, "", &caller), ERR_NOT_FOUND, "empty");
    T_EQ(who(&t, "abc", &caller), ERR_NOT_FOUND, "short");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM session"), 1, "one row");
    T_OK(store_fixture_i64(&t.store, "SELECT octet_length(token_sha256) FROM session") == 32,
         "which holds a hash");
    town_stop(&t);
}

/* A session that was fixed before must not be the one that is signed in. */
T_CASE(session_begun_in_another_ends_the_old_one)
{
    struct town t;
    struct signin *s;
    struct caller caller;
    char first[SESSION_TOKEN_CHARS + 1];

    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "sign in");
    snprintf(first, sizeof first, "%s", last->opening.token);
    T_EQ(who(&t, first, &caller), ERR_OK, "in");
    s = arena_alloc(t.store.arena, sizeof *s);
    *s = *last;
    s->old_session = caller.session;
    s->from.address = SPAN("203.0.113.9");
    T_EQ(signin_start(s, t.store.db, NULL), ERR_OK, "again, with the cookie");
    T_EQ(mbox_take(t.told, &s, 1, 20000), 1, "told");
    T_EQ(s->verdict, SIGNIN_OK, "in");
    memcpy(device, s->opening.device, sizeof device);
    T_EQ(who(&t, first, &caller), ERR_NOT_FOUND, "the old one is dead");
    T_EQ(who(&t, s->opening.token, &caller), ERR_OK, "the new one lives");
    town_stop(&t);
}

T_CASE(account_is_made_once_and_by_the_rules)
{
    static const struct {
        const char *what, *login, *name, *password, *field;
    } rows[] = {
        {"login too short", "ab", "そら", PASSWORD, "login"},
        {"login with kana", "そら1", "そら", PASSWORD, "login"},
        {"no display name", "sora", "", PASSWORD, "display_name"},
        {"display name too long", "sora", "12345678901234567890123456789012345678901", PASSWORD,
         "display_name"},
        {"password too short", "sora", "そら", "1234567", "password"},
    };
    struct town t;
    struct id id = id_new();
    struct fail why = {.code = ERR_OK};
    struct keyring_status before, after;

    town_start(&t);
    T_EQ(create(&t, id, ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(keyring_status_read(t.store.services.keyring, &before, NULL), ERR_OK, "keys");
    T_EQ(create(&t, id, ROLE_STUDENT, "other", &why), ERR_CONFLICT, "the id is taken");
    T_TEXT(why.field, "id", "says so");
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "ＡＯＩ", &why), ERR_CONFLICT,
         "the login is taken");
    T_TEXT(why.field, "login", "says so");
    T_EQ(create(&t, ID_NONE, ROLE_STUDENT, "ren", &why), ERR_INVALID, "no id");
    T_EQ(create(&t, id_new(), ROLE_ANONYMOUS, "ren", &why), ERR_INVALID, "nobody");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct account_new bad = {.id = id_new(),
                                        .role = ROLE_STUDENT,
                                        .login = span_text(rows[i].login),
                                        .display_name = span_text(rows[i].name),
                                        .password = span_text(rows[i].password)};

        T_EQ(account_create(t.accounts, &bad, NULL, &why), ERR_INVALID, rows[i].what);
        T_TEXT(why.field, rows[i].field, rows[i].what);
    }
    T_EQ(keyring_status_read(t.store.services.keyring, &after, NULL), ERR_OK, "keys");
    T_EQ(after.n_keys, before.n_keys, "what was refused left no key behind");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account"), 1, "nor a row");
    town_stop(&t);
}

T_CASE(account_names_stand_nowhere_in_clear)
{
    struct town t;
    const char *sql = "SELECT count(*) FROM account WHERE position('aoi-0123'::bytea IN"
                      " login_sealed || display_name_sealed || password_hash_sealed) > 0 OR"
                      " position(convert_to('そら', 'UTF8') IN display_name_sealed) > 0 OR"
                      " position('$argon2'::bytea IN password_hash_sealed) > 0";

    town_start(&t);
    T_EQ(create(&t, id_new(), ROLE_STUDENT, "aoi-0123", NULL), ERR_OK, "create");
    T_EQ(store_fixture_i64(&t.store, sql), 0, "rows with a name or hash in clear");
    town_stop(&t);
}

/* More than one transaction takes at once, with the two whose rows came back at its edges. */
T_CASE(account_many_erased_are_gone_again_after_a_restore)
{
    enum { N = 1003 };
    static const size_t back[] = {0, 499, 500, N - 1};
    struct town t;
    struct id gone[N], stays = id_new();
    size_t n = 0;

    town_start(&t);
    T_EQ(create(&t, stays, ROLE_STUDENT, "ren", NULL), ERR_OK, "create");
    for (size_t i = 0; i < N; i++)
        gone[i] = id_new();
    for (size_t i = 0; i < T_COUNT(back); i++) {
        char login[16];

        snprintf(login, sizeof login, "aoi-%zu", i);
        T_EQ(create(&t, gone[back[i]], ROLE_STUDENT, login, NULL), ERR_OK, "create");
    }
    for (size_t i = 0; i < N; i++)
        T_EQ(keyring_destroy_subject(t.store.services.keyring, KEY_PERSON, gone[i], NULL),
             ERR_OK, "the key alone, as a backup leaves it: the rows are there");
    T_EQ(erase_again(t.store.services.keyring, t.store.log.writer, features_tables, &n, NULL),
         ERR_OK, "again");
    T_EQ(n, 2 * T_COUNT(back), "the rows of four: person and account");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account"), 1, "one account is left");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(DISTINCT person) FROM access_record WHERE"
                                     " route = 'person.erase-again'"),
         T_COUNT(back), "each with a leaf that says so");
    T_EQ(erase_again(t.store.services.keyring, t.store.log.writer, features_tables, &n, NULL),
         ERR_OK, "once more");
    T_EQ(n, 0, "finds nobody");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM access_record WHERE route ="
                                     " 'person.erase-again'"),
         T_COUNT(back), "and says nothing");
    town_stop(&t);
}

T_CASE(account_erased_is_gone_and_stays_gone_after_a_restore)
{
    struct town t;
    struct id gone = id_new(), stays = id_new();
    struct caller caller;
    struct span name;
    size_t n = 0;

    T_REQ("AI-7.2-1");
    town_start(&t);
    T_EQ(create(&t, gone, ROLE_STUDENT, "aoi", NULL), ERR_OK, "create");
    T_EQ(create(&t, stays, ROLE_STUDENT, "ren", NULL), ERR_OK, "create");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_OK, "sign in");
    audit_fixture_sql(&t.store.log, "CREATE TABLE old_person AS SELECT * FROM person;"
                                    "CREATE TABLE old_account AS SELECT * FROM account;"
                                    "CREATE TABLE old_session AS SELECT * FROM session");
    T_EQ(erase_person(t.store.services.keyring, t.store.log.writer, features_tables, gone, &n,
                      NULL),
         ERR_OK, "erase");
    T_OK(n >= 1, "rows went");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account"), 1, "one account is left");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM session"), 0, "and no session");
    T_EQ(who(&t, last->opening.token, &caller), ERR_NOT_FOUND, "the cookie opens nothing");
    T_EQ(try(&t, "aoi", PASSWORD, NULL), SIGNIN_WRONG, "nor does the password");
    T_EQ(erase_person(t.store.services.keyring, t.store.log.writer, features_tables, gone, &n,
                      NULL),
         ERR_OK, "again");
    T_EQ(n, 0, "is harmless");
    /* An old backup comes back with the person in it. */
    audit_fixture_sql(&t.store.log,
                      "INSERT INTO person SELECT * FROM old_person o WHERE NOT EXISTS"
                      " (SELECT FROM person p WHERE p.id = o.id);"
                      "INSERT INTO account SELECT * FROM old_account o WHERE NOT EXISTS"
                      " (SELECT FROM account a WHERE a.id = o.id);"
                      "INSERT INTO session SELECT * FROM old_session");
    T_EQ(account_display_name(t.accounts, t.store.db, gone, t.store.arena, &name, NULL),
         ERR_NOT_FOUND, "the restored row is unreadable");
    T_EQ(account_display_name(t.accounts, t.store.db, stays, t.store.arena, &name, NULL),
         ERR_OK, "all others are readable");
    T_EQ(erase_again(t.store.services.keyring, t.store.log.writer, features_tables, &n, NULL),
         ERR_OK, "the erased list is replayed");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account"), 1, "gone once more");
    T_EQ(create(&t, gone, ROLE_STUDENT, "aoi", NULL), ERR_NOT_FOUND,
         "nobody gets a destroyed key a second time");
    town_stop(&t);
}
