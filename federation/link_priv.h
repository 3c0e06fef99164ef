/* federation/link_priv.h - what the files link*.c share. Nothing else includes it. Owner of
 * everything here but the desk, the mailboxes and the atomics: the links' thread. */
#ifndef FEDERATION_LINK_PRIV_H
#define FEDERATION_LINK_PRIV_H

#include <pthread.h>
#include <sys/types.h>

#include "federation/link.h"
#include "federation/link_stream.h"
#include "federation/link_ticket.h"
#include "node/io/net_line.h"
#include "node/io/ws_frame.h"
#include "node/io/ws_handshake.h"

#define LINK_DIALLERS   2 /* a peer that is away holds up one */
#define LINK_OUT_BYTES  ((size_t)32 * 1024)
#define LINK_OUT_SPARE  ((size_t)256) /* of it, for pings, pongs and a close */
#define LINK_READ_BYTES ((size_t)32 * 1024)
#define LINK_TURN_READS 8 /* of one line in one round */
#define LINK_RT_FRAMES  256
#define LINK_OPEN_US    INT64_C(10000000) /* for opening and hellos */
#define LINK_CLOSE_US   INT64_C(1000000)
#define LINK_STRANGERS  32 /* lines without a ticket yet */
#define LINK_RETRY_US   INT64_C(1000000)
#define LINK_DENIED_US  INT64_C(5000000)
#define LINK_FAULTED_US INT64_C(60000000)
#define LINK_STEADY_US  INT64_C(2000000) /* up for so long: the next try needs no wait */

enum link_lane { LINK_CTL, LINK_RT, LINK_LANES_N };

enum link_phase {
    LINK_OPENING,    /* host: the handshake is awaited */
    LINK_HELLO,      /* the other side's hello is awaited */
    LINK_HELLO_BACK, /* host: the caller's last word is awaited */
    LINK_UP,
    LINK_CLOSING, /* what still comes is dropped, until its end or LINK_CLOSE_US */
    LINK_GONE     /* freed at the end of the round */
};

struct link_peer;

/* One line: a WebSocket of one lane. */
struct link_conn {
    struct links *links;
    struct link_conn *next;
    struct link_peer *peer; /* NULL before its ticket and after its end */
    struct net_line *line;  /* the caller's; NULL at the host */
    int fd;
    enum link_lane lane;
    enum link_phase phase;
    struct ws_handshake *handshake; /* owned; host, LINK_OPENING */
    uint8_t *head;                  /* owned; the bytes of it */
    size_t head_len;
    struct ws_reader reader;
    uint8_t *out; /* owned; LINK_OUT_BYTES */
    size_t out_at, out_len;
    int64_t began_mono_us, heard_mono_us, pinged_mono_us, up_mono_us;
    uint64_t n_sent;                       /* rt: the number of its frames */
    bool waits_out, is_ready, is_stranger; /* is_stranger: counted as one */
};

struct link_late {
    uint8_t *bytes; /* a whole frame; owned */
    uint32_t len;
    int64_t until_mono_us; /* then it is late */
};

struct link_peer {
    struct links *links;
    struct id id;
    bool is_used;
    int64_t want_until_utc_us, allow_until_utc_us; /* the desk's, of this round */
    struct link_stream stream;
    struct link_conn *conns[LINK_LANES_N];
    bool is_up;
    int64_t credit_mono_us;      /* an acknowledgement is due then; 0: none, or ctl is down */
    bool has_news[LINK_LANES_N]; /* was posted in this round */
    struct link_late rt[LINK_RT_FRAMES];
    uint32_t rt_at, rt_n;
    struct {
        bool is_dialling;
        int64_t next_mono_us;
        char trouble[96]; /* as logged last: said once, not every second */
    } dial[LINK_LANES_N];
    int n_faults_in_row;
    struct link_status status; /* what is told at the desk */
};

/* What other threads see and change; under `lock`, held for a look into memory. */
struct link_desk {
    bool is_used, has_stream;
    struct id peer;
    int64_t want_until_utc_us, allow_until_utc_us;
    struct link_status status;
};

