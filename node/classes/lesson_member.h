/* node/classes/lesson_member.h - one person in a lesson: from joining until he leaves, is out
 * of the place, has lost his line, or the slot is over (AI-4.6-ア-2). Pure: what is seen of him
 * goes in each second, whether he is still in it comes out, and when he was last. A lost line
 * counts to its last sign of life, and is waited for, as his spot in the place is. Threads:
 * reentrant.  Owns: nothing. */
#ifndef NODE_CLASSES_LESSON_MEMBER_H
#define NODE_CLASSES_LESSON_MEMBER_H

#include "node/base/id.h"
#include "node/base/role.h"

/* A cut line is waited for; longer than the place keeps the spot (place.hold_s). */
#define LESSON_HOLD_US INT64_C(70000000)
/* Out of the lesson's area, but on its floor: a step over the line is no leaving. */
#define LESSON_OUT_US INT64_C(30000000)

enum lesson_why {
    LESSON_SELF,    /* he left */
    LESSON_AWAY,    /* he is not where the lesson is any more */
    LESSON_LOST,    /* his line was cut and did not come back */
    LESSON_END,     /* the slot is over */
    LESSON_STOPPED, /* the lesson was cancelled */
    LESSON_WHYS_N
};
#define LESSON_WHYS "self|away|lost|end|stopped"

struct lesson_member {
    struct id account, visit; /* visit: his stay in the place when he joined */
    struct id stay;           /* the row that says he joined */
    enum role role;
    int64_t joined_utc_us;
    int64_t seen_utc_us;    /* the last sign of life that is known */
    int64_t cut_utc_us;     /* his line went; 0: it is there */
    int64_t outside_utc_us; /* out of the area since; 0: not, or he never was in it */
    bool was_inside;
    int64_t hand_utc_us; /* raised since; 0: not */
};

/* What is seen of him now. */
struct lesson_sight {
    bool is_there; /* he stands on some floor, or is held there, in the visit he joined in */
    bool is_held;  /* his line is cut, since: */
    int64_t heard_utc_us;
    bool is_on_floor; /* on the lesson's */
    bool has_area;    /* the lesson is in an area of it, and he */
    bool is_inside;   /* is in that */
};
struct lesson_bounds {
    int64_t to_utc_us; /* the slot's end */
    bool is_stopped;
};

/* True: he is out of it, since *left_out, because of *why_out. Else the member says what was
 * seen. now_utc_us may step back: nobody leaves before he joined. */
bool lesson_member_look(struct lesson_member *member, const struct lesson_sight *sight,
                        const struct lesson_bounds *bounds, int64_t now_utc_us,
                        int64_t *left_out, enum lesson_why *why_out);

/* ---- who must be there, and is not (AI-4.4-キ-ウ) ---- */

struct lesson_gap {
    unsigned missing; /* bits of class_rule.h; 0: nobody */
    int64_t since_utc_us;
    bool is_told;
};
/* What is missing now; true: it has been so for after_us, and nobody was told yet. Whoever
 * comes ends it; that another is missing goes on. */
bool lesson_gap_look(struct lesson_gap *gap, unsigned missing, int64_t now_utc_us,
                     int64_t after_us);

/* ---- attendance: the stays of one person in one lesson ---- */

struct attendance {
    int64_t joined_utc_us, left_utc_us; /* the first joining, the last leaving */
    int64_t us;                         /* sum of the stays, within the slot, nothing twice */
    int n_stays, n_lost;
    bool is_open; /* he is in it */
};
/* By time of joining. left: of an open one the last sign of life. */
void attendance_add(struct attendance *sum, int64_t from_utc_us, int64_t to_utc_us,
                    int64_t joined_utc_us, int64_t left_utc_us, enum lesson_why why,
                    bool is_open);
/* Whole minutes; attended from that many on (class.attended_min). */
int64_t attendance_minutes(const struct attendance *sum);
bool attendance_counts(const struct attendance *sum, int64_t least_minutes);

#endif
