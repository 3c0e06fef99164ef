#include "federation/fed_code.h"

#include <inttypes.h>
#include <stdio.h>

#define AGAIN_JA "少し待って、もう一度ためしてください。"
#define ASK_JA   "相手の自治体の運用担当者に知らせてください。"

/* A new value of enum fed_code without its row is caught by the unit test that walks them all.
 */
static const struct {
    const char *text;
    int status;
    bool is_passing;
    const char *title_ja;
} rows[FED_CODE_N] = {
    [FED_OK] = {"ok", 200, false, "受け付けました。"},
    [FED_SIG_PROFILE] = {"sig-profile", 400, false,
                         "署名つきの要求が、決められた形ではありません。" ASK_JA},
    [FED_BAD_JSON] = {"bad-json", 400, false,
                      "要求の本文が、決められた形ではありません。" ASK_JA},
    [FED_BAD_DIGEST] = {"bad-digest", 400, false,
                        "要求の本文が、署名されたものと違います。" ASK_JA},
    [FED_KPI_RULE] = {"kpi-rule", 400, false,
                      "登録簿とは違う決まりで作られた指標です。登録簿を確かめてください。"},
    [FED_KPI_HIDDEN] = {"kpi-hidden", 400, false,
                        "かくすはずの小さい数か、それが分かってしまう数が入っていました。"
                        "受け取りませんでした。" ASK_JA},
    [FED_KPI_UNKNOWN] = {"kpi-unknown", 400, false,
                         "取り決めにない指標か、知らない版の定義です。" ASK_JA},
    [FED_KPI_CELLS] = {"kpi-cells", 400, false,
                       "指標の数字が足りないか、同じものが二つあります。" ASK_JA},
    [FED_KPI_MONTH] = {"kpi-month", 400, false,
                       "まだ終わっていない月か、契約の期間より前の月の指標です。" ASK_JA},
    [FED_KPI_COUNT] = {"kpi-count", 400, false,
                       "ありえない数か、たがいに合わない数が入っていました。" ASK_JA},
    [FED_BAD_SIGNATURE] = {"bad-signature", 401, false,
                           "署名が正しくありません。受け付けませんでした。" ASK_JA},
    [FED_UNKNOWN_KEY] = {"unknown-key", 401, false,
                         "登録簿にない鍵か、いまは使えない鍵です。登録簿を確かめてください。"},
    [FED_BAD_TIME] = {"bad-time", 401, true,
                      "署名の時刻が、いまの時刻と離れています。両方の時計を確かめてください。"},
    [FED_REPLAYED] = {"replayed", 401, false,
                      "前に届いた要求と同じものです。受け付けませんでした。"},
    [FED_NOT_MEMBER] = {"not-member", 403, false,
                        "相手は登録簿にのっていません。登録簿を確かめてください。"},
    [FED_CONTRACT_ENDED] = {"contract-ended", 403, false, "相手の契約期間の外です。"},
    [FED_ROLE_DENIED] = {"role-denied", 403, false,
                         "相手の役割では、この要求はできません。登録簿を確かめてください。"},
    [FED_WRONG_DEST] = {"wrong-dest", 403, false, "別のノードにあてた要求です。" ASK_JA},
    [FED_FOREIGN_PSEUD] = {"foreign-pseud", 403, false,
                           "相手の自治体のものではない仮の名前です。" ASK_JA},
    [FED_CUT_TOO_FINE] = {"cut-too-fine", 403, false,
                          "取り決めより細かい分け方の指標は、渡せません。"},
    [FED_ESCROW_REVOKED] = {"escrow-revoked", 403, false,
                            "預けた鍵の半分は、取り消されています。鍵の紙で開けてください。"},
    [FED_NOT_FOUND] = {"not-found", 404, false, "そのような要求はありません。"},
    [FED_METHOD_NOT_ALLOWED] = {"method-not-allowed", 405, false,
                                "この要求のしかたは使えません。"},
    [FED_OP_CONFLICT] = {"op-conflict", 409, false,
                         "同じ番号で、中身の違う要求が前に届いています。" ASK_JA},
    [FED_REGISTRY_SPLIT] = {"registry-split", 409, false,
                            "同じ番号の登録簿が二つあります。使わずに、都道府県の担当者に"
                            "すぐ知らせてください。"},
    [FED_ROUND_FINISHED] = {"round-finished", 409, false, "この回の集計は終わっています。"},
    [FED_KPI_REVISION] = {"kpi-revision", 409, false,
                          "前に受け取った同じ月の指標より新しくないか、取り下げられた月か、"
                          "前より多くを示すものです。"},
    [FED_CLASS_PURGED] =
        {"class-purged", 410, false,
         "契約を終えた自治体の記録は、もう消されています。新しく受け取ることもありません。"},
    [FED_REGISTRY_STALE] = {"registry-stale", 412, true,
                            "相手の登録簿が古いままです。新しい登録簿が届くと直ります。"},
    [FED_TOO_LARGE] = {"too-large", 413, false, "要求が大きすぎます。" ASK_JA},
    [FED_MEDIA] = {"media", 415, false, "この種類の本文は受け付けません。" ASK_JA},
    [FED_WRONG_AUTHORITY] = {"wrong-authority", 421, false,
                             "このノードのあて先ではありません。登録簿を確かめてください。"},
    [FED_EARLY_BOOT] = {"early-boot", 425, true,
                        "起動する前に署名された要求です。相手が署名しなおします。"},
    [FED_RECEIPT_REQUIRED] = {"receipt-required", 428, false,
                              "受け取りの確認がまだありません。先に確認してください。"},
    [FED_RATE] = {"rate", 429, true, "要求が多すぎます。" AGAIN_JA},
    [FED_INTERNAL] = {"internal", 500, true,
                      "こちらの不具合で、できませんでした。運用担当者に知らせてください。"},
    [FED_NONCE_FULL] = {"nonce-full", 503, true, "要求がこみあっています。" AGAIN_JA},
    [FED_DRAINING] = {"draining", 503, true, "契約の終わりの作業中です。"},
    [FED_UNAVAILABLE] = {"unavailable", 503, true, "いまは受け付けられません。" AGAIN_JA},
};

