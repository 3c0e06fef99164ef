/* ops/cli/leave.h - what the steps of `ibasho leave run` share.  Threads: one. */
#ifndef OPS_CLI_LEAVE_H
#define OPS_CLI_LEAVE_H

#include "ops/cli/cli.h"
#include "tenants/leaving/leaving_journal.h"

struct leave {
    struct cli *cli;
    const char *data_dir, *journal_path, *table; /* table: of ibasho-supervise */
    struct leaving_journal journal;
    struct jws_private *key; /* of this erasure */
    const char *fault;       /* IBASHO_LEAVE_FAULT, tests: "STEP:before|half|after" */
};

/* What a step does, and the facts it leaves. Every one may have been cut off anywhere before:
 * what must be known from before it began is in a plan (leave_plan). *is_waiting_out: nothing
 * went wrong, but it cannot be ended now. */
typedef enum err leave_do(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                          struct fail *why);
leave_do leave_peers;   /* leave_peers.c */
leave_do leave_keys;    /* leave_keys.c */
leave_do leave_cluster; /* leave_disk.c */
leave_do leave_volume;  /* leave_disk.c */
leave_do leave_backups; /* leave_keys.c */
leave_do leave_scan;    /* leave_scan.c */
leave_do leave_certify; /* leave_certify.c */

/* DATA/leaving/NAME */
const char *leave_path(struct leave *leave, const char *name);
/* The facts that were known before the step began: made once, kept in DATA/leaving/NAME until
 * the end. */
NODISCARD enum err leave_plan(struct leave *leave, const char *name,
                              enum err (*make)(struct leave *leave, struct span *facts_out,
                                               struct fail *why),
                              struct span *facts_out, struct fail *why);
/* Tests: dies here, as by kill -9, when IBASHO_LEAVE_FAULT says so. */
void leave_fault(const struct leave *leave, const char *when);
/* Directories of the configuration with their defaults. */
const char *leave_dir(struct leave *leave, const char *name, const char *below);

#endif
