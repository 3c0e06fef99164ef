#include "tenants/leaving/leaving_rule.h"

static const struct {
    const char *id, *name_ja;
} states[LEAVING_STATE_N] = {
    [LEAVING_ACTIVE] = {"active", "運用中"},
    [LEAVING_DRAIN] = {"drain", "新しい書き込みを止めた"},
    [LEAVING_EXPORTED] = {"exported", "返すデータを作った"},
    [LEAVING_RECEIPTED] = {"receipted", "受け取りを確かめた"},
    [LEAVING_GRACE] = {"grace", "待つ期間"},
    [LEAVING_ORDERED] = {"ordered", "消去を指示した"},
    [LEAVING_PEERS_PURGED] = {"peers_purged", "ほかのまちの写しを消した"},
    [LEAVING_KEYS_DESTROYED] = {"keys_destroyed", "鍵をこわした"},
    [LEAVING_CLUSTER_REMOVED] = {"cluster_removed", "データベースを消した"},
    [LEAVING_VOLUME_DISCARDED] = {"volume_discarded", "ディスクの中身を消した"},
    [LEAVING_BACKUPS_LISTED] = {"backups_listed", "控えの一覧を書いた"},
    [LEAVING_SCANNED] = {"scanned", "残りがないか調べた"},
    [LEAVING_CERTIFIED] = {"certified", "証明書を出した"},
};

static const struct {
    const char *id;
    enum leaving_state from, to;
    enum leaving_actor actor;
} acts[LEAVING_ACT_N] = {
    [LEAVING_ACT_BEGIN] = {"begin", LEAVING_ACTIVE, LEAVING_DRAIN, LEAVING_BY_COMMISSIONER},
    [LEAVING_ACT_EXPORTED] = {"exported", LEAVING_DRAIN, LEAVING_EXPORTED, LEAVING_BY_OPERATOR},
    [LEAVING_ACT_RECEIPT] = {"receipt", LEAVING_EXPORTED, LEAVING_RECEIPTED,
                             LEAVING_BY_COMMISSIONER},
    [LEAVING_ACT_WAIT] = {"wait", LEAVING_RECEIPTED, LEAVING_GRACE, LEAVING_BY_NODE},
    [LEAVING_ACT_UPLOAD] = {"upload", LEAVING_GRACE, LEAVING_GRACE, LEAVING_BY_COMMISSIONER},
    [LEAVING_ACT_CONFIRM] = {"confirm", LEAVING_GRACE, LEAVING_ORDERED, LEAVING_BY_CONTRACTOR},
    /* From any state between active and ordered. */
    [LEAVING_ACT_CANCEL] = {"cancel", LEAVING_STATE_N, LEAVING_ACTIVE, LEAVING_BY_COMMISSIONER},
    [LEAVING_ACT_PURGE] = {"purge", LEAVING_ORDERED, LEAVING_PEERS_PURGED, LEAVING_BY_OPERATOR},
    [LEAVING_ACT_KEYS] = {"keys", LEAVING_PEERS_PURGED, LEAVING_KEYS_DESTROYED,
                          LEAVING_BY_OPERATOR},
    [LEAVING_ACT_CLUSTER] = {"cluster", LEAVING_KEYS_DESTROYED, LEAVING_CLUSTER_REMOVED,
                             LEAVING_BY_OPERATOR},
    [LEAVING_ACT_VOLUME] = {"volume", LEAVING_CLUSTER_REMOVED, LEAVING_VOLUME_DISCARDED,
                            LEAVING_BY_OPERATOR},
    [LEAVING_ACT_BACKUPS] = {"backups", LEAVING_VOLUME_DISCARDED, LEAVING_BACKUPS_LISTED,
                             LEAVING_BY_OPERATOR},
    [LEAVING_ACT_SCAN] = {"scan", LEAVING_BACKUPS_LISTED, LEAVING_SCANNED, LEAVING_BY_OPERATOR},
    [LEAVING_ACT_CERTIFY] = {"certify", LEAVING_SCANNED, LEAVING_CERTIFIED,
                             LEAVING_BY_OPERATOR},
};

