/* `ibasho log export|checkpoint|key`: what an outsider needs to check the audit log. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "node/db/audit_live.h"
#include "node/features.h"
#include "ops/cli/admin.h"
#include "ops/cli/audit_cli.h"
#include "ops/cli/tables.h"

static int export(struct cli *cli, int argc, char **argv);
static int checkpoint(struct cli *cli, int argc, char **argv);
static int print_key(struct cli *cli, int argc, char **argv);

enum { EXPORT, CHECKPOINT, KEY, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [EXPORT] = {"log export", "--to FILE",
                "監査記録を、行の内容と塩をつけて書き出します（書き出したことも記録します）。",
                "write the audit log with its rows and salts; the export is itself on record",
                export},
    [CHECKPOINT] = {"log checkpoint", "", "監査記録の検査点をいま作ります。",
                    "sign a checkpoint of the audit log now", checkpoint},
    [KEY] = {"log key", "", "監査記録の検査に使う、この拠点の公開鍵を表示します。",
             "print the public key that audit checkpoints are verified with", print_key},
};
const struct cli_table cli_log = {rows, N_COMMANDS};

static int print_key(struct cli *cli, int argc, char **argv)
{
    struct note_key key;
    char text[NOTE_KEY_TEXT_CAP];

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[KEY]);
    if (!audit_cli_own_key(cli, &key))
        return CLI_CANNOT;
    note_key_text(&key, text);
    puts(text);
    return CLI_DONE;
}

static int checkpoint(struct cli *cli, int argc, char **argv)
{
    struct admin_reply reply;

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[CHECKPOINT]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    if (!admin_must(cli, "POST", "/api/v1/admin/audit/checkpoint", SPAN_NONE, &reply))
        return CLI_CANNOT;
    puts("検査点を作りました。");
    return CLI_DONE;
}

/* Puts the export on record, then under a checkpoint. Without a running node nothing is
 * exported: who takes the log away must leave a trace in it. */
static bool announce(struct cli *cli)
{
    struct admin_reply reply;

    if (!admin_must(cli, "POST", "/api/v1/admin/audit/export", SPAN_NONE, &reply))
        return false;
    if (!admin_must(cli, "POST", "/api/v1/admin/audit/checkpoint", SPAN_NONE, &reply))
        cli_say("検査点を作れませんでした。末尾の記録は署名なしで書き出します。");
    return true;
}

static enum err write_export(struct cli *cli, struct db *db, FILE *to, struct fail *why)
{
    enum err rc = db_exec(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);

    if (rc == ERR_OK)
        rc = live_export(db, features_audit_tables,
                         span_text(conf_text(cli->conf, "node.origin")), to, why);
    if (rc == ERR_OK && fsync(fileno(to)) != 0)
        rc = fail_set(why, ERR_IO, "export: %s", strerror(errno));
    return rc;
}

static int export(struct cli *cli, int argc, char **argv)
{
    const char *path = cli_take_option(&argc, argv, "--to");
    struct fail why = {.code = ERR_OK};
    struct db *db = NULL;
    FILE *to;
    enum err rc;
    int fd;

    if (argc != 0 || path == NULL)
        return cli_wrong_words(&rows[EXPORT]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    to = fd < 0 ? NULL : fdopen(fd, "w");
    if (to == NULL) {
        cli_say("%s に書けません: %s", path, strerror(errno));
        return CLI_CANNOT;
    }
    if (!announce(cli) || (db = audit_cli_db(cli)) == NULL) {
        fclose(to);
        unlink(path);
        return CLI_CANNOT;
    }
    rc = write_export(cli, db, to, &why);
    db_close(&db);
    if (fclose(to) != 0 && rc == ERR_OK)
        rc = fail_set(&why, ERR_IO, "export: %s", strerror(errno));
    if (rc != ERR_OK) {
        cli_say_fail(&why);
        unlink(path); /* half an export is none */
        return CLI_CANNOT;
    }
    printf("%s に書き出しました。\n検査: ibasho verify log %s --key 公開鍵 --checkpoints %s\n",
           path, path, conf_text(cli->conf, "audit.checkpoint_path"));
    return CLI_DONE;
}
