/* ops/cli/federation_change.h - what all commands of a federation's office share: the words,
 * the office and its root keys opened and closed, the next registry begun and signed. Functions
 * that return bool or an exit status have said why not.  Threads: one. */
#ifndef OPS_CLI_FEDERATION_CHANGE_H
#define OPS_CLI_FEDERATION_CHANGE_H

#include "ops/cli/federation_files.h"

#define FED_NOTHING_DONE "何も変えていません。"
#define FED_LIFE_DAYS    7 /* of a registry */

/* The number behind an option, 0 to most; `other` when it is absent. */
bool fed_take_number(int *argc, char **argv, const char *name, int64_t other, int64_t most,
                     int64_t *out);
/* One line without hidden characters, as the documents take it. Says nothing. */
bool fed_text_is_plain(struct cli *cli, const char *text);

/* Takes `--root KEY` out of the words, of which n_words must be left, and opens the office
 * argv[0]. is_next: for a change, so that no draft may be waiting. */
bool fed_change_begin(struct cli *cli, int *argc, char **argv,
                      const struct cli_command *command, int n_words, bool is_next,
                      struct fed_office *office, struct fed_root_files *roots, int *rc_out);
/* Closes both and hands rc on. */
int fed_change_end(struct fed_office *office, struct fed_root_files *roots, int rc);

bool fed_change_draft(struct fed_office *office, struct registry_draft *draft);
int fed_change_sign(struct fed_office *office, struct registry_draft *draft,
                    const struct fed_root_files *roots);
/* Says why a draft or a document was refused; CLI_REFUSED. */
int fed_change_refuse(const struct fail *why);

#endif
