#include "ops/supervise/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/log.h"
#include "ops/supervise/child.h"
#include "ops/supervise/notify.h"
#include "ops/supervise/supervise.h"

#define CONNECT_EVERY_US 50000
#define US_PER_S         1000000
#define N_INSTANCES      3

static const struct instance no_instance = {.notify_fd = -1};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static struct instance *instance_at(struct program *p, int i)
{
    return i == 0 ? &p->now : i == 1 ? &p->next : &p->old;
}

static bool is_live(const struct instance *in)
{
    return in->pid > 0;
}

enum err program_open(struct program *p, const struct sup_program *row,
                      const struct sup_table *table, int log_dir_fd, const char *notify_socket,
                      struct fail *why)
{
    int ends[2];
    enum err rc = ERR_OK;

    *p = (struct program){.row = row,
                          .table = table,
                          .uid = (uid_t)-1,
                          .log = {.fd = -1},
                          .log_read_fd = -1,
                          .log_write_fd = -1,
                          .now = no_instance,
                          .next = no_instance,
                          .old = no_instance,
                          .notify_socket = notify_socket};
    if (row->user != NULL)
        rc = child_user(row->user, &p->uid, &p->gid, why);
    if (rc == ERR_OK)
        rc = logfile_open(&p->log, log_dir_fd, row->name, why);
    if (rc != ERR_OK)
        return rc;
    /* One pipe for all instances: lines up to PIPE_BUF stay whole, also during a swap. */
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_set(why, ERR_IO, "pipe: %s", strerror(errno));
    p->log_read_fd = ends[0];
    p->log_write_fd = ends[1];
    if (fcntl(p->log_read_fd, F_SETFL, O_NONBLOCK) != 0)
        return fail_set(why, ERR_IO, "pipe: %s", strerror(errno));
    return ERR_OK;
}

void program_close(struct program *p)
{
    for (int i = 0; i < N_INSTANCES; i++)
        close_fd(&instance_at(p, i)->notify_fd);
    close_fd(&p->log_read_fd);
    close_fd(&p->log_write_fd);
    logfile_close(&p->log);
}

static void became_ready(struct program *p, struct instance *in, int64_t now_us)
{
    if (in->phase != INSTANCE_STARTING)
        return;
    in->phase = INSTANCE_READY;
    in->ready_us = now_us;
    log_info("program.ready", L_TEXT("name", p->row->name), L_INT("pid", in->pid),
             L_INT("after_ms", (now_us - in->start_us) / 1000));
}

static enum err instance_start(struct program *p, struct instance *in, int64_t now_us,
                               struct fail *why)
{
    int ends[2] = {-1, -1};
    struct child_start start = {.program = p->row,
                                .table = p->table,
                                .uid = p->uid,
                                .gid = p->gid,
                                .log_fd = p->log_write_fd,
                                .notify_socket = p->notify_socket};
    enum err rc = ERR_OK;

