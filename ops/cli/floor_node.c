/* `ibasho floor publish`, `floor list`, `floor revert`: floors of the running node, over the
 * admin socket. The node checks the file as `floor check` does, and refuses it whole or takes
 * it whole; people inside have it within some seconds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/id.h"
#include "node/base/jx_scalar.h"
#include "node/base/wholefile.h"
#include "node/place/floor_output.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"

static int publish(struct cli *cli, int argc, char **argv);
static int list(struct cli *cli, int argc, char **argv);
static int revert(struct cli *cli, int argc, char **argv);

enum { PUBLISH, LIST, REVERT, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [PUBLISH] = {"floor publish", "FILE.json [--expected VERSION]",
                 "フロアのファイルをノードで公開します。中にいる人には数秒でとどきます。"
                 "0 公開した、1 直すところがある、2 渡せない。",
                 "publish a floor file: 0 done, 1 a rule is broken or somebody was faster, 2 "
                 "could not be handed over",
                 publish},
    [LIST] = {"floor list", "[--json]", "ノードのフロアと、いまの版・定員を一覧します。",
              "floors of the node with version and capacity", list},
    [REVERT] =
        {"floor revert", "FLOOR [VERSION]",
         "フロアを前の版にもどします。VERSION がないときは一つ前、0 ははじめからある形です。",
         "bring an earlier version of a floor back; 0 is the ready floor", revert},
};
const struct cli_table cli_floor_node = {rows, N_COMMANDS};

/* Asks; what went wrong was said. */
static bool must_send(struct cli *cli, const char *path, const char *type, struct span body,
                      struct admin_reply *reply)
{
    struct fail why;

    if (admin_send(cli, "POST", path, type, body, reply, &why) != ERR_OK) {
        cli_say("ノードにつながりません。起動しているか確かめてください。(%s)", why.text);
        return false;
    }
    if (reply->status >= 400)
        admin_say_problem(cli, reply);
    return reply->status < 400;
}

static int print_published(struct cli *cli, const struct admin_reply *reply)
{
    struct published_output out;
    struct fail why;

    if (jx_read(reply->body, &floor_published_shape, cli->arena, &out, NULL, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (out.is_new)
        printf("公開しました: %.*s 版 %" PRId64 " %.*s\n", SPAN_ARG(out.id), out.version,
               SPAN_ARG(out.hash));
    else
        printf("いまの形と同じです: %.*s 版 %" PRId64 " %.*s\n", SPAN_ARG(out.id), out.version,
               SPAN_ARG(out.hash));
    return CLI_DONE;
}

static int failed(const struct admin_reply *reply)
{
    return reply->status == 0 || reply->status >= 500 ? CLI_CANNOT : CLI_REFUSED;
}

static int publish(struct cli *cli, int argc, char **argv)
{
    const char *expected = cli_take_option(&argc, argv, "--expected");
    uint8_t *bytes = arena_alloc(cli->arena, JX_MAX_BYTES);
    char id[ID_TEXT_CAP];
    struct admin_reply reply = {0};
    struct fail why = {.code = ERR_NOMEM, .text = "memory"};
    size_t len = 0;
    int64_t version = 0;

    if (argc != 1 || (expected != NULL && !jx_i64_parse(span_text(expected), &version)))
        return cli_wrong_words(&rows[PUBLISH]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (bytes == NULL || wholefile_read(argv[0], bytes, JX_MAX_BYTES, &len, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    id_text(id_new(), id);
    if (!must_send(cli,
                   expected == NULL
                       ? arena_printf(cli->arena, "/api/v1/admin/floors?id=%s", id)
                       : arena_printf(cli->arena,
                                      "/api/v1/admin/floors?id=%s&expected_version=%s", id,
                                      expected),
                   FLOOR_TYPE, span_of(bytes, len), &reply))
        return failed(&reply);
    return print_published(cli, &reply);
}

static bool read_list(struct cli *cli, struct span *json_out, struct floors_output *out)
{
    struct admin_reply reply = {0};
    struct fail why;

    if (!cli_need_conf(cli) ||
        !admin_must(cli, "GET", "/api/v1/admin/floors", SPAN_NONE, &reply))
        return false;
    *json_out = reply.body;
    if (jx_read(reply.body, &floors_shape, cli->arena, out, NULL, &why) == ERR_OK)
        return true;
    cli_say_fail(&why);
    return false;
}

static int list(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct floors_output out;
    struct span json;

    if (argc != 0)
        return cli_wrong_words(&rows[LIST]);
    if (!read_list(cli, &json, &out))
        return CLI_CANNOT;
    if (is_json) {
        printf("%.*s\n", SPAN_ARG(json));
        return CLI_DONE;
    }
    for (size_t i = 0; i < out.items.n; i++) {
        const struct floor_output *f = (const struct floor_output *)out.items.at + i;

        printf("%-16.*s 版 %-4" PRId64, SPAN_ARG(f->id), f->version);
        if (f->has_capacity)
            printf(" 定員 %-5" PRId64, f->capacity);
        else
            printf(" 定員 設定 ");
        printf(" %s%s  %.*s\n", f->when_full == 0 ? "もう一つ開く" : "待つ        ",
               f->is_hidden ? " かくしている" : "", SPAN_ARG(f->name_ja));
    }
    return CLI_DONE;
}

/* -1: there is no version before the present one, and that was said. */
static int64_t version_before(struct cli *cli, const char *floor)
{
    struct floors_output out;
    struct span json;

    if (!read_list(cli, &json, &out))
        return -1;
    for (size_t i = 0; i < out.items.n; i++) {
        const struct floor_output *f = (const struct floor_output *)out.items.at + i;

        if (span_eq(f->id, span_text(floor)) && f->version > 0)
            return f->version - 1;
    }
    cli_say("%s に、もどせる前の版はありません。ibasho floor list で確かめてください。", floor);
    return -1;
}

static bool is_floor_id(const char *text)
{
    return text[0] != '\0' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

static int revert(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply = {0};
    char id[ID_TEXT_CAP];
    char *path, *body;
    int64_t version = -1;

    if (argc < 1 || argc > 2 || !is_floor_id(argv[0]) ||
        (argc == 2 && (!jx_i64_parse(span_text(argv[1]), &version) || version < 0)))
        return cli_wrong_words(&rows[REVERT]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (version < 0)
        version = version_before(cli, argv[0]);
    if (version < 0)
        return CLI_REFUSED;
    id_text(id_new(), id);
    path = arena_printf(cli->arena, "/api/v1/admin/floors/%s/revert", argv[0]);
    body = arena_printf(cli->arena, "{\"id\":\"%s\",\"version\":%" PRId64 "}", id, version);
    if (path == NULL || body == NULL ||
        !must_send(cli, path, "application/json", span_text(body), &reply))
        return failed(&reply);
    return print_published(cli, &reply);
}
