#include "node/base/conf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/t.h"
#include "tests/unit/base/aborts.h"

static const struct conf_row web_rows[] = {
    {.name = "web.dir", .type = CONF_PATH, .help = "built client"},
    {.name = "web.mode",
     .type = CONF_ENUM,
     .choices = "fast|calm",
     .initial = "calm",
     .help = "mode"},
    {.name = "web.title",
     .type = CONF_TEXT,
     .least = 2,
     .most = 12,
     .initial = "town",
     .help = ""},
};
static const struct conf_row db_rows[] = {
    {.name = "db.wait_ms",
     .type = CONF_INT,
     .least = -5,
     .most = 60000,
     .unit = "ms",
     .initial = "100",
     .help = "wait"},
    {.name = "db.sync", .type = CONF_BOOL, .initial = "true", .help = "sync"},
    {.name = "db.extra_path", .type = CONF_PATH, .initial = "", .help = "may be empty"},
};
static const struct conf_table tables[] = {
    {web_rows, T_COUNT(web_rows)},
    {db_rows, T_COUNT(db_rows)},
    {NULL, 0},
};

struct seen {
    int n, line[16];
    char name[16][64], text[16][512];
};

static void note(const struct conf_defect *defect, void *arg)
{
    struct seen *seen = arg;

    if (seen->n < 16) {
        seen->line[seen->n] = defect->line;
        snprintf(seen->name[seen->n], sizeof seen->name[0], "%s", defect->name);
        snprintf(seen->text[seen->n], sizeof seen->text[0], "%s", defect->text);
    }
    seen->n++;
}

static enum err read_text(const char *text, unsigned flags, struct seen *seen,
                          struct conf **conf_out, struct fail *why)
{
    *seen = (struct seen){0};
    return conf_read(span_text(text), tables, flags, note, seen, conf_out, why);
}

T_CASE(conf_values_come_from_file_then_environment_then_default)
{
    static const char text[] = "\xef\xbb\xbf# comment = 1\n"
                               "\n"
                               "  web.dir\t=  /srv/a = b # c  \r\n"
                               "\t# another\n"
                               "db.wait_ms=-5";
    struct seen seen;
    struct conf *conf = NULL;

    setenv("IBASHO_WEB_MODE", "fast", 1);
    T_EQ(read_text(text, 0, &seen, &conf, NULL), ERR_OK, "reads");
    unsetenv("IBASHO_WEB_MODE");
    T_EQ(seen.n, 0, "no defect");
    T_TEXT(conf_text(conf, "web.dir"), "/srv/a = b # c", "blanks around do not count");
    T_TEXT(conf_origin(conf, "web.dir"), "file:3", "origin names the line");
    T_EQ(conf_int(conf, "db.wait_ms"), -5, "last line without its end");
    T_TEXT(conf_origin(conf, "db.wait_ms"), "file:5", "line 5");
    T_TEXT(conf_text(conf, "web.mode"), "fast", "environment, in capitals");
    T_TEXT(conf_origin(conf, "web.mode"), "environment", "origin");
    T_OK(conf_bool(conf, "db.sync"), "default");
    T_TEXT(conf_origin(conf, "db.sync"), "default", "origin");
    T_TEXT(conf_text(conf, "db.extra_path"), "", "an empty default stays empty");
    conf_free(&conf);
    T_OK(conf == NULL, "free leaves NULL");
    conf_free(&conf);
}

T_CASE(conf_environment_wins_over_the_file)
{
    struct seen seen;
    struct conf *conf = NULL;

    setenv("IBASHO_DB_WAIT_MS", "7", 1);
    T_EQ(read_text("web.dir = /w\ndb.wait_ms = 8\n", 0, &seen, &conf, NULL), ERR_OK, "reads");
    T_EQ(conf_int(conf, "db.wait_ms"), 7, "environment");
    T_TEXT(conf_origin(conf, "db.wait_ms"), "environment", "origin");
    conf_free(&conf);
    setenv("IBASHO_DB_WAIT_MS", "many", 1);
    T_EQ(read_text("web.dir = /w\n", 0, &seen, &conf, NULL), ERR_INVALID, "checked alike");
    T_EQ(seen.line[0], 0, "no line of the file");
    unsetenv("IBASHO_DB_WAIT_MS");
}