static const char *const actors[LEAVING_ACTOR_N] = {
    [LEAVING_BY_COMMISSIONER] = "commissioner",
    [LEAVING_BY_CONTRACTOR] = "contractor",
    [LEAVING_BY_OPERATOR] = "operator",
    [LEAVING_BY_NODE] = "node",
    [LEAVING_BY_OTHER] = "other",
};

static const struct {
    const char *id;
    int status;
    const char *text_ja;
} codes[LEAVING_CODE_N] = {
    [LEAVING_OK] = {"ok", 200, ""},
    [LEAVING_WRONG_STATE] = {"wrong-state", 409,
                             "今はこの手順ではありません。画面を開き直して、次の手順を"
                             "確かめてください。"},
    [LEAVING_WRONG_ACTOR] = {"wrong-actor", 403,
                             "この手順は、ほかの役割の人が行います。画面の「次にする人」を"
                             "確かめてください。"},
    [LEAVING_RECEIPT_NEEDED] = {"receipt-required", 428,
                                "受け取りの確認書がまだありません。自治体の道具で返すデータを"
                                "確かめ、確認書を先に出してください。"},
    [LEAVING_SECOND_PERSON] = {"second-person-required", 403,
                               "消去の指示を出した人は、自分で確かめることができません。"
                               "もう一人の人が行ってください。"},
    [LEAVING_OTHER_BAG] = {"other-bag", 422,
                           "この書類は、別の返すデータについてのものです。今回作ったデータの"
                           "番号を確かめてください。"},
    [LEAVING_OTHER_NODE] = {"other-node", 422,
                            "この書類は、別の自治体か別の契約についてのものです。"},
    [LEAVING_NOT_SIGNED] = {"not-signed", 422,
                            "登録された自治体の鍵による署名ではありません。鍵と書類を確かめて"
                            "ください。"},
    [LEAVING_NOT_A_DOCUMENT] = {"not-a-document", 422,
                                "書類の形が正しくありません。自治体の道具が作ったファイルを"
                                "そのまま出してください。"},
    [LEAVING_UNKNOWN_CANARY] = {"unknown-canary", 422,
                                "はじめに約束した目印にないものが書かれています。約束した目印の"
                                "ファイルから指示を作り直してください。"},
    [LEAVING_NO_TOWN_KEY] = {"town-key-missing", 409,
                             "自治体の証明書がまだ登録されていません。先に登録してください。"},
    [LEAVING_NO_ORDER] = {"order-missing", 409,
                          "消去の指示がまだ出ていません。教育委員会が先に指示を出します。"},
    [LEAVING_GRACE_NOT_OVER] = {"grace-not-over", 409,
                                "待つ期間がまだ終わっていません。終わりの日のあとに行って"
                                "ください。"},
    [LEAVING_NO_CONTRACT] = {"contract-missing", 409,
                             "契約がまだ登録されていません。先に契約を登録してください。"},
    [LEAVING_OLD_BAG] = {"old-bag", 422,
                         "この返すデータは、契約の終わりの作業を始める前のものか、ここの記録と"
                         "合わないものです。もう一度書き出してから、記録してください。"},
    [LEAVING_CLOCK_BEHIND] = {"clock-behind", 409,
                              "機械の時計が、前の手順の日時より前をさしています。時計を合わせて"
                              "から、もう一度行ってください。"},
};

const char *leaving_state_id(enum leaving_state state)
{
    return state < LEAVING_STATE_N ? states[state].id : "";
}

bool leaving_state_parse(struct span id, enum leaving_state *state_out)
{
    for (int i = 0; i < LEAVING_STATE_N; i++)
        if (span_eq(id, span_text(states[i].id))) {
            *state_out = (enum leaving_state)i;
            return true;
        }
    return false;
}

const char *leaving_state_ja(enum leaving_state state)
{
    return state < LEAVING_STATE_N ? states[state].name_ja : "";
}

const char *leaving_code_id(enum leaving_code code)
{
    return codes[code].id;
}

