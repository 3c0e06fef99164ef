#include "node/server/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/flow.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/server/dispatch.h"
#include "node/server/http_priv.h"
#include "node/server/routes.h"

#define POOL_BYTES    32768 /* of the library, per connection: the largest head it takes */
#define STACK_BYTES   ((size_t)256 * 1024)
#define BACKLOG       1024
#define TURNS         3
#define DRAIN_STEP_MS 10
#define SWEEP_MS      500
#define CALLS_KEPT    16
#define ARENA_BYTES   4096
#define LATE_MS       150 /* a connection may have been under way when PATH was renamed */

/* ---- calls ---- */

static struct call *call_take(struct http *http)
{
    struct call *call = http->free_calls;

    if (call != NULL) {
        struct arena *arena = call->req.arena;

        http->free_calls = call->next_free;
        http->n_free_calls--;
        memset(call, 0, sizeof *call);
        call->req.arena = arena;
    } else {
        call = calloc(1, sizeof *call);
        if (call == NULL)
            return NULL;
        if (arena_create(ARENA_BYTES, &call->req.arena, NULL) != ERR_OK) {
            free(call);
            return NULL;
        }
    }
    call->http = http;
    call->req.server = call;
    call->route_index = -1;
    http->n_calls++;
    return call;
}

static void file_drop(struct call *call)
{
    if (call->file != FILE_ADMITTED || call->body == NULL)
        return;
    munmap(call->body, call->body_cap);
    call->body = NULL;
    call->http->n_files--;
}

static void call_give_back(struct call *call)
{
    struct http *http = call->http;

    http->n_calls--;
    file_drop(call);
    flow_leave(&call->req.reply.flow);
    arena_reset(call->req.arena);
    if (http->n_free_calls == CALLS_KEPT || http->is_draining) {
        arena_destroy(&call->req.arena);
        free(call);
        return;
    }
    call->next_free = http->free_calls;
    http->free_calls = call;
    http->n_free_calls++;
}

/* ---- the library's callbacks, all on the loop thread ---- */

static struct conn *conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

static bool may_connect(const struct http_socket *socket, int fd, uid_t *uid_out)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    *uid_out = peer.uid;
    for (int i = 0; i < socket->n_uids; i++)
        if (peer.uid == socket->uids[i])
            return true;
    log_warn("http.peer-refused", L_TEXT("listener", listener_name(socket->listener)),
             L_INT("uid", peer.uid));
    return false;
}

/* A connection without a struct conn is nobody's: it is shut before a byte of it is read, and
 * should one slip through, on_request ends it. */
static struct conn *conn_begin(struct listening *at, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct http *http = at->http;
    struct conn *conn;
    uid_t uid;

    if (info == NULL)
        return NULL;
    conn = may_connect(&at->socket, info->connect_fd, &uid) ? calloc(1, sizeof *conn) : NULL;
    if (conn == NULL) {
        shutdown(info->connect_fd, SHUT_RDWR);
        return NULL;
    }
    conn->at = at;
    conn->fd = info->connect_fd;
    conn->peer_uid = uid;
    conn->phase = CONN_HEAD;
    conn->deadline_us = clock_mono_us() + HTTP_HEAD_S * 1000000LL;
    conn->next = http->conns;
    if (conn->next != NULL)
        conn->next->prev = conn;
    http->conns = conn;
    return conn;
}

static void conn_end(struct conn *conn)
{
    if (conn->prev != NULL)
        conn->prev->next = conn->next;
    else
        conn->at->http->conns = conn->next;
    if (conn->next != NULL)
        conn->next->prev = conn->prev;
    free(conn);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *context = conn_begin(arg, connection);
    else if (*context != NULL)
        conn_end(*context);
}

