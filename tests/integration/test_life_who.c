/* Who may move whose ID on a real store: roles, duplicates, rules of two. */
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    for (size_t i = 0; i < T_COUNT(trusted); i++) {
        struct id ids[2] = {id_new(), town_ready(&t)};
        struct req *hidden, *missing;

        T_EQ(town_request(&t, &t.contractor, ids[0], trusted[i], t.school, "")->reply.status,
             201, "asked");
        T_EQ(town_approve(&t, ids, 1)->reply.status, 204, "approved");
        hidden = town_issue(&t, ids, 1);
        missing = town_issue(&t, (struct id[]){id_new()}, 1);
        T_EQ(hidden->reply.status, 404, trusted[i]);
        T_SPAN(hidden->reply.body, missing->reply.body, "as missing");
        T_EQ(town_issue(&t, ids, 2)->reply.status, 404, "nor among others");
        TOWN_STATE_IS(&t, ids[1], "approved", "all or nothing");
        T_EQ(town_issue_by(&t, &t.board, ids, 1)->reply.status, 200, "a commissioner issues");
        T_EQ(town_ask(&t, "people.reset", &t.contractor, ids[0], NULL)->reply.status, 404,
             "nor made anew before a second factor is there");
        T_EQ(town_ask(&t, "people.recovery_approve", &t.contractor, ids[0], NULL)->reply.status,
             404, "nor by taking one away");
    }
    for (size_t i = 0; i < T_COUNT(own); i++) {
        struct id id = id_new();

        T_EQ(town_request(&t, &t.contractor, id, own[i], t.school, "")->reply.status, 201,
             "asked");
        T_EQ(town_approve(&t, &id, 1)->reply.status, 204, "approved");
        T_EQ(town_issue(&t, &id, 1)->reply.status, 200, own[i]);
    }
    town_verify(&t);
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
        T_EQ(town_route(rows[i].name)->roles, rows[i].roles, rows[i].name);
}

T_CASE(life_hides_a_child_from_school_staff_without_a_duty)
{
    struct town t;
    struct id id;
    struct req *hidden, *missing;

    T_REQ("NI-2.3.4-2a");
    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = town_issued(&t);
    hidden = town_move(&t, "people.suspend", &t.teacher, id);
    missing = town_move(&t, "people.suspend", &t.teacher, id_new());
    T_EQ(hidden->reply.status, 404, "hidden");
    T_SPAN(hidden->reply.body, missing->reply.body, "as missing");
    TOWN_STATE_IS(&t, id, "issued", "untouched");
    T_EQ(town_request(&t, &t.teacher, id_new(), "student", t.school, "")->reply.status, 404,
         "nor may they ask without a duty");
    T_EQ(town_request(&t, &t.teacher, id_new(), "school_staff", t.school, "")->reply.status,
         422, "nor for anybody but students");
    T_EQ(town_request(&t, &t.board, id_new(), "student", id_new(), "")->reply.status, 422,
         "no such school");
    T_EQ(town_request(&t, &t.board, id_new(), "student", ID_NONE, "")->reply.status, 422,
         "a student of no school");
    T_EQ(town_request(&t, &t.board, id, "student", t.school, "")->reply.status, 409,
         "asked twice");
    T_EQ(town_approve(&t, &(struct id){{1}}, 1)->reply.status, 404, "nobody asked");
    town_stop(&t);
}

T_CASE(life_the_board_keeps_itself)
{
    struct town t;
    struct caller second;
    struct req *r;

    town_start(&t);
    r = town_move(&t, "people.close", &t.board, t.board.account);
    T_EQ(r->reply.status, 404, "nobody does ID work on himself");
    r = town_move(&t, "people.suspend", &t.contractor, t.board.account);
    T_EQ(r->reply.status, 404, "nor the contractor on the board");
    second = town_grown_up(&t, ROLE_COMMISSIONER, "board-2");
    T_EQ(town_move(&t, "people.suspend", &second, t.board.account)->reply.status, 200,
         "another may");
    r = town_move(&t, "people.suspend", &t.board, second.account);
    T_EQ(r->reply.status, 409, "not the last one");
    T_SPAN(route_fixture_text(r, "code"), SPAN("last-commissioner"), "why");
    town_stop(&t);
}

