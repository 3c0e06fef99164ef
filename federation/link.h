/* federation/link.h - the links of this node: to each peer that shares a lesson with it a pair
 * of WebSockets, `ctl` for what must not be lost (who is there, words, acts) and `rt` for what
 * is worth nothing when it is late (movement, voice) (design section 6, CARD-6, CARD-7).
 *
 * The guest's node is the caller: it asks POST /fed/v1/link (signed, kind fed.link) for a
 * ticket of 30 s and one use, and opens wss://PEER/fed/v1/link with it, to the registry's
 * endpoint and pin alone, in TLS 1.3. The host's side sits behind the front on a unix socket of
 * its own. Frames are federation/frame.h.
 *
 * ctl is a stream of numbered frames (federation/link_stream.h): each side keeps what the other
 * has not acknowledged, 4,096 frames or 10 minutes; after a cut both say how far they have
 * heard, and it goes on without loss or doubling. rt is never repeated: what is 200 ms old (a
 * voice: 150 ms) is not sent any more.
 *
 * A link closes within a second when it is no longer wanted or allowed, when a contract ends,
 * the peer leaves the registry or all its keys are revoked, or the registry is split; it is
 * made anew once a day, with a new ticket. Every 5 s each side says that it is there; after
 * 15 s of silence the link is dead. The caller tries again at once, then every second.
 *
 * Threads: one of its own for all links, which never waits for a peer, the disk or the
 * database, and one that opens lines (asking a ticket takes time). links_want, links_allow,
 * links_send and links_status from any. The feature is called on the links' thread and must not
 * wait there.  Owns: its sockets, streams, tickets. */
#ifndef FEDERATION_LINK_H
#define FEDERATION_LINK_H

#include <stdatomic.h>

#include "federation/frame.h"
#include "node/base/id.h"

struct links;

#define LINK_PEERS_MOST    64
#define LINK_RING_FRAMES   4096
#define LINK_RING_BYTES    ((size_t)8 << 20) /* of one peer's stream */
#define LINK_RING_US       (INT64_C(600) * 1000000)
#define LINK_RT_LATE_US    INT64_C(200000)
#define LINK_VOICE_LATE_US INT64_C(150000)
#define LINK_ALIVE_US      INT64_C(5000000)
#define LINK_DEAD_US       INT64_C(15000000)
#define LINK_RENEW_US      (INT64_C(24) * 3600 * 1000000)
#define LINK_TICKET_US     INT64_C(30000000)
#define LINK_CREDIT_FRAMES 64
#define LINK_CREDIT_US     INT64_C(100000)

/* Why a pair of links went down. */
enum link_why {
    LINK_CUT,     /* the line broke, or the peer closed it; tried again */
    LINK_SILENT,  /* LINK_DEAD_US without a byte; tried again */
    LINK_RENEWED, /* a day old, or a newer one took its place; made anew */
    LINK_FAULT,   /* bytes that are no frames, or frames of another node; tried again, slowly */
    LINK_FULL,    /* the peer does not read; tried again */
    LINK_UNWANTED, /* links_want or links_allow says so, or its time has come */
    LINK_CONTRACT, /* the contract of one of the two has ended, or it is no member any more */
    LINK_REVOKED,  /* no key of the peer is good any more */
    LINK_SPLIT,   /* two registries of one number: nothing is believed until people settle it */
    LINK_STOPPED, /* this node is ending */
    LINK_DRAINING, /* this town is leaving: nothing begins any more (tenants/leaving) */
    LINK_WHY_N
};
const char *link_why_name(enum link_why why); /* "cut", "silent", ... */

struct link_feature {
    void *arg;
    /* ctl stands. is_whole: nothing was lost or is to be said again. Else what was heard from
     * this peer is over (its figures go), and everything is to be said anew: who is there, what
     * is on. */
    void (*up)(void *arg, struct id peer, bool is_whole);
    /* A frame whose payload frame_body_check found good. Frames of ctl come in the order they
     * were sent, each once. Never the link's own (FRAME_HELLO, FRAME_CREDIT). */
    void (*frame)(void *arg, struct id peer, bool is_rt, const struct frame *frame);
    /* ctl is down. What is sent meanwhile waits, for LINK_CUT, LINK_SILENT, LINK_RENEWED and
     * LINK_FULL; for the others the stream is over. */
    void (*down)(void *arg, struct id peer, enum link_why why);
};

/* Where the front brings peers to: a unix socket, and who may connect to it. */
#define LINK_UIDS_MOST 2
struct links_door {
    char path[104];
    unsigned uids[LINK_UIDS_MOST];
    int n_uids;
};
/* Where a peer is, from the registry, and the ticket it gave for this line. */
struct link_way {
    char endpoint[262];
    uint8_t pins[4][32];
    int n_pins;
    char ticket[44];
};

