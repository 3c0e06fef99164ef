/* `ibasho key ...`: first sheet, checking, unlocking, replacing, rotating, status. All of it is
 * asked of the running node over its admin socket; a half leaves this program only there. */
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "node/base/jx.h"
#include "node/base/unconst.h"
#include "ops/cli/admin.h"
#include "ops/cli/sheet_io.h"
#include "ops/cli/tables.h"

static int init(struct cli *cli, int argc, char **argv);
static int check_sheet(struct cli *cli, int argc, char **argv);
static int unlock(struct cli *cli, int argc, char **argv);
static int replace_sheet(struct cli *cli, int argc, char **argv);
static int rotate(struct cli *cli, int argc, char **argv);
static int lock(struct cli *cli, int argc, char **argv);
static int status(struct cli *cli, int argc, char **argv);

enum { INIT, CHECK, UNLOCK, REPLACE, ROTATE, LOCK, STATUS, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [INIT] =
        {"key init", "[--here | --local-token]",
         "はじめての鍵。委託者に渡す招待番号を出します（委託者のブラウザで紙を作ります）。"
         "--here はこの端末で紙を作り、--local-token は試用のため半分を機械の中に置きます。",
         "first keys: an invitation for the commissioner's browser; --here makes the sheet "
         "on this terminal, --local-token keeps the half on the machine (demo, tests)",
         init},
    [CHECK] = {"key check-sheet", "",
               "しまってある紙がいまの鍵と合うか確かめます。何も変えません。",
               "prove that a stored sheet still fits; changes nothing", check_sheet},
    [UNLOCK] = {"key unlock", "", "機械を再起動したあと、鍵の紙で開けます。",
                "open the node with its sheet after the machine was restarted", unlock},
    [REPLACE] =
        {"key replace-sheet", "",
         "鍵の紙を新しくします。委託者が二人要ります。古い紙は使えなくなります。",
         "make a new sheet; takes two commissioners; the old one opens nothing any more",
         replace_sheet},
    [ROTATE] = {"key rotate", "",
                "事業者の半分を新しくし、すべての鍵を包み直します。紙はそのままです。",
                "new contractor half: every key is wrapped again, the sheet stays", rotate},
    [LOCK] = {"key lock", "",
              "鍵をすべて閉じます。だれが機械に入ったかわからないときのためです。紙で開けるまで"
              "使えません。",
              "close every key at once; the sheet opens them again", lock},
    [STATUS] = {"key status", "[--json]", "鍵のようすを表示します。",
                "print the state of the keys", status},
};
const struct cli_table cli_key = {rows, N_COMMANDS};

/* ---- what goes to the node ---- */

struct sent {
    struct span half, check_code, login, password, code;
    bool has_half, has_check_code, has_login, has_password, has_code;
};
#define SENT(type_, name_) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, .most = 256, \
        .offset = offsetof(struct sent, name_), \
        .has_offset = offsetof(struct sent, has_##name_) \
    }
static const struct jx_field sent_fields[] = {
    SENT(JX_BYTES, half),    SENT(JX_TEXT, check_code), SENT(JX_TEXT, login),
    SENT(JX_TEXT, password), SENT(JX_TEXT, code),
};
static const struct jx_shape sent_shape = JX_SHAPE("Sent", struct sent, sent_fields);

static struct sent sent_half(const uint8_t half[KEY_HALF_BYTES])
{
    return (struct sent){.half = span_of(half, KEY_HALF_BYTES), .has_half = true};
}

/* POSTs and wipes what was posted. False: said why. */
static bool post(struct cli *cli, const char *path, const struct sent *sent,
                 struct admin_reply *reply_out)
{
    struct span body = SPAN_NONE;
    struct fail why;
    bool ok;

    if (sent != NULL && jx_write(&sent_shape, sent, cli->arena, &body, &why) != ERR_OK) {
        cli_say_fail(&why);
        return false;
    }
    ok = admin_must(cli, "POST", path, body, reply_out);
    if (body.len > 0)
        OPENSSL_cleanse(unconst(body.p), body.len);
    return ok;
}

