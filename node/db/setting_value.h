/* node/db/setting_value.h - a setting's value as text, checked against its row.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_DB_SETTING_VALUE_H
#define NODE_DB_SETTING_VALUE_H

#include "node/base/jx.h"
#include "node/base/setting.h"

/* number_out: the integer; 0 or 1; the index of the choice; minutes since midnight; for text
 * the number of graphemes. ERR_INVALID: *defect_out (may be NULL) has the rule and a Japanese
 * sentence (arena) that names the setting, what is allowed and in which unit. */
NODISCARD enum err setting_value_read(const struct setting *row, struct span value,
                                      struct arena *arena, int64_t *number_out,
                                      struct jx_defect *defect_out, struct fail *why);

#endif
