#include "ops/cli/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/unconst.h"
#include "node/base/wholefile.h"
#include "node/db/db_wal.h"

#define LOG_NAME     "replay.log"
#define ENDED_BEFORE "recovery ended before configured recovery target was reached"
#define STEP_US      50000
#define STOP_US      (120 * SECOND_US)
#define PATH_CAP     WHOLEFILE_PATH_CAP

/* ---- the log ---- */

struct putting {
    struct keyring *keyring;
    const char *backup_dir, *cluster;
    const struct backup_entry *entry;
    uint64_t from; /* bytes before it came with the piece before */
    uint64_t at;
    int fd; /* of the file of the log that holds `at` */
};

/* "000000010000000000000002": timeline, and the place in files of the log. */
static enum err segment_open(struct putting *p, struct fail *why)
{
    uint64_t size = (uint64_t)p->entry->segment, n = p->at / size;
    uint64_t a_4gib = (UINT64_C(1) << 32) / size;
    char path[PATH_CAP];

    snprintf(path, sizeof path, "%.900s/pg_wal/%08" PRIX32 "%08" PRIX64 "%08" PRIX64,
             p->cluster, (uint32_t)p->entry->timeline, n / a_4gib, n % a_4gib);
    p->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (p->fd < 0 || ftruncate(p->fd, (off_t)size) != 0)
        return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: errno %d", path,
                        errno);
    return ERR_OK;
}

static enum err segment_close(struct putting *p, struct fail *why)
{
    enum err rc = ERR_OK;

    if (p->fd >= 0 && fsync(p->fd) != 0)
        rc = fail_set(why, ERR_IO, "fsync of the log: errno %d", errno);
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    return rc;
}

static enum err put_bytes(void *arg, struct span bytes, struct fail *why)
{
    struct putting *p = arg;
    uint64_t size = (uint64_t)p->entry->segment;
    enum err rc = ERR_OK;

    if (p->at < p->from) { /* two pieces may share some of the log */
        uint64_t skip = p->from - p->at < bytes.len ? p->from - p->at : bytes.len;

        p->at += skip;
        bytes = span_from(bytes, (size_t)skip);
    }
    while (rc == ERR_OK && bytes.len > 0) {
        uint64_t left = size - p->at % size;
        size_t most = left < bytes.len ? (size_t)left : bytes.len;
        ssize_t n;

        if (p->fd < 0)
            rc = segment_open(p, why);
        if (rc != ERR_OK)
            return rc;
        n = pwrite(p->fd, bytes.p, most, (off_t)(p->at % size));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO,
                            "writing the log: errno %d", errno);
        p->at += (uint64_t)n;
        bytes = span_from(bytes, (size_t)n);
        if (p->at % size == 0)
            rc = segment_close(p, why);
    }
    return rc;
}

static enum err put_piece(void *arg, const struct piece *piece, uint64_t from, struct fail *why)
{
    struct putting *p = arg;

    p->from = from;
    p->at = piece->start;
    return piece_open(p->keyring, p->backup_dir, piece, pieces_system(p->entry), put_bytes, p,
                      why);
}

enum err replay_put_log(struct keyring *keyring, const char *backup_dir, const char *cluster,
                        const struct pieces *pieces, const struct pieces_chain *chain,
                        const struct backup_entry *entry, struct fail *why)
{
    struct putting p = {.keyring = keyring,
                        .backup_dir = backup_dir,
                        .cluster = cluster,
                        .entry = entry,
                        .fd = -1};
    struct fail close_why;
    enum err rc = pieces_each(pieces, chain, put_piece, &p, why);

    if (segment_close(&p, &close_why) != ERR_OK && rc == ERR_OK) {
        *why = close_why;
        rc = ERR_IO;
    }
    return rc;
}

/* ---- the server ---- */

/* Peer authentication for this user alone, whatever the host the backup came from said. */
static enum err private_dir(struct replay *r, struct fail *why)
{
    const struct passwd *self = getpwuid(geteuid());
    char path[PATH_CAP], text[256];
    enum err rc;

