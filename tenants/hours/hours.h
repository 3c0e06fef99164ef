/* tenants/hours/hours.h - when the place is open: pure, no clock, no database (AI-4.3-ウ,
 * KP-1-千葉-2, SE-4.1-イ-2). From what was decided (struct hours_plan) to the state at any
 * instant. Nothing here knows one municipality's hours.
 *
 * What holds on a day, the first that applies:
 *   1. outside contract and trial period: closed;
 *   2. a day decided on its own: its slots, none for a closure [臨時休室]. A session is such a
 * day with a title; it may lie on a holiday or a Sunday;
 *   3. a national holiday, less those the municipality took out, and those it added: closed;
 *   4. the turn of the year, both days included: closed;
 *   5. the weekly pattern.
 * A slot to 24:00 and one from 00:00 of the next day are one opening: nothing closes between.
 * Threads: reentrant.  Owns: nothing; texts are the plan's maker's. */
#ifndef TENANTS_HOURS_HOURS_H
#define TENANTS_HOURS_HOURS_H

#include "tenants/hours/calendar.h"

#define HOURS_SLOTS_MOST  6
#define HOURS_SEARCH_DAYS 400 /* how far the next opening is looked for */
#define HOURS_JOIN_DAYS   8   /* how far the close of an opening over midnights is */

struct hours_slot {
    int from, to; /* minutes since midnight in Japan; open from..to, without to, up to 1440 */
};
/* By time, each with a gap to the next; n == 0: closed. */
struct hours_slots {
    int n;
    struct hours_slot at[HOURS_SLOTS_MOST];
};

struct hours_own_day {
    int32_t day;
    struct hours_slots slots;
    bool is_closure;
    struct span title; /* of a session, or what a closure says; may be empty */
};
struct hours_holiday {
    int32_t day;
    bool is_holiday; /* false: the national holiday of that day does not close */
    struct span name;
};
struct hours_period {
    bool is_there;
    int32_t first, last; /* both belong to it */
};

struct hours_plan {
    int32_t version; /* of the newest decision; 0: none yet */
    struct hours_slots week[7];
    bool has_year_end;
    int year_end_from, year_end_to; /* month * 100 + day: 1229 and 103 */
    struct hours_period contract, trial;
    const struct hours_own_day *own; /* by day, each once */
    size_t n_own;
    const struct hours_holiday *holidays; /* by day, each once */
    size_t n_holidays;
};

enum hours_phase { HOURS_PHASE_NONE, HOURS_PHASE_TRIAL, HOURS_PHASE_CONTRACT };
#define HOURS_PHASES "none|trial|contract"
/* Which of the rules above a day follows. */
enum hours_rule {
    HOURS_BY_PERIOD,
    HOURS_BY_CLOSURE,
    HOURS_BY_DAY,
    HOURS_BY_HOLIDAY,
    HOURS_BY_YEAR_END,
    HOURS_BY_PATTERN
};
#define HOURS_RULES "period|closure|day|holiday|year_end|pattern"
/* The type of a date [5時間開放日, 2時間開放日]: by how long it is open in all. */
enum hours_day_type { HOURS_DAY_CLOSED, HOURS_DAY_LONG, HOURS_DAY_SHORT };
#define HOURS_DAY_TYPES "closed|long|short"

struct hours_date {
    int32_t day;
    struct hours_slots slots;
    enum hours_rule rule;
    enum hours_phase phase; /* a day of both periods is the contract's */
    struct span title;      /* of an own day, or the holiday's name; may be empty */
};
/* What holds on a day. */
void hours_date_of(const struct hours_plan *plan, int32_t day, struct hours_date *out);
int hours_minutes(const struct hours_slots *slots);
/* HOURS_DAY_LONG: open for long_minutes or more. */
enum hours_day_type hours_day_type(const struct hours_slots *slots, int long_minutes);
/* What is left of slots when all closes at a minute. */
struct hours_slots hours_cut(const struct hours_slots *slots, int minute);
/* By time, from < to, within the day, with gaps; *bad_out is the first that is not. */
bool hours_slots_are_right(const struct hours_slots *slots, int *bad_out);

enum hours_state_kind { HOURS_OPEN, HOURS_CLOSING, HOURS_CLOSED, HOURS_OUTSIDE };
#define HOURS_STATES "open|closing|closed|outside"
struct hours_state {
    enum hours_state_kind kind;
    struct hours_date today;
    int64_t opened_utc_us; /* of today's open slot; 0 when closed */
    /* Of the opening, over midnights too; HOURS_JOIN_DAYS from today when it is not before. */
    int64_t closes_utc_us;
    int minutes_left; /* of an opening, rounded up; else 0 */
    /* The next opening that begins after now, within HOURS_SEARCH_DAYS of now or of the first
     * day of a period to come. None while the close of this one is not in sight. */
    bool has_next;
    int64_t next_utc_us;
    struct span next_title;
};
/* HOURS_CLOSING: warn_minutes or less are left. HOURS_OUTSIDE: no day of a period. */
void hours_state_at(const struct hours_plan *plan, int64_t utc_us, int warn_minutes,
                    struct hours_state *out);

/* Something that falls due: minutes before a close, 0 the close itself. */
struct hours_notice {
    int64_t due_utc_us, closes_utc_us;
    int minutes;
};
#define HOURS_NOTICES_MOST 32
/* What falls due after after_utc_us and until until_utc_us (itself included), at most a day
 * later: closes, and warnings of slots that were open by then. By time; returns how many. */
int hours_notices(const struct hours_plan *plan, int64_t after_utc_us, int64_t until_utc_us,
                  const int *warn_minutes, int n_warn,
                  struct hours_notice out[HOURS_NOTICES_MOST]);

/* The days open of n_days from first on; returns how many. */
int hours_open_days(const struct hours_plan *plan, int32_t first, int n_days,
                    int32_t *days_out);

/* At least long_days days a week are long (AI-4.3-ウ-イ-2). Asked only of full weeks: all five
 * weekdays open by the pattern, none closed by holiday, turn of the year or period. Which a
 * closure or a day of its own makes short, is short. long_days 0: nothing is asked. */
struct hours_demand {
    int long_minutes, long_days;
};
bool hours_pattern_is_short(const struct hours_slots week[7], struct hours_demand demand);
/* The week, Monday to Sunday, of a day. */
bool hours_week_is_short(const struct hours_plan *plan, int32_t day,
                         struct hours_demand demand);
/* How many weekdays of it are long. */
int hours_week_long_days(const struct hours_plan *plan, int32_t day, int long_minutes);

#endif