/* -- duplicates -- */

static struct req *merge(struct town *t, struct id from, struct id into)
{
    return town_ask(t, "people.merge", &t->board, from,
                    arena_printf(t->store.arena, "{\"into\":\"%s\"}", town_text(t, into)));
}

T_CASE(life_merges_two_rows_of_one_person)
{
    struct town t;
    struct id kept, other, guardian = id_new(), asked;
    struct req *r;

    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    kept = town_issued(&t);
    other = town_issued(&t);
    T_EQ(town_request(
             &t, &t.board, guardian, "guardian", ID_NONE,
             arena_printf(t.store.arena, ",\"children\":[\"%s\"]", town_text(&t, other)))
             ->reply.status,
         201, "a guardian of the other");
    T_EQ(TOWN_COUNT(&t, "SELECT count(*) FROM guardian_link WHERE child = '%s'",
                    town_text(&t, other)),
         0, "asked for, not tied");
    T_EQ(town_approve(&t, &guardian, 1)->reply.status, 204, "approved");
    T_EQ(TOWN_COUNT(&t, "SELECT count(*) FROM guardian_link WHERE child = '%s'",
                    town_text(&t, other)),
         1, "tied by the approval");
    audit_fixture_sql(&t.store.log,
                      "UPDATE person SET grade = 'P4', source_index = '\\x%s' WHERE id = '%s'",
                      "000102030405060708090a0b0c0d0e0f", town_text(&t, other));
    T_EQ(merge(&t, kept, kept)->reply.status, 422, "with oneself");
    T_EQ(merge(&t, other, id_new())->reply.status, 404, "with nobody");
    asked = id_new();
    T_EQ(town_request(&t, &t.board, asked, "student", t.school, "")->reply.status, 201,
         "asked");
    T_EQ(town_move(&t, "people.close", &t.board, asked)->reply.status, 200, "and refused");
    r = merge(&t, kept, asked);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-other-way"), "whose ID is used stays");
    r = merge(&t, t.contractor.account, t.teacher.account);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-roles"), "two roles");
    r = merge(&t, kept, t.teacher.account);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-kinds"), "a child and an adult");
    T_EQ(merge(&t, other, kept)->reply.status, 204, "merged");
    TOWN_STATE_IS(&t, other, "closed", "the other is closed");
    TOWN_STATE_IS(&t, kept, "issued", "the kept stays");
    T_EQ(TOWN_COUNT(&t, "SELECT count(*) FROM person WHERE merged_into = '%s'",
                    town_text(&t, kept)),
         1, "marked, not deleted");
    T_EQ(TOWN_COUNT(
             &t, "SELECT count(*) FROM guardian_link WHERE child = '%s' AND ended_at IS NULL",
             town_text(&t, kept)),
         1, "the guardian comes along");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT count(*) FROM link_step s JOIN audit_leaf l ON l.row_id = s.id AND"
             " l.table_name = 'link_step' WHERE s.guardian = '%s' AND (s.what, s.actor_role)"
             " IN (('asked', 'commissioner'), ('given', 'commissioner'), ('moved',"
             " 'commissioner'))",
             town_text(&t, guardian)),
         3, "each a leaf");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT count(*) FROM access_shown s JOIN access_record r ON r.id = s.id WHERE"
             " r.route = 'people.merge' AND '%s' = ANY (s.persons)",
             town_text(&t, kept)),
         1, "both are in the access record");
    T_EQ(TOWN_COUNT(
             &t,
             "SELECT count(*) FROM person WHERE id = '%s' AND grade = 'P4' AND source_index"
             " IS NOT NULL",
             town_text(&t, kept)),
         1, "and what the roster knows");
    T_EQ(merge(&t, other, kept)->reply.status, 404, "the other is nobody's any more");
    town_verify(&t);
    town_stop(&t);
}

