#include "voice/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "voice/tcp_frame.h"
#include "voice/udp_out.h"

enum {
    DATA_UDP = 1,
    DATA_LISTEN = 2,
    DATA_FIRST = 16,         /* a connection's index follows */
    RECEIVE_BYTES = 4194304, /* a burst of 100 talkers while we are away for 20 ms is 150 KiB */
    BACKLOG = 128,
};

struct connection {
    int fd;
    struct way way;
    int64_t heard_ms;
    bool waits_for_room; /* EPOLLOUT is asked */
    struct tcp_frame_reader reader;
    struct tcp_frame_queue queue;
};

struct ports {
    struct ports_conf conf;
    int epoll_fd, udp_fd, listen_fd;
    sa_family_t family;
    uint16_t udp_port, tcp_port;
    uint32_t n_accepted;
    uint64_t n_dropped;
    struct connection *connections[PORTS_CONNECTIONS]; /* NULL: free */
    /* Room for one batch. */
    uint8_t bytes[PORTS_BATCH][VOICE_PACKET_MAX];
    struct sockaddr_storage from[PORTS_BATCH];
    struct iovec parts[PORTS_BATCH];
    struct mmsghdr batch[PORTS_BATCH];
    struct udp_out out;
};

static enum err address_of(const char *text, uint16_t port, struct sockaddr_storage *out,
                           socklen_t *len_out, struct fail *why)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        memcpy(out, &four, sizeof four);
        *len_out = sizeof four;
        return ERR_OK;
    }
    if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
        memcpy(out, &six, sizeof six);
        *len_out = sizeof six;
        return ERR_OK;
    }
    return fail_field(why, ERR_INVALID, "voice.bind", "%s is no address", text);
}

/* A bound socket of either type; "::" takes IPv4 too. */
static enum err socket_bind(const struct ports_conf *conf, int type, uint16_t port, int *fd_out,
                            struct fail *why)
{
    const int on = 1, off = 0, room = RECEIVE_BYTES;
    struct sockaddr_storage address;
    socklen_t len = 0;
    enum err rc = address_of(conf->bind, port, &address, &len, why);
    int fd;

    if (rc != ERR_OK)
        return rc;
    fd = socket(address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail_set(why, ERR_IO, "socket: errno %d", errno);
    if (address.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    else
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(fd, (const struct sockaddr *)&address, len) != 0) {
        int saved = errno;

        close(fd);
        return fail_set(why, saved == EADDRINUSE ? ERR_CONFLICT : ERR_IO,
                        "bind %s port %u: errno %d", conf->bind, port, saved);
    }
    *fd_out = fd;
    return ERR_OK;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    struct way way;

    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 || !way_read(&address, 0, &way))
        return 0;
    return way.port;
}

