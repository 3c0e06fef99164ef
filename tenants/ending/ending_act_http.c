/* The acts of one person's end over HTTP (NI-2.3.4-4b): asked for, decided about what others'
 * records say, confirmed by a second person, or cancelled. */
#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "node/base/role.h"
#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "node/db/seal.h"
#include "tenants/ending/ending_http.h"
#include "tenants/ending/ending_look_store.h"
#include "tenants/ending/ending_rows.h"
#include "tenants/ending/ending_work.h"
#include "tenants/people/person_store.h"

#define DECISIONS_MOST 200
#define DUE_MOST       (INT64_C(400) * DAY_US)

struct asked_output {
    struct id id;
};
static const struct jx_field asked_fields[] = {
    ENDING_FIELD(JX_ID, asked_output, id, "申し出のID"),
};
static const struct jx_shape asked_shape =
    JX_SHAPE("EndingAsked", struct asked_output, asked_fields);

/* Why an act was refused, in words. */
struct refusal {
    int status;
    const char *code, *title_ja;
};
static const struct refusal refuse_self = {
    409, "ending-self", "自分の情報を消す申し出は、ほかの教育委員会の人が記します。"};
static const struct refusal refuse_open = {
    409, "ending-open", "この人の申し出は、もう記されています。一覧を見なおしてください。"};
static const struct refusal refuse_own = {
    403, "ending-own",
    "自分が記した申し出は、自分では確かめられません。教育委員会のほかの人に頼んでください。"};
static const struct refusal refuse_state = {
    409, "ending-state",
    "この申し出は、いまその操作を待っていません。一覧を見なおしてください。"};
static const struct refusal refuse_undecided = {
    409, "ending-undecided",
    "ほかの人の記録に名前が残る箇所が、まだ決まっていません。先に一つずつ決めてください。"};
static const struct refusal refuse_cannot = {
    409, "ending-cannot",
    "その記録は、そのようには変えられません。画面にある方法から選んでください。"};

struct act {
    struct req *req;
    struct ending_row row; /* ask: the new one */
    struct ending_step_row step;
    const struct id *mentions;
    size_t n_mentions;
    const struct refusal *refusal;
};

static enum err refuse(struct act *a, const struct refusal *refusal, struct fail *why)
{
    a->refusal = refusal;
    return fail_set(why, ERR_CONFLICT, "%s", refusal->code);
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    const struct act *a = arg;
    const struct asked_output out = {a->req->object};

    if (a->refusal != NULL) {
        reply_problem(a->req, a->refusal->status, a->refusal->code, a->refusal->title_ja);
        return;
    }
    if (rc != ERR_OK) {
        reply_fail(a->req, why);
        return;
    }
    a->req->access_recorded = 1;
    jobs_wake(a->req->services->jobs);
    reply_json(a->req, 200, &out);
}

static enum err write_access(const struct act *a, struct tx *tx, struct fail *why)
{
    const struct access_entry access = access_of(a->req);

    return access_append(tx, &access, why);
}

/* ---- POST /api/v1/endings ---- */

struct ask_input {
    struct id id, person;
    int reason, asked_by;
    int64_t due;
    struct span note;
    bool has_due, has_note;
};
static const struct jx_field ask_fields[] = {
    ENDING_FIELD(JX_ID, ask_input, id, "申し出のID"),
    ENDING_FIELD(JX_ID, ask_input, person, "だれの情報か"),
    ENDING_CHOICE(ask_input, reason, ENDING_REASONS, "理由"),
    ENDING_CHOICE(ask_input, asked_by, ENDING_ASKERS, "だれの申し出か"),
    ENDING_MAYBE(JX_TIME, ask_input, due, has_due, "消す日"),
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .most = ENDING_TEXT_MOST,
     .offset = offsetof(struct ask_input, note),
     .has_offset = offsetof(struct ask_input, has_note),
     .title_ja = "申し出の内容"},
};
static const struct jx_shape ask_shape = JX_SHAPE("EndingAsk", struct ask_input, ask_fields);

static bool is_same(const struct ending_row *a, const struct ending_row *b)
{
    return id_eq(a->id, b->id) && id_eq(a->by, b->by) && a->reason == b->reason &&
           a->asked_by == b->asked_by && a->due_utc_us == b->due_utc_us;
}

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;
    struct ending_row there;
    enum err rc = ending_store_open(tx, a->row.person, &there, why);

    a->refusal = NULL;
    if (rc == ERR_OK)
        return is_same(&there, &a->row) ? write_access(a, tx, why)
                                        : refuse(a, &refuse_open, why);
    if (rc == ERR_NOT_FOUND)
        rc = ending_store_add(tx, &a->row, why);
    if (rc == ERR_OK)
        rc = ending_work_post(tx, a->row.id, 0, why);
    return rc == ERR_OK ? write_access(a, tx, why) : rc;
}

