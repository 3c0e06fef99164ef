/* tenants/hours/hours_now.h - the plan in force, kept in memory for those who ask often:
 * floors, entry, sign-in. Threads: any; a lock held for a look into memory. A decision counts
 * some milliseconds after its commit, a change of the contract within HOURS_REREAD_S.  Owns:
 * the plan. */
#ifndef TENANTS_HOURS_HOURS_NOW_H
#define TENANTS_HOURS_HOURS_NOW_H

#include "node/base/services.h"
#include "node/db/db.h"
#include "node/db/settings.h"
#include "tenants/hours/hours.h"

struct hours;

#define HOURS_REREAD_S 10

struct hours_conf {
    struct writer *writer; /* stopped before hours_close */
    const struct settings *settings;
};
/* Reads what holds over db. */
NODISCARD enum err hours_open(const struct hours_conf *conf, struct db *db,
                              struct hours **hours_out, struct fail *why);
void hours_close(struct hours **hours);
/* Reads again on the writer's thread, without waiting. A reading that fails is repeated when
 * somebody asks, HOURS_REREAD_S later. */
void hours_refresh(struct hours *hours);

#define HOURS_STATE_TEXT_CAP 801
struct hours_state_copy {
    struct hours_state state; /* titles point into the two texts */
    char today_title[HOURS_STATE_TEXT_CAP], next_title[HOURS_STATE_TEXT_CAP];
};
/* The state at an instant, by the plan in force and the setting of the first warning. */
void hours_state(const struct services *services, int64_t utc_us, struct hours_state_copy *out);
/* What falls due (hours_notices) by the two settings of warnings. */
int hours_due(const struct services *services, int64_t after_utc_us, int64_t until_utc_us,
              struct hours_notice out[HOURS_NOTICES_MOST]);

#endif