enum link_post { LINK_POST_LOOK, LINK_POST_SEND, LINK_POST_LINE, LINK_POST_FAULT };
struct link_message {
    enum link_post kind;
    struct id peer;
    bool is_rt;
    struct frame frame;    /* of SEND; its payload is the message's */
    int64_t at_mono_us;    /* when it was posted */
    struct net_line *line; /* of LINE; NULL: it did not come about */
    bool is_denied;
    char trouble[96]; /* of LINE */
    const char *rule; /* of FAULT */
};
struct link_dial {
    struct id peer;
    bool is_rt;
};

struct links {
    struct links_conf conf;
    struct links_door door;
    struct link_feature feature;
    struct mbox *posts; /* of struct link_message */
    struct mbox *dials; /* of struct link_dial */
    pthread_t thread, diallers[LINK_DIALLERS];
    bool has_thread;
    int n_diallers;
    atomic_bool is_started, is_stopping;

    pthread_mutex_t lock; /* desk, tickets, past */
    struct link_desk desk[LINK_PEERS_MOST];
    struct link_tickets tickets;
    struct links_totals past; /* of peers whose place was given up */

    struct link_peer *peers; /* LINK_PEERS_MOST, each beside its place at the desk */
    struct link_conn *conns;
    int n_strangers;
    int epoll_fd, listen_fd;
    ino_t inode;
    bool is_open;
    int64_t now_mono_us, ticked_mono_us;
    uint8_t buffer[LINK_READ_BYTES];
};

/* ---- link_loop.c ---- */

void *link_loop(void *arg);
bool link_poll_add(struct link_conn *conn);
bool link_poll_out(struct link_conn *conn, bool waits);

/* ---- link_door.c: the socket the front brings peers to ---- */

NODISCARD enum err link_door_open(struct links *links, struct fail *why);
void link_door_accept(struct links *links);
void link_door_close(struct links *links);

/* ---- link_conn.c: one line's bytes ---- */

/* Takes fd or line. NULL: no memory. */
struct link_conn *link_conn_begin(struct links *links, int fd, struct net_line *line);
void link_conn_event(struct link_conn *conn, uint32_t events);
void link_conn_turn(struct link_conn *conn);
void link_conn_flush(struct link_conn *conn);
/* One frame of the link's own, before all that waits. */
void link_conn_say(struct link_conn *conn, const struct frame *frame);
void link_conn_ping(struct link_conn *conn);
/* Ends it: the peer loses it (link_peer_lost), then a close goes out. code 0: without one. */
void link_conn_end(struct link_conn *conn, enum link_why why, int code, const char *reason);
void link_conn_free(struct link_conn *conn);

/* ---- link_peer.c: who is at the other end ---- */

/* A line of the caller's stands: says hello. */
void link_peer_line(struct link_peer *peer, struct link_conn *conn);
/* The line's ticket was good: it is that peer's. False: it is not allowed any more. */
bool link_peer_known(struct link_conn *conn, struct id id, bool is_rt);
/* Everything in one message. */
void link_peer_message(struct link_conn *conn, struct span message);
/* Its line of that lane is over. */
void link_peer_lost(struct link_peer *peer, const struct link_conn *conn, enum link_why why);
/* All of it is over, with a close to the other side; the stream, too. */
void link_peer_end(struct link_peer *peer, enum link_why why);
void link_peer_fault(struct link_conn *conn, const char *rule);
void link_peer_send(struct link_peer *peer, struct link_message *message);
/* The bytes of what goes out next on that line, at most cap; 0: nothing now. */
size_t link_peer_fill(struct link_conn *conn, uint8_t *into, size_t cap);
void link_peer_fini(struct link_peer *peer);
/* This side opens the line: the one that wants it; of two that both would, the smaller id. */
bool link_is_caller(struct id own, struct id peer, bool is_wanted, bool is_allowed);

/* ---- link_dial.c ---- */

void *link_dialler(void *arg);

/* ---- link.c ---- */

/* Tells the desk how that peer stands. */
void link_publish(struct link_peer *peer);
/* What is counted of one peer; under the lock. */
void link_total_add(struct links_totals *totals, const struct link_status *status);

#endif