/* Called with the target before the library splits and unescapes it in place. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct listening *at = arg;
    struct conn *conn = conn_of(connection);
    struct call *call = conn == NULL || target == NULL ? NULL : call_take(at->http);

    if (call == NULL)
        return NULL; /* on_request then ends the connection */
    call->at = at;
    call->connection = connection;
    call->listener = at->socket.listener;
    call->peer_uid = conn->peer_uid;
    call->began_mono_us = clock_mono_us();
    call->head.target = span_text(target);
    if (call->head.target.len <= PATH_TARGET_MAX_BYTES)
        call->target = arena_copy(call->req.arena, call->head.target);
    if (conn->phase == CONN_IDLE) /* a fresh connection's time runs since it was accepted */
        conn->deadline_us = call->began_mono_us + HTTP_HEAD_S * 1000000LL;
    conn->phase = CONN_HEAD;
    return call;
}

static size_t on_unescape(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return strlen(text); /* path.c decodes, once */
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len)
{
    struct call *call = arg;

    (void)kind;
    head_add(&call->head, span_of(name, name_len), span_of(value, value_len));
    return MHD_YES;
}

/* Grows in steps, so that a stated length costs no memory before its bytes have come. */
static bool body_add(struct call *call, const char *data, size_t len)
{
    if (call->body_len + len > call->body_cap) {
        size_t cap = call->body_cap == 0 ? 2048 : call->body_cap;
        uint8_t *larger;

        while (cap < call->body_len + len)
            cap *= 2;
        larger = arena_alloc(call->req.arena, cap + 1);
        if (larger == NULL)
            return false;
        if (call->body_len > 0) {
            memcpy(larger, call->body, call->body_len);
            explicit_bzero(call->body, call->body_len); /* who wipes a body wipes it whole */
        }
        call->body = larger;
        call->body_cap = cap;
    }
    memcpy(call->body + call->body_len, data, len);
    call->body_len += len;
    return true;
}

/* What has come of it is read, for a short while: a stranger holds no place with it. */
static void file_refuse(struct call *call, struct conn *conn)
{
    call->file = FILE_REFUSED;
    conn->refused = call;
    conn->deadline_us = clock_mono_us() + HTTP_LINGER_S * 1000000LL;
}

/* The stated length, of which a page costs memory once a byte of it has come. No file of the
 * system's: what it holds is sealed before it reaches a disk. */
static void file_begin(struct call *call, struct conn *conn)
{
    size_t n_bytes = (size_t)call->head.content_length;
    int64_t more_s = call->head.content_length / HTTP_FILE_BYTES_S;

    conn->phase = CONN_BODY;
    conn->deadline_us = clock_mono_us() + (HTTP_BODY_S + more_s) * 1000000LL;
    if (call->file != FILE_ADMITTED) {
        file_refuse(call, conn);
        return;
    }
    if (n_bytes == 0)
        return;
    if (call->http->n_files < HTTP_FILES_MOST)
        call->body = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (call->body == NULL || call->body == MAP_FAILED) {
        call->body = NULL;
        call_refuse(call, REFUSE_BUSY);
        file_refuse(call, conn);
        return;
    }
    madvise(call->body, n_bytes, MADV_DONTDUMP);
    call->body_cap = n_bytes;
    call->http->n_files++;
}

static void hand_over(struct call *call, struct conn *conn)
{
    conn->phase = CONN_WORK;
    conn->deadline_us = INT64_MAX;
    call->req.body = span_of(call->body, call->body_len);
    /* Before the post: a resume that comes first would be lost. */
    MHD_suspend_connection(call->connection);
    if (call->is_fed && http_fed_post(call))
        return;
    if (call->is_fed) {
        call_refuse(call, REFUSE_BUSY);
        http_answer(call);
        return;
    }
    if (dispatch_post(call->http->dispatch, call, NULL) != ERR_OK) {
        call_refuse(call, REFUSE_BUSY);
        http_answer(call);
    }
}

static enum MHD_Result reply_now(struct call *call, struct conn *conn)
{
    conn->phase = CONN_REPLY;
    if (call->req.reply.flow != NULL) {
        conn->flowing = call;
        call->http->n_flowing++;
    }
    conn->deadline_us = clock_mono_us() + HTTP_REPLY_S * 1000000LL;
    return http_reply(call);
}

