/* `ibasho account ...`: accounts made by the operator. Asked of the running node over its admin
 * socket; what is told once is printed once. */
#include <stddef.h>
#include <stdio.h>

#include "node/base/jx.h"
#include "ops/cli/admin.h"
#include "ops/cli/tables.h"

static int create(struct cli *cli, int argc, char **argv);
static int erase(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"account create",
     "--role ROLE --login LOGIN --name NAME [--school ID] [--ask-password] [--json]",
     "アカウントを一つ作ります。パスワードは作って一度だけ表示します（--ask-password なら尋ねま"
     "す）。児童生徒のほかは、認証アプリに入れる文字も一度だけ表示します。",
     "make one account; its password and, for adults, its TOTP secret are printed once",
     create},
    {"account erase", "ID --yes",
     "一人の情報を、鍵ごと消します。控えを戻しても読めません。元にもどせません。",
     "forget one person: the key first, then the rows; no backup brings them back", erase},
};
const struct cli_table cli_account = {rows, 2};

struct sent {
    struct id id, school;
    struct span role, login, display_name, password;
    bool has_school, has_password;
};

static const struct jx_field sent_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct sent, id)},
    {.name = "role", .type = JX_TEXT, .offset = offsetof(struct sent, role)},
    {.name = "login", .type = JX_TEXT, .offset = offsetof(struct sent, login)},
    {.name = "display_name", .type = JX_TEXT, .offset = offsetof(struct sent, display_name)},
    {.name = "password",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct sent, password),
     .has_offset = offsetof(struct sent, has_password)},
    {.name = "school",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct sent, school),
     .has_offset = offsetof(struct sent, has_school)},
};
static const struct jx_shape sent_shape = JX_SHAPE("Sent", struct sent, sent_fields);

struct made {
    struct id id;
    struct span login, password, totp_secret, totp_uri;
    bool has_password, has_secret, has_uri;
};

#define MADE_OPTIONAL(name_, has_) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct made, name_), .has_offset = offsetof(struct made, has_) \
    }
static const struct jx_field made_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct made, id)},
    {.name = "login", .type = JX_TEXT, .offset = offsetof(struct made, login)},
    MADE_OPTIONAL(password, has_password),
    MADE_OPTIONAL(totp_secret, has_secret),
    MADE_OPTIONAL(totp_uri, has_uri),
};
static const struct jx_shape made_shape = JX_SHAPE("Made", struct made, made_fields);

/* Twice, because nobody sees what is typed. */
static bool ask_password(struct cli *cli, struct sent *sent)
{
    char *first = cli_ask(cli, "パスワード: ", true);
    char *again = first == NULL ? NULL : cli_ask(cli, "もう一度: ", true);

    if (again == NULL || !span_eq(span_text(first), span_text(again))) {
        cli_say("二つのパスワードがちがいます。作っていません。");
        return false;
    }
    sent->password = span_text(first);
    sent->has_password = true;
    return true;
}

static void print_made(const struct made *m)
{
    char id[ID_TEXT_CAP];

    id_text(m->id, id);
    printf("ID           %s\nログインID   %.*s\n", id, SPAN_ARG(m->login));
    if (m->has_password)
        printf("パスワード   %.*s\n", SPAN_ARG(m->password));
    if (m->has_secret)
        printf("認証アプリ   %.*s\n", SPAN_ARG(m->totp_secret));
    if (m->has_uri)
        printf("             %.*s\n", SPAN_ARG(m->totp_uri));
    printf("ここに出たパスワードと認証アプリの文字は、もう表示できません。\n");
}

static int post(struct cli *cli, const struct sent *sent, bool is_json)
{
    struct admin_reply reply = {0};
    struct fail why = {.code = ERR_OK};
    struct made made;
    struct span body;

    if (jx_write(&sent_shape, sent, cli->arena, &body, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (!admin_must(cli, "POST", "/api/v1/admin/accounts", body, &reply))
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

static int create(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    bool is_asking = cli_take_flag(&argc, argv, "--ask-password");
    const char *school = cli_take_option(&argc, argv, "--school");
    struct sent sent = {
        .id = id_new(),
        .role = span_text(cli_take_option(&argc, argv, "--role")),
        .login = span_text(cli_take_option(&argc, argv, "--login")),
        .display_name = span_text(cli_take_option(&argc, argv, "--name")),
    };

    if (argc != 0 || sent.role.len == 0 || sent.login.len == 0 || sent.display_name.len == 0)
        return cli_wrong_words(&rows[0]);
    if (school != NULL) {
        sent.has_school = true;
        if (id_parse(span_text(school), &sent.school, NULL) != ERR_OK)
            return cli_wrong_words(&rows[0]);
    }
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (is_asking && !ask_password(cli, &sent))
        return CLI_REFUSED;
    return post(cli, &sent, is_json);
}

static int erase(struct cli *cli, int argc, char **argv)
{
    bool is_sure = cli_take_flag(&argc, argv, "--yes");
    char id[ID_TEXT_CAP], path[sizeof "/api/v1/admin/accounts/" + ID_TEXT_CAP];
    struct admin_reply reply = {0};
    struct id person;

    if (argc != 1 || id_parse(span_text(argv[0]), &person, NULL) != ERR_OK)
        return cli_wrong_words(&rows[1]);
    if (!is_sure) {
        cli_say("消すと元にもどせません。ほんとうに消すときは --yes を付けてください。");
        return CLI_REFUSED;
    }
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    id_text(person, id);
    snprintf(path, sizeof path, "/api/v1/admin/accounts/%s", id);
    if (!admin_must(cli, "DELETE", path, SPAN_NONE, &reply))
        return reply.status == 0 ? CLI_CANNOT : CLI_REFUSED;
    printf("消しました: %s\n", id);
    return CLI_DONE;
}
