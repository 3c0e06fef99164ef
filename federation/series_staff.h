/* federation/series_staff.h - who teaches a series of ours: main and second instructors of the
 * dates that are still to come, a guest teacher too, by their display names (CARD-3, CARD-4).
 * What the plan says is told to every town that takes part. Threads: series.c's, or the
 * writer's where a tx is handed in.  Owns: nothing; what is read lives in the arena. */
#ifndef FEDERATION_SERIES_STAFF_H
#define FEDERATION_SERIES_STAFF_H

#include "federation/series_priv.h"
#include "federation/series_text.h"

/* Another one when somebody else teaches (series_store_teaching). */
uint64_t series_staff_mark(const struct series_teaching *all, size_t n);
/* What differs from what was told is written and told to the guests. *is_one_unnamed_out:
 * somebody has no name yet (an account that is being made): to be looked at again. */
NODISCARD enum err series_staff_tell(const struct services *services, struct db *db,
                                     const struct series_teaching *all, size_t n,
                                     int64_t now_utc_us, struct arena *arena,
                                     bool *is_one_unnamed_out, struct fail *why);
/* Into the row of act, unless it has these names: *is_new_out. */
NODISCARD enum err series_staff_put(struct series_act *act, struct series_person *names,
                                    size_t n, bool *is_new_out, struct fail *why);

#endif
