/* tests/integration/roster_fixture.h - roster packages made to order: a district, one school
 * per 200 students, homerooms of 25, every student with a homeroom and two courses (three
 * enrolments), a teacher for each class, a guardian for every tenth student. Threads: one. */
#ifndef TESTS_INTEGRATION_ROSTER_FIXTURE_H
#define TESTS_INTEGRATION_ROSTER_FIXTURE_H

#include "node/base/arena.h"
#include "node/base/services.h"
#include "node/io/live.h"

struct roster_spec {
    int n_students;
    int year;            /* 2026 */
    int without;         /* this student (from 1) is not in it; 0: all are */
    int renamed;         /* this one bears another given name; 0: none */
    int moved;           /* this one has another source id, the same master identifier */
    int new_person;      /* this one has other ids altogether: a double; 0: none */
    const char *version; /* NULL: "1.2_JP"; "1.2" has the older head of users and enrolments */
    bool has_no_agents;  /* no child names its guardian */
    bool is_plain;       /* LF and no quotes */
    bool has_mark;       /* a byte order mark */
    bool is_broken;      /* a role leads nowhere */
    bool is_empty;       /* the manifest alone */
};

/* The ZIP, in the arena; aborts when it cannot be made. */
struct span roster_fixture_zip(const struct roster_spec *spec, struct arena *arena);
/* The source id of a student (from 1). */
const char *roster_fixture_student(int n, struct arena *arena);

/* Open lines: services.live of a test, which only counts whose lines are ended. */
struct roster_fixture_lines {
    struct live_head head;
    struct id ended[64];
    size_t n_ended;
};
void roster_fixture_lines_init(struct roster_fixture_lines *lines, struct services *services);

#endif