static enum MHD_Result first_look(struct call *call, struct conn *conn, const char *method,
                                  const char *version)
{
    const union MHD_ConnectionInfo *info;

    call->head.method = span_text(method);
    call->head.version = span_text(version);
    info = MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    call->head.n_bytes = info == NULL ? 0 : info->header_size;
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, on_header, call);
    if (atomic_load(&call->http->is_handled)) {
        call->must_close = true; /* an idle connection woke up after dispatch was let go */
        call_refuse(call, REFUSE_BUSY);
    } else if (http_judge(call, &conn->at->socket)) {
        conn->phase = CONN_BODY;
        conn->deadline_us = clock_mono_us() + HTTP_BODY_S * 1000000LL;
        if (call->file == FILE_ASKED)
            hand_over(call, conn);
        return MHD_YES;
    } else if (call->file == FILE_REFUSED) {
        file_begin(call, conn);
        return MHD_YES;
    }
    return reply_now(call, conn);
}

static enum MHD_Result take_body(struct call *call, struct conn *conn, const char *data,
                                 size_t *len)
{
    if (*len > 0) {
        if (call->file != FILE_REFUSED && !call->is_too_large && !body_add(call, data, *len))
            return MHD_NO;
        call->n_seen_bytes += (int64_t)*len;
        *len = 0;
        return MHD_YES;
    }
    if (call->n_seen_bytes < call->head.content_length)
        return MHD_YES; /* after a suspended first call the library may repeat it */
    if (call->file == FILE_REFUSED)
        return reply_now(call, conn);
    call->is_handled = true;
    hand_over(call, conn);
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **context)
{
    struct call *call = *context;
    struct conn *conn = conn_of(connection);

    (void)arg;
    (void)url;
    if (call == NULL || conn == NULL)
        return MHD_NO;
    switch (conn->phase) {
    case CONN_HEAD:
        return first_look(call, conn, method, version);
    case CONN_BODY:
        return take_body(call, conn, data, len);
    case CONN_WORK:
        if (call->file == FILE_NONE || call->is_handled)
            return reply_now(call, conn);
        file_begin(call, conn);
        return take_body(call, conn, data, len);
    case CONN_REPLY:
    case CONN_IDLE:
        break;
    }
    return MHD_NO;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
    struct call *call = *context;
    struct conn *conn = conn_of(connection);

    (void)arg;
    (void)why;
    *context = NULL;
    if (conn != NULL && conn->flowing != NULL) {
        conn->flowing = NULL;
        conn->at->http->n_flowing--;
    }
    if (call != NULL)
        call_give_back(call);
    if (conn != NULL) {
        conn->refused = NULL;
        conn->phase = CONN_IDLE;
        conn->deadline_us = clock_mono_us() + HTTP_IDLE_S * 1000000LL;
    }
}

