/* ibasho-supervise - runs the programs of one node's table, and speaks to the one that does. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "ops/supervise/child.h"
#include "ops/supervise/program.h"
#include "ops/supervise/state.h"
#include "ops/supervise/supervise.h"

#define SWAP_WAIT_MS 40000 /* more than PROGRAM_SWAP_MOST_US */
#define STEP_MS      20
#define WAIT_MOST_S  60
#define LOOP_STARTS  5 /* by then it is a loop, not a stumble */
#define CLEAN_MS     5000

static int usage(FILE *to)
{
    fputs("usage: ibasho-supervise [--check|--status|--wait|--swap|--reload|--stop] TABLE\n"
          "  (none)    run the programs of TABLE until SIGTERM or SIGINT\n"
          "  --check   say whether TABLE is well formed\n"
          "  --status  show what runs\n"
          "  --wait    wait until every program is ready (at most 60 s)\n"
          "  --swap    replace the programs marked swap by fresh instances, without a gap\n"
          "  --reload  let the programs with a renew signal read their configuration again\n"
          "  --stop    end everything, and wait for it\n",
          to);
    return to == stdout ? 0 : 2;
}

static int failed(const struct fail *why)
{
    fprintf(stderr, "ibasho-supervise: %s\n", why->text);
    return 1;
}

static void step(void)
{
    const struct timespec pause = {0, STEP_MS * 1000000L};

    nanosleep(&pause, NULL);
}

static enum err running_state(const struct sup_table *table, struct state *state,
                              struct fail *why)
{
    enum err rc = state_read(table->state, state, why);

    if (rc == ERR_OK && !state_is_alive(&state->rows[0]))
        rc = fail_set(why, ERR_NOT_FOUND, "no supervisor runs for %s", table->state);
    return rc;
}

static enum err status(const struct sup_table *table, struct fail *why)
{
    struct state state;
    enum err rc = running_state(table, &state, why);

    for (int i = 0; rc == ERR_OK && i < state.n; i++)
        printf("%-12s %-9s pid %-7d starts %ld\n", state.rows[i].name, state.rows[i].word,
               (int)state.rows[i].pid, state.rows[i].n_starts);
    return rc;
}

/* One that died again and again is ready for a moment after every start: only one that stays
 * is up. */
static bool is_steady(const struct state_row *row)
{
    struct timespec now;

    if (row->n_starts < LOOP_STARTS)
        return true;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec - (double)row->started / (double)sysconf(_SC_CLK_TCK) >
           (double)PROGRAM_STEADY_US / 1e6;
}

/* The first program, in the table's order, that is not ready; NULL: all are. */
static const struct state_row *first_missing(const struct state *state)
{
    for (int i = 1; i < state->n; i++) {
        const struct state_row *row = &state->rows[i];

        if (strcmp(row->word, "ended") != 0 &&
            (strcmp(row->word, "ready") != 0 || !is_steady(row)))
            return row;
    }
    return NULL;
}

static enum err wait_ready(const struct sup_table *table, struct fail *why)
{
    const int64_t until_us = clock_mono_us() + WAIT_MOST_S * 1000000LL;
    const struct state_row *missing = NULL;
    struct state state = {.n = 0};

    do {
        if (running_state(table, &state, NULL) == ERR_OK) {
            missing = first_missing(&state);
            if (missing == NULL)
                return ERR_OK;
            if (strcmp(missing->word, "waiting") == 0 && missing->n_starts >= LOOP_STARTS)
                return fail_set(why, ERR_UNAVAILABLE, "%s does not stay up; see %s/%s.log",
                                missing->name, table->log_dir, missing->name);
        }
        step();
    } while (clock_mono_us() < until_us);
    return fail_set(why, ERR_TIMEOUT, "%s is not ready after %d s; see %s",
                    missing == NULL ? "the supervisor" : missing->name, WAIT_MOST_S,
                    table->log_dir);
}

/* Every program marked swap has another pid, and its old instance is gone. */
static bool is_swapped(const struct sup_table *table, const struct state *before,
                       const struct state *now)
{
    for (int i = 0; i < table->n_programs; i++) {
        const struct sup_program *p = &table->programs[i];
        char old[SUP_NAME_MAX + 8];
        const struct state_row *was = state_find(before, p->name);
        const struct state_row *is = state_find(now, p->name);

        if (p->renew != SUP_RENEW_SWAP)
            continue;
        snprintf(old, sizeof old, "%s/old", p->name);
        if (was == NULL || is == NULL || was->pid == is->pid ||
            strcmp(is->word, "ready") != 0 || state_find(now, old) != NULL)
            return false;
    }
    return true;
}

