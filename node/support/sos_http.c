/* A child calls for help, says what it is about, takes it back, sees what became of it
 * (NI-2.3-b2): at any hour, from every page. A call is stored before it is answered; each press
 * is a call of its own, never merged with another; sent again with the same id it is the same,
 * and a kind that comes with it is added. */
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/settings.h"
#include "node/db/space.h"
#include "node/support/call.h"
#include "node/support/support.h"
#include "node/support/support_http.h"
#include "node/support/support_rows.h"
#include "node/support/support_say.h"
#include "tenants/hours/hours_now.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

#define KIND_MOST  16
#define KINDS_MOST 10 /* a child says anew so often what a call is about: staff are told */
#define PAGE_MOST  40
#define MINE_MOST  20
#define MINE_SINCE DAY_US
#define TRIES_MOST 2 /* of one press, before the page is told to send it again */

#define CHILD ROLE_BIT(ROLE_STUDENT)

/* ---- what it says ---- */

struct sos_output {
    struct id sos;
    int64_t at, undo_until, seen_at, answered_at;
    int state;
    struct span kind, title;
    bool has_kind, has_seen_at, has_answered_at;
};
static const struct jx_field sos_fields[] = {
    PLACE_FIELD(JX_ID, sos_output, sos, "SOSのID"),
    PLACE_FIELD(JX_TIME, sos_output, at, "届いた時刻"),
    PLACE_FIELD(JX_TIME, sos_output, undo_until, "いつまで取り消せるか"),
    PLACE_CHOICE(sos_output, state, SOS_STATES, "どうなったか"),
    PLACE_FIELD(JX_TEXT, sos_output, title, "どうなったか（ことばで）"),
    PLACE_MAYBE(JX_TEXT, sos_output, kind, has_kind, "どんなことか"),
    PLACE_MAYBE(JX_TIME, sos_output, seen_at, has_seen_at, "職員が見た時刻"),
    PLACE_MAYBE(JX_TIME, sos_output, answered_at, has_answered_at, "職員が応えた時刻"),
};
static const struct jx_shape sos_shape = JX_SHAPE("Sos", struct sos_output, sos_fields);

static struct sos_output output_of(const struct sos_listed *sos)
{
    return (struct sos_output){
        .sos = sos->row.id,
        .at = sos->row.at_utc_us,
        .undo_until = sos->row.undo_until_utc_us,
        .state = (int)sos_state_of(&sos->facts),
        .title = span_text(support_sos_title_ja(&sos->facts)),
        .kind = sos->row.kind,
        .has_kind = sos->row.kind.len > 0,
        .seen_at = sos->facts.seen_utc_us,
        .has_seen_at = sos->facts.seen_utc_us != 0,
        .answered_at = sos->facts.answered_utc_us,
        .has_answered_at = sos->facts.answered_utc_us != 0,
    };
}

/* ---- POST /api/v1/sos ---- */

/* Nothing about a call is a reason to refuse it: what is not a code of ours is "other". */
struct press_input {
    struct id id;
    struct span kind, page;
    int64_t at;
    bool has_kind, has_page, has_at;
};
static const struct jx_field press_fields[] = {
    PLACE_FIELD(JX_ID, press_input, id, "操作のID"),
    PLACE_MAYBE(JX_TEXT, press_input, kind, has_kind, "どんなことか"),
    PLACE_MAYBE(JX_TEXT, press_input, page, has_page, "どの画面から"),
    PLACE_MAYBE(JX_TIME, press_input, at, has_at, "端末の時計で押した時刻"),
};
static const struct jx_shape press_shape =
    JX_SHAPE("SosPress", struct press_input, press_fields);

struct press {
    struct req *req;
    struct sos_row row;       /* as asked for: a run may come again, so none changes it */
    struct sos_listed sos;    /* filled: as it stands */
    struct support_word word; /* to staff */
    bool was_there, has_news; /* has_news: it was there, and is about something now */
    int n_tries;
};

