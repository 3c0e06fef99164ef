#include "ops/supervise/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum err notify_socket_open(int *fd_out, char name_out[NOTIFY_NAME_CAP], struct fail *why)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    socklen_t len = sizeof at.sun_family; /* no name: the kernel takes a free abstract one */
    const int on = 1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *fd_out = -1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&at, len) != 0)
        goto failed;
    len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        goto failed;
    snprintf(name_out, NOTIFY_NAME_CAP, "@%.*s",
             (int)(len - offsetof(struct sockaddr_un, sun_path) - 1), at.sun_path + 1);
    *fd_out = fd;
    return ERR_OK;
failed:
    if (fd >= 0)
        close(fd);
    return fail_set(why, ERR_IO, "notify socket: %s", strerror(errno));
}

bool notify_is_ready(struct span message)
{
    static const char word[] = "READY=1";
    const size_t word_len = sizeof word - 1;

    for (size_t i = 0; i + word_len <= message.len; i++) {
        bool starts = i == 0 || message.p[i - 1] == '\n';
        bool ends = i + word_len == message.len || message.p[i + word_len] == '\n';

        if (starts && ends && memcmp(message.p + i, word, word_len) == 0)
            return true;
    }
    return false;
}

bool notify_take(int fd, pid_t *pid_out)
{
    char text[512];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec iov = {text, sizeof text};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    struct ucred who = {0, 0, 0};
    ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);

    *pid_out = 0;
    if (n < 0)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
            memcpy(&who, CMSG_DATA(c), sizeof who);
    *pid_out = who.pid == 0 ? -1 : who.pid;
    return notify_is_ready(span_of(text, (size_t)n));
}
