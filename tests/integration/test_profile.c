/* Profiles on a real store: AI-2.2-エ, AI-2.2-ア, KP-3-安全-1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/erase.h"
#include "node/features.h"
#include "tenants/people/account.h"
#include "tenants/profile/profile.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

struct town {
    struct people_fixture f;
    struct id school, hana, ken, teacher;
    struct caller child, other, board, supporter, staff;
};

static void town_start(struct town *t)
{
    struct people_fixture *f = &t->f;
    struct id board, supporter;

    memset(t, 0, sizeof *t);
    people_fixture_start(f);
    t->school = people_fixture_school(f, "あおぞら市立みどり小学校", true);
    t->hana = people_fixture_add(f, &(struct people_fixture_person){.role = ROLE_STUDENT,
                                                                    .school = t->school,
                                                                    .family = "山田",
                                                                    .given = "花子",
                                                                    .family_kana = "ヤマダ",
                                                                    .given_kana = "ハナコ",
                                                                    .display = "ほし47",
                                                                    .login = "hana1"});
    t->ken = people_fixture_add(f, &(struct people_fixture_person){.role = ROLE_STUDENT,
                                                                   .school = t->school,
                                                                   .family = "佐藤",
                                                                   .given = "健",
                                                                   .display = "つき12",
                                                                   .login = "ken1"});
    board = people_fixture_add(f, &(struct people_fixture_person){.role = ROLE_COMMISSIONER,
                                                                  .display = "委員 一郎",
                                                                  .login = "board1"});
    supporter = people_fixture_add(f, &(struct people_fixture_person){.role = ROLE_SUPPORTER,
                                                                      .display = "支援 二郎",
                                                                      .login = "supp1"});
    t->teacher =
        people_fixture_add(f, &(struct people_fixture_person){.role = ROLE_SCHOOL_STAFF,
                                                              .school = t->school,
                                                              .display = "担任 三郎",
                                                              .login = "teach1"});
    t->child = people_fixture_caller(ROLE_STUDENT, t->hana, t->school);
    t->other = people_fixture_caller(ROLE_STUDENT, t->ken, t->school);
    t->board = people_fixture_caller(ROLE_COMMISSIONER, board, ID_NONE);
    t->supporter = people_fixture_caller(ROLE_SUPPORTER, supporter, ID_NONE);
    t->staff = people_fixture_caller(ROLE_SCHOOL_STAFF, t->teacher, t->school);
}

static struct req *show(struct town *t, const struct caller *caller)
{
    return people_fixture_ask(&t->f, "profile.show", caller, ID_NONE, ID_NONE, NULL, NULL);
}

static int64_t number(const struct req *req, const char *name)
{
    const char *key = arena_printf(req->arena, "\"%s\":", name);
    const char *body = arena_text(req->arena, req->reply.body);
    const char *at = strstr(body, key);

    return at == NULL ? -1 : strtoll(at + strlen(key), NULL, 10);
}

static struct req *change_as(struct town *t, const struct caller *caller, struct id id,
                             int64_t version, const char *name, const char *more)
{
    const char *body = arena_printf(
        t->f.store.arena,
        "{\"id\":\"%s\",\"version\":%lld,\"name\":\"%s\",\"open\":true,\"private\":false,"
        "\"wave\":true,%s}",
        people_fixture_text(&t->f, id), (long long)version, name, more);

    return people_fixture_ask(&t->f, "profile.change", caller, ID_NONE, ID_NONE, NULL, body);
}

#define FOX "\"kind\":\"fox\",\"colour\":\"rose\",\"note\":\"よろしくね\""
#define OWL "\"kind\":\"owl\",\"colour\":\"sky\",\"note\":\"\""

static struct req *change(struct town *t, const struct caller *caller, const char *name,
                          const char *more)
{
    return change_as(t, caller, id_new(), number(show(t, caller), "version"), name, more);
}

static struct req *history(struct town *t, const struct caller *caller, struct id person,
                           const char *query)
{
    return people_fixture_ask(&t->f, "profile.history", caller, person, ID_NONE, query, NULL);
}

static int64_t rows(struct town *t)
{
    return store_fixture_i64(&t->f.store, "SELECT count(*) FROM profile_version");
}

T_CASE(a_child_changes_how_it_is_seen)
{
    struct town t;
    struct req *req;
    struct span name;

    T_REQ("AI-2.2-エ");
    town_start(&t);
    req = show(&t, &t.child);
    T_EQ(req->reply.status, 200, "never chosen");
    T_SPAN(route_fixture_text(req, "name"), SPAN("ほし47"), "the name of the ID");
    T_OK(route_fixture_has(req, "\"has_chosen\":false"), "says so");
    T_EQ(number(req, "version"), 0, "no version");
    T_EQ(number(req, "changes_left"), 20, "all changes are left");
    req = change(&t, &t.child, " そら ", FOX);
    T_EQ(req->reply.status, 200, "changed");
    T_SPAN(route_fixture_text(req, "name"), SPAN("そら"), "without the spaces around it");
    T_EQ(number(req, "changes_left"), 19, "one less");
    req = show(&t, &t.child);
    T_SPAN(route_fixture_text(req, "name"), SPAN("そら"), "kept");
    T_SPAN(route_fixture_text(req, "kind"), SPAN("fox"), "the figure");
    T_SPAN(route_fixture_text(req, "colour"), SPAN("rose"), "the colour");
    T_SPAN(route_fixture_text(req, "note"), SPAN("よろしくね"), "the note");
    T_OK(route_fixture_has(req, "\"private\":false"), "a way that is not open");
    T_EQ(account_display_name(t.f.store.services.accounts, t.f.store.db, t.hana,
                              t.f.store.arena, &name, NULL),
         ERR_OK, "the account's own name");
    T_SPAN(name, SPAN("そら"), "is the same: one truth");
    T_OK(!route_fixture_has(req, people_fixture_text(&t.f, t.hana)), "no account id");
    T_EQ(change(&t, &t.child, "そら", OWL)->reply.status, 200, "the figure alone");
    T_EQ(rows(&t), 2, "every change is kept");
    T_EQ(store_fixture_i64(&t.f.store, "SELECT count(*) FROM audit_leaf WHERE table_name ="
                                       " 'profile_version'"),
         2, "as a leaf");
    people_fixture_stop(&t.f);
}

T_CASE(a_change_is_made_once_and_never_over_another)
{
    struct town t;
    struct id id = id_new();
    struct req *req;

    town_start(&t);
    T_EQ(change_as(&t, &t.child, id, 0, "そら", FOX)->reply.status, 200, "first");
    req = change_as(&t, &t.child, id, 0, "そら", FOX);
    T_EQ(req->reply.status, 200, "sent again");
    T_EQ(number(req, "version"), 1, "says the version it made");
    T_EQ(rows(&t), 1, "adds nothing");
    T_EQ(change_as(&t, &t.other, id, 0, "うみ", FOX)->reply.status, 409, "another's id");
    req = change_as(&t, &t.child, id_new(), 0, "かぜ", OWL);
    T_EQ(req->reply.status, 409, "made from what no longer holds");
    T_TEXT(req->reply.code, "profile-changed", "says why");
    T_EQ(rows(&t), 1, "nothing was kept");
    people_fixture_stop(&t.f);
}

T_CASE(a_name_is_one_persons)
{
    static const char *const taken[] = {"つき12", "ツキ12", "つき１２", "支援二郎"};
    struct town t;
    struct req *req;

    T_REQ("AI-2.2-エ");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(taken); i++) {
        req = change(&t, &t.child, taken[i], FOX);
        T_EQ(req->reply.status, 422, taken[i]);
        T_OK(route_fixture_has(req, "\"rule\":\"taken\""), "as it was issued to another");
    }
    T_EQ(change(&t, &t.other, "うみ", FOX)->reply.status, 200, "another chooses");
    req = change(&t, &t.child, "ウミ", FOX);
    T_EQ(req->reply.status, 422, "then it is his");
    T_OK(route_fixture_has(req, "ほかの人が使っています"), "in a sentence");
    T_OK(!route_fixture_has(req, people_fixture_text(&t.f, t.ken)), "without saying whose");
    T_EQ(change(&t, &t.other, "つき12", FOX)->reply.status, 200, "and leaves it again");
    T_EQ(change(&t, &t.child, "うみ", FOX)->reply.status, 200, "so it is free");
    people_fixture_stop(&t.f);
}

T_CASE(a_child_is_not_to_be_taken_for_anybody)
{
    static const struct {
        const char *name, *rule;
    } refused[] = {
        {"支援ニ郎", "staff"},   {"支援ニ郎さん", "staff"}, {"担任ミ郎", "staff"},
        {"5ta ff", "staff"},     {"つきl2", "taken-alike"}, {"っき・12", "taken-alike"},
        {"しぇんせい", "staff"},
    };
    struct caller guest;
    struct town t;
    struct req *req;

    T_REQ("KP-3-安全-1 AI-2.2-エ");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(refused); i++) {
        req = change(&t, &t.child, refused[i].name, FOX);
        T_EQ(req->reply.status, 422, refused[i].name);
        T_OK(route_fixture_has(
                 req, arena_printf(t.f.store.arena, "\"rule\":\"%s\"", refused[i].rule)),
             refused[i].rule);
    }
    T_EQ(change(&t, &t.child, "つき13", FOX)->reply.status, 200, "one that is told apart");
    T_EQ(change(&t, &t.supporter, "つきl3", OWL)->reply.status, 200,
         "an adult is called as he is called");
    guest = people_fixture_caller(
        ROLE_GUEST_TEACHER,
        people_fixture_add(&t.f, &(struct people_fixture_person){.role = ROLE_GUEST_TEACHER,
                                                                 .display = "画家 四郎",
                                                                 .login = "guest1"}),
        ID_NONE);
    T_EQ(change(&t, &guest, "担任ミ郎", OWL)->reply.status, 422, "a guest is not staff");
    T_EQ(change(&t, &guest, "つきl2", OWL)->reply.status, 422, "nor a child");
    T_EQ(change(&t, &guest, "画家先生", OWL)->reply.status, 200, "but may say what he is");
    T_EQ(rows(&t), 3, "only what was right was kept");
    people_fixture_stop(&t.f);
}

struct racing {
    struct profile_change change;
};
static enum err race_run(struct tx *tx, void *arg, struct fail *why)
{
    struct racing *r = arg;

    return profile_tx(tx, &r->change, why);
}

static struct racing racing(struct town *t, struct id account, const char *name)
{
    struct racing r = {.change = {.id = id_new(),
                                  .account = account,
                                  .author = account,
                                  .author_role = ROLE_STUDENT,
                                  .now_utc_us = clock_utc_us(),
                                  .name = span_text(name),
                                  .ways = PROFILE_WAYS_INITIAL,
                                  .n_expected = -1}};

    T_EQ(profile_seal(t->f.store.services.keyring, &r.change, t->f.store.arena, NULL), ERR_OK,
         "sealed");
    return r;
}

T_CASE(two_who_ask_for_one_name_at_once)
{
    struct town t;
    struct racing a, b;
    struct fail why = {.code = ERR_OK};

    town_start(&t);
    /* Both have passed every look by now. */
    a = racing(&t, t.hana, "にじ");
    b = racing(&t, t.ken, "ニジ");
    T_EQ(writer_wait(t.f.store.log.writer, race_run, &a, &why), ERR_OK, "one gets it");
    T_EQ(writer_wait(t.f.store.log.writer, race_run, &b, &why), ERR_CONFLICT, "one does not");
    T_TEXT(why.field, "/name", "because of the name");
    T_EQ(rows(&t), 1, "nothing half");
    people_fixture_stop(&t.f);
}

