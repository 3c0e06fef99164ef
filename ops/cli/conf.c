/* `ibasho conf show|check`: effective values with their origin; every defect with its line. */
#include <stdio.h>

#include "federation/federation.h"
#include "node/base/node_conf.h"
#include "node/db/audit.h"
#include "node/db/files.h"
#include "node/db/keyring.h"
#include "node/db/space.h"
#include "node/io/net.h"
#include "node/place/place_conf.h"
#include "node/server/conf_rows.h"
#include "node/server/live.h"
#include "ops/cli/backup.h"
#include "ops/cli/cli.h"
#include "ops/keyd/keyd_conf.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/tenants.h"
#include "voice/voice_conf.h"

const struct conf_table cli_conf_tables[] = {
    {node_conf_rows, NODE_CONF_N},
    {keyd_conf_rows, KEYD_CONF_N},
    {keyring_conf_rows, KEYRING_CONF_N},
    {audit_conf_rows, AUDIT_CONF_N},
    {files_conf_rows, FILES_CONF_N},
    {space_conf_rows, SPACE_CONF_N},
    {tenants_conf_rows, TENANTS_CONF_N},
    {passkey_conf_rows, PASSKEY_CONF_N},
    {server_conf_rows, SERVER_CONF_N},
    {live_conf_rows, LIVE_CONF_N},
    {place_conf_rows, PLACE_CONF_N},
    {voice_conf_rows, VOICE_CONF_N},
    {net_conf_rows, NET_CONF_N},
    {notify_conf_rows, NOTIFY_CONF_N},
    {federation_conf_rows, FEDERATION_CONF_N},
    {backup_conf_rows, BACKUP_CONF_N},
    {NULL, 0},
};

static int show(struct cli *cli, int argc, char **argv);
static int check(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"conf show", "[NAME]", "有効な設定の値と、その出どころを表示します。",
     "print effective values and their origin", show},
    {"conf check", "", "設定ファイルを調べ、直すところをすべて表示します。",
     "check the file and print every defect", check},
};
const struct cli_table cli_conf = {rows, 2};

struct wish {
    const char *name; /* NULL: all */
    int n_shown;
};

static void show_row(const struct conf_row *row, const char *value, const char *origin,
                     void *arg)
{
    struct wish *wish = arg;

    if (wish->name != NULL && strcmp(wish->name, row->name) != 0)
        return;
    wish->n_shown++;
    printf("%s = %s\t# %s\n", row->name, value, origin);
}

static int show(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {argc == 1 ? argv[0] : NULL, 0};

    if (argc > 1)
        return cli_wrong_words(&rows[0]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    conf_each(cli->conf, show_row, &wish);
    if (wish.n_shown == 0) {
        cli_say("「%s」という設定はありません。", wish.name);
        return CLI_REFUSED;
    }
    return CLI_DONE;
}

static void print_defect(const struct conf_defect *defect, void *arg)
{
    int *n = arg;

    ++*n;
    printf("%d\t%s\t%s\n", defect->line, defect->name == NULL ? "" : defect->name,
           defect->text);
}

static int check(struct cli *cli, int argc, char **argv)
{
    struct conf *conf = NULL;
    struct fail why = {.code = ERR_OK};
    int n = 0;
    enum err rc;

    (void)argv;
    if (argc != 0)
        return cli_wrong_words(&rows[1]);
    if (cli->conf_path == NULL) {
        cli_say("設定ファイルを -c PATH か環境変数 IBASHO_CONF で示してください。");
        return CLI_CANNOT;
    }
    rc = conf_load(cli->conf_path, cli_conf_tables, 0, print_defect, &n, &conf, &why);
    conf_free(&conf);
    if (rc == ERR_OK) {
        printf("設定に誤りはありません。\n");
        return CLI_DONE;
    }
    if (n == 0)
        cli_say_fail(&why);
    return rc == ERR_INVALID ? CLI_REFUSED : CLI_CANNOT;
}
