/* node/io/live.h - what a feature may know of the realtime server (node/server/live.h): its
 * connections, the answering of commands, events, who is let in. The server fills struct
 * live_ops, so that a feature of lower rank includes nothing of it.
 * Threads: "live thread" is the one thread that owns all connections; live_admit, live_post and
 * live_drop_session may be called from any other. Owns: nothing. */
#ifndef NODE_IO_LIVE_H
#define NODE_IO_LIVE_H

#include "node/base/command.h"
#include "node/io/ws_shared.h"

struct live;      /* the server */
struct live_conn; /* one open connection; the server's, valid until live_feature.closed */

/* Why a connection is over. */
enum live_end {
    LIVE_END_BYE,  /* the client closed it: 1000 */
    LIVE_END_AWAY, /* 1001: the page went, perhaps to come again */
    LIVE_END_CUT,  /* the socket broke or fell silent, or a page gave it up with another code */
    LIVE_END_FAULT, /* it broke a rule of the protocol */
    LIVE_END_OURS,  /* live_close, or it read too slowly (1013), or the node ends (1012) */
};

/* Close codes of our own (RFC 6455, section 7.4.2). */
#define LIVE_CLOSE_RESTART   1012
#define LIVE_CLOSE_ELSEWHERE 4001 /* the same person came from another device */
#define LIVE_CLOSE_SESSION   4003 /* the session is over: sign in */

/* ---- what a feature gives the server: all called on the live thread ---- */

struct live_feature {
    void *arg;
    /* A ticket was good. pass: what live_admit was given, the feature's from now on. Returns
     * the visitor, which comes back in every call; NULL: refuse (the feature has taken pass).
     */
    void *(*opened)(void *arg, struct live_conn *conn, const struct caller *caller, void *pass,
                    int64_t now_mono_us);
    void (*closed)(void *arg, void *visitor, enum live_end end, int64_t now_mono_us);
    /* The receiver lost movement and reads again: give it a whole picture. */
    void (*refresh)(void *arg, void *visitor, int64_t now_mono_us);
    /* Every LIVE_TICK_MS; after a stall once for all that were missed. */
    void (*tick)(void *arg, int64_t now_mono_us, int64_t now_utc_us);
    /* The node ends: say what must be said, write what must be written. No tick comes after
     * it; closed() does, for everyone. */
    void (*ending)(void *arg, int64_t now_mono_us);
};
#define LIVE_TICK_MS 100

/* ---- connections: live thread ---- */

/* Takes a reference of its own, if it needs one. A connection that is closing takes nothing. */
void live_send(struct live_conn *conn, struct ws_shared *frame, enum ws_keep keep);
/* Sound, of so many ms. Whoever does not read gets silence instead: nothing of it waits longer
 * than a moment, and nothing else is lost for it. The caller holds the frame. */
void live_sound(struct live_conn *conn, struct ws_shared *frame, unsigned ms);
/* {"ev":name,"n":number,"of":{...}}; number 0: none. The caller holds the frame. ERR_NOMEM,
 * ERR_INTERNAL (jx_write). */
NODISCARD enum err live_event_make(const struct live_event *event, uint32_t number,
                                   const void *of, struct arena *arena,
                                   struct ws_shared **frame_out, struct fail *why);
/* Make and send to one, WS_KEEP; a failure is logged and closes the connection (1011). */
void live_event_send(struct live_conn *conn, const struct live_event *event, uint32_t number,
                     const void *of, struct arena *arena);
/* What is queued goes first unless is_at_once; then the close. closed() comes later, once. */
void live_close(struct live_conn *conn, int close_code, bool is_at_once);

/* ---- commands: live thread ---- */

struct command_call {
    const struct command *row;
    const struct services *services;
    struct live_conn *conn;
    void *visitor;
    const struct caller *caller;
    struct arena *arena; /* until the handler returns */
    void *input;         /* the struct of row->input */
    struct span bytes;   /* a binary message */
    int64_t now_mono_us, now_utc_us;
    /* For the access record; a handler sets them. */
    struct id object, person;
    /* The server's: the number to answer, whether it was answered. */
    uint32_t number;
    bool is_answered;
};