/* A code of our own pages; text that somebody wrote is never kept here. */
static struct span code_of(bool is_there, struct span text, size_t most, struct span other)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_/-";

    if (!is_there || text.len == 0)
        return SPAN("");
    for (size_t i = 0; i < text.len; i++)
        if (text.len > most || text.p[i] == '\0' || strchr(letters, text.p[i]) == NULL)
            return other;
    return text;
}

/* The call is there, and its child has chosen what it is about. */
static enum err put_kind(struct tx *tx, struct press *p, struct fail *why)
{
    struct req *req = p->req;
    const struct sos_step_row step = {.id = id_new(),
                                      .at_utc_us = req->now_utc_us,
                                      .sos = p->row.id,
                                      .account = req->caller.account,
                                      .act = SOS_KIND,
                                      .by = req->caller.account,
                                      .role = support_role(req),
                                      .kind = p->row.kind};
    bool was_there;
    enum err rc = sos_store_step(tx, &step, &was_there, why);

    p->has_news = true;
    return rc == ERR_OK ? sos_store_find(tx, NULL, step.sos, req->arena, &p->sos, why) : rc;
}

static enum err press_run(struct tx *tx, void *arg, struct fail *why)
{
    struct press *p = arg;
    const struct access_entry access = access_of(p->req);
    const struct sos_row *row = &p->row;
    struct sos_row stored = *row;
    const struct duty_call call = {.id = row->id,
                                   .purpose = DUTY_SOS,
                                   .account = row->account,
                                   .set_utc_us = row->at_utc_us,
                                   .due_utc_us = row->undo_until_utc_us + CALL_UNDO_GRACE_US};
    enum err rc = sos_store_add(tx, &stored, &p->was_there, why);

