/* `ibasho handback export`: the bag. As the node's user; the node keeps the record of it. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "node/features.h"
#include "ops/cli/admin.h"
#include "ops/cli/audit_cli.h"
#include "ops/cli/owner.h"
#include "ops/cli/tables.h"
#include "tenants/handback/export.h"
#include "tenants/handback/journal.h"

#define SAY_EVERY_US 500000

static int export(struct cli *cli, int argc, char **argv);

enum { EXPORT, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [EXPORT] =
        {"handback export", "--to DIR [--at N | --as-of-import ID] [--json]",
         "お返しするデータのすべて（バッグ）を、新しいフォルダに書き出します。Ctrl-C で"
         "止められ、同じ言葉でもう一度実行すると続きから始まります。--at N: N 件の検査点で"
         "区切ります。--as-of-import ID: 引き継いだときのバッグを、受け取ったままの形でもう一度"
         "書き出します（そのあと変わった記録があると、できません）。",
         "write everything that is handed back into a new directory (a BagIt bag), cut at a"
         " signed checkpoint, or a bag that was imported, byte by byte as it came; stop with"
         " Ctrl-C, run again to go on",
         export},
};
const struct cli_table cli_handback = {rows, N_COMMANDS};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

static void watch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_stop};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- progress, to people at a terminal and to logs alike ---- */

struct progress {
    int64_t said_us;
    bool is_terminal, is_open;
};

static void tell(void *arg, const char *what, int64_t n_done, int64_t n_all)
{
    struct progress *p = arg;
    int64_t now = clock_mono_us();

    if (now - p->said_us < (p->is_terminal ? SAY_EVERY_US : 10 * SAY_EVERY_US))
        return;
    p->said_us = now;
    fprintf(stderr, "%s書き出し中  %s  %" PRId64, p->is_terminal ? "\r\033[K" : "", what,
            n_done);
    if (n_all > 0)
        fprintf(stderr, " / %" PRId64, n_all);
    if (!p->is_terminal)
        fputc('\n', stderr);
    p->is_open = p->is_terminal;
}

/* ---- the words ---- */

struct words {
    const char *dir;
    uint64_t at;
    struct id import; /* ID_NONE: as the node is now */
    bool is_json;
};

static bool read_words(int argc, char **argv, struct words *words)
{
    const char *at = cli_take_option(&argc, argv, "--at");
    const char *import = cli_take_option(&argc, argv, "--as-of-import");
    char *end = NULL;

    words->dir = cli_take_option(&argc, argv, "--to");
    words->is_json = cli_take_flag(&argc, argv, "--json");
    words->at = at == NULL ? 0 : strtoull(at, &end, 10);
    words->import = ID_NONE;
    if (import != NULL && id_parse(span_text(import), &words->import, NULL) != ERR_OK)
        return false;
    return argc == 0 && words->dir != NULL && (at == NULL || import == NULL) &&
           (at == NULL || (*at >= '1' && *at <= '9' && *end == '\0'));
}

/* ---- before ---- */

/* The checkpoint first: the record of this export stands behind the cut. Without a running node
 * nothing is exported: who takes everything away must leave a trace in it. */
static bool announce(struct cli *cli, bool is_new_cut)
{
    struct admin_reply reply;

    return (!is_new_cut ||
            admin_must(cli, "POST", "/api/v1/admin/audit/checkpoint", SPAN_NONE, &reply)) &&
           admin_must(cli, "POST", "/api/v1/admin/handback/export", SPAN_NONE, &reply);
}

static bool own_dir(const struct words *words, const char *like)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = journal_is_in(words->dir) ? ERR_OK : owner_make_dir(words->dir, like, &why);

    if (rc == ERR_OK)
        rc = owner_become(like, &why);
    if (rc == ERR_OK)
        return true;
    if (rc == ERR_CONFLICT)
        cli_say("%s は空ではありません。新しいフォルダの名前を渡してください。", words->dir);
    else if (rc == ERR_DENIED)
        cli_say("この拠点の利用者か root で実行してください。(%s)", why.text);
    else
        cli_say_fail(&why);
    return false;
}

static const char *socket_dir(struct cli *cli)
{
    const char *dir = conf_text(cli->conf, "db.socket_dir");

    return dir[0] != '\0'
               ? dir
               : arena_printf(cli->arena, "%s/pg", conf_text(cli->conf, "node.run_dir"));
}

/* ---- after ---- */

