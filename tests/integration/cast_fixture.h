/* tests/integration/cast_fixture.h - two schools and whoever has to do with them, to look at
 * one another; people_fixture.h makes them. Threads: one.  Owns: all of it. */
#ifndef TESTS_INTEGRATION_CAST_FIXTURE_H
#define TESTS_INTEGRATION_CAST_FIXTURE_H

#include "tests/integration/people_fixture.h"

enum who {
    AOI,  /* north, second grade, class 1; has a guardian */
    BEN,  /* north, second grade, class 2 */
    CHIE, /* north, first grade */
    DAI,  /* south */
    EMA,  /* north, second grade, class 1; of the roster, without an ID */
    GUARDIAN,
    STAFF, /* of north */
    STAFF_SOUTH,
    SUPPORTER,
    CONTRACTOR,
    COMMISSIONER,
    COMMISSIONER_2,
    AUDITOR,
    WHO_N
};

struct cast_one {
    const char *what;
    struct people_fixture_person person;
    int school; /* 0 north, 1 south, -1 none */
};
extern const struct cast_one cast_of[WHO_N];

struct cast {
    struct people_fixture people;
    struct id school[2], class[2], id[WHO_N];
};

void cast_start(struct cast *t);
void cast_stop(struct cast *t);
struct caller cast_caller(const struct cast *t, enum who who);
/* One request; the route by its name. id: of the path, ID_NONE: none. */
struct req *cast_ask(struct cast *t, enum who who, const char *route, struct id id,
                     const char *query, const char *body);
struct req *cast_list(struct cast *t, enum who who, const char *query);
/* What a list says of its length; -1: no list. */
long cast_total(const struct req *r);

#endif
