/* `ibasho roster import` and `ibasho roster export`: a package handed to the running node, and
 * its roster as a package, over the admin socket. The operator hands over and previews; that it
 * is applied a commissioner decides on the screen. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/jx.h"
#include "node/base/wholefile.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"
#include "tenants/roster/diff.h"
#include "tenants/roster/import.h"

static int import(struct cli *cli, int argc, char **argv);
static int export(struct cli *cli, int argc, char **argv);

enum { IMPORT, EXPORT, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [IMPORT] =
        {"roster import", "FILE.zip [--json]",
         "名簿をノードに渡し、反映したときの変更を数えます。反映は教育委員会が画面で決めます。"
         "0 異常なし、1 取り込めない、3 注意だけ、2 渡せない。",
         "hand a package to the node and preview it: 0 clean, 1 refused, 3 warnings only;"
         " a commissioner applies it",
         import},
    [EXPORT] =
        {"roster export", "FILE.zip",
         "いまの名簿を、OneRoster 1.2 CSV（日本プロファイル）で新しいファイルに書き出します。",
         "write the roster as it stands as a OneRoster 1.2 package into a new file", export},
};
const struct cli_table cli_roster_node = {rows, N_COMMANDS};

static const char *const kinds_ja[ROSTER_KINDS_N] = {"年度", "学校・組織", "コース", "学級",
                                                     "人",   "役割",       "在籍"};

static void print_counts(const struct roster_counts *counts)
{
    printf("            増える  変わる  なくなる  もどる  入れない\n");
    for (size_t i = 0; i < counts->items.n && i < ROSTER_KINDS_N; i++) {
        const struct roster_count *c = (const struct roster_count *)counts->items.at + i;

        printf("  %8" PRId64 "%8" PRId64 "%10" PRId64 "%8" PRId64 "%10" PRId64 "  %s\n",
               c->added, c->changed, c->left, c->returned, c->kept_out, kinds_ja[i]);
    }
    if (counts->n_doubles > 0)
        printf("すでにいる人と同じかもしれない人: %" PRId64 "\n", counts->n_doubles);
}

/* The number or text behind "NAME": in the answer, whose shape is the node's own. */
static struct span value_of(struct span json, const char *name)
{
    char key[40];
    size_t n = (size_t)snprintf(key, sizeof key, "\"%s\":", name), end = 0;
    const uint8_t *at = json.len == 0 ? NULL : memmem(json.p, json.len, key, n);
    struct span rest;

    if (at == NULL)
        return SPAN_NONE;
    rest = span_from(json, (size_t)(at - json.p) + n);
    if (rest.len > 0 && rest.p[0] == '"')
        rest = span_from(rest, 1);
    while (end < rest.len && rest.p[end] != '"' && rest.p[end] != ',' && rest.p[end] != '}')
        end++;
    return span_cut(rest, 0, end);
}

static struct span object_of(struct span json, const char *name)
{
    char key[40];
    size_t n = (size_t)snprintf(key, sizeof key, "\"%s\":{", name);
    const uint8_t *at = json.len == 0 ? NULL : memmem(json.p, json.len, key, n);
    struct span rest;
    int depth = 0;

    if (at == NULL)
        return SPAN_NONE;
    rest = span_from(json, (size_t)(at - json.p) + n - 1);
    for (size_t i = 0; i < rest.len; i++) {
        depth += rest.p[i] == '{' ? 1 : rest.p[i] == '}' ? -1 : 0;
        if (depth == 0)
            return span_cut(rest, 0, i + 1);
    }
    return SPAN_NONE;
}

static int64_t number(struct span text)
{
    int64_t n = 0;

    for (size_t i = 0; i < text.len && i < 9 && text.p[i] >= '0' && text.p[i] <= '9'; i++)
        n = n * 10 + (text.p[i] - '0');
    return n;
}

static bool print_answer(struct cli *cli, struct span json)
{
    struct roster_counts counts;
    struct fail why;

    if (jx_read(object_of(json, "counts"), &roster_counts_shape, cli->arena, &counts, NULL,
                &why) != ERR_OK) {
        cli_say_fail(&why);
        return false;
    }
    printf("取り込みID  %.*s\n状態        %.*s\n誤り %" PRId64 " 件、注意 %" PRId64 " 件\n",
           SPAN_ARG(value_of(json, "id")), SPAN_ARG(value_of(json, "state")),
           number(value_of(json, "n_errors")), number(value_of(json, "n_warnings")));
    print_counts(&counts);
    return true;
}

static bool read_zip(struct cli *cli, const char *path, struct span *zip_out)
{
    uint8_t *bytes = arena_alloc(cli->arena, IMPORT_ZIP_MOST);
    size_t len = 0;
    struct fail why = {.code = ERR_NOMEM, .text = "memory"};

    arena_mark_secret(cli->arena);
    if (bytes == NULL || wholefile_read(path, bytes, IMPORT_ZIP_MOST, &len, &why) != ERR_OK) {
        cli_say_fail(&why);
        return false;
    }
    *zip_out = span_of(bytes, len);
    return true;
}

static int import(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct admin_reply reply = {0};
    struct span zip;
    struct fail why;

    if (argc != 1)
        return cli_wrong_words(&rows[IMPORT]);
    if (!cli_need_conf(cli) || !read_zip(cli, argv[0], &zip))
        return CLI_CANNOT;
    if (admin_send(cli, "POST", "/api/v1/admin/roster/imports", "application/zip", zip, &reply,
                   &why) != ERR_OK) {
        cli_say("ノードにつながりません。起動しているか確かめてください。(%s)", why.text);
        return CLI_CANNOT;
    }
    if (reply.status >= 400) {
        admin_say_problem(cli, &reply);
        return CLI_CANNOT;
    }
    if (is_json)
        printf("%.*s\n", SPAN_ARG(reply.body));
    else if (!print_answer(cli, reply.body))
        return CLI_CANNOT;
    if (span_eq(value_of(reply.body, "state"), SPAN("refused"))) {
        cli_say("取り込めません。直すところを見る: ibasho roster check %s", argv[0]);
        return CLI_REFUSED;
    }
    if (!is_json)
        printf("教育委員会の画面で、変更を確かめて反映してください。\n");
    return number(value_of(reply.body, "n_warnings")) > 0 ? CLI_WARNED : CLI_DONE;
}

/* Never over a file that is there: it may be last year's. */
static bool write_new(const char *path, struct span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t at = 0;
    bool is_done;

    if (fd < 0) {
        cli_say("%s を作れません。(errno %d)", path, errno);
        return false;
    }
    while (at < bytes.len) {
        ssize_t n = write(fd, bytes.p + at, bytes.len - at);

        if (n <= 0 && errno != EINTR)
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    is_done = at == bytes.len && fsync(fd) == 0;
    if (close(fd) != 0 || !is_done) {
        cli_say("%s に書けません。(errno %d)", path, errno);
        unlink(path);
        return false;
    }
    return true;
}

static int export(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;

    if (argc != 1)
        return cli_wrong_words(&rows[EXPORT]);
    arena_mark_secret(cli->arena);
    if (!admin_must(cli, "GET", "/api/v1/admin/roster/export", SPAN_NONE, &reply))
        return reply.status == 0 ? CLI_CANNOT : CLI_REFUSED;
    if (!write_new(argv[0], reply.body))
        return CLI_CANNOT;
    printf("書き出しました: %s（%zu バイト）\n", argv[0], reply.body.len);
    return CLI_DONE;
}
