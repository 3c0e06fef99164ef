/* `ibasho key escrow ...`: the municipality's half at the prefecture's node. Asked of the
 * running node over its admin socket; no half passes here. */
#include <stddef.h>
#include <stdio.h>

#include "node/base/jx.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"

static int status(struct cli *cli, int argc, char **argv);
static int deposit(struct cli *cli, int argc, char **argv);
static int revoke(struct cli *cli, int argc, char **argv);
static int list(struct cli *cli, int argc, char **argv);
static int end(struct cli *cli, int argc, char **argv);

enum { STATUS, DEPOSIT, REVOKE, LIST, END, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [STATUS] =
        {"key escrow status", "[--json]",
         "預けた鍵の半分のようすを表示します。再起動のあと返ってこなかったときは、そのわけも"
         "表示します。",
         "what became of the half at the prefecture's node", status},
    [DEPOSIT] = {"key escrow deposit", "",
                 "鍵の半分を、とりまとめのノードに預けます。取り消したあと、また預けるときに"
                 "使います。",
                 "deposit the half (again) at the prefecture's node", deposit},
    [REVOKE] = {"key escrow revoke", "",
                "預けた鍵の半分を取り消します。次に機械を再起動したときは、鍵の紙が要ります。",
                "revoke the deposit; the next restart needs the sheet", revoke},
    [LIST] = {"key escrow list", "[--json]",
              "このノードが預かっている鍵の半分の一覧です（とりまとめのノード）。",
              "a coordinator's list of what it keeps", list},
    [END] = {"key escrow end", "NODE", "預かっている鍵の半分を消します（とりまとめのノード）。",
             "a coordinator destroys what it keeps for a node", end},
};
const struct cli_table cli_key_escrow = {rows, N_COMMANDS};

/* ---- status ---- */

struct state {
    bool chosen, locked, has_at, has_until, has_coordinator;
    struct span state, asked, at, until, coordinator;
    int64_t generation;
};
#define FIELD(type_, name_) \
    { \
        .name = #name_, .type = (type_), .most = 64, .offset = offsetof(struct state, name_) \
    }
#define FIELD_IF(name_) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_OPTIONAL, .most = 64, \
        .offset = offsetof(struct state, name_), \
        .has_offset = offsetof(struct state, has_##name_) \
    }
static const struct jx_field state_fields[] = {
    FIELD(JX_BOOL, chosen),
    FIELD(JX_BOOL, locked),
    FIELD(JX_TEXT, state),
    FIELD(JX_TEXT, asked),
    {.name = "generation",
     .type = JX_INT,
     .most = 0xffffffff,
     .offset = offsetof(struct state, generation)},
    FIELD_IF(at),
    FIELD_IF(until),
    FIELD_IF(coordinator),
};
static const struct jx_shape state_shape = JX_SHAPE("EscrowState", struct state, state_fields);

static const struct {
    const char *code, *text_ja;
} states[] = {
    {"none", "預けていません"},  {"send", "送っているところです"}, {"hold", "預けてあります"},
    {"refused", "断られました"}, {"stop", "取り消しました"},
};

static const char *state_ja(struct span code)
{
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (span_eq(code, span_text(states[i].code)))
            return states[i].text_ja;
    return "わかりません";
}

/* What an adult needs to know when the node did not come back by itself. */
static const struct {
    const char *code, *text_ja;
} refusals[] = {
    {"escrow-revoked", "預けた半分は取り消されています。"},
    {"contract-ended", "契約の期間が終わっています。"},
    {"not-member", "この自治体は登録簿にのっていません。"},
    {"unknown-key", "預け先に、この機械の半分はありません。"},
    {"not-found", "預け先に、この機械の半分はありません。"},
    {"rate", "短い間に何度も頼んだので、しばらく返してもらえません。"},
};

