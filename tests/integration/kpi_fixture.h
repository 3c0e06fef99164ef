/* tests/integration/kpi_fixture.h - a town worked out by hand: eight pupils in May 2026, each
 * there for a reason. On top of people_fixture.h; aborts when it cannot be made. Threads: one.
 * Owns: all of it. */
#ifndef TESTS_INTEGRATION_KPI_FIXTURE_H
#define TESTS_INTEGRATION_KPI_FIXTURE_H

#include "reporting/kpi/kpi_store.h"
#include "tests/integration/people_fixture.h"

enum pupil { AKI, BUN, CHIE, DAI, TRIAL, CLOSED, LATER, GRADELESS, N_PUPILS };

struct may {
    struct people_fixture people;
    struct id pupils[N_PUPILS], staff;
    struct kpi_term term;
};

#define SQL(m, ...) audit_fixture_sql(&(m)->people.store.log, __VA_ARGS__)

void may_start(struct may *m);
void may_stop(struct may *m);
/* The instant of a time of Tokyo, with its offset. */
int64_t may_at(const char *tokyo);
const char *may_text(struct may *m, struct id id); /* arena */
/* May counted and kept, as the job does it. */
NODISCARD enum err may_make(struct may *m, struct fail *why);

#endif
