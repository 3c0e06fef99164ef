#include "node/base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/arena.h"
#include "node/base/conf_check.h"
#include "node/base/utf.h"

#define ARENA_CHUNK  4096
#define NAME_CAP     64 /* of a row; longer names in a file are unknown by nature */
#define LINE_OF_ENV  (-1)
#define SENTENCE_CAP 512

struct entry {
    const struct conf_row *row;
    const char *value; /* NULL until given */
    int line;          /* in the file, LINE_OF_ENV, or 0: default */
    char origin[16];
};

struct conf {
    struct arena *arena;
    struct entry *entries; /* in the order of the tables */
    size_t n;
};

/* One reading: the conf that grows and whom to tell about defects. */
struct reader {
    struct conf *conf;
    unsigned flags;
    void (*each)(const struct conf_defect *defect, void *arg);
    void *arg;
    int n_defects, first_line;
    char first_name[NAME_CAP];
    bool no_memory;
};

static void defect(struct reader *r, int line, const char *name, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
static void defect(struct reader *r, int line, const char *name, const char *fmt, ...)
{
    char text[SENTENCE_CAP];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    text[utf_valid_len(span_text(text))] = '\0'; /* a long help text may have been cut */
    if (r->n_defects++ == 0) {
        r->first_line = line;
        snprintf(r->first_name, sizeof r->first_name, "%s", name);
    }
    if (r->each != NULL)
        r->each(&(struct conf_defect){line, name, text}, r->arg);
}

static struct entry *find(const struct conf *conf, struct span name)
{
    for (size_t i = 0; i < conf->n; i++)
        if (span_eq(name, span_text(conf->entries[i].row->name)))
            return &conf->entries[i];
    return NULL;
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = span_from(s, 1);
    while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool is_name(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '.' || s.p[i] == '_'))
            return false;
    return s.len > 0 && s.len < NAME_CAP;
}

/* A value that breaks its row still takes the row's place, so that it is not called missing
 * too. */
static void value_take(struct reader *r, struct entry *e, int line, struct span value)
{
    char sentence[SENTENCE_CAP];

    e->line = line;
    e->value = arena_text(r->conf->arena, value);
    if (e->value == NULL)
        r->no_memory = true;
    else if (!conf_check(e->row, value, sentence, sizeof sentence))
        defect(r, line == LINE_OF_ENV ? 0 : line, e->row->name, "%s", sentence);
}

static void line_read(struct reader *r, int line, struct span text)
{
    const uint8_t *equals = NULL;
    struct span name, value;
    char name_text[NAME_CAP];
    struct entry *e;

    if (text.len > 0 && text.p[text.len - 1] == '\r')
        text.len--;
    text = trimmed(text);
    if (text.len == 0 || text.p[0] == '#')
        return;
    equals = memchr(text.p, '=', text.len);
    name = trimmed(span_of(text.p, equals == NULL ? 0 : (size_t)(equals - text.p)));
    if (equals == NULL || !is_name(name)) {
        defect(r, line, "",
               "「名前 = 値」の形で書いてください。名前は英小文字・数字・「.」・「_」です。");
        return;
    }
    snprintf(name_text, sizeof name_text, "%.*s", SPAN_ARG(name));
    value = trimmed(span_from(text, name.len + 1 + (size_t)(equals - (name.p + name.len))));
    e = find(r->conf, name);
    if (e == NULL) {
        if ((r->flags & CONF_IGNORE_UNKNOWN) == 0)
            defect(r, line, name_text,
                   "この名前の設定はありません。つづりを確かめてください。");
    } else if (e->line != 0) {
        defect(r, line, name_text,
               "同じ名前が %d 行目にもあります。どちらか一方を消してください。", e->line);
    } else {
        value_take(r, e, line, value);
    }
}

static void text_read(struct reader *r, struct span text)
{
    int line = 0;

    if (span_has_prefix(text, SPAN("\xef\xbb\xbf"))) /* some editors cannot leave it out */
        text = span_from(text, 3);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.p, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.p);

        line_read(r, ++line, span_of(text.p, len));
        text = span_from(text, len + 1);
    }
}