    *in = no_instance;
    if (p->row->ready == SUP_READY_NOTIFY && pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return fail_set(why, ERR_IO, "pipe: %s", strerror(errno));
    start.notify_fd = ends[1];
    rc = child_spawn(&start, &in->pid, why);
    close_fd(&ends[1]);
    if (rc != ERR_OK) {
        close_fd(&ends[0]);
        *in = no_instance;
        return rc;
    }
    in->phase = INSTANCE_STARTING;
    in->started = state_started(in->pid);
    in->notify_fd = ends[0];
    in->start_us = now_us;
    p->n_starts++;
    log_info("program.started", L_TEXT("name", p->row->name), L_INT("pid", in->pid),
             L_INT("n_starts", p->n_starts));
    if (p->row->ready == SUP_READY_NONE)
        became_ready(p, in, now_us);
    return ERR_OK;
}

static void died_quickly(struct program *p, int64_t now_us)
{
    int wait_ms = supervise_backoff_ms(++p->n_quick_deaths);

    p->due_us = now_us + (int64_t)wait_ms * 1000;
    if (wait_ms > 0)
        log_warn("program.waits", L_TEXT("name", p->row->name), L_INT("wait_ms", wait_ms),
                 L_INT("n_quick_deaths", p->n_quick_deaths));
}

void program_start(struct program *p, int64_t now_us)
{
    struct fail why;

    if (instance_start(p, &p->now, now_us, &why) == ERR_OK)
        return;
    log_error("program.not_started", L_TEXT("name", p->row->name), L_FAIL(&why));
    died_quickly(p, now_us);
}

void program_swap(struct program *p, int64_t now_us)
{
    struct fail why;

    if (p->now.phase != INSTANCE_READY || is_live(&p->next) || is_live(&p->old)) {
        log_warn("swap.refused", L_TEXT("name", p->row->name),
                 L_TEXT("why", "no single ready instance"));
        return;
    }
    if (instance_start(p, &p->next, now_us, &why) != ERR_OK)
        log_error("swap.failed", L_TEXT("name", p->row->name), L_FAIL(&why));
}

void program_renew(struct program *p)
{
    if (is_live(&p->now) && kill(p->now.pid, p->row->renew_signal) == 0)
        log_info("program.renewed", L_TEXT("name", p->row->name), L_INT("pid", p->now.pid));
}

static void instance_stop(struct program *p, struct instance *in, int64_t now_us)
{
    if (!is_live(in) || in->phase == INSTANCE_STOPPING)
        return;
    in->phase = INSTANCE_STOPPING;
    in->kill_us = now_us + (int64_t)p->row->stop_s * US_PER_S;
    kill(in->pid, p->row->stop_signal);
    log_info("program.stopping", L_TEXT("name", p->row->name), L_INT("pid", in->pid));
}

void program_stop(struct program *p, int64_t now_us)
{
    for (int i = 0; i < N_INSTANCES; i++)
        instance_stop(p, instance_at(p, i), now_us);
}

static void ended_log(const struct program *p, const struct instance *in, int status)
{
    bool is_asked = in->phase == INSTANCE_STOPPING;
    enum log_level level = is_asked ? LOG_INFO : LOG_ERROR;

    if (WIFSIGNALED(status))
        log_at(level, "program.killed", L_TEXT("name", p->row->name), L_INT("pid", in->pid),
               L_INT("signal", WTERMSIG(status)));
    else
        log_at(level, "program.ended", L_TEXT("name", p->row->name), L_INT("pid", in->pid),
               L_INT("status", WEXITSTATUS(status)));
}

static void now_ended(struct program *p, int status, int64_t now_us)
{
    bool was_asked = p->now.phase == INSTANCE_STOPPING;
    bool was_steady = p->now.ready_us > 0 && now_us - p->now.ready_us >= PROGRAM_STEADY_US;

    close_fd(&p->now.notify_fd);
    p->now = no_instance;
    if (is_live(&p->next)) { /* the swap's new instance takes over, ready or not */
        p->now = p->next;
        p->next = no_instance;
        return;
    }
    if (was_asked)
        return;
    if (!p->row->is_restarted) {
        p->now.phase = INSTANCE_ENDED;
        p->now.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
        return;
    }
    if (was_steady)
        p->n_quick_deaths = 0;
    died_quickly(p, now_us);
}

bool program_ended(struct program *p, pid_t pid, int status, int64_t now_us)
{
    for (int i = 0; i < N_INSTANCES; i++) {
        struct instance *in = instance_at(p, i);

        if (in->pid != pid)
            continue;
        program_read(p, now_us); /* its last words */
        ended_log(p, in, status);
        if (in == &p->now) {
            now_ended(p, status, now_us);
            return true;
        }
        if (in == &p->next && in->phase == INSTANCE_STARTING)
            log_error("swap.failed", L_TEXT("name", p->row->name),
                      L_TEXT("why", "the new instance ended"));
        close_fd(&in->notify_fd);
        *in = no_instance;
        return true;
    }
    return false;
}

/* The new instance answers: the one before it finishes and goes. */
static void swap_turn(struct program *p, int64_t now_us)
{
    p->old = p->now;
    p->now = p->next;
    p->next = no_instance;
    log_info("swap.turned", L_TEXT("name", p->row->name), L_INT("pid", p->now.pid));
    instance_stop(p, &p->old, now_us);
}

static void heard(struct program *p, struct instance *in, int64_t now_us)
{
    became_ready(p, in, now_us);
    if (in == &p->next && in->phase == INSTANCE_READY)
        swap_turn(p, now_us);
}

bool program_heard(struct program *p, pid_t pid, int64_t now_us)
{
    for (int i = 0; i < N_INSTANCES; i++)
        if (instance_at(p, i)->pid == pid) {
            heard(p, instance_at(p, i), now_us);
            return true;
        }
    return false;
}

static void notify_read(struct program *p, struct instance *in, int64_t now_us)
{
    char text[256];
    ssize_t n = 0;

    if (in->notify_fd < 0)
        return;
    n = read(in->notify_fd, text, sizeof text);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) { /* closed by the program: it speaks by datagram, or is gone */
        close_fd(&in->notify_fd);
        return;
    }
    if (notify_is_ready(span_of(text, (size_t)n))) {
        close_fd(&in->notify_fd);
        heard(p, in, now_us);
    }
}