T_CASE(what_says_who_a_child_is_is_refused)
{
    static const struct {
        const char *name, *rule;
    } rows_[] = {
        {"山田花子", "real-name"}, {"はなこ", "real-name"},
        {"みどり小", "school"},    {"みどり小の子", "school"},
        {"先生", "staff"},         {"１２３４５６７８９０１２３", "most"},
        {"", "required"},
    };
    struct town t;

    T_REQ("KP-3-安全-1");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(rows_); i++) {
        struct req *req = change(&t, &t.child, rows_[i].name, FOX);

        T_EQ(req->reply.status, 422, rows_[i].name);
        T_OK(route_fixture_has(req,
                               arena_printf(t.f.store.arena, "\"rule\":\"%s\"", rows_[i].rule)),
             rows_[i].rule);
        T_OK(!route_fixture_has(req, "花子"), "the answer repeats no name");
    }
    T_EQ(change(&t, &t.child, "そ\\u200bら\\u202e", FOX)->reply.status, 200,
         "what cannot be seen");
    T_SPAN(route_fixture_text(show(&t, &t.child), "name"), SPAN("そら"), "is taken out");
    T_EQ(change(&t, &t.child, "そら", "\"kind\":\"neutral\",\"colour\":\"sky\",\"note\":\"\"")
             ->reply.status,
         422, "nobody chooses the neutral figure");
    T_EQ(rows(&t), 1, "only what was right was kept");
    people_fixture_stop(&t.f);
}

