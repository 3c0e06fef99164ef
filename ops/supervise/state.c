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

void state_text(const struct state *state, char text_out[STATE_TEXT_CAP])
{
    size_t len = 0;

    text_out[0] = '\0';
    for (int i = 0; i < state->n; i++) {
        const struct state_row *row = &state->rows[i];
        int n = snprintf(text_out + len, STATE_TEXT_CAP - len, "%s %d %llu %s %ld\n", row->name,
                         (int)row->pid, row->started, row->word, row->n_starts);

        invariant(n > 0 && (size_t)n < STATE_TEXT_CAP - len, "row %d", i);
        len += (size_t)n;
    }
}

enum err state_write(const char *prefix, const char *text, struct fail *why)
{
    char path[PATH_CAP], fresh[PATH_CAP];
    const size_t len = strlen(text);
    bool is_good = false;
    int fd = -1;

    snprintf(path, sizeof path, "%s.state", prefix);
    snprintf(fresh, sizeof fresh, "%s.state.new", prefix);
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_set(why, ERR_IO, "%s: %s", fresh, strerror(errno));
    is_good = write(fd, text, len) == (ssize_t)len;
    if (close(fd) != 0 || !is_good || rename(fresh, path) != 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    return ERR_OK;
}

static bool number_take(char **at, unsigned long long most, unsigned long long *out)
{
    const char *word = strtok_r(NULL, " \n", at);
    char *end = NULL;

    if (word == NULL || word[0] < '0' || word[0] > '9')
        return false;
    *out = strtoull(word, &end, 10);
    return *end == '\0' && *out <= most;
}

static bool row_read(char *line, struct state_row *row)
{
    char *at = NULL;
    const char *name = strtok_r(line, " \n", &at), *word = NULL;
    unsigned long long pid = 0, n_starts = 0;

    if (name == NULL || strlen(name) >= sizeof row->name ||
        !number_take(&at, INT32_MAX, &pid) || !number_take(&at, UINT64_MAX, &row->started))
        return false;
    word = strtok_r(NULL, " \n", &at);
    if (word == NULL || strlen(word) >= sizeof row->word ||
        !number_take(&at, INT32_MAX, &n_starts) || strtok_r(NULL, " \n", &at) != NULL)
        return false;
    memcpy(row->name, name, strlen(name) + 1);
    memcpy(row->word, word, strlen(word) + 1);
    row->pid = (pid_t)pid;
    row->n_starts = (long)n_starts;
    return true;
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
    while (rc == ERR_OK && fgets(line, sizeof line, file) != NULL)
        if (state_out->n == STATE_ROWS_MAX || !row_read(line, &state_out->rows[state_out->n++]))
            rc = fail_set(why, ERR_PROTO, "%s is not a supervisor's state", path);
    (void)fclose(file);
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
    const struct timespec step = {0, 10000000L};
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
