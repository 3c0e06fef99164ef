/* tests/integration/logs_fixture.h - a town whose logs are full: people, lines of chat sealed
 * as the node seals them, visits, reactions. On top of people_fixture.h; aborts when it cannot
 * be made. Threads: one.  Owns: all of it. */
#ifndef TESTS_INTEGRATION_LOGS_FIXTURE_H
#define TESTS_INTEGRATION_LOGS_FIXTURE_H

#include "reporting/logs.h"
#include "tests/integration/people_fixture.h"

struct logs_fixture {
    struct people_fixture people;
    struct db *db; /* for inserting */
    struct id *accounts, *keys;
    size_t n_accounts;
    bool has_leaves; /* somebody gave them to every row */
    enum role role;  /* for whom logs_fixture_run runs: the commissioner unless changed */
};

/* n children, the i-th shown as "子ども i" with the ID "kid.i". */
void logs_fixture_start(struct logs_fixture *f, size_t n_accounts);
void logs_fixture_stop(struct logs_fixture *f);

struct logs_fixture_line {
    struct id id;
    int64_t at_utc_us;
    size_t author;     /* index of accounts */
    long to;           /* the same; -1: to nobody, on the floor */
    const char *text;  /* as written */
    const char *shown; /* NULL: the text itself */
    const char *floor; /* NULL: "commons" */
    unsigned categories;
    bool was_held;
};
/* Queued; logs_fixture_settle sends what is left. */
void logs_fixture_say(struct logs_fixture *f, const struct logs_fixture_line *line);
void logs_fixture_settle(struct logs_fixture *f);
/* n_days days of so many lines, visits and reactions, spread over ten hours of each day from
 * from_utc_us on, by everybody in turn. Every 1,000th line speaks of "ペンギン". */
struct logs_fixture_days {
    int64_t from_utc_us;
    int n_days, n_lines, n_visits, n_reactions; /* a day */
};
void logs_fixture_fill(struct logs_fixture *f, const struct logs_fixture_days *days);

/* The row of an export or search, nobody's particular. */
struct log_export_row logs_fixture_row(enum log_act act, unsigned kinds, int64_t from_utc_us,
                                       int64_t until_utc_us);
/* Runs it; what goes out is handed to sink. */
enum err logs_fixture_run(struct logs_fixture *f, const struct log_export_row *row,
                          const char *words,
                          enum err (*sink)(void *arg, struct span bytes, struct fail *why),
                          void *arg, struct log_counts *counts_out, struct fail *why);

#endif
