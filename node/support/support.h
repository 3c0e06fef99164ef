/* node/support/support.h - those who help: calls for help (SOS), incidents, who is told of them
 * and in which order, until somebody answers (NI-2.3-b2, AI-4.4-カ-ハ-1a, AI-4.4-カ-ハ-1b). One
 * thread looks each second at what nobody has answered yet; what it knows stands in rows, so
 * that it goes on after any end of the program. Staff who are signed in hear of everything at
 * once, over their lines.
 * Threads: stated at each function.  Owns: its thread, services->care. */
#ifndef NODE_SUPPORT_SUPPORT_H
#define NODE_SUPPORT_SUPPORT_H

#include "node/base/services.h"
#include "node/db/db.h"
#include "node/io/care.h"

struct support;

struct support_conf {
    const struct services *services;
    struct db_conf db;
    const struct stmt_table *stmts;
};
/* Before the place opens: its lines call care. */
NODISCARD enum err support_open(const struct support_conf *conf, struct support **support_out,
                                struct fail *why);
/* What the place calls. */
struct care *support_care(struct support *support);
/* After the place: the thread begins. Once. */
NODISCARD enum err support_start(struct support *support, struct fail *why);
/* The thread ends; care still stands. */
void support_stop(struct support *support);
/* After the writer has stopped. */
void support_close(struct support **support);
/* Any thread: look at what waits now. NULL: nothing. */
void support_wake(struct support *support);

#endif
