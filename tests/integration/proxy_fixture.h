/* tests/integration/proxy_fixture.h - a unix-socket proxy before a cluster, on a thread of its
 * own, which cuts connections at the worst moment. A client whose bytes name the COMMIT
 * statement (db_commit) meets what was armed, once. Aborts when it cannot work. Threads: arm
 * from any. */
#ifndef TESTS_INTEGRATION_PROXY_FIXTURE_H
#define TESTS_INTEGRATION_PROXY_FIXTURE_H

enum proxy_trap {
    PROXY_PASSES,
    PROXY_CUTS_BEFORE_COMMIT, /* COMMIT never reaches the server */
    PROXY_CUTS_AFTER_COMMIT,  /* the server's answer to COMMIT never reaches the client */
    PROXY_FALLS_SILENT,       /* nothing passes any more, nothing is closed */
};

struct proxy_fixture;

/* Before the cluster whose sockets lie in socket_dir. */
struct proxy_fixture *proxy_fixture_start(const char *socket_dir);
void proxy_fixture_stop(struct proxy_fixture **proxy);
const char *proxy_fixture_dir(const struct proxy_fixture *proxy); /* for db_conf.socket_dir */
void proxy_fixture_arm(struct proxy_fixture *proxy, enum proxy_trap trap);
int proxy_fixture_n_sprung(const struct proxy_fixture *proxy); /* traps sprung so far */

#endif
