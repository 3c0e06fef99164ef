/* node/base/conf.h - configuration as tables: name, type, unit, range, default, help. One file of
 * `name = value` lines ('#' comments) serves all programs of a node; each program reads the rows
 * of its own tables. Secrets are file paths, never values. Check may refuse, apply cannot fail.
 * `ibasho conf show` prints the effective value and its origin; `ibasho conf check` every defect
 * with its line. Threads: read-only after load. */
#ifndef NODE_BASE_CONF_H
#define NODE_BASE_CONF_H

#include "node/base/err.h"
#include "node/base/span.h"

enum conf_type { CONF_TEXT, CONF_INT, CONF_BOOL, CONF_ENUM, CONF_PATH };

struct conf_row {
    const char *name; /* "db.socket_dir" */
    enum conf_type type;
    int64_t least, most;
    const char *unit;    /* "ms", "" */
    const char *choices; /* "a|b" for CONF_ENUM */
    const char *initial; /* default as text; NULL: must be given */
    bool reloadable;
    const char *help;
};

struct conf_table {
    const struct conf_row *rows; /* a list of tables ends with rows == NULL */
    int n;
};

struct conf;

struct conf_defect {
    int line; /* 0: a missing row */
    const char *name, *text;
};

#define CONF_IGNORE_UNKNOWN 1u /* rows of other programs stand in the same file */

/* Values come from the file, then from IBASHO_<NAME with _ for .> in the environment.
 * ERR_INVALID: each(defect) was called for every defect (may be NULL). */
NODISCARD enum err conf_load(const char *path, const struct conf_table *tables, unsigned flags,
                             void (*each)(const struct conf_defect *defect, void *arg),
                             void *arg, struct conf **conf_out, struct fail *why);
void conf_free(struct conf **conf);
/* Asking for a row that is in no table, or with the wrong type, is a broken invariant. */
const char *conf_text(const struct conf *conf, const char *name);
int64_t conf_int(const struct conf *conf, const char *name);
bool conf_bool(const struct conf *conf, const char *name);
/* "default", "file:12" or "environment". */
const char *conf_origin(const struct conf *conf, const char *name);
void conf_each(const struct conf *conf,
               void (*each)(const struct conf_row *row, const char *value, const char *origin,
                            void *arg),
               void *arg);

#endif
