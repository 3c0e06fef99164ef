/* node/server/live.h - the realtime server: WebSockets on a unix socket behind the front, one
 * thread for all of them. What features may know of it is node/io/live.h.
 *
 * The live thread accepts (SO_PEERCRED), reads the opening handshake (ws_handshake.h) and the
 * ticket in it (ws_ticket.h), then frames (ws_frame.h); finds a command's row, checks role,
 * size, shape and rate, and calls the handler. It waits for nothing but its sockets.
 *
 * Fair turns: in a round each connection that has something gets one turn, of LIVE_READ_BYTES
 * and WS_TURN_FRAMES at most; what is left waits for the next round. So nobody's flood delays
 * another's command by more than one turn for each who floods.
 * Dead peers: every ping_s a ping and a BEAT (spread over time, one write each); whoever sends
 * nothing for dead_s is cut. Whoever leaves LIVE_BEHIND_BEATS of them unanswered sees what is
 * older than that: movement waits until he has caught up, then comes as a whole picture. An
 * idle connection owns its struct and nothing else; all share one buffer for reading. A slow
 * receiver loses movement, then the connection (ws_queue.h, 1013).
 *
 * Restart: open binds PATH.new, publish renames it over PATH. drain lets the feature write what
 * must be written, closes everybody with 1012 and ends the thread; they come again to the
 * successor. Threads: each function says; open, publish, drain, close on the main thread. */
#ifndef NODE_SERVER_LIVE_H
#define NODE_SERVER_LIVE_H

#include <sys/types.h>

#include "node/base/conf.h"
#include "node/io/live.h"

struct text;

#define LIVE_BEHIND_BEATS 2
#define LIVE_READ_BYTES   16384
#define LIVE_OPENING_S    10    /* for a handshake */
#define LIVE_CLOSING_S    2     /* for the other side's close */
#define LIVE_TICKETS_CAP  16384 /* live.connections, all come back at once */
#define LIVE_POSTS_CAP    4096
#define LIVE_REFUSED_CAP  256 /* connections beyond the cap that are being told so */
#define LIVE_TEXTS_PER_S  20  /* commands of one connection; beyond: code "too-many" */
#define LIVE_TEXTS_BURST  40
#define LIVE_STICKS_PER_S 40 /* its binary messages; beyond: not looked at */
#define LIVE_STICKS_BURST 80
#define LIVE_EXCESS_CAP   200 /* so many beyond, and it is closed with 1008 */

struct live_server_conf {
    const char *path; /* of the unix socket, at most 103 bytes */
    uid_t uids[2];    /* who may connect */
    int n_uids;
    const char *origin; /* whose pages may open one */
    int n_connections_cap;
    int ping_s, dead_s;
    const struct command_table *commands;
    /* Handlers' and of the access record; read from live_serve on. */
    const struct services *services;
};

/* Binds and listens at PATH.new; texts and services of conf outlive the server. */
NODISCARD enum err live_server_open(const struct live_server_conf *conf, struct live **live_out,
                                    struct fail *why);
/* From now on PATH leads here. */
NODISCARD enum err live_server_publish(struct live *live, struct fail *why);
/* Begins the end and returns: no more connections, no more tickets; live_feature.ending, then
 * 1012 to all. */
void live_server_drain(struct live *live);
/* Waits until all are closed, at most wait_ms, cuts the rest, ends the thread. Later posts are
 * refused. */
void live_server_stop(struct live *live, int wait_ms);
/* After whoever may post or admit is gone. Drains and stops if that was not done. */
void live_server_close(struct live **live);

/* Any thread. */
struct live_stats {
    int n_open, n_opening;
    uint64_t n_opened, n_frames_sent, n_bytes_sent, n_frames_dropped, n_too_slow, n_dead;
    uint64_t n_commands, n_rounds, n_ticks, n_ticks_late;
};
void live_server_stats_read(const struct live *live, struct live_stats *stats_out);
void live_server_metrics(const struct live *live, struct text *text);

#define LIVE_CONF_N 3
extern const struct conf_row live_conf_rows[LIVE_CONF_N];

#endif
