/* node/db/space.h - the disk must never be so full that what must be written cannot be.
 * The worst of the data directory's and the cluster's volume decides. A ballast file keeps the
 * last reserve: it is given up when the disk is full, so that PostgreSQL still finds room for
 * audit leaves and SOS calls, and made again once there is room.
 * Threads: any; looks at the disk at most once a second. */
#ifndef NODE_DB_SPACE_H
#define NODE_DB_SPACE_H

#include "node/base/conf.h"

#define SPACE_CONF_N 4
extern const struct conf_row space_conf_rows[SPACE_CONF_N];

enum space_level {
    SPACE_OK,
    SPACE_NO_UPLOADS, /* space.no_uploads_percent reached */
    SPACE_NO_WRITES,  /* space.no_writes_percent reached: only what must be written */
    SPACE_FULL,       /* space.full_percent reached: the ballast is given up */
};
enum space_use {
    SPACE_USE_UPLOAD, /* files */
    SPACE_USE_WRITE,  /* ordinary changes: settings, chat, boards */
    SPACE_USE_MUST,   /* audit, access record, sign-in, SOS: never refused here */
};

struct space;

struct space_conf {
    const char *data_dir;    /* where the ballast lies */
    const char *cluster_dir; /* PGDATA */
    int no_uploads_percent, no_writes_percent, full_percent;
    int64_t ballast_bytes;
};

NODISCARD enum err space_open(const struct space_conf *conf, struct space **space_out,
                              struct fail *why);
/* The ballast stays. */
void space_close(struct space **space);
enum space_level space_level_read(struct space *space);
/* Gives the ballast up now, whatever the level: something that must be written (a call for
 * help) found no room. */
void space_release(struct space *space);
int space_used_percent(struct space *space);
const char *space_level_id(enum space_level level); /* "ok" "no-uploads" "no-writes" "full" */
/* ERR_NOSPACE when this kind of write is refused at the present level. */
NODISCARD enum err space_check(struct space *space, enum space_use use, struct fail *why);

#endif
