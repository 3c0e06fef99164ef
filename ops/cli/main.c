/* ibasho - the operator's command line. `ibasho help` lists the commands. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "node/base/log.h"
#include "ops/cli/cli.h"
#include "ops/cli/tables.h"

#define ARENA_BYTES 65536
#define LINE_CAP    4096

static const struct cli_table *const tables[] = CLI_TABLES;

void cli_say(const char *fmt, ...)
{
    va_list args;

    fputs("ibasho: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}

void cli_say_fail(const struct fail *why)
{
    cli_say("%s%s%s (%s)", why->field, *why->field ? ": " : "", why->text, err_code(why->code));
}

int cli_wrong_words(const struct cli_command *command)
{
    fprintf(stderr, "使い方: ibasho %s %s\n", command->name, command->usage);
    return CLI_CANNOT;
}

bool cli_need_conf(struct cli *cli)
{
    struct conf *conf = NULL;
    struct fail why = {.code = ERR_OK};

    if (cli->conf != NULL)
        return true;
    if (cli->conf_path == NULL) {
        cli_say("設定ファイルを -c PATH か環境変数 IBASHO_CONF で示してください。");
        return false;
    }
    if (conf_load(cli->conf_path, cli_conf_tables, 0, NULL, NULL, &conf, &why) != ERR_OK) {
        cli_say_fail(&why);
        cli_say("直すところを見る: ibasho -c %s conf check", cli->conf_path);
        return false;
    }
    cli->conf = conf;
    return true;
}

static void remove_words(int *argc, char **argv, int at, int n)
{
    for (int i = at; i + n <= *argc; i++)
        argv[i] = argv[i + n]; /* the NULL behind the last word comes along */
    *argc -= n;
}

const char *cli_take_option(int *argc, char **argv, const char *name)
{
    for (int i = 0; i + 1 < *argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            const char *value = argv[i + 1];

            remove_words(argc, argv, i, 2);
            return value;
        }
    }
    return NULL;
}

bool cli_take_flag(int *argc, char **argv, const char *name)
{
    for (int i = 0; i < *argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            remove_words(argc, argv, i, 1);
            return true;
        }
    }
    return false;
}

char *cli_ask(struct cli *cli, const char *prompt, bool is_secret)
{
    struct termios before, quiet;
    char line[LINE_CAP], *got, *copy;
    bool has_terminal = is_secret && tcgetattr(STDIN_FILENO, &before) == 0;

    fprintf(stderr, "%s", prompt);
    if (has_terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    got = fgets(line, sizeof line, stdin);
    if (has_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    if (got == NULL)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    copy = arena_text(cli->arena, span_text(line));
    explicit_bzero(line, sizeof line);
    return copy;
}

/* The row whose words stand first in argv; the longest name wins. */
static const struct cli_command *find(int argc, char **argv, int *n_words_out)
{
    const struct cli_command *best = NULL;

    *n_words_out = 0;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (int i = 0; i < tables[t]->n; i++) {
            const char *at = tables[t]->rows[i].name;
            int n = 0;

            while (n < argc && *at != '\0') {
                size_t len = strcspn(at, " ");

                if (strlen(argv[n]) != len || strncmp(argv[n], at, len) != 0)
                    break;
                at += len + (at[len] == ' ');
                n++;
            }
            if (*at == '\0' && n > *n_words_out) {
                best = &tables[t]->rows[i];
                *n_words_out = n;
            }
        }
    }
    return best;
}

static int help(FILE *to)
{
    fputs("ibasho [-c NODE.CONF] COMMAND ...\n\n", to);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (int i = 0; i < tables[t]->n; i++) {
            const struct cli_command *c = &tables[t]->rows[i];

            fprintf(to, "  %s %s\n      %s\n      %s\n", c->name, c->usage, c->help_ja,
                    c->help_en);
        }
    return to == stdout ? CLI_DONE : CLI_CANNOT;
}

static void cli_conf_free(struct cli *cli)
{
    struct conf *conf = (struct conf *)(uintptr_t)cli->conf; /* ours, shown read-only */

    conf_free(&conf);
    cli->conf = NULL;
}

int main(int argc, char **argv)
{
    struct cli cli = {.conf_path = getenv("IBASHO_CONF")};
    const struct cli_command *command;
    struct fail why;
    int n_words, rc;

    log_init("ibasho", LOG_WARN);
    argc--;
    argv++;
    if (argc >= 2 && strcmp(argv[0], "-c") == 0) {
        cli.conf_path = argv[1];
        argc -= 2;
        argv += 2;
    }
    if (argc > 0 && (strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0))
        return help(stdout);
    command = find(argc, argv, &n_words);
    if (command == NULL)
        return help(stderr);
    if (arena_create(ARENA_BYTES, &cli.arena, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    rc = command->run(&cli, argc - n_words, argv + n_words);
    cli_conf_free(&cli);
    arena_destroy(&cli.arena);
    return rc;
}
