/* node/server/live_priv.h - what the files live*.c share. Nothing else includes it. Owner of
 * everything here, but for the atomics and what has a lock of its own: the live thread. */
#ifndef NODE_SERVER_LIVE_PRIV_H
#define NODE_SERVER_LIVE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "node/io/ws_frame.h"
#include "node/server/command_text.h"
#include "node/server/live.h"
#include "node/server/live_count.h"
#include "node/server/ws_queue.h"
#include "node/server/ws_ticket.h"

struct mbox;

#define LIVE_SLOT_BITS 16

enum live_phase {
    LIVE_OPENING, /* the handshake is awaited */
    LIVE_OPEN,
    LIVE_CLOSING, /* a close is on its way, or the other side's is awaited */
    LIVE_LINGER,  /* a refusal was said; what still comes is dropped, until its end */
    LIVE_GONE,    /* the socket is of no more use; settled at the end of the round */
};

/* Of a handshake that did not come in one piece. */
struct live_opening {
    struct ws_handshake handshake;
    uint8_t *bytes; /* owned */
    size_t len;
};

/* Tokens that come back with time; below none left, how many were asked for beyond. */
struct live_rate {
    int64_t at_mono_us;
    int32_t tokens_milli;
};

/* When a rule was last recorded of this connection; owned list. */
struct live_breach {
    struct live_breach *next;
    const char *rule;
    int64_t at_mono_us;
};

struct live_conn {
    struct live_head head;
    struct live_conn *prev, *next; /* in the line of its phase, longest silent first */
    struct live_conn *next_ready, *next_ended;
    struct live_opening *opening; /* owned; NULL but in LIVE_OPENING */
    void *visitor;                /* NULL before opened() and after closed() */
    struct live_breach *breaches; /* owned */
    uint64_t id;                  /* serial << 16 | slot */
    int64_t since_mono_us;        /* heard last; of OPENING and CLOSING: when it began */
    struct caller caller;
    struct ws_reader reader;
    struct ws_queue queue;
    struct live_rate texts, sticks;
    int fd;
    uint8_t phase, end;      /* enum live_phase; enum live_end, of CLOSING and GONE */
    bool is_ready, is_ended; /* stands in that list */
    bool is_corked;          /* 101 goes first */
    bool waits_out;          /* EPOLLOUT is asked for */
    bool is_close_seen;      /* theirs */
    bool is_beyond;          /* the cap */
    /* BEATs come back in the order in which all went out: so many unanswered say how old what
     * the page sees is, whatever lies in buffers on the way. */
    uint8_t n_beats_open;
    bool answers_beats, is_behind;
    bool has_lost;    /* movement: none is sent until there is a whole picture to send */
    char address[46]; /* as the front says */
};

struct live_line {
    struct live_conn *first, *last;
};

struct live {
    struct live_head head;
    struct live_server_conf conf;
    struct command_rows *rows;
    struct live_count count;
    struct ws_tickets *tickets;
    struct mbox *posts; /* of struct live_message */
    int epoll_fd, listen_fd, wake_fd;
    int spare_fd; /* given up for a moment when there is no other descriptor */
    ino_t inode;
    atomic_bool is_published;
    bool has_thread;
    pthread_t thread;

    atomic_bool is_serving; /* tickets may be drawn */
    atomic_bool is_drain_asked;
    atomic_int_least64_t end_mono_us; /* live_server_stop: cut then; 0 not yet */

    const struct live_feature *feature; /* NULL until live_serve */
    struct arena *arena;
    struct ws_shared *beat; /* ping and BEAT */
    struct live_conn **slots;
    uint16_t *free_slots;
    uint32_t n_slots, n_free, n_used; /* n_used: slots below were used */
    uint64_t n_serials;
    uint32_t n_conns, n_refused; /* in all; of them beyond the cap */
    struct live_line opening, open, closing;
    struct live_conn *ready_first, **ready_end, *ended;
    int64_t now_mono_us; /* of this round */
    int64_t next_tick_mono_us, swept_mono_us, drain_mono_us;
    uint32_t beat_at; /* whose turn to be pinged: slots of this rest */
    bool is_draining, is_told_ending;
    uint8_t buffer[LIVE_READ_BYTES];
};

/* ---- live_accept.c: the socket others connect to ---- */

NODISCARD enum err live_listen(struct live *live, struct fail *why); /* at PATH.new */
void live_accept(struct live *live);
void live_listen_end(struct live *live); /* who waits is told to come again */

/* ---- live_post.c: what other threads ask for ---- */

NODISCARD enum err live_posts_create(struct live *live, struct fail *why);
void live_take_posts(struct live *live);
extern const struct live_ops live_server_ops;

/* ---- live_loop.c ---- */

void *live_loop(void *arg); /* the live thread */
void live_line_add(struct live_line *line, struct live_conn *conn);
void live_line_take(struct live_line *line, struct live_conn *conn);
struct live_line *live_line_of(struct live *live, uint8_t phase); /* NULL of GONE */
void live_ready(struct live_conn *conn);                          /* a turn in the next round */
void live_ended(struct live_conn *conn); /* to be settled at the end of this round */
struct live_conn *live_find(struct live *live, uint64_t id);

/* ---- live_conn.c: one connection ---- */

/* NULL: there is no memory; fd is closed. is_beyond: it is told to come again. */
struct live_conn *live_conn_begin(struct live *live, int fd, bool is_beyond);
void live_conn_event(struct live_conn *conn, uint32_t events);
void live_conn_turn(struct live_conn *conn);
void live_conn_phase(struct live_conn *conn, enum live_phase phase);
/* The socket is of no more use. */
void live_conn_gone(struct live_conn *conn, enum live_end end);
/* Tells the feature; frees a connection that is gone. */
void live_conn_settle(struct live_conn *conn);

/* ---- live_send.c ---- */

void live_conn_send(struct live_conn *conn, struct ws_shared *frame, enum ws_keep keep);
void live_conn_sound(struct live_conn *conn, struct ws_shared *frame, unsigned ms);
void live_conn_flush(struct live_conn *conn);
void live_conn_beat(struct live_conn *conn);
void live_conn_beat_seen(struct live_conn *conn);
/* Ours; end: what the feature is told. */
void live_conn_end(struct live_conn *conn, int close_code, const char *reason, bool is_at_once,
                   enum live_end end);
void live_conn_close(struct live_conn *conn, int close_code, bool is_at_once);

/* ---- live_command.c ---- */

void live_command_text(struct live_conn *conn, struct span text);
void live_command_binary(struct live_conn *conn, struct span message);
void live_command_answer(struct live *live, const struct command_later *to, const char *outcome,
                         struct span text);
void live_command_breach(const struct command_call *call, const char *rule);
struct command_later live_command_later(const struct command_call *call);
/* False: too often; the rate goes down whether it is or not. */
bool live_rate_take(struct live_rate *rate, int per_s, int burst, int64_t now_mono_us);
int live_rate_excess(const struct live_rate *rate);

/* ---- live_record.c ---- */

/* Writes the record, then sends the frame; if it cannot be written, sends a refusal instead.
 * frame is a reference of the record's from now on. */
void live_record_post(struct live *live, const struct command_later *to, const char *action,
                      const char *outcome, struct ws_shared *frame);
const char *live_record_action(enum audit_class audit);

#endif
