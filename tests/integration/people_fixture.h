/* tests/integration/people_fixture.h - a town with people in it: schools, classes, persons with
 * names sealed as the node seals them, accounts in any state; without sign-in's hashing. On top
 * of store_fixture.h; aborts when it cannot be made. Threads: one.  Owns: all of it. */
#ifndef TESTS_INTEGRATION_PEOPLE_FIXTURE_H
#define TESTS_INTEGRATION_PEOPLE_FIXTURE_H

#include "tenants/people/account.h"
#include "tenants/people/people_index.h"
#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"

struct people_fixture {
    struct store_fixture store;
    struct rights *rights;
    struct people_index *index;
};

struct people_fixture_person {
    enum role role;    /* ROLE_ANONYMOUS: a child of the roster without an account */
    const char *state; /* NULL: active */
    struct id school;
    const char *grade;                                                       /* NULL: none */
    const char *family, *given, *family_kana, *given_kana, *display, *login; /* NULL: none */
};

void people_fixture_start(struct people_fixture *f);
void people_fixture_stop(struct people_fixture *f);
struct id people_fixture_school(struct people_fixture *f, const char *name,
                                bool is_cooperating);
struct id people_fixture_add(struct people_fixture *f, const struct people_fixture_person *p);
struct id people_fixture_class(struct people_fixture *f, struct id school);
void people_fixture_enrol(struct people_fixture *f, struct id class, struct id person);
void people_fixture_guards(struct people_fixture *f, struct id guardian, struct id child);
struct caller people_fixture_caller(enum role role, struct id account, struct id school);
/* A right as a commissioner gives it; class or grade as the right needs. */
struct id people_fixture_give(struct people_fixture *f, struct id account, enum right right,
                              struct id school, struct id class, const char *grade);
/* One request; the route by its name. id, right: of the path, ID_NONE: none. */
struct req *people_fixture_ask(struct people_fixture *f, const char *route,
                               const struct caller *caller, struct id id, struct id right,
                               const char *query, const char *body);
const char *people_fixture_text(struct people_fixture *f, struct id id); /* arena */

#endif