const char *fed_code_text(enum fed_code code)
{
    return rows[code].text;
}

int fed_code_status(enum fed_code code)
{
    return rows[code].status;
}

const char *fed_code_title_ja(enum fed_code code)
{
    return rows[code].title_ja;
}

bool fed_code_is_passing(enum fed_code code)
{
    return rows[code].is_passing;
}

bool fed_code_find(struct span text, enum fed_code *code_out)
{
    for (int i = 0; i < FED_CODE_N; i++) {
        if (!span_eq(text, span_text(rows[i].text)))
            continue;
        *code_out = (enum fed_code)i;
        return true;
    }
    return false;
}

size_t fed_problem_into(enum fed_code code, uint64_t newest_seq, char text_out[FED_PROBLEM_CAP])
{
    char seq[40] = "";
    int len;

    if (code == FED_REGISTRY_STALE)
        snprintf(seq, sizeof seq, ",\"newest_seq\":%" PRIu64, newest_seq);
    len =
        snprintf(text_out, FED_PROBLEM_CAP,
                 "{\"type\":\"urn:ibasho:fed:%s\",\"title\":\"%s\",\"status\":%d,"
                 "\"code\":\"%s\"%s}",
                 rows[code].text, rows[code].title_ja, rows[code].status, rows[code].text, seq);
    invariant(len > 0 && len < FED_PROBLEM_CAP, "a problem of %d bytes", len);
    return (size_t)len;
}

enum fed_code fed_code_of_err(enum err err)
{
    switch (err) {
    case ERR_OK:
        return FED_OK;
    case ERR_INVALID:
    case ERR_PROTO:
        return FED_BAD_JSON;
    case ERR_DENIED:
    case ERR_NOT_FOUND:
        return FED_NOT_FOUND;
    case ERR_CONFLICT:
        return FED_OP_CONFLICT;
    case ERR_TOO_LARGE:
        return FED_TOO_LARGE;
    case ERR_RATE:
        return FED_RATE;
    case ERR_BUSY:
    case ERR_LOCKED:
    case ERR_NOSPACE:
    case ERR_TIMEOUT:
    case ERR_UNAVAILABLE:
    case ERR_UNCERTAIN:
    case ERR_NOMEM:
        return FED_UNAVAILABLE;
    case ERR_IO:
    case ERR_INTERNAL:
    case ERR_N:
        break;
    }
    return FED_INTERNAL;
}
