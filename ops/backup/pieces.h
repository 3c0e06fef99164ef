/* ops/backup/pieces.h - all pieces of the archived log, and how far they carry a backup.
 * Their names are the catalogue: there is no second list that could say something else.
 * Threads: one.  Owns: BACKUP_DIR/wal; lists live in the arena. */
#ifndef OPS_BACKUP_PIECES_H
#define OPS_BACKUP_PIECES_H

#include "node/db/backup_index.h"
#include "ops/backup/piece.h"

struct pieces {
    struct piece *at; /* by start, the longer of two first */
    size_t n;
};

/* How far the log goes on from a backup without a gap. */
struct pieces_chain {
    uint64_t from, end; /* end == from: nothing is there */
    int64_t to_utc_us;  /* whatever was committed until then can be restored */
    bool has_gap;       /* something stands behind a hole */
    uint64_t gap_end;   /* where it goes on */
};

/* Makes BACKUP_DIR/wal and locks it until *fd_out is closed; waits. Whoever gives a piece its
 * name or takes pieces away holds it. */
NODISCARD enum err pieces_lock(const char *dir, int *fd_out, struct fail *why);
/* Every piece under a listed backup of the same cluster and timeline as `of`. */
NODISCARD enum err pieces_read(struct arena *arena, const char *dir,
                               const struct backup_list *all, const struct backup_entry *of,
                               struct pieces *out, struct fail *why);
/* false: this backup was made before logs were archived. */
bool pieces_follow(const struct pieces *pieces, const struct backup_entry *of,
                   struct pieces_chain *out);
/* The pieces of the chain, in order. Calls each; its error ends the walk and is returned. */
NODISCARD enum err pieces_each(const struct pieces *pieces, const struct pieces_chain *chain,
                               enum err (*each)(void *arg, const struct piece *piece,
                                                uint64_t from, struct fail *why),
                               void *arg, struct fail *why);
/* Before the key of `gone` is destroyed: what other backups (all, without gone) still need of
 * its pieces is sealed again under the key of the one before it, or behind it. Under the lock.
 */
NODISCARD enum err pieces_carry(struct arena *arena, struct keyring *keyring, const char *dir,
                                const struct backup_list *all, const struct backup_entry *gone,
                                struct fail *why);
/* Takes the directory of a backup's pieces away. Under the lock. */
NODISCARD enum err pieces_drop(const char *dir, struct id base, struct fail *why);

/* The cluster's number of an entry, 0 when it says none. */
uint64_t pieces_system(const struct backup_entry *entry);

#endif