/* What links need of the federation around them (federation/link_fed.c); arg outlives them. */
struct links_conf {
    struct id node; /* this one */
    void *arg;
    bool allow_private; /* as net_peer_conf */
    long connect_ms, answer_ms;
    /* links_start's thread. */
    enum err (*door)(void *arg, struct links_door *out, struct fail *why);
    /* The links' thread; looks into memory. Is the time come to listen and to call? NULL: yes.
     */
    bool (*is_open)(void *arg);
    /* The links' thread, each second for each peer, and others; looks into memory. May links to
     * it stand? LINK_WHY_N: yes. is_new: may one begin that did not stand before? */
    enum link_why (*judge)(void *arg, struct id peer, bool is_new);
    /* A thread that may wait. ERR_DENIED: the peer does not allow it now. */
    enum err (*way)(void *arg, struct id peer, bool is_rt, const atomic_bool *stop,
                    struct link_way *out, struct fail *why);
};

/* Begins nothing yet. */
NODISCARD enum err links_open(const struct links_conf *conf, struct links **out,
                              struct fail *why);
/* Begins to listen and to call; feature is copied, its arg stays the caller's until
 * links_stop. Once. */
NODISCARD enum err links_start(struct links *links, const struct link_feature *feature,
                               struct fail *why);
/* Closes every link (LINK_STOPPED is told) and ends the threads: the feature is not called
 * after it. NULL does nothing. */
void links_stop(struct links *links);
void links_close(struct links **links);

/* Caller's side: keep links to that peer until then; 0: no more. Again: a new end. */
void links_want(struct links *links, struct id peer, int64_t until_utc_us);
/* Host's side: that peer may have links until then; 0: no more. A peer that is not allowed is
 * answered 403 role-denied. Both: links_want is the caller's, links_allow the host's; of one
 * peer a node is one or the other at a time. */
void links_allow(struct links *links, struct id peer, int64_t until_utc_us);

/* The frame is copied; seq and (when 0) ts_ms are set by the link. On ctl, ERR_OK: it will be
 * heard, once and in order, unless up() says otherwise. On rt, ERR_OK: it was sent or it was
 * late. ERR_NOT_FOUND: no link has ever stood to this peer, or it was ended; ERR_BUSY: the
 * mailbox is full; ERR_TOO_LARGE. */
NODISCARD enum err links_send(struct links *links, struct id peer, bool is_rt,
                              const struct frame *frame, struct fail *why);

/* This peer's frames break a rule that the feature keeps (a pseudonym of another node,
 * "foreign- pseud"): the links to it are closed as LINK_FAULT. rule: static text. Any thread.
 */
void links_fault(struct links *links, struct id peer, const char *rule);

/* Host's side: a ticket for that peer, of LINK_TICKET_US and one use. ERR_DENIED: not allowed;
 * ERR_UNAVAILABLE: not started yet, or nothing new may be linked now. Any thread. */
NODISCARD enum err links_ticket(struct links *links, struct id peer, bool is_rt,
                                char text_out[44], struct fail *why);

struct link_status {
    struct id peer;
    bool is_wanted, is_allowed; /* caller's side; host's side */
    bool is_up, is_rt_up;
    int64_t since_utc_us; /* up or, when not, down since then; 0: never stood */
    int64_t heard_utc_us; /* any byte of ctl; 0: none yet */
    int64_t lag_us;       /* a keep-alive there and back, the last one; -1: none yet */
    int n_waiting;        /* ctl frames not yet acknowledged */
    uint64_t n_in, n_out; /* frames, both links, since this peer was first wanted */
    uint64_t n_bytes_in, n_bytes_out;
    uint64_t n_late;           /* rt frames dropped */
    uint64_t n_unknown;        /* frames of types this program does not know */
    uint64_t n_resumed, n_new; /* ups with and without is_whole */
    uint64_t n_faults;
    enum link_why last_why; /* of the last down; LINK_WHY_N: none */
};
/* False: neither wanted nor allowed. */
bool links_status(struct links *links, struct id peer, struct link_status *out);
/* All that is wanted or allowed now, and all that ever was, together; never less than before.
 */
struct links_totals {
    int n_peers, n_up, n_rt_up; /* now */
    int n_waiting;
    uint64_t n_in, n_out, n_bytes_in, n_bytes_out, n_late, n_unknown, n_resumed, n_new,
        n_faults;
};
/* NULL links: zeros. */
void links_totals_read(struct links *links, struct links_totals *out);

#endif
