/* federation/inbox.h - what other nodes may ask of this one: every request of the federation
 * listener, its check, its handler and its signed answer. One row a kind; a request that has no
 * row does not exist. Refusals are signed too, and bound to the request.
 *
 * What happens to a request, in this order: the gate (federation/profile_gate.h: form,
 * membership, contract, destination, time, signature, nonce, digest, role), what its sender
 * knows of the registry (a newer one is fetched from there, who fell behind is told), the pace
 * of that sender, the kind, the body against its shape, the handler.
 *
 * Kinds that change something (keep not FED_KEEP_NONE) are operations: the sender names each
 * by an id (ibasho-op). The effect, the row that remembers the id with the body's digest and
 * the answer commit together; the same id and digest again get that very answer, whatever
 * happened in between, and another digest gets op-conflict. So a sender that heard nothing
 * sends the same again, and it happens once.
 *
 * Threads: inbox_post from any; handle() on the inbox thread, run() and settled() on the
 * writer's. One thread takes, checks and signs everything, so that nonces need no lock; it
 * never waits for the writer.  Owns: nonces, its mailbox, a read connection (opened when first
 * wanted). */
#ifndef FEDERATION_INBOX_H
#define FEDERATION_INBOX_H

#include "federation/profile.h"
#include "node/base/services.h"
#include "node/db/writer.h"

struct federation;
struct fed_req;

/* How long an operation is remembered. What goes through the outbox is kept for a month: longer
 * than the outbox tries. */
enum fed_keep { FED_KEEP_NONE, FED_KEEP_HOUR, FED_KEEP_MONTH };

/* What became of a row of the outbox, in the transaction that ends it. */
struct fed_settled {
    struct id peer, op;
    enum fed_code code; /* FED_OK: done there */
    bool is_given_up;   /* after FED_GIVE_UP_US; it may or may not have happened */
    struct span answer; /* body of a good one */
};

#define FED_IDS_MOST 2

struct fed_kind {
    const char *name;   /* "fed.ping": unique; in the outbox, in records and figures */
    const char *method; /* "GET" "POST" */
    const char *path;   /* "/fed/v1/classes/{id}/seats": {id} is a UUID, in small letters */
    unsigned roles;     /* FED_ROLE_BIT, one of which the sender needs; 0: every member */
    enum fed_keep keep; /* FED_KEEP_NONE: handle; else run */
    enum profile_media media;      /* of the request's body */
    size_t body_most;              /* 0: none, but for an empty one */
    const struct jx_shape *input;  /* of a PROFILE_JSON body; NULL: the body is not read */
    const struct jx_shape *output; /* of fed_say_json */
    bool takes_stale; /* answered also to a sender whose registry is old or another's */
    bool is_recorded; /* writes an access record with its effect */
    /* Asked of a coordinator without a signature, too, by a node that has no registry yet. */
    bool is_open;
    /* Signed by the boot key that its sender left here (federation/escrow.h), and no other. */
    bool is_boot;
    /* Answered also after the sender's contract has ended, and when it has left by its own word
     * (federation/purge.h). */
    bool is_late;
    /* Answers now or later, from any thread: one fed_reply_*. */
    void (*handle)(struct fed_req *req);
    /* Sets the answer by fed_say_json and returns ERR_OK, or refuses (fed_refuse). Repeatable:
     * changes nothing but the database. */
    enum err (*run)(struct tx *tx, struct fed_req *req, struct fail *why);
    /* At the sender: may be NULL. Its error keeps the row. */
    enum err (*settled)(struct tx *tx, struct federation *federation,
                        const struct fed_settled *settled, struct fail *why);
};
struct fed_kind_table {
    const struct fed_kind *rows;
    int n;
};
/* NULL: none of that name. */
const struct fed_kind *fed_kind_find(struct span name);

/* One request as a handler sees it; lives until it is answered. */
struct fed_req {
    const struct fed_kind *kind;
    const struct services *services;
    struct federation *federation;
    struct arena *arena;
    const struct registry *registry; /* in force when it came */
    const struct fed_member *peer;   /* who asks, proven; NULL: asked without a signature */
    char kid[FED_KID_CAP];           /* that signed it */
    struct id op;
    struct id ids[FED_IDS_MOST]; /* of the path */
    struct span query, body;
    void *input; /* the struct of kind->input */
    int64_t now_utc_us;

    /* The answer, set by fed_say_json and its like. */
    int status;
    enum profile_media media;
    struct span answer;
    enum fed_code code; /* FED_OK, or why not */
    struct fed_in *in;
};
/* The inbox's read connection: in handle() only, until it returns. NULL: the database is away.
 */
struct db *fed_req_db(struct fed_req *req);
/* NAME=DECIMAL as the whole query; -1: another or none. */
int64_t fed_req_query_int(const struct fed_req *req, const char *name);

/* Sets the answer; for run(). */
NODISCARD enum err fed_say_json(struct fed_req *req, int status, const void *output,
                                struct fail *why);
/* Refuses: `return fed_refuse(req, FED_CLASS_PURGED, why)`. */
NODISCARD enum err fed_refuse(struct fed_req *req, enum fed_code code, struct fail *why);

/* Sets the answer and ends the request; for handle(). */
void fed_reply_json(struct fed_req *req, int status, const void *output);
void fed_reply_document(struct fed_req *req, struct span text); /* a signed document */
void fed_reply_code(struct fed_req *req, enum fed_code code);

/* ---- for node/server ---- */

/* One request on its way through; the server's memory, which it keeps until done. */
struct fed_in {
    struct fed_message message; /* as on the line */
    struct span address;        /* whence, for the record */
    struct arena *arena;
    bool is_too_large; /* its body was over the bound and is not here */

    /* Filled before done is told. status 0: there is no answer of ours (no registry, no key):
     * the server says what it says without a federation (is_absent) or that it cannot now. */
    int status;
    bool is_absent;
    enum fed_code code;
    struct span body;
    struct fed_signed head;
    /* Told once, on the inbox's thread. */
    void (*done)(struct fed_in *in);
    void *server;

    struct fed_req req; /* the inbox's */
    struct registry *registry;
};
/* Does this node answer other nodes at all? Without a registry that lists it: no, and nothing
 * of the federation is there. */
bool inbox_is_open(struct federation *federation);
/* ERR_BUSY: too many are inside; ERR_UNAVAILABLE: it ends. done is then not told. */
NODISCARD enum err inbox_post(struct federation *federation, struct fed_in *in,
                              struct fail *why);

#endif