/* Exactly one of these for a text command, before the handler returns or, after
 * command_later, at any time on the live thread. */
void command_ok(struct command_call *call, const void *output); /* NULL when row->output is */
/* Code and plain Japanese sentence, as in problem+json. */
void command_fail(struct command_call *call, const struct fail *why);
void command_refuse(struct command_call *call, const char *code, const char *title_ja);
/* A client that is not altered never does this (walks while it only watches, enters a locked
 * room, uses another's seat): refused with the rule as its code, counted by rule, and recorded
 * (at most once a minute for each connection and rule; at most LIVE_RULES_CAP rules). rule:
 * static, "watch-walk". Of a binary message nothing is answered. */
#define LIVE_RULES_CAP 32
void command_breach(struct command_call *call, const char *rule, const char *title_ja);

/* To answer after a commit: set call->object and person, keep this, post back with live_post,
 * answer. A connection that has gone meanwhile takes no answer; its access record is written
 * all the same. */
struct command_later {
    uint64_t conn;
    uint32_t number;
    const struct command *row;
    enum role role; /* for the access record, with the ids */
    struct id account, object, person;
};
struct command_later command_later(struct command_call *call);
void command_later_ok(struct live *live, const struct command_later *later, const void *output);
void command_later_fail(struct live *live, const struct command_later *later,
                        const struct fail *why);
void command_later_refuse(struct live *live, const struct command_later *later,
                          const char *code, const char *title_ja);

/* ---- from other threads ---- */

/* From now on people are let in; before, they are told to come again (503). Once, when the
 * feature has read what it needs. The feature outlives the server. live NULL: nothing. */
void live_serve(struct live *live, const struct live_feature *feature);

#define LIVE_TICKET_CAP 44
/* Draws a ticket (one use, 30 s) for a caller with a session; the server owns pass until it is
 * handed to opened() or thrown away by pass_free (on any thread; also when this fails).
 * ERR_UNAVAILABLE: the server is not there (live NULL), does not serve yet, or ends. text_out
 * is good the moment this returns. */
NODISCARD enum err live_admit(struct live *live, const struct caller *caller, void *pass,
                              void (*pass_free)(void *pass), char text_out[LIVE_TICKET_CAP],
                              struct fail *why);
/* Runs fn(arg) on the live thread, in order. ERR_UNAVAILABLE, ERR_BUSY: it will not run. */
NODISCARD enum err live_post(struct live *live, void (*fn)(void *arg), void *arg,
                             struct fail *why);
/* A session ended: its tickets are worth nothing, its connections close (4003). live NULL:
 * nothing. */
void live_drop_session(struct live *live, struct id session);
/* Every session of account but keep (ID_NONE: every one) ended. live NULL: nothing. */
void live_drop_account(struct live *live, struct id account, struct id keep);

/* ---- the server's side ---- */

struct live_ops {
    void (*send)(struct live_conn *, struct ws_shared *, enum ws_keep);
    void (*sound)(struct live_conn *, struct ws_shared *, unsigned);
    void (*close)(struct live_conn *, int, bool);
    /* text: the whole message. outcome: what the access record of an audited row says; NULL:
     * none is to be written. */
    void (*answer)(struct live *, const struct command_later *, const char *outcome,
                   struct span text);
    void (*breach)(const struct command_call *, const char *rule);
    struct command_later (*later)(const struct command_call *);
    void (*serve)(struct live *, const struct live_feature *);
    enum err (*admit)(struct live *, const struct caller *, void *, void (*)(void *),
                      char[LIVE_TICKET_CAP], struct fail *);
    enum err (*post)(struct live *, void (*)(void *), void *, struct fail *);
    void (*drop)(struct live *, struct id account, struct id session, struct id keep);
};
/* First member of struct live and of struct live_conn. */
struct live_head {
    const struct live_ops *ops;
    struct live *live;
    struct arena *arena; /* the live thread's, emptied after whatever it called */
};

/* What a refusal says: {"re":12,"no":LiveNo}. */
struct live_no {
    struct span code, title, field;
    bool has_field;
};
extern const struct jx_shape live_no_shape;

#endif
