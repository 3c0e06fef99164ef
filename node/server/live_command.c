#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/problem.h"
#include "node/server/live_priv.h"

#define FORM_JA     "送られた内容の形が正しくありません。画面を開き直してください。"
#define TOO_MANY_JA "はやすぎます。すこし待って、もう一度ためしてください。"
#define RECORD_US   (60 * SECOND_US)

/* ---- how often ---- */

bool live_rate_take(struct live_rate *rate, int per_s, int burst, int64_t now_mono_us)
{
    int64_t since_us = now_mono_us - rate->at_mono_us;
    int64_t most = (int64_t)burst * 1000, tokens = rate->tokens_milli;

    if (rate->at_mono_us == 0 || since_us > 3600 * SECOND_US)
        tokens = most;
    else
        tokens += since_us * per_s / 1000;
    rate->at_mono_us = now_mono_us;
    rate->tokens_milli = (int32_t)((tokens < most ? tokens : most) - 1000);
    return rate->tokens_milli >= 0;
}

int live_rate_excess(const struct live_rate *rate)
{
    return rate->tokens_milli < 0 ? -rate->tokens_milli / 1000 : 0;
}

/* ---- what an unaltered client never does ---- */

/* Whether it is to be recorded: once a minute for each connection and rule. */
static bool is_news(struct live_conn *conn, const char *rule)
{
    int64_t now_us = conn->head.live->now_mono_us;
    struct live_breach *breach = conn->breaches;
    int n = 0;

    for (; breach != NULL && strcmp(breach->rule, rule) != 0; breach = breach->next)
        n++;
    if (breach == NULL) {
        breach = n < LIVE_RULES_CAP ? calloc(1, sizeof *breach) : NULL;
        if (breach == NULL)
            return false;
        breach->rule = rule;
        breach->next = conn->breaches;
        conn->breaches = breach;
    } else if (now_us - breach->at_mono_us < RECORD_US) {
        return false;
    }
    breach->at_mono_us = now_us;
    return true;
}

void live_command_breach(const struct command_call *call, const char *rule)
{
    struct live_conn *conn = call->conn;
    struct live *live = conn->head.live;
    struct command_later to = live_command_later(call);

    live_count_breach(&live->count, rule);
    if (is_news(conn, rule)) {
        log_info("live.breach", L_TEXT("rule", rule), L_TEXT("command", call->row->name),
                 L_ID("account", conn->caller.account));
        live_record_post(live, &to, "refused", rule, NULL);
    }
}

/* The same, of what reached no row; nothing but the log can say it. */
static void breach_of_form(struct live_conn *conn, const char *rule)
{
    live_count_breach(&conn->head.live->count, rule);
    if (is_news(conn, rule))
        log_info("live.breach", L_TEXT("rule", rule), L_ID("account", conn->caller.account));
}

/* ---- answers ---- */

struct command_later live_command_later(const struct command_call *call)
{
    return (struct command_later){
        .conn = call->conn->id,
        .number = call->number,
        .row = call->row,
        .role = call->caller->role,
        .account = call->caller->account,
        .object = call->object,
        .person = call->person,
    };
}

static void count_answer(struct live *live, const struct command_later *to, const char *outcome)
{
    bool is_ok = outcome != NULL && strcmp(outcome, err_code(ERR_OK)) == 0;
    int index = command_rows_find(live->rows, span_text(to->row->name));

    if (index >= 0)
        live_count_add(&live->count.by_command[is_ok ? 0 : 1][index], 1);
}

void live_command_answer(struct live *live, const struct command_later *to, const char *outcome,
                         struct span text)
{
    struct live_conn *conn = live_find(live, to->conn);
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_NOMEM, .text = "no answer could be written"};

    count_answer(live, to, outcome);
    if (text.len == 0 || ws_shared_create(WS_OP_TEXT, text, &frame, &fail) != ERR_OK) {
        log_error("live.answer", L_TEXT("command", to->row->name), L_FAIL(&fail));
        if (conn != NULL)
            live_conn_end(conn, 1011, "no answer", true, LIVE_END_OURS);
    }
    if (to->row->audit != AUDIT_NONE && outcome != NULL) {
        bool is_hidden = strcmp(outcome, REPLY_HIDDEN) == 0;

        live_record_post(live, to, is_hidden ? "refused" : live_record_action(to->row->audit),
                         outcome, frame);
        return;
    }
    if (conn != NULL && frame != NULL)
        live_conn_send(conn, frame, WS_KEEP);
    ws_shared_unref(&frame);
}

/* Of a name nobody knows: it has no record. */
static const struct command unknown = {.name = ""};

/* An answer of ours, of a row or of none. */
static void refuse(struct command_call *call, enum err code)
{
    struct fail fail = {.code = code};

    command_fail(call, &fail);
}

/* ---- from a message to its handler ---- */