static void on_library_message(void *arg, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_library_message(void *arg, const char *fmt, va_list args)
{
    char text[160];
    int n = vsnprintf(text, sizeof text, fmt, args);

    (void)arg;
    if (n > 0 && n < (int)sizeof text && text[n - 1] == '\n')
        text[n - 1] = '\0';
    log_debug("http.library", L_TEXT("text", text));
}

void http_answer(struct call *call)
{
    enum err rc = mbox_post(call->http->answered, &call, NULL);

    /* It has room for every call that can exist and is open until the loop has ended. */
    invariant(rc == ERR_OK, "an answer found no room");
}

/* The library has written nothing yet in these phases, so the answer may go out beside it. */
static void answer_late(const struct conn *conn)
{
    static const char fmt[] = "HTTP/1.1 %d Refused\r\n"
                              "Content-Type: application/problem+json\r\n"
                              "Cache-Control: no-store\r\nConnection: close\r\n"
                              "Content-Length: %zu\r\n\r\n%.*s";
    const struct reply *refused = conn->refused == NULL ? NULL : &conn->refused->req.reply;
    char body[REFUSAL_BODY_CAP], text[sizeof fmt + REFUSAL_BODY_CAP + 16];
    struct span said;
    int n;

    refusal_body(REFUSE_SLOW, body);
    said = span_text(body);
    if (refused != NULL && refused->body.len < REFUSAL_BODY_CAP)
        said = refused->body;
    n = snprintf(text, sizeof text, fmt,
                 said.p == (const uint8_t *)body ? refusal_status(REFUSE_SLOW)
                                                 : refused->status,
                 said.len, SPAN_ARG(said));
    if (send(conn->fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) != n)
        log_debug("http.late", L_TEXT("why", "the peer does not read"));
}

static void sweep(struct http *http, int64_t now_us)
{
    for (struct conn *conn = http->conns; conn != NULL; conn = conn->next) {
        bool is_late = conn->deadline_us <= now_us;
        bool is_unwanted = http->is_draining && conn->phase == CONN_IDLE;

        http_flow_sweep(conn, is_late);
        if (!is_late && !is_unwanted)
            continue;
        if (conn->phase == CONN_BODY || conn->phase == CONN_HEAD) {
            answer_late(conn);
            log_info("http.late", L_TEXT("listener", listener_name(conn->at->socket.listener)));
        }
        conn->deadline_us = INT64_MAX;
        shutdown(conn->fd, SHUT_RDWR); /* the library sees the end and closes */
    }
}

/* ---- the loop ---- */

/* What already waits in the backlog is taken by hand: nobody accepts there any more. */
static void take_backlog(struct listening *at)
{
    static const struct sockaddr_un nameless = {.sun_family = AF_UNIX};
    int fd;

    while ((fd = accept4(at->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        if (MHD_add_connection(at->daemon, fd, (const struct sockaddr *)&nameless,
                               sizeof nameless) != MHD_YES)
            log_warn("http.accept", L_TEXT("why", "the library refused the connection"));
}

static void stop_listening(struct http *http)
{
    for (int i = 0; i < http->n_listening; i++) {
        struct listening *at = &http->listening[i];
        char name[sizeof((struct sockaddr_un *)0)->sun_path];
        struct stat named;

        if (at->fd < 0 || MHD_quiesce_daemon(at->daemon) != at->fd)
            continue;
        take_backlog(at);
        snprintf(name, sizeof name, "%s%s", at->socket.path, at->is_published ? "" : ".new");
        if (stat(name, &named) == 0 && named.st_ino == at->inode)
            unlink(name);
        close(at->fd);
        at->fd = -1;
        at->has_work = true;
    }
}

/* A fresh connection may still bring its request. */
static bool is_to_be_handled(const struct conn *conn)
{
    return conn->phase == CONN_HEAD || conn->phase == CONN_BODY || conn->phase == CONN_WORK;
}

static bool is_handled(const struct http *http)
{
    for (const struct conn *conn = http->conns; conn != NULL; conn = conn->next)
        if (is_to_be_handled(conn))
            return false;
    return true;
}

/* True: the loop ends. */
static bool drain_step(struct http *http, int64_t now_us)
{
    int64_t began_us = atomic_load(&http->drain_began_us), end_us = atomic_load(&http->end_us);

    if (began_us == 0)
        return false;
    if (now_us - began_us >= LATE_MS * 1000LL) {
        http->is_draining = true;
        stop_listening(http);
    }
    if (http->is_draining && is_handled(http))
        atomic_store(&http->is_handled, true);
    return end_us != 0 && (http->n_calls == 0 || now_us >= end_us);
}

static int next_wait_ms(const struct http *http)
{
    for (int i = 0; i < http->n_listening; i++)
        if (http->listening[i].has_work)
            return 0;
    if (atomic_load(&http->drain_began_us) != 0)
        return DRAIN_STEP_MS;
    return http->conns != NULL ? SWEEP_MS : -1;
}

static void resume_answered(struct http *http)
{
    struct call *calls[64];
    size_t n = mbox_take(http->answered, calls, 64, 0); /* more: it is readable again */

    for (size_t i = 0; i < n; i++) {
        MHD_resume_connection(calls[i]->connection);
        calls[i]->at->has_work = true;
    }
}

static void take_events(struct http *http)
{
    struct epoll_event events[HTTP_SOCKETS_N + 2];
    int n = epoll_wait(http->epoll_fd, events, HTTP_SOCKETS_N + 2, next_wait_ms(http));

    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &http->wake_fd) {
            eventfd_t seen;

            eventfd_read(http->wake_fd, &seen);
            http_flow_resume(http);
        } else if (events[i].data.ptr == http->answered) {
            resume_answered(http);
        } else {
            struct listening *at = events[i].data.ptr;

            at->has_work = true;
        }
    }
}

static bool library_has_more(const struct listening *at)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;

    return MHD_get_timeout(at->daemon, &wait_ms) == MHD_YES && wait_ms == 0;
}

/* Ending a connection takes the library a second turn: taken at once, it saves a wait. */
static void run_library(struct http *http)
{
    for (int i = 0; i < http->n_listening; i++) {
        struct listening *at = &http->listening[i];

        for (int turn = 0; at->has_work && turn < TURNS; turn++) {
            MHD_run(at->daemon);
            at->has_work = library_has_more(at);
        }
    }
}

static void *loop_main(void *arg)
{
    struct http *http = arg;
    int64_t swept_us = 0;

    pthread_setname_np(pthread_self(), "http");
    for (;;) {
        int64_t now_us;

        take_events(http);
        run_library(http);
        now_us = clock_mono_us();
        if (now_us - swept_us >= SWEEP_MS * 1000LL || http->is_draining) {
            swept_us = now_us;
            sweep(http, now_us);
        }
        if (drain_step(http, now_us)) {
            http_flow_stop(http);
            return NULL;
        }
    }
}

/* ---- opening and closing ---- */

static enum err listen_at(struct listening *at, struct fail *why)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct stat made;
    int n = snprintf(name.sun_path, sizeof name.sun_path, "%s.new", at->socket.path);

    if (n < 0 || n >= (int)sizeof name.sun_path)
        return fail_set(why, ERR_INVALID, "socket path too long: %s", at->socket.path);
    unlink(name.sun_path);
    at->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Who may connect is decided by the directory's mode and by may_connect. */
    if (at->fd < 0 || bind(at->fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        chmod(name.sun_path, 0666) != 0 || listen(at->fd, BACKLOG) != 0 ||
        stat(name.sun_path, &made) != 0)
        return fail_set(why, ERR_IO, "listen at %s: %s", name.sun_path, strerror(errno));
    at->inode = made.st_ino;
    return ERR_OK;
}

static enum err library_start(struct listening *at, struct fail *why)
{
    const union MHD_DaemonInfo *info;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = at};

    at->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
        at, MHD_OPTION_EXTERNAL_LOGGER, on_library_message, NULL, MHD_OPTION_LISTEN_SOCKET,
        at->fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)at->socket.n_connections_cap,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, at, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, at, MHD_OPTION_URI_LOG_CALLBACK, on_target, at,
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
    if (at->daemon == NULL)
        return fail_set(why, ERR_INTERNAL, "libmicrohttpd did not start");
    info = MHD_get_daemon_info(at->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL ||
        epoll_ctl(at->http->epoll_fd, EPOLL_CTL_ADD, info->epoll_fd, &event) != 0)
        return fail_set(why, ERR_INTERNAL, "libmicrohttpd has no epoll descriptor");
    at->has_work = true; /* the first run puts the listening socket into its epoll */
    return ERR_OK;
}

