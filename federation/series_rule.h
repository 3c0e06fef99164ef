/* federation/series_rule.h - the rules of a series that need no database: its floor's name, the
 * floor itself, its dates, where a date lies in a day of this town. Pure.
 * Threads: reentrant.  Owns: nothing; what is made lives in the arena. */
#ifndef FEDERATION_SERIES_RULE_H
#define FEDERATION_SERIES_RULE_H

#include "federation/series_store.h"
#include "node/classes/class_slots.h"
#include "node/place/floor.h"

#define SERIES_FLOOR_PREFIX "shared-"
#define SERIES_FLOOR_MOST   24000 /* bytes of a floor's file, so that an offer is one message */
#define SERIES_LEAST_US     (5 * MINUTE_US)
#define SERIES_AHEAD_DAYS   400
#define SERIES_BEHIND_DAYS  31 /* a date may be over when an offer comes in late */

/* RFC 4648 base32 in small letters, n a multiple of five bytes; n / 5 * 8 and a NUL. */
void series_base32(const uint8_t *bytes, size_t n, char *text_out);
/* "shared-" and the first forty bits of the id. */
void series_floor_name(struct id series, char name_out[SERIES_FLOOR_CAP]);

/* ---- floors ---- */

enum series_floor_verdict {
    SERIES_FLOOR_GOOD,
    SERIES_FLOOR_CLOSED, /* a room that not everybody may see and enter */
    SERIES_FLOOR_PORTAL, /* it leads to a floor that not every node has */
    SERIES_FLOOR_HOURS,  /* a room with hours of its own */
    SERIES_FLOOR_LARGE,
    SERIES_FLOOR_NAME /* not called as the series' floor is */
};
/* Everybody on it sees and may enter every room: what children of several towns do there is
 * seen by staff of all. */
enum series_floor_verdict series_floor_judge(const struct floor *floor);
/* A floor of this node as the series': its name, the title over the door (where it may stand
 * there), no hours. `title` with readings. Checked as any floor. ERR_INVALID: verdict_out says
 * why not. file_out: at most SERIES_FLOOR_MOST bytes. */
NODISCARD enum err series_floor_copy(const struct floor *from, struct id series,
                                     struct span title, struct arena *arena,
                                     struct span *file_out, struct span *hash_out,
                                     enum series_floor_verdict *verdict_out, struct fail *why);
/* A floor's file from another town: it keeps every rule of floor_check.h, is called as the
 * series' floor, has this hash, and judge says good. ERR_INVALID. */
NODISCARD enum err series_floor_read(struct span file, struct span hash, struct id series,
                                     struct arena *arena, const struct floor **floor_out,
                                     struct fail *why);

/* ---- dates ---- */

struct series_date {
    int64_t n, class, from_utc_us, to_utc_us;
    bool is_cancelled;
};
/* Five minutes at least, in one day of Japan, on whole minutes. */
bool series_time_is_right(int64_t from_utc_us, int64_t to_utc_us);
/* 1 to SERIES_LESSONS_MOST dates, n and class each once, n within its bounds, times right,
 * those not cancelled one after the other, none further away than SERIES_AHEAD_DAYS or longer
 * over than SERIES_BEHIND_DAYS. is_new: an offer; one of them at least is still to come. */
bool series_dates_are_right(const struct series_date *dates, size_t n, int64_t now_utc_us,
                            bool is_new);
/* Its rows, as far as they differ from what another town says now and may still be changed:
 * over is over. False: a date is not one of the rows, or has another class number. */
bool series_dates_differ(const struct series_lesson *rows, size_t n_rows,
                         const struct series_date *dates, size_t n, int64_t now_utc_us,
                         struct series_lesson *changed_out, size_t *n_changed_out);

/* ---- slots ---- */

/* The number of a slot for a time that another town chose: the slot of the day it overlaps
 * most, when fewer than parallel_most lessons are in it; else the lowest number above the day's
 * slots that no lesson has; else the lowest that none has; 0: all eight are taken.
 * n_in[i]: lessons in the slot of number i + 1. */
int series_slot_fit(const struct class_slots *slots, int from_minute, int to_minute,
                    const int n_in[CLASS_SLOTS_MOST], int parallel_most);

#endif
