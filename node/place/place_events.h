/* node/place/place_events.h - what the place says of itself to its visitors, apart from what
 * happens on a floor (node/place/world.h). Structs of the shapes; texts are borrowed until the
 * event is made. Threads: const data.  Owns: nothing. */
#ifndef NODE_PLACE_PLACE_EVENTS_H
#define NODE_PLACE_PLACE_EVENTS_H

#include "node/base/command.h"
#include "node/base/id.h"

/* One's own look, as the others see it. */
struct place_me {
    struct span name, note, login;
    bool has_note;
    int kind, colour; /* tenants/profile/avatar.h */
    int role;         /* index of ROLE_CHOICES */
    bool is_staff, sees_ids;
};

/* Of HOURS_STATES; what is open to this visitor: staff come and go at any hour. */
struct place_hours {
    int kind;
    bool has_closes, has_next, has_title;
    int64_t closes_utc_us, next_utc_us;
    struct span next_title;
    bool is_bound; /* the hours hold for this visitor */
};

struct place_card_session {
    struct span title;
    int64_t until_utc_us;
    bool is_anonymous;
};
/* n_people: on the floor and in no closed room. is_full: who asks now waits. */
struct place_card {
    struct span id, name_ja, name_en;
    int theme;
    int64_t n_people;
    bool is_full, is_waiting, is_open;
    bool has_why;
    struct span why_shut;
    bool has_session;
    struct place_card_session session;
};

struct place_hello {
    int64_t now_utc_us;
    struct place_me me;
    struct jx_list floors; /* struct place_card */
    struct place_hours hours;
    int64_t ping_s;
    int64_t text_most;   /* characters of one line */
    bool may_ask_pupils; /* pupils may ask each other for a talk of two */
};
struct place_floors_event {
    struct jx_list floors;
};
struct place_wait {
    struct span floor;
    int64_t position; /* 1: the next */
};

enum place_out {
    PLACE_OUT_CLOSING,
    PLACE_OUT_ACCESS,
    PLACE_OUT_ELSEWHERE,
    PLACE_OUT_ENDED,  /* a session that hid names */
    PLACE_OUT_HIDES,  /* one begins */
    PLACE_OUT_SIGNIN, /* his login is over */
    PLACE_OUT_FLOOR,
    PLACE_OUT_RESTART,
    PLACE_OUT_AWAY,    /* did nothing for long */
    PLACE_OUT_EJECTED, /* by staff (measure.h); the title says until when, and who listens */
};
#define PLACE_OUTS "closing|access|elsewhere|ended|hides|signin|floor|restart|away|ejected"
struct place_out_event {
    int reason; /* enum place_out */
    struct span title;
};
struct place_closing {
    int64_t minutes; /* 0, to staff: the others have gone */
};

/* Somebody came in; to those who may see IDs (AI-2.3-カ). */
struct place_entry {
    int64_t seat;
    struct span name, login, floor;
    struct id account;
    int64_t at_utc_us;
    bool is_first, has_absent;
    int64_t days_absent;
};
struct place_entries {
    struct jx_list items; /* struct place_entry */
};

#define PLACE_EVENTS_N 7
extern const struct live_event place_events[PLACE_EVENTS_N];
extern const struct live_event *const place_event_hello,
    *const place_event_floors, *const place_event_hours, *const place_event_wait,
                                                             *const place_event_out,
                                                                 *const place_event_closing,
                                                                     *const place_event_entries;

#endif