static void say_result(const struct words *words, const struct export_result *r)
{
    if (words->is_json) {
        printf("{\"bag\":\"%s\",\"dir\":\"%s\",\"n_leaves\":\"%" PRIu64 "\",\"n_rows\":%" PRId64
               ",\"n_files\":%" PRId64 ",\"n_bytes\":%" PRId64 ",\"n_sealed\":%" PRId64
               ",\"n_closed\":%" PRId64 ",\"resumed\":%s}\n",
               r->bag, words->dir, r->n_leaves, r->n_rows, r->n_files, r->n_bytes, r->n_sealed,
               r->n_closed, r->was_resumed ? "true" : "false");
        return;
    }
    printf("%s に書き出しました。\n", words->dir);
    printf("区切り: 監査記録 %" PRIu64 " 件の検査点\n", r->n_leaves);
    printf("記録 %" PRId64 " 行、ファイル %" PRId64 " 個、%" PRId64 " MiB\n", r->n_rows,
           r->n_files, r->n_bytes >> 20);
    printf("鍵が消されて読めない値 %" PRId64 " 個\n", r->n_closed);
    printf("識別値（manifest-sha512.txt の SHA-512）:\n%s\n", r->bag);
    printf("はじめに %s/data/README.ja.txt をお読みください。\n", words->dir);
}

static int say_trouble(const struct words *words, const struct fail *why)
{
    if (stopped) {
        cli_say("止めました。同じ言葉でもう一度実行すると、続きから始まります。");
        return CLI_CANNOT;
    }
    cli_say_fail(why);
    switch ((int)why->code) {
    case ERR_NOSPACE:
        cli_say(
            "書き出す先の空きが足りません。空きを作るか、別のディスクのフォルダを渡して"
            "ください。書けたところまでは残してあり、もう一度実行すると続きから始まります。");
        return CLI_CANNOT;
    case ERR_PROTO:
        cli_say("データがそろっていません。このままお返しすることはできません。記録をそのまま"
                "残し、ibasho verify log で監査記録を確かめてください。");
        return CLI_REFUSED;
    case ERR_CONFLICT:
        if (!id_is_none(words->import)) {
            cli_say(
                "引き継いだときのバッグを、そのままの形では書き出せません。そのあとに変わった"
                "か、消された記録があります（上に示した場所）。いまの記録は --as-of-import を"
                "付けずに書き出せます。%s の書きかけは消してください。",
                words->dir);
            return CLI_REFUSED;
        }
        cli_say("%s の続きからは始められません。新しいフォルダに書き出してください。",
                words->dir);
        return CLI_REFUSED;
    case ERR_LOCKED:
    case ERR_UNAVAILABLE:
        cli_say("拠点の鍵が閉じているか、一部が止まっています。ibasho doctor で確かめてから、"
                "もう一度実行してください。");
        return CLI_CANNOT;
    default:
        return CLI_CANNOT;
    }
}

/* ---- the command ---- */

static enum err run(struct cli *cli, const struct words *words, const struct keyring_conf *keys,
                    const struct note_key *key, struct export_result *result, struct fail *why)
{
    const struct db_conf db = {.user = "ibasho",
                               .name = conf_text(cli->conf, "db.name"),
                               .socket_dir = socket_dir(cli)};
    struct progress progress = {.is_terminal = isatty(STDERR_FILENO) != 0};
    struct export_conf conf = {
        .dir = words->dir,
        .db = &db,
        .stmts = features_stmts,
        .tables = features_tables,
        .audit_tables = features_audit_tables,
        .files_dir = conf_text(cli->conf, "files.dir"),
        .origin = conf_text(cli->conf, "node.origin"),
        .checkpoint_path = conf_text(cli->conf, "audit.checkpoint_path"),
        .town_ja = conf_text(cli->conf, "node.title_ja"),
        .key = *key,
        .node = keys->node,
        .at = words->at,
        .as_of_import = words->import,
        .agent = "ibasho",
        .stopped = &stopped,
        .tell = tell,
        .arg = &progress,
    };
    enum err rc;

    if (db.socket_dir == NULL)
        return fail_set(why, ERR_NOMEM, "paths");
    rc = keyring_open(keys, &conf.keyring, why);
    if (rc == ERR_OK)
        rc = handback_export(&conf, result, why);
    keyring_close(&conf.keyring);
    if (progress.is_open)
        fputs("\r\033[K", stderr);
    return rc;
}

static int export(struct cli *cli, int argc, char **argv)
{
    struct keyring_conf keys;
    struct export_result result;
    struct note_key key;
    struct words words;
    struct fail why = {.code = ERR_OK};

    if (!read_words(argc, argv, &words))
        return cli_wrong_words(&rows[EXPORT]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (keyring_conf_read(cli->conf, &keys, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    watch_signals();
    if (!own_dir(&words, keys.dir) ||
        !announce(cli,
                  words.at == 0 && id_is_none(words.import) && !journal_is_in(words.dir)) ||
        !audit_cli_own_key(cli, &key))
        return CLI_CANNOT;
    if (run(cli, &words, &keys, &key, &result, &why) != ERR_OK)
        return say_trouble(&words, &why);
    say_result(&words, &result);
    return CLI_DONE;
}
