#include "tests/integration/cluster_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/integration/db_fixture.h"

#define N_CHILDREN_CAP 64

static const char *need_env(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL) {
        fprintf(stderr, "fixture: %s is not set: run this by tests/lib/with-cluster\n", name);
        abort();
    }
    return value;
}

/* As system(), but only a wait for its own child: the exit status. */
static int run_shell(char *command)
{
    char shell[] = "/bin/bash", option[] = "-c";
    char *const argv[] = {shell, option, command, NULL};
    int status = -1;
    pid_t pid;

    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid)
        return -1;
    return status;
}

void cluster_fixture_shell(const char *fmt, ...)
{
    char command[2048];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof command || run_shell(command) != 0) {
        fprintf(stderr, "fixture: failed: %s\n", command);
        abort();
    }
}

static void start_server(struct cluster_fixture *c)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* the server becomes ours when the shell ends */
    cluster_fixture_shell(". ops/lib/cluster.sh; cluster_start %s %s %s %s", c->data,
                          need_env("IBASHO_TEST_USER"), c->sockets, c->log);
}

void cluster_fixture_start(struct cluster_fixture *c, const char *data_parent, const char *conf)
{
    static int n;
    char lines[1024] = "";

    snprintf(c->dir, sizeof c->dir, "%s/own-%d", need_env("IBASHO_TEST_DIR"), n++);
    snprintf(c->data, sizeof c->data, "%s/cluster", data_parent != NULL ? data_parent : c->dir);
    snprintf(c->sockets, sizeof c->sockets, "%s/pg", c->dir);
    snprintf(c->log, sizeof c->log, "%s/log", c->dir);
    cluster_fixture_shell("mkdir -m 0755 %s", c->dir);
    /* with-cluster finds every cluster it must stop by this link. */
    if (data_parent != NULL)
        cluster_fixture_shell("ln -s %s %s/cluster", c->data, c->dir);
    for (const char *p = conf; p != NULL && *p != '\0';) {
        size_t len = strcspn(p, ";");

        snprintf(lines + strlen(lines), sizeof lines - strlen(lines), " \"%.*s\"", (int)len, p);
        p += len + (p[len] == ';');
    }
    cluster_fixture_shell(". ops/lib/cluster.sh; cluster_init %s %s %s%s", c->data,
                          need_env("IBASHO_TEST_USER"), c->sockets, lines);
    start_server(c);
}

/* State and parent of a process: "Z" for one that is dead and not yet reaped by init. */
static char state_of(pid_t pid, pid_t *parent_out)
{
    char path[64], text[256];
    const char *after;
    FILE *f;
    size_t n;

    *parent_out = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "re");
    if (f == NULL)
        return 'X';
    n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    after = strrchr(text, ')'); /* the name before it may hold anything */
    if (after == NULL || strlen(after) < 5)
        return 'X';
    *parent_out = (pid_t)strtol(after + 4, NULL, 10);
    return after[2];
}

static bool is_alive(pid_t pid)
{
    pid_t parent;
    char state = state_of(pid, &parent);

    return state != 'X' && state != 'Z';
}

pid_t cluster_fixture_pid(const struct cluster_fixture *c)
{
    char path[CLUSTER_PATH_CAP + 32], line[32] = "";
    pid_t pid = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/postmaster.pid", c->data);
    f = fopen(path, "re");
    if (f == NULL)
        return 0;
    if (fgets(line, sizeof line, f) != NULL)
        pid = (pid_t)strtol(line, NULL, 10);
    fclose(f);
    return pid > 1 && is_alive(pid) ? pid : 0;
}

static size_t children_of(pid_t parent, pid_t *pids_out)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    size_t n = 0;

    while (proc != NULL && (entry = readdir(proc)) != NULL && n < N_CHILDREN_CAP) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        pid_t its_parent = 0;

        if (pid > 1 && state_of(pid, &its_parent) != 'X' && its_parent == parent)
            pids_out[n++] = pid;
    }
    if (proc != NULL)
        closedir(proc);
    return n;
}

static void wait_gone(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int i = 0; i < 2000 && is_alive(pid); i++)
        nanosleep(&pause, NULL);
    waitpid(pid, NULL, WNOHANG); /* a dead one not reaped still holds postmaster.pid */
}

void cluster_fixture_kill(struct cluster_fixture *c)
{
    pid_t pids[N_CHILDREN_CAP], postmaster = cluster_fixture_pid(c);
    size_t n;

    if (postmaster == 0)
        return;
    kill(postmaster, SIGSTOP); /* so that no child is born in between */
    n = children_of(postmaster, pids);
    kill(postmaster, SIGKILL);
    for (size_t i = 0; i < n; i++)
        kill(pids[i], SIGKILL);
    wait_gone(postmaster);
    for (size_t i = 0; i < n; i++)
        wait_gone(pids[i]);
}

void cluster_fixture_restart(struct cluster_fixture *c)
{
    start_server(c);
}

pid_t cluster_fixture_kill_backend(struct cluster_fixture *c, const char *user)
{
    char sql[256];
    pid_t pid;

    snprintf(sql, sizeof sql,
             "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE usename = '%s'", user);
    pid = (pid_t)db_fixture_i64_at(c->sockets, "postgres", sql);
    if (pid > 1)
        kill(pid, SIGKILL);
    return pid;
}

void cluster_fixture_stop(struct cluster_fixture *c)
{
    cluster_fixture_kill(c);
    cluster_fixture_shell("rm -rf %s %s", c->data, c->dir);
}
