/* `ibasho handback deliver`: a bag as parts that only the municipality opens. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "ops/cli/admin.h"
#include "ops/cli/owner.h"
#include "ops/cli/tables.h"
#include "tenants/handback/deliver.h"

#define SAY_EVERY_US 500000
#define PEM_CAP      65536
#define PART_LEAST   (INT64_C(64) << 10)

static int deliver(struct cli *cli, int argc, char **argv);

enum { DELIVER, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [DELIVER] =
        {"handback deliver", "BAG --certificate TOWN.pem --to DIR [--part-bytes N] [--json]",
         "書き出したバッグを、自治体の証明書（RSA 3072ビット以上）の鍵でだけ開ける部品に"
         "分けて、新しいフォルダに書きます。開き方の説明と署名つきの一覧が付きます。",
         "cut a bag into parts that only the municipality's key opens (CMS), with a"
         " signed list, a script and steps",
         deliver},
};
const struct cli_table cli_handback_deliver = {rows, N_COMMANDS};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

static void tell(void *arg, int64_t n_bytes)
{
    int64_t *said_us = arg, now = clock_mono_us();

    if (!isatty(STDERR_FILENO) || now - *said_us < SAY_EVERY_US)
        return;
    *said_us = now;
    fprintf(stderr, "\r\033[K封をしています  %" PRId64 " MiB", n_bytes >> 20);
}

struct words {
    const char *bag, *certificate, *dir;
    int64_t part_bytes;
    bool is_json;
};

static bool read_words(int argc, char **argv, struct words *words)
{
    const char *bytes = cli_take_option(&argc, argv, "--part-bytes");
    char *end = NULL;

    words->certificate = cli_take_option(&argc, argv, "--certificate");
    words->dir = cli_take_option(&argc, argv, "--to");
    words->is_json = cli_take_flag(&argc, argv, "--json");
    words->part_bytes = bytes == NULL ? DELIVER_PART_BYTES : strtoll(bytes, &end, 10);
    words->bag = argc == 1 ? argv[0] : NULL;
    return argc == 1 && words->certificate != NULL && words->dir != NULL &&
           (bytes == NULL || *end == '\0') && words->part_bytes >= PART_LEAST &&
           words->part_bytes <= DELIVER_PART_BYTES;
}

/* Before this becomes the node's user, who may not be able to read it. */
static bool read_town(const struct words *words, struct part_town **town_out)
{
    static uint8_t pem[PEM_CAP];
    struct fail why = {.code = ERR_OK};
    size_t len = 0;
    enum err rc = wholefile_read(words->certificate, pem, sizeof pem, &len, &why);

    if (rc == ERR_OK)
        rc = part_town_open(span_of(pem, len), town_out, &why);
    if (rc == ERR_OK)
        return true;
    cli_say("自治体の証明書 %s を使えません。(%s)", words->certificate, why.text);
    return false;
}

static bool own_dir(const struct words *words, const char *like)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = owner_make_dir(words->dir, like, &why);

    if (rc == ERR_OK)
        rc = owner_become(like, &why);
    if (rc == ERR_CONFLICT)
        cli_say("%s は空ではありません。新しいフォルダの名前を渡してください。", words->dir);
    else if (rc != ERR_OK)
        cli_say("この拠点の利用者か root で実行してください。(%s)", why.text);
    return rc == ERR_OK;
}

static void say_result(const struct words *words, const struct deliver_result *r)
{
    if (words->is_json) {
        printf("{\"bag\":\"%s\",\"dir\":\"%s\",\"n_parts\":%d,\"n_bytes\":%" PRId64
               ",\"n_plain_bytes\":%" PRId64 "}\n",
               r->bag, words->dir, r->n_parts, r->n_bytes, r->n_plain_bytes);
        return;
    }
    printf("%s に %d 個の部品（%" PRId64 " MiB）を作りました。\n", words->dir, r->n_parts,
           r->n_bytes >> 20);
    printf(
        "このフォルダを、まるごと自治体に渡してください。開き方は open.ja.txt にあります。\n");
    printf("識別値: %s\n", r->bag);
}

static int say_trouble(const struct fail *why)
{
    if (stopped) {
        cli_say("止めました。作りかけの部品は消しました。");
        return CLI_CANNOT;
    }
    cli_say_fail(why);
    if (why->code == ERR_PROTO)
        cli_say("バッグが欠けているか、書きかえられています。もう一度書き出してください。");
    if (why->code == ERR_NOSPACE)
        cli_say("書く先の空きが足りません。作りかけの部品は消しました。");
    return why->code == ERR_PROTO ? CLI_REFUSED : CLI_CANNOT;
}

static enum err run(struct cli *cli, const struct words *words, const struct part_town *town,
                    const struct keyring_conf *keys, struct deliver_result *result,
                    struct fail *why)
{
    int64_t said_us = 0;
    struct deliver_conf conf = {.bag = words->bag,
                                .dir = words->dir,
                                .town = town,
                                .node = keys->node,
                                .origin = conf_text(cli->conf, "node.origin"),
                                .part_bytes = words->part_bytes,
                                .stopped = &stopped,
                                .tell = tell,
                                .arg = &said_us};
    enum err rc = keyring_open(keys, &conf.keyring, why);

    if (rc == ERR_OK)
        rc = handback_deliver(&conf, result, why);
    keyring_close(&conf.keyring);
    if (said_us != 0)
        fputs("\r\033[K", stderr);
    return rc;
}

static int deliver(struct cli *cli, int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = on_stop};
    struct keyring_conf keys;
    struct deliver_result result;
    struct part_town *town = NULL;
    struct admin_reply reply;
    struct words words;
    struct fail why = {.code = ERR_OK};
    int status = CLI_CANNOT;

    if (!read_words(argc, argv, &words))
        return cli_wrong_words(&rows[DELIVER]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (keyring_conf_read(cli->conf, &keys, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (!read_town(&words, &town))
        return CLI_CANNOT;
    if (own_dir(&words, keys.dir) &&
        admin_must(cli, "POST", "/api/v1/admin/handback/deliver", SPAN_NONE, &reply)) {
        if (run(cli, &words, town, &keys, &result, &why) == ERR_OK) {
            say_result(&words, &result);
            status = CLI_DONE;
        } else {
            status = say_trouble(&why);
        }
    }
    part_town_close(&town);
    return status;
}
