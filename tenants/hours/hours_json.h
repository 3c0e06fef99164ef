/* tenants/hours/hours_json.h - what everybody who is signed in may see of opening hours: now,
 * today, the week, a month. Threads: any.  Owns: nothing; results live in the arena. */
#ifndef TENANTS_HOURS_HOURS_JSON_H
#define TENANTS_HOURS_HOURS_JSON_H

#include "node/db/settings.h"
#include "tenants/hours/hours_doc.h"

struct hours_date_view {
    struct span day, title;
    int weekday, type, rule, phase; /* enums of hours.h; weekday by hours_weekday_ids */
    struct jx_list slots;
    bool has_title;
};
struct hours_view {
    int state;
    int64_t opened_at, closes_at, minutes_left, next_at, warn_first, warn_last, version;
    struct span next_title;
    struct hours_date_view today;
    struct jx_list week; /* of hours_date_view, from this week's Monday */
    bool is_open, has_next, has_next_title;
};
struct hours_month_view {
    struct span month;
    struct jx_list days; /* of hours_date_view, each of the month */
    int64_t n_open_weekdays, n_open;
};
extern const struct jx_shape hours_shape, hours_month_shape;

struct hours_demand hours_demand_of(const struct settings *settings);
NODISCARD enum err hours_view_fill(const struct hours_plan *plan,
                                   const struct settings *settings, int64_t utc_us,
                                   struct arena *arena, struct hours_view *out,
                                   struct fail *why);
/* n_days days from first on; month: as it was asked. */
NODISCARD enum err hours_month_fill(const struct hours_plan *plan,
                                    const struct settings *settings, struct span month,
                                    int32_t first, int n_days, struct arena *arena,
                                    struct hours_month_view *out, struct fail *why);

#endif
