#include "ops/keyd/keyd_conf.h"

const struct conf_row keyd_conf_rows[KEYD_CONF_N] = {
    {.name = "keyd.dir",
     .type = CONF_PATH,
     .help = "鍵の番人のファイル（事業者の半分、確かめの値）を置くディレクトリ"},
    {.name = "keyd.boot",
     .type = CONF_ENUM,
     .choices = "sheet|token|escrow",
     .initial = "sheet",
     .help =
         "機械を再起動したとき自治体の半分をどこから得るか。sheet: 紙の24語を入力する / "
         "token: keyd.dir の municipality.token（試用とテストのみ）/ escrow: 都道府県の拠点"},
    {.name = "keyd.peer_uid",
     .type = CONF_INT,
     .least = -1,
     .most = 4294967294,
     .initial = "-1",
     .help = "番人に話しかけてよい利用者の番号。-1: 番人と同じ利用者（root はいつでもよい）"},
};