static void print_asked(const struct state *s)
{
    const char *text = "預け先から返事がありません。つながりを確かめています。";

    if (s->asked.len == 0 || span_eq(s->asked, SPAN("ok"))) {
        if (s->asked.len > 0)
            puts("再起動　　　預け先から返ってきて、開きました");
        return;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (span_eq(s->asked, span_text(refusals[i].code)))
            text = refusals[i].text_ja;
    printf("再起動　　　%s（%.*s）\n", text, SPAN_ARG(s->asked));
}

static void print_state(const struct state *s)
{
    printf("設定　　　　%s\n", s->chosen
                                   ? "預け先から返してもらう（keyd.boot = escrow）"
                                   : "預け先は使いません（keyd.boot が escrow ではない）");
    printf("預けた半分　%s\n", state_ja(s->state));
    if (s->has_until)
        printf("期限　　　　%.*s\n", SPAN_ARG(s->until));
    if (s->has_coordinator)
        printf("預け先　　　%.*s\n", SPAN_ARG(s->coordinator));
    print_asked(s);
    if (s->locked)
        puts("鍵は閉じています。鍵の紙で開けてください（ibasho key unlock）。");
}

static bool begin(struct cli *cli, int argc, int n_words, const struct cli_command *command,
                  int *rc_out)
{
    *rc_out = CLI_CANNOT;
    if (argc != n_words) {
        *rc_out = cli_wrong_words(command);
        return false;
    }
    return cli_need_conf(cli);
}

static int status(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct admin_reply reply;
    struct state s;
    struct fail why;
    int rc;

    if (!begin(cli, argc, 0, &rows[STATUS], &rc))
        return rc;
    if (!admin_must(cli, "GET", "/api/v1/keys/escrow", SPAN_NONE, &reply))
        return CLI_CANNOT;
    if (is_json) {
        printf("%.*s\n", SPAN_ARG(reply.body));
        return CLI_DONE;
    }
    if (jx_read(reply.body, &state_shape, cli->arena, &s, NULL, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    print_state(&s);
    return s.locked ? CLI_REFUSED : CLI_DONE;
}

/* ---- the rest ---- */

static int post(struct cli *cli, int argc, const struct cli_command *command, const char *path,
                const char *done_ja)
{
    struct admin_reply reply;
    int rc;

    if (!begin(cli, argc, 0, command, &rc))
        return rc;
    if (!admin_must(cli, "POST", path, SPAN_NONE, &reply))
        return CLI_REFUSED;
    puts(done_ja);
    return CLI_DONE;
}

static int deposit(struct cli *cli, int argc, char **argv)
{
    (void)argv;
    return post(cli, argc, &rows[DEPOSIT], "/api/v1/keys/escrow/deposit",
                "鍵の半分を送ります。ibasho key escrow status で、とどいたことを確かめて"
                "ください。");
}

static int revoke(struct cli *cli, int argc, char **argv)
{
    (void)argv;
    return post(cli, argc, &rows[REVOKE], "/api/v1/keys/escrow/revocation",
                "取り消しました。次に機械を再起動したときは、鍵の紙が要ります。");
}

static int list(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;
    int rc;

    (void)cli_take_flag(&argc, argv, "--json");
    if (!begin(cli, argc, 0, &rows[LIST], &rc))
        return rc;
    if (!admin_must(cli, "GET", "/api/v1/admin/federation/escrow", SPAN_NONE, &reply))
        return CLI_CANNOT;
    printf("%.*s\n", SPAN_ARG(reply.body));
    return CLI_DONE;
}

static int end(struct cli *cli, int argc, char **argv)
{
    char path[160], text[ID_TEXT_CAP];
    struct admin_reply reply;
    struct fail why;
    struct id node;
    int rc;

    if (!begin(cli, argc, 1, &rows[END], &rc))
        return rc;
    if (id_parse(span_text(argv[0]), &node, &why) != ERR_OK) {
        cli_say("ノードのIDではありません: %s", argv[0]);
        return CLI_REFUSED;
    }
    id_text(node, text);
    snprintf(path, sizeof path, "/api/v1/admin/federation/escrow/%s/revocation", text);
    if (!admin_must(cli, "POST", path, SPAN_NONE, &reply))
        return CLI_REFUSED;
    puts("消しました。そのノードは、次に再起動したとき鍵の紙が要ります。");
    return CLI_DONE;
}