/* Words are on their way: this process is nobody's business. */
static bool begin(struct cli *cli, int argc, const struct cli_command *command, int *rc_out)
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    *rc_out = CLI_CANNOT;
    if (argc != 0) {
        *rc_out = cli_wrong_words(command);
        return false;
    }
    return cli_need_conf(cli);
}

static bool make_half(uint8_t half_out[KEY_HALF_BYTES])
{
    if (RAND_priv_bytes(half_out, KEY_HALF_BYTES) == 1)
        return true;
    cli_say("乱数が得られません。");
    return false;
}

/* ---- key init ---- */

struct invitation {
    struct span code;
    int64_t minutes;
};
static const struct jx_field invitation_fields[] = {
    {.name = "code", .type = JX_TEXT, .most = 40, .offset = offsetof(struct invitation, code)},
    {.name = "minutes",
     .type = JX_INT,
     .most = 10000,
     .offset = offsetof(struct invitation, minutes)},
};
static const struct jx_shape invitation_shape =
    JX_SHAPE("Invitation", struct invitation, invitation_fields);

static int invite(struct cli *cli)
{
    struct admin_reply reply;
    struct invitation invitation;
    struct jx_defects defects;
    struct fail why;

    if (!post(cli, "/api/v1/admin/keys/invitation", NULL, &reply))
        return CLI_REFUSED;
    if (jx_read(reply.body, &invitation_shape, cli->arena, &invitation, &defects, &why) !=
        ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    printf("招待番号　%.*s　（%lld 分のあいだ、一度だけ使えます）\n"
           "委託者（自治体の担当者）に渡してください。委託者は役所の入口\n  %s\n"
           "を開き、鍵の紙を作る画面で招待番号を入れます。\n",
           SPAN_ARG(invitation.code), (long long)invitation.minutes,
           conf_text(cli->conf, "front.office_url"));
    return CLI_DONE;
}

/* The sheet is read back from paper before the node gets the half: what cannot be read is not
 * used. */
static bool sheet_to_paper(struct cli *cli, const char *title, uint8_t half_out[KEY_HALF_BYTES])
{
    uint8_t typed[KEY_HALF_BYTES] = {0};
    bool same;

    if (!make_half(half_out) || !sheet_io_show(cli, title, half_out))
        return false;
    sheet_io_put_away(cli);
    fprintf(stderr, "紙を見て、もう一度ぜんぶ入れてください。\n");
    same = sheet_io_read(cli, typed) && CRYPTO_memcmp(typed, half_out, sizeof typed) == 0;
    OPENSSL_cleanse(typed, sizeof typed);
    if (!same)
        cli_say("紙のことばが合わないので、何も変えていません。その紙は捨ててください。");
    return same;
}

static int init_with(struct cli *cli, bool is_here)
{
    uint8_t half[KEY_HALF_BYTES] = {0};
    struct admin_reply reply = {.status = 0};
    struct sent sent;
    bool ok = is_here ? sheet_to_paper(cli, "鍵の紙", half) : make_half(half), is_sent = ok;

    if (ok) {
        sent = sent_half(half);
        ok = post(cli, "/api/v1/keys/sheet", &sent, &reply);
    }
    OPENSSL_cleanse(half, sizeof half);
    if (is_here && is_sent && !ok && (reply.status < 400 || reply.status >= 500))
        cli_say(
            "この紙で鍵ができたかもしれません。紙を捨てないでください。ノードが動いている"
            "ことを確かめてから、ibasho key check-sheet でこの紙が合うか確かめてください。");
    if (!ok)
        return CLI_REFUSED;
    puts(is_here ? "鍵ができました。紙は封筒に入れて金庫にしまってください。"
                 : "鍵ができました。半分はこの機械の中にあります（試用とテストのみ）。");
    return CLI_DONE;
}

static int init(struct cli *cli, int argc, char **argv)
{
    bool is_here = cli_take_flag(&argc, argv, "--here");
    bool is_token = cli_take_flag(&argc, argv, "--local-token");
    int rc;

    if (is_here && is_token)
        return cli_wrong_words(&rows[INIT]);
    if (!begin(cli, argc, &rows[INIT], &rc))
        return rc;
    if (is_token && strcmp(conf_text(cli->conf, "keyd.boot"), "token") != 0) {
        cli_say("--local-token は keyd.boot = token のときだけ使えます。");
        return CLI_CANNOT;
    }
    return is_here || is_token ? init_with(cli, is_here) : invite(cli);
}

/* ---- key check-sheet, key unlock ---- */

static int use_sheet(struct cli *cli, const char *path, const char *done)
{
    uint8_t half[KEY_HALF_BYTES] = {0};
    struct admin_reply reply;
    struct sent sent;
    bool ok = sheet_io_read(cli, half);

    if (ok) {
        sent = sent_half(half);
        ok = post(cli, path, &sent, &reply);
    }
    OPENSSL_cleanse(half, sizeof half);
    if (ok)
        puts(done);
    return ok ? CLI_DONE : CLI_REFUSED;
}

static int check_sheet(struct cli *cli, int argc, char **argv)
{
    int rc;

    (void)argv;
    if (!begin(cli, argc, &rows[CHECK], &rc))
        return rc;
    return use_sheet(cli, "/api/v1/keys/sheet/check", "この紙はいまの鍵と合っています。");
}

static int unlock(struct cli *cli, int argc, char **argv)
{
    int rc;

    (void)argv;
    if (!begin(cli, argc, &rows[UNLOCK], &rc))
        return rc;
    return use_sheet(cli, "/api/v1/keys/unlock", "鍵が開きました。");
}

/* ---- key replace-sheet ---- */

struct proposed {
    struct id id;
    struct span check_code;
};
static const struct jx_field proposed_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct proposed, id)},
    {.name = "check_code",
     .type = JX_TEXT,
     .most = 20,
     .offset = offsetof(struct proposed, check_code)},
};
static const struct jx_shape proposed_shape =
    JX_SHAPE("Proposed", struct proposed, proposed_fields);

