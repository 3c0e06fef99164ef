/* node/base/clock.h - the two clocks, told apart by name, and a way for tests to move them.
 * Deadlines use the monotonic clock; the wall clock is only a label.  Threads: any. */
#ifndef NODE_BASE_CLOCK_H
#define NODE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (INT64_C(60) * 1000000)
#define HOUR_US   (INT64_C(3600) * 1000000)
#define DAY_US    (INT64_C(86400) * 1000000)

int64_t clock_mono_us(void); /* since boot, never jumps */
int64_t clock_utc_us(void);  /* since 1970-01-01T00:00:00Z */

/* Tests only: adds to what each clock answers from now on. 0, 0 goes back to the real time.
 * The environment variable IBASHO_CLOCK_SKEW_S moves the wall clock of a whole program. */
void clock_test_shift(int64_t mono_us, int64_t utc_us);

#define CLOCK_TEXT_CAP 32
/* "2026-11-21T20:17:21.123456Z", the form of logs, JSON and audit leaves. */
void clock_utc_text(int64_t utc_us, char text_out[CLOCK_TEXT_CAP]);
/* "2026-11-22T05:17:21+09:00": what people see. Japan has had one offset since 1951. */
void clock_tokyo_text(int64_t utc_us, char text_out[CLOCK_TEXT_CAP]);

#endif