static enum err add_wake(struct http *http, int fd, void *tag, struct fail *why)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = tag};

    if (fd < 0 || epoll_ctl(http->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        return fail_set(why, ERR_IO, "epoll: %s", strerror(errno));
    return ERR_OK;
}

static enum err start_loop(struct http *http, struct fail *why)
{
    pthread_attr_t attr;
    enum err rc = ERR_OK;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&http->thread, &attr, loop_main, http) != 0)
        rc = fail_set(why, ERR_NOMEM, "loop thread");
    else
        http->has_thread = true;
    pthread_attr_destroy(&attr);
    return rc;
}

static enum err start(struct http *http, const struct http_conf *conf, struct fail *why)
{
    size_t n_calls_cap = 0;
    enum err rc;

    for (int i = 0; i < conf->n_sockets; i++)
        n_calls_cap += (size_t)conf->sockets[i].n_connections_cap;
    rc = mbox_create(sizeof(struct call *), n_calls_cap, &http->answered, why);
    if (rc != ERR_OK)
        return rc;
    http->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    http->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = add_wake(http, http->wake_fd, &http->wake_fd, why);
    if (rc == ERR_OK)
        rc = add_wake(http, mbox_event_fd(http->answered), http->answered, why);
    for (int i = 0; i < conf->n_sockets && rc == ERR_OK; i++) {
        struct listening *at = &http->listening[http->n_listening++];

        at->http = http;
        at->socket = conf->sockets[i];
        http_policy_fill(at);
        rc = listen_at(at, why);
        if (rc == ERR_OK)
            rc = library_start(at, why);
    }
    return rc == ERR_OK ? start_loop(http, why) : rc;
}

