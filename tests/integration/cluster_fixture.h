/* tests/integration/cluster_fixture.h - a cluster of the test's own, to be killed, filled up
 * and cut off. Made by ops/lib/cluster.sh, as in production. It lies under IBASHO_TEST_DIR;
 * tests/lib/with-cluster stops and removes it even when the test dies. Run from the root of the
 * checkout. Every function aborts when the cluster does not do as told. Threads: one. */
#ifndef TESTS_INTEGRATION_CLUSTER_FIXTURE_H
#define TESTS_INTEGRATION_CLUSTER_FIXTURE_H

#include <sys/types.h>

#define CLUSTER_PATH_CAP 128

struct cluster_fixture {
    char dir[CLUSTER_PATH_CAP];
    char data[CLUSTER_PATH_CAP + 16], sockets[CLUSTER_PATH_CAP + 16];
    char log[CLUSTER_PATH_CAP + 16];
};

/* Made and started; data_parent NULL: under IBASHO_TEST_DIR, else the directory that shall hold
 * PGDATA (a small disk). conf: further lines of postgresql.conf, separated by ';', or NULL. */
void cluster_fixture_start(struct cluster_fixture *c, const char *data_parent,
                           const char *conf);
/* kill -9 of the postmaster and all its children at once, as a power cut would. */
void cluster_fixture_kill(struct cluster_fixture *c);
/* After a kill or a crash; waits until it answers. */
void cluster_fixture_restart(struct cluster_fixture *c);
/* Stops and removes. */
void cluster_fixture_stop(struct cluster_fixture *c);
pid_t cluster_fixture_pid(const struct cluster_fixture *c); /* 0: does not run */
/* kill -9 of the youngest backend that serves user; the pid, 0 when there is none. */
pid_t cluster_fixture_kill_backend(struct cluster_fixture *c, const char *user);
/* Runs a shell command, which must succeed. */
void cluster_fixture_shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
