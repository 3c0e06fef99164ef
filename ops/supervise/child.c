#include "ops/supervise/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTIFY_AT      3         /* the one descriptor beyond 0-2 that a program gets */
#define CAPABILITY_MAX 63        /* bits of the kernel's 64-bit sets */
#define PID_MOST       (1 << 22) /* the kernel's PID_MAX_LIMIT */

enum err child_user(const char *name, uid_t *uid_out, gid_t *gid_out, struct fail *why)
{
    const struct passwd *user = getpwnam(name);

    if (user == NULL)
        return fail_set(why, ERR_NOT_FOUND, "there is no user %s", name);
    if (user->pw_uid == 0 || user->pw_gid == 0)
        return fail_set(why, ERR_DENIED, "%s is root: no program of a node runs as root", name);
    *uid_out = user->pw_uid;
    *gid_out = user->pw_gid;
    return ERR_OK;
}

/* After fork: only calls that are safe there. false with errno set. */
static bool privileges_drop(const struct child_start *start)
{
    const struct rlimit none = {0, 0};

    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return false;
    if (start->uid != (uid_t)-1) {
        for (unsigned long cap = 0; cap <= CAPABILITY_MAX; cap++)
            if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EINVAL)
                return false; /* EINVAL: beyond the last capability of this kernel */
        if (setgroups(1, &start->gid) != 0 ||
            setresgid(start->gid, start->gid, start->gid) != 0 ||
            setresuid(start->uid, start->uid, start->uid) != 0)
            return false;
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool descriptors_set(const struct child_start *start)
{
    unsigned first_closed = NOTIFY_AT;
    int null = open("/dev/null", O_RDONLY);

    if (null < 0 || dup2(null, 0) < 0 || dup2(start->log_fd, 1) < 0 ||
        dup2(start->log_fd, 2) < 0)
        return false;
    if (start->notify_fd >= 0) {
        /* dup2 onto itself would keep the close-on-exec flag. */
        if (start->notify_fd == NOTIFY_AT ? fcntl(NOTIFY_AT, F_SETFD, 0) < 0
                                          : dup2(start->notify_fd, NOTIFY_AT) < 0)
            return false;
        first_closed++;
    }
    return close_range(first_closed, ~0U, 0) == 0;
}

static void signals_reset(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void child_run(const struct child_start *start, char *const env[],
                                pid_t parent)
{
    signals_reset();
    setsid();
    umask(077);
    if (chdir("/") != 0 || !descriptors_set(start) || !privileges_drop(start)) {
        dprintf(2, "%s: cannot drop rights: %s\n", start->program->name, strerror(errno));
        _exit(126);
    }
    /* After setresuid, which clears it. A parent that died in between has left us to another.
     */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
        _exit(126);
    execve(start->program->argv[0], start->program->argv, env);
    dprintf(2, "%s: %s: %s\n", start->program->name, start->program->argv[0], strerror(errno));
    _exit(127);
}

enum err child_spawn(const struct child_start *start, pid_t *pid_out, struct fail *why)
{
    char notify_fd[32], notify_socket[160];
    char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8";
    char *env[SUP_ENV_MAX + 5];
    int n = 0;
    pid_t parent = getpid(), pid = -1;

    *pid_out = -1;
    env[n++] = path;
    env[n++] = locale;
    if (start->notify_fd >= 0) {
        snprintf(notify_fd, sizeof notify_fd, "NOTIFY_FD=%d", NOTIFY_AT);
        snprintf(notify_socket, sizeof notify_socket, "NOTIFY_SOCKET=%s", start->notify_socket);
        env[n++] = notify_fd;
        env[n++] = notify_socket;
    }
    for (int i = 0; i < start->table->n_env; i++)
        env[n++] = start->table->env[i];
    env[n] = NULL;
    pid = fork();
    if (pid < 0)
        return fail_set(why, ERR_NOMEM, "fork: %s", strerror(errno));
    if (pid == 0)
        child_run(start, env, parent);
    *pid_out = pid;
    return ERR_OK;
}

static bool is_known(pid_t pid, const pid_t *known, int n_known)
{
    for (int i = 0; i < n_known; i++)
        if (known[i] == pid)
            return true;
    return false;
}

bool child_read_pid(struct child_pids *reader, pid_t *pid_out)
{
    for (;;) {
        if (reader->at == reader->len) {
            ssize_t n;

            do
                n = read(reader->fd, reader->text, sizeof reader->text);
            while (n < 0 && errno == EINTR);
            if (n <= 0)
                return false; /* a number that nothing follows is one that was cut */
            reader->at = 0;
            reader->len = (size_t)n;
        }
        for (; reader->at < reader->len; reader->at++) {
            char c = reader->text[reader->at];

            if (c < '0' || c > '9')
                break;
            if (reader->pid <= PID_MOST)
                reader->pid = reader->pid * 10 + (c - '0');
        }
        if (reader->at == reader->len)
            continue;
        reader->at++;
        *pid_out = (pid_t)reader->pid;
        reader->pid = 0;
        if (*pid_out > 1 && *pid_out <= PID_MOST)
            return true;
    }
}

/* Each is killed as it is read: the dead stay in the list until they are reaped, so that none
 * slips past the reader. */
int child_kill_orphans(const pid_t *known, int n_known)
{
    struct child_pids reader = {.fd = -1};
    char path[64];
    pid_t pid;
    int n = 0;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    reader.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader.fd < 0)
        return 0;
    while (child_read_pid(&reader, &pid))
        if (!is_known(pid, known, n_known) && kill(pid, SIGKILL) == 0)
            n++;
    close(reader.fd);
    return n;
}
