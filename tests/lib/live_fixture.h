/* tests/lib/live_fixture.h - a realtime server with a feature of its own that echoes: real
 * sockets, real tickets, nobody's place behind it. What the feature was told is counted.
 * Threads: the test's; the feature's functions run on the live thread. */
#ifndef TESTS_LIB_LIVE_FIXTURE_H
#define TESTS_LIB_LIVE_FIXTURE_H

#include <semaphore.h>
#include <stdatomic.h>

#include "node/base/services.h"
#include "node/server/live.h"
#include "tests/lib/live_client.h"
#include "tests/t.h"

#define LIVE_FIXTURE_LOG 4096

struct live_visitor {
    struct live_conn *conn;
    struct caller caller;
    const char *name; /* its pass */
};

struct live_fixture {
    struct live *live;
    struct services services;
    struct live_server_conf conf;
    struct live_feature feature;
    char path[104];
    atomic_int n_opened, n_closed, n_refreshed, n_ticks, n_ending, n_passes_freed;
    atomic_int n_ended[LIVE_END_OURS + 1];
    atomic_int n_sticks;
    /* The names of passes in the order in which their commands were handled. */
    _Atomic(const char *) handled[LIVE_FIXTURE_LOG];
    atomic_int n_handled;
    _Atomic(struct live_visitor *) last;
    sem_t held, go;      /* live_fixture_hold */
    const char *refuses; /* a pass that is not let in */
    struct command_later later;
};

extern struct live_fixture live_fixture; /* one at a time */
extern const struct live_event live_fixture_event;

/* conf's path, uids, origin, commands and services are the fixture's own; 0 elsewhere: 12,000
 * connections, 2 s, 5 s. */
void live_fixture_start(const struct live_server_conf *conf);
void live_fixture_stop(void);
/* A ticket for role, with pass as the visitor's name; session and account are new. */
void live_fixture_ticket(enum role role, const char *pass, char text_out[LIVE_TICKET_CAP]);
struct caller live_fixture_caller(enum role role);
/* A client that is let in. */
void live_fixture_join(struct live_client *client, enum role role, const char *pass);
/* Everything the live thread has begun is done once this returns. */
void live_fixture_settle(void);
/* The live thread stands still until live_fixture_go: what is sent meanwhile comes at once. */
void live_fixture_hold(void);
void live_fixture_go(void);
/* Waits until *n is at least least; false: not in time. */
bool live_fixture_wait(const atomic_int *n, int least);

#endif
