/* `ibasho handback import`: a bag into this node, which must be empty. The running node does
 * it; this program asks and waits. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "node/base/jx.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"

#define PATH       "/api/v1/admin/handback/import"
#define POLL_MS    200
#define N_AWAY_CAP 600 /* polls: the node starts again when it is done */

static int import(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"handback import", "DIR [--key NOTEKEY] [--json]",
     "返却されたバッグを、空の拠点に取り込みます。全部を検査してから、全部を入れるか、何も入れ"
     "ません。0 取り込んだ、1 取り込めない、2 できない。",
     "take a hand-back bag into this empty node, all or nothing: 0 done, 1 refused, 2 cannot",
     import},
};
const struct cli_table cli_handback_import = {rows, 1};

struct sent {
    struct span dir, key;
    bool has_key;
};
static const struct jx_field sent_fields[] = {
    {.name = "dir", .type = JX_TEXT, .offset = offsetof(struct sent, dir)},
    {.name = "key",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct sent, key),
     .has_offset = offsetof(struct sent, has_key)},
};
static const struct jx_shape sent_shape = JX_SHAPE("Sent", struct sent, sent_fields);

static struct span text_of(struct span json, const char *name)
{
    char key[40];
    size_t n = (size_t)snprintf(key, sizeof key, "\"%s\":\"", name), end = 0;
    const uint8_t *at = json.len == 0 ? NULL : memmem(json.p, json.len, key, n);
    struct span rest;

    if (at == NULL)
        return SPAN_NONE;
    rest = span_from(json, (size_t)(at - json.p) + n);
    while (end < rest.len && rest.p[end] != '"')
        end += rest.p[end] == '\\' ? 2 : 1;
    return span_cut(rest, 0, end);
}

static struct span number_of(struct span json, const char *name)
{
    char key[40];
    size_t n = (size_t)snprintf(key, sizeof key, "\"%s\":", name), end = 0;
    const uint8_t *at = json.len == 0 ? NULL : memmem(json.p, json.len, key, n);
    struct span rest;

    if (at == NULL)
        return SPAN_NONE;
    rest = span_from(json, (size_t)(at - json.p) + n);
    while (end < rest.len && rest.p[end] >= '0' && rest.p[end] <= '9')
        end++;
    return span_cut(rest, 0, end);
}

/* Each {"code":...} of the answer, a line each. */
static void print_defects(struct span body)
{
    static const char mark[] = "{\"code\":\"";
    struct span rest = body;

    for (;;) {
        const uint8_t *at =
            rest.len == 0 ? NULL : memmem(rest.p, rest.len, mark, sizeof mark - 1);
        struct span line, seq;

        if (at == NULL)
            return;
        rest = span_from(rest, (size_t)(at - rest.p));
        line = number_of(span_cut(rest, 0, 600), "line");
        seq = number_of(span_cut(rest, 0, 600), "seq");
        printf("%.*s\t%s%.*s\t%.*s\t%.*s\t%.*s\n", SPAN_ARG(text_of(rest, "file")),
               line.len > 0  ? "行 "
               : seq.len > 0 ? "番号 "
                             : "-",
               SPAN_ARG(line.len > 0 ? line : seq), SPAN_ARG(text_of(rest, "code")),
               SPAN_ARG(text_of(rest, "text")), SPAN_ARG(text_of(rest, "detail")));
        rest = span_from(rest, 1);
    }
}

static int say_end(struct span state, struct span body, bool is_json)
{
    bool is_done = span_eq(state, SPAN("done"));

    if (is_json) {
        printf("%.*s\n", SPAN_ARG(body));
    } else if (is_done) {
        printf(
            "取り込みました。記録 %.*s 件\n識別値 %.*s\n"
            "鍵・パスワード・二つめの確認は引き継がれません。アカウントはまだだれも使えません。"
            "まず ibasho handback first-slip で教育委員会の担当者一人のはじめのパスワードを出し"
            "ます。ほかの人には、担当者が画面で一人ずつ新しい紙を出してください。大人は二つめの"
            "確認も新しく作ります。連合への参加と、鍵の預けも、この拠点として新しく行ってくださ"
            "い。"
            "\n",
            SPAN_ARG(number_of(body, "n_records")), SPAN_ARG(text_of(body, "bag")));
    } else {
        print_defects(body);
        printf("取り込めません。この拠点は空のままです。(%.*s)\n",
               SPAN_ARG(text_of(body, "why")));
    }
    return is_done ? CLI_DONE : span_eq(state, SPAN("refused")) ? CLI_REFUSED : CLI_CANNOT;
}

static int wait_for_end(struct cli *cli, bool is_json)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    bool was_done = false;
    int n_away = 0;

    while (n_away < N_AWAY_CAP) {
        struct admin_reply reply = {0};
        struct fail why;
        struct span state;

        nanosleep(&pause, NULL);
        if (admin_ask(cli, "GET", PATH, SPAN_NONE, &reply, &why) != ERR_OK ||
            reply.status != 200) {
            n_away++;
            continue;
        }
        state = text_of(reply.body, "state");
        if (span_eq(state, SPAN("checking")) || span_eq(state, SPAN("importing"))) {
            n_away = 0;
            continue;
        }
        /* The node that did it ends; the one that comes after it knows what was taken in. */
        if (span_eq(state, SPAN("done")) && number_of(reply.body, "n_records").len > 0 &&
            text_of(reply.body, "bag").len == 0) {
            was_done = true;
            n_away++;
            continue;
        }
        if (span_eq(state, SPAN("none"))) {
            cli_say("取り込みが途中で切れました。この拠点は空のままです。もう一度はじめてくださ"
                    "い。");
            return CLI_CANNOT;
        }
        return say_end(state, reply.body, is_json);
    }
    cli_say(was_done ? "取り込みましたが、ノードがまた起動するのを確かめられません。"
                     : "ノードが答えません。起動したら ibasho doctor で確かめてください。");
    return CLI_CANNOT;
}

static int import(struct cli *cli, int argc, char **argv)
{
    const char *key = cli_take_option(&argc, argv, "--key");
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct sent sent = {.key = span_text(key), .has_key = key != NULL};
    struct admin_reply reply;
    struct span body = SPAN_NONE;
    struct fail why;
    char *dir;

    if (argc != 1)
        return cli_wrong_words(rows);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    dir = realpath(argv[0], NULL);
    if (dir == NULL) {
        cli_say("%s がありません。", argv[0]);
        return CLI_CANNOT;
    }
    sent.dir = arena_copy(cli->arena, span_text(dir));
    free(dir);
    if (jx_write(&sent_shape, &sent, cli->arena, &body, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (!admin_must(cli, "POST", PATH, body, &reply))
        return CLI_CANNOT;
    return wait_for_end(cli, is_json);
}
