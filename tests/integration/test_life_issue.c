/* Issuing IDs on a real store: quotas, names, the contract's dates, consent. */
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
#include "tests/integration/town_fixture.h"
#include "tests/t.h"

static struct id ids_now[64];

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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "500 = 400 + 100");
    seed(&t, "student", 399);
    a = town_ready(&t);
    b = town_ready(&t);
    T_EQ(town_issue(&t, &a, 1)->reply.status, 200, "the 400th");
    r = town_issue(&t, &b, 1);
    T_EQ(r->reply.status, 409, "the 401st student");
    T_SPAN(route_fixture_text(r, "code"), SPAN("quota-full"), "why");
    T_OK(route_fixture_has(r, "契約で400件まで"), "with the number");
    TOWN_STATE_IS(&t, b, "approved", "nothing was done");
    seed(&t, "school_staff", 96); /* with the three of the town: 99 */
    T_EQ(town_request(&t, &t.board, staff, "school_staff", t.school, "")->reply.status, 201,
         "asked");
    T_EQ(town_approve(&t, &staff, 1)->reply.status, 204, "approved");
    T_EQ(town_issue_by(&t, &t.board, &staff, 1)->reply.status, 200,
         "a full class takes nothing of the other");
    staff = id_new();
    T_EQ(town_request(&t, &t.board, staff, "supporter", ID_NONE, "")->reply.status, 201,
         "asked");
    T_EQ(town_approve(&t, &staff, 1)->reply.status, 204, "approved");
    r = town_issue(&t, &staff, 1);
    T_EQ(r->reply.status, 409, "the 501st");
    T_OK(route_fixture_has(r, "契約で100件まで"), "with the number");
    r = town_ask(&t, "contract.show", &t.board, ID_NONE, NULL);
    T_OK(route_fixture_has(r, "\"used\":{\"student\":400,\"staff\":100,\"guardian\":0}"),
         "used");
    T_OK(route_fixture_has(r, "\"free\":{\"student\":0,\"staff\":0,\"guardian\":50}"), "free");
    r = town_contract(&t, 399, 101, "2027-03-31");
    T_EQ(r->reply.status, 409, "fewer than are used");
    T_SPAN(route_fixture_text(r, "code"), SPAN("quota-below-used"), "why");
    T_EQ(town_contract(&t, 401, 99 + 1, "2027-03-31")->reply.status, 200,
         "a commissioner's change");
    T_EQ(town_issue(&t, &b, 1)->reply.status, 200, "now");
    T_EQ(town_issue(&t, &staff, 1)->reply.status, 409, "of the other class still none");
    T_EQ(town_move(&t, "people.close", &t.board, a)->reply.status, 200, "one is closed");
    a = town_ready(&t);
    T_EQ(town_issue(&t, &a, 1)->reply.status, 200, "its place is free");
    town_verify(&t);
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
    run->status = route_fixture_call(town_route("people.issue"), &call)->reply.status;
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
    T_EQ(town_contract(&t, FREE, 100, "2027-03-31")->reply.status, 200, "contract");
    for (int i = 0; i < N; i++) {
        const struct db_conf conf = store_fixture_conf(&t.store, "ibasho_app");

        runs[i] = (struct runner){.t = &t, .id = town_ready(&t)};
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (int i = 0; i < N; i++) {
        ids_now[i] = id_new();
        T_EQ(town_request(&t, &t.contractor, ids_now[i], "student", t.school, "")->reply.status,
             201, "asked");
    }
    T_EQ(town_approve(&t, ids_now, N)->reply.status, 204, "approved at once");
    closed = ids_now[N - 1];
    T_EQ(town_move(&t, "people.close", &t.board, closed)->reply.status, 200, "one was closed");
    r = town_issue(&t, ids_now, N);
    T_EQ(r->reply.status, 409, "not with one that is closed");
    T_SPAN(route_fixture_text(r, "pointer"), SPAN("/ids/49"), "which one");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account WHERE state = 'issued'"), 0,
         "none");
    r = town_issue(&t, ids_now, N - 1);
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
    town_verify(&t);
    town_stop(&t);
}

T_CASE(life_names_a_child_neutrally_and_an_adult_by_name)
{
    struct town t;
    struct id child, adult = id_new();
    struct span name;

    T_REQ("KP-3-安全-1");
    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    child = town_issued(&t);
    T_EQ(town_request(&t, &t.board, adult, "supporter", ID_NONE, "")->reply.status, 201,
         "asked");
    T_EQ(town_approve(&t, &adult, 1)->reply.status, 204, "approved");
    T_EQ(town_issue(&t, &adult, 1)->reply.status, 200, "issued");
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
    T_EQ(TOWN_COUNT(&t, "SELECT count(*) FROM account WHERE id = '%s' AND must_change",
                    town_text(&t, adult)),
         1, "whoever printed it cannot use it for long");
    town_stop(&t);
}