static enum err watch(struct ports *ports, int fd, uint64_t data, struct fail *why)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = PORTS_EVENT | data};

    if (epoll_ctl(ports->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        return fail_set(why, ERR_INTERNAL, "epoll_ctl: errno %d", errno);
    return ERR_OK;
}

static enum err sockets_open(struct ports *ports, struct fail *why)
{
    enum err rc =
        socket_bind(&ports->conf, SOCK_DGRAM, ports->conf.udp_port, &ports->udp_fd, why);

    if (rc == ERR_OK)
        rc = socket_bind(&ports->conf, SOCK_STREAM, ports->conf.tcp_port, &ports->listen_fd,
                         why);
    if (rc == ERR_OK && listen(ports->listen_fd, BACKLOG) != 0)
        rc = fail_set(why, ERR_IO, "listen: errno %d", errno);
    if (rc == ERR_OK)
        rc = watch(ports, ports->udp_fd, DATA_UDP, why);
    if (rc == ERR_OK)
        rc = watch(ports, ports->listen_fd, DATA_LISTEN, why);
    if (rc != ERR_OK)
        return rc;
    ports->udp_port = port_of(ports->udp_fd);
    ports->tcp_port = port_of(ports->listen_fd);
    ports->family = strchr(ports->conf.bind, ':') == NULL ? AF_INET : AF_INET6;
    return ERR_OK;
}

enum err ports_open(const struct ports_conf *conf, int epoll_fd, struct ports **ports_out,
                    struct fail *why)
{
    struct ports *ports = calloc(1, sizeof *ports);
    enum err rc;

    *ports_out = NULL;
    if (ports == NULL)
        return fail_set(why, ERR_NOMEM, "sockets");
    ports->conf = *conf;
    ports->epoll_fd = epoll_fd;
    ports->udp_fd = ports->listen_fd = -1;
    rc = sockets_open(ports, why);
    if (rc != ERR_OK)
        ports_close(&ports);
    *ports_out = ports;
    return rc;
}

static void connection_close(struct ports *ports, int i)
{
    struct connection *c = ports->connections[i];
    struct way way = c->way;

    ports->connections[i] = NULL;
    close(c->fd);
    free(c);
    ports->conf.ended(ports->conf.arg, &way);
}

void ports_close(struct ports **ports)
{
    struct ports *old = *ports;

    if (old == NULL)
        return;
    for (int i = 0; i < PORTS_CONNECTIONS; i++)
        if (old->connections[i] != NULL)
            connection_close(old, i);
    if (old->udp_fd >= 0)
        close(old->udp_fd);
    if (old->listen_fd >= 0)
        close(old->listen_fd);
    free(old);
    *ports = NULL;
}

uint16_t ports_udp_port(const struct ports *ports)
{
    return ports->udp_port;
}

uint16_t ports_tcp_port(const struct ports *ports)
{
    return ports->tcp_port;
}

uint64_t ports_dropped(const struct ports *ports)
{
    return ports->n_dropped;
}

/* A free place; else that of the connection that has been silent longest. */
static int place_take(struct ports *ports)
{
    int oldest = 0;

    for (int i = 0; i < PORTS_CONNECTIONS; i++) {
        if (ports->connections[i] == NULL)
            return i;
        if (ports->connections[i]->heard_ms < ports->connections[oldest]->heard_ms)
            oldest = i;
    }
    connection_close(ports, oldest);
    return oldest;
}

static void accept_one(struct ports *ports, int64_t now_ms)
{
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    const int on = 1;
    int fd =
        accept4(ports->listen_fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct connection *c = fd < 0 ? NULL : calloc(1, sizeof *c);
    int i;

    if (c == NULL || !way_read(&from, ++ports->n_accepted, &c->way)) {
        if (fd >= 0)
            close(fd);
        free(c);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    i = place_take(ports);
    /* Its number tells its place, and another in the same place has another number. */
    c->way.connection = ports->n_accepted * PORTS_CONNECTIONS + (uint32_t)i;
    if (c->way.connection == 0)
        c->way.connection = PORTS_CONNECTIONS * 2; /* after 2^22 of them; place 0 still */
    c->fd = fd;
    c->heard_ms = now_ms;
    ports->connections[i] = c;
    if (watch(ports, fd, (uint64_t)(DATA_FIRST + i), NULL) != ERR_OK)
        connection_close(ports, i);
}

static void ask_for_room(struct ports *ports, int i, bool is_wanted)
{
    struct connection *c = ports->connections[i];
    struct epoll_event event = {.events = is_wanted ? EPOLLIN | EPOLLOUT : EPOLLIN,
                                .data.u64 = PORTS_EVENT | (uint64_t)(DATA_FIRST + i)};

    if (c->waits_for_room == is_wanted)
        return;
    c->waits_for_room = is_wanted;
    if (epoll_ctl(ports->epoll_fd, EPOLL_CTL_MOD, c->fd, &event) != 0)
        connection_close(ports, i);
}

/* Sends what the connection takes. */
static void connection_flush(struct ports *ports, int i, int64_t now_ms)
{
    struct connection *c = ports->connections[i];

    for (;;) {
        struct span next = tcp_frame_next(&c->queue, now_ms);
        ssize_t n;

        if (next.len == 0) {
            ask_for_room(ports, i, false);
            return;
        }
        n = send(c->fd, next.p, next.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            connection_close(ports, i);
            return;
        }
        if (n > 0)
            tcp_frame_sent(&c->queue, (size_t)n);
        if (n < (ssize_t)next.len) {
            ask_for_room(ports, i, true);
            return;
        }
    }
}

/* One read an event: a connection that talks much waits for the others. */
static void connection_read(struct ports *ports, int i, int64_t now_ms)
{
    struct connection *c = ports->connections[i];
    uint8_t bytes[4096];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    struct span rest, frame;
    struct way way = c->way;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        connection_close(ports, i);
        return;
    }
    c->heard_ms = now_ms;
    rest = span_of(bytes, (size_t)n);
    for (;;) {
        enum tcp_frame_got got = tcp_frame_read(&c->reader, &rest, &frame);

        if (got == TCP_FRAME_GOT_NONE)
            return;
        if (got == TCP_FRAME_GOT_FAULT) {
            ports->n_dropped++;
            connection_close(ports, i);
            return;
        }
        ports->conf.bytes(ports->conf.arg, &way, frame, now_ms);
        if (ports->connections[i] == NULL)
            return; /* an answer could not be sent: closed meanwhile */
    }
}

static void udp_read(struct ports *ports, int64_t now_ms)
{
    int n;

    for (int i = 0; i < PORTS_BATCH; i++) {
        ports->parts[i] = (struct iovec){ports->bytes[i], VOICE_PACKET_MAX};
        ports->batch[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &ports->from[i],
                                                       .msg_namelen = sizeof ports->from[i],
                                                       .msg_iov = &ports->parts[i],
                                                       .msg_iovlen = 1}};
    }
    n = recvmmsg(ports->udp_fd, ports->batch, PORTS_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        struct way way;

        if ((ports->batch[i].msg_hdr.msg_flags & MSG_TRUNC) != 0 ||
            !way_read(&ports->from[i], 0, &way)) {
            ports->n_dropped++;
            continue;
        }
        ports->conf.bytes(ports->conf.arg, &way,
                          span_of(ports->bytes[i], ports->batch[i].msg_len), now_ms);
    }
}

void ports_serve(struct ports *ports, uint64_t data, uint32_t events, int64_t now_ms)
{
    uint64_t what = data & ~PORTS_EVENT;
    int i = (int)what - DATA_FIRST;

    if (what == DATA_UDP) {
        udp_read(ports, now_ms);
        return;
    }
    if (what == DATA_LISTEN) {
        accept_one(ports, now_ms);
        return;
    }
    /* An earlier event of the same round may have closed it. */
    if (i < 0 || i >= PORTS_CONNECTIONS || ports->connections[i] == NULL)
        return;
    if ((events & EPOLLOUT) != 0)
        connection_flush(ports, i, now_ms);
    if (ports->connections[i] != NULL && (events & (uint32_t)~EPOLLOUT) != 0)
        connection_read(ports, i, now_ms);
}

void ports_send(struct ports *ports, const struct way *way, struct span bytes, int64_t now_ms)
{
    struct sockaddr_storage to;
    socklen_t len;
    int i;

    if (way->connection == 0) {
        len = way_write(way, ports->family, &to);
        udp_out_put(&ports->out, ports->udp_fd, bytes, &to, len);
        return;
    }
    i = (int)(way->connection % PORTS_CONNECTIONS);
    if (ports->connections[i] == NULL || !way_is_same(&ports->connections[i]->way, way))
        return;
    tcp_frame_push(&ports->connections[i]->queue, bytes, now_ms);
    if (!ports->connections[i]->waits_for_room)
        connection_flush(ports, i, now_ms);
}

void ports_flush(struct ports *ports)
{
    if (ports->out.n > 0)
        udp_out_flush(&ports->out, ports->udp_fd);
}

void ports_sweep(struct ports *ports, int64_t now_ms)
{
    for (int i = 0; i < PORTS_CONNECTIONS; i++)
        if (ports->connections[i] != NULL &&
            now_ms - ports->connections[i]->heard_ms > PORTS_IDLE_MS)
            connection_close(ports, i);
}
