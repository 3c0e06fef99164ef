/* node/place/visit_log.h - the way of entries, exits and seats to the database: rows wait here
 * and go through the writer in the order they happened, one operation under way at a time. A
 * database that is away takes none: they wait and are tried again every VISIT_LOG_REST_MS.
 * When VISIT_LOG_FULL wait, visit_log_has_room says no and nobody comes in any more, for his
 * entry could not be recorded; who is inside may still leave. Only beyond VISIT_LOG_CAP (which
 * those inside cannot fill) is a row lost, and that is logged.
 * Threads: all but the writer's own part on the live thread; close when that has ended.
 * Owns: the rows. */
#ifndef NODE_PLACE_VISIT_LOG_H
#define NODE_PLACE_VISIT_LOG_H

#include "node/place/visit_store.h"

#define VISIT_LOG_REST_MS   1000
#define VISIT_LOG_FULL      40000
#define VISIT_LOG_CAP       80000
#define VISIT_LOG_BATCH     256
#define VISIT_LOG_FLOOR_CAP 33

struct visit_log;

/* A seat with texts of its own. */
struct visit_log_seat {
    struct visit_seat_row row; /* floor and room are set by visit_log_post */
    char floor[VISIT_LOG_FLOOR_CAP], room[VISIT_LOG_FLOOR_CAP];
};

NODISCARD enum err visit_log_open(struct writer *writer, struct visit_log **log_out,
                                  struct fail *why);
/* Posts what still waits, and waits for it as long as the writer does. */
void visit_log_close(struct visit_log **log);

bool visit_log_has_room(const struct visit_log *log);
size_t visit_log_n_waiting(const struct visit_log *log);
/* row->id is made here; row->reason is static. */
void visit_log_add(struct visit_log *log, const struct visit_event_row *row);
/* The visit is over: nobody stands there. */
void visit_log_drop(struct visit_log *log, struct id account, struct id visit);
/* May a post be made now? Settles the last one; *failed_out: it failed, so that seats given
 * with it must be given again. */
bool visit_log_is_free(struct visit_log *log, int64_t now_ms, bool *failed_out);
/* At the end: what failed last is tried once more at once. */
void visit_log_hurry(struct visit_log *log);
bool visit_log_is_due(const struct visit_log *log); /* rows wait */
/* Posts what waits (VISIT_LOG_BATCH at most) with these seats, which are taken: from malloc,
 * may be NULL. */
void visit_log_post(struct visit_log *log, struct visit_log_seat *seats, size_t n);

#endif
