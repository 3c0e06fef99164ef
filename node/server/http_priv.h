/* node/server/http_priv.h - what http.c (loop), http_judge.c (first look) and http_reply.c
 * (answers) share. Nothing else includes it. Owner of everything here: the loop thread. */
#ifndef NODE_SERVER_HTTP_PRIV_H
#define NODE_SERVER_HTTP_PRIV_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "node/base/origin.h"
#include "node/server/call.h"
#include "node/server/http.h"

#define HTTP_POLICY_CAP (ORIGIN_CAP + 256)

struct mbox;

/* One listener and its part of the library. */
struct listening {
    struct http *http;
    struct http_socket socket;
    struct MHD_Daemon *daemon;
    int fd; /* until the drain, the library's */
    ino_t inode;
    bool is_published;
    bool has_work; /* the library must run: descriptors are ready, or a call goes on */
    char policy[HTTP_POLICY_CAP]; /* what pages of it may load: http_policy_fill */
};

enum conn_phase {
    CONN_HEAD,  /* the head is awaited */
    CONN_BODY,  /* it was accepted, the body is awaited */
    CONN_WORK,  /* with dispatch; the library has set it aside */
    CONN_REPLY, /* the answer is on its way out */
    CONN_IDLE,  /* after an answer */
};

struct conn {
    struct conn *prev, *next;
    struct listening *at;
    int fd;
    uid_t peer_uid;
    enum conn_phase phase;
    int64_t deadline_us;
    const struct call *refused; /* its body is read and dropped, HTTP_LINGER_S at most */
    struct call *flowing;       /* its answer is a flow */
};

struct http {
    struct listening listening[HTTP_SOCKETS_N];
    int n_listening;
    int epoll_fd, wake_fd;
    struct mbox *answered; /* of struct call *: dispatch is done with them */
    pthread_t thread;
    bool has_thread;

    struct conn *conns;
    struct call *free_calls; /* kept with their arenas */
    int n_free_calls, n_calls;
    int n_files;                         /* bodies that are files, in memory now */
    int n_flowing;                       /* connections whose answer is a flow */
    bool is_draining;                    /* no longer listening */
    atomic_int_least64_t drain_began_us; /* set by http_drain */
    atomic_int_least64_t end_us; /* set by http_close: when the loop ends at the latest */
    atomic_bool is_handled;      /* drained: nothing but answers on their way */

    const struct routes *routes;
    const struct assets *assets;
    struct dispatch *dispatch;
    struct metrics *metrics;
};

/* True: the request goes on (a body may follow). False: call->req.reply holds the answer. */
bool http_judge(struct call *call, const struct http_socket *socket);
/* at->policy, once, from the origin the configuration gives the listener: no header of a
 * request has a part in it. */
void http_policy_fill(struct listening *at);
/* Requests of other nodes (http_fed.c). Is this one: on the federation listener, when the node
 * is one among others, everything but the rows that stand there. */
bool http_fed_is(const struct call *call, const struct http_socket *socket);
/* As http_judge, once the head was looked at: what is refused here is not signed. */
bool http_fed_judge(struct call *call);
/* To the inbox; the answer comes back by http_answer. False: it took nothing. */
bool http_fed_post(struct call *call);
/* Queues call->req.reply. */
enum MHD_Result http_reply(struct call *call);

/* Answers that are made while they go out (http_flow.c). A connection whose flow is dry is set
 * aside; the library does not see then when the other side goes away, so that is looked for. */
struct MHD_Response *http_flow_response(struct call *call);
/* After a wake: those who have something to send go on. */
void http_flow_resume(struct http *http);
/* Of a sweep: who is late or has lost his reader goes on, to end. */
void http_flow_sweep(struct conn *conn, bool is_late);
/* Before the library is stopped: nobody is set aside any more. */
void http_flow_stop(struct http *http);

#endif