/* Under the person's own key: what was said about it goes with the person. */
static enum err seal_note(struct req *req, struct span note, struct ending_row *row,
                          struct fail *why)
{
    const struct seal_place place = {"ending", "note_sealed", row->id};
    struct id key;
    enum err rc =
        keyring_need_key(req->services->keyring, KEY_PERSON, row->person, NULL, &key, why);

    return rc == ERR_OK ? seal(req->services->keyring, key, &place, note, req->arena,
                               &row->note_sealed, why)
                        : rc;
}

static enum err fill_ask(struct act *a, const struct ask_input *in, struct fail *why)
{
    struct req *req = a->req;
    struct person_row known;
    enum err rc = person_store_find(NULL, req->db, in->person, req->arena, &known, why);

    if (rc == ERR_NOT_FOUND)
        return fail_field(why, ERR_NOT_FOUND, "/person", "nobody is known by that id");
    a->row = (struct ending_row){
        .id = in->id,
        .by = req->caller.account,
        .person = in->person,
        .at_utc_us = req->now_utc_us,
        .due_utc_us = in->has_due ? in->due : 0,
        .by_role = span_text(role_id(req->caller.role)),
        .reason = in->reason,
        .asked_by = in->asked_by,
    };
    if (rc == ERR_OK && in->has_due &&
        (in->due < req->now_utc_us - DAY_US || in->due > req->now_utc_us + DUE_MOST))
        rc = fail_field(why, ERR_INVALID, "/due", "a day from today within 400 days");
    if (rc == ERR_OK && in->has_note && in->note.len > 0)
        rc = seal_note(req, in->note, &a->row, why);
    return rc;
}