int leaving_code_status(enum leaving_code code)
{
    return codes[code].status;
}

const char *leaving_code_ja(enum leaving_code code)
{
    return codes[code].text_ja;
}

const char *leaving_act_id(enum leaving_act act)
{
    return act < LEAVING_ACT_N ? acts[act].id : "";
}

const char *leaving_actor_id(enum leaving_actor actor)
{
    return actors[actor];
}

static bool is_of_state(enum leaving_act act, enum leaving_state state)
{
    if (act == LEAVING_ACT_CANCEL)
        return state > LEAVING_ACTIVE && state < LEAVING_ORDERED;
    return state == acts[act].from;
}

/* What an order lacks before its day: the receipt, said as such (federation guide 7.4). */
static bool lacks_receipt(enum leaving_act act, enum leaving_state state)
{
    return (act == LEAVING_ACT_UPLOAD || act == LEAVING_ACT_CONFIRM) &&
           (state == LEAVING_DRAIN || state == LEAVING_EXPORTED);
}

static enum leaving_code judge_order(enum leaving_act act, const struct leaving_facts *facts)
{
    if (facts->now_utc_us < facts->grace_until_utc_us)
        return LEAVING_GRACE_NOT_OVER;
    if (act == LEAVING_ACT_UPLOAD)
        return LEAVING_OK;
    if (!facts->has_order)
        return LEAVING_NO_ORDER;
    /* Roles differ already; who was given another role meanwhile is still the same person. */
    return id_eq(facts->uploader, facts->actor) ? LEAVING_SECOND_PERSON : LEAVING_OK;
}

enum leaving_code leaving_judge(enum leaving_act act, enum leaving_actor actor,
                                const struct leaving_facts *facts)
{
    bool has_document =
        act == LEAVING_ACT_RECEIPT || act == LEAVING_ACT_UPLOAD || act == LEAVING_ACT_CONFIRM;
    enum leaving_code code = LEAVING_OK;

    if (lacks_receipt(act, facts->state))
        return LEAVING_RECEIPT_NEEDED;
    if (!is_of_state(act, facts->state))
        return LEAVING_WRONG_STATE;
    if (actor != acts[act].actor) /* the contractor's own order would be one hand in both */
        return act == LEAVING_ACT_CONFIRM ? LEAVING_SECOND_PERSON : LEAVING_WRONG_ACTOR;
    if (facts->now_utc_us < facts->last_utc_us) /* no certificate holds for such a journal */
        return LEAVING_CLOCK_BEHIND;
    if (act == LEAVING_ACT_BEGIN && !facts->has_contract)
        return LEAVING_NO_CONTRACT;
    if (has_document && !facts->has_town_key)
        return LEAVING_NO_TOWN_KEY;
    if (act == LEAVING_ACT_UPLOAD || act == LEAVING_ACT_CONFIRM)
        code = judge_order(act, facts);
    if (code == LEAVING_OK && has_document && facts->named_bag.len > 0 &&
        !span_eq(facts->bag, facts->named_bag))
        code = LEAVING_OTHER_BAG;
    return code;
}

enum leaving_state leaving_after(enum leaving_act act)
{
    return acts[act].to;
}

enum leaving_act leaving_next(const struct leaving_facts *facts, enum leaving_actor *actor_out)
{
    enum leaving_act next = LEAVING_ACT_N;

    *actor_out = LEAVING_BY_OTHER;
    if (facts->state == LEAVING_GRACE)
        next = facts->has_order ? LEAVING_ACT_CONFIRM : LEAVING_ACT_UPLOAD;
    for (int i = 0; next == LEAVING_ACT_N && i < LEAVING_ACT_N; i++)
        if (acts[i].from == facts->state)
            next = (enum leaving_act)i;
    if (next != LEAVING_ACT_N)
        *actor_out = acts[next].actor;
    return next;
}

bool leaving_may_follow(enum leaving_state from, enum leaving_state to)
{
    if (to == LEAVING_ACTIVE)
        return is_of_state(LEAVING_ACT_CANCEL, from);
    return (int)to == (int)from + 1;
}