T_CASE(changes_of_a_day_are_counted)
{
    struct town t;
    struct req *req = NULL;

    town_start(&t);
    for (int i = 0; i < 20; i++)
        T_EQ(change(&t, &t.child, i % 2 ? "そら" : "かぜ", OWL)->reply.status, 200,
             "one of 20");
    req = change(&t, &t.child, "うみ", OWL);
    T_EQ(req->reply.status, 429, "the 21st");
    T_TEXT(req->reply.code, "profile-too-often", "says why");
    T_EQ(number(show(&t, &t.child), "changes_left"), 0, "and it was told");
    clock_test_shift(0, DAY_US + SECOND_US);
    T_EQ(number(show(&t, &t.child), "changes_left"), 20, "the next day");
    T_EQ(change(&t, &t.child, "うみ", OWL)->reply.status, 200, "works again");
    clock_test_shift(0, 0);
    people_fixture_stop(&t.f);
}

T_CASE(staff_who_may_see_the_id_see_every_version)
{
    struct town t;
    struct req *req;

    T_REQ("AI-2.2-エ");
    town_start(&t);
    T_EQ(change(&t, &t.child, "そら", FOX)->reply.status, 200, "first");
    T_EQ(change(&t, &t.child, "かぜ", OWL)->reply.status, 200, "second");
    T_EQ(change(&t, &t.other, "うみ", OWL)->reply.status, 200, "another child's");
    req = history(&t, &t.board, t.hana, NULL);
    T_EQ(req->reply.status, 200, "the board");
    T_SPAN(route_fixture_text(req, "name"), SPAN("かぜ"), "newest first");
    T_OK(route_fixture_has(req, "そら") && route_fixture_has(req, "よろしくね"), "and before");
    T_OK(!route_fixture_has(req, "うみ"), "of this child alone");
    T_OK(route_fixture_has(req, "\"is_own\":true"), "by itself");
    T_EQ(history(&t, &t.supporter, t.hana, NULL)->reply.status, 200, "a supporter");
    T_EQ(history(&t, &t.staff, t.hana, NULL)->reply.status, 404, "no duty: nobody is there");
    people_fixture_give(&t.f, t.teacher, RIGHT_GUIDANCE, t.school, ID_NONE, NULL);
    T_EQ(history(&t, &t.staff, t.hana, NULL)->reply.status, 200, "by duty");
    T_EQ(history(&t, &t.board, id_new(), NULL)->reply.status, 404, "nobody");
    req = history(&t, &t.board, t.hana,
                  arena_printf(t.f.store.arena, "before=%lld", (long long)2));
    T_OK(!route_fixture_has(req, "かぜ") && route_fixture_has(req, "そら"), "a page further");
    T_EQ(history(&t, &t.board, t.hana, "before=-1")->reply.status, 422, "no version");
    people_fixture_stop(&t.f);
}