static bool ask_person(struct cli *cli, const char *who, struct sent *sent)
{
    const char *login, *password, *code, *check;

    fprintf(stderr, "%s\n", who);
    login = cli_ask(cli, "ログインID: ", false);
    password = login == NULL ? NULL : cli_ask(cli, "パスワード: ", true);
    code = password == NULL ? NULL : cli_ask(cli, "認証アプリの数字: ", true);
    check = code == NULL ? NULL : cli_ask(cli, "新しい紙の確認番号: ", false);
    if (check == NULL)
        return false;
    sent->login = span_text(login);
    sent->password = span_text(password);
    sent->code = span_text(code);
    sent->check_code = span_text(check);
    sent->has_login = sent->has_password = sent->has_code = sent->has_check_code = true;
    return true;
}

static void forget_person(struct sent *sent)
{
    OPENSSL_cleanse(unconst(sent->password.p), sent->password.len);
    OPENSSL_cleanse(unconst(sent->code.p), sent->code.len);
}

static bool propose(struct cli *cli, const uint8_t half[KEY_HALF_BYTES],
                    struct proposed *proposed_out)
{
    struct sent sent = sent_half(half);
    struct admin_reply reply;
    struct jx_defects defects;
    struct fail why;
    bool ok;

    if (!ask_person(cli, "一人目の委託者", &sent))
        return false;
    ok = post(cli, "/api/v1/admin/keys/replacements", &sent, &reply);
    forget_person(&sent);
    if (!ok)
        return false;
    if (jx_read(reply.body, &proposed_shape, cli->arena, proposed_out, &defects, &why) ==
        ERR_OK)
        return true;
    cli_say_fail(&why);
    return false;
}

