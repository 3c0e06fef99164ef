#include "node/place/voice_link.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/base/log.h"

#define SEND_BYTES 1048576 /* two seconds of sound of 100 talkers over WebSocket */

struct voice_link {
    struct voice_link_conf conf;
    struct sockaddr_un address;
    pthread_t thread;
    int stop_fd;
    pthread_mutex_t lock; /* fd alone: say may not write to one that was closed */
    int fd;               /* -1: not there, or HELLO is not answered yet */
};

/* ---- saying ---- */

static bool frame_send(int fd, const struct voice_frame *frame)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    size_t len = voice_frame_write(frame, bytes);

    return send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}

bool voice_link_say(struct voice_link *link, const struct voice_frame *frame)
{
    bool is_said;

    pthread_mutex_lock(&link->lock);
    is_said = link->fd >= 0 && frame_send(link->fd, frame);
    /* It would go on with a wrong picture of who may hear whom. The thread sees the end. */
    if (!is_said && link->fd >= 0 && frame->op != VOICE_OP_PACKET)
        shutdown(link->fd, SHUT_RDWR);
    pthread_mutex_unlock(&link->lock);
    return is_said;
}

static void fd_set_for_all(struct voice_link *link, int fd)
{
    pthread_mutex_lock(&link->lock);
    link->fd = fd;
    pthread_mutex_unlock(&link->lock);
}

/* ---- the thread ---- */

/* Waits for the descriptor (or for time_ms alone, when it is -1). False: the end. */
static bool wait_for(const struct voice_link *link, int fd, int time_ms)
{
    struct pollfd fds[] = {{.fd = link->stop_fd, .events = POLLIN},
                           {.fd = fd, .events = POLLIN}};
    int n;

    do
        n = poll(fds, 2, time_ms);
    while (n < 0 && errno == EINTR);
    return fds[0].revents == 0;
}

static int connected(const struct voice_link *link)
{
    const struct voice_frame hello = {.op = VOICE_OP_HELLO};
    const int room = SEND_BYTES;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (connect(fd, (const struct sockaddr *)&link->address, sizeof link->address) == 0 &&
        frame_send(fd, &hello))
        return fd;
    close(fd);
    return -1;
}

/* The next message. False: the line is over, or the end was asked for. */
static bool frame_take(const struct voice_link *link, int fd, uint8_t bytes[VOICE_FRAME_CAP],
                       struct voice_frame *frame)
{
    struct fail why;
    ssize_t n;

    do {
        if (!wait_for(link, fd, -1))
            return false;
        n = recv(fd, bytes, VOICE_FRAME_CAP, MSG_TRUNC | MSG_DONTWAIT);
    } while (n < 0 && (errno == EAGAIN || errno == EINTR));
    if (n <= 0)
        return false;
    if (n <= VOICE_FRAME_CAP &&
        voice_frame_read(span_of(bytes, (size_t)n), frame, &why) == ERR_OK)
        return true;
    log_error("voice.bad_frame", L_INT("bytes", n));
    return false;
}

/* What an earlier node had there ends before READY: its words are nobody's. */
static bool ready_take(const struct voice_link *link, int fd, struct voice_frame *ready)
{
    uint8_t bytes[VOICE_FRAME_CAP];

    do
        if (!frame_take(link, fd, bytes, ready))
            return false;
    while (ready->op != VOICE_OP_READY);
    return true;
}

static void line_hold(struct voice_link *link, int fd)
{
    uint8_t bytes[VOICE_FRAME_CAP];
    struct voice_frame frame;

    if (ready_take(link, fd, &frame)) {
        fd_set_for_all(link, fd);
        log_info("voice.up", L_INT("udp", frame.udp_port), L_INT("tcp", frame.tcp_port));
        link->conf.up(link->conf.arg, &frame);
        while (frame_take(link, fd, bytes, &frame))
            link->conf.told(link->conf.arg, &frame);
        fd_set_for_all(link, -1);
        if (wait_for(link, -1, 0)) {
            log_warn("voice.down", L_NONE);
            link->conf.down(link->conf.arg);
        }
    }
    close(fd);
}

static void *thread_main(void *arg)
{
    struct voice_link *link = arg;

    do {
        int fd = connected(link);

        if (fd >= 0)
            line_hold(link, fd);
    } while (wait_for(link, -1, VOICE_LINK_AGAIN_MS));
    return NULL;
}

/* ---- life ---- */

enum err voice_link_open(const struct voice_link_conf *conf, struct voice_link **link_out,
                         struct fail *why)
{
    struct voice_link *link = calloc(1, sizeof *link);
    int rc;

    *link_out = NULL;
    if (link == NULL)
        return fail_set(why, ERR_NOMEM, "voice link");
    if (strlen(conf->path) >= sizeof link->address.sun_path) {
        free(link);
        return fail_field(why, ERR_INVALID, "voice.socket", "a path that is too long");
    }
    link->conf = *conf;
    link->fd = -1;
    link->address.sun_family = AF_UNIX;
    snprintf(link->address.sun_path, sizeof link->address.sun_path, "%s", conf->path);
    pthread_mutex_init(&link->lock, NULL);
    link->stop_fd = eventfd(0, EFD_CLOEXEC);
    rc = link->stop_fd < 0 ? errno : pthread_create(&link->thread, NULL, thread_main, link);
    if (rc != 0) {
        if (link->stop_fd >= 0)
            close(link->stop_fd);
        pthread_mutex_destroy(&link->lock);
        free(link);
        return fail_set(why, ERR_INTERNAL, "voice link: errno %d", rc);
    }
    *link_out = link;
    return ERR_OK;
}

void voice_link_close(struct voice_link **link)
{
    struct voice_link *l = *link;

    if (l == NULL)
        return;
    eventfd_write(l->stop_fd, 1);
    pthread_join(l->thread, NULL);
    close(l->stop_fd);
    pthread_mutex_destroy(&l->lock);
    free(l);
    *link = NULL;
}
