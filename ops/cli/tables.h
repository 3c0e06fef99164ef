/* ops/cli/tables.h - every table of commands; a file of ops/cli adds its own here.
 * Threads: const data. */
#ifndef OPS_CLI_TABLES_H
#define OPS_CLI_TABLES_H

#include "ops/cli/cli.h"

extern const struct cli_table cli_account;          /* account.c */
extern const struct cli_table cli_certificate;      /* certificate.c */
extern const struct cli_table cli_conf;             /* conf.c */
extern const struct cli_table cli_backup;           /* backup.c */
extern const struct cli_table cli_restore;          /* restore.c */
extern const struct cli_table cli_doctor;           /* doctor.c */
extern const struct cli_table cli_drill;            /* drill.c */
extern const struct cli_table cli_federation;       /* federation_office.c */
extern const struct cli_table cli_federation_roots; /* federation_roots.c */
extern const struct cli_table cli_federation_node;  /* federation_node.c */
extern const struct cli_table cli_federation_purge; /* federation_purge.c */
extern const struct cli_table cli_floor;            /* floor.c */
extern const struct cli_table cli_floor_node;       /* floor_node.c */
extern const struct cli_table cli_handback;         /* handback.c */
extern const struct cli_table cli_handback_deliver; /* handback_deliver.c */
extern const struct cli_table cli_handback_import;  /* handback_import.c */
extern const struct cli_table cli_handback_slip;    /* handback_slip.c */
extern const struct cli_table cli_key;              /* key.c */
extern const struct cli_table cli_key_escrow;       /* key_escrow.c */
extern const struct cli_table cli_leave;            /* leave.c */
extern const struct cli_table cli_log;              /* log.c */
extern const struct cli_table cli_roster;           /* roster.c */
extern const struct cli_table cli_roster_node;      /* roster_node.c */
extern const struct cli_table cli_verify;           /* verify.c */
extern const struct cli_table cli_verify_bag;       /* verify_bag.c */

#define CLI_TABLES \
    { \
        &cli_account, &cli_conf, &cli_doctor, &cli_key, &cli_key_escrow, &cli_backup, \
            &cli_restore, &cli_drill, &cli_log, &cli_floor, &cli_floor_node, \
            &cli_federation_roots, &cli_federation, &cli_federation_node, \
            &cli_federation_purge, &cli_roster, &cli_roster_node, &cli_verify, \
            &cli_verify_bag, &cli_handback, &cli_handback_deliver, &cli_handback_import, \
            &cli_handback_slip, &cli_certificate, &cli_leave, \
    }

#endif
