/* voice/ports.h - the sockets of the media program: one of UDP, one listener of TCP and its
 * connections (RFC 4571). Bytes come out with the way they came, and go where a way says.
 * A connection that says nothing for PORTS_IDLE_MS is closed; when all PORTS_CONNECTIONS are
 * taken, the one silent longest gives way to a new one. Threads: one.  Owns: the sockets,
 * registered with the caller's epoll. */
#ifndef VOICE_PORTS_H
#define VOICE_PORTS_H

#include "node/base/err.h"
#include "node/base/span.h"
#include "voice/way.h"

enum {
    PORTS_CONNECTIONS = 1024,
    PORTS_IDLE_MS = 35000, /* a little more than ICE's consent */
    PORTS_BATCH = 64,      /* datagrams taken before others get their turn */
};

struct ports_conf {
    const char *bind;            /* an IPv4 or IPv6 address; "::" takes both */
    uint16_t udp_port, tcp_port; /* 0: any free one */
    void *arg;
    /* One datagram or frame. It may call ports_send. */
    void (*bytes)(void *arg, const struct way *way, struct span bytes, int64_t now_ms);
    /* A TCP connection ended: nothing goes that way any more. */
    void (*ended)(void *arg, const struct way *way);
};

struct ports;

/* Events of these sockets bear data.u64 with PORTS_EVENT set. ERR_CONFLICT: a port is taken. */
#define PORTS_EVENT (UINT64_C(1) << 63)
NODISCARD enum err ports_open(const struct ports_conf *conf, int epoll_fd,
                              struct ports **ports_out, struct fail *why);
void ports_close(struct ports **ports);
/* The ports in use, as the node tells the browsers. */
uint16_t ports_udp_port(const struct ports *ports);
uint16_t ports_tcp_port(const struct ports *ports);
/* Datagrams and frames over VOICE_PACKET_MAX bytes, since ports_open. */
uint64_t ports_dropped(const struct ports *ports);

/* Handles one event of epoll: its data and its events. */
void ports_serve(struct ports *ports, uint64_t data, uint32_t events, int64_t now_ms);
/* Drops when the way is gone or takes nothing: speech that waits is of no use. */
void ports_send(struct ports *ports, const struct way *way, struct span bytes, int64_t now_ms);
/* What goes by UDP waits for this, or until there are many: at the end of each turn of the
 * loop, before it waits for events. */
void ports_flush(struct ports *ports);
/* About once a second. */
void ports_sweep(struct ports *ports, int64_t now_ms);

#endif