T_CASE(staff_change_anothers_with_a_reason)
{
    struct town t;
    struct racing r;
    struct req *req;

    town_start(&t);
    T_EQ(change(&t, &t.child, "そら", FOX)->reply.status, 200, "its own");
    r = racing(&t, t.hana, "はる");
    r.change.author = t.board.account;
    r.change.author_role = ROLE_COMMISSIONER;
    r.change.id = id_new();
    r.change.reason = SPAN("本人をさす名前だったため");
    T_EQ(profile_seal(t.f.store.services.keyring, &r.change, t.f.store.arena, NULL), ERR_OK,
         "sealed");
    T_EQ(writer_wait(t.f.store.log.writer, race_run, &r, NULL), ERR_OK, "renamed");
    req = history(&t, &t.board, t.hana, NULL);
    T_OK(route_fixture_has(req, "本人をさす名前だったため"), "the reason stands");
    T_OK(route_fixture_has(req, "\"is_own\":false"), "not by itself");
    T_SPAN(route_fixture_text(show(&t, &t.child), "name"), SPAN("はる"), "the new name");
    T_EQ(change_as(&t, &t.child, id_new(), 1, "そら", FOX)->reply.status, 409,
         "a page from before does not bring it back");
    T_EQ(number(show(&t, &t.child), "changes_left"), 19, "it was not the child's change");
    r = racing(&t, t.hana, "なつ");
    r.change.row.author = t.board.account;
    T_EQ(writer_wait(t.f.store.log.writer, race_run, &r, NULL), ERR_INVALID,
         "the table wants a reason");
    people_fixture_stop(&t.f);
}

