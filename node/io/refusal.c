#include "node/io/refusal.h"

#include <stdio.h>

#include "node/base/problem.h"

/* Either what enum err already says everywhere (so that a refusal and a handler's answer are
 * the same bytes), or a row of its own. */
static const struct {
    enum err err; /* ERR_OK: own */
    int status;
    const char *code, *title_ja;
} rows[REFUSE_N] = {
    [REFUSE_MALFORMED] = {.err = ERR_PROTO},
    [REFUSE_NOT_SIGNED_IN] = {ERR_OK, 401, "sign-in-needed",
                              "ログインが必要です。もう一度ログインしてください。"},
    [REFUSE_CROSS_SITE] = {ERR_OK, 403, "cross-site",
                           "別のサイトからの操作は受け付けません。いばしょの画面から操作して"
                           "ください。"},
    [REFUSE_NOT_FOUND] = {.err = ERR_NOT_FOUND},
    [REFUSE_METHOD] = {ERR_OK, 405, "method-not-allowed",
                       "この操作はできません。画面を開き直してください。"},
    [REFUSE_SLOW] =
        {ERR_OK, 408, "too-slow",
         "時間内に届きませんでした。通信の状態を確かめて、もう一度送ってください。"},
    [REFUSE_NO_LENGTH] = {ERR_OK, 411, "length-needed",
                          "送るデータの長さ（Content-Length）が必要です。"},
    [REFUSE_BODY_SIZE] = {.err = ERR_TOO_LARGE},
    [REFUSE_TARGET_SIZE] = {ERR_OK, 414, "target-too-large", "アドレスが長すぎます。"},
    [REFUSE_TYPE] = {ERR_OK, 415, "type",
                     "データの種類が違います。JSON（application/json）で送ってください。"},
    [REFUSE_FILE_TYPE] =
        {ERR_OK, 415, "type",
         "ファイルの種類が違います。決められた種類のファイルを送ってください。"},
    [REFUSE_UPGRADE] =
        {ERR_OK, 426, "upgrade-needed",
         "このアドレスは WebSocket 専用です。いばしょの画面から開いてください。"},
    [REFUSE_HEAD_SIZE] = {ERR_OK, 431, "head-too-large",
                          "リクエストのヘッダーが大きすぎます。Cookie を消して、もう一度"
                          "ためしてください。"},
    [REFUSE_CODING] = {ERR_OK, 501, "coding",
                       "この送り方（Transfer-Encoding）には対応していません。"},
    [REFUSE_BUSY] = {.err = ERR_BUSY},
    [REFUSE_STARTING] = {ERR_OK, 503, "starting",
                         "準備をしています。少し待って、もう一度ためしてください。"},
    [REFUSE_DRAINING] =
        {ERR_OK, 403, "draining",
         "契約の終わりの作業中です。見ることはできますが、新しく書いたり変えたり"
         "することはできません。"},
    [REFUSE_LOCKED] = {.err = ERR_LOCKED},
    [REFUSE_UNAVAILABLE] = {.err = ERR_UNAVAILABLE},
    [REFUSE_UNCERTAIN] = {.err = ERR_UNCERTAIN},
};

int refusal_status(enum refusal refusal)
{
    return rows[refusal].err == ERR_OK ? rows[refusal].status
                                       : err_http_status(rows[refusal].err);
}

const char *refusal_code(enum refusal refusal)
{
    return rows[refusal].err == ERR_OK ? rows[refusal].code : err_code(rows[refusal].err);
}

const char *refusal_title_ja(enum refusal refusal)
{
    return rows[refusal].err == ERR_OK ? rows[refusal].title_ja
                                       : problem_title_ja(rows[refusal].err);
}

void refusal_body(enum refusal refusal, char text_out[REFUSAL_BODY_CAP])
{
    const char *code = refusal_code(refusal);

    snprintf(
        text_out, REFUSAL_BODY_CAP,
        "{\"type\":\"urn:ibasho:error:%s\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"}",
        code, refusal_title_ja(refusal), refusal_status(refusal), code);
}
