/* `ibasho handback first-slip`: after an import, the first commissioner's way in. Asked of the
 * running node over its admin socket; told once, printed once. */
#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/jx.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"

#define PATH "/api/v1/admin/handback/first-slip"

static int first_slip(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"handback first-slip", "--login LOGIN [--json]",
     "データを取り込んだあと、教育委員会の担当者一人に、一度だけ使えるはじめのパスワードを出し"
     "ます。担当者が一人でもログインしたあとは出せません（画面で再発行します）。",
     "after an import: a one-time password for one commissioner, until any of them came in",
     first_slip},
};
const struct cli_table cli_handback_slip = {rows, 1};

struct sent {
    struct span login;
};
static const struct jx_field sent_fields[] = {
    {.name = "login", .type = JX_TEXT, .offset = offsetof(struct sent, login)},
};
static const struct jx_shape sent_shape = JX_SHAPE("Sent", struct sent, sent_fields);

struct made {
    struct id id;
    struct span login, one_time;
    int64_t until_utc_us;
};
static const struct jx_field made_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct made, id)},
    {.name = "login", .type = JX_TEXT, .offset = offsetof(struct made, login)},
    {.name = "one_time", .type = JX_TEXT, .offset = offsetof(struct made, one_time)},
    {.name = "until", .type = JX_TIME, .offset = offsetof(struct made, until_utc_us)},
};
static const struct jx_shape made_shape = JX_SHAPE("Made", struct made, made_fields);

static void print_made(const struct made *m)
{
    char until[CLOCK_TEXT_CAP];

    clock_tokyo_text(m->until_utc_us, until);
    printf(
        "ログインID             %.*s\n一度だけのパスワード   %.*s\n使える期限             %s\n",
        SPAN_ARG(m->login), SPAN_ARG(m->one_time), until);
    printf("本人だけに渡してください。ここに出たパスワードは、もう表示できません。ログインする"
           "と、自分のパスワードと二つめの確認を作ります。ほかの人の紙は、担当者が画面で出しま"
           "す。大人の二つめの確認の再発行は、これまでどおり二人で行います。\n");
}

static int first_slip(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    const struct sent sent = {span_text(cli_take_option(&argc, argv, "--login"))};
    struct admin_reply reply = {0};
    struct fail why = {.code = ERR_OK};
    struct made made;
    struct span body;

    if (argc != 0 || sent.login.len == 0)
        return cli_wrong_words(rows);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (jx_write(&sent_shape, &sent, cli->arena, &body, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (!admin_must(cli, "POST", PATH, body, &reply))
        return reply.status == 0 ? CLI_CANNOT : CLI_REFUSED;
    if (is_json) {
        printf("%.*s\n", SPAN_ARG(reply.body));
    } else if (jx_read(reply.body, &made_shape, cli->arena, &made, NULL, &why) == ERR_OK) {
        print_made(&made);
    } else {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    return CLI_DONE;
}
