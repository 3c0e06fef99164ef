/* node/db/settings_outlook.h - the rule of settings.h: from all decisions of one setting, what
 * is in force and what will be. Only settings.c and its tests include it. Threads: reentrant;
 * an outlook is immutable once made. */
#ifndef NODE_DB_SETTINGS_OUTLOOK_H
#define NODE_DB_SETTINGS_OUTLOOK_H

#include "node/db/settings_store.h"

/* One value and when it comes into force. */
struct ahead {
    int64_t from_utc_us;
    int64_t number;
    struct span text;
    bool is_default;
};

/* What is in force of one setting and what will be, oldest first; at[0] is in force now or
 * since ever. Immutable once published. A replaced outlook may still be read, so it stays until
 * the store closes: some hundred bytes a change. */
struct setting_outlook {
    struct setting_outlook *retired_next;
    int32_t version; /* of the latest decision */
    size_t n;
    struct ahead at[]; /* the texts stand behind */
};

/* Lines are by version from 1 on. Marks those that were undone: by a later undo that is not
 * undone itself. */
void setting_lines_mark(struct setting_line *lines, size_t n);
/* Of marked lines the decision in force at a moment; NULL: the default. */
const struct setting_line *setting_lines_in_force(const struct setting_line *lines, size_t n,
                                                  int64_t at_utc_us);
/* Marks and works out; the caller frees *outlook_out with free(). */
NODISCARD enum err setting_outlook_make(const struct setting *row, struct setting_line *lines,
                                        size_t n, int64_t now_utc_us, struct arena *arena,
                                        struct setting_outlook **outlook_out, struct fail *why);

#endif