static bool has_role(const struct live_conn *conn, const struct command *row)
{
    return (row->roles & ROLE_BIT(conn->caller.role)) != 0;
}

/* False: answered. */
static bool read_input(struct command_call *call, struct span json)
{
    static const struct jx_shape nothing = {.name = "Nothing", .bytes = 1};
    const struct jx_shape *shape = call->row->input != NULL ? call->row->input : &nothing;
    struct jx_defects defects = {0};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc = ERR_NOMEM;

    call->input = arena_alloc(call->arena, shape->bytes);
    if (call->input != NULL)
        rc = jx_read(json, shape, call->arena, call->input, &defects, &fail);
    if (rc == ERR_OK)
        return true;
    fail.code = rc;
    if (rc == ERR_INVALID && defects.n > 0) {
        const char *title = arena_text(call->arena, defects.at[0].text_ja);

        command_refuse(call, err_code(rc), title != NULL ? title : problem_title_ja(rc));
    } else {
        command_fail(call, &fail);
    }
    return false;
}

static void handle(struct command_call *call)
{
    call->row->handle(call);
    if (call->is_answered || call->number == 0)
        return;
    log_error("live.unanswered", L_TEXT("command", call->row->name));
    refuse(call, ERR_INTERNAL);
}

/* What every row is asked through. */
static void begin(struct live_conn *conn, const struct command *row, uint32_t number,
                  struct command_call *call_out)
{
    struct live *live = conn->head.live;

    *call_out = (struct command_call){
        .row = row,
        .services = live->conf.services,
        .conn = conn,
        .visitor = conn->visitor,
        .caller = &conn->caller,
        .arena = live->arena,
        .now_mono_us = live->now_mono_us,
        .now_utc_us = clock_utc_us(),
        .number = number,
    };
    live_count_add(&live->count.n_commands, 1);
}

/* A wrong role gets the bytes of a name nobody knows, and stands in the access record. */
static void refuse_role(struct command_call *call)
{
    live_command_breach(call, "role");
    call->row = &unknown;
    refuse(call, ERR_NOT_FOUND);
}

static void take_command(struct live_conn *conn, const struct command_text *text, enum err form)
{
    struct live *live = conn->head.live;
    int index = command_rows_find(live->rows, text->name);
    struct command_call call;

    begin(conn, index < 0 ? &unknown : command_rows_at(live->rows, index), text->number, &call);
    if (!live_rate_take(&conn->texts, LIVE_TEXTS_PER_S, LIVE_TEXTS_BURST, live->now_mono_us)) {
        live_count_add(&live->count.n_too_many, 1);
        call.row = &unknown; /* no record of what nobody looked at */
        command_refuse(&call, "too-many", TOO_MANY_JA);
    } else if (index < 0) { /* perhaps of another version's client */
        refuse(&call, ERR_NOT_FOUND);
    } else if (!has_role(conn, call.row)) {
        refuse_role(&call);
    } else if (form == ERR_TOO_LARGE && text->json.len > call.row->n_json_most) {
        refuse(&call, ERR_TOO_LARGE);
    } else if (read_input(&call, text->json)) {
        handle(&call);
    }
}

static bool is_flood(struct live_conn *conn, const struct live_rate *rate)
{
    if (live_rate_excess(rate) < LIVE_EXCESS_CAP)
        return false;
    breach_of_form(conn, "flood");
    live_conn_end(conn, 1008, "flood", true, LIVE_END_FAULT);
    return true;
}

void live_command_text(struct live_conn *conn, struct span text)
{
    struct command_text read;
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc = command_text_read(text, &read, &fail);

    if (rc == ERR_OK || rc == ERR_TOO_LARGE) {
        take_command(conn, &read, rc);
        is_flood(conn, &conn->texts);
        return;
    }
    breach_of_form(conn, "form");
    live_conn_end(conn, 1008, "form", true, LIVE_END_FAULT);
}

/* The answer to a BEAT says only that somebody is there. */
static bool is_beat(struct span message)
{
    return message.len == 1 && message.p[0] == 0;
}

void live_command_binary(struct live_conn *conn, struct span message)
{
    struct live *live = conn->head.live;
    int index = command_rows_find_binary(live->rows, message);
    struct command_call call;

    if (!live_rate_take(&conn->sticks, LIVE_STICKS_PER_S, LIVE_STICKS_BURST,
                        live->now_mono_us)) {
        if (!is_flood(conn, &conn->sticks))
            live_count_add(&live->count.n_sticks_let_go, 1);
        return;
    }
    if (is_beat(message)) {
        live_conn_beat_seen(conn);
        return;
    }
    if (index < 0) {
        breach_of_form(conn, "form");
        live_conn_end(conn, 1008, "form", true, LIVE_END_FAULT);
        return;
    }
    begin(conn, command_rows_at(live->rows, index), 0, &call);
    call.bytes = message;
    if (has_role(conn, call.row))
        handle(&call);
    else
        live_command_breach(&call, "role");
}
