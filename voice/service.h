/* voice/service.h - the node's words become sessions: control, endpoint and hub under one roof.
 * A session is known to the hub alone (WebSocket: the node carries its packets) or to endpoint
 * and hub (WebRTC). What the node says and cannot be done is answered REFUSED and changes
 * nothing. When the node goes, everybody goes: it says everything anew when it is back.
 * Threads: one.  Owns: endpoint, hub, and through them every session. */
#ifndef VOICE_SERVICE_H
#define VOICE_SERVICE_H

#include "node/base/err.h"
#include "voice/voice.h"

struct service_conf {
    const char *socket, *bind; /* voice/voice_conf.h */
    uint16_t udp_port, tcp_port;
};

struct service;

NODISCARD enum err service_open(const struct service_conf *conf, struct service **service_out,
                                struct fail *why);
void service_close(struct service **service);
/* Until stop_fd is readable. ERR_INTERNAL: epoll. */
NODISCARD enum err service_run(struct service *service, int stop_fd, struct fail *why);

#endif
