/* handback.export: the bag of a town with 500 IDs, ten months of logs, each row a leaf of the
 * audit log and seven tenths of them sealed lines, and 2 GB of files. Measured at a tenth of 2
 * million rows and of the files (all of them with IBASHO_BENCH_SCALE=1) and told for the whole:
 * CPU seconds of the program and of its two connections' servers, which a busy neighbour hardly
 * changes; by the clock it says beside. handback.export_mb: the memory of the program at its
 * most, on top of what its fixture holds. handback.export_ratio: CPU against pg_dump and tar of
 * the same, run beside it; those read each row once, open no seal, hash nothing and write
 * neither spreadsheets nor the log's lines.
 * IBASHO_BENCH_BAG: a directory that is not there yet, in which the bag is left for
 * tests/bench/handback_figures.py. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/features.h"
#include "tenants/handback/export.h"
#include "tests/bench/bench.h"
#include "tests/bench/handback_town.h"

#define FROM    INT64_C(1780272000000000) /* 2026-06-01T00:00:00Z */
#define N_DAYS  200
#define N_IDS   500
#define A_DAY   10000 /* rows, at full scale */
#define N_FILES 2000  /* of 1 MiB, at full scale */

static double seconds, mb, dump_seconds;

static int scale(void)
{
    const char *text = getenv("IBASHO_BENCH_SCALE");
    int n = text == NULL ? 10 : atoi(text);

    return n < 1 ? 1 : n;
}

/* ---- memory ---- */

static long memory_kb(const char *name)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    size_t len = strlen(name);
    long kb = 0;

    while (f != NULL && kb == 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, name, len) == 0)
            kb = strtol(line + len + 1, NULL, 10);
    if (f != NULL)
        fclose(f);
    return kb;
}

static void forget_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

    if (fd >= 0 && write(fd, "5", 1) != 1)
        fprintf(stderr, "  the peak stands since the start\n");
    if (fd >= 0)
        close(fd);
}

/* ---- time ---- */

