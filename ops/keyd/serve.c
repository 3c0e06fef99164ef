#include "ops/keyd/serve.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"

#define N_CONNECTIONS    16 /* the node holds one or two, the command line one */
#define COUNT_EVERY_US   60000000
#define MANY_UNWRAPS     2000 /* a minute; a node that starts unwraps each person's key once */
#define FIRST_CONNECTION 2    /* in pollfds: 0 is the stop signal, 1 the listener */

struct connection {
    size_t len;
    uint8_t in[KEYD_FRAME_CAP];
};

/* Everything here may hold key bytes, so it lives in the locked heap as one piece. */
struct server {
    const struct serve_conf *conf;
    struct vault *vault;
    struct pollfd polled[FIRST_CONNECTION + N_CONNECTIONS];
    struct connection connections[N_CONNECTIONS];
    struct keyd_request request;
    struct keyd_reply reply;
    uint8_t out[KEYD_FRAME_CAP];
    int64_t counted_mono_us;
    struct keyd_status counted;
};

enum err serve_listen(const struct serve_conf *conf, int *fd_out, struct fail *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t mask;
    int fd, rc;

    *fd_out = -1;
    if (strlen(conf->path) >= sizeof address.sun_path)
        return fail_set(why, ERR_INVALID, "a socket path over %zu bytes: %s",
                        sizeof address.sun_path - 1, conf->path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", conf->path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_set(why, ERR_IO, "socket: errno %d", errno);
    unlink(conf->path); /* main.c holds the lock file: no other agent lives here */
    mask = umask(0177);
    rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (rc != 0 || listen(fd, N_CONNECTIONS) != 0) {
        int saved = errno;

        close(fd);
        return fail_set(why, ERR_IO, "bind %s: errno %d", conf->path, saved);
    }
    *fd_out = fd;
    return ERR_OK;
}

static bool peer_is_allowed(const struct serve_conf *conf, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    for (int i = 0; i < conf->n_uids; i++)
        if (peer.uid == conf->uids[i])
            return true;
    log_warn("keyd.peer_refused", L_INT("uid", peer.uid));
    return false;
}

static void connection_close(struct server *s, int i)
{
    close(s->polled[FIRST_CONNECTION + i].fd);
    s->polled[FIRST_CONNECTION + i].fd = -1;
    OPENSSL_cleanse(&s->connections[i], sizeof s->connections[i]);
}

static void accept_one(struct server *s)
{
    int fd = accept4(s->polled[1].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (peer_is_allowed(s->conf, fd)) {
        for (int i = 0; i < N_CONNECTIONS; i++) {
            if (s->polled[FIRST_CONNECTION + i].fd >= 0)
                continue;
            s->polled[FIRST_CONNECTION + i].fd = fd;
            s->polled[FIRST_CONNECTION + i].events = POLLIN;
            return;
        }
        log_warn("keyd.too_many_peers", L_INT("most", N_CONNECTIONS));
    }
    close(fd);
}

/* A reply is far smaller than the socket's buffer: a peer that does not read its replies is cut
 * off instead of waited for. */
static bool reply_send(struct server *s, int fd)
{
    size_t len = keyd_reply_write(&s->reply, s->out);
    ssize_t n = send(fd, s->out, len, MSG_NOSIGNAL);

    OPENSSL_cleanse(s->out, len);
    return n == (ssize_t)len;
}

/* Answers every whole frame in the buffer. False: the connection is to be closed. */
static bool frames_answer(struct server *s, int fd, struct connection *c)
{
    size_t len;

    for (;;) {
        struct fail why;
        bool sent;
        enum err rc = keyd_frame_len(span_of(c->in, c->len), &len, &why);

        if (rc == ERR_OK && (len == 0 || len > c->len))
            return true;
        if (rc == ERR_OK)
            rc = keyd_request_read(span_of(c->in, len), &s->request, &why);
        if (rc == ERR_OK) {
            vault_do(s->vault, &s->request, &s->reply);
        } else {
            log_warn("keyd.bad_frame", L_FAIL(&why));
            memset(&s->reply, 0, sizeof s->reply);
            s->reply.op = KEYD_STATUS;
            s->reply.answer = KEYD_BAD_FRAME;
        }
        sent = reply_send(s, fd);
        OPENSSL_cleanse(&s->request, sizeof s->request);
        OPENSSL_cleanse(&s->reply, sizeof s->reply);
        if (rc != ERR_OK || !sent)
            return false;
        memmove(c->in, c->in + len, c->len - len);
        c->len -= len;
        OPENSSL_cleanse(c->in + c->len, len);
    }
}

static void connection_read(struct server *s, int i)
{
    struct connection *c = &s->connections[i];
    int fd = s->polled[FIRST_CONNECTION + i].fd;
    ssize_t n = recv(fd, c->in + c->len, sizeof c->in - c->len, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        c->len += (size_t)n;
        if (frames_answer(s, fd, c))
            return;
    }
    connection_close(s, i);
}

/* What was asked of the agent, once a minute when anything was: a copy of the keystore is of no
 * use without thousands of unwraps, and those show here. */
static void counts_log(struct server *s)
{
    struct keyd_status now = vault_status(s->vault);
    uint64_t n_unwraps = now.n_unwraps - s->counted.n_unwraps;
    uint64_t n_wraps = now.n_wraps - s->counted.n_wraps;

    if (clock_mono_us() - s->counted_mono_us < COUNT_EVERY_US)
        return;
    s->counted_mono_us = clock_mono_us();
    s->counted = now;
    if (n_unwraps > MANY_UNWRAPS)
        log_warn("keyd.many_unwraps", L_INT("n", n_unwraps));
    if (n_unwraps + n_wraps > 0)
        log_info("keyd.counted", L_INT("n_wraps", n_wraps), L_INT("n_unwraps", n_unwraps),
                 L_INT("n_refused", now.n_refused));
}

static enum err serve(struct server *s, struct fail *why)
{
    for (;;) {
        int n = poll(s->polled, FIRST_CONNECTION + N_CONNECTIONS, COUNT_EVERY_US / 1000);

        if (n < 0 && errno != EINTR)
            return fail_set(why, ERR_INTERNAL, "poll: errno %d", errno);
        counts_log(s);
        if (n <= 0)
            continue;
        if (s->polled[0].revents != 0)
            return ERR_OK;
        for (int i = 0; i < N_CONNECTIONS; i++)
            if (s->polled[FIRST_CONNECTION + i].fd >= 0 &&
                s->polled[FIRST_CONNECTION + i].revents != 0)
                connection_read(s, i);
        if (s->polled[1].revents != 0)
            accept_one(s);
    }
}

enum err serve_run(const struct serve_conf *conf, int listen_fd, int stop_fd,
                   struct vault *vault, struct fail *why)
{
    struct server *s = OPENSSL_secure_zalloc(sizeof *s);
    enum err rc;

    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "locked memory");
    s->conf = conf;
    s->vault = vault;
    s->counted_mono_us = clock_mono_us();
    s->polled[0] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
    s->polled[1] = (struct pollfd){.fd = listen_fd, .events = POLLIN};
    for (int i = 0; i < N_CONNECTIONS; i++)
        s->polled[FIRST_CONNECTION + i].fd = -1;
    rc = serve(s, why);
    for (int i = 0; i < N_CONNECTIONS; i++)
        if (s->polled[FIRST_CONNECTION + i].fd >= 0)
            connection_close(s, i);
    OPENSSL_secure_clear_free(s, sizeof *s);
    return rc;
}
