/* node/io/care.h - what lower parts tell those who watch over children (node/support), so that
 * the place includes nothing of it. Support fills services->care when it opens; where it is not
 * there (care or a hook NULL) nothing happens.
 * Threads: stated at each function; the hooks are set before the place serves.  Owns: nothing.
 */
#ifndef NODE_IO_CARE_H
#define NODE_IO_CARE_H

#include "node/base/id.h"
#include "node/base/services.h"

struct tx;

/* A line that may be a cry for help, or gives a child's whereabouts away. */
struct care_line {
    struct id line, author; /* line: the client's id */
    int64_t at_utc_us;
    unsigned kinds, categories; /* bits of tenants/words/words.h */
    struct span text;           /* as written, never masked */
};

/* A lesson that has run too long without its instructor or a support staff. */
struct care_gap {
    struct id id; /* of this stretch */
    int64_t at_utc_us;
    struct span floor;
};

enum care_way {
    CARE_PRIVATE,   /* in a talk of the two */
    CARE_ADDRESSED, /* in the open, to the other by name */
    CARE_CLASS,     /* asked and answered in a class or consultation */
};

struct care {
    enum err (*line_put)(void *arg, const struct services *, struct tx *,
                         const struct care_line *, struct fail *);
    void (*line_told)(void *arg, const struct services *, const struct care_line *);
    void *line_arg;
    enum err (*gap_put)(void *arg, const struct services *, struct tx *,
                        const struct care_gap *, struct fail *);
    void (*gap_told)(void *arg, const struct services *, const struct care_gap *);
    void (*heard)(void *arg, const struct services *, struct id from, struct id to,
                  int64_t at_utc_us, enum care_way way);
    void (*spoke)(void *arg, const struct services *, struct id from, struct id to,
                  int64_t at_utc_us, int64_t spoken_us);
    void *heard_arg;
};

/* In the transaction of a line with crisis words or a try to exchange addresses, on the
 * writer's thread: the alert exists if and only if the line does. The same line again is the
 * same alert. */
NODISCARD enum err care_line_put(const struct services *services, struct tx *tx,
                                 const struct care_line *line, struct fail *why);
/* After its COMMIT, on the live thread: staff hear of it, the child gets the helpline card. */
void care_line_told(const struct services *services, const struct care_line *line);
/* The same for a gap: in a transaction of its own, and after its COMMIT (AI-4.4-キ-ウ). */
NODISCARD enum err care_gap_put(const struct services *services, struct tx *tx,
                                const struct care_gap *gap, struct fail *why);
void care_gap_told(const struct services *services, const struct care_gap *gap);
/* One said something to another, on the live thread: two-way contact is made of these. */
void care_heard(const struct services *services, struct id from, struct id to,
                int64_t at_utc_us, enum care_way way);
/* One spoke aloud to another for so long, until then; on the live thread. */
void care_spoke(const struct services *services, struct id from, struct id to,
                int64_t at_utc_us, int64_t spoken_us);

#endif