/* What is known of an approval once its answer came, or did not come. */
enum approval { APPROVED, NOT_ASKED, REFUSED, UNKNOWN };

static enum approval approve(struct cli *cli, const struct proposed *proposed)
{
    struct sent sent = {.has_half = false};
    struct admin_reply reply = {.status = 0};
    char id[ID_TEXT_CAP];
    const char *path;
    bool ok;

    if (!ask_person(cli, "二人目の委託者", &sent))
        return NOT_ASKED;
    id_text(proposed->id, id);
    path = arena_printf(cli->arena, "/api/v1/admin/keys/replacements/%s/approval", id);
    ok = path != NULL && post(cli, path, &sent, &reply);
    forget_person(&sent);
    if (ok)
        return APPROVED;
    if (path == NULL)
        return NOT_ASKED;
    /* A conflict may mean that the two of them did it elsewhere meanwhile. */
    return reply.status >= 400 && reply.status < 500 && reply.status != 409 ? REFUSED : UNKNOWN;
}

static int say_not_replaced(void)
{
    cli_say("鍵の紙は交換していません。いままでの紙がそのまま使えます。");
    return CLI_REFUSED;
}

static int say_replaced(void)
{
    puts("鍵の紙を交換しました。古い紙ではもう開きません。細かく切って捨ててください。");
    return CLI_DONE;
}

/* ---- what the node says of its keys ---- */

struct key_status {
    bool agent_up, unlocked, initialised, has_proposal;
    struct span boot, sheet_code, stale_code;
    int64_t generation, n_keys, n_destroyed, n_wraps, n_unwraps, n_refused;
    struct id proposal;
};
#define GOT(type_, name_) \
    { \
        .name = #name_, .type = (type_), .most = INT64_C(9007199254740991), \
        .offset = offsetof(struct key_status, name_) \
    }
static const struct jx_field status_fields[] = {
    GOT(JX_BOOL, agent_up),
    GOT(JX_BOOL, initialised),
    GOT(JX_BOOL, unlocked),
    GOT(JX_TEXT, boot),
    GOT(JX_INT, generation),
    GOT(JX_INT, n_keys),
    GOT(JX_INT, n_destroyed),
    GOT(JX_INT, n_wraps),
    GOT(JX_INT, n_unwraps),
    GOT(JX_INT, n_refused),
    GOT(JX_TEXT, sheet_code),
    GOT(JX_TEXT, stale_code),
    {.name = "proposal",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct key_status, proposal),
     .has_offset = offsetof(struct key_status, has_proposal)},
};
static const struct jx_shape status_shape =
    JX_SHAPE("KeyStatus", struct key_status, status_fields);

static bool ask_status(struct cli *cli, struct key_status *status_out)
{
    struct admin_reply reply;
    struct jx_defects defects;
    struct fail why = {.code = ERR_OK};

    return admin_ask(cli, "GET", "/api/v1/keys/status", SPAN_NONE, &reply, &why) == ERR_OK &&
           reply.status == 200 &&
           jx_read(reply.body, &status_shape, cli->arena, status_out, &defects, &why) == ERR_OK;
}

/* The node may have replaced the sheet although its answer says otherwise or never came: only
 * the code in force tells which of the two sheets is good for anything. */
static int settle_replacement(struct cli *cli, const struct proposed *proposed)
{
    struct key_status s;

    if (!ask_status(cli, &s) || s.sheet_code.len == 0) {
        cli_say("交換できたかどうか、わかりません。どちらの紙も捨てないでください。"
                "ノードが動いていることを確かめてから ibasho key status を実行すると、"
                "いま有効な紙の確認番号がわかります（新しい紙は %.*s）。",
                SPAN_ARG(proposed->check_code));
        return CLI_CANNOT;
    }
    if (span_eq(s.sheet_code, proposed->check_code)) {
        printf("いま有効なのは新しい紙です（確認番号 %.*s）。\n", SPAN_ARG(s.sheet_code));
        return say_replaced();
    }
    cli_say("いま有効なのは、いままでの紙です（確認番号 %.*s）。", SPAN_ARG(s.sheet_code));
    if (!s.has_proposal || !id_eq(s.proposal, proposed->id))
        return say_not_replaced();
    cli_say(
        "交換がまだ続いているかもしれません。どちらの紙も捨てないでください。"
        "10 分たってから ibasho key status で、有効な紙の確認番号をもう一度確かめてください。");
    return CLI_CANNOT;
}

