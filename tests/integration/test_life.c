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
#include "tests/integration/town_fixture.h"
#include "tests/t.h"

/* -- one life -- */

T_CASE(life_goes_from_request_to_close_each_step_a_leaf)
{
    struct town t;
    struct id id = id_new();
    struct req *r;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    r = town_request(&t, &t.contractor, id, "student", t.school, ",\"grade\":\"P4\"");
    T_EQ(r->reply.status, 201, "asked");
    TOWN_STATE_IS(&t, id, "requested", "nothing more");
    T_EQ(TOWN_COUNT(&t,
                    "SELECT count(*) FROM account WHERE id = '%s' AND login_index IS NULL AND"
                    " password_hash_sealed IS NULL AND display_name_sealed IS NULL",
                    town_text(&t, id)),
         1, "there is nothing to sign in with");
    T_EQ(town_issue(&t, &id, 1)->reply.status, 409, "not before the commissioner");
    T_EQ(town_approve(&t, &id, 1)->reply.status, 204, "approved");
    TOWN_STATE_IS(&t, id, "approved", "still no way in");
    r = town_issue(&t, &id, 1);
    T_EQ(r->reply.status, 200, "issued");
    T_OK(route_fixture_text(r, "login").len >= 7, "a login");
    T_OK(route_fixture_text(r, "first_password").len >= 12, "a password");
    T_TEXT(route_fixture_header(r, "Cache-Control"), "no-store", "kept nowhere");
    TOWN_STATE_IS(&t, id, "issued", "not used yet");
    town_activate(&t, id);
    TOWN_STATE_IS(&t, id, "active", "by the first sign-in");
    town_activate(&t, id);
    r = town_move(&t, "people.suspend", &t.contractor, id);
    T_EQ(r->reply.status, 200, "suspended");
    T_SPAN(route_fixture_text(r, "state"), SPAN("suspended"), "says so");
    r = town_move(&t, "people.resume", &t.board, id);
    T_SPAN(route_fixture_text(r, "state"), SPAN("active"), "was in before");
    T_EQ(town_move(&t, "people.close", &t.board, id)->reply.status, 200, "closed");
    TOWN_STATE_IS(&t, id, "closed", "for good");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT count(*) FROM account_step s JOIN audit_leaf l ON l.row_id = s.id AND"
             " l.table_name = 'account_step' WHERE s.account = '%s'",
             town_text(&t, id)),
         7, "requested approved issued active suspended active closed");
    T_EQ(TOWN_COUNT(&t,
                    "SELECT count(*) FROM account_step WHERE account = '%s' AND state ="
                    " 'approved' AND actor_role = 'commissioner' AND actor IS NOT NULL",
                    town_text(&t, id)),
         1, "who approved, as what");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT count(*) FROM account_step WHERE account = '%s' AND (state, actor_role)"
             " IN (('issued', 'contractor'), ('active', 'student'))",
             town_text(&t, id)),
         2, "who issued, who signed in");
    town_verify(&t);
    town_stop(&t);
}

T_CASE(life_resumes_who_was_never_in_as_issued)
{
    struct town t;
    struct id id;

    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = town_issued(&t);
    T_EQ(town_move(&t, "people.suspend", &t.board, id)->reply.status, 200, "suspended");
    T_EQ(town_move(&t, "people.resume", &t.board, id)->reply.status, 200, "resumed");
    TOWN_STATE_IS(&t, id, "issued", "the first sign-in is still to come");
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = town_issued(&t);
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

                audit_fixture_sql(
                    &t.store.log, "UPDATE account SET state = '%s' WHERE id = '%s'",
                    account_state_id((enum account_state)real), town_text(&t, id));
                p.rc = writer_wait(t.store.log.writer, pair_run, &p, NULL);
                snprintf(what, sizeof what, "%s: %s -> %s",
                         account_state_id((enum account_state)real),
                         account_state_id(p.step.before), account_state_id(p.step.after));
                T_EQ(p.rc, is_move && real == from ? ERR_OK : ERR_CONFLICT, what);
            }
    town_verify(&t);
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        for (int state = 0; state < ACCOUNT_STATE_N; state++) {
            struct id id = town_issued(&t);
            const char *name = account_state_id((enum account_state)state);
            const char *body = "{\"reason\":\"理由\"}";
            struct req *r;
            char what[64];

            audit_fixture_sql(&t.store.log, "UPDATE account SET state = '%s' WHERE id = '%s'",
                              name, town_text(&t, id));
            if (i == 0)
                body = town_ids(&t, &id, 1, "");
            else if (i == 1)
                body = town_ids(&t, &id, 1, ",\"first\":\"self\"");
            else if (i == 5)
                body = "{\"role\":\"student\"}";
            r = town_ask(&t, rows[i].route, &t.board, i < 2 ? ID_NONE : id, body);
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    town_issued(&t);
    for (size_t i = 0; i < T_COUNT(tries); i++) {
        T_OK(db_exec(t.store.log.owner, tries[i], NULL) != ERR_OK, tries[i]);
        T_EQ(db_exec(t.store.log.owner, "RESET ROLE", NULL), ERR_OK, "back");
    }
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = town_issued(&t);
    r = town_move(&t, "people.suspend", &t.board, id);
    T_OK(!route_fixture_has(r, TOWN_REASON), "not in the answer");
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
        T_SPAN(reason, SPAN(TOWN_REASON), "and reads it");
    }
    T_EQ(town_move(&t, "people.suspend", &t.board, id)->reply.status, 409, "again");
    T_EQ(town_ask(&t, "people.close", &t.board, id, "{\"reason\":\"\"}")->reply.status, 422,
         "not without a reason");
    town_stop(&t);
}

T_CASE(life_sessions_die_with_suspension_and_closing)
{
    static const char *const events[] = {"people.suspend", "people.close"};
    struct town t;

    T_REQ("AI-4.3-カ");
    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(events); i++) {
        struct id id = town_issued(&t);

        town_activate(&t, id);
        audit_fixture_sql(
            &t.store.log,
            "INSERT INTO session (id, token_sha256, account, created_at,"
            " last_seen_at, expires_at) SELECT gen_random_uuid(), sha256(n::text"
            "::bytea || '%s'::bytea), '%s', now(), now(), now() + interval '1 hour'"
            " FROM generate_series(1, 3) n",
            town_text(&t, id), town_text(&t, id));
        T_EQ(town_move(&t, events[i], &t.board, id)->reply.status, 200, events[i]);
        T_EQ(TOWN_COUNT(
                 &t, "SELECT count(*) FROM session WHERE account = '%s' AND closed_at IS NULL",
                 town_text(&t, id)),
             0, "every one has ended");
        T_EQ(TOWN_COUNT(&t, "SELECT count(*) FROM session WHERE account = '%s'",
                        town_text(&t, id)),
             3, "all three");
    }
    T_EQ(store_fixture_i64(&t.store, "SELECT count(*) FROM account WHERE state = 'closed' AND"
                                     " first_password_sealed IS NOT NULL"),
         0, "a closed account keeps no password to print");
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
                         town_text(&t, id_new()), names[i], town_text(&t, t.school));

        T_EQ(town_ask(&t, "people.request", &t.contractor, ID_NONE, body)->reply.status, 422,
             "blanks");
    }
    town_stop(&t);
}