T_CASE(life_no_two_children_are_shown_by_one_name)
{
    struct town t;
    struct span names[60];

    T_REQ("AI-2.2-エ");
    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    /* Of 1,980 names: 60 taken without looking would hold a double in three of five runs. */
    for (size_t i = 0; i < T_COUNT(names); i++)
        ids_now[i] = town_ready(&t);
    T_EQ(town_issue(&t, ids_now, 30)->reply.status, 200, "some");
    T_EQ(town_issue(&t, ids_now + 30, 30)->reply.status, 200, "and more");
    for (size_t i = 0; i < T_COUNT(names); i++) {
        T_EQ(account_display_name(t.store.services.accounts, t.store.db, ids_now[i],
                                  t.store.arena, &names[i], NULL),
             ERR_OK, "a name");
        for (size_t j = 0; j < i; j++)
            T_OK(!span_eq(names[i], names[j]), "of one child alone");
    }
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
    T_EQ(town_issue(&t, &id, 1)->reply.status, 404, "nobody");
    id = town_ready(&t);
    T_SPAN(route_fixture_text(town_issue(&t, &id, 1), "code"), SPAN("no-contract"),
           "no contract yet");
    T_EQ(town_contract(&t, 400, 100, "2026-02-31")->reply.status, 422, "no such day");
    T_EQ(town_contract(&t, 400, 100, "2026-03-31")->reply.status, 422, "ends before it begins");
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = id_new();
    T_EQ(town_request(&t, &t.board, id, "instructor", ID_NONE, ",\"ends_on\":\"2027-04-01\"")
             ->reply.status,
         422, "not beyond the contract");
    T_EQ(town_request(&t, &t.board, id, "instructor", ID_NONE, "")->reply.status, 201, "asked");
    T_EQ(town_approve(&t, &id, 1)->reply.status, 204, "approved");
    T_EQ(town_issue(&t, &id, 1)->reply.status, 200, "issued");
    T_OK(day_end(SPAN("2027-03-31"), &end), "a day");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT (extract(epoch FROM ends_at) * 1000000)::bigint FROM account WHERE id ="
             " '%s'",
             town_text(&t, id)),
         end, "ends with the contract's last day");
    T_EQ(town_contract(&t, 400, 100, "2027-09-30")->reply.status, 200, "longer");
    T_OK(day_end(SPAN("2027-09-30"), &end), "a day");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT (extract(epoch FROM ends_at) * 1000000)::bigint FROM account WHERE id ="
             " '%s'",
             town_text(&t, id)),
         end, "so does the account");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM contract c JOIN audit_leaf l ON"
                                     " l.row_id = c.id AND l.table_name = 'contract'"),
         2, "each decision a leaf");
    T_EQ(store_fixture_i64(&t.store, "SELECT count(DISTINCT contract) FROM contract"), 1,
         "of one contract");
    town_verify(&t);
    town_stop(&t);
}

/* How contract_ends() puts it: an end is the day's number of days after the contract's last
 * midnight, NONE where there is none. */
#define NONE (-9999)
static int64_t ends_days(struct town *t, const char *role, const char *own)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "SELECT coalesce(round(extract(epoch FROM contract_ends('%s', timestamptz"
             " '2027-04-01 00:00+09' + interval '%s') - timestamptz '2027-04-01 00:00+09') /"
             " 86400)::bigint, %d)",
             role, own, NONE);
    if (own == NULL)
        snprintf(sql, sizeof sql,
                 "SELECT coalesce(round(extract(epoch FROM contract_ends('%s', NULL) -"
                 " timestamptz '2027-04-01 00:00+09') / 86400)::bigint, %d)",
                 role, NONE);
    return store_fixture_i64(&t->store, sql);
}

static const char planned[] =
    "INSERT INTO contract_change (id, n, at, by, by_role, ends_at, contract, version, title,"
    " contractor, begins_on, ends_on, n_student, n_staff, n_guardian) SELECT"
    " '019a0000-0000-7000-8000-000000000001', 1, '2027-04-02', gen_random_uuid(),"
    " 'commissioner', '2027-04-11 00:00+09', contract, 1, 'x', 'y', '2027-04-01', '2028-03-31',"
    " 1, 1, 1 FROM contract LIMIT 1";
static const char cancelled[] =
    "INSERT INTO contract_change_step (id, change, kind, at, by_role, generation, sheet_code,"
    " n_accounts) VALUES (gen_random_uuid(), '019a0000-0000-7000-8000-000000000001',"
    " 'cancelled', '2027-04-03', 'commissioner', 1, '', 0)";
static const char leaving[] =
    "INSERT INTO node_identity (node, role) VALUES (gen_random_uuid(), 'municipality') ON"
    " CONFLICT DO NOTHING; INSERT INTO leaving_step (id, node, n, step, at, actor, line) SELECT"
    " gen_random_uuid(), node, 1, 'drain', '2027-04-04', '', '' FROM node_identity";
