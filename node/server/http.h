/* node/server/http.h - the HTTP listeners: unix sockets, one loop thread, libmicrohttpd behind
 * it (microhttpd.h is named in http_priv.h alone).
 *
 * The loop thread accepts, checks who connects (SO_PEERCRED), lets the library read, checks the
 * head and target itself (headers.h, path.h), refuses or serves the client's files at once, and
 * hands everything else to dispatch; the answer wakes it. It alone touches the library.
 * Deadlines are absolute and its own: HTTP_HEAD_S for a head, HTTP_BODY_S for a
 * body, for a file one second more per HTTP_FILE_BYTES_S; one byte a second does not keep a
 * connection. A file (route.body_type) is taken in only from whom its row is open to, in memory
 * of its own, HTTP_FILES_MOST at a time: one more is told to come again (503). The body of a
 * file that is refused is read for HTTP_LINGER_S more.
 *
 * Restart without loss: open binds PATH.new, publish renames it over PATH, so that the next
 * connection is ours and the old program keeps what it has: its http_drain has those handled,
 * after which it can give up the database while the last answers are still on their way out. */
#ifndef NODE_SERVER_HTTP_H
#define NODE_SERVER_HTTP_H

#include <sys/types.h>

#include "node/base/route.h"

#define HTTP_HEAD_S       10
#define HTTP_BODY_S       30
#define HTTP_LINGER_S     2
#define HTTP_IDLE_S       60
#define HTTP_FILE_BYTES_S 65536 /* half a megabit a second */
#define HTTP_FILES_MOST   4
#define HTTP_REPLY_S      600
#define HTTP_SOCKETS_N    5

struct http;
struct assets;
struct dispatch;
struct metrics;
struct routes;

/* One listener. Texts are the caller's and outlive the server. */
struct http_socket {
    enum listener listener;
    const char *path; /* of the unix socket, at most 103 bytes */
    uid_t uids[2];    /* who may connect */
    int n_uids;
    const char *origin;   /* whose pages may change something; "" none: no browser comes here */
    bool is_behind_front; /* X-Forwarded-For says who asks */
    bool serves_client;   /* the browser client's files */
    int n_connections_cap; /* beyond, connections wait in the backlog */
};

struct http_conf {
    const struct http_socket *sockets;
    int n_sockets; /* at most HTTP_SOCKETS_N */
    const struct routes *routes;
    const struct assets *assets;
    struct dispatch *dispatch;
    struct metrics *metrics;
};

/* Binds and listens at PATH.new of every socket and starts the loop. */
NODISCARD enum err http_open(const struct http_conf *conf, struct http **http_out,
                             struct fail *why);
/* From now on PATH leads here. */
NODISCARD enum err http_publish(struct http *http, struct fail *why);
/* Takes what already waits, then no more. True: nothing is with dispatch any more and nothing
 * will be; answers may still be on their way. False: something was left after wait_ms. A
 * socket's name is removed only if it still leads here. */
bool http_drain(struct http *http, int wait_ms);
/* After http_drain said true and dispatch has stopped: waits up to wait_ms for the last
 * answers, cuts what is left, ends the loop. */
void http_close(struct http **http, int wait_ms);

#endif
