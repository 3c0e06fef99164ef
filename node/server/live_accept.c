/* The socket others connect to: bound, published, accepted from, given up. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/log.h"
#include "node/server/live_priv.h"

#define BACKLOG        1024
#define ACCEPTS        64    /* a round */
#define SEND_BUF_BYTES 65536 /* a tick of 7,000; movement beyond waits where it may go */

enum err live_listen(struct live *live, struct fail *why)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct stat made;
    int n = snprintf(name.sun_path, sizeof name.sun_path, "%s.new", live->conf.path);

    if (n < 0 || n >= (int)sizeof name.sun_path)
        return fail_set(why, ERR_INVALID, "socket path too long: %s", live->conf.path);
    unlink(name.sun_path);
    live->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Who may connect is decided by the directory's mode and by may_connect. */
    if (live->listen_fd < 0 ||
        bind(live->listen_fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        chmod(name.sun_path, 0666) != 0 || listen(live->listen_fd, BACKLOG) != 0 ||
        stat(name.sun_path, &made) != 0)
        return fail_set(why, ERR_IO, "listen at %s: %s", name.sun_path, strerror(errno));
    live->inode = made.st_ino;
    return ERR_OK;
}

enum err live_server_publish(struct live *live, struct fail *why)
{
    char name[sizeof((struct sockaddr_un *)0)->sun_path];

    snprintf(name, sizeof name, "%s.new", live->conf.path);
    if (rename(name, live->conf.path) != 0)
        return fail_set(why, ERR_IO, "rename to %s: %s", live->conf.path, strerror(errno));
    live->is_published = true;
    return ERR_OK;
}

static bool may_connect(const struct live_server_conf *conf, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    for (int i = 0; i < conf->n_uids; i++)
        if (peer.uid == conf->uids[i])
            return true;
    log_warn("live.peer-refused", L_INT("uid", peer.uid));
    return false;
}

static void begin(struct live *live, int fd)
{
    static const int n_bytes = SEND_BUF_BYTES;
    struct epoll_event event = {.events = EPOLLIN};
    bool is_beyond = live->is_draining ||
                     live->n_conns - live->n_refused >= (uint32_t)live->conf.n_connections_cap;
    struct live_conn *conn;

    if (!may_connect(&live->conf, fd) || live->n_free == 0) {
        close(fd);
        return;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n_bytes, sizeof n_bytes) != 0)
        log_debug("live.buffer", L_INT("errno", errno));
    conn = live_conn_begin(live, fd, is_beyond);
    if (conn == NULL)
        return;
    event.data.ptr = conn;
    if (epoll_ctl(live->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        live_conn_gone(conn, LIVE_END_CUT);
}

/* Without a descriptor to take it with, a connection would stay in the backlog and the loop
 * would spin: one that is kept for this is given up, and whoever waits is let go. */
static bool let_one_go(struct live *live)
{
    int fd;

    if (live->spare_fd >= 0)
        close(live->spare_fd);
    fd = accept4(live->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    live->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    live_count_add(&live->count.refused[REFUSE_BUSY], 1);
    log_error("live.no-descriptor", L_INT("n_connections", live->n_conns));
    return fd >= 0;
}

void live_accept(struct live *live)
{
    for (int i = 0; i < ACCEPTS; i++) {
        int fd = accept4(live->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            begin(live, fd);
        else if ((errno != EMFILE && errno != ENFILE) || !let_one_go(live))
            return;
    }
}

void live_listen_end(struct live *live)
{
    char name[sizeof((struct sockaddr_un *)0)->sun_path];
    struct stat named;

    if (live->listen_fd < 0)
        return;
    live_accept(live); /* each is told to come again */
    snprintf(name, sizeof name, "%s%s", live->conf.path, live->is_published ? "" : ".new");
    if (stat(name, &named) == 0 && named.st_ino == live->inode)
        unlink(name);
    close(live->listen_fd);
    live->listen_fd = -1;
}
