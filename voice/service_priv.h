/* voice/service_priv.h - what the files of the service share. Threads: the media thread. */
#ifndef VOICE_SERVICE_PRIV_H
#define VOICE_SERVICE_PRIV_H

#include "voice/control.h"
#include "voice/endpoint.h"
#include "voice/hub.h"
#include "voice/ports.h"
#include "voice/service.h"

enum session_kind { SESSION_NONE, SESSION_RTC, SESSION_WS };

struct asked {
    enum hub_mic what;
    uint32_t number;
};

struct service {
    int epoll_fd;
    struct ports *ports;
    struct control *control;
    struct endpoint *endpoint;
    struct hub *hub;
    int64_t now_ms; /* of the turn */
    int64_t swept_ms;
    int n_sessions;
    bool is_tcp;                   /* the bytes that are being looked at */
    uint8_t kinds[VOICE_SESSIONS]; /* enum session_kind */
    struct asked asked[HUB_OUT];   /* by VOICE_OP_OUT */
    int n_asked;
};

/* A message of the node: control_conf.said. */
void service_said(void *arg, const struct voice_frame *said, int64_t now_ms);
/* Sessions, foreign talkers, what is asked out: all of it ends. */
void service_close_everybody(struct service *s);

#endif
