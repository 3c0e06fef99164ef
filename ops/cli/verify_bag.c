/* `ibasho verify bag`: a hand-back bag, offline, needing nothing but the directory. */
#include <inttypes.h>
#include <stdio.h>

#include "node/features.h"
#include "ops/cli/audit_cli.h"
#include "ops/cli/bag_cli.h"
#include "ops/cli/tables.h"

static int verify_bag(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"verify bag", "DIR [--key NOTEKEY] [--json]",
     "返却されたバッグを、この機械だけで（ネットワークなしで）検査します。"
     "0 異常なし、1 異常あり、2 検査できない。",
     "check a hand-back bag offline: 0 clean, 1 findings, 2 cannot check", verify_bag},
};
const struct cli_table cli_verify_bag = {rows, 1};

static void say_json(const struct check_result *r, const char *key)
{
    char root[2 * HASH256_BYTES + 1] = "", id[ID_TEXT_CAP];

    hex_write(r->root.b, sizeof r->root.b, root);
    id_text(r->info.node, id);
    printf("{\"bag\":\"%s\",\"defects\":%" PRIu64 ",\"files\":%" PRIu64 ",\"bytes\":%" PRIu64
           ",\"records\":%" PRIu64 ",\"log_size\":%" PRIu64 ",\"log_root\":\"%s\","
           "\"node\":\"%s\",\"key\":\"%s\"}\n",
           r->bag, r->n_defects, r->n_files, r->n_bytes, r->n_records, r->n_leaves, root, id,
           key);
}

static void say_text(const struct check_result *r, const char *key, bool is_given)
{
    printf("ファイル %" PRIu64 " 個（%" PRIu64 " バイト）、記録 %" PRIu64
           " 件、監査記録 %" PRIu64 " 件\n",
           r->n_files, r->n_bytes, r->n_records, r->n_leaves);
    if (r->n_defects > 0) {
        printf("異常が %" PRIu64
               " 件あります。このバッグを取り込まず、渡した人に知らせてください。\n",
               r->n_defects);
        return;
    }
    printf("識別値 %s\n署名した拠点の公開鍵 %s\n", r->bag, key);
    if (!is_given)
        printf("注意: 公開鍵はバッグの中のものです。これまでに受け取っている公開鍵と同じかを"
               "確かめてください（--key）。\n");
    printf("封じて保存されていた文章は、書き出した拠点が署名した内容です。記録の数と時刻、"
           "封じていない項目は、監査記録と合っています。\n異常はありません。\n");
}

static int verify_bag(struct cli *cli, int argc, char **argv)
{
    const char *key_text = cli_take_option(&argc, argv, "--key");
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct bag_cli_print print = {.is_json = is_json};
    struct note_key key;
    struct check_conf conf = {.tables = features_tables, .each = bag_cli_defect, .arg = &print};
    struct check_result *result = arena_alloc(cli->arena, sizeof *result);
    char text[NOTE_KEY_TEXT_CAP] = "";
    struct fail why = {.code = ERR_NOMEM, .text = "memory"};

    if (argc != 1)
        return cli_wrong_words(rows);
    if (key_text != NULL && !audit_cli_key(key_text, &key))
        return CLI_CANNOT;
    conf.dir = argv[0];
    conf.key = key_text == NULL ? NULL : &key;
    if (result == NULL || check_bag(&conf, cli->arena, result, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (result->n_leaves > 0)
        note_key_text(&result->key, text);
    if (is_json)
        say_json(result, text);
    else
        say_text(result, text, key_text != NULL);
    return result->n_defects == 0 ? CLI_DONE : CLI_REFUSED;
}
