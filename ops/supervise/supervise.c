#include "ops/supervise/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "ops/supervise/child.h"
#include "ops/supervise/notify.h"
#include "ops/supervise/program.h"

#define BACKOFF_FIRST_MS 200
#define BACKOFF_MOST_MS  10000
#define CLEAN_WAIT_MS    5000
#define POLL_MAX         (2 + 3 * SUP_PROGRAMS_MAX)

struct supervisor {
    const struct sup_table *table;
    struct program programs[SUP_PROGRAMS_MAX];
    int n_programs;
    int lock_fd, log_dir_fd, signal_fd, notify_fd;
    char notify_name[NOTIFY_NAME_CAP];
    struct logfile log;
    char shown[STATE_TEXT_CAP]; /* as last written */
    bool is_stopping;
};

int supervise_backoff_ms(int n_quick_deaths)
{
    int ms = BACKOFF_FIRST_MS;

    if (n_quick_deaths <= 1)
        return 0;
    for (int i = 2; i < n_quick_deaths && ms < BACKOFF_MOST_MS; i++)
        ms *= 2;
    return ms < BACKOFF_MOST_MS ? ms : BACKOFF_MOST_MS;
}

static enum err signals_open(struct supervisor *sup, struct fail *why)
{
    static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGCHLD};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        sigaddset(&set, wanted[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return fail_set(why, ERR_INTERNAL, "signals: %s", strerror(errno));
    sup->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (sup->signal_fd < 0)
        return fail_set(why, ERR_IO, "signalfd: %s", strerror(errno));
    return ERR_OK;
}

/* What a supervisor that was killed may have left behind. */
static enum err leftovers_clean(struct supervisor *sup, struct fail *why)
{
    struct state before;
    int n_killed = 0;
    enum err rc = state_read(sup->table->state, &before, why);

    if (rc == ERR_NOT_FOUND || rc == ERR_PROTO)
        return ERR_OK; /* a first start, or a machine that fell over while writing */
    if (rc == ERR_OK)
        rc = state_clean(&before, CLEAN_WAIT_MS, &n_killed, why);
    if (n_killed > 0)
        log_warn("leftovers.killed", L_INT("n", n_killed));
    return rc;
}

static enum err open_all(struct supervisor *sup, struct fail *why)
{
    enum err rc = logfile_dir_open(sup->table->log_dir, &sup->log_dir_fd, why);

    if (rc == ERR_OK)
        rc = state_lock(sup->table->state, &sup->lock_fd, why);
    if (rc == ERR_OK)
        rc = logfile_open(&sup->log, sup->log_dir_fd, "supervise", why);
    if (rc != ERR_OK)
        return rc;
    log_to(sup->log.fd);
    rc = signals_open(sup, why);
    if (rc == ERR_OK)
        rc = notify_socket_open(&sup->notify_fd, sup->notify_name, why);
    if (rc == ERR_OK)
        rc = leftovers_clean(sup, why);
    if (rc == ERR_OK && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        rc = fail_set(why, ERR_INTERNAL, "subreaper: %s", strerror(errno));
    for (int i = 0; rc == ERR_OK && i < sup->table->n_programs; i++) {
        rc = program_open(&sup->programs[i], &sup->table->programs[i], sup->table,
                          sup->log_dir_fd, sup->notify_name, why);
        sup->n_programs = i + 1;
    }
    return rc;
}

static void close_all(struct supervisor *sup)
{
    const int fds[] = {sup->signal_fd, sup->notify_fd, sup->lock_fd, sup->log_dir_fd};

    for (int i = 0; i < sup->n_programs; i++)
        program_close(&sup->programs[i]);
    log_to(2);
    logfile_close(&sup->log);
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* The order that may start now: all below it are up. */
static int order_open(const struct supervisor *sup)
{
    int order = INT32_MAX;

    for (int i = 0; i < sup->n_programs; i++)
        if (!program_is_up(&sup->programs[i]) && sup->programs[i].row->order < order)
            order = sup->programs[i].row->order;
    return order;
}

static void start_due(struct supervisor *sup, int64_t now_us)
{
    int order = order_open(sup), before = 0;

    /* Some are ready as soon as they are started, and let the next order start in this turn. */
    do {
        for (int i = 0; i < sup->n_programs; i++) {
            struct program *p = &sup->programs[i];

            if (p->now.phase == INSTANCE_NONE && p->row->order <= order && now_us >= p->due_us)
                program_start(p, now_us);
        }
        before = order;
        order = order_open(sup);
    } while (order > before);
}

/* Asks the highest order that still lives to end; true when nothing lives any more. */
static bool stop_next(struct supervisor *sup, int64_t now_us)
{
    int order = 0;

    for (int i = 0; i < sup->n_programs; i++)
        if (!program_is_down(&sup->programs[i]) && sup->programs[i].row->order > order)
            order = sup->programs[i].row->order;
    for (int i = 0; i < sup->n_programs; i++)
        if (sup->programs[i].row->order == order)
            program_stop(&sup->programs[i], now_us);
    return order == 0;
}

static int pids_known(const struct supervisor *sup, pid_t *pids)
{
    int n = 0;

    for (int i = 0; i < sup->n_programs; i++) {
        const struct program *p = &sup->programs[i];

        pids[n++] = p->now.pid;
        pids[n++] = p->next.pid;
        pids[n++] = p->old.pid;
    }
    return n;
}

static void reap(struct supervisor *sup, int64_t now_us)
{
    pid_t known[3 * SUP_PROGRAMS_MAX];
    bool is_one_of_ours = false;
    int status = 0;
    pid_t pid = 0;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < sup->n_programs; i++)
            if (program_ended(&sup->programs[i], pid, status, now_us))
                is_one_of_ours = true;
    /* What a dead program had started has become our child: PostgreSQL's backends would keep
     * the next postmaster out until they noticed. */
    if (is_one_of_ours) {
        int n = child_kill_orphans(known, pids_known(sup, known));

        if (n > 0)
            log_warn("orphans.killed", L_INT("n", n));
    }
}

static void signals_take(struct supervisor *sup, int64_t now_us)
{
    struct signalfd_siginfo info;

    while (read(sup->signal_fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
            if (!sup->is_stopping)
                log_info("supervisor.stopping", L_INT("signal", info.ssi_signo));
            sup->is_stopping = true;
        }
        for (int i = 0; i < sup->n_programs && !sup->is_stopping; i++) {
            struct program *p = &sup->programs[i];

            if (info.ssi_signo == SIGUSR2 && p->row->renew == SUP_RENEW_SWAP)
                program_swap(p, now_us);
            if (info.ssi_signo == SIGHUP && p->row->renew == SUP_RENEW_SIGNAL)
                program_renew(p);
        }
    }
}

static void notices_take(struct supervisor *sup, int64_t now_us)
{
    pid_t pid = 0;

    do {
        bool is_ready = notify_take(sup->notify_fd, &pid);

        for (int i = 0; is_ready && i < sup->n_programs; i++)
            if (program_heard(&sup->programs[i], pid, now_us))
                break;
    } while (pid != 0);
}

static void state_show(struct supervisor *sup)
{
    struct state fresh;
    struct state_row *self = &fresh.rows[0];
    char text[STATE_TEXT_CAP];
    struct fail why;

    snprintf(self->name, sizeof self->name, "supervisor");
    snprintf(self->word, sizeof self->word, "%s", sup->is_stopping ? "stopping" : "running");
    self->pid = getpid();
    self->started = state_started(getpid());
    self->n_starts = 1;
    fresh.n = 1;
    for (int i = 0; i < sup->n_programs; i++)
        fresh.n += program_rows(&sup->programs[i], &fresh.rows[fresh.n]);
    state_text(&fresh, text);
    if (strcmp(text, sup->shown) == 0)
        return;
    memcpy(sup->shown, text, sizeof text);
    if (state_write(sup->table->state, text, &why) != ERR_OK)
        log_error("state.not_written", L_FAIL(&why));
}

static int wait_ms(const struct supervisor *sup, int64_t now_us)
{
    int64_t least_us = INT64_MAX;

    for (int i = 0; i < sup->n_programs; i++) {
        int64_t at_us = program_deadline_us(&sup->programs[i], now_us);

        if (at_us < least_us)
            least_us = at_us;
    }
    if (least_us == INT64_MAX)
        return -1;
    if (least_us <= now_us)
        return 0;
    return (int)((least_us - now_us) / 1000) + 1;
}

static void poll_all(struct supervisor *sup, int64_t now_us)
{
    struct pollfd fds[POLL_MAX];
    nfds_t n = 0;

    fds[n++] = (struct pollfd){sup->signal_fd, POLLIN, 0};
    fds[n++] = (struct pollfd){sup->notify_fd, POLLIN, 0};
    for (int i = 0; i < sup->n_programs; i++) {
        const struct program *p = &sup->programs[i];

        fds[n++] = (struct pollfd){p->log_read_fd, POLLIN, 0};
        if (p->now.notify_fd >= 0)
            fds[n++] = (struct pollfd){p->now.notify_fd, POLLIN, 0};
        if (p->next.notify_fd >= 0)
            fds[n++] = (struct pollfd){p->next.notify_fd, POLLIN, 0};
    }
    (void)poll(fds, n, wait_ms(sup, now_us)); /* an interrupted wait is only a short one */
}

static void loop(struct supervisor *sup)
{
    for (;;) {
        int64_t now_us = clock_mono_us();

        for (int i = 0; i < sup->n_programs; i++)
            program_tick(&sup->programs[i], now_us);
        if (sup->is_stopping) {
            if (stop_next(sup, now_us))
                break;
        } else {
            start_due(sup, now_us);
        }
        state_show(sup);
        poll_all(sup, now_us);
        now_us = clock_mono_us();
        for (int i = 0; i < sup->n_programs; i++)
            program_read(&sup->programs[i], now_us);
        notices_take(sup, now_us);
        reap(sup, now_us);
        signals_take(sup, now_us);
        logfile_roll_if_full(&sup->log);
        log_to(sup->log.fd);
    }
    state_show(sup);
}

enum err supervise_run(const struct sup_table *table, struct fail *why)
{
    struct supervisor *sup = calloc(1, sizeof *sup);
    enum err rc = ERR_OK;

    if (sup == NULL)
        return fail_set(why, ERR_NOMEM, "supervisor");
    sup->table = table;
    sup->lock_fd = sup->log_dir_fd = sup->signal_fd = sup->notify_fd = -1;
    sup->log.fd = -1;
    rc = open_all(sup, why);
    if (rc == ERR_OK) {
        log_info("supervisor.running", L_INT("n_programs", sup->n_programs));
        loop(sup);
        log_info("supervisor.ended", L_NONE);
    }
    close_all(sup);
    free(sup);
    return rc;
}
