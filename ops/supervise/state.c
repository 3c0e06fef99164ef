#include "ops/supervise/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define PATH_CAP     256
#define STARTED_WORD 19 /* words between the state letter and starttime in /proc/PID/stat */

unsigned long long state_started(pid_t pid)
{
    char path[32], text[1024], *at = NULL;
    unsigned long long started = 0;
    ssize_t n = 0;
    int fd = -1;

    if (pid <= 0)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    at = strrchr(text, ')'); /* the name before it may hold anything */
    if (at == NULL || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
        return 0;
    at += 2;
    for (int i = 0; i < STARTED_WORD && at != NULL; i++) {
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    if (at != NULL)
        started = strtoull(at, NULL, 10);
    return started;
}

bool state_is_alive(const struct state_row *row)
{
    return row->pid > 0 && row->started != 0 && state_started(row->pid) == row->started;
}

enum err state_write(const char *prefix, const struct state *state, struct fail *why)
{
    char path[PATH_CAP], fresh[PATH_CAP];
    FILE *file = NULL;
    bool bad = false;
    int fd = -1;

    snprintf(path, sizeof path, "%s.state", prefix);
    snprintf(fresh, sizeof fresh, "%s.state.new", prefix);
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return fail_set(why, ERR_IO, "%s: %s", fresh, strerror(errno));
    }
    for (int i = 0; i < state->n; i++) {
        const struct state_row *row = &state->rows[i];

        fprintf(file, "%s %d %llu %s %ld\n", row->name, (int)row->pid, row->started, row->word,
                row->n_starts);
    }
    bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad || rename(fresh, path) != 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    return ERR_OK;
}

enum err state_read(const char *prefix, struct state *state_out, struct fail *why)
{
    char path[PATH_CAP], line[256];
    FILE *file = NULL;
    enum err rc = ERR_OK;

    state_out->n = 0;
    snprintf(path, sizeof path, "%s.state", prefix);
    file = fopen(path, "re");
    if (file == NULL)
        return fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                        strerror(errno));
    while (rc == ERR_OK && fgets(line, sizeof line, file) != NULL) {
        struct state_row *row = &state_out->rows[state_out->n];
        int pid = 0;

        if (state_out->n == STATE_ROWS_MAX ||
            sscanf(line, "%38s %d %llu %11s %ld", row->name, &pid, &row->started, row->word,
                   &row->n_starts) != 5)
            rc = fail_set(why, ERR_PROTO, "%s is not a supervisor's state", path);
        row->pid = pid;
        state_out->n++;
    }
    fclose(file);
    if (rc == ERR_OK && state_out->n == 0)
        rc = fail_set(why, ERR_PROTO, "%s is empty", path);
    return rc;
}

const struct state_row *state_find(const struct state *state, const char *name)
{
    for (int i = 0; i < state->n; i++)
        if (strcmp(state->rows[i].name, name) == 0)
            return &state->rows[i];
    return NULL;
}

enum err state_lock(const char *prefix, int *fd_out, struct fail *why)
{
    char path[PATH_CAP];
    int fd = -1;

    *fd_out = -1;
    snprintf(path, sizeof path, "%s.lock", prefix);
    fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return fail_set(why, ERR_CONFLICT, "%s: another supervisor runs", path);
    }
    *fd_out = fd;
    return ERR_OK;
}

enum err state_clean(const struct state *state, int wait_ms, int *n_killed_out,
                     struct fail *why)
{
    const struct timespec step = {0, 10 * 1000 * 1000};
    const struct state_row *left = NULL;

    *n_killed_out = 0;
    for (int i = 1; i < state->n; i++)
        if (state_is_alive(&state->rows[i]) && kill(state->rows[i].pid, SIGKILL) == 0)
            (*n_killed_out)++;
    for (int waited_ms = 0;; waited_ms += 10) {
        left = NULL;
        for (int i = 1; i < state->n && left == NULL; i++)
            if (state_is_alive(&state->rows[i]))
                left = &state->rows[i];
        if (left == NULL)
            return ERR_OK;
        if (waited_ms >= wait_ms)
            return fail_set(why, ERR_TIMEOUT, "%s (%d) does not end", left->name,
                            (int)left->pid);
        nanosleep(&step, NULL);
    }
}
