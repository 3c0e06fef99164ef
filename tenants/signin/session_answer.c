/* What a session is told of itself, its cookies and its refusals. */
#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/seal.h"
#include "tenants/signin/session_open.h"
#include "tenants/tenants.h"

#define N_WORDS      4
#define STEP_KINDS_N 2

static const char *const step_kinds_names[N_WORDS] = {"pin", "picture"};

struct notice_output {
    int64_t at;
    struct span device;
};
static const struct jx_field notice_fields[] = {
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct notice_output, at),
     .title_ja = "はじめてのログインの時刻"},
    {.name = "device",
     .type = JX_TEXT,
     .offset = offsetof(struct notice_output, device),
     .title_ja = "端末の種類"},
};
static const struct jx_shape notice_shape =
    JX_SHAPE("SessionNotice", struct notice_output, notice_fields);

struct session_output {
    int stage;
    struct span display_name, role;
    struct id account;
    bool has_name, has_account, has_notice;
    struct jx_texts factors, must;
    int64_t other_devices, password_least, idle_minutes;
    struct jx_texts step_kinds;
    struct notice_output notice;
    struct span words[3 * N_WORDS];
};

static const struct jx_field session_fields[] = {
    {.name = "stage",
     .type = JX_ENUM,
     .choices = "full|second_factor|enrol", /* as enum session_stage */
     .offset = offsetof(struct session_output, stage),
     .title_ja = "どこまで進んだか"},
    {.name = "display_name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct session_output, display_name),
     .has_offset = offsetof(struct session_output, has_name),
     .title_ja = "表示名"},
    {.name = "role",
     .type = JX_TEXT,
     .offset = offsetof(struct session_output, role),
     .title_ja = "役割"},
    {.name = "account",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct session_output, account),
     .has_offset = offsetof(struct session_output, has_account),
     .title_ja = "自分のID（大人だけ）"},
    {.name = "factors",
     .type = JX_TEXTS,
     .offset = offsetof(struct session_output, factors),
     .title_ja = "二つめの確認（totp・passkey・pin・picture）"},
    {.name = "must",
     .type = JX_TEXTS,
     .offset = offsetof(struct session_output, must),
     .title_ja = "決めなければならないもの（password・second_factor）"},
    {.name = "other_devices",
     .type = JX_INT,
     .offset = offsetof(struct session_output, other_devices),
     .title_ja = "ほかにログインしている端末の数"},
    {.name = "notice",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &notice_shape,
     .offset = offsetof(struct session_output, notice),
     .has_offset = offsetof(struct session_output, has_notice),
     .title_ja = "新しい種類の端末からのログイン"},
    {.name = "password_least",
     .type = JX_INT,
     .offset = offsetof(struct session_output, password_least),
     .title_ja = "新しいパスワードの短さの限り（文字）"},
    {.name = "idle_minutes",
     .type = JX_INT,
     .offset = offsetof(struct session_output, idle_minutes),
     .title_ja = "使わないままでいられる長さ（分）"},
    {.name = "step_kinds",
     .type = JX_TEXTS,
     .offset = offsetof(struct session_output, step_kinds),
     .title_ja = "児童生徒が二つめの確認に決められるもの（pin・picture）"},
};
const struct jx_shape session_shape =
    JX_SHAPE("Session", struct session_output, session_fields);

/* No Max-Age: it goes with the browser. SameSite=Strict and the __Host- prefix keep every other
 * site and host name away from it. */
static void set_cookie(struct req *req, const char *name, const char *value, const char *age)
{
    const char *cookie =
        arena_printf(req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, value,
                     req->is_https ? "; Secure" : "", age);

    if (cookie != NULL)
        reply_header(req, "Set-Cookie", cookie);
}

void session_wipe_cookies(struct req *req)
{
    set_cookie(req, session_cookie_name(req->is_https), "", "; Max-Age=0");
    set_cookie(req, session_device_cookie_name(req->is_https), "", "; Max-Age=0");
}

static struct jx_texts words_of(unsigned bits, const char *const *names, struct span *at)
{
    struct jx_texts texts = {at, 0};

