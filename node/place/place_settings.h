/* node/place/place_settings.h - the rules of the place that a municipality sets (every one a
 * row with history and undo, node/db/settings.h). Threads: const data. */
#ifndef NODE_PLACE_PLACE_SETTINGS_H
#define NODE_PLACE_PLACE_SETTINGS_H

#include "node/base/setting.h"

/* settings_int of setting_place_second_device, in the order of its choices. */
enum place_second { PLACE_SECOND_NEWER, PLACE_SECOND_REFUSE };

#define PLACE_SETTINGS_N 9
extern const struct setting *const place_settings[PLACE_SETTINGS_N];
extern const struct setting setting_care_hold_entries, setting_place_away_out_min,
    setting_place_second_device, setting_place_floor_capacity, setting_place_ceiling,
    setting_place_rung_most, setting_place_away_min, setting_place_distance_cm,
    setting_place_absent_weeks;

#endif
