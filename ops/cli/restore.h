/* ops/cli/restore.h - what `restore` and `drill` share.  Threads: one. */
#ifndef OPS_CLI_RESTORE_H
#define OPS_CLI_RESTORE_H

#include "node/db/keyring.h"
#include "ops/cli/replay.h"

/* The file that makes a directory a cluster: written last, when everything else is there. */
#define RESTORE_VERSION_FILE "PG_VERSION"

struct restore_counts {
    int64_t n_files, bytes;
};

/* Unpacks a sealed backup into the empty directory dir; NULL: only proves that it opens.
 * is_scratch: it need not be on the disk when this returns. */
NODISCARD enum err restore_unpack(struct keyring *keyring, int file_fd, const char *dir,
                                  bool is_scratch, struct restore_counts *counts_out,
                                  struct fail *why);
/* The backup of that file by the index beside it, and how far its log goes. ERR_NOT_FOUND: not
 * listed, or made before logs were archived. */
struct restore_log {
    const char *dir; /* BACKUP_DIR */
    struct backup_entry entry;
    struct pieces pieces;
    struct pieces_chain chain;
    int64_t to_utc_us; /* what can be had */
};
NODISCARD enum err restore_log_find(struct cli *cli, const char *file, struct restore_log *out,
                                    struct fail *why);
/* "latest" (0), or "2026-11-22 10:15:30" as clocks in Japan show it. */
NODISCARD enum err restore_at_read(const char *text, int64_t *at_utc_us_out, struct fail *why);
/* In the range; says the range otherwise. */
NODISCARD enum err restore_at_check(const struct restore_log *log, int64_t at_utc_us,
                                    struct fail *why);

#endif
