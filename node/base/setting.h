/* node/base/setting.h - one setting of a municipality (every † of the register becomes a row):
 * type, range, default, who may change it. Values live in the settings store
 * (node/db/settings.h) with history, effective-from and undo (HI-3.3-9). */
#ifndef NODE_BASE_SETTING_H
#define NODE_BASE_SETTING_H

#include <stdint.h>

enum setting_type {
    SETTING_INT,  /* least..most, in unit */
    SETTING_BOOL, /* "true" | "false" */
    SETTING_ENUM, /* one of choices */
    SETTING_TEXT, /* up to `most` graphemes */
    SETTING_TIME, /* "HH:MM", Asia/Tokyo */
};

struct setting {
    const char *name; /* "session.idle_minutes" */
    enum setting_type type;
    int64_t least, most;
    const char *unit;        /* "分", "" */
    const char *choices;     /* "a|b|c" for SETTING_ENUM, else NULL */
    const char *initial;     /* the default, as text */
    unsigned roles;          /* who may change it */
    const char *requirement; /* register id, e.g. "NI-2.3.4-2a" */
    const char *title_ja, *title_en, *help_ja;
};

struct setting_table {
    const struct setting *const *rows;
    int n;
};

#endif
