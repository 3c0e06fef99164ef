/* node/server/live_count.h - what the realtime server counts. Counters only rise and may be
 * read from any thread; only the live thread counts. No label holds anything from outside.
 * Owns: the counters of commands. */
#ifndef NODE_SERVER_LIVE_COUNT_H
#define NODE_SERVER_LIVE_COUNT_H

#include <stdatomic.h>

#include "node/io/live.h"
#include "node/io/refusal.h"
#include "node/io/ws_frame.h"
#include "node/server/command_text.h"

struct text;

struct live_count {
    atomic_uint_least64_t n_opened, n_frames_sent, n_bytes_sent, n_frames_dropped, n_too_slow,
        n_dead;
    atomic_uint_least64_t n_commands, n_rounds, n_ticks, n_ticks_late, n_too_many,
        n_sticks_let_go, n_sound_let_go;
    atomic_uint_least64_t refused[REFUSE_N], faults[WS_FAULT_N], ended[LIVE_END_OURS + 1];
    atomic_int n_open, n_opening;
    atomic_uint_least64_t *by_command[2]; /* ok, no; as in command_rows */
    struct {
        _Atomic(const char *) rule;
        atomic_uint_least64_t n;
    } rules[LIVE_RULES_CAP];
};

static inline void live_count_add(atomic_uint_least64_t *counter, uint64_t n)
{
    /* One thread counts, so no bus lock is needed. */
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

NODISCARD enum err live_count_init(struct live_count *count, int n_commands, struct fail *why);
void live_count_fini(struct live_count *count);
void live_count_breach(struct live_count *count, const char *rule);
void live_count_write(const struct live_count *count, const struct command_rows *rows,
                      struct text *text);

#endif