static int replace_sheet(struct cli *cli, int argc, char **argv)
{
    uint8_t half[KEY_HALF_BYTES] = {0};
    struct proposed proposed;
    int rc;
    bool ok;

    (void)argv;
    if (!begin(cli, argc, &rows[REPLACE], &rc))
        return rc;
    ok = sheet_to_paper(cli, "新しい鍵の紙", half) && propose(cli, half, &proposed);
    OPENSSL_cleanse(half, sizeof half);
    if (!ok)
        return say_not_replaced();
    switch (approve(cli, &proposed)) {
    case APPROVED:
        return say_replaced();
    case NOT_ASKED:
    case REFUSED:
        return say_not_replaced();
    case UNKNOWN:
        break;
    }
    return settle_replacement(cli, &proposed);
}

/* ---- key rotate, key status ---- */

static int rotate(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;
    int rc;

    (void)argv;
    if (!begin(cli, argc, &rows[ROTATE], &rc))
        return rc;
    if (!post(cli, "/api/v1/admin/keys/rotation", NULL, &reply))
        return CLI_REFUSED;
    puts("事業者の半分を新しくし、すべての鍵を包み直しました。");
    return CLI_DONE;
}

static int lock(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;
    int rc;

    (void)argv;
    if (!begin(cli, argc, &rows[LOCK], &rc))
        return rc;
    if (!post(cli, "/api/v1/admin/keys/lock", NULL, &reply))
        return CLI_REFUSED;
    puts("鍵をすべて閉じました。鍵の紙で開けるまで、名前や記録は読めません。");
    return CLI_DONE;
}

static void print_status(const struct key_status *s)
{
    printf("鍵　　　　　%s\n", !s->initialised ? "まだありません（ibasho key init）"
                               : s->unlocked   ? "開いています"
                               : s->agent_up   ? "閉じています（ibasho key unlock）"
                                             : "鍵の番人（ibasho-keyd）が動いていません");
    printf("開け方　　　%.*s\n世代　　　　%lld\n", SPAN_ARG(s->boot), (long long)s->generation);
    printf("鍵の数　　　%lld（消した鍵 %lld）\n", (long long)s->n_keys,
           (long long)s->n_destroyed);
    printf("鍵の番人（ibasho-keyd）の回数　包む %lld、開ける %lld、断る %lld\n",
           (long long)s->n_wraps, (long long)s->n_unwraps, (long long)s->n_refused);
    if (s->sheet_code.len > 0)
        printf("有効な紙　　確認番号 %.*s\n", SPAN_ARG(s->sheet_code));
    if (s->stale_code.len > 0)
        printf("使えない紙　確認番号 %.*s（交換が途中で止まりました）\n",
               SPAN_ARG(s->stale_code));
    if (s->has_proposal)
        printf("交換　　　　二人目の承認を待っています\n");
}

static int status(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;
    struct key_status s;
    struct jx_defects defects;
    struct fail why;
    bool is_json = cli_take_flag(&argc, argv, "--json");
    int rc;

    if (!begin(cli, argc, &rows[STATUS], &rc))
        return rc;
    if (!admin_must(cli, "GET", "/api/v1/keys/status", SPAN_NONE, &reply))
        return CLI_CANNOT;
    if (is_json) {
        printf("%.*s\n", SPAN_ARG(reply.body));
        return CLI_DONE;
    }
    if (jx_read(reply.body, &status_shape, cli->arena, &s, &defects, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    print_status(&s);
    return s.unlocked ? CLI_DONE : CLI_REFUSED;
}