    for (int i = 0; i < N_WORDS; i++)
        if (bits & 1u << i)
            at[texts.n++] = span_text(names[i]);
    return texts;
}

/* What a child may set, in the order of names: the page offers nothing that would be refused.
 */
static unsigned step_kinds(const struct accounts *a, enum role role)
{
    struct span asked = settings_text(a->settings, &setting_child_second_step);
    unsigned kinds = 0;

    if (role != ROLE_STUDENT)
        return 0;
    for (unsigned i = 0; i < STEP_KINDS_N; i++)
        if (span_eq(asked, span_text(step_kinds_names[i])) || span_eq(asked, SPAN("choose")))
            kinds |= 1u << i;
    return kinds;
}

static int64_t password_least(const struct accounts *a, enum role role)
{
    return settings_int(a->settings, role == ROLE_STUDENT ? &setting_password_least_student
                                                          : &setting_password_least_adult);
}

static void answer(struct req *req, const struct accounts *a, const struct signin_row *row,
                   enum session_stage stage, struct span display_name,
                   const struct signin_notice *notice)
{
    static const char *const factors[N_WORDS] = {"totp", "passkey", "pin", "picture"};
    static const char *const musts[N_WORDS] = {"password", "second_factor"};
    bool is_full = stage == STAGE_FULL;
    struct session_output out = {
        .stage = (int)stage,
        .display_name = display_name,
        .has_name = is_full,
        .role = span_text(role_id(row->role)),
        .account = row->id,
        .has_account = is_full && row->role != ROLE_STUDENT,
        .other_devices = is_full ? notice->n_other_devices : 0,
        .has_notice = is_full && notice->new_at_utc_us != 0,
        .notice = {notice->new_at_utc_us, span_text(notice->new_facts)},
        .password_least = password_least(a, row->role),
        .idle_minutes = session_idle_us(a->settings, row->role) / MINUTE_US,
    };

    out.factors = words_of(session_factors(a, row), factors, out.words);
    out.must =
        words_of(stage == STAGE_ENROL ? session_must(a, row) : 0, musts, &out.words[N_WORDS]);
    out.step_kinds =
        words_of(step_kinds(a, row->role), step_kinds_names, &out.words[(size_t)2 * N_WORDS]);
    reply_json(req, 200, &out);
}

void session_answer(struct req *req, const struct session_opening *o)
{
    set_cookie(req, session_cookie_name(req->is_https), o->token, "");
    set_cookie(req, session_device_cookie_name(req->is_https), o->device, "");
    answer(req, o->accounts, o->row, o->stage, o->display_name, &o->notice);
}

void session_answer_risen(struct req *req, const struct session_opening *o)
{
    if (o->stage == STAGE_FULL)
        session_answer(req, o);
    else
        answer(req, o->accounts, o->row, o->stage, SPAN_NONE, &o->notice);
}

static enum err read_now(struct req *req, struct signin_row *row, struct span *name_out,
                         struct signin_notice *notice, struct fail *why)
{
    struct accounts *a = req->services->accounts;
    const struct seal_place place = {"account", "display_name_sealed", req->caller.account};
    char facts[DEVICE_FACTS_CAP];
    const struct signin_seen seen = {
        .account = req->caller.account,
        .session = req->caller.session,
        .facts = facts,
        .idle_us = session_idle_us(a->settings, req->caller.role),
        .now_utc_us = req->now_utc_us,
    };
    enum err rc;

    device_facts(req->user_agent, facts);
    rc = signin_store_view(req->db, &seen, req->arena, row, notice, why);
    return rc == ERR_OK && req->caller.stage == STAGE_FULL
               ? unseal(a->keyring, &place, row->display_name_sealed, req->arena, name_out, why)
               : rc;
}

void session_answer_now(struct req *req)
{
    struct signin_notice notice = {0};
    struct signin_row row = {0};
    struct span name = SPAN_NONE;
    struct fail why = {.code = ERR_OK};

    if (read_now(req, &row, &name, &notice, &why) == ERR_OK)
        answer(req, req->services->accounts, &row, req->caller.stage, name, &notice);
    else
        reply_fail(req, &why);
}
