/* ops/cli/cli.h - the command line `ibasho`: what a command is and what all commands share.
 * A command is a row; each file of ops/cli exports its rows, ops/cli/main.c lists the tables.
 * Exit status: 0 done, 1 refused or found something, 2 could not be carried out (wrong words,
 * no configuration, node away), 3 done with warnings (roster).  Threads: one. */
#ifndef OPS_CLI_CLI_H
#define OPS_CLI_CLI_H

#include "node/base/arena.h"
#include "node/base/conf.h"

enum cli_exit { CLI_DONE = 0, CLI_REFUSED = 1, CLI_CANNOT = 2, CLI_WARNED = 3 };

struct cli {
    const char *conf_path;   /* -c or IBASHO_CONF; NULL when neither was given */
    const struct conf *conf; /* NULL until cli_need_conf */
    struct arena *arena;     /* until the program ends */
};

struct cli_command {
    const char *name;  /* "key check-sheet" */
    const char *usage; /* arguments only: "FILE --to DIR" */
    const char *help_ja, *help_en;
    int (*run)(struct cli *cli, int argc, char **argv); /* the words behind the name */
};

struct cli_table {
    const struct cli_command *rows;
    int n;
};

/* Every program's rows, for `conf check`; ends with rows == NULL. */
extern const struct conf_table cli_conf_tables[];

/* Loads node.conf into cli->conf; prints why not and returns false otherwise. */
bool cli_need_conf(struct cli *cli);
/* Prints `ibasho: ...` on standard error. */
void cli_say(const char *fmt, ...) PRINTF_LIKE(1, 2);
void cli_say_fail(const struct fail *why);
/* Prints the usage of this command and returns CLI_CANNOT. */
int cli_wrong_words(const struct cli_command *command);
/* The value behind `--name VALUE`, taken out of argv; NULL when absent. A name without a value
 * is left standing, so that the command refuses it as a word it does not know. */
const char *cli_take_option(int *argc, char **argv, const char *name);
bool cli_take_flag(int *argc, char **argv, const char *name);

/* One line from the terminal, without its end. is_secret: not echoed. NULL at the end of input.
 * In the arena. */
char *cli_ask(struct cli *cli, const char *prompt, bool is_secret);

#endif
