/* node/server/call.h - one HTTP request on its way through the server.
 * Owner: the loop thread (http.c) from the first byte until dispatch_post, then dispatch until
 * http_answer, then the loop thread again until the answer is sent. Never two at once. */
#ifndef NODE_SERVER_CALL_H
#define NODE_SERVER_CALL_H

#include <stdatomic.h>
#include <sys/types.h>

#include "node/base/route.h"
#include "node/io/headers.h"
#include "node/io/refusal.h"
#include "node/server/path.h"

struct http;
struct listening;
struct MHD_Connection;

/* A body that is a file (route.body_type): a worker says first whether this caller may send it.
 * One that may not has his bytes read and dropped: the library can answer before a body or
 * after it, and a front that is still writing might lose what it is told in between. */
enum file_body { FILE_NONE, FILE_ASKED, FILE_ADMITTED, FILE_REFUSED };

struct call {
    struct req req; /* what the handler sees; req.server points back here */
    struct http *http;
    struct listening *at; /* of http.c */
    struct MHD_Connection *connection;
    struct span target; /* a copy from before the library took it apart; none: too long */
    enum listener listener;
    uid_t peer_uid;  /* who is at the other end of the unix socket */
    int route_index; /* -1: none */
    bool must_close; /* the connection ends with this answer */
    enum file_body file;
    bool is_fed;       /* another node's: for federation/inbox.h, whatever its path */
    bool is_too_large; /* and its body is read and dropped, for the refusal is signed */
    bool is_handled;   /* the body was all there: what comes next is the answer */
    uint8_t *body;     /* of the arena; a file's is a mapping of its own, never on a disk */
    size_t body_cap, body_len;
    int64_t n_seen_bytes; /* of the body, dropped ones too */
    int64_t began_mono_us;
    bool is_dry;  /* the answer's flow has nothing now: the connection is set aside */
    bool is_gone; /* nobody takes the answer any more: it ends */

    /* Dispatch: 2 while the handler runs (it and its answer), 1 when one of them is done. */
    atomic_int n_holds;
    const char *action; /* of the access record; NULL: none is written */
    struct call *next_free;

    struct head head;
    struct path path;
};

/* Puts a refusal into call->req.reply (any thread that owns the call). */
void call_refuse(struct call *call, enum refusal refusal);
/* Any thread, once: the answer in call->req.reply goes out. */
void http_answer(struct call *call);

#endif
