/* reporting/up_store.h - table up_span: from when to when the node was there, as it said itself
 * every five minutes. A silence of up to UP_SILENCE_US is none: a start, a long job before it.
 * Threads: as the tx.  Owns: nothing. */
#ifndef REPORTING_UP_STORE_H
#define REPORTING_UP_STORE_H

#include "node/base/clock.h"
#include "node/db/writer.h"

#define UP_SILENCE_US (INT64_C(15) * 60 * 1000000)

/* The node is there at that instant: the newest span goes on, or a new one begins. */
NODISCARD enum err up_store_beat(struct tx *tx, int64_t now_utc_us, struct fail *why);

#endif
