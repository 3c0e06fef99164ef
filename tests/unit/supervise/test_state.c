/* State file, lock, words of readiness and log files of the supervisor. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops/supervise/logfile.h"
#include "ops/supervise/notify.h"
#include "ops/supervise/state.h"
#include "tests/t.h"

static const char *in_dir(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", t_dir(), name);
    return path;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    if (file == NULL)
        abort();
    fputs(text, file);
    fclose(file);
}

T_CASE(supervise_state_comes_back_as_written)
{
    const char *prefix = in_dir("supervise-one");
    struct state out = {.n = 2}, in;
    char text[STATE_TEXT_CAP];

    out.rows[0] =
        (struct state_row){"supervisor", getpid(), state_started(getpid()), "running", 0};
    out.rows[1] = (struct state_row){"node/old", 7, 0, "stopping", 3};
    state_text(&out, text);
    T_EQ(state_write(prefix, text, NULL), ERR_OK, "write");
    T_EQ(state_read(prefix, &in, NULL), ERR_OK, "read");
    T_EQ(in.n, 2, "rows");
    T_OK(state_is_alive(&in.rows[0]), "this process lives");
    T_TEXT(in.rows[1].name, "node/old", "name");
    T_TEXT(in.rows[1].word, "stopping", "word");
    T_EQ(in.rows[1].n_starts, 3, "starts");
    T_OK(!state_is_alive(&in.rows[1]), "a row without start time is not alive");
    T_OK(state_find(&in, "node/old") == &in.rows[1], "found by name");
    T_OK(state_find(&in, "node") == NULL, "a part of a name is not a name");
}

T_CASE(supervise_state_refuses_what_it_did_not_write)
{
    static const char *const bad[] = {
        "supervisor x 1 running 0\n",
        "supervisor 1 1 running\n",
        "supervisor 1 1 running 0 0\n",
        "supervisor -1 1 running 0\n",
        "supervisor 99999999999 1 running 0\n",
        "supervisor 1 1 a-word-too-long 0\n",
        "a-name-that-is-longer-than-any-program-may-be 1 1 ready 0\n",
        "\n",
    };
    struct state in;
    char path[160];

    T_EQ(state_read(in_dir("supervise-none"), &in, NULL), ERR_NOT_FOUND, "no file");
    snprintf(path, sizeof path, "%s.state", in_dir("supervise-bad"));
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        put(path, bad[i]);
        T_EQ(state_read(in_dir("supervise-bad"), &in, NULL), ERR_PROTO, bad[i]);
    }
    put(path, "");
    T_EQ(state_read(in_dir("supervise-bad"), &in, NULL), ERR_PROTO, "empty");
}

T_CASE(supervise_state_believes_a_pid_only_with_its_start_time)
{
    struct state_row self = {"self", getpid(), state_started(getpid()), "ready", 1};

    T_OK(self.started != 0, "a start time");
    T_OK(state_is_alive(&self), "alive");
    self.started++;
    T_OK(!state_is_alive(&self), "the same number, another process");
    T_EQ(state_started(0), 0, "pid 0");
    T_EQ(state_started(-1), 0, "pid -1");
}

T_CASE(supervise_state_clean_kills_what_lives_and_nothing_else)
{
    struct state state = {.n = 3};
    int n_killed = 0, status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGTERM, SIG_IGN);
        pause();
        _exit(0);
    }
    state.rows[0] = (struct state_row){"supervisor", getpid(), state_started(getpid()), "x", 0};
    state.rows[1] = (struct state_row){"a", pid, state_started(pid), "ready", 1};
    state.rows[2] = (struct state_row){"b", getpid(), 1, "ready", 1}; /* reused number */
    T_EQ(state_clean(&state, 2000, &n_killed, NULL), ERR_OK, "clean");
    T_EQ(n_killed, 1, "killed");
    T_EQ(waitpid(pid, &status, 0), pid, "it ended");
    T_EQ(WTERMSIG(status), SIGKILL, "by KILL");
}

T_CASE(supervise_lock_is_held_once)
{
    const char *prefix = in_dir("supervise-lock");
    int first = -1, second = -1;

    T_EQ(state_lock(prefix, &first, NULL), ERR_OK, "first");
    T_EQ(state_lock(prefix, &second, NULL), ERR_CONFLICT, "second");
    T_EQ(second, -1, "no descriptor");
    close(first);
    T_EQ(state_lock(prefix, &second, NULL), ERR_OK, "after the first is gone");
    close(second);
}