T_CASE(whoever_shows_a_person_reads_one_profile)
{
    struct town t;
    struct profile profile;
    struct db *db;

    town_start(&t);
    db = t.f.store.db;
    T_EQ(profile_of(&t.f.store.services, db, t.ken, t.f.store.arena, &profile, NULL), ERR_OK,
         "of one who never chose");
    T_SPAN(profile.display_name, SPAN("つき12"), "the name of the ID");
    T_OK(profile.avatar.kind < AVATAR_NEUTRAL && profile.n == 0 && profile.note.len == 0,
         "and a figure of his own");
    change(&t, &t.child, "そら", FOX);
    change(&t, &t.child, "かぜ", OWL);
    T_EQ(profile_of(&t.f.store.services, db, t.hana, t.f.store.arena, &profile, NULL), ERR_OK,
         "of one who did");
    T_SPAN(profile.display_name, SPAN("かぜ"), "its name");
    T_SPAN(avatar_kind_id(profile.avatar.kind), SPAN("owl"), "its figure");
    T_EQ(profile.ways, PROFILE_WAY_OPEN | PROFILE_WAY_WAVE, "its ways");
    T_EQ(profile.n, 2, "its version");
    T_EQ(profile_of(&t.f.store.services, db, id_new(), t.f.store.arena, &profile, NULL),
         ERR_NOT_FOUND, "nobody");
    people_fixture_stop(&t.f);
}

T_CASE(a_pick_looks_at_what_children_here_wear)
{
    struct town t;
    int n_fox = 0;

    T_REQ("AI-2.2-ア");
    town_start(&t);
    change(&t, &t.child, "そら", FOX);
    change(&t, &t.other, "うみ", FOX);
    for (int i = 0; i < 60; i++) {
        const struct req *req =
            people_fixture_ask(&t.f, "profile.figures", &t.child, ID_NONE, ID_NONE, NULL, NULL);
        T_EQ(req->reply.status, 200, "a pick");
        n_fox += span_eq(route_fixture_text(req, "kind"), SPAN("fox"));
        T_OK(route_fixture_has(req, "{\"kind\":\"fox\",\"n\":2}"), "two wear it");
    }
    T_EQ(n_fox, 0, "what others wear is not picked while others are free");
    people_fixture_stop(&t.f);
}

T_CASE(a_forgotten_child_leaves_no_name_behind)
{
    struct town t;
    struct req *req;
    size_t n = 0;

    town_start(&t);
    T_EQ(change(&t, &t.child, "そら", FOX)->reply.status, 200, "chosen");
    T_EQ(erase_person(t.f.store.services.keyring, t.f.store.log.writer, features_tables, t.hana,
                      &n, NULL),
         ERR_OK, "forgotten");
    T_EQ(store_fixture_i64(&t.f.store, "SELECT count(*) FROM account WHERE display_name_index"
                                       " IS NOT NULL"),
         0, "no index of the name");
    T_EQ(rows(&t), 1, "the leaf stays, closed for good");
    req = history(&t, &t.board, t.hana, NULL);
    T_EQ(req->reply.status, 404, "nobody is there");
    T_EQ(change(&t, &t.other, "そら", FOX)->reply.status, 200, "the name is free");
    people_fixture_stop(&t.f);
}
