#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/utf.h"
#include "tests/torture/torture.h"

#define MOST_RUNS 20000
#define RUN_S     30
#define NOT_HIT   42 /* exit status: the scenario ended before its allocation came */
#define BROKEN    1

static struct torture *first, **last = &first;

void torture_register(struct torture *t)
{
    *last = t;
    last = &t->next;
}

static int broken(const struct torture *t, long nth, bool for_good, const char *what)
{
    printf("  %s: allocation %ld%s: %s\n", t->name, nth, for_good ? " and all after it" : "",
           what);
    return BROKEN;
}

/* One run with a failure, then one without: what failed must not have left anything behind. */
static int run_both(const struct torture *t, long nth, bool for_good)
{
    enum err rc;
    bool hit;

    torture_arm(nth, for_good);
    rc = t->run();
    hit = torture_disarm();
    if (rc != ERR_OK && !(hit && rc == ERR_NOMEM))
        return broken(t, nth, for_good, err_code(rc));
    rc = t->run();
    if (rc != ERR_OK)
        return broken(t, nth, for_good, "the run after it fails too");
    return hit ? 0 : NOT_HIT;
}

/* 0, NOT_HIT, or anything else: it broke (its sanitizer's report included). */
static int run_child(const struct torture *t, long nth, bool for_good)
{
    int status = 0;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        alarm(RUN_S);
        exit(run_both(t, nth, for_good)); /* exit, so that leaks are looked for */
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return BROKEN;
    if (WIFSIGNALED(status)) {
        char what[32];

        snprintf(what, sizeof what, "signal %d", WTERMSIG(status));
        return broken(t, nth, for_good, what);
    }
    return WEXITSTATUS(status);
}

static bool survives(const struct torture *t, long *n_out)
{
    for (int for_good = 0; for_good < 2; for_good++) {
        int rc = 0;
        long nth = 0;

        while (rc == 0 && nth < MOST_RUNS)
            rc = run_child(t, ++nth, for_good != 0);
        *n_out += nth - 1;
        if (rc != NOT_HIT)
            return false;
    }
    return true;
}

/* A lane that fails nothing would pass everything. */
static bool lane_works(void)
{
    void *(*volatile asked)(size_t) = malloc; /* or clang proves that nobody needs it */
    void *p;
    bool hit;

    torture_arm(1, false);
    p = asked(1);
    hit = torture_disarm();
    free(p);
    return hit && p == NULL;
}

static bool is_wanted(const struct torture *t, int argc, char **argv)
{
    bool wanted = argc < 2;

    for (int i = 1; i < argc; i++)
        wanted = wanted || strstr(t->name, argv[i]) != NULL;
    return wanted;
}

int main(int argc, char **argv)
{
    int n_passed = 0, n_failed = 0;

    if (!lane_works()) {
        printf("FAIL torture_fails_an_allocation tests/torture/alloc.c\n0 passed, 1 failed\n");
        return 1;
    }
    /* As every program that serves people does at its start. */
    if (utf_open(NULL) != ERR_OK)
        return 1;
    for (const struct torture *t = first; t != NULL; t = t->next) {
        long n = 0;
        bool ok;

        if (!is_wanted(t, argc, argv))
            continue;
        ok = survives(t, &n);
        printf("%s %s %s\n", ok ? "ok" : "FAIL", t->name, t->file);
        printf("  %ld runs with a failed allocation\n", n);
        ok ? n_passed++ : n_failed++;
    }
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed > 0 || n_passed == 0;
}
