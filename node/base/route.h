/* node/base/route.h - one row per way in over HTTP (design section 2). Dispatch refuses what
 * has no row; from the rows come the authorisation matrix, the OpenAPI 3.1 document, wire.ts
 * and the audit record. A handler is a static function beside its table, so that one without a
 * row is an unused function and fails the build. */
#ifndef NODE_BASE_ROUTE_H
#define NODE_BASE_ROUTE_H

#include "node/base/id.h"
#include "node/base/jx.h"
#include "node/base/role.h"
#include "node/base/services.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };

/* Which socket a request came in by; a route unknown to a listener does not exist there. */
enum listener {
    LISTENER_PUBLIC = 1,
    LISTENER_UPLOADS = 2,
    LISTENER_OFFICE = 4,     /* client certificate and network list at the front */
    LISTENER_FEDERATION = 8, /* other nodes, TLS 1.3 */
    LISTENER_ADMIN = 16,     /* unix socket of the operator, peer uid root or the node's user */
};

/* Whose object the {id} of the path may be. The handler looks it up and answers ERR_NOT_FOUND
 * for a hidden one exactly as for a missing one. */
enum object_rule {
    OBJECT_NONE,
    OBJECT_OWN,
    OBJECT_OWN_CLASS,
    OBJECT_OWN_SCHOOL,
    OBJECT_ANY_HERE
};

/* What the access record says. Anything but AUDIT_NONE is committed before the answer leaves.
 */
enum audit_class { AUDIT_NONE, AUDIT_READ, AUDIT_CHANGE, AUDIT_EXPORT };

/* How far a session has come (tenants/signin/session.h). A caller whose stage a row does not
 * admit is nobody there: 401 as without a cookie, and on a row open to all an anonymous caller.
 */
enum session_stage {
    STAGE_FULL,          /* signed in */
    STAGE_SECOND_FACTOR, /* the password was right; the second step is still open */
    STAGE_ENROL          /* signed in, but first a password or a second factor must be set */
};
#define STAGE_BIT(stage) (1u << (stage))
#define STAGES_ALL       ((1u << (STAGE_ENROL + 1)) - 1u)

struct req;

struct route {
    const char *name; /* "settings.change", unique */
    enum http_method method;
    const char *path;   /* "/api/v1/settings/{name}" */
    unsigned listeners; /* of enum listener */
    unsigned roles;     /* of ROLE_BIT; ROLE_ANONYMOUS opens it to nobody-in-particular */
    unsigned stages;    /* of STAGE_BIT; 0: STAGE_FULL alone */
    enum object_rule object;
    enum audit_class audit;
    /* A row that changes or exports is refused (ERR_NOSPACE) while the disk is nearly full,
     * unless it is one of those that must go on: sign-in, keys, what only puts on record. */
    bool must_go_on;
    /* A row that changes goes on while the node is being left (tenants/leaving); all others are
     * refused from the drain on. Reading always goes on. */
    bool while_leaving;
    const struct jx_shape *input; /* NULL: no body allowed, but for body_type */
    /* A body that is a file, not JSON: its media type and cap; `input` is then NULL and the
     * bytes are req->body. Taken in only from a caller the row is open to. */
    const char *body_type;         /* "application/zip"; NULL: none */
    size_t body_cap_bytes;         /* over: 413 */
    const struct jx_shape *output; /* NULL: 204 or not JSON */
    const char *summary_ja;
    void (*handle)(struct req *req);
};

struct route_table {
    const struct route *rows;
    int n;
};

/* Who is asking, as the session says. */
struct caller {
    enum role role;
    enum session_stage stage;
    struct id account; /* ID_NONE when anonymous */
    struct id session;
    struct id school; /* ID_NONE when not of a school */
    unsigned duties;
    const char *operator_name; /* admin listener: "uid:0"; else NULL */
};

struct req_param {
    const char *name;
    struct span value; /* decoded once, UTF-8 without controls; no '/' in a path's */
};

struct reply_header {
    const char *name;
    const char *value;
};

/* reply.code of ERR_DENIED: outside it is "not-found" to the last byte; the access record says
 * that there was something to refuse. */
#define REPLY_HIDDEN "hidden"

struct flow; /* node/base/flow.h */

struct reply {
    int status;
    const char *code; /* of a problem, static: what the access record says of it */
    const char *type; /* media type */
    struct span body; /* arena of the request, or static */
    /* Instead of body: made while it goes out; the reader's side is the server's. */
    struct flow *flow;
    struct reply_header headers[8];
    int n_headers;
};

struct db;

#define USER_AGENT_MOST 512

/* One request, from dispatch to reply. Owned by the server; a handler may keep it until it
 * calls one of the reply functions, exactly once, from any thread. */
struct req {
    const struct route *route;
    const struct services *services;
    struct db *db; /* read connection of the worker; NULL once the handler has returned */
    struct arena *arena;
    struct caller caller;
    struct span address; /* the client's, from the front */
    struct req_param params[8];
    int n_params;
    struct req_param query[16];
    int n_query;
    /* As received: JSON of at most JX_MAX_BYTES, or the row's body_type. */
    struct span body;
    void *input;            /* the struct of route->input, read and checked */
    int64_t now_utc_us;     /* one wall time for the whole request */
    struct id object;       /* what the access record names; a handler sets it */
    struct id person;       /* whose record was touched; a handler sets it */
    const struct id *shown; /* or whose records a list shows, in the arena */
    size_t n_shown;
    int access_recorded; /* a transaction of the handler already wrote the access record */
    /* Told when the server's own access record of an answer is committed, before it leaves; on
     * the writer's thread. NULL: nobody wants to know. */
    void (*recorded)(struct req *req);
    struct span cookie_session; /* the session cookie's value, none when absent */
    struct span cookie_device;  /* the device cookie's */
    struct span user_agent;     /* bytes, not text, at most USER_AGENT_MOST; none when absent */
    enum listener listener;     /* by which it came in */
    int is_https;
    struct reply reply;
    void (*done)(struct req *req); /* the server's: sends reply; call through reply_* only */
    void *server;                  /* the server's own */
};

/* The value of a path or query parameter; SPAN_NONE when absent. */
struct span req_param(const struct req *req, const char *name);
struct span req_query(const struct req *req, const char *name);

/* Of the request's arena. NULL: there is no memory; that was answered, so the request is over.
 */
void *req_alloc(struct req *req, size_t bytes);

/* Answers. Each ends the request. */
void reply_json(struct req *req, int status, const void *output); /* by route->output */
void reply_none(struct req *req);                                 /* 204 */
void reply_bytes(struct req *req, int status, const char *type, struct span body);
/* An answer of any length, 200: flow's reader is the server from here on, whatever comes of the
 * request; its writer is a thread of the feature's own, not the one that answers. What a writer
 * ends before its time reaches the client as a cut answer, and a client that goes away ends the
 * flow for the writer. Nothing goes out before the access record is committed. */
void reply_flow(struct req *req, const char *type, struct flow *flow);
/* problem+json (RFC 9457) with code and a plain Japanese sentence. */
void reply_fail(struct req *req, const struct fail *why);
/* The same with a code and a sentence of the handler's own; code outlives the request. */
void reply_problem(struct req *req, int status, const char *code, const char *title_ja);
void reply_defects(struct req *req, const struct jx_defects *defects);
/* Adds a header before one of the above; name and value must outlive the request (arena). */
void reply_header(struct req *req, const char *name, const char *value);

#endif
