/* Bodies that are files, and health while the workers wait: the server over a unix socket, with
 * rows of this test's own (design section 10, NI-T3-10). */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/db/hash256.h"
#include "node/features.h"
#include "node/server/dispatch.h"
#include "node/server/http.h"
#include "node/server/metrics.h"
#include "node/server/own.h"
#include "node/server/routes.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

#define CAP ((size_t)16 << 20)

static sem_t is_inside, may_go;

/* Answers the length and SHA-256 of what came, in hexadecimal. */
static void take(struct req *req)
{
    struct hash256 hash = hash256_of(req->body);
    char *text = arena_alloc(req->arena, 96);
    int n = snprintf(text, 96, "%zu ", req->body.len);

    for (size_t i = 0; i < sizeof hash.b; i++)
        n += snprintf(text + n, 96 - (size_t)n, "%02x", hash.b[i]);
    reply_bytes(req, 200, "text/plain", span_text(text));
}

static void wait_inside(struct req *req)
{
    sem_post(&is_inside);
    sem_wait(&may_go);
    reply_none(req);
}

static const struct route rows[] = {
    {.name = "test.file",
     .method = HTTP_POST,
     .path = "/api/v1/file",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLES_EVERYONE,
     .body_type = "application/zip",
     .body_cap_bytes = CAP,
     .summary_ja = "ファイル",
     .handle = take},
    {.name = "test.closed",
     .method = HTTP_POST,
     .path = "/api/v1/closed",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLES_SIGNED_IN,
     .body_type = "application/zip",
     .body_cap_bytes = CAP,
     .summary_ja = "ファイル",
     .handle = take},
    {.name = "test.wait",
     .method = HTTP_GET,
     .path = "/api/v1/wait",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLES_EVERYONE,
     .summary_ja = "待つ",
     .handle = wait_inside},
};

struct town {
    struct store_fixture store;
    struct routes *routes;
    struct metrics *metrics;
    struct dispatch *dispatch;
    struct http *http;
    struct own own;
    char path[96];
};

static void start(struct town *t)
{
    const struct route_table tables[] = {{rows, T_COUNT(rows)}, {own_routes, 1}, {NULL, 0}};
    struct dispatch_conf conf = {.stmts = features_stmts, .n_workers = 2, .n_waiting_cap = 16};
    struct http_socket socket = {.listener = LISTENER_PUBLIC,
                                 .uids = {getuid()},
                                 .n_uids = 1,
                                 .origin = "",
                                 .n_connections_cap = 32};
    struct http_conf http = {.n_sockets = 1};
    struct fail why = {.code = ERR_OK};

    memset(t, 0, sizeof *t);
    sem_init(&is_inside, 0, 0);
    sem_init(&may_go, 0, 0);
    store_fixture_start(&t->store, NULL);
    snprintf(t->path, sizeof t->path, "%s/public.sock", t->store.log.keyd.dir);
    conf.services = conf.services_early = &t->store.services;
    conf.db = store_fixture_conf(&t->store, "ibasho_app");
    T_EQ(routes_create(tables, &t->routes, &why), ERR_OK, "routes");
    T_EQ(metrics_create(t->routes, &t->metrics, &why), ERR_OK, "metrics");
    conf.metrics = t->metrics;
    T_EQ(dispatch_start(&conf, &t->dispatch, &why), ERR_OK, "dispatch");
    dispatch_state_set(t->dispatch, NODE_READY);
    t->own = (struct own){.dispatch = t->dispatch, .metrics = t->metrics, .routes = t->routes};
    own_describe(&t->own);
    socket.path = t->path;
    http.sockets = &socket;
    http.routes = t->routes;
    http.dispatch = t->dispatch;
    http.metrics = t->metrics;
    T_EQ(http_open(&http, &t->http, &why), ERR_OK, "http");
    T_EQ(http_publish(t->http, &why), ERR_OK, "published");
}

static void stop(struct town *t)
{
    T_OK(http_drain(t->http, 10000), "everything was answered");
    dispatch_stop(&t->dispatch);
    http_close(&t->http, 5000);
    metrics_destroy(&t->metrics);
    routes_destroy(&t->routes);
    store_fixture_stop(&t->store);
    sem_destroy(&is_inside);
    sem_destroy(&may_go);
}

