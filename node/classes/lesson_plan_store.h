/* node/classes/lesson_plan_store.h - the plan as lessons are held by it: of each lesson the
 * version that holds, its team, and its course as pupils may see it, which is the version a
 * commissioner decided (AI-4.4-キ-エ); of one that is not decided the newest, for staff.
 * Threads: as the db.  Owns: nothing; what is read lives in the arena. */
#ifndef NODE_CLASSES_LESSON_PLAN_STORE_H
#define NODE_CLASSES_LESSON_PLAN_STORE_H

#include "node/base/arena.h"
#include "node/classes/class_rule.h"
#include "node/db/db.h"
#include "tenants/people/day.h"

#define LESSON_FLOOR_CAP 33
#define LESSON_KIND_CAP  24

struct lesson {
    struct id id, version; /* version: the row that holds */
    char day[DAY_TEXT_CAP];
    int64_t slot;
    int64_t from_utc_us, to_utc_us;
    char floor[LESSON_FLOOR_CAP], area[LESSON_FLOOR_CAP]; /* area "": the floor */
    int64_t places;                                       /* 0: no bound */
    bool is_cancelled;
    struct span link_sealed; /* empty: none */
    struct class_team team;
    struct id main_at; /* the node where its main instructor stands; ID_NONE: here */

    struct id course, course_row, pages_row; /* pages_row ID_NONE: no pages */
    int64_t course_version;
    bool is_decided;
    char kind[LESSON_KIND_CAP], picture[LESSON_KIND_CAP];
    bool has_hand, has_poll, has_question;
    int64_t n_pages;
    struct span title_sealed, summary_sealed, pages_sealed;
};

/* Of those days (both belong to it), by time; lesson ID_NONE: all. Sealed texts are borrowed
 * from the arena. */
NODISCARD enum err lesson_plan_days(struct db *db, struct span from_day, struct span to_day,
                                    struct arena *arena, struct lesson **out, size_t *n_out,
                                    struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err lesson_plan_find(struct db *db, struct id lesson, struct arena *arena,
                                    struct lesson *out, struct fail *why);

enum lesson_part { LESSON_NOBODY, LESSON_MAIN, LESSON_SUB, LESSON_SUPPORT };
/* Whoever teaches comes first. */
enum lesson_part lesson_part_of(const struct class_team *team, struct id account);
/* Turns its pages, opens its polls: main or sub, where it is led. */
bool lesson_teaches(const struct lesson *lesson, struct id account);
static inline bool lesson_is_on(const struct lesson *lesson, int64_t now_utc_us)
{
    return !lesson->is_cancelled && lesson->from_utc_us <= now_utc_us &&
           now_utc_us < lesson->to_utc_us;
}

/* One version of a course, for whoever shows what was attended: its sealed title and the row it
 * is sealed at. ERR_NOT_FOUND. */
NODISCARD enum err lesson_plan_title(struct db *db, struct id course, int64_t version,
                                     struct arena *arena, struct id *row_out,
                                     struct span *title_sealed_out, struct fail *why);

#endif
