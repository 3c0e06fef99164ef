#include "node/base/node_conf.h"

const struct conf_row node_conf_rows[NODE_CONF_N] = {
    {.name = "node.id",
     .type = CONF_TEXT,
     .least = 36,
     .most = 36,
     .help = "この拠点の番号（UUID）。一度決めたら変えません。鍵がこの番号に結びつきます。"},
    {.name = "node.name",
     .type = CONF_TEXT,
     .least = 1,
     .most = 31,
     .help = "短い名前（英小文字）。例: aozora"},
    {.name = "node.role",
     .type = CONF_ENUM,
     .choices = "municipality|coordinator",
     .initial = "municipality",
     .help = "市区町村の拠点か、都道府県のとりまとめか"},
    {.name = "node.title_ja",
     .type = CONF_TEXT,
     .least = 1,
     .most = 120,
     .help = "画面と書類に出す名前。例: あおぞら市"},
    {.name = "node.origin",
     .type = CONF_TEXT,
     .least = 1,
     .most = 120,
     .help = "監査記録の署名に使う名前。例: aozora.ibasho"},
    {.name = "node.data_dir", .type = CONF_PATH, .help = "データを置くディレクトリ"},
    {.name = "node.run_dir", .type = CONF_PATH, .help = "ソケットを置くディレクトリ"},
    {.name = "db.socket_dir",
     .type = CONF_PATH,
     .initial = "",
     .help = "PostgreSQL のソケットのディレクトリ。空なら node.run_dir の pg"},
    {.name = "db.name",
     .type = CONF_TEXT,
     .least = 1,
     .most = 63,
     .initial = "ibasho",
     .help = "データベースの名前"},
    {.name = "backup.dir",
     .type = CONF_PATH,
     .initial = "",
     .help = "バックアップを置くディレクトリ。空なら node.data_dir の backups"},
    {.name = "keyd.socket",
     .type = CONF_PATH,
     .most = 107, /* sun_path */
     .help = "鍵の番人（ibasho-keyd）のソケット。例: /run/ibasho/aozora/keyd.sock"},
};

enum err node_conf_id(const struct conf *conf, struct id *id_out, struct fail *why)
{
    if (id_parse(span_text(conf_text(conf, "node.id")), id_out, NULL) != ERR_OK)
        return fail_field(why, ERR_INVALID, "node.id", "node.id is no UUID");
    return ERR_OK;
}
