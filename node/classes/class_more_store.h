/* node/classes/class_more_store.h - tables class_pages (the material of a course as pages, in
 * versions of its own) and class_course_step (decided with the commissioner, withdrawn, ended,
 * resumed). Leaf tables. Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_CLASSES_CLASS_MORE_STORE_H
#define NODE_CLASSES_CLASS_MORE_STORE_H

#include "node/place/floor_store.h"

#define CLASS_PAGES_TABLE "class_pages"
#define CLASS_PAGES_MOST  30

struct class_pages_row {
    struct id id;
    int64_t n; /* given by the store */
    struct id course;
    int64_t version; /* given by the store */
    int64_t n_pages;
    struct span pages_sealed; /* class_text.h */
    struct place_decider who;
};
/* The same id again adds nothing; ERR_CONFLICT: it is somebody else's, or of another course. */
NODISCARD enum err class_pages_store_add(struct tx *tx, struct class_pages_row *row,
                                         bool *was_there_out, struct fail *why);
/* Whether that id was written already, by the same person about the same course. ERR_CONFLICT.
 */
NODISCARD enum err class_pages_store_is_there(struct tx *tx, const struct class_pages_row *row,
                                              bool *is_there_out, struct fail *why);
/* One version. Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err class_pages_store_version(struct tx *tx, struct db *db, struct id course,
                                             int64_t version, struct arena *arena,
                                             struct class_pages_row *row_out, struct fail *why);

enum class_step { CLASS_DECIDE, CLASS_WITHDRAW, CLASS_END, CLASS_RESUME };
#define CLASS_STEPS "decide|withdraw|end|resume"
struct class_step_row {
    struct id id;
    int64_t n; /* given by the store */
    struct id course;
    enum class_step step;
    int64_t version, pages_version; /* of the course then; 0: no pages */
    struct place_decider who;
};
NODISCARD enum err class_step_store_add(struct tx *tx, struct class_step_row *row,
                                        bool *was_there_out, struct fail *why);
/* Whether that id was written already, by the same person about the same course. ERR_CONFLICT.
 */
NODISCARD enum err class_step_store_is_there(struct tx *tx, const struct class_step_row *row,
                                             bool *is_there_out, struct fail *why);

#endif