    if (self == NULL)
        return fail_set(why, ERR_NOT_FOUND, "user %u has no name", (unsigned)geteuid());
    snprintf(r->socket_dir, sizeof r->socket_dir, "/tmp/ibasho-replay-XXXXXX");
    if (mkdtemp(r->socket_dir) == NULL) {
        r->socket_dir[0] = '\0';
        return fail_set(why, ERR_IO, "mkdtemp: errno %d", errno);
    }
    snprintf(path, sizeof path, "%s/hba", r->socket_dir);
    rc = wholefile_replace(path, SPAN("local all ibasho peer map=here\n"), why);
    snprintf(path, sizeof path, "%s/ident", r->socket_dir);
    snprintf(text, sizeof text, "here \"%s\" ibasho\n", self->pw_name);
    return rc == ERR_OK ? wholefile_replace(path, span_text(text), why) : rc;
}

static void target_text(const struct replay_target *target, char *out, size_t cap)
{
    char at[CLOCK_TEXT_CAP], place[DB_WAL_TEXT_CAP];

    if (target->at_utc_us > 0) {
        clock_utc_text(target->at_utc_us, at);
        snprintf(out, cap, "recovery_target_time=%.10s %.15s+00", at, at + 11);
    } else if (target->place > 0) {
        db_wal_text(target->place, place);
        snprintf(out, cap, "recovery_target_lsn=%s", place);
    } else {
        snprintf(out, cap, "recovery_target_timeline=current");
    }
}

static const char *program(const struct replay *r)
{
    const char *beside = conf_text(r->cli->conf, "backup.pg_basebackup");
    const char *slash = strrchr(beside, '/');

    return arena_printf(r->cli->arena, "%.*s/postgres", (int)(slash - beside), beside);
}

static enum err server_spawn(struct replay *r, const struct replay_target *target,
                             struct fail *why)
{
    char hba[128], ident[128], sockets[128], aim[96], log[PATH_CAP];
    const char *path = program(r);
    const char *const words[] = {path,
                                 "-D",
                                 r->cluster,
                                 "-c",
                                 hba,
                                 "-c",
                                 ident,
                                 "-c",
                                 sockets,
                                 "-c",
                                 "listen_addresses=",
                                 "-c",
                                 "archive_mode=off",
                                 "-c",
                                 "restore_command=false",
                                 "-c",
                                 "recovery_target_action=promote",
                                 "-c",
                                 target->place > 0 ? "recovery_target_inclusive=off"
                                                   : "recovery_target_inclusive=on",
                                 "-c",
                                 aim,
                                 NULL};
    char *argv[sizeof words / sizeof words[0]];
    char *env[] = {arena_text(r->cli->arena, SPAN("LC_ALL=C.UTF-8")), NULL};
    int log_fd;

    snprintf(hba, sizeof hba, "hba_file=%s/hba", r->socket_dir);
    snprintf(ident, sizeof ident, "ident_file=%s/ident", r->socket_dir);
    snprintf(sockets, sizeof sockets, "unix_socket_directories=%s", r->socket_dir);
    snprintf(log, sizeof log, "%s/" LOG_NAME, r->socket_dir);
    target_text(target, aim, sizeof aim);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        argv[i] = unconst(words[i]);
    if (path == NULL || env[0] == NULL)
        return fail_set(why, ERR_NOMEM, "postgres");
    log_fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log_fd < 0)
        return fail_set(why, ERR_IO, "%s: errno %d", log, errno);
    r->pid = fork();
    if (r->pid == 0) {
        /* Whoever kills us with -9 leaves no server behind that nobody knows of. */
        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        dup2(log_fd, 1);
        dup2(log_fd, 2);
        execve(path, argv, env);
        _exit(127);
    }
    close(log_fd);
    if (r->pid > 0)
        return ERR_OK;
    r->pid = 0;
    return fail_set(why, ERR_IO, "fork: errno %d", errno);
}

static bool has_ended(struct replay *r)
{
    if (r->pid > 0 && waitpid(r->pid, NULL, WNOHANG) == r->pid)
        r->pid = 0;
    return r->pid == 0;
}

/* The last thing it said; no log of ours holds a statement or a row. */
static enum err fail_log(const struct replay *r, struct fail *why)
{
    uint8_t text[16384];
    char path[PATH_CAP];
    size_t len = 0, at = 0;

