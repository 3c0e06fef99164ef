/* `ibasho verify log`: an export, offline, needing nothing but the file and the public key.
 * `ibasho verify live`: the database of this node, beside its checkpoint and head files. */
#include <stdio.h>

#include "node/db/audit.h"
#include "node/db/audit_live.h"
#include "node/features.h"
#include "ops/cli/audit_cli.h"
#include "ops/cli/tables.h"

#define N_PRINTED_CAP 200
#define TAIL_WAIT_MS  2000

static int verify_log(struct cli *cli, int argc, char **argv);
static int verify_node(struct cli *cli, int argc, char **argv);

enum { LOG, LIVE, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [LOG] = {"verify log", "FILE --key KEY [--checkpoints FILE]",
             "書き出した監査記録を、この機械だけで（ネットワークなしで）検査します。"
             "0 異常なし、1 異常あり、2 検査できない。",
             "check an exported audit log offline: 0 clean, 1 findings, 2 cannot check",
             verify_log},
    [LIVE] = {"verify live", "[--key KEY]",
              "動いている拠点のデータベースそのものを、外部の検査点と照らして検査します。",
              "check this node's database itself against the checkpoints outside it",
              verify_node},
};
const struct cli_table cli_verify = {rows, N_COMMANDS};

static int verify_log(struct cli *cli, int argc, char **argv)
{
    const char *key_text = cli_take_option(&argc, argv, "--key");
    const char *checkpoints = cli_take_option(&argc, argv, "--checkpoints");
    struct audit_cli_print print = {.n_cap = N_PRINTED_CAP};
    struct note_key key;
    struct verify_conf conf = {
        .key = &key, .checkpoints_path = checkpoints, .each = audit_cli_finding, .arg = &print};
    struct verify_result result;
    struct fail why;

    (void)cli;
    if (argc != 1 || key_text == NULL)
        return cli_wrong_words(&rows[LOG]);
    if (!audit_cli_key(key_text, &key))
        return CLI_CANNOT;
    if (verify_export(argv[0], &conf, &result, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    return audit_cli_result(&result, &print, checkpoints != NULL);
}

static int verify_node(struct cli *cli, int argc, char **argv)
{
    const char *key_text = cli_take_option(&argc, argv, "--key");
    struct audit_cli_print print = {.n_cap = N_PRINTED_CAP};
    struct note_key key;
    struct verify_conf conf = {.key = &key, .each = audit_cli_finding, .arg = &print};
    struct verify_result result;
    struct fail why = {.code = ERR_OK};
    struct db *db;
    char *head_path;
    enum err rc;

    if (argc != 0)
        return cli_wrong_words(&rows[LIVE]);
    if (!cli_need_conf(cli) ||
        !(key_text != NULL ? audit_cli_key(key_text, &key) : audit_cli_own_key(cli, &key)))
        return CLI_CANNOT;
    conf.checkpoints_path = conf_text(cli->conf, "audit.checkpoint_path");
    head_path = arena_printf(cli->arena, "%s" AUDIT_HEAD_SUFFIX, conf.checkpoints_path);
    db = head_path == NULL ? NULL : audit_cli_db(cli);
    if (db == NULL)
        return CLI_CANNOT;
    rc = db_exec(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &why);
    if (rc == ERR_OK)
        rc = live_verify(db, features_audit_tables, &conf, head_path, TAIL_WAIT_MS, &result,
                         &why);
    db_close(&db);
    if (rc != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    return audit_cli_result(&result, &print, true);
}
