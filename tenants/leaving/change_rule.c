#include "tenants/leaving/change_rule.h"

enum change_state change_state_of(const struct change_facts *f)
{
    if (!f->is_there || f->has[CHANGE_CANCELLED])
        return CHANGE_NONE;
    if (f->has[CHANGE_IN_FORCE])
        return CHANGE_DONE;
    if (f->has[CHANGE_CONFIRMED])
        return CHANGE_WAITING;
    return f->now_utc_us < f->ends_utc_us ? CHANGE_PLANNED : CHANGE_LAPSED;
}

bool change_is_due(const struct change_facts *f)
{
    return change_state_of(f) == CHANGE_WAITING && f->now_utc_us >= f->ends_utc_us;
}

static enum change_code judge_confirm(enum change_state state, const struct change_facts *f)
{
    if (state == CHANGE_LAPSED)
        return CHANGE_MINUTE_PAST;
    if (state != CHANGE_PLANNED)
        return CHANGE_WRONG_STATE;
    return id_eq(f->planner, f->actor) ? CHANGE_SECOND_PERSON : CHANGE_OK;
}

static enum change_code judge_cancel(enum change_state state, const struct change_facts *f)
{
    if (state != CHANGE_PLANNED && state != CHANGE_WAITING)
        return CHANGE_WRONG_STATE;
    return f->now_utc_us >= f->ends_utc_us ? CHANGE_MINUTE_PAST : CHANGE_OK;
}

/* What the last change left to do about keys is done first: only the newest is looked at. */
static enum change_code judge_plan(enum change_state state, const struct change_facts *f)
{
    if (!f->has_contract)
        return CHANGE_NO_CONTRACT;
    if (state == CHANGE_PLANNED || state == CHANGE_WAITING)
        return CHANGE_UNDER_WAY;
    return state == CHANGE_DONE &&
                   !(f->has[CHANGE_HALF] && f->has[CHANGE_OPERATOR] && f->has[CHANGE_SHEET])
               ? CHANGE_UNFINISHED
               : CHANGE_OK;
}

enum change_code change_judge(enum change_act act, const struct change_facts *f)
{
    enum change_state state = change_state_of(f);

    if (f->is_leaving && act != CHANGE_ACT_OPERATOR)
        return CHANGE_LEAVING;
    switch (act) {
    case CHANGE_ACT_PLAN:
        return judge_plan(state, f);
    case CHANGE_ACT_CONFIRM:
        return judge_confirm(state, f);
    case CHANGE_ACT_CANCEL:
        return judge_cancel(state, f);
    case CHANGE_ACT_OPERATOR:
        return state == CHANGE_DONE && !f->has[CHANGE_OPERATOR] ? CHANGE_OK
                                                                : CHANGE_WRONG_STATE;
    case CHANGE_ACT_N:
        break;
    }
    return CHANGE_WRONG_STATE;
}

const char *change_kind_id(enum change_kind kind)
{
    static const char *const ids[CHANGE_KIND_N] = {"confirmed", "cancelled", "in_force",
                                                   "half",      "operator",  "sheet"};

    return ids[kind];
}

static const struct {
    int status;
    const char *id, *ja;
} codes[CHANGE_CODE_N] = {
    [CHANGE_OK] = {200, "ok", ""},
    [CHANGE_UNDER_WAY] = {409, "change-under-way",
                          "受託者の交代がすでに予定されています。変えるときは、その予定を取り"
                          "やめてから、もう一度入れてください。"},
    [CHANGE_WRONG_STATE] = {409, "wrong-state",
                            "いまの段階では、この操作はできません。画面を読みこみ直して、いまの"
                            "段階を確かめてください。"},
    [CHANGE_MINUTE_PAST] = {409, "minute-past",
                            "交代の時刻をすぎています。まだ確かめていない予定は効力を持ちま"
                            "せん。新しい時刻で予定を作り直してください。"},
    [CHANGE_SECOND_PERSON] = {403, "second-person-required",
                              "予定を作った人とは別の、教育委員会の担当者が確かめてください。"},
    [CHANGE_NO_CONTRACT] = {409, "contract-missing",
                            "契約がまだ登録されていません。先に契約を登録してください。"},
    [CHANGE_LEAVING] = {409, "draining",
                        "契約の終わりの作業（返却と消去）が進んでいるため、受託者の交代はでき"
                        "ません。"},
    [CHANGE_ACCOUNTS] = {409, "accounts-changed",
                         "受託者側のIDの一覧が変わりました。画面を読みこみ直して、終わるIDと"
                         "残すIDをもう一度選んでください。"},
    [CHANGE_UNKNOWN] = {422, "unknown-account",
                        "受託者側のIDではないものが入っています。一覧から選んでください。"},
    [CHANGE_MUST_END] =
        {422, "contractor-must-end",
         "運営スタッフ（受託者の責任者）のIDは残せません。交代のあと、新しい受託者のIDを申請・"
         "承認・発行してください。"},
    [CHANGE_SAME] = {422, "same-contractor",
                     "いまの受託者と同じ名前です。同じ受託者と続けるときは「契約を変える」で"
                     "終わりの日を新しくしてください。IDと鍵はそのままです。"},
    [CHANGE_UNFINISHED] =
        {409, "change-unfinished",
         "前の交代で残っていること（鍵の半分・サーバーの確認・鍵の紙）がすべて済んでから、次の"
         "交代を予定してください。"},
};

const char *change_code_id(enum change_code code)
{
    return codes[code].id;
}

int change_code_status(enum change_code code)
{
    return codes[code].status;
}

const char *change_code_ja(enum change_code code)
{
    return codes[code].ja;
}
