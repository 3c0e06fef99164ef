/* node/base/conf.h - configuration as tables: name, type, unit, range, default, help. One file
 * of `name = value` lines serves all programs of a node; each program reads the rows of its own
 * tables. A line whose first visible character is '#' is a comment; blanks around name and
 * value do not count; a name stands once. Secrets are file paths, never values. Check may
 * refuse, apply cannot fail. `ibasho conf show` prints the effective value and its origin;
 * `ibasho conf check` every defect with its line. Threads: read-only after load. */
#ifndef NODE_BASE_CONF_H
#define NODE_BASE_CONF_H

#include "node/base/err.h"
#include "node/base/span.h"

enum conf_type {
    CONF_TEXT, /* UTF-8; least..most bytes, most 0: no bound of its own */
    CONF_INT,  /* decimal, least..most */
    CONF_BOOL, /* true | false */
    CONF_ENUM, /* one of choices */
    CONF_PATH, /* absolute; empty only when the default is empty */
};

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
    int line;                /* 0: a missing row, or a value of the environment */
    const char *name, *text; /* text: a Japanese sentence; both valid during the call only */
};

#define CONF_IGNORE_UNKNOWN 1u /* rows of other programs stand in the same file */
#define CONF_MAX_BYTES      65536

/* Values come from the file, then from IBASHO_<NAME with _ for .> in the environment, in
 * capitals ("db.socket_dir": IBASHO_DB_SOCKET_DIR). The tables must outlive the result; a name
 * in two of them, or a default that breaks its own row, is a broken invariant. ERR_NOT_FOUND,
 * ERR_IO, ERR_TOO_LARGE: the file. ERR_INVALID: each(defect) was called for every defect (may
 * be NULL). */
NODISCARD enum err conf_load(const char *path, const struct conf_table *tables, unsigned flags,
                             void (*each)(const struct conf_defect *defect, void *arg),
                             void *arg, struct conf **conf_out, struct fail *why);
/* As conf_load, from bytes in memory. */
NODISCARD enum err conf_read(struct span text, const struct conf_table *tables, unsigned flags,
                             void (*each)(const struct conf_defect *defect, void *arg),
                             void *arg, struct conf **conf_out, struct fail *why);
void conf_free(struct conf **conf);
/* Asking for a row that is in no table, or with the wrong type, is a broken invariant.
 * conf_text answers for CONF_TEXT, CONF_PATH and CONF_ENUM; the text is the conf's. */
const char *conf_text(const struct conf *conf, const char *name);
int64_t conf_int(const struct conf *conf, const char *name);
bool conf_bool(const struct conf *conf, const char *name);
/* "default", "file:12" or "environment". */
const char *conf_origin(const struct conf *conf, const char *name);
/* Every row with its effective value, in the order of the tables. */
void conf_each(const struct conf *conf,
               void (*each)(const struct conf_row *row, const char *value, const char *origin,
                            void *arg),
               void *arg);

#endif