static void environment_read(struct reader *r)
{
    for (size_t i = 0; i < r->conf->n; i++) {
        struct entry *e = &r->conf->entries[i];
        char name[8 + NAME_CAP];
        const char *value;

        snprintf(name, sizeof name, "IBASHO_%s", e->row->name);
        for (char *p = name; *p != '\0'; p++)
            *p = (char)(*p == '.' ? '_' : *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
        value = getenv(name);
        if (value != NULL)
            value_take(r, e, LINE_OF_ENV, span_text(value));
    }
}

static void defaults_take(struct reader *r)
{
    for (size_t i = 0; i < r->conf->n; i++) {
        struct entry *e = &r->conf->entries[i];
        const char *origin = e->line == 0 ? "default" : "environment";

        if (e->line == 0 && e->row->initial == NULL)
            defect(r, 0, e->row->name,
                   "必ず書く設定です。「%s = 値」の行を足してください。（%s）", e->row->name,
                   e->row->help);
        if (e->line == 0)
            e->value = e->row->initial;
        if (e->line > 0)
            snprintf(e->origin, sizeof e->origin, "file:%d", e->line);
        else
            snprintf(e->origin, sizeof e->origin, "%s", origin);
    }
}

/* Takes the rows of all tables. */
static enum err entries_create(struct conf *conf, const struct conf_table *tables)
{
    char sentence[SENTENCE_CAP];
    size_t n = 0;

    for (const struct conf_table *t = tables; t->rows != NULL; t++)
        n += (size_t)t->n;
    conf->entries = arena_alloc(conf->arena, (n + 1) * sizeof *conf->entries);
    if (conf->entries == NULL)
        return ERR_NOMEM;
    for (const struct conf_table *t = tables; t->rows != NULL; t++) {
        for (int i = 0; i < t->n; i++) {
            const struct conf_row *row = &t->rows[i];

            invariant(is_name(span_text(row->name)), "a row is named \"%s\"", row->name);
            invariant(find(conf, span_text(row->name)) == NULL, "%s stands in two tables",
                      row->name);
            invariant(row->initial == NULL ||
                          conf_check(row, span_text(row->initial), sentence, sizeof sentence),
                      "the default of %s: %s", row->name, sentence);
            conf->entries[conf->n++].row = row;
        }
    }
    return ERR_OK;
}

enum err conf_read(struct span text, const struct conf_table *tables, unsigned flags,
                   void (*each)(const struct conf_defect *defect, void *arg), void *arg,
                   struct conf **conf_out, struct fail *why)
{
    struct reader r = {.flags = flags, .each = each, .arg = arg};
    enum err rc = ERR_NOMEM;
    struct conf *conf = calloc(1, sizeof *conf);

    *conf_out = NULL;
    if (conf == NULL || arena_create(ARENA_CHUNK, &conf->arena, NULL) != ERR_OK)
        goto out;
    r.conf = conf;
    rc = entries_create(conf, tables);
    if (rc != ERR_OK)
        goto out;
    text_read(&r, text);
    environment_read(&r);
    defaults_take(&r);
    rc = r.no_memory ? ERR_NOMEM : r.n_defects > 0 ? ERR_INVALID : ERR_OK;
out:
    if (rc == ERR_OK) {
        *conf_out = conf;
        return rc;
    }
    conf_free(&conf);
    if (rc == ERR_INVALID)
        return fail_field(why, rc, r.first_name, "%d defects, the first in line %d",
                          r.n_defects, r.first_line);
    return fail_set(why, rc, "configuration");
}

/* Own reading rather than wholefile_read: a configuration may well be a symbolic link. */
static enum err file_read(const char *path, uint8_t *into, size_t cap, size_t *len_out,
                          struct fail *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = errno;
    size_t len = 0;
    ssize_t n;

    if (fd < 0)
        return fail_set(why, error == ENOENT || error == ENOTDIR ? ERR_NOT_FOUND : ERR_IO,
                        "open %s: errno %d", path, error);
    do {
        n = read(fd, into + len, cap - len);
        error = errno;
        len += n > 0 ? (size_t)n : 0;
    } while (len < cap && (n > 0 || (n < 0 && error == EINTR)));
    close(fd);
    if (len == cap)
        return fail_set(why, ERR_TOO_LARGE, "%s has over %d bytes", path, CONF_MAX_BYTES);
    *len_out = len;
    return n < 0 ? fail_set(why, ERR_IO, "read %s: errno %d", path, error) : ERR_OK;
}

enum err conf_load(const char *path, const struct conf_table *tables, unsigned flags,
                   void (*each)(const struct conf_defect *defect, void *arg), void *arg,
                   struct conf **conf_out, struct fail *why)
{
    uint8_t *bytes = malloc(CONF_MAX_BYTES + 1);
    enum err rc = ERR_NOMEM;
    size_t len = 0;

    *conf_out = NULL;
    if (bytes == NULL)
        return fail_set(why, rc, "configuration");
    rc = file_read(path, bytes, CONF_MAX_BYTES + 1, &len, why);
    if (rc == ERR_OK)
        rc = conf_read(span_of(bytes, len), tables, flags, each, arg, conf_out, why);
    free(bytes);
    return rc;
}

void conf_free(struct conf **conf)
{
    if (*conf == NULL)
        return;
    arena_destroy(&(*conf)->arena);
    free(*conf);
    *conf = NULL;
}

static const struct entry *entry(const struct conf *conf, const char *name)
{
    const struct entry *e = find(conf, span_text(name));

    invariant(e != NULL, "%s is in no table", name);
    return e;
}

const char *conf_text(const struct conf *conf, const char *name)
{
    const struct entry *e = entry(conf, name);

    invariant(e->row->type == CONF_TEXT || e->row->type == CONF_PATH ||
                  e->row->type == CONF_ENUM,
              "%s is no text", name);
    return e->value;
}

int64_t conf_int(const struct conf *conf, const char *name)
{
    const struct entry *e = entry(conf, name);

    invariant(e->row->type == CONF_INT, "%s is no integer", name);
    return strtoll(e->value, NULL, 10);
}

bool conf_bool(const struct conf *conf, const char *name)
{
    const struct entry *e = entry(conf, name);

    invariant(e->row->type == CONF_BOOL, "%s is no yes or no", name);
    return strcmp(e->value, "true") == 0;
}

const char *conf_origin(const struct conf *conf, const char *name)
{
    return entry(conf, name)->origin;
}

void conf_each(const struct conf *conf,
               void (*each)(const struct conf_row *row, const char *value, const char *origin,
                            void *arg),
               void *arg)
{
    for (size_t i = 0; i < conf->n; i++)
        each(conf->entries[i].row, conf->entries[i].value, conf->entries[i].origin, arg);
}
