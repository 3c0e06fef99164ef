/* node/classes/class_lesson_store.h - tables class_lesson and class_lesson_staff: lessons (a
 * course in a slot of a day, with floor and staff) in versions, the newest holds. A version is
 * a leaf, its staff with it. The link is sealed under CLASS_RECORD_KEY (class_text.h). Threads:
 * as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_CLASSES_CLASS_LESSON_STORE_H
#define NODE_CLASSES_CLASS_LESSON_STORE_H

#include "node/base/role.h"
#include "node/classes/class_rule.h"
#include "node/place/floor_store.h"

#define CLASS_LESSON_TABLE "class_lesson"

/* In the order of their names, as the leaf has them. */
enum class_part { CLASS_MAIN, CLASS_SUB, CLASS_SUPPORT };
#define CLASS_PARTS "main|sub|support"

struct class_lesson_row {
    struct id id;
    int64_t n; /* given by the store */
    struct id lesson;
    int64_t version; /* given by the store */
    int32_t day;     /* calendar.h */
    int64_t slot;    /* from 1 */
    int64_t from_utc_us, to_utc_us;
    struct id course;
    struct span floor, area; /* area empty: the floor as it is */
    bool has_places;         /* false: those of the course */
    int64_t places;
    bool is_cancelled;
    struct span link_sealed; /* empty: none */
    struct class_team team;
    struct id main_at; /* held by that node, whose team teaches (federation/series.h): what and
                          when are not ours to change; ID_NONE: ours */
    struct place_decider who;
};

/* The row with its staff and leaf. The same id again adds nothing; ERR_CONFLICT: it is somebody
 * else's, or of another lesson. */
NODISCARD enum err class_lesson_store_add(struct tx *tx, struct class_lesson_row *row,
                                          bool *was_there_out, struct fail *why);
/* Newest versions of lessons of the days from..to (both belong to it), by day, slot and id;
 * has_cancelled: cancelled ones too. Exactly one of tx and db. */
NODISCARD enum err class_lesson_store_days(struct tx *tx, struct db *db, int32_t from,
                                           int32_t to, bool has_cancelled, struct arena *arena,
                                           struct class_lesson_row **rows_out, size_t *n_out,
                                           struct fail *why);
/* The newest version of one. ERR_NOT_FOUND. */
NODISCARD enum err class_lesson_store_find(struct tx *tx, struct db *db, struct id lesson,
                                           struct arena *arena,
                                           struct class_lesson_row *row_out, struct fail *why);

/* Whether that id was written already, by the same person about the same lesson. ERR_CONFLICT.
 */
NODISCARD enum err class_lesson_store_is_there(struct tx *tx,
                                               const struct class_lesson_row *row,
                                               bool *is_there_out, struct fail *why);

/* Whoever may have a part in a lesson: supporters, instructors, guest teachers whose ID is not
 * closed. */
struct class_account {
    struct id account;
    enum role role;
    bool is_usable; /* issued or active */
};
#define CLASS_STAFF_ROLES \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER))
/* All of them, by id. Exactly one of tx and db. */
NODISCARD enum err class_lesson_store_accounts(struct tx *tx, struct db *db,
                                               struct arena *arena, struct class_account **out,
                                               size_t *n_out, struct fail *why);

#endif