T_CASE(supervise_notify_hears_ready_in_a_line_of_its_own)
{
    const struct {
        struct span text;
        bool want;
    } rows[] = {{SPAN("READY=1"), true},
                {SPAN("READY=1\n"), true},
                {SPAN("STATUS=x\nREADY=1\nMAINPID=3"), true},
                {SPAN("READY=10"), false},
                {SPAN("NOTREADY=1"), false},
                {SPAN("READY=0"), false},
                {SPAN("RELOADING=1"), false},
                {SPAN(""), false},
                {SPAN("READY="), false}};

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(notify_is_ready(rows[i].text), rows[i].want, "word of readiness");
}

T_CASE(supervise_notify_tells_who_spoke)
{
    char name[NOTIFY_NAME_CAP];
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = -1, from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    pid_t pid = -1;
    socklen_t len = 0;

    T_EQ(notify_socket_open(&fd, name, NULL), ERR_OK, "open");
    T_OK(name[0] == '@', "an abstract name");
    memcpy(to.sun_path + 1, name + 1, strlen(name) - 1);
    len = (socklen_t)(sizeof to.sun_family + strlen(name));
    T_OK(!notify_take(fd, &pid), "nothing waits");
    T_EQ(pid, 0, "nobody spoke");
    T_EQ(sendto(from, "READY=1\n", 8, 0, (const struct sockaddr *)&to, len), 8, "send");
    T_OK(notify_take(fd, &pid), "ready");
    T_EQ(pid, getpid(), "the sender");
    T_EQ(sendto(from, "STOPPING=1", 10, 0, (const struct sockaddr *)&to, len), 10, "send");
    T_OK(!notify_take(fd, &pid), "another word");
    T_EQ(pid, getpid(), "the sender of another word");
    close(from);
    close(fd);
}

T_CASE(supervise_logfile_rolls_by_size_and_keeps_two)
{
    static char block[64 * 1024];
    struct logfile log;
    struct stat st;
    int dir_fd = -1;
    const char *dir = in_dir("supervise-log");

    T_EQ(mkdir(dir, 0700), 0, "directory");
    T_EQ(logfile_dir_open(dir, &dir_fd, NULL), ERR_OK, "open directory");
    T_EQ(logfile_open(&log, dir_fd, "a", NULL), ERR_OK, "open");
    memset(block, 'x', sizeof block);
    for (size_t n = 0; n < 3 * LOGFILE_BYTES + sizeof block; n += sizeof block)
        logfile_write(&log, span_of(block, sizeof block));
    T_OK(fstatat(dir_fd, "a.log", &st, 0) == 0 && st.st_size < LOGFILE_BYTES, "the fresh one");
    T_EQ(st.st_mode & 0777, 0600, "for its owner alone");
    T_OK(fstatat(dir_fd, "a.log.1", &st, 0) == 0 && st.st_size == LOGFILE_BYTES, "the younger");
    T_OK(fstatat(dir_fd, "a.log.2", &st, 0) == 0, "the older");
    T_OK(fstatat(dir_fd, "a.log.3", &st, 0) != 0, "no more than two");
    logfile_close(&log);
    close(dir_fd);
}

T_CASE(supervise_logfile_follows_no_link_and_no_foreign_directory)
{
    struct logfile log;
    int dir_fd = -1;
    char link_path[160];
    const char *dir = in_dir("supervise-log2");

    T_EQ(mkdir(dir, 0700), 0, "directory");
    T_EQ(logfile_dir_open(dir, &dir_fd, NULL), ERR_OK, "open directory");
    snprintf(link_path, sizeof link_path, "%s/a.log", dir);
    T_EQ(symlink("/dev/null", link_path), 0, "a link in its place");
    T_EQ(logfile_open(&log, dir_fd, "a", NULL), ERR_IO, "a link is not followed");
    close(dir_fd);
    if (geteuid() == 0) {
        T_EQ(chown(dir, 65534, 65534), 0, "give the directory away");
        T_EQ(logfile_dir_open(dir, &dir_fd, NULL), ERR_DENIED, "another's directory");
        T_EQ(dir_fd, -1, "no descriptor");
    }
}
