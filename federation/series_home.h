/* federation/series_home.h - what a series is at this node, host or guest: a floor of its own,
 * a course (at a guest), a lesson for each date. Written in the caller's transaction, with the
 * leaves of those tables; from then on they are lessons like others.
 * Threads: the writer's.  Owns: nothing. */
#ifndef FEDERATION_SERIES_HOME_H
#define FEDERATION_SERIES_HOME_H

#include "federation/series_text.h"
#include "node/place/floor_store.h"
#include "tenants/hours/hours.h"

struct series_home {
    struct tx *tx;
    struct db *db; /* without a transaction, for series_home_slot alone; else NULL */
    const struct services *services;
    struct arena *arena; /* of the transaction */
    int64_t now_utc_us;
    struct place_decider who; /* by ID_NONE, role "federation": another town said so */
    bool keeps_cancelled;     /* what staff of this node cancelled stays so */
    bool has_hours;
    struct hours_plan hours; /* read when first wanted */
};
struct series_home series_home_of(struct tx *tx, const struct services *services,
                                  const struct place_decider *who);
/* The decider when another node's word is carried out. */
struct place_decider series_home_peer(int64_t now_utc_us);

/* Publishes the floor (not again when it stands there with that hash) and how many it takes. */
NODISCARD enum err series_home_floor(struct series_home *home, const struct series_row *row,
                                     const struct series_more *more, struct fail *why);
NODISCARD enum err series_home_places(struct series_home *home, const struct series_row *row,
                                      bool is_hidden, struct fail *why);
/* A decided course with these texts and pages. *course: ID_NONE makes one, else a new version
 * of it, which goes on when it had ended. */
NODISCARD enum err series_home_course(struct series_home *home, const struct series_text *text,
                                      const struct jx_list *pages, struct id *course,
                                      struct fail *why);
NODISCARD enum err series_home_course_end(struct series_home *home, struct id course,
                                          struct fail *why);
/* The lesson of that date as `date` says, on the series' floor: a new one (date->lesson is set)
 * or a new version, which keeps staff. At a guest the slot is the one it fits; at the host
 * slot says it (0: keep). ERR_CONFLICT, field "/slot": no slot is free for a new one, and
 * people of this node are being asked. */
NODISCARD enum err series_home_lesson(struct series_home *home, const struct series_row *row,
                                      struct series_lesson *date, int slot, struct fail *why);
/* Those that are not over: cancelled, here and in the rows of the series. */
NODISCARD enum err series_home_stop(struct series_home *home, const struct series_row *row,
                                    struct fail *why);
/* The slot a time would get at this node; 0: none is free. except: a lesson not to count.
 * *is_own_out (may be NULL): the day has a slot of that number. */
NODISCARD enum err series_home_slot(struct series_home *home, int64_t from_utc_us,
                                    int64_t to_utc_us, struct id except, int *slot_out,
                                    bool *is_own_out, struct fail *why);

#endif
