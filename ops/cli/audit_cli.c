#include "ops/cli/audit_cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "node/db/audit.h"
#include "node/db/lines.h"
#include "node/features.h"
#include "ops/cli/admin.h"

bool audit_cli_key(const char *text, struct note_key *key_out)
{
    struct lines *lines = NULL;
    struct span line;
    struct fail why;
    enum err rc = note_key_parse(span_text(text), key_out, &why);

    if (rc != ERR_OK && lines_open(text, 4096, &lines, NULL) == ERR_OK) {
        if (lines_next(lines, &line, &why) == ERR_OK)
            rc = note_key_parse(line, key_out, &why);
        lines_close(&lines);
    }
    if (rc == ERR_OK)
        return true;
    cli_say("公開鍵を読めません: %s", text);
    cli_say("「名前+番号+BASE64」の形か、それを一行目に書いたファイルを渡してください"
            "（ibasho log key で表示できます）。");
    return false;
}

bool audit_cli_own_key(struct cli *cli, struct note_key *key_out)
{
    struct admin_reply reply;
    char *path;

    if (!cli_need_conf(cli))
        return false;
    path = arena_printf(cli->arena, "%s" AUDIT_PUBLIC_SUFFIX,
                        conf_text(cli->conf, "audit.checkpoint_path"));
    if (path == NULL) {
        cli_say("メモリが足りません。");
        return false;
    }
    /* A young node writes the file with its first checkpoint. */
    if (access(path, F_OK) != 0 &&
        !admin_must(cli, "POST", "/api/v1/admin/audit/checkpoint", SPAN_NONE, &reply))
        return false;
    return audit_cli_key(path, key_out);
}

struct db *audit_cli_db(struct cli *cli)
{
    struct db_conf conf = {.user = "ibasho"};
    struct db *db = NULL;
    struct fail why;
    const char *dir;

    if (!cli_need_conf(cli))
        return NULL;
    dir = conf_text(cli->conf, "db.socket_dir");
    conf.name = conf_text(cli->conf, "db.name");
    conf.socket_dir = dir[0] != '\0' ? dir
                                     : arena_printf(cli->arena, "%s/pg",
                                                    conf_text(cli->conf, "node.run_dir"));
    if (conf.socket_dir == NULL) {
        cli_say("メモリが足りません。");
        return NULL;
    }
    if (db_open(&conf, features_stmts, &db, &why) != ERR_OK) {
        cli_say_fail(&why);
        cli_say("データベースにつながりません。");
    }
    return db;
}

void audit_cli_finding(const struct verify_finding *finding, void *arg)
{
    struct audit_cli_print *print = arg;

    if (++print->n_printed > print->n_cap)
        return;
    if (finding->has_seq)
        printf("番号 %" PRIu64 "\t", finding->seq);
    else
        printf("-\t");
    printf("%.*s\t%s\t%s\t%s\n", SPAN_ARG(finding->kind), finding->code, finding->text_ja,
           finding->detail);
}

int audit_cli_result(const struct verify_result *result, const struct audit_cli_print *print,
                     bool has_external)
{
    if (print->n_printed > print->n_cap)
        printf("（ほか %" PRIu64 " 件は省きました）\n", print->n_printed - print->n_cap);
    printf("記録 %" PRIu64 " 件（開けたもの %" PRIu64 "、法令により削除 %" PRIu64
           "）、検査点 外部 %" PRIu64 " 個・内部 %" PRIu64 " 個\n",
           result->n_leaves, result->n_opened, result->n_closed, result->n_external,
           result->n_stored);
    if (!has_external)
        printf("注意: 外部の検査点ファイル（--checkpoints）がないため、"
               "古い写しへの巻き戻しは見つけられません。\n");
    else if (result->n_covered < result->n_leaves)
        printf("注意: 最後の %" PRIu64 " 件は、まだ外部の検査点に数えられていません。\n",
               result->n_leaves - result->n_covered);
    if (result->is_newest_unstored)
        printf("注意: 最新の検査点がデータベースにまだありません（次の起動で補われます）。\n");
    if (result->n_findings == 0) {
        printf("異常はありません。\n");
        return CLI_DONE;
    }
    printf("異常が %" PRIu64 " 件あります。記録をそのまま残し、監査に知らせてください。\n",
           result->n_findings);
    return CLI_REFUSED;
}