/* A new instance was started and is gone again, while the old one still serves. */
static bool is_swap_given_up(const struct sup_table *table, const struct state *before,
                             const struct state *now)
{
    for (int i = 0; i < table->n_programs; i++) {
        const char *name = table->programs[i].name;
        char next[SUP_NAME_MAX + 8];
        const struct state_row *was = state_find(before, name);
        const struct state_row *is = state_find(now, name);

        snprintf(next, sizeof next, "%s/next", name);
        if (table->programs[i].renew == SUP_RENEW_SWAP && was != NULL && is != NULL &&
            was->pid == is->pid && is->n_starts > was->n_starts &&
            state_find(now, next) == NULL)
            return true;
    }
    return false;
}

static enum err swap(const struct sup_table *table, struct fail *why)
{
    const int64_t until_us = clock_mono_us() + SWAP_WAIT_MS * 1000LL;
    struct state before, now;
    enum err rc = running_state(table, &before, why);

    if (rc != ERR_OK)
        return rc;
    if (kill(before.rows[0].pid, SIGUSR2) != 0)
        return fail_set(why, ERR_IO, "%s", strerror(errno));
    do {
        step();
        rc = running_state(table, &now, why);
        if (rc == ERR_OK && is_swapped(table, &before, &now))
            return ERR_OK;
    } while (rc == ERR_OK && clock_mono_us() < until_us &&
             !is_swap_given_up(table, &before, &now));
    return rc != ERR_OK ? rc
                        : fail_set(why, ERR_TIMEOUT,
                                   "the old instance still serves; see %s/supervise.log",
                                   table->log_dir);
}

static enum err reload(const struct sup_table *table, struct fail *why)
{
    struct state state;
    enum err rc = running_state(table, &state, why);

    if (rc == ERR_OK && kill(state.rows[0].pid, SIGHUP) != 0)
        rc = fail_set(why, ERR_IO, "%s", strerror(errno));
    return rc;
}

/* Also ends what a killed supervisor left. Nothing running is success: that is what was asked.
 */
static enum err stop(const struct sup_table *table, struct fail *why)
{
    struct state state;
    int n_killed = 0;
    int64_t until_us = clock_mono_us() + 5 * 1000000LL;
    enum err rc = state_read(table->state, &state, why);

    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc != ERR_OK)
        return rc;
    for (int i = 0; i < table->n_programs; i++)
        until_us += table->programs[i].stop_s * 1000000LL;
    if (state_is_alive(&state.rows[0]))
        kill(state.rows[0].pid, SIGTERM);
    while (state_is_alive(&state.rows[0])) {
        if (clock_mono_us() > until_us)
            return fail_set(why, ERR_TIMEOUT, "supervisor %d does not end",
                            (int)state.rows[0].pid);
        step();
    }
    return state_clean(&state, CLEAN_MS, &n_killed, why);
}

static enum err check(const struct sup_table *table, struct fail *why)
{
    uid_t uid = 0;
    gid_t gid = 0;
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < table->n_programs; i++)
        if (table->programs[i].user != NULL)
            rc = child_user(table->programs[i].user, &uid, &gid, why);
    return rc;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        enum err (*run)(const struct sup_table *table, struct fail *why);
    } verbs[] = {{"--check", check}, {"--status", status}, {"--wait", wait_ready},
                 {"--swap", swap},   {"--reload", reload}, {"--stop", stop}};
    enum err (*run)(const struct sup_table *table, struct fail *why) = supervise_run;
    struct sup_table *table = NULL;
    struct fail why;
    enum err rc = ERR_OK;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout);
    if (argc == 3) {
        run = NULL;
        for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
            if (strcmp(argv[1], verbs[i].word) == 0)
                run = verbs[i].run;
    }
    if (argc < 2 || argc > 3 || run == NULL)
        return usage(stderr);
    log_init("ibasho-supervise", LOG_INFO);
    umask(077);
    rc = sup_table_load(argv[argc - 1], &table, &why);
    if (rc == ERR_OK)
        rc = run(table, &why);
    sup_table_destroy(&table);
    return rc == ERR_OK ? 0 : failed(&why);
}