/* ---- a client of one connection a request ---- */

static int enter(const struct town *t)
{
    const struct timeval wait = {20, 0};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s", t->path);
    invariant(fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) == 0 &&
                  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0,
              "connect");
    return fd;
}

/* False: the other side no longer takes it. */
static bool say(int fd, const void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t sent = send(fd, (const char *)bytes + at, n - at, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        at += (size_t)sent;
    }
    return true;
}

static void begin(int fd, const char *path, const char *more)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", path, more);

    T_OK(say(fd, head, (size_t)n), "head");
}

static void begin_file(int fd, const char *path, const char *type, size_t n_bytes)
{
    char more[128];

    snprintf(more, sizeof more, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, n_bytes);
    begin(fd, path, more);
}

/* Reads to the end; the status, and the body in text_out. */
static int hear(int fd, char text_out[4096])
{
    size_t n = 0;
    ssize_t got;
    const char *at;

    while (n < 4095 && (got = recv(fd, text_out + n, 4095 - n, 0)) > 0)
        n += (size_t)got;
    text_out[n] = '\0';
    close(fd);
    if (strncmp(text_out, "HTTP/1.1 ", 9) != 0)
        return 0;
    got = strtol(text_out + 9, NULL, 10);
    at = strstr(text_out, "\r\n\r\n");
    if (at != NULL)
        memmove(text_out, at + 4, strlen(at + 4) + 1);
    return (int)got;
}

static uint8_t *file_of(size_t n_bytes)
{
    uint8_t *file = malloc(n_bytes + 1);
    uint32_t x = 2463534242;

    invariant(file != NULL, "memory");
    for (size_t i = 0; i < n_bytes; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        file[i] = (uint8_t)x;
    }
    return file;
}

static void expected(const uint8_t *file, size_t n_bytes, char text_out[96])
{
    struct hash256 hash = hash256_of(span_of(file, n_bytes));
    int n = snprintf(text_out, 96, "%zu ", n_bytes);

    for (size_t i = 0; i < sizeof hash.b; i++)
        n += snprintf(text_out + n, 96 - (size_t)n, "%02x", hash.b[i]);
}

T_CASE(http_file_arrives_whole_up_to_its_cap)
{
    static const size_t sizes[] = {0, 1, 70000, CAP};
    uint8_t *file = file_of(CAP);
    struct town t;

    start(&t);
    for (size_t i = 0; i < T_COUNT(sizes); i++) {
        char text[4096], want[96];
        int fd = enter(&t);

        begin_file(fd, "/api/v1/file", "application/zip", sizes[i]);
        T_OK(say(fd, file, sizes[i]), "sent");
        expected(file, sizes[i], want);
        T_EQ(hear(fd, text), 200, "taken");
        T_TEXT(text, want, "every byte of it");
    }
    stop(&t);
    free(file);
}

T_CASE(http_file_of_another_kind_or_length_is_refused)
{
    uint8_t *file = file_of(1 << 20);
    char text[4096];
    struct town t;
    int fd;

    start(&t);
    fd = enter(&t);
    begin_file(fd, "/api/v1/file", "application/zip", CAP + 1);
    T_EQ(hear(fd, text), 413, "one byte over the cap, before any of it was sent");
    fd = enter(&t);
    begin(fd, "/api/v1/file", "Content-Type: application/zip\r\n");
    T_EQ(hear(fd, text), 411, "no length");
    fd = enter(&t);
    begin(fd, "/api/v1/file",
          "Content-Type: application/zip\r\nTransfer-Encoding: chunked\r\n");
    T_EQ(hear(fd, text), 411, "in chunks");
    for (int i = 0; i < 50; i++) {
        static const char *const types[] = {"application/json", "application/zip2",
                                            "application/x-zip-compressed", ""};

        fd = enter(&t);
        begin_file(fd, "/api/v1/file", types[i % 4], 1 << 20);
        T_OK(say(fd, file, 1 << 20), "the whole of it is read");
        T_EQ(hear(fd, text), 415, types[i % 4]);
        T_OK(strstr(text, "\"code\":\"type\"") != NULL, "and the answer is never lost");
    }
    stop(&t);
    free(file);
}

