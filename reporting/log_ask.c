#include "reporting/log_ask.h"

#include "node/base/role.h"
#include "node/db/audit.h"
#include "node/db/seal.h"
#include "node/db/settings.h"
#include "tenants/people/account.h"
#include "tenants/rights/rights.h"

#define KEY_NAME "log.export"

const struct setting setting_log_bulk_days = {
    .name = "log.bulk_days",
    .type = SETTING_INT,
    .least = 1,
    .most = 400,
    .unit = "日",
    .initial = "7",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-2.7-イ",
    .title_ja = "ひとりの記録を承認なしで書き出せる日数",
    .title_en = "Days of one person's logs that need no second approval",
    .help_ja = "これより長い期間の書き出しと、二人以上の書き出しは、もう一人の教育委員会の人が"
               "承認するまで受け取れません。一日のうちに分けて頼んだものは、合わせて数えます。",
};
const struct setting setting_log_valid_days = {
    .name = "log.export_valid_days",
    .type = SETTING_INT,
    .least = 1,
    .most = 90,
    .unit = "日",
    .initial = "7",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-2.7-イ",
    .title_ja = "頼んだ書き出しを受け取れる日数",
    .title_en = "Days a requested export can be fetched",
    .help_ja = "この日数がすぎた書き出しは、もう一度頼みなおします。",
};
const struct setting *const log_export_settings[LOG_EXPORT_SETTINGS_N] = {
    &setting_log_bulk_days, &setting_log_valid_days};

/* ---- who may ---- */

static enum err check_purposes(struct req *req, enum log_act act, unsigned kinds,
                               struct fail *why)
{
    struct rights *rights = accounts_rights(req->services->accounts);
    unsigned chat = LOG_BIT(LOG_CHAT);
    const struct {
        enum right right;
        bool is_needed;
    } rows[] = {
        {RIGHT_LOGS_READ, true},
        {RIGHT_EXPORT, act == LOG_ACT_EXPORT},
        {RIGHT_MESSAGES_READ, (kinds & chat) != 0},
    };
    enum err rc = ERR_OK;

    for (size_t i = 0; i < sizeof rows / sizeof *rows && rc == ERR_OK; i++) {
        struct span purpose;

        if (rows[i].is_needed)
            rc = rights_purpose(rights, req->db, &req->caller, rows[i].right, req->now_utc_us,
                                req->arena, &purpose, why);
    }
    return rc;
}

bool log_may(struct req *req, enum log_act act, unsigned kinds)
{
    struct fail why = {.code = ERR_OK};
    enum err rc =
        req->caller.role == ROLE_COMMISSIONER ? ERR_OK : check_purposes(req, act, kinds, &why);

    if (rc == ERR_DENIED)
        reply_problem(
            req, 403, "logs-purpose",
            "記録を書き出したり発言を調べたりするには、教育委員会の承認者が目的と期限を"
            "決めて出す許可（記録の閲覧、書き出し、発言の閲覧）が必要です。"
            "承認者に相談してください。");
    else if (rc != ERR_OK)
        reply_fail(req, &why);
    return rc == ERR_OK;
}

/* ---- rows ---- */

enum err log_row_seal(struct req *req, struct span reason, struct span words,
                      struct log_export_row *row, struct fail *why)
{
    const struct seal_place places[] = {{"log_export", "reason_sealed", row->id},
                                        {"log_export", "words_sealed", row->id}};
    struct keyring *keyring = req->services->keyring;
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_RECORD, ID_NONE, KEY_NAME, &key, why);

    if (rc == ERR_OK)
        rc = seal(keyring, key, &places[0], reason, req->arena, &row->reason_sealed, why);
    if (rc == ERR_OK && row->act == LOG_ACT_SEARCH)
        rc = seal(keyring, key, &places[1], words, req->arena, &row->words_sealed, why);
    return rc;
}

enum err log_row_open(struct req *req, const struct log_export_row *row,
                      struct span *reason_out, struct span *words_out, struct fail *why)
{
    const struct seal_place places[] = {{"log_export", "reason_sealed", row->id},
                                        {"log_export", "words_sealed", row->id}};
    struct keyring *keyring = req->services->keyring;
    enum err rc = unseal(keyring, &places[0], row->reason_sealed, req->arena, reason_out, why);

    *words_out = SPAN_NONE;
    if (rc == ERR_OK && row->words_sealed.len > 0)
        rc = unseal(keyring, &places[1], row->words_sealed, req->arena, words_out, why);
    return rc;
}

bool log_is_bulk(const struct req *req, const struct log_export_row *row)
{
    int64_t days = settings_int(req->services->settings, &setting_log_bulk_days);

    return id_is_none(row->account) || row->until_utc_us - row->from_utc_us > days * DAY_US;
}

enum log_state log_state_of(const struct req *req, const struct log_export_row *row)
{
    int64_t days = settings_int(req->services->settings, &setting_log_valid_days);

    if (req->now_utc_us > row->at_utc_us + days * DAY_US)
        return LOG_OVER;
    return row->is_bulk && row->approved_utc_us == 0 ? LOG_WAITING : LOG_APPROVED;
}

enum err log_period_check(struct req *req, int64_t from_utc_us, int64_t until_utc_us,
                          struct jx_defects *defects, struct fail *why)
{
    enum err rc = ERR_OK;

    if (from_utc_us >= until_utc_us)
        rc = jx_defect_add(defects, req->arena, "/to", "order",
                           "「いつまで」は「いつから」よりあとにしてください。");
    else if (until_utc_us - from_utc_us > LOG_PERIOD_MOST)
        rc = jx_defect_add(defects, req->arena, "/to", "most",
                           "一度に書き出し、調べられるのは400日分までです。");
    return rc == ERR_OK ? rc : fail_set(why, ERR_NOMEM, "a sentence");
}

/* ---- begin ---- */

static enum err begin_run(struct tx *tx, void *arg, struct fail *why)
{
    struct log_begin *begin = arg;
    struct access_entry access = access_of(begin->req);
    enum err rc = begin->is_new ? log_export_store_add(tx, &begin->row, why) : ERR_OK;

    access.action = begin->req->route->audit == AUDIT_EXPORT ? "export" : "read";
    if (rc == ERR_OK)
        rc = log_export_store_step(tx, &begin->step, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void begin_done(void *arg, enum err rc, const struct fail *why)
{
    struct log_begin *begin = arg;
    struct req *req = begin->req;

    if (rc == ERR_OK) {
        req->access_recorded = 1;
        if (begin->disposition != NULL)
            reply_header(req, "Content-Disposition", begin->disposition);
        reply_flow(req, begin->type, log_job_start(&begin->job));
        return;
    }
    log_job_drop(&begin->job);
    reply_fail(req, why);
}

void log_begin_post(struct log_begin *begin)
{
    const struct writer_op op = {begin_run, begin_done, begin};
    struct req *req = begin->req;
    struct fail why = {.code = ERR_OK};

    begin->step = (struct log_step_row){.id = id_new(),
                                        .at_utc_us = req->now_utc_us,
                                        .export = begin->row.id,
                                        .by = req->caller.account,
                                        .by_role = span_text(role_id(req->caller.role)),
                                        .kind = LOG_STEP_BEGUN};
    if (writer_post(req->services->writer, &op, &why) == ERR_OK)
        return;
    log_job_drop(&begin->job);
    reply_fail(req, &why);
}