static void ask_ending(struct req *req)
{
    const struct ask_input *in = req->input;
    struct act *a = req_alloc(req, sizeof *a);
    const struct writer_op op = {ask_run, act_done, a};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (a == NULL)
        return;
    a->req = req;
    req->object = in->id;
    if (id_eq(in->person, req->caller.account)) {
        reply_problem(req, refuse_self.status, refuse_self.code, refuse_self.title_ja);
        return;
    }
    rc = fill_ask(a, in, &why);
    if (rc == ERR_OK) {
        req->person = in->person;
        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- acts on one that is there ---- */

static enum err find_row(struct act *a, struct tx *tx, struct fail *why)
{
    a->refusal = NULL;
    return ending_store_find(tx, NULL, a->req->object, tx_arena(tx), &a->row, why);
}

static struct ending_step_row step_of(const struct req *req, enum ending_kind kind)
{
    return (struct ending_step_row){.id = id_new(),
                                    .ending = req->object,
                                    .by = req->caller.account,
                                    .at_utc_us = req->now_utc_us,
                                    .by_role = span_text(role_id(req->caller.role)),
                                    .kind = kind};
}

static void act_on(struct req *req, struct act *a,
                   enum err (*run)(struct tx *tx, void *arg, struct fail *why))
{
    struct fail why = {.code = ERR_OK};
    struct ending_row row;
    enum err rc = ending_of_path(req, &why);
    const struct writer_op op = {run, act_done, a};

    a->req = req;
    if (rc == ERR_OK)
        rc = ending_store_find(NULL, req->db, req->object, req->arena, &row, &why);
    if (rc == ERR_OK) {
        req->person = row.person;
        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/endings/{id}/decisions ---- */

struct decide_input {
    struct jx_texts mentions;
    int decision;
};
static const struct jx_field decide_fields[] = {
    {.name = "mentions",
     .type = JX_TEXTS,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct decide_input, mentions),
     .title_ja = "箇所のID"},
    ENDING_CHOICE(decide_input, decision, ENDING_DECISIONS, "どうするか"),
};
static const struct jx_shape decide_shape =
    JX_SHAPE("EndingDecide", struct decide_input, decide_fields);

static enum err decide_one(struct act *a, struct tx *tx, struct id mention, struct fail *why)
{
    const struct decide_input *in = a->req->input;
    struct ending_step_row step = step_of(a->req, ENDING_DECIDED);
    struct ending_mention m;
    enum err rc = ending_mention_find(tx, a->row.id, mention, &m, why);

    if (rc != ERR_OK)
        return rc;
    step.mention = mention;
    step.decision = (enum ending_decision)in->decision;
    if (id_is_none(m.row) || (step.decision != ENDING_KEEP && step.decision != m.can))
        return refuse(a, &refuse_cannot, why);
    if (m.has_decision && m.decision == step.decision)
        return ERR_OK; /* sent again */
    return ending_store_step(tx, &step, why);
}

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;
    enum err rc = find_row(a, tx, why);

    if (rc == ERR_OK && a->row.state != ENDING_IS_DECIDING && a->row.state != ENDING_IS_READY)
        return refuse(a, &refuse_state, why);
    for (size_t i = 0; i < a->n_mentions && rc == ERR_OK; i++)
        rc = decide_one(a, tx, a->mentions[i], why);
    return rc == ERR_OK ? write_access(a, tx, why) : rc;
}

static void decide(struct req *req)
{
    const struct decide_input *in = req->input;
    struct act *a = req_alloc(req, sizeof *a);
    struct id *mentions =
        a == NULL ? NULL : req_alloc(req, (in->mentions.n + 1) * sizeof *mentions);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (mentions == NULL)
        return;
    if (in->mentions.n == 0 || in->mentions.n > DECISIONS_MOST)
        rc = fail_field(&why, ERR_INVALID, "/mentions", "1 to %d of them", DECISIONS_MOST);
    for (size_t i = 0; i < in->mentions.n && rc == ERR_OK; i++)
        if (id_parse(in->mentions.at[i], &mentions[i], NULL) != ERR_OK)
            rc = fail_field(&why, ERR_INVALID, "/mentions", "not an id");
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    *a = (struct act){.mentions = mentions, .n_mentions = in->mentions.n};
    act_on(req, a, decide_run);
}

/* ---- POST /api/v1/endings/{id}/confirm ---- */

static enum err confirm_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;
    const struct id caller = a->req->caller.account;
    struct ending_step_row step = step_of(a->req, ENDING_CONFIRMED);
    enum err rc = find_row(a, tx, why);

    if (rc != ERR_OK)
        return rc;
    if (a->row.state == ENDING_IS_WAITING && id_eq(a->row.confirmed_by, caller))
        return write_access(a, tx, why); /* sent again */
    if (id_eq(a->row.by, caller) || id_eq(a->row.person, caller))
        return refuse(a, &refuse_own, why);
    if (a->row.state == ENDING_IS_DECIDING)
        return refuse(a, &refuse_undecided, why);
    if (a->row.state != ENDING_IS_READY)
        return refuse(a, &refuse_state, why);
    rc = ending_store_step(tx, &step, why);
    if (rc == ERR_OK)
        rc = ending_work_post(tx, a->row.id, a->row.due_utc_us, why);
    return rc == ERR_OK ? write_access(a, tx, why) : rc;
}

static void confirm(struct req *req)
{
    struct act *a = req_alloc(req, sizeof *a);

    if (a == NULL)
        return;
    *a = (struct act){.req = req};
    act_on(req, a, confirm_run);
}

/* ---- POST /api/v1/endings/{id}/cancel ---- */

static enum err cancel_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;
    struct ending_step_row step = step_of(a->req, ENDING_CANCELLED);
    enum err rc = find_row(a, tx, why);

    if (rc != ERR_OK || a->row.state == ENDING_IS_CANCELLED)
        return rc == ERR_OK ? write_access(a, tx, why) : rc;
    if (a->row.state == ENDING_IS_RUNNING || a->row.state == ENDING_IS_DONE)
        return refuse(a, &refuse_state, why);
    rc = ending_store_step(tx, &step, why);
    return rc == ERR_OK ? write_access(a, tx, why) : rc;
}

static void cancel(struct req *req)
{
    struct act *a = req_alloc(req, sizeof *a);

    if (a == NULL)
        return;
    *a = (struct act){.req = req};
    act_on(req, a, cancel_run);
}

const struct route ending_act_routes[ENDING_ACT_ROUTES_N] = {
    {.name = "endings.ask",
     .method = HTTP_POST,
     .path = "/api/v1/endings",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &ask_shape,
     .output = &asked_shape,
     .summary_ja = "ひとりの情報を消す申し出を記す",
     .handle = ask_ending},
    {.name = "endings.decide",
     .method = HTTP_POST,
     .path = "/api/v1/endings/{id}/decisions",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &decide_shape,
     .output = &asked_shape,
     .summary_ja = "ほかの人の記録に名前が残る箇所を、どうするか決める",
     .handle = decide},
    {.name = "endings.confirm",
     .method = HTTP_POST,
     .path = "/api/v1/endings/{id}/confirm",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .output = &asked_shape,
     .summary_ja = "ほかの人が記した申し出を確かめ、消すと決める",
     .handle = confirm},
    {.name = "endings.cancel",
     .method = HTTP_POST,
     .path = "/api/v1/endings/{id}/cancel",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .output = &asked_shape,
     .summary_ja = "ひとりの情報を消す申し出を取り下げる",
     .handle = cancel},
};
