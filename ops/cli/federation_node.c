/* `ibasho federation join | take | rotate | show | settle | doctor`: what a node does in its
 * federation. All but `show FILE` is asked of the running node over its admin socket. */
#include <inttypes.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "federation/trust_json.h"
#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/server/doctor.h"
#include "ops/cli/admin.h"
#include "ops/cli/federation_files.h"
#include "ops/cli/federation_show.h"
#include "ops/cli/tables.h"

#define PATH "/api/v1/admin/federation"

static int join(struct cli *cli, int argc, char **argv);
static int take(struct cli *cli, int argc, char **argv);
static int rotate(struct cli *cli, int argc, char **argv);
static int show(struct cli *cli, int argc, char **argv);
static int settle(struct cli *cli, int argc, char **argv);
static int doctor(struct cli *cli, int argc, char **argv);

enum { JOIN, TAKE, ROTATE, SHOW, SETTLE, DOCTOR, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [JOIN] = {"federation join",
              "INVITATION --title 自治体の名 --endpoint HOST:PORT (--certificate PEM | --spki "
              "HEX) --to FILE [--code 自治体コード] [--check 確認番号] [--kid NAME]",
              "招待状を読み、連合に入る申し込みを作ります。招待した人から聞いた確認番号が"
              "要ります。",
              "read an invitation and make a signed request to join", join},
    [TAKE] = {"federation take", "FILE",
              "ファイルの登録簿を、このノードに渡します。署名と順番を確かめて受け取ります。",
              "hand a registry to the node, which checks it", take},
    [ROTATE] = {"federation rotate", "--to FILE",
                "このノードの新しい鍵を作り、取り替えの申し込みを作ります。登録簿にのるまで、"
                "いまの鍵を使います。",
                "make the node's next key and a signed request to list it", rotate},
    [SHOW] = {"federation show", "[FILE] [--json]",
              "登録簿の中身と、いま有効なもの、その期限を表示します。FILE のときはノードなしで"
              "読みます。",
              "print the registry, what of it is good and until when", show},
    [SETTLE] = {"federation settle", "SEQ",
                "登録簿の食い違いを、とりまとめ役と確かめたあとで解きます。",
                "clear up a split after people have looked at it", settle},
    [DOCTOR] = {"federation doctor", "",
                "連合についての、このノードのぐあいだけを調べます。直すところがあれば 1 で"
                "終わります。",
                "the doctor's findings about the federation alone", doctor},
};
const struct cli_table cli_federation_node = {rows, N_COMMANDS};

/* ---- join ---- */

/* SHA-256 of the certificate's SubjectPublicKeyInfo: what peers pin. */
static bool pin_of_certificate(const char *path, uint8_t spki_out[FED_SPKI_BYTES])
{
    FILE *file = fopen(path, "re");
    X509 *x509 = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
    uint8_t *der = NULL;
    int len = x509 == NULL ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);

    if (file != NULL)
        fclose(file);
    if (len > 0) {
        struct hash256 hash = hash256_of(span_of(der, (size_t)len));

        memcpy(spki_out, hash.b, FED_SPKI_BYTES);
    }
    OPENSSL_free(der);
    X509_free(x509);
    if (len <= 0)
        cli_say("証明書 %s を読めません。", path);
    return len > 0;
}

/* Nothing but this code vouches for the roots: both sides must see the same one. */
static bool is_checked(struct cli *cli, const struct fed_invitation *invitation,
                       const char *check)
{
    char code[FED_CHECK_CODE_CAP], until[FED_WHEN_CAP];

    fed_roots_code(invitation->federation, invitation->roots, code);
    fed_when_text(invitation->until_utc_us, until);
    fprintf(stderr, "連合　　%.*s（%.*s）\n招待先　%.*s\n期限　　%s\n",
            SPAN_ARG(invitation->name_ja), SPAN_ARG(invitation->federation),
            SPAN_ARG(invitation->guest_ja), until);
    if (check == NULL)
        check = cli_ask(cli, "電話か紙で受け取った確認番号: ", false);
    if (check != NULL && strcmp(check, code) == 0)
        return true;
    cli_say("確認番号が招待状と合いません。招待状がすり替えられたかもしれません。何も変えて"
            "いません。");
    return false;
}

