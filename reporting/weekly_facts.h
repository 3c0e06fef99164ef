/* reporting/weekly_facts.h - what a weekly report says, out of the records: each pupil's logins
 * and logouts, entries and exits, and the lessons he was in (AI-4.6-ア-1, AI-4.6-ア-3,
 * AI-2.5-ア). A visit is counted by its `visit`,
 * not by its entries: who was cut off and came back was there once. A stay over midnight in
 * Tokyo makes one line a day, all but the first marked is_continued, so that every line belongs
 * to one day and the days add up. Threads: pure; everything made lives in the arena. */
#ifndef REPORTING_WEEKLY_FACTS_H
#define REPORTING_WEEKLY_FACTS_H

#include "node/base/arena.h"
#include "node/base/id.h"
#include "node/classes/lesson_member.h"
#include "node/db/hash256.h"
#include "node/place/visit_store.h"

#define WEEKLY_LINES_MOST 200000

/* NONE: nothing all week. LESSON: all of his stays in one lesson. */
enum weekly_kind { WEEKLY_NONE, WEEKLY_LOGIN, WEEKLY_STAY, WEEKLY_LESSON };
#define WEEKLY_KINDS "none|login|stay|lesson"
enum weekly_end {
    WEEKLY_OPEN,   /* still on when the report was made */
    WEEKLY_OUT,    /* logged out by himself */
    WEEKLY_ENDED,  /* the login was ended by a rule or by staff, or another replaced it */
    WEEKLY_UNUSED, /* no logout: when it was last used */
    WEEKLY_EXIT,   /* left the place */
    WEEKLY_LOST,   /* the line was cut and he did not come back */
    WEEKLY_NEXT,   /* goes on in the line of the next day */
};
#define WEEKLY_ENDS "open|out|ended|unused|exit|lost|next"

struct weekly_line {
    struct id account;
    enum weekly_kind kind;
    int64_t begin_utc_us, end_utc_us; /* begin 0: WEEKLY_NONE; end 0: WEEKLY_OPEN */
    enum weekly_end end;
    bool is_continued; /* began before this day (a login: before this week) */
    int64_t n_lost;    /* of a stay: how often the line was cut, on this day */
    int64_t seconds;   /* of a stay: in the place on this day, cuts not counted; in a lesson */
    bool is_trial;
    /* Of a lesson. */
    struct id lesson, course;
    int64_t course_version;
    struct span course_kind;
    bool is_attended;  /* long enough (class.attended_min) */
    struct span title; /* of the course: for paper, nothing that is stored */
};

/* One stay in a lesson as the record has it. */
struct weekly_lesson {
    struct id account, lesson, course;
    int64_t course_version;
    struct span course_kind;
    int64_t joined_utc_us, left_utc_us; /* left: of an open one the last sign of life */
    int64_t from_utc_us, to_utc_us;     /* of the lesson */
    enum lesson_why why;
    bool is_open, is_trial;
};

/* One login as the sign-in records have it. */
struct weekly_login {
    struct id account;
    int64_t begin_utc_us, seen_utc_us, closed_utc_us, expires_utc_us; /* closed 0: never */
    bool is_out;                                                      /* closed by the person */
    bool is_trial;
};
struct weekly_pupil {
    struct id account;
    bool is_trial;
};

struct weekly_given {
    int64_t week_utc_us, made_utc_us;
    const struct weekly_pupil *pupils; /* whose IDs could be used; sorted by id */
    size_t n_pupils;
    const struct weekly_login *logins;
    size_t n_logins;
    /* Of every visit that has an event in the week: all its events up to made, those of a visit
     * side by side, in the order of time. */
    const struct visit_event_row *events;
    size_t n_events;
    const struct weekly_lesson *lessons; /* by account, lesson and time of joining */
    size_t n_lessons;
    int64_t attended_minutes;
};
struct weekly_facts {
    struct weekly_line *lines; /* by account, then kind, then time */
    size_t n;
    size_t n_pupils; /* different accounts in them */
};
/* ERR_TOO_LARGE: over WEEKLY_LINES_MOST. */
NODISCARD enum err weekly_facts_make(const struct weekly_given *given, struct arena *arena,
                                     struct weekly_facts *out, struct fail *why);

/* The lines as JSON, one array in an object, canonical: what is stored is made of it, and sum
 * is its SHA-256. */
NODISCARD enum err weekly_facts_text(const struct weekly_line *lines, size_t n,
                                     struct arena *arena, struct span *text_out,
                                     struct hash256 *sum_out, struct fail *why);

#endif
