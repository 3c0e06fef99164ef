/* ops/supervise/supervise.h - keeps the programs of one node's table running.
 * One thread, one loop: signals, words of readiness, log pipes, deadlines. PostgreSQL, key
 * agent, node and front start in the table's order, each when what it needs is ready; what dies
 * comes back at once, a second quick death waits (0.2 s, doubling to 10 s); the end goes the
 * other way round, each program with its own time limit, then killed. When the supervisor
 * itself is killed the kernel kills its programs. SIGTERM, SIGINT  stop all, then return
 * SIGUSR2  swap the programs marked swap SIGHUP           signal the programs marked with a
 * renew signal Threads: one; a process has one supervisor. */
#ifndef OPS_SUPERVISE_SUPERVISE_H
#define OPS_SUPERVISE_SUPERVISE_H

#include "ops/supervise/table.h"

/* Returns when everything has ended. ERR_CONFLICT: another supervisor holds this table's state.
 */
NODISCARD enum err supervise_run(const struct sup_table *table, struct fail *why);
/* Wait before start number n_quick_deaths + 1; quick: dead before it was ready for 2 s. */
int supervise_backoff_ms(int n_quick_deaths);

#endif