static bool read_invitation(struct cli *cli, const char *path, struct span *text_out,
                            struct fed_invitation *out)
{
    struct fail why;
    enum err rc;

    if (!fed_file_read(cli, path, FED_INVITATION_TEXT_MOST, text_out))
        return false;
    rc = fed_invitation_read(*text_out, clock_utc_us(), cli->arena, out, &why);
    if (rc == ERR_TIMEOUT)
        cli_say("この招待状は期限が切れています。新しいものを頼んでください。");
    else if (rc == ERR_DENIED)
        cli_say("招待状の署名が合いません。使わないでください。");
    else if (rc != ERR_OK)
        cli_say("%s は招待状として読めません。途中で切れたか、書きかえられています。", path);
    return rc == ERR_OK;
}

static int join(struct cli *cli, int argc, char **argv)
{
    const char *title = cli_take_option(&argc, argv, "--title");
    const char *endpoint = cli_take_option(&argc, argv, "--endpoint");
    const char *certificate = cli_take_option(&argc, argv, "--certificate");
    const char *spki = cli_take_option(&argc, argv, "--spki");
    const char *to = cli_take_option(&argc, argv, "--to");
    const char *code = cli_take_option(&argc, argv, "--code");
    const char *kid = cli_take_option(&argc, argv, "--kid");
    const char *check = cli_take_option(&argc, argv, "--check");
    uint8_t pin_bytes[FED_SPKI_BYTES];
    struct federation_pin pin = {span_of(pin_bytes, FED_SPKI_BYTES)};
    struct federation_join in = {.spki = {&pin, 1}};
    struct fed_invitation invitation;
    struct admin_reply reply;
    struct span body;
    struct fail why;

    if (argc != 1 || title == NULL || endpoint == NULL || to == NULL ||
        (certificate == NULL) == (spki == NULL))
        return cli_wrong_words(&rows[JOIN]);
    if (certificate != NULL && !pin_of_certificate(certificate, pin_bytes))
        return CLI_CANNOT;
    if (spki != NULL && !hex_read(span_text(spki), pin_bytes, FED_SPKI_BYTES)) {
        cli_say("--spki は小文字の16進64桁です。");
        return CLI_REFUSED;
    }
    if (!read_invitation(cli, argv[0], &in.invitation, &invitation) ||
        !is_checked(cli, &invitation, check))
        return CLI_REFUSED;
    in.endpoint = span_text(endpoint);
    in.name_ja = span_text(title);
    in.code = span_text(code);
    in.has_code = code != NULL;
    in.kid = span_text(kid);
    in.has_kid = kid != NULL;
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (jx_write(&federation_join_shape, &in, cli->arena, &body, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_REFUSED;
    }
    if (!admin_must(cli, "POST", PATH "/join", body, &reply))
        return CLI_REFUSED;
    if (!fed_file_write(to, reply.body))
        return CLI_CANNOT;
    printf("申し込みができました: %s\n招待した人に渡してください。登録簿にのったら、受け取った"
           "登録簿を ibasho federation take に渡します。\n",
           to);
    return CLI_DONE;
}

/* ---- take, rotate, settle ---- */

static int take(struct cli *cli, int argc, char **argv)
{
    struct federation_taken taken;
    struct admin_reply reply;
    struct span text;
    struct fail why;

    if (argc != 1)
        return cli_wrong_words(&rows[TAKE]);
    if (!cli_need_conf(cli) || !fed_file_read(cli, argv[0], FED_DOC_TEXT_CAP, &text))
        return CLI_CANNOT;
    if (admin_send(cli, "POST", PATH "/registry", FED_DOC_MEDIA_TYPE, text, &reply, &why) !=
        ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (reply.status >= 400) {
        admin_say_problem(cli, &reply);
        return CLI_REFUSED;
    }
    if (jx_read(reply.body, &federation_taken_shape, cli->arena, &taken, NULL, &why) !=
        ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    printf("いまの登録簿は第 %" PRId64 " 号です。\n", taken.seq);
    return CLI_DONE;
}

static int rotate(struct cli *cli, int argc, char **argv)
{
    const char *to = cli_take_option(&argc, argv, "--to");
    struct admin_reply reply;

    if (argc != 0 || to == NULL)
        return cli_wrong_words(&rows[ROTATE]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (!admin_must(cli, "POST", PATH "/rotation", SPAN_NONE, &reply))
        return CLI_REFUSED;
    if (!fed_file_write(to, reply.body))
        return CLI_CANNOT;
    printf("取り替えの申し込みができました: %s\n連合のとりまとめ役に渡してください。登録簿に"
           "のるまで、いまの鍵を使います。\n",
           to);
    return CLI_DONE;
}

static int settle(struct cli *cli, int argc, char **argv)
{
    const char *body;
    struct admin_reply reply;

    if (argc != 1 || strspn(argv[0], "0123456789") != strlen(argv[0]) || argv[0][0] == '\0' ||
        argv[0][0] == '0' || strlen(argv[0]) > 15)
        return cli_wrong_words(&rows[SETTLE]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    body = arena_printf(cli->arena, "{\"seq\":%s}", argv[0]);
    if (body == NULL || !admin_must(cli, "POST", PATH "/settlement", span_text(body), &reply))
        return CLI_REFUSED;
    printf("第 %s 号の食い違いを解きました。両方の登録簿は記録に残っています。\n", argv[0]);
    return CLI_DONE;
}

/* ---- show, doctor ---- */

static bool parse(struct span text, struct registry **out)
{
    struct span bytes, sig_lines;

    if (fed_doc_split(text, &bytes, &sig_lines, NULL) == ERR_OK &&
        registry_parse(bytes, out, NULL) == ERR_OK)
        return true;
    cli_say("登録簿として読めません。途中で切れたか、書きかえられています。");
    return false;
}

static int show_registry(struct cli *cli, struct span text)
{
    struct registry *registry = NULL;

    if (!parse(text, &registry))
        return CLI_REFUSED;
    federation_show_registry(cli, registry, clock_utc_us());
    registry_unref(&registry);
    return CLI_DONE;
}

static int show_node(struct cli *cli, bool is_json)
{
    struct federation_status status;
    struct admin_reply reply;
    struct fail why;

    if (!admin_must(cli, "GET", PATH, SPAN_NONE, &reply))
        return CLI_CANNOT;
    if (is_json) {
        printf("%.*s\n", SPAN_ARG(reply.body));
        return CLI_DONE;
    }
    if (jx_read(reply.body, &federation_status_shape, cli->arena, &status, NULL, &why) !=
        ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    federation_show_status(&status);
    if (!status.has_registry)
        return CLI_DONE;
    if (!admin_must(cli, "GET", PATH "/registry", SPAN_NONE, &reply))
        return CLI_CANNOT;
    return show_registry(cli, reply.body);
}

static int show(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct span text;

    if (argc > 1 || (argc == 1 && is_json))
        return cli_wrong_words(&rows[SHOW]);
    if (argc == 1)
        return fed_file_read(cli, argv[0], FED_DOC_TEXT_CAP, &text) ? show_registry(cli, text)
                                                                    : CLI_CANNOT;
    return cli_need_conf(cli) ? show_node(cli, is_json) : CLI_CANNOT;
}

static int doctor(struct cli *cli, int argc, char **argv)
{
    static const char *const marks[] = {"よい  ", "注意  ", "だめ  "};
    struct doctor_report report;
    const struct doctor_check *checks;
    struct admin_reply reply;
    struct fail why;
    int worst = DOCTOR_OK;

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[DOCTOR]);
    if (!cli_need_conf(cli) ||
        !admin_must(cli, "GET", "/api/v1/admin/doctor", SPAN_NONE, &reply))
        return CLI_CANNOT;
    if (jx_read(reply.body, &doctor_report_shape, cli->arena, &report, NULL, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    checks = report.checks.at;
    for (size_t i = 0; i < report.checks.n; i++) {
        if (!span_has_prefix(checks[i].name, SPAN("federation")) &&
            !span_eq(checks[i].name, SPAN("clock")))
            continue;
        printf("%s%-20.*s %.*s\n", marks[checks[i].level], SPAN_ARG(checks[i].name),
               SPAN_ARG(checks[i].text));
        if (checks[i].next.len > 0)
            printf("%27s→ %.*s\n", "", SPAN_ARG(checks[i].next));
        worst = checks[i].level > worst ? checks[i].level : worst;
    }
    return worst == DOCTOR_BAD ? CLI_REFUSED : CLI_DONE;
}