static const char came_back[] =
    "INSERT INTO leaving_step (id, node, n, step, at, actor, line) SELECT gen_random_uuid(),"
    " node, 2, 'active', '2027-04-05', '', '' FROM node_identity";

T_CASE(life_who_came_with_the_contractor_ends_with_the_contract)
{
    static const struct {
        const char *what, *first, *role, *own;
        int64_t want;
    } rows[] = {
        {"a supporter", NULL, "supporter", NULL, 0},
        {"earlier by his own end", NULL, "supporter", "-3 days", -3},
        {"never later", NULL, "analyst", "3 days", 0},
        {"the contractor", NULL, "contractor", NULL, 0},
        {"a commissioner", NULL, "commissioner", NULL, NONE},
        {"with an own end", NULL, "school_staff", "3 days", 3},
        {"a guardian", NULL, "guardian", NULL, NONE},
        {"a change is planned: he hands over until then", planned, "contractor", NULL, 10},
        {"also whose end was the contract's", NULL, "contractor", "0 days", 10},
        {"not who had ended before", NULL, "contractor", "-1 days", -1},
        {"nor anybody else", NULL, "supporter", NULL, 0},
        {"taken back", cancelled, "contractor", NULL, 0},
        {"the contract's end: he hands back", leaving, "contractor", "0 days", NONE},
        {"nobody else", NULL, "instructor", NULL, 0},
        {"taken back", came_back, "contractor", NULL, 0},
    };
    struct town t;

    T_REQ("AI-7.2-3, CARD-13");
    town_start(&t);
    T_EQ(ends_days(&t, "supporter", NULL), NONE, "no contract, no end");
    T_EQ(ends_days(&t, "contractor", "2 days"), 2, "but his own");
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        if (rows[i].first != NULL)
            audit_fixture_sql(&t.store.log, "%s", rows[i].first);
        T_EQ(ends_days(&t, rows[i].role, rows[i].own), rows[i].want, rows[i].what);
    }
    for (int role = ROLE_STUDENT; role < ROLE_N; role++)
        T_EQ(ends_days(&t, role_id((enum role)role), NULL) != NONE,
             (LIFE_CONTRACTOR_SIDE & ROLE_BIT(role)) != 0, role_id((enum role)role));
    T_EQ(town_contract(&t, 400, 100, "2027-04-10")->reply.status, 200, "ten days more");
    T_EQ(ends_days(&t, "supporter", NULL), 10, "so has everybody");
    audit_fixture_sql(&t.store.log, "TRUNCATE leaving_step, contract_change CASCADE");
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
            town_ask(&t, "contract.change", &t.board, ID_NONE,
                     arena_printf(t.store.arena,
                                  "{\"id\":\"%s\",\"title\":\"試用\",\"contractor\":\"受託社\","
                                  "\"begins_on\":\"2026-04-01\",\"ends_on\":\"2027-03-31\","
                                  "\"trial_begins_on\":\"2026-11-01\",\"trial_ends_on\":\"%s\","
                                  "\"n_student\":10,\"n_staff\":10,\"n_guardian\":0}",
                                  town_text(&t, id_new()), ends[i]));

        T_EQ(r->reply.status, 200, "contract");
        if (i == 0) {
            T_EQ(town_request(&t, &t.board, id, "student", t.school, ",\"is_trial\":true")
                     ->reply.status,
                 201, "asked");
            T_EQ(town_approve(&t, &id, 1)->reply.status, 204, "approved");
            T_EQ(town_issue(&t, &id, 1)->reply.status, 200, "issued");
        }
        T_OK(day_end(span_text(ends[i]), &end), "a day");
        T_EQ(TOWN_COUNT(&t,
                        "SELECT (extract(epoch FROM ends_at) * 1000000)::bigint FROM account"
                        " WHERE is_trial AND id = '%s'",
                        town_text(&t, id)),
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = town_ready(&t);
    change.id = id_new();
    change.now_utc_us = clock_utc_us();
    change.account = t.board.account;
    T_EQ(settings_change_wait(t.store.services.settings, t.store.log.writer, &change, NULL),
         ERR_OK, "setting");
    r = town_issue(&t, &id, 1);
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
    T_EQ(town_issue(&t, &id, 1)->reply.status, 409, "facts without consent");
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
    T_EQ(town_issue(&t, &id, 1)->reply.status, 409, "consent to the version before");
    row.id = id_new();
    row.consent_version = SPAN("2");
    row.recorded_utc_us++;
    T_EQ(writer_wait(t.store.log.writer, consent_run, &row, NULL), ERR_OK, "consent to it");
    T_EQ(town_issue(&t, &id, 1)->reply.status, 200, "now");
    town_verify(&t);
    town_stop(&t);
}
