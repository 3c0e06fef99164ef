/* node/db/backup_state.h - what the archive of the log and the last drill say of themselves:
 * BACKUP_DIR/wal/state and BACKUP_DIR/drill.json, one JSON object each, replaced whole. The
 * archive (ops/backup) and `ibasho drill` write them; doctor, metrics and `backup list` read.
 * Threads: reentrant.  Owns: nothing; texts live in the arena. */
#ifndef NODE_DB_BACKUP_STATE_H
#define NODE_DB_BACKUP_STATE_H

#include "node/base/arena.h"
#include "node/base/conf.h"
#include "node/base/id.h"

/* Why the log is not being archived. */
enum backup_trouble {
    BACKUP_FINE,
    BACKUP_NO_BASE, /* nothing to continue yet: no backup */
    BACKUP_GAP,     /* the log was given up or another began: a new backup begins again */
    BACKUP_LOCKED,  /* no node key */
    BACKUP_DISK,    /* no room in backup.dir */
    BACKUP_AWAY,    /* no database */
    BACKUP_BROKEN,  /* anything else: the archive's own log says what */
    BACKUP_TROUBLE_N
};
const char *backup_trouble_id(enum backup_trouble trouble); /* "fine", "gap", ... */

struct backup_wal_state {
    int64_t at_utc_us;      /* when this was written */
    int64_t through_utc_us; /* everything committed until then is archived; 0: nothing */
    int trouble;            /* enum backup_trouble */
    struct span place;      /* of the log, "0/2000028"; may be empty */
    struct id base;         /* under whose key; ID_NONE */
};
struct backup_drill {
    int64_t at_utc_us, took_ms;
    bool is_good;
    struct id base;
    int64_t n_tables, n_rows, n_leaves, n_keys, n_sealed, n_files, n_erased;
    struct span text; /* what was wrong, "" when nothing */
};

/* backup.dir, or node.data_dir/backups. In the arena; NULL without memory. */
const char *backup_dir_of(const struct conf *conf, struct arena *arena);
/* ERR_NOT_FOUND: not yet written. ERR_PROTO: not readable. */
NODISCARD enum err backup_wal_state_read(struct arena *arena, const char *dir,
                                         struct backup_wal_state *out, struct fail *why);
NODISCARD enum err backup_wal_state_write(struct arena *arena, const char *dir,
                                          const struct backup_wal_state *state,
                                          struct fail *why);
NODISCARD enum err backup_drill_read(struct arena *arena, const char *dir,
                                     struct backup_drill *out, struct fail *why);
NODISCARD enum err backup_drill_write(struct arena *arena, const char *dir,
                                      const struct backup_drill *drill, struct fail *why);
NODISCARD enum err backup_drill_json(struct arena *arena, const struct backup_drill *drill,
                                     struct span *json_out, struct fail *why);

#endif