void program_read(struct program *p, int64_t now_us)
{
    char text[16384];

    for (int turns = 0; turns < 16; turns++) {
        ssize_t n = read(p->log_read_fd, text, sizeof text);

        if (n <= 0)
            break;
        logfile_write(&p->log, span_of(text, (size_t)n));
    }
    for (int i = 0; i < N_INSTANCES; i++)
        notify_read(p, instance_at(p, i), now_us);
}

static bool can_connect(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = -1;
    bool ok = false;

    if (strlen(path) >= sizeof at.sun_path)
        return false;
    memcpy(at.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    ok = connect(fd, (const struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return ok;
}

void program_tick(struct program *p, int64_t now_us)
{
    for (int i = 0; i < N_INSTANCES; i++) {
        struct instance *in = instance_at(p, i);

        if (is_live(in) && in->kill_us != 0 && now_us >= in->kill_us) {
            in->kill_us = 0;
            kill(in->pid, SIGKILL);
            log_error("program.overdue", L_TEXT("name", p->row->name), L_INT("pid", in->pid));
        }
    }
    if (p->next.phase == INSTANCE_STARTING &&
        now_us - p->next.start_us >= PROGRAM_SWAP_MOST_US) {
        log_error("swap.failed", L_TEXT("name", p->row->name),
                  L_TEXT("why", "the new instance was not ready in time"));
        p->next.phase = INSTANCE_STOPPING;
        kill(p->next.pid, SIGKILL);
    }
    if (p->row->ready == SUP_READY_CONNECT && p->now.phase == INSTANCE_STARTING &&
        can_connect(p->row->ready_path))
        became_ready(p, &p->now, now_us);
}

static void earlier(int64_t *least_us, int64_t at_us)
{
    if (at_us < *least_us)
        *least_us = at_us;
}

int64_t program_deadline_us(const struct program *p, int64_t now_us)
{
    const struct instance *all[N_INSTANCES] = {&p->now, &p->next, &p->old};
    int64_t least_us = INT64_MAX;

    for (int i = 0; i < N_INSTANCES; i++)
        if (is_live(all[i]) && all[i]->kill_us != 0)
            earlier(&least_us, all[i]->kill_us);
    if (p->next.phase == INSTANCE_STARTING)
        earlier(&least_us, p->next.start_us + PROGRAM_SWAP_MOST_US);
    if (p->row->ready == SUP_READY_CONNECT && p->now.phase == INSTANCE_STARTING)
        earlier(&least_us, now_us + CONNECT_EVERY_US);
    if (p->now.phase == INSTANCE_NONE && p->due_us > now_us)
        earlier(&least_us, p->due_us);
    return least_us;
}

bool program_is_up(const struct program *p)
{
    return p->now.phase == INSTANCE_READY ||
           (p->now.phase == INSTANCE_ENDED && p->now.exit_code == 0);
}

bool program_is_down(const struct program *p)
{
    return !is_live(&p->now) && !is_live(&p->next) && !is_live(&p->old);
}

static const char *phase_word(const struct instance *in)
{
    switch (in->phase) {
    case INSTANCE_NONE:
        return "waiting";
    case INSTANCE_STARTING:
        return "starting";
    case INSTANCE_READY:
        return "ready";
    case INSTANCE_STOPPING:
        return "stopping";
    case INSTANCE_ENDED:
        return "ended";
    }
    return "";
}

static void row_fill(const struct program *p, const struct instance *in, const char *suffix,
                     struct state_row *row)
{
    snprintf(row->name, sizeof row->name, "%s%s", p->row->name, suffix);
    snprintf(row->word, sizeof row->word, "%s", phase_word(in));
    row->pid = in->pid;
    row->started = in->started;
    row->n_starts = p->n_starts;
}

int program_rows(const struct program *p, struct state_row *rows)
{
    int n = 0;

    row_fill(p, &p->now, "", &rows[n++]);
    if (is_live(&p->next))
        row_fill(p, &p->next, "/next", &rows[n++]);
    if (is_live(&p->old))
        row_fill(p, &p->old, "/old", &rows[n++]);
    return n;
}