T_CASE(life_merges_no_stranger)
{
    struct town t;
    struct id school;
    struct id kept, other, asked = id_new();
    struct req *r;

    T_REQ("NI-2.3.4-2a");
    town_start(&t);
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    kept = town_issued(&t);
    other = town_issued(&t);
    T_EQ(town_request(&t, &t.contractor, asked, "student", t.school, "")->reply.status, 201,
         "asked");
    r = merge(&t, asked, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-not-approved"), "a mere request");
    T_EQ(town_move(&t, "people.close", &t.board, asked)->reply.status, 200, "refused");
    r = merge(&t, asked, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-not-approved"), "nor a refused one");
    town_activate(&t, kept);
    town_activate(&t, other);
    r = merge(&t, other, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-both-active"), "both in use");
    school = town_school(&t, "きた小学校");
    audit_fixture_sql(&t.store.log, "UPDATE person SET school = '%s' WHERE id = '%s'",
                      town_text(&t, school), town_text(&t, other));
    r = merge(&t, other, kept);
    T_SPAN(route_fixture_text(r, "code"), SPAN("merge-schools"), "of two schools");
    TOWN_STATE_IS(&t, other, "active", "nothing was done");
    town_verify(&t);
    town_stop(&t);
}

/* -- what is approved is seen -- */

T_CASE(life_shows_whose_guardian_is_approved)
{
    struct town t;
    struct id child, guardian = id_new();
    struct caller self = {.role = ROLE_GUARDIAN, .account = guardian}, supporter;
    const char *id, *body;

    T_REQ("AI-4.3-オ-1");
    town_start(&t);
    supporter = town_grown_up(&t, ROLE_SUPPORTER, "supporter");
    child = town_ready(&t);
    id = town_text(&t, child);
    body = arena_printf(t.store.arena, ",\"children\":[\"%s\"]", id);
    T_EQ(town_request(&t, &t.contractor, guardian, "guardian", ID_NONE, body)->reply.status,
         201, "asked for with a child");
    for (int i = 0; i < 2; i++) {
        const char *what = i == 0 ? "asked for" : "approved";
        const struct caller *knows[] = {&t.board, &t.contractor};
        const struct caller *others[] = {&t.teacher, &supporter, &self};

        for (size_t k = 0; k < T_COUNT(knows); k++) {
            struct req *r = town_ask(&t, "people.show", knows[k], guardian, NULL);
            const char *want =
                arena_printf(t.store.arena,
                             "\"children\":[{\"id\":\"%s\",\"name\":\"山田　はな\","
                             "\"school_name\":\"みなみ小学校\"}]",
                             id);

            T_EQ(r->reply.status, 200, what);
            T_OK(route_fixture_has(r, want), what);
        }
        for (size_t k = 0; k < T_COUNT(others); k++) {
            struct req *r = town_ask(&t, "people.show", others[k], guardian, NULL);

            T_OK(!route_fixture_has(r, id) && !route_fixture_has(r, "はな"),
                 role_id(others[k]->role));
        }
        T_OK(route_fixture_has(town_ask(&t, "people.show", &t.board, child, NULL),
                               "\"children\":[]"),
             "a child is nobody's guardian");
        if (i == 0)
            T_EQ(town_approve(&t, &guardian, 1)->reply.status, 204, "approved");
    }
    town_verify(&t);
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    T_EQ(town_request(&t, &t.board, first, "auditor", ID_NONE, "")->reply.status, 201, "asked");
    T_EQ(town_approve(&t, &first, 1)->reply.status, 204, "alone while there is one");
    T_EQ(town_issue_by(&t, &t.board, &first, 1)->reply.status, 200, "to the end");
    second = town_grown_up(&t, ROLE_COMMISSIONER, "second");
    T_EQ(town_request(&t, &t.board, id, "commissioner", ID_NONE, "")->reply.status, 201,
         "asked");
    r = town_approve(&t, &id, 1);
    T_EQ(r->reply.status, 409, "not by whoever asked");
    T_SPAN(route_fixture_text(r, "code"), SPAN("second-person"), "why");
    TOWN_STATE_IS(&t, id, "requested", "nothing was done");
    r = town_ask(&t, "people.approve", &second, ID_NONE, town_ids(&t, &id, 1, ""));
    T_EQ(r->reply.status, 204, "by another");
    r = town_issue_by(&t, &second, &id, 1);
    T_SPAN(route_fixture_text(r, "code"), SPAN("second-person"), "who does not issue as well");
    T_EQ(town_issue_by(&t, &t.board, &id, 1)->reply.status, 200, "issued");
    town_verify(&t);
    town_stop(&t);
}

T_CASE(life_recovery_takes_two_who_did_not_make_each_other)
{
    struct town t;
    struct caller second, third;
    struct id of;

    T_REQ("NI-2.3.4-2b");
    town_start(&t);
    second = town_grown_up(&t, ROLE_CONTRACTOR, "second");
    third = town_grown_up(&t, ROLE_COMMISSIONER, "third");
    of = town_grown_up(&t, ROLE_SUPPORTER, "lost").account;
    T_EQ(town_ask(&t, "people.recovery_ask", &t.contractor, of, NULL)->reply.status, 204,
         "asked");
    T_EQ(town_ask(&t, "people.recovery_approve", &second, of, NULL)->reply.status, 409,
         "two contractors are not enough");
    audit_fixture_sql(&t.store.log,
                      "INSERT INTO account_step SELECT gen_random_uuid(), '%s', b, s, now(),"
                      " '%s', 'contractor' FROM (VALUES ('none', 'requested')) AS v (b, s)",
                      town_text(&t, third.account), town_text(&t, t.contractor.account));
    T_EQ(town_ask(&t, "people.recovery_approve", &third, of, NULL)->reply.status, 409,
         "not whom the first asked for");
    audit_fixture_sql(&t.store.log,
                      "INSERT INTO account_step SELECT gen_random_uuid(), '%s', b, s, now(),"
                      " '%s', 'commissioner' FROM (VALUES ('none', 'requested'), ('requested',"
                      " 'approved'), ('approved', 'issued')) AS v (b, s)",
                      town_text(&t, t.contractor.account), town_text(&t, t.board.account));
    T_EQ(town_ask(&t, "people.recovery_approve", &t.board, of, NULL)->reply.status, 409,
         "not who made the first alone");
    T_EQ(town_ask(&t, "people.recovery_ask", &second, of, NULL)->reply.status, 204,
         "another asks");
    T_EQ(town_ask(&t, "people.recovery_approve", &t.board, of, NULL)->reply.status, 200,
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
    T_EQ(town_contract(&t, 400, 100, "2027-03-31")->reply.status, 200, "contract");
    id = town_issued(&t);
    T_EQ(town_move(&t, "people.suspend", &t.board, id)->reply.status, 200, "by the board");
    r = town_move(&t, "people.resume", &t.contractor, id);
    T_EQ(r->reply.status, 409, "not by the contractor");
    T_SPAN(route_fixture_text(r, "code"), SPAN("stopped-above"), "why");
    TOWN_STATE_IS(&t, id, "suspended", "still stopped");
    T_EQ(town_move(&t, "people.resume", &t.board, id)->reply.status, 200, "by the board");
    T_EQ(town_move(&t, "people.suspend", &t.contractor, id)->reply.status, 200,
         "by the contractor");
    T_EQ(town_move(&t, "people.resume", &t.contractor, id)->reply.status, 200, "and again");
    town_stop(&t);
}
