#include "node/io/live.h"

#include "node/base/log.h"
#include "node/base/problem.h"

static const struct jx_field no_fields[] = {
    {.name = "code", .type = JX_TEXT, .offset = offsetof(struct live_no, code)},
    {.name = "title", .type = JX_TEXT, .offset = offsetof(struct live_no, title)},
    {.name = "field",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct live_no, field),
     .has_offset = offsetof(struct live_no, has_field)},
};
const struct jx_shape live_no_shape = JX_SHAPE("LiveNo", struct live_no, no_fields);

static const struct live_head *head_of(const void *live_or_conn)
{
    return live_or_conn;
}

void live_send(struct live_conn *conn, struct ws_shared *frame, enum ws_keep keep)
{
    head_of(conn)->ops->send(conn, frame, keep);
}

void live_sound(struct live_conn *conn, struct ws_shared *frame, unsigned ms)
{
    head_of(conn)->ops->sound(conn, frame, ms);
}

void live_close(struct live_conn *conn, int close_code, bool is_at_once)
{
    head_of(conn)->ops->close(conn, close_code, is_at_once);
}

/* ---- events ---- */

/* head, the shape's JSON, "}". */
static enum err wrap(struct span head, const struct jx_shape *shape, const void *from,
                     struct arena *arena, struct span *text_out, struct fail *why)
{
    struct span json = SPAN("{}");
    enum err rc = ERR_OK;
    uint8_t *text;

    *text_out = SPAN_NONE;
    if (shape != NULL)
        rc = jx_write(shape, from, arena, &json, why);
    if (rc != ERR_OK)
        return rc;
    text = arena_alloc(arena, head.len + json.len + 1);
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a message of %zu bytes", json.len);
    memcpy(text, head.p, head.len);
    memcpy(text + head.len, json.p, json.len);
    text[head.len + json.len] = '}';
    *text_out = span_of(text, head.len + json.len + 1);
    return ERR_OK;
}

enum err live_event_make(const struct live_event *event, uint32_t number, const void *of,
                         struct arena *arena, struct ws_shared **frame_out, struct fail *why)
{
    const char *head = number == 0
                           ? arena_printf(arena, "{\"ev\":\"%s\",\"of\":", event->name)
                           : arena_printf(arena, "{\"ev\":\"%s\",\"n\":%u,\"of\":", event->name,
                                          (unsigned)number);
    struct span text;
    enum err rc;

    *frame_out = NULL;
    if (head == NULL)
        return fail_set(why, ERR_NOMEM, "%s", event->name);
    rc = wrap(span_text(head), event->shape, of, arena, &text, why);
    return rc == ERR_OK ? ws_shared_create(WS_OP_TEXT, text, frame_out, why) : rc;
}

void live_event_send(struct live_conn *conn, const struct live_event *event, uint32_t number,
                     const void *of, struct arena *arena)
{
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_INTERNAL};

    if (live_event_make(event, number, of, arena, &frame, &fail) == ERR_OK) {
        live_send(conn, frame, WS_KEEP);
    } else {
        log_error("live.event", L_TEXT("event", event->name), L_FAIL(&fail));
        live_close(conn, 1011, true);
    }
    ws_shared_unref(&frame);
}

/* ---- answers ---- */

struct command_later command_later(struct command_call *call)
{
    invariant(!call->is_answered, "%s answered twice", call->row->name);
    call->is_answered = true;
    return head_of(call->conn)->ops->later(call);
}

static void answer(struct live *live, const struct command_later *to, const char *word,
                   const struct jx_shape *shape, const void *from, const char *outcome)
{
    const struct live_head *head = head_of(live);
    const char *start =
        arena_printf(head->arena, "{\"re\":%u,\"%s\":", (unsigned)to->number, word);
    struct span text = SPAN_NONE;
    struct fail fail = {.code = ERR_NOMEM};
    enum err rc = ERR_NOMEM;

    if (start != NULL)
        rc = wrap(span_text(start), shape, from, head->arena, &text, &fail);
    if (rc != ERR_OK) { /* an empty text: the connection cannot be told, and closes */
        log_error("live.answer", L_TEXT("command", to->row->name), L_FAIL(&fail));
        outcome = err_code(ERR_INTERNAL);
    }
    head->ops->answer(live, to, outcome, text);
}

static void answer_no(struct live *live, const struct command_later *to, const char *code,
                      const char *title_ja, const char *field, const char *outcome)
{
    const struct live_no no = {span_text(code), span_text(title_ja), span_text(field),
                               field[0] != '\0'};

    answer(live, to, "no", &live_no_shape, &no, outcome);
}

void command_later_ok(struct live *live, const struct command_later *later, const void *output)
{
    answer(live, later, "ok", later->row->output, output, err_code(ERR_OK));
}

void command_later_fail(struct live *live, const struct command_later *later,
                        const struct fail *why)
{
    bool can_mend = why->code == ERR_INVALID || why->code == ERR_CONFLICT;

    answer_no(live, later, err_code(why->code), problem_title_ja(why->code),
              can_mend ? why->field : "",
              why->code == ERR_DENIED ? REPLY_HIDDEN : err_code(why->code));
}

void command_later_refuse(struct live *live, const struct command_later *later,
                          const char *code, const char *title_ja)
{
    answer_no(live, later, code, title_ja, "", code);
}

void command_ok(struct command_call *call, const void *output)
{
    const struct command_later to = command_later(call);

    command_later_ok(head_of(call->conn)->live, &to, output);
}

void command_fail(struct command_call *call, const struct fail *why)
{
    const struct command_later to = command_later(call);

    command_later_fail(head_of(call->conn)->live, &to, why);
}

void command_refuse(struct command_call *call, const char *code, const char *title_ja)
{
    const struct command_later to = command_later(call);

    answer_no(head_of(call->conn)->live, &to, code, title_ja, "", code);
}

void command_breach(struct command_call *call, const char *rule, const char *title_ja)
{
    const struct live_head *head = head_of(call->conn);

    head->ops->breach(call, rule);
    if (call->number != 0) {
        const struct command_later to = command_later(call);

        answer_no(head->live, &to, rule, title_ja, "", NULL);
    }
}

/* ---- from other threads ---- */

void live_serve(struct live *live, const struct live_feature *feature)
{
    if (live != NULL)
        head_of(live)->ops->serve(live, feature);
}

enum err live_admit(struct live *live, const struct caller *caller, void *pass,
                    void (*pass_free)(void *pass), char text_out[LIVE_TICKET_CAP],
                    struct fail *why)
{
    if (live != NULL)
        return head_of(live)->ops->admit(live, caller, pass, pass_free, text_out, why);
    if (pass_free != NULL)
        pass_free(pass);
    return fail_set(why, ERR_UNAVAILABLE, "no realtime server");
}

enum err live_post(struct live *live, void (*fn)(void *arg), void *arg, struct fail *why)
{
    return head_of(live)->ops->post(live, fn, arg, why);
}

void live_drop_session(struct live *live, struct id session)
{
    if (live != NULL)
        head_of(live)->ops->drop(live, ID_NONE, session, ID_NONE);
}

void live_drop_account(struct live *live, struct id account, struct id keep)
{
    if (live != NULL)
        head_of(live)->ops->drop(live, account, ID_NONE, keep);
}