T_CASE(conf_names_every_defect_with_its_line)
{
    static const char text[] = "db.wait_ms = 60001\n" /* 1 */
                               "no equals sign\n"     /* 2 */
                               "db.sync = yes\n"      /* 3 */
                               "web.mode = slow\n"    /* 4 */
                               "other.name = 1\n"     /* 5 */
                               "db.wait_ms = 5\n"     /* 6 */
                               "web.title = x\n"      /* 7 */
                               "Web.Title = abc\n";   /* 8, then web.dir is missing */
    static const struct {
        int line;
        const char *name, *part;
    } want[] = {
        {1, "db.wait_ms", "-5 から 60000 まで"},
        {2, "", "名前 = 値"},
        {3, "db.sync", "true か false"},
        {4, "web.mode", "fast|calm"},
        {5, "other.name", "ありません"},
        {6, "db.wait_ms", "1 行目"},
        {7, "web.title", "2 バイトから 12 バイト"},
        {8, "", "英小文字"},
        {0, "web.dir", "必ず書く設定"},
    };
    struct seen seen;
    struct fail why = {0};
    struct conf *conf = NULL;

    T_EQ(read_text(text, 0, &seen, &conf, &why), ERR_INVALID, "refused");
    T_OK(conf == NULL, "no result");
    T_EQ(why.code, ERR_INVALID, "code");
    T_TEXT(why.field, "db.wait_ms", "the first one");
    T_EQ(seen.n, T_COUNT(want), "all of them");
    for (size_t i = 0; i < T_COUNT(want) && seen.n == (int)T_COUNT(want); i++) {
        T_EQ(seen.line[i], want[i].line, want[i].part);
        T_TEXT(seen.name[i], want[i].name, want[i].part);
        T_OK(strstr(seen.text[i], want[i].part) != NULL, want[i].part);
    }
}

T_CASE(conf_each_value_keeps_its_rule)
{
    static const struct {
        const char *line;
        enum err want;
    } rows[] = {
        {"db.wait_ms = 60000", ERR_OK},
        {"db.wait_ms = 0", ERR_OK},
        {"db.wait_ms = -6", ERR_INVALID},
        {"db.wait_ms = 007", ERR_INVALID},
        {"db.wait_ms = -0", ERR_INVALID},
        {"db.wait_ms = +1", ERR_INVALID},
        {"db.wait_ms = 1 2", ERR_INVALID},
        {"db.wait_ms = -", ERR_INVALID},
        {"db.wait_ms =", ERR_INVALID},
        {"db.wait_ms = 9223372036854775808", ERR_INVALID},
        {"db.wait_ms = 99999999999999999999999999", ERR_INVALID},
        {"db.sync = false", ERR_OK},
        {"db.sync = TRUE", ERR_INVALID},
        {"db.sync =", ERR_INVALID},
        {"db.extra_path =", ERR_OK},
        {"db.extra_path = relative", ERR_INVALID},
        {"web.mode = fast", ERR_OK},
        {"web.mode = fas", ERR_INVALID},
        {"web.mode = fast|calm", ERR_INVALID},
        {"web.title = あおぞ", ERR_OK},
        {"web.title = あおぞらし", ERR_INVALID},
        {"web.title = a\x01z", ERR_INVALID},
        {"web.title = a\xff\xfez", ERR_INVALID},
        {"web.title = a\xed\xa0\x80", ERR_INVALID},
        {" = 1", ERR_INVALID},
        {"a_name_that_is_longer_than_any_row_may_be_because_names_are_short_here = 1",
         ERR_INVALID},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct seen seen;
        struct conf *conf = NULL;
        char text[256];

        snprintf(text, sizeof text, "web.dir = /w\n%s\n", rows[i].line);
        T_EQ(read_text(text, 0, &seen, &conf, NULL), rows[i].want, rows[i].line);
        T_OK((conf != NULL) == (rows[i].want == ERR_OK), rows[i].line);
        T_OK((seen.n == 1) == (rows[i].want != ERR_OK), "one defect, one report");
        conf_free(&conf);
    }
}

T_CASE(conf_must_row_of_type_path_is_not_satisfied_by_nothing)
{
    struct seen seen;
    struct conf *conf = NULL;

    T_EQ(read_text("web.dir =\n", 0, &seen, &conf, NULL), ERR_INVALID, "empty path");
    T_EQ(seen.n, 1, "said once");
}

T_CASE(conf_other_programs_rows_pass_when_asked)
{
    struct seen seen;
    struct conf *conf = NULL;

    T_EQ(
        read_text("web.dir = /w\nkeyd.boot = sheet\n", CONF_IGNORE_UNKNOWN, &seen, &conf, NULL),
        ERR_OK, "ignored");
    conf_free(&conf);
    T_EQ(read_text("web.dir = /w\n%% = 1\n", CONF_IGNORE_UNKNOWN, &seen, &conf, NULL),
         ERR_INVALID, "but nonsense does not");
}

T_CASE(conf_each_may_be_null)
{
    struct conf *conf = NULL;
    struct fail why;

    T_EQ(conf_read(SPAN("x = 1"), tables, 0, NULL, NULL, &conf, &why), ERR_INVALID,
         "no caller");
}

