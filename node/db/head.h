/* node/db/head.h - the head file: what the tree was at the last COMMIT, and what it will be if
 * the COMMIT on its way arrives. It stands beside the checkpoint file, outside the cluster, and
 * is overwritten in place without waiting for the disk: it survives the death of the process,
 * not of the machine, which is why it names the boot. So the leaves after the last checkpoint
 * can be cut, changed or added to by nobody unseen while the machine stays up. Threads: writing
 * the writer's; reading any (one read sees one write). */
#ifndef NODE_DB_HEAD_H
#define NODE_DB_HEAD_H

#include "node/base/err.h"
#include "node/db/hash256.h"

#define HEAD_BYTES    512
#define HEAD_BOOT_CAP 40

struct head_state {
    char boot[HEAD_BOOT_CAP]; /* of the machine that wrote it */
    uint64_t n, next_n;       /* committed; next_n == n: no COMMIT on its way */
    struct hash256 root, next_root;
    uint64_t stored; /* size of the last checkpoint that is in the database */
};

struct head_file;
/* Makes the file (0640) when there is none. */
NODISCARD enum err head_open(const char *path, struct head_file **head_out, struct fail *why);
void head_close(struct head_file **head);
NODISCARD enum err head_write(struct head_file *head, const struct head_state *state,
                              struct fail *why);
/* ERR_NOT_FOUND: no file, or never written. ERR_PROTO: not a head file. */
NODISCARD enum err head_read(const char *path, struct head_state *state_out, struct fail *why);
/* Fills boot with this boot's id; empty when the system does not say. */
void head_boot(char boot_out[HEAD_BOOT_CAP]);

#endif
