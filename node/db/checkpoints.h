/* node/db/checkpoints.h - the file of checkpoints outside the cluster: notes one after another,
 * each closed by an empty line, sizes rising. It is only ever appended to.
 * Threads: a reader belongs to one thread; appending to the thread that makes checkpoints. */
#ifndef NODE_DB_CHECKPOINTS_H
#define NODE_DB_CHECKPOINTS_H

#include "node/db/note.h"

/* Reading, in flat memory. */
struct checkpoints;
/* ERR_NOT_FOUND: no such file. */
NODISCARD enum err checkpoints_open(const char *path, struct checkpoints **checkpoints_out,
                                    struct fail *why);
void checkpoints_close(struct checkpoints **checkpoints);
/* The next note, borrowed until the next call. ERR_NOT_FOUND: the end. ERR_PROTO: what stands
 * there is no note; the next call reads on behind it. ERR_UNCERTAIN: the file ends inside a
 * note, as after a crash while it was appended. */
NODISCARD enum err checkpoints_next(struct checkpoints *checkpoints, struct note *note_out,
                                    struct fail *why);
/* Where the last whole entry ended. */
uint64_t checkpoints_whole_bytes(const struct checkpoints *checkpoints);

/* Appends a note and its empty line and waits until both are on the disk; makes the file (0640)
 * when there is none. After an error the file is as it was, if the system lets us. */
NODISCARD enum err checkpoints_append(const char *path, struct span note, struct fail *why);
/* Cuts off a note that a crash left unfinished; *n_cut_out says how many bytes. */
NODISCARD enum err checkpoints_mend(const char *path, uint64_t *n_cut_out, struct fail *why);

#endif
