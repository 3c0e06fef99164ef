/* ops/cli/audit_cli.h - what `ibasho log` and `ibasho verify` share: the node's key, its
 * database, how a finding is printed.  Threads: one. */
#ifndef OPS_CLI_AUDIT_CLI_H
#define OPS_CLI_AUDIT_CLI_H

#include "node/db/audit_verify.h"
#include "node/db/db.h"
#include "ops/cli/cli.h"

/* text: "NAME+ID+BASE64", or a file whose first line is that. Prints why not. */
bool audit_cli_key(const char *text, struct note_key *key_out);
/* The key this node signs with, from the file beside its checkpoints. Prints why not. */
bool audit_cli_own_key(struct cli *cli, struct note_key *key_out);
/* As owner, with every feature's statements; the caller closes it. Prints why not. */
struct db *audit_cli_db(struct cli *cli);

struct audit_cli_print {
    uint64_t n_printed, n_cap;
};
/* For verify_conf.each with a struct audit_cli_print: one line a finding, up to n_cap. */
void audit_cli_finding(const struct verify_finding *finding, void *arg);
/* The closing lines; returns the exit status. has_external: a checkpoint file was given. */
int audit_cli_result(const struct verify_result *result, const struct audit_cli_print *print,
                     bool has_external);

#endif