/* Of what ran under the cluster's first process and has ended, in seconds. */
static double servers_cpu(void)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    char path[256], line[1024] = "";
    unsigned long user = 0, system = 0;
    FILE *f;

    nanosleep(&pause, NULL); /* until the last one was reaped */
    snprintf(path, sizeof path, "%s/postmaster.pid", getenv("IBASHO_TEST_PGDATA"));
    f = fopen(path, "re");
    if (f == NULL || fgets(line, sizeof line, f) == NULL)
        line[0] = '\0';
    if (f != NULL)
        fclose(f);
    snprintf(path, sizeof path, "/proc/%ld/stat", strtol(line, NULL, 10));
    f = fopen(path, "re");
    if (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char *at = strrchr(line, ')'); /* fields 16 and 17 are behind the 14th blank */

        for (int i = 0; at != NULL && i < 14; i++)
            at = strchr(at + 1, ' ');
        user = at == NULL ? 0 : strtoul(at, &at, 10);
        system = at == NULL ? 0 : strtoul(at, NULL, 10);
    }
    if (f != NULL)
        fclose(f);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double children_cpu(void)
{
    struct rusage u;

    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* ---- the figures ---- */

/* Sessions of the fixture end by themselves after a minute without work: not while something is
 * measured, for what filling the town cost would be counted with it. */
static enum err end_sessions(const struct audit_fixture *log, struct fail *why)
{
    char command[512];

    snprintf(command, sizeof command,
             "/usr/lib/postgresql/15/bin/psql -X -q -o /dev/null -h %s -U ibasho -c \"SELECT"
             " pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
             " AND datname = current_database()\" %s",
             getenv("IBASHO_TEST_PG"), log->db_name);
    return system(command) == 0 /* NOLINT(cert-env33-c) */
               ? ERR_OK
               : fail_set(why, ERR_IO, "ending sessions");
}

static enum err dump(const struct store_fixture *store, double *seconds_out, struct fail *why)
{
    const struct audit_fixture *log = &store->log;
    char command[640];
    double began = servers_cpu() + children_cpu();

    snprintf(command, sizeof command,
             "/usr/lib/postgresql/15/bin/pg_dump -h %s -U ibasho -f %s/dump.sql %s && "
             "tar -c -f %s/dump.tar -C %s dump.sql -C %s .",
             getenv("IBASHO_TEST_PG"), log->keyd.dir, log->db_name, log->keyd.dir,
             log->keyd.dir, store->files_dir);
    if (system(command) != 0) /* NOLINT(cert-env33-c) */
        return fail_set(why, ERR_IO, "pg_dump");
    *seconds_out = servers_cpu() + children_cpu() - began;
    return ERR_OK;
}

/* The middle of three, of which one ran before the export and two behind it. */
static double middle(const double v[3])
{
    double least = v[0] < v[1] ? v[0] : v[1], most = v[0] < v[1] ? v[1] : v[0];

    return v[2] < least ? least : v[2] > most ? most : v[2];
}

static enum err take_bag(const struct export_conf *conf, struct fail *why)
{
    double servers = servers_cpu(), program = bench_process_cpu_us() / 1e6;
    int64_t clock_us = clock_mono_us();
    long before_kb = memory_kb("VmRSS");
    struct export_result result;
    enum err rc;

    forget_peak();
    rc = handback_export(conf, &result, why);
    clock_us = clock_mono_us() - clock_us;
    program = bench_process_cpu_us() / 1e6 - program;
    servers = servers_cpu() - servers;
    seconds = program + servers;
    mb = (double)(memory_kb("VmHWM") - before_kb) / 1024;
    if (rc == ERR_OK)
        fprintf(stderr,
                "  %lld rows, %lld sealed, %lld MiB: %.2f s by the clock, CPU %.2f s here and "
                "%.2f s of the servers\n",
                (long long)result.n_rows, (long long)result.n_sealed,
                (long long)(result.n_bytes >> 20), (double)clock_us / 1e6, program, servers);
    return rc;
}

static enum err compare(struct logs_fixture *f, struct fail *why)
{
    struct audit_fixture *log = &f->people.store.log;
    struct db_conf db = store_fixture_conf(&f->people.store, "ibasho");
    const char *kept = getenv("IBASHO_BENCH_BAG");
    char dir[128];
    const struct export_conf conf = {.dir = dir,
                                     .db = &db,
                                     .stmts = features_stmts,
                                     .tables = features_tables,
                                     .audit_tables = features_audit_tables,
                                     .keyring = log->keyd.keyring,
                                     .files_dir = f->people.store.files_dir,
                                     .origin = log->key.name,
                                     .checkpoint_path = log->checkpoint_path,
                                     .town_ja = "青空市",
                                     .key = log->key,
                                     .node = log->keyd.node,
                                     .agent = "bench"};
    double dumps[3];
    enum err rc = end_sessions(log, why);

    if (rc == ERR_OK)
        rc = dump(&f->people.store, &dumps[0], why);
    snprintf(dir, sizeof dir, "%s/bag", log->keyd.dir);
    if (rc == ERR_OK && mkdir(dir, 0700) != 0)
        rc = fail_set(why, ERR_IO, "%s", dir);
    if (rc == ERR_OK)
        rc = take_bag(&conf, why);
    for (int i = 1; rc == ERR_OK && i < 3; i++)
        rc = dump(&f->people.store, &dumps[i], why);
    if (rc == ERR_OK && kept != NULL && rename(dir, kept) != 0)
        rc = fail_set(why, ERR_IO, "%s to IBASHO_BENCH_BAG", dir);
    if (rc != ERR_OK)
        return rc;
    dump_seconds = middle(dumps);
    fprintf(stderr, "  pg_dump and tar: CPU %.2f, %.2f, %.2f s\n", dumps[0], dumps[1],
            dumps[2]);
    return ERR_OK;
}

static enum err measure(struct fail *why)
{
    const struct logs_fixture_days days = {FROM, N_DAYS, A_DAY * 7 / 10 / scale(),
                                           A_DAY * 2 / 10 / scale(), A_DAY / 10 / scale()};
    struct logs_fixture f;
    enum err rc;

    if (seconds > 0)
        return ERR_OK;
    logs_fixture_start(&f, N_IDS);
    logs_fixture_fill(&f, &days);
    logs_fixture_settle(&f);
    rc = handback_town_leaves(&f, why);
    f.has_leaves = rc == ERR_OK;
    if (rc == ERR_OK)
        rc = handback_town_files(&f, N_FILES / scale(), why);
    if (rc == ERR_OK)
        rc = compare(&f, why);
    logs_fixture_stop(&f);
    return rc;
}

BENCH(export_seconds, "handback.export", "CPU s for 2 million rows", 90, true)
{
    enum err rc = measure(why);

    *value_out = seconds * scale();
    return rc;
}

BENCH(export_mb, "handback.export_mb", "MB", 200, true)
{
    enum err rc = measure(why);

    *value_out = mb;
    return rc;
}

BENCH(export_ratio, "handback.export_ratio", "times the CPU of pg_dump and tar", 2, true)
{
    enum err rc = measure(why);

    *value_out = dump_seconds > 0 ? seconds / dump_seconds : 0;
    return rc;
}