/* Who may not send it has his bytes dropped: they take no memory, and no place of those who
 * may. */
T_CASE(http_file_of_a_stranger_costs_nothing)
{
    uint8_t *file = file_of(1 << 20);
    int strangers[HTTP_FILES_MOST + 4];
    char text[4096];
    struct town t;
    int fd;

    T_REQ("NI-T3-10");
    start(&t);
    for (size_t i = 0; i < T_COUNT(strangers); i++) {
        strangers[i] = enter(&t);
        begin_file(strangers[i], "/api/v1/closed", "application/zip", 1 << 20);
        T_OK(say(strangers[i], file, 1 << 19), "half");
    }
    fd = enter(&t);
    begin_file(fd, "/api/v1/file", "application/zip", 1 << 20);
    T_OK(say(fd, file, 1 << 20), "one who may");
    T_EQ(hear(fd, text), 200, "finds his place");
    for (size_t i = 0; i < T_COUNT(strangers); i++) {
        T_OK(say(strangers[i], file, 1 << 19), "the other half");
        T_EQ(hear(strangers[i], text), 401, "and is told at the end");
        T_OK(strstr(text, "sign-in-needed") != NULL, "as anybody");
    }
    stop(&t);
    free(file);
}

T_CASE(http_file_places_are_counted_and_given_back)
{
    uint8_t *file = file_of(1 << 20);
    int at[HTTP_FILES_MOST + 1];
    char text[4096], want[96];
    struct town t;

    start(&t);
    expected(file, 1 << 20, want);
    for (int round = 0; round < 2; round++) {
        int n_busy = 0, n_taken = 0;

        for (size_t i = 0; i < T_COUNT(at); i++) {
            at[i] = enter(&t);
            begin_file(at[i], "/api/v1/file", "application/zip", 1 << 20);
            T_OK(say(at[i], file, 1 << 19), "half");
        }
        usleep(200000); /* all five are begun */
        for (size_t i = 0; i < T_COUNT(at); i++) {
            int status;

            say(at[i], file + (1 << 19), 1 << 19);
            status = hear(at[i], text);
            n_busy += status == 503;
            n_taken += status == 200 && strcmp(text, want) == 0;
        }
        T_EQ(n_busy, 1, "one too many");
        T_EQ(n_taken, HTTP_FILES_MOST, "the others were not mixed up");
        for (size_t i = 0; i < T_COUNT(at); i++) { /* gone in the middle */
            int fd = enter(&t);

            begin_file(fd, "/api/v1/file", "application/zip", 1 << 20);
            T_OK(say(fd, file, 1 << 19), "half");
            close(fd);
        }
        usleep(200000);
    }
    stop(&t);
    free(file);
}

T_CASE(http_health_is_told_while_every_worker_waits)
{
    static const char wait[] = "GET /api/v1/wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                               "\r\n";
    static const char health[] = "GET /api/v1/health HTTP/1.1\r\nHost: a\r\n"
                                 "Connection: close\r\n\r\n";
    char text[4096];
    int waiting[4];
    struct town t;

    start(&t);
    for (size_t i = 0; i < T_COUNT(waiting); i++) {
        waiting[i] = enter(&t);
        T_OK(say(waiting[i], wait, sizeof wait - 1), "sent");
    }
    sem_wait(&is_inside);
    sem_wait(&is_inside); /* both workers are in a handler that does not come back */
    for (int i = 0; i < 3; i++) {
        int fd = enter(&t);

        T_OK(say(fd, health, sizeof health - 1), "sent");
        T_EQ(hear(fd, text), 200, "told");
        T_TEXT(text, "{\"status\":\"ok\"}", "how it is");
    }
    for (size_t i = 0; i < T_COUNT(waiting); i++)
        sem_post(&may_go);
    for (size_t i = 0; i < T_COUNT(waiting); i++)
        T_EQ(hear(waiting[i], text), 204, "and they go on");
    stop(&t);
}