static void walk(const struct conf_row *row, const char *value, const char *origin, void *arg)
{
    char *text = arg;
    size_t len = strlen(text);

    snprintf(text + len, 256 - len, "%s=%s(%s);", row->name, value, origin);
}

T_CASE(conf_each_walks_rows_in_table_order)
{
    struct seen seen;
    struct conf *conf = NULL;
    char text[256] = "";

    T_EQ(read_text("db.sync = false\nweb.dir = /w\n", 0, &seen, &conf, NULL), ERR_OK, "reads");
    conf_each(conf, walk, text);
    T_TEXT(text,
           "web.dir=/w(file:2);web.mode=calm(default);web.title=town(default);"
           "db.wait_ms=100(default);db.sync=false(file:1);db.extra_path=(default);",
           "all rows");
    conf_free(&conf);
}

static void file_write(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    T_OK(fd >= 0 && write(fd, text, len) == (ssize_t)len && close(fd) == 0, "file written");
}

T_CASE(conf_load_reads_a_file_also_through_a_link)
{
    char path[128], link[128];
    struct conf *conf = NULL;
    struct fail why;

    snprintf(path, sizeof path, "%s/node.conf", t_dir());
    snprintf(link, sizeof link, "%s/link.conf", t_dir());
    file_write(path, "web.dir = /w\n", 13);
    T_EQ(symlink(path, link), 0, "link");
    T_EQ(conf_load(link, tables, 0, NULL, NULL, &conf, &why), ERR_OK, "loads");
    T_TEXT(conf_text(conf, "web.dir"), "/w", "value");
    conf_free(&conf);
}

T_CASE(conf_load_tells_missing_unreadable_and_oversized_files_apart)
{
    char path[128];
    struct conf *conf = NULL;
    struct fail why;
    const struct span must = SPAN("web.dir = /w\n");
    static char big[CONF_MAX_BYTES + 1];

    snprintf(path, sizeof path, "%s/absent.conf", t_dir());
    T_EQ(conf_load(path, tables, 0, NULL, NULL, &conf, &why), ERR_NOT_FOUND, "absent");
    T_EQ(conf_load(t_dir(), tables, 0, NULL, NULL, &conf, &why), ERR_IO, "a directory");
    snprintf(path, sizeof path, "%s/big.conf", t_dir());
    memset(big, '\n', sizeof big);
    memcpy(big, must.p, must.len);
    file_write(path, big, CONF_MAX_BYTES);
    T_EQ(conf_load(path, tables, 0, NULL, NULL, &conf, &why), ERR_OK, "64 KiB");
    conf_free(&conf);
    file_write(path, big, sizeof big);
    T_EQ(conf_load(path, tables, 0, NULL, NULL, &conf, &why), ERR_TOO_LARGE, "one byte more");
    T_OK(conf == NULL, "no result");
}

static struct conf *loaded;

static void ask_for_no_row(void)
{
    (void)conf_int(loaded, "db.absent");
}
static void ask_text_as_int(void)
{
    (void)conf_int(loaded, "web.title");
}
static void ask_int_as_text(void)
{
    (void)conf_text(loaded, "db.wait_ms");
}
static void ask_int_as_bool(void)
{
    (void)conf_bool(loaded, "db.wait_ms");
}
static void read_name_twice(void)
{
    static const struct conf_table twice[] = {{db_rows, 1}, {db_rows, 1}, {NULL, 0}};
    struct conf *conf = NULL;

    (void)!conf_read(SPAN_NONE, twice, 0, NULL, NULL, &conf, NULL);
}
static void read_bad_default(void)
{
    static const struct conf_row row = {
        .name = "x", .type = CONF_INT, .least = 1, .most = 2, .initial = "3", .help = ""};
    static const struct conf_table bad[] = {{&row, 1}, {NULL, 0}};
    struct conf *conf = NULL;

    (void)!conf_read(SPAN_NONE, bad, 0, NULL, NULL, &conf, NULL);
}

T_CASE(conf_wrong_use_is_a_broken_invariant)
{
    struct seen seen;

    T_EQ(read_text("web.dir = /w\n", 0, &seen, &loaded, NULL), ERR_OK, "reads");
    T_OK(aborts(ask_for_no_row), "a name in no table");
    T_OK(aborts(ask_text_as_int), "text as integer");
    T_OK(aborts(ask_int_as_text), "integer as text");
    T_OK(aborts(ask_int_as_bool), "integer as yes or no");
    T_OK(aborts(read_name_twice), "one name in two tables");
    T_OK(aborts(read_bad_default), "a default that breaks its row");
    conf_free(&loaded);
}