    p->sos = (struct sos_listed){.row = *row};
    p->has_news = false;
    if (rc == ERR_OK && p->was_there)
        rc = sos_store_find(tx, NULL, row->id, p->req->arena, &p->sos, why);
    if (rc == ERR_OK && p->was_there && row->kind.len > 0 &&
        !span_eq(row->kind, p->sos.row.kind) && p->sos.facts.n_kinds < KINDS_MOST)
        rc = put_kind(tx, p, why);
    if (rc == ERR_OK && !p->was_there)
        rc = duty_store_call_set(tx, &call, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void press_done(void *arg, enum err rc, const struct fail *why);

static enum err press_post(struct press *p, struct fail *why)
{
    const struct writer_op op = {press_run, press_done, p};

    p->n_tries++;
    return writer_post(p->req->services->writer, &op, why);
}

static void press_reply(struct press *p)
{
    const struct sos_output out = output_of(&p->sos);
    struct req *req = p->req;

    req->access_recorded = 1;
    if (!p->was_there) {
        log_warn("sos.pressed", L_ID("sos", p->sos.row.id));
        support_say(req->services, &p->word);
        support_wake(req->services->support);
    } else if (p->has_news)
        support_say_sos(req->services, &p->sos);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 201, &out);
}

/* Writer's thread. With no room the last reserve goes, and it is tried again; so it is when
 * nobody knows whether it was written: its id tells. */
static void press_done(void *arg, enum err rc, const struct fail *why)
{
    struct press *p = arg;
    struct fail fail = *why;

    if (rc == ERR_OK) {
        press_reply(p);
        return;
    }
    log_error("sos.unwritten", L_INT("n_try", p->n_tries), L_FAIL(why));
    if (rc == ERR_NOSPACE)
        space_release(p->req->services->space);
    if ((rc == ERR_NOSPACE || rc == ERR_UNCERTAIN || rc == ERR_UNAVAILABLE || rc == ERR_BUSY) &&
        p->n_tries < TRIES_MOST && press_post(p, &fail) == ERR_OK)
        return;
    reply_fail(p->req, &fail);
}

/* So that a console shows at once who it is; without it the page fetches the name. */
static void add_name(struct req *req, struct support_word *word)
{
    struct people *people = NULL;
    const struct people_entry *entry;
    struct fail why = {.code = ERR_OK};

    if (people_ref(accounts_people(req->services->accounts), req->db, &people, &why) != ERR_OK)
        return;
    arena_mark_secret(req->arena);
    entry = people_find(people, req->caller.account);
    if (entry != NULL) {
        word->name = arena_copy(req->arena, entry->display);
        word->login = arena_copy(req->arena, entry->login);
    }
    people_unref(&people);
}

static void press(struct req *req)
{
    const struct press_input *in = req->input;
    struct press *p = req_alloc(req, sizeof *p);
    struct hours_state_copy hours;
    struct fail why = {.code = ERR_OK};
    struct sos_row *row;

    if (p == NULL)
        return;
    hours_state(req->services, req->now_utc_us, &hours);
    *p = (struct press){.req = req};
    row = &p->row;
    *row = (struct sos_row){
        .id = in->id,
        .at_utc_us = req->now_utc_us,
        .account = req->caller.account,
        .kind = code_of(in->has_kind, in->kind, KIND_MOST, SPAN("other")),
        .page = code_of(in->has_page, in->page, PAGE_MOST, SPAN("")),
        .has_client_at = in->has_at,
        .client_utc_us = in->at,
        .is_open_hours = hours.state.kind == HOURS_OPEN || hours.state.kind == HOURS_CLOSING,
        .undo_until_utc_us =
            req->now_utc_us +
            settings_int(req->services->settings, &setting_sos_undo_s) * SECOND_US,
    };
    p->word = (struct support_word){.event = SUPPORT_SOS_NEW,
                                    .to = row->account,
                                    .subject = row->id,
                                    .kind = row->kind,
                                    .state = SOS_IS_WAITING,
                                    .at_utc_us = row->at_utc_us,
                                    .undo_until_utc_us = row->undo_until_utc_us,
                                    .is_open_hours = row->is_open_hours};
    add_name(req, &p->word);
    req->object = in->id;
    req->person = req->caller.account;
    /* A look at the disk: when it is full the last reserve goes before, not after. */
    (void)space_level_read(req->services->space);
    if (press_post(p, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- GET /api/v1/sos/mine ---- */

struct helpline {
    struct span name, phone, hours;
};
static const struct jx_field helpline_fields[] = {
    PLACE_FIELD(JX_TEXT, helpline, name, "どこ"),
    PLACE_FIELD(JX_TEXT, helpline, phone, "電話番号"),
    PLACE_FIELD(JX_TEXT, helpline, hours, "いつ"),
};
static const struct jx_shape helpline_shape =
    JX_SHAPE("SosHelpline", struct helpline, helpline_fields);

struct mine_output {
    struct jx_list items, helplines;
};
static const struct jx_field mine_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &sos_shape,
     .most = MINE_MOST,
     .offset = offsetof(struct mine_output, items),
     .title_ja = "自分のSOS（新しい順。1日のあいだのもの）"},
    {.name = "helplines",
     .type = JX_LIST,
     .shape = &helpline_shape,
     .offset = offsetof(struct mine_output, helplines),
     .title_ja = "いつでも話せる電話"},
};
static const struct jx_shape mine_shape = JX_SHAPE("MySos", struct mine_output, mine_fields);

static void list_mine(struct req *req)
{
    const struct sos_ask ask = {.account = req->caller.account,
                                .since_utc_us = req->now_utc_us - MINE_SINCE,
                                .n_cap = MINE_MOST};
    /* All of them day and night, without a charge: 24時間子供SOSダイヤル (MEXT),
     * 児童相談所虐待対応ダイヤル (Children and Families Agency), fire brigade, police. */
    struct helpline helplines[] = {
        {SPAN("24時間子供SOSダイヤル"), SPAN("0120-0-78310"), SPAN("24時間")},
        {SPAN("児童相談所（いちはやく）"), SPAN("189"), SPAN("24時間")},
        {SPAN("けが・病気のとき（救急車）"), SPAN("119"), SPAN("24時間")},
        {SPAN("あぶないとき（警察）"), SPAN("110"), SPAN("24時間")},
    };
    struct mine_output out = {.helplines = {helplines, sizeof helplines / sizeof helplines[0]}};
    struct sos_listed *rows = NULL;
    struct sos_output *items;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;

    if (sos_store_list(NULL, req->db, &ask, req->arena, &rows, &n, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = output_of(&rows[i]);
    out.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/sos/{sos}/undo ---- */

struct undoing {
    struct req *req;
    struct sos_listed sos;
};

static enum err take_back(struct tx *tx, struct undoing *u, struct fail *why)
{
    struct req *req = u->req;
    const struct sos_row *row = &u->sos.row;
    const struct sos_facts *facts = &u->sos.facts;
    const struct sos_step_row step = {.id = id_new(),
                                      .at_utc_us = req->now_utc_us,
                                      .sos = req->object,
                                      .account = req->caller.account,
                                      .act = SOS_UNDONE,
                                      .by = req->caller.account,
                                      .role = support_role(req)};
    bool was_there;
    enum err rc;

    if (req->now_utc_us > row->undo_until_utc_us + CALL_UNDO_GRACE_US || facts->n_told > 0 ||
        facts->answered_utc_us != 0 || facts->closed_utc_us != 0)
        return fail_set(why, ERR_CONFLICT, "too late");
    rc = sos_store_step(tx, &step, &was_there, why);
    if (rc == ERR_OK)
        rc = call_end(tx, DUTY_SOS, req->object, req->caller.account, req->now_utc_us, why);
    return rc == ERR_OK ? sos_store_find(tx, NULL, req->object, req->arena, &u->sos, why) : rc;
}

/* Whose it is not gets what a call that is not there gets. */
static enum err undo_run(struct tx *tx, void *arg, struct fail *why)
{
    struct undoing *u = arg;
    const struct access_entry access = access_of(u->req);
    enum err rc = sos_store_find(tx, NULL, u->req->object, u->req->arena, &u->sos, why);

    if (rc == ERR_OK && !id_eq(u->sos.row.account, u->req->caller.account))
        rc = fail_set(why, ERR_DENIED, "another's call");
    if (rc == ERR_OK && u->sos.facts.undone_utc_us == 0)
        rc = take_back(tx, u, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void undo_done(void *arg, enum err rc, const struct fail *why)
{
    struct undoing *u = arg;
    struct sos_output out;

    if (rc == ERR_CONFLICT) {
        reply_problem(u->req, 409, "too-late",
                      "もう職員に知らせました。まちがいのときは、職員に「まちがえた」と"
                      "つたえてください。だれもおこりません。");
    } else if (rc != ERR_OK) {
        reply_fail(u->req, why);
    } else {
        u->req->access_recorded = 1;
        out = output_of(&u->sos);
        support_say_sos(u->req->services, &u->sos);
        reply_json(u->req, 200, &out);
    }
}

static void undo(struct req *req)
{
    struct undoing *u = req_alloc(req, sizeof *u);
    const struct writer_op op = {undo_run, undo_done, u};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (u == NULL)
        return;
    *u = (struct undoing){.req = req};
    req->person = req->caller.account;
    rc = support_path_id(req, "sos", &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route sos_routes[SOS_ROUTES_N] = {
    {.name = "sos.press",
     .method = HTTP_POST,
     .path = "/api/v1/sos",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .input = &press_shape,
     .output = &sos_shape,
     .summary_ja = "SOSを押す",
     .handle = press},
    {.name = "sos.mine",
     .method = HTTP_GET,
     .path = "/api/v1/sos/mine",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &mine_shape,
     .summary_ja = "自分のSOSがどうなったかと、相談できる電話を見る",
     .handle = list_mine},
    {.name = "sos.undo",
     .method = HTTP_POST,
     .path = "/api/v1/sos/{sos}/undo",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD,
     .object = OBJECT_OWN,
     .audit = AUDIT_CHANGE,
     .must_go_on = true,
     .output = &sos_shape,
     .summary_ja = "SOSを取り消す",
     .handle = undo},
};
