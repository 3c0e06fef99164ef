/* node/classes/class_course_store.h - table class_course: courses in versions, the newest holds
 * for staff; and how a course stands (with class_more_store.h: its pages, whether a
 * commissioner decided it, whether it has ended). What pupils see is the version that was
 * decided, until another is (AI-4.4-キ-エ). Leaf tables. Texts are sealed under
 * CLASS_RECORD_KEY at (table, column, id of the row); class_text.h opens them. Threads: as the
 * tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_CLASSES_CLASS_COURSE_STORE_H
#define NODE_CLASSES_CLASS_COURSE_STORE_H

#include "node/place/floor_store.h"

#define CLASS_COURSE_TABLE "class_course"

enum class_kind {
    CLASS_SUBJECT,
    CLASS_COMMUNICATION,
    CLASS_RELAX, /* ways to deal with stress, to rest body and mind */
    CLASS_GUEST, /* a guest teacher's */
    CLASS_EXPERIENCE,
    CLASS_OTHER
};
#define CLASS_KINDS "subject|communication|relax|guest|experience|other"
/* Names of pictures that the client draws. */
#define CLASS_PICTURES \
    "book|pencil|number|globe|science|art|music|talk|heart|leaf|star|game|cooking|body|" \
    "computer|craft|animal|person"

struct class_course_row {
    struct id id;
    int64_t n; /* given by the store */
    struct id course;
    int64_t version; /* given by the store: one more than the newest */
    enum class_kind kind;
    int picture; /* index of CLASS_PICTURES */
    /* By what pupils take part: one of them at least. */
    bool has_hand, has_poll, has_question;
    bool has_places; /* false: as many as come */
    int64_t places;
    struct span title_sealed, summary_sealed;
    struct place_decider who;
};
/* How a course stands. */
struct class_course_state {
    struct class_course_row row;    /* the newest version */
    int64_t pages_version, n_pages; /* 0: no pages yet */
    bool is_decided;                /* some version is, and it was not withdrawn */
    int64_t decided_version, decided_pages_version;
    int64_t decided_utc_us;
    struct id decided_by;
    bool is_ended; /* no new lessons */
};
/* Decided, and nothing was changed since. */
bool class_course_is_settled(const struct class_course_state *state);

/* The row with its leaf. The same id again adds nothing; ERR_CONFLICT: it is somebody else's,
 * or of another course. */
NODISCARD enum err class_course_store_add(struct tx *tx, struct class_course_row *row,
                                          bool *was_there_out, struct fail *why);
/* Whether that id was written already, by the same person about the same course. ERR_CONFLICT.
 */
NODISCARD enum err class_course_store_is_there(struct tx *tx,
                                               const struct class_course_row *row,
                                               bool *is_there_out, struct fail *why);
/* Every course, or one (ID_NONE: all), in the order in which they were last changed, the newest
 * first. Exactly one of tx and db. */
NODISCARD enum err class_course_store_states(struct tx *tx, struct db *db, struct id course,
                                             struct arena *arena,
                                             struct class_course_state **out, size_t *n_out,
                                             struct fail *why);
/* One. ERR_NOT_FOUND. */
NODISCARD enum err class_course_store_state(struct tx *tx, struct db *db, struct id course,
                                            struct arena *arena, struct class_course_state *out,
                                            struct fail *why);
/* One version, for what pupils see. ERR_NOT_FOUND. */
NODISCARD enum err class_course_store_version(struct tx *tx, struct db *db, struct id course,
                                              int64_t version, struct arena *arena,
                                              struct class_course_row *row_out,
                                              struct fail *why);

#endif