enum err http_open(const struct http_conf *conf, struct http **http_out, struct fail *why)
{
    struct http *http = calloc(1, sizeof *http);
    enum err rc;

    *http_out = NULL;
    if (http == NULL)
        return fail_set(why, ERR_NOMEM, "http");
    invariant(conf->n_sockets <= HTTP_SOCKETS_N, "%d sockets", conf->n_sockets);
    http->epoll_fd = http->wake_fd = -1;
    for (int i = 0; i < HTTP_SOCKETS_N; i++)
        http->listening[i].fd = -1;
    http->routes = conf->routes;
    http->assets = conf->assets;
    http->dispatch = conf->dispatch;
    http->metrics = conf->metrics;
    rc = start(http, conf, why);
    if (rc != ERR_OK)
        http_close(&http, 0);
    *http_out = http;
    return rc;
}

enum err http_publish(struct http *http, struct fail *why)
{
    for (int i = 0; i < http->n_listening; i++) {
        struct listening *at = &http->listening[i];
        char name[sizeof((struct sockaddr_un *)0)->sun_path];

        snprintf(name, sizeof name, "%s.new", at->socket.path);
        if (rename(name, at->socket.path) != 0)
            return fail_set(why, ERR_IO, "rename to %s: %s", at->socket.path, strerror(errno));
        at->is_published = true;
    }
    return ERR_OK;
}

bool http_drain(struct http *http, int wait_ms)
{
    int64_t now_us = clock_mono_us(), until_us = now_us + wait_ms * 1000LL;

    atomic_store(&http->drain_began_us, now_us);
    eventfd_write(http->wake_fd, 1);
    while (!atomic_load(&http->is_handled) && clock_mono_us() < until_us)
        usleep(DRAIN_STEP_MS * 1000);
    return atomic_load(&http->is_handled);
}

static void end_loop(struct http *http, int wait_ms)
{
    if (!http->has_thread)
        return;
    invariant(atomic_load(&http->is_handled), "closed before it was drained");
    atomic_store(&http->end_us, clock_mono_us() + wait_ms * 1000LL);
    eventfd_write(http->wake_fd, 1);
    pthread_join(http->thread, NULL);
    http->has_thread = false;
    if (http->n_calls > 0)
        log_warn("http.cut", L_INT("n_answers", http->n_calls));
}

void http_close(struct http **http_in, int wait_ms)
{
    struct http *http = *http_in;

    if (http == NULL)
        return;
    end_loop(http, wait_ms);
    for (int i = 0; i < http->n_listening; i++) {
        if (http->listening[i].daemon != NULL)
            MHD_stop_daemon(http->listening[i].daemon); /* closes its socket unless drained */
        else if (http->listening[i].fd >= 0)
            close(http->listening[i].fd);
    }
    mbox_destroy(&http->answered);
    if (http->wake_fd >= 0)
        close(http->wake_fd);
    if (http->epoll_fd >= 0)
        close(http->epoll_fd);
    while (http->free_calls != NULL) {
        struct call *next = http->free_calls->next_free;

        arena_destroy(&http->free_calls->req.arena);
        free(http->free_calls);
        http->free_calls = next;
    }
    free(http);
    *http_in = NULL;
}
