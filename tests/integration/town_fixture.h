/* tests/integration/town_fixture.h - a school, a commissioner, a contractor and a teacher, and
 * the steps of an ID asked for over the routes; with sign-in's hashing. On top of
 * store_fixture.h; a step that fails fails the case. Threads: one.  Owns: all of it. */
#ifndef TESTS_INTEGRATION_TOWN_FIXTURE_H
#define TESTS_INTEGRATION_TOWN_FIXTURE_H

#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"

#define TOWN_REASON "ひみつのりゆう"

struct town {
    struct store_fixture store;
    struct caller board, contractor, teacher; /* teacher: school staff without any duty */
    struct id school;
};

/* An account with an app as its second check, made by the operator. */
struct caller town_grown_up(struct town *t, enum role role, const char *login);
void town_start(struct town *t);
void town_stop(struct town *t);
/* A school that takes part. */
struct id town_school(struct town *t, const char *name);
/* The row of a name; aborts where there is none. */
const struct route *town_route(const char *name);
/* One request; the route by its name. id: of the path, ID_NONE: none. */
struct req *town_ask(struct town *t, const char *name, const struct caller *caller,
                     struct id id, const char *body);
/* The id as text, in the arena. */
const char *town_text(struct town *t, struct id id);
/* An ID is asked for; school ID_NONE: none; more: further fields, ",..." or "". */
struct req *town_request(struct town *t, const struct caller *caller, struct id id,
                         const char *role, struct id school, const char *more);
/* {"ids":[...] and more. */
const char *town_ids(struct town *t, const struct id *ids, size_t n, const char *more);
/* By the board; issued by the contractor, with a first password on paper. */
struct req *town_approve(struct town *t, const struct id *ids, size_t n);
struct req *town_issue(struct town *t, const struct id *ids, size_t n);
struct req *town_issue_by(struct town *t, const struct caller *caller, const struct id *ids,
                          size_t n);
/* Suspended, resumed, closed, with TOWN_REASON. */
struct req *town_move(struct town *t, const char *name, const struct caller *caller,
                      struct id id);
/* A contract from April 2026 on. */
struct req *town_contract(struct town *t, int n_student, int n_staff, const char *ends_on);
/* A child asked for and approved, one issued as well. */
struct id town_ready(struct town *t);
struct id town_issued(struct town *t);
/* The first sign-in. */
void town_activate(struct town *t, struct id id);
/* Every leaf of the audit log has its row. */
void town_verify(struct town *t);

/* One id in the statement, as text. */
#define TOWN_COUNT(t, fmt, id) \
    store_fixture_i64(&(t)->store, arena_printf((t)->store.arena, fmt, id))

#define TOWN_STATE_IS(t, id, state, what) \
    T_EQ(TOWN_COUNT((t), \
                    "SELECT count(*) FROM account WHERE state = '" state "' AND id = '%s'", \
                    town_text((t), (id))), \
         1, (what))

#endif
