/* The host's side: the unix socket that the front brings other nodes to. */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "federation/link_priv.h"
#include "node/base/log.h"

#define BACKLOG 64
#define ACCEPTS 16 /* a round */

enum err link_door_open(struct links *links, struct fail *why)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &links->listen_fd};
    struct stat made;
    int n = snprintf(name.sun_path, sizeof name.sun_path, "%s.new", links->door.path);

    if (n < 0 || n >= (int)sizeof name.sun_path)
        return fail_set(why, ERR_INVALID, "socket path too long: %s", links->door.path);
    unlink(name.sun_path);
    links->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Who may connect is decided by the directory's mode and by may_connect. */
    if (links->listen_fd < 0 ||
        bind(links->listen_fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        chmod(name.sun_path, 0666) != 0 || listen(links->listen_fd, BACKLOG) != 0 ||
        stat(name.sun_path, &made) != 0 || rename(name.sun_path, links->door.path) != 0 ||
        epoll_ctl(links->epoll_fd, EPOLL_CTL_ADD, links->listen_fd, &event) != 0)
        return fail_set(why, ERR_IO, "listen at %s: errno %d", name.sun_path, errno);
    links->inode = made.st_ino;
    return ERR_OK;
}

static bool may_connect(const struct links_door *door, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    for (int i = 0; i < door->n_uids; i++)
        if (peer.uid == door->uids[i])
            return true;
    log_warn("link.door-refused", L_INT("uid", peer.uid));
    return false;
}

static void begin(struct links *links, int fd)
{
    struct link_conn *conn;

    if (!may_connect(&links->door, fd) || links->n_strangers >= LINK_STRANGERS) {
        close(fd);
        return;
    }
    conn = link_conn_begin(links, fd, NULL);
    if (conn != NULL && !link_poll_add(conn))
        conn->phase = LINK_GONE;
}

void link_door_accept(struct links *links)
{
    for (int i = 0; i < ACCEPTS; i++) {
        int fd = accept4(links->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno != EAGAIN && errno != EINTR)
                log_error("link.accept", L_INT("errno", errno));
            return;
        }
        begin(links, fd);
    }
}

void link_door_close(struct links *links)
{
    struct stat named;

    if (links->listen_fd < 0)
        return;
    if (stat(links->door.path, &named) == 0 && named.st_ino == links->inode)
        unlink(links->door.path);
    close(links->listen_fd);
    links->listen_fd = -1;
}