    snprintf(path, sizeof path, "%s/" LOG_NAME, r->socket_dir);
    if (wholefile_read(path, text, sizeof text - 1, &len, NULL) != ERR_OK)
        return fail_set(why, ERR_UNAVAILABLE, "postgres ended");
    text[len] = '\0';
    if (strstr((const char *)text, ENDED_BEFORE) != NULL)
        return fail_set(why, ERR_CONFLICT, "the log ends before the wanted moment");
    for (size_t i = 0; i + 1 < len; i++)
        if (text[i] == '\n')
            at = i + 1;
    return fail_set(why, ERR_UNAVAILABLE, "postgres ended: %.200s", (const char *)text + at);
}

static const struct stmt sql_ready = {"replay_ready", "SELECT NOT pg_is_in_recovery()"};
static const struct stmt *const own_stmts[] = {&sql_ready};
static const struct stmt_table own_tables[] = {{own_stmts, 1}, {NULL, 0}};

enum err replay_db(struct replay *r, const struct stmt_table *tables, struct db **db_out,
                   struct fail *why)
{
    const struct db_conf conf = {.socket_dir = r->socket_dir,
                                 .user = "ibasho",
                                 .name = conf_text(r->cli->conf, "db.name")};

    return db_open(&conf, tables, db_out, why);
}

static bool is_ready(struct replay *r)
{
    struct db *db = NULL;
    struct db_rows *rows = NULL;
    struct db_args none;
    bool is;

    db_args_init(&none);
    is = replay_db(r, own_tables, &db, NULL) == ERR_OK &&
         db_run(db, &sql_ready, &none, &rows, NULL) == ERR_OK && db_bool(rows, 0, 0);
    db_rows_free(&rows);
    db_close(&db);
    return is;
}

/* The socket is there when it takes connections; before that nobody need knock. */
static enum err wait_ready(struct replay *r, struct fail *why)
{
    char path[PATH_CAP];
    struct stat st;

    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", r->socket_dir);
    while (!has_ended(r)) {
        if (stat(path, &st) == 0 && is_ready(r))
            return ERR_OK;
        usleep(STEP_US);
    }
    return fail_log(r, why);
}

static enum err start_once(struct replay *r, const struct replay_target *target,
                           struct fail *why)
{
    enum err rc = server_spawn(r, target, why);

    return rc == ERR_OK ? wait_ready(r, why) : rc;
}

enum err replay_start(struct replay *r, const struct replay_target *target, bool is_past_ok,
                      struct fail *why)
{
    static const struct replay_target all = {.at_utc_us = 0};
    char path[PATH_CAP];
    enum err rc = private_dir(r, why);

    snprintf(path, sizeof path, "%.1000s/" REPLAY_SIGNAL, r->cluster);
    if (rc == ERR_OK)
        rc = wholefile_replace(path, SPAN(""), why);
    if (rc == ERR_OK)
        rc = start_once(r, target, why);
    /* Nothing was committed between the last record and the wanted moment. */
    if (rc == ERR_CONFLICT && is_past_ok)
        rc = start_once(r, &all, why);
    return rc;
}

enum err replay_close(struct replay *r, struct fail *why)
{
    static const char *const names[] = {"hba", "ident", LOG_NAME};
    int64_t until_us = clock_mono_us() + STOP_US;
    bool was_there = r->pid > 0;
    enum err rc = ERR_OK;
    char path[PATH_CAP];

    if (r->pid > 0)
        kill(r->pid, SIGINT);
    while (!has_ended(r) && clock_mono_us() < until_us)
        usleep(STEP_US);
    if (was_there && !has_ended(r)) {
        kill(r->pid, SIGQUIT);
        waitpid(r->pid, NULL, 0);
        r->pid = 0;
        rc = fail_set(why, ERR_TIMEOUT, "postgres did not stop");
    }
    for (size_t i = 0; r->socket_dir[0] != '\0' && i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", r->socket_dir, names[i]);
        unlink(path);
    }
    if (r->socket_dir[0] != '\0')
        rmdir(r->socket_dir);
    r->socket_dir[0] = '\0';
    return rc;
}
