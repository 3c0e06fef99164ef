#include "voice/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/log.h"

enum {
    DATA_LISTEN = 1,
    DATA_NODE = 2,
    MESSAGES_A_TURN = 64, /* then packets get theirs */
    SEND_BYTES = 1048576, /* what a node that is busy for a second may leave lying */
};

struct control {
    struct control_conf conf;
    int epoll_fd, listen_fd;
    int node_fd;    /* -1: none */
    bool is_to_end; /* the node takes nothing: cut off at the next turn */
    uint64_t n_untold;
};

static enum err watch(struct control *control, int fd, uint64_t data, struct fail *why)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = CONTROL_EVENT | data};

    if (epoll_ctl(control->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        return fail_set(why, ERR_INTERNAL, "epoll_ctl: errno %d", errno);
    return ERR_OK;
}

static enum err socket_bind(const char *path, int *fd_out, struct fail *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t mask;
    int fd, rc;

    if (strlen(path) >= sizeof address.sun_path)
        return fail_field(why, ERR_INVALID, "voice.socket", "a path over %zu bytes: %s",
                          sizeof address.sun_path - 1, path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_set(why, ERR_IO, "socket: errno %d", errno);
    unlink(path);
    mask = umask(0177);
    rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (rc != 0 || listen(fd, 4) != 0) {
        int saved = errno;

        close(fd);
        return fail_set(why, ERR_IO, "bind %s: errno %d", path, saved);
    }
    *fd_out = fd;
    return ERR_OK;
}

enum err control_open(const struct control_conf *conf, int epoll_fd,
                      struct control **control_out, struct fail *why)
{
    struct control *control = calloc(1, sizeof *control);
    enum err rc;

    *control_out = NULL;
    if (control == NULL)
        return fail_set(why, ERR_NOMEM, "control");
    *control =
        (struct control){.conf = *conf, .epoll_fd = epoll_fd, .listen_fd = -1, .node_fd = -1};
    rc = socket_bind(conf->path, &control->listen_fd, why);
    if (rc == ERR_OK)
        rc = watch(control, control->listen_fd, DATA_LISTEN, why);
    if (rc != ERR_OK)
        control_close(&control);
    *control_out = control;
    return rc;
}

void control_close(struct control **control)
{
    struct control *c = *control;

    if (c == NULL)
        return;
    if (c->node_fd >= 0)
        close(c->node_fd);
    if (c->listen_fd >= 0)
        close(c->listen_fd);
    free(c);
    *control = NULL;
}

static void node_end(struct control *control, int64_t now_ms)
{
    close(control->node_fd);
    control->node_fd = -1;
    control->is_to_end = false;
    control->conf.ended(control->conf.arg, now_ms);
}

static bool peer_is_ours(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    return peer.uid == 0 || peer.uid == geteuid();
}

static void node_accept(struct control *control, int64_t now_ms)
{
    const int room = SEND_BYTES;
    int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (!peer_is_ours(fd)) {
        log_warn("voice.peer_refused", L_NONE);
        close(fd);
        return;
    }
    if (control->node_fd >= 0)
        node_end(control, now_ms);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    control->node_fd = fd;
    if (watch(control, fd, DATA_NODE, NULL) != ERR_OK)
        node_end(control, now_ms);
    else
        log_info("voice.node_came", L_NONE);
}

/* False: nothing more lies there for now, or the node is gone. */
static bool node_read_one(struct control *control, int64_t now_ms)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    ssize_t n = recv(control->node_fd, bytes, sizeof bytes, MSG_TRUNC);
    struct voice_frame frame;
    struct fail why;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n > 0 && (size_t)n <= sizeof bytes &&
        voice_frame_read(span_of(bytes, (size_t)n), &frame, &why) == ERR_OK) {
        control->conf.said(control->conf.arg, &frame, now_ms);
        return !control->is_to_end;
    }
    if (n > 0)
        log_warn("voice.bad_frame", L_INT("bytes", n));
    else
        log_info("voice.node_left", L_NONE);
    control->is_to_end = true;
    return false;
}

void control_serve(struct control *control, uint64_t data, int64_t now_ms)
{
    if ((data & ~CONTROL_EVENT) == DATA_LISTEN) {
        node_accept(control, now_ms);
        return;
    }
    for (int i = 0; i < MESSAGES_A_TURN && control->node_fd >= 0; i++)
        if (!node_read_one(control, now_ms))
            break;
    if (control->is_to_end)
        node_end(control, now_ms);
}

static bool is_sound(enum voice_op op)
{
    return op == VOICE_OP_TO || op == VOICE_OP_SAID;
}

void control_tell(struct control *control, const struct voice_frame *frame)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    size_t len;

    if (control->node_fd < 0)
        return;
    len = voice_frame_write(frame, bytes);
    if (send(control->node_fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
        return;
    control->n_untold++;
    if (is_sound(frame->op) || control->is_to_end)
        return;
    /* It would go on with a wrong picture. The shut socket becomes readable: the next turn ends
     * it, outside of whatever called us. */
    control->is_to_end = true;
    shutdown(control->node_fd, SHUT_RDWR);
}

uint64_t control_untold(const struct control *control)
{
    return control->n_untold;
}
