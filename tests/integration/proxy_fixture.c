#include "tests/integration/proxy_fixture.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define N_PAIRS_CAP 16
#define CHUNK_CAP   65536

struct pair {
    int client, server; /* -1: free */
    bool is_silent;
};

struct proxy_fixture {
    char dir[128], target[108];
    int listener;
    pthread_t thread;
    struct pair pairs[N_PAIRS_CAP];
    _Atomic int trap, n_sprung;
    _Atomic bool is_stopping;
    char bytes[CHUNK_CAP]; /* on their way */
};

static void need(bool is_well, const char *what)
{
    if (is_well)
        return;
    perror(what);
    abort();
}

static int connect_to(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need(fd >= 0, "proxy: socket");
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    close(fd);
    return -1; /* the server is away: the client sees a closed connection */
}

static void cut(struct pair *pair)
{
    close(pair->client);
    close(pair->server);
    *pair = (struct pair){-1, -1, false};
}

static void take_client(struct proxy_fixture *p)
{
    int client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
    int server = client < 0 ? -1 : connect_to(p->target);

    for (int i = 0; server >= 0 && i < N_PAIRS_CAP; i++)
        if (p->pairs[i].client < 0) {
            p->pairs[i] = (struct pair){client, server, false};
            return;
        }
    if (client >= 0)
        close(client);
    if (server >= 0)
        close(server);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Waits for the server's word and lets it fall. */
static void swallow_answer(int server)
{
    struct pollfd fd = {.fd = server, .events = POLLIN};

    if (poll(&fd, 1, 10000) == 1) {
        char bytes[256];

        (void)!read(server, bytes, sizeof bytes);
    }
}

/* True when the trap has dealt with the bytes. */
static bool spring(struct proxy_fixture *p, struct pair *pair, const char *bytes, size_t len)
{
    enum proxy_trap trap;

    if (atomic_load(&p->trap) == PROXY_PASSES ||
        memmem(bytes, len, "db_commit", strlen("db_commit")) == NULL)
        return false;
    trap = (enum proxy_trap)atomic_exchange(&p->trap, PROXY_PASSES);
    if (trap == PROXY_PASSES)
        return false;
    atomic_fetch_add(&p->n_sprung, 1);
    if (trap == PROXY_CUTS_AFTER_COMMIT && write_all(pair->server, bytes, len))
        swallow_answer(pair->server);
    if (trap == PROXY_FALLS_SILENT)
        pair->is_silent = true;
    else
        cut(pair);
    return true;
}

static void pass(struct proxy_fixture *p, struct pair *pair, bool is_from_client)
{
    int from = is_from_client ? pair->client : pair->server;
    int to = is_from_client ? pair->server : pair->client;
    ssize_t n = read(from, p->bytes, sizeof p->bytes);

    if (n <= 0) {
        cut(pair);
        return;
    }
    if (is_from_client && spring(p, pair, p->bytes, (size_t)n))
        return;
    if (!write_all(to, p->bytes, (size_t)n))
        cut(pair);
}

static void serve(struct proxy_fixture *p)
{
    struct pollfd fds[1 + 2 * N_PAIRS_CAP];

    fds[0] = (struct pollfd){.fd = p->listener, .events = POLLIN};
    for (int i = 0; i < N_PAIRS_CAP; i++) {
        bool is_watched = p->pairs[i].client >= 0 && !p->pairs[i].is_silent;

        fds[1 + 2 * i] =
            (struct pollfd){.fd = is_watched ? p->pairs[i].client : -1, .events = POLLIN};
        fds[2 + 2 * i] =
            (struct pollfd){.fd = is_watched ? p->pairs[i].server : -1, .events = POLLIN};
    }
    if (poll(fds, 1 + 2 * N_PAIRS_CAP, 20) <= 0)
        return;
    if (fds[0].revents != 0)
        take_client(p);
    for (int i = 0; i < N_PAIRS_CAP; i++) {
        if (fds[1 + 2 * i].revents != 0)
            pass(p, &p->pairs[i], true);
        if (fds[2 + 2 * i].revents != 0 && p->pairs[i].server == fds[2 + 2 * i].fd)
            pass(p, &p->pairs[i], false);
    }
}

static void *run(void *arg)
{
    struct proxy_fixture *p = arg;

    while (!atomic_load(&p->is_stopping))
        serve(p);
    return NULL;
}

struct proxy_fixture *proxy_fixture_start(const char *socket_dir)
{
    static int n;
    struct proxy_fixture *p = calloc(1, sizeof *p);
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    need(p != NULL, "proxy");
    snprintf(p->dir, sizeof p->dir, "%s/proxy-%d", getenv("IBASHO_TEST_DIR"), n++);
    snprintf(p->target, sizeof p->target, "%s/.s.PGSQL.5432", socket_dir);
    need(mkdir(p->dir, 0700) == 0, p->dir);
    snprintf(at.sun_path, sizeof at.sun_path, "%.80s/.s.PGSQL.5432", p->dir);
    p->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(p->listener >= 0 && bind(p->listener, (const struct sockaddr *)&at, sizeof at) == 0 &&
             listen(p->listener, 16) == 0,
         at.sun_path);
    for (int i = 0; i < N_PAIRS_CAP; i++)
        p->pairs[i] = (struct pair){-1, -1, false};
    need(pthread_create(&p->thread, NULL, run, p) == 0, "proxy: thread");
    return p;
}

void proxy_fixture_stop(struct proxy_fixture **proxy)
{
    struct proxy_fixture *p = *proxy;

    atomic_store(&p->is_stopping, true);
    pthread_join(p->thread, NULL);
    for (int i = 0; i < N_PAIRS_CAP; i++)
        if (p->pairs[i].client >= 0)
            cut(&p->pairs[i]);
    close(p->listener);
    free(p);
    *proxy = NULL;
}

const char *proxy_fixture_dir(const struct proxy_fixture *proxy)
{
    return proxy->dir;
}

void proxy_fixture_arm(struct proxy_fixture *proxy, enum proxy_trap trap)
{
    atomic_store(&proxy->trap, (int)trap);
}

int proxy_fixture_n_sprung(const struct proxy_fixture *proxy)
{
    return atomic_load(&proxy->n_sprung);
}
