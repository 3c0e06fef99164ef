#include "ops/supervise/table.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM_COLUMNS 9 /* "program" to stop_s; the command follows */

struct line {
    char *words[PROGRAM_COLUMNS + SUP_WORDS_MAX];
    int n;
    int number; /* from 1 */
};

int sup_signal_of(const char *word)
{
    static const struct {
        const char *word;
        int number;
    } signals[] = {{"TERM", SIGTERM}, {"INT", SIGINT},   {"QUIT", SIGQUIT},
                   {"HUP", SIGHUP},   {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (strcmp(word, signals[i].word) == 0)
            return signals[i].number;
    return 0;
}

static enum err number_read(const struct line *line, const char *word, int least, int most,
                            const char *what, int *out, struct fail *why)
{
    char *end = NULL;
    long v = -1;

    if (word[0] >= '0' && word[0] <= '9')
        v = strtol(word, &end, 10);
    if (end == NULL || *end != '\0' || v < least || v > most)
        return fail_set(why, ERR_INVALID, "line %d: %s is %d to %d, not \"%.40s\"",
                        line->number, what, least, most, word);
    *out = (int)v;
    return ERR_OK;
}

/* Names become file names and parts of log lines. */
static bool is_name(const char *word)
{
    size_t len = strlen(word);

    return len > 0 && len <= SUP_NAME_MAX && word[0] != '-' &&
           strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static enum err path_read(const struct line *line, const char *word, const char **out,
                          struct fail *why)
{
    if (word[0] != '/')
        return fail_set(why, ERR_INVALID, "line %d: \"%.60s\" is no absolute path",
                        line->number, word);
    *out = word;
    return ERR_OK;
}

static enum err ready_read(const struct line *line, const char *word, struct sup_program *p,
                           struct fail *why)
{
    static const char connect_to[] = "connect:";

    if (strcmp(word, "none") == 0) {
        p->ready = SUP_READY_NONE;
        return ERR_OK;
    }
    if (strcmp(word, "notify") == 0) {
        p->ready = SUP_READY_NOTIFY;
        return ERR_OK;
    }
    if (strncmp(word, connect_to, sizeof connect_to - 1) == 0) {
        p->ready = SUP_READY_CONNECT;
        return path_read(line, word + sizeof connect_to - 1, &p->ready_path, why);
    }
    return fail_set(why, ERR_INVALID,
                    "line %d: ready is none, notify or connect:PATH, not \"%.40s\"",
                    line->number, word);
}

static enum err renew_read(const struct line *line, const char *word, struct sup_program *p,
                           struct fail *why)
{
    if (strcmp(word, "-") == 0) {
        p->renew = SUP_RENEW_NONE;
        return ERR_OK;
    }
    if (strcmp(word, "swap") == 0) {
        /* Without a word from the second instance the first could never be stopped safely. */
        if (p->ready != SUP_READY_NOTIFY)
            return fail_set(why, ERR_INVALID, "line %d: swap needs ready = notify",
                            line->number);
        p->renew = SUP_RENEW_SWAP;
        return ERR_OK;
    }
    p->renew = SUP_RENEW_SIGNAL;
    p->renew_signal = sup_signal_of(word);
    if (p->renew_signal == 0)
        return fail_set(why, ERR_INVALID,
                        "line %d: renew is -, swap or a signal, not \"%.40s\"", line->number,
                        word);
    return ERR_OK;
}

static enum err name_read(const struct line *line, const struct sup_table *table,
                          struct sup_program *p, struct fail *why)
{
    const char *name = line->words[1], *user = line->words[2];

    if (!is_name(name))
        return fail_set(why, ERR_INVALID, "line %d: \"%.40s\" is no program name", line->number,
                        name);
    for (int i = 0; i < table->n_programs; i++)
        if (strcmp(table->programs[i].name, name) == 0)
            return fail_set(why, ERR_INVALID, "line %d: program %s stands there twice",
                            line->number, name);
    p->name = name;
    if (strcmp(user, "-") == 0)
        return ERR_OK;
    if (!is_name(user))
        return fail_set(why, ERR_INVALID, "line %d: \"%.40s\" is no user name", line->number,
                        user);
    p->user = user;
    return ERR_OK;
}

static enum err restart_read(const struct line *line, const char *word, struct sup_program *p,
                             struct fail *why)
{
    p->is_restarted = strcmp(word, "always") == 0;
    if (!p->is_restarted && strcmp(word, "never") != 0)
        return fail_set(why, ERR_INVALID, "line %d: restart is always or never, not \"%.40s\"",
                        line->number, word);
    return ERR_OK;
}

static enum err program_read(const struct line *line, struct sup_table *table, struct fail *why)
{
    struct sup_program *p = &table->programs[table->n_programs];
    const char *program = NULL;
    enum err rc = ERR_OK;

    if (table->n_programs == SUP_PROGRAMS_MAX)
        return fail_set(why, ERR_INVALID, "line %d: more than %d programs", line->number,
                        SUP_PROGRAMS_MAX);
    if (line->n <= PROGRAM_COLUMNS)
        return fail_set(why, ERR_INVALID, "line %d: a program has %d columns and a command",
                        line->number, PROGRAM_COLUMNS);
    *p = (struct sup_program){0};
    rc = name_read(line, table, p, why);
    if (rc == ERR_OK)
        rc = number_read(line, line->words[3], 1, 99, "order", &p->order, why);
    if (rc == ERR_OK)
        rc = restart_read(line, line->words[4], p, why);
    if (rc == ERR_OK)
        rc = ready_read(line, line->words[5], p, why);
    if (rc == ERR_OK)
        rc = renew_read(line, line->words[6], p, why);
    if (rc == ERR_OK)
        rc = number_read(line, line->words[8], 1, 600, "stop_s", &p->stop_s, why);
    if (rc == ERR_OK)
        rc = path_read(line, line->words[9], &program, why);
    if (rc != ERR_OK)
        return rc;
    p->stop_signal = sup_signal_of(line->words[7]);
    if (p->stop_signal == 0)
        return fail_set(why, ERR_INVALID, "line %d: \"%.40s\" is no signal to stop with",
                        line->number, line->words[7]);
    for (int i = PROGRAM_COLUMNS; i < line->n; i++)
        p->argv[i - PROGRAM_COLUMNS] = line->words[i];
    table->n_programs++;
    return ERR_OK;
}

static enum err env_read(const struct line *line, struct sup_table *table, struct fail *why)
{
    char *word = line->words[1];
    const char *equals = strchr(word, '=');

    if (table->n_env == SUP_ENV_MAX)
        return fail_set(why, ERR_INVALID, "line %d: more than %d env lines", line->number,
                        SUP_ENV_MAX);
    if (equals == NULL || equals == word)
        return fail_set(why, ERR_INVALID, "line %d: env is NAME=VALUE, not \"%.40s\"",
                        line->number, word);
    table->env[table->n_env++] = word;
    return ERR_OK;
}

static enum err line_read(const struct line *line, struct sup_table *table, struct fail *why)
{
    const char *kind = line->words[0], **path = NULL;

    if (strcmp(kind, "program") == 0)
        return program_read(line, table, why);
    if (line->n != 2)
        return fail_set(why, ERR_INVALID, "line %d: %.20s takes one word", line->number, kind);
    if (strcmp(kind, "env") == 0)
        return env_read(line, table, why);
    path = strcmp(kind, "log") == 0     ? &table->log_dir
           : strcmp(kind, "state") == 0 ? &table->state
                                        : NULL;
    if (path == NULL)
        return fail_set(why, ERR_INVALID,
                        "line %d: \"%.40s\" is not log, state, env or program", line->number,
                        kind);
    if (*path != NULL)
        return fail_set(why, ERR_INVALID, "line %d: %s stands there twice", line->number, kind);
    return path_read(line, line->words[1], path, why);
}

/* Cuts the line in place; words keep pointing into the table's text. */
static enum err line_cut(char *text, struct line *line, struct fail *why)
{
    static const char blanks[] = " \t";
    const int cap = (int)(sizeof line->words / sizeof line->words[0]);
    char *rest = NULL;

    line->n = 0;
    for (char *word = strtok_r(text, blanks, &rest); word != NULL;
         word = strtok_r(NULL, blanks, &rest)) {
        if (line->n == cap)
            return fail_set(why, ERR_INVALID, "line %d: more than %d words", line->number, cap);
        line->words[line->n++] = word;
    }
    return ERR_OK;
}

static enum err bytes_check(struct span text, struct fail *why)
{
    int number = 1;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];

        if (c == '\n')
            number++;
        else if ((c < 0x20 && c != '\t') || c >= 0x7f)
            return fail_set(why, ERR_INVALID, "line %d: byte 0x%02x is not allowed", number, c);
    }
    return ERR_OK;
}

static enum err lines_read(struct sup_table *table, struct fail *why)
{
    struct line line = {.number = 0};
    enum err rc = ERR_OK;
    char *at = table->text;

    while (rc == ERR_OK && at != NULL) {
        char *end = strchr(at, '\n');

        if (end != NULL)
            *end = '\0';
        line.number++;
        rc = line_cut(at, &line, why);
        if (rc == ERR_OK && line.n > 0 && line.words[0][0] != '#')
            rc = line_read(&line, table, why);
        at = end == NULL ? NULL : end + 1;
    }
    return rc;
}

enum err sup_table_create(struct span text, struct sup_table **table_out, struct fail *why)
{
    struct sup_table *table = NULL;
    enum err rc = ERR_OK;

    *table_out = NULL;
    if (text.len > SUP_TEXT_MAX)
        return fail_set(why, ERR_TOO_LARGE, "a table has at most %d bytes", SUP_TEXT_MAX);
    rc = bytes_check(text, why);
    if (rc != ERR_OK)
        return rc;
    table = calloc(1, sizeof *table);
    if (table == NULL)
        return fail_set(why, ERR_NOMEM, "supervisor's table");
    if (text.len > 0)
        memcpy(table->text, text.p, text.len);
    rc = lines_read(table, why);
    if (rc != ERR_OK)
        goto out;
    if (table->log_dir == NULL || table->state == NULL || table->n_programs == 0) {
        rc = fail_set(why, ERR_INVALID, "line 0: log, state and a program must be given");
        goto out;
    }
    *table_out = table;
    table = NULL;
out:
    sup_table_destroy(&table);
    return rc;
}

enum err sup_table_load(const char *path, struct sup_table **table_out, struct fail *why)
{
    char text[SUP_TEXT_MAX + 2];
    size_t len = 0;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *table_out = NULL;
    if (fd < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    while (len < sizeof text && (n = read(fd, text + len, sizeof text - len)) > 0)
        len += (size_t)n;
    close(fd);
    if (n < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    return sup_table_create(span_of(text, len), table_out, why);
}

void sup_table_destroy(struct sup_table **table)
{
    free(*table);
    *table = NULL;
}
