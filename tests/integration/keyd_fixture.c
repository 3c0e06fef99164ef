#include "tests/integration/keyd_fixture.h"
#include "node/base/unconst.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MOST_MS 10000
#define NOTIFY_FD     3

/* The program of that name in the directory of the running one. */
static enum err sibling(const char *name, char *path, size_t cap, struct fail *why)
{
    ssize_t n = readlink("/proc/self/exe", path, cap - 1);
    char *slash;

    if (n <= 0)
        return fail_set(why, ERR_IO, "/proc/self/exe: errno %d", errno);
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash - path) + 2 + strlen(name) > cap)
        return fail_set(why, ERR_IO, "no room for %s", name);
    memcpy(slash + 1, name, strlen(name) + 1);
    return access(path, X_OK) == 0 ? ERR_OK
                                   : fail_set(why, ERR_NOT_FOUND, "%s is not built", path);
}

static enum err conf_write(const struct keyd_fixture *f, struct fail *why)
{
    char id[ID_TEXT_CAP];
    FILE *out = fopen(f->conf_path, "w");

    if (out == NULL)
        return fail_set(why, ERR_IO, "%s: errno %d", f->conf_path, errno);
    id_text(f->node, id);
    fprintf(out,
            "node.id = %s\nnode.name = test\nnode.title_ja = ためし町\n"
            "node.origin = test.ibasho\nnode.data_dir = %s\nnode.run_dir = %s\n"
            "keyd.socket = %s\nadmin.socket = %s/admin.sock\nkeyd.dir = %s/keyd\n"
            "keyd.boot = %s\nkeys.dir = %s\nkeys.copies = %s\n",
            id, f->dir, f->dir, f->socket, f->dir, f->dir, f->boot, f->keys_dir,
            f->copies == NULL ? "" : f->copies);
    fchmod(fileno(out), 0644);
    return fclose(out) == 0 ? ERR_OK : fail_set(why, ERR_IO, "%s", f->conf_path);
}

enum err keyd_fixture_prepare(struct keyd_fixture *f, struct fail *why)
{
    const char *top = getenv("TMPDIR");
    char keyd_dir[64];

    if (top == NULL || strlen(top) > sizeof f->dir - 24)
        top = "/tmp";
    if (f->boot == NULL)
        f->boot = "token";
    if (id_is_none(f->node))
        f->node = id_new();
    snprintf(f->dir, sizeof f->dir, "%s/ibasho-k-XXXXXX", top);
    if (mkdtemp(f->dir) == NULL) {
        f->dir[0] = '\0';
        return fail_set(why, ERR_IO, "mkdtemp: errno %d", errno);
    }
    snprintf(f->keys_dir, sizeof f->keys_dir, "%s/keys", f->dir);
    snprintf(f->socket, sizeof f->socket, "%s/keyd.sock", f->dir);
    snprintf(f->conf_path, sizeof f->conf_path, "%s/node.conf", f->dir);
    snprintf(keyd_dir, sizeof keyd_dir, "%s/keyd", f->dir);
    if (mkdir(f->keys_dir, 0700) != 0 || mkdir(keyd_dir, 0700) != 0 ||
        RAND_bytes(f->half, sizeof f->half) != 1)
        return fail_set(why, ERR_IO, "%s: errno %d", f->dir, errno);
    if (f->run_as != 0 && (chown(f->dir, f->run_as, f->run_as) != 0 ||
                           chown(keyd_dir, f->run_as, f->run_as) != 0))
        return fail_set(why, ERR_IO, "chown %s: errno %d", f->dir, errno);
    f->conf = (struct keyring_conf){.dir = f->keys_dir,
                                    .copies = f->copies == NULL ? "" : f->copies,
                                    .agent_socket = f->socket,
                                    .node = f->node};
    return conf_write(f, why);
}

/* In the child: between fork and exec only calls that are safe there. */
__attribute__((noreturn)) static void
become_agent(const struct keyd_fixture *f, const char *program, int log_fd, int ready_fd)
{
    if (f->run_as != 0 && (setgid(f->run_as) != 0 || setuid(f->run_as) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (chdir(f->dir) == 0 && dup2(log_fd, 2) == 2 && dup2(log_fd, 1) == 1 &&
        (ready_fd == NOTIFY_FD ? fcntl(NOTIFY_FD, F_SETFD, 0) == 0
                               : dup2(ready_fd, NOTIFY_FD) == NOTIFY_FD)) {
        char *argv[] = {unconst(program), unconst("-c"), unconst(f->conf_path), NULL};
        char *env[] = {unconst("NOTIFY_FD=3"), NULL};

        execve(program, argv, env);
    }
    _exit(127);
}

static enum err wait_ready(struct keyd_fixture *f, int fd, struct fail *why)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    char word[8];

    if (poll(&polled, 1, READY_MOST_MS) == 1 && read(fd, word, sizeof word) == sizeof word &&
        memcmp(word, "READY=1\n", sizeof word) == 0)
        return ERR_OK;
    keyd_fixture_agent_end(f, SIGKILL);
    return fail_set(why, ERR_UNAVAILABLE, "the key agent did not get ready: see %s/keyd.log",
                    f->dir);
}

enum err keyd_fixture_agent_start(struct keyd_fixture *f, struct fail *why)
{
    char program[1024], log_path[64];
    int ready[2] = {-1, -1}, log_fd = -1;
    enum err rc = sibling("ibasho-keyd", program, sizeof program, why);

    if (rc != ERR_OK)
        return rc;
    snprintf(log_path, sizeof log_path, "%s/keyd.log", f->dir);
    log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0 || pipe2(ready, O_CLOEXEC) != 0) {
        rc = fail_set(why, ERR_IO, "%s: errno %d", log_path, errno);
        goto out;
    }
    f->pid = fork();
    if (f->pid == 0)
        become_agent(f, program, log_fd, ready[1]);
    close(ready[1]);
    rc = f->pid < 0 ? fail_set(why, ERR_IO, "fork: errno %d", errno)
                    : wait_ready(f, ready[0], why);
    close(ready[0]);
out:
    if (log_fd >= 0)
        close(log_fd);
    return rc;
}

int keyd_fixture_agent_end(struct keyd_fixture *f, int signal)
{
    int status = -1;

    if (f->pid <= 0)
        return -1;
    kill(f->pid, signal);
    while (waitpid(f->pid, &status, 0) < 0 && errno == EINTR)
        ;
    f->pid = 0;
    return status;
}

enum err keyd_fixture_reopen(struct keyd_fixture *f, struct fail *why)
{
    keyring_close(&f->keyring);
    return keyring_open(&f->conf, &f->keyring, why);
}

enum err keyd_fixture_start(struct keyd_fixture *f, struct fail *why)
{
    enum err rc = keyd_fixture_prepare(f, why);

    if (rc == ERR_OK)
        rc = keyd_fixture_agent_start(f, why);
    if (rc == ERR_OK)
        rc = keyring_open(&f->conf, &f->keyring, why);
    if (rc == ERR_OK)
        rc = keyring_init(f->keyring, f->half, why);
    return rc;
}

void keyd_fixture_stop(struct keyd_fixture *f)
{
    char command[80];

    keyring_close(&f->keyring);
    keyd_fixture_agent_end(f, SIGTERM);
    if (f->dir[0] == '\0')
        return;
    snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    if (system(command) != 0) /* NOLINT(cert-env33-c): our own words */
        fprintf(stderr, "could not remove %s\n", f->dir);
    f->dir[0] = '\0';
}
