/* Keys over HTTP: status, first sheet, unlocking, checking and replacing a sheet.
 *
 * Who may do what without signing in, and why. While the node is locked nobody can sign in
 * anew: login names, passwords and one-time secrets are sealed under keys that need the node
 * key. So
 * - unlocking asks for no session: a right sheet is itself the proof, and a wrong half opens
 *   nothing. It stands on the office listener (client certificate, network list) and on the
 *   operator's socket (`ibasho key unlock`), never on the public one, and tries are counted;
 * - the first sheet, before which there are no accounts at all, is taken on the office listener
 *   with a one-time invitation of the operator (keydesk.h), or on the operator's socket;
 * - everything else takes a signed-in commissioner; replacing a sheet takes two of them.
 * All of these are served while the node is locked. Access records need no key, so
 * every try stands in the audit log, also while locked. A half is JX_SECRET, wiped from the
 * request as soon as it was used, and never in a log line, an answer or a record. */
#include "tenants/keys/keys_http.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/base/unconst.h"
#include "tenants/keys/sheet.h"
#include "tenants/tenants.h"

/* ---- what the handlers share ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct keydesk *desk; /* for the program's life: handlers come and go */
static struct fail desk_why;

static void desk_make(void)
{
    if (keydesk_create(&desk, &desk_why) != ERR_OK)
        log_error("keys.no_desk", L_FAIL(&desk_why));
}

struct keydesk *keys_desk(struct req *req)
{
    pthread_once(&once, desk_make);
    if (desk == NULL)
        reply_fail(req, &desk_why);
    return desk;
}

bool keys_node(struct req *req, struct id *node_out)
{
    struct fail why;

    if (node_conf_id(req->services->conf, node_out, &why) == ERR_OK)
        return true;
    reply_fail(req, &why);
    return false;
}

void keys_refuse_half(struct req *req, const struct fail *why)
{
    struct keyring_status status;
    const char *title = NULL;

    if (why->code == ERR_NOT_FOUND) {
        reply_problem(req, 409, "no-sheet",
                      "鍵の紙はまだ作られていません。先に鍵の紙を作ってください。");
        return;
    }
    if (why->code != ERR_DENIED) {
        reply_fail(req, why);
        return;
    }
    if (keyring_status_read(req->services->keyring, &status, NULL) == ERR_OK &&
        status.sheet_code[0] != '\0')
        title = arena_printf(
            req->arena,
            "この紙では開きません。開くのは確認番号が %s の紙です。紙を見くらべてください。",
            status.sheet_code);
    reply_problem(req, 422, "wrong-sheet",
                  title != NULL ? title : "この紙では開きません。紙を見くらべてください。");
}

void keys_forget(struct req *req, struct span secret)
{
    if (secret.len > 0)
        OPENSSL_cleanse(unconst(secret.p), secret.len);
    if (req->body.len > 0)
        OPENSSL_cleanse(unconst(req->body.p), req->body.len);
}

static void answer_none(struct req *req)
{
    reply_header(req, "Cache-Control", "no-store");
    reply_none(req);
}

#define CODE_FIELD(struct_, flags_) \
    { \
        .name = "check_code", .type = JX_TEXT, .flags = (flags_), .least = 1, \
        .most = KEY_CODE_MOST, .offset = offsetof(struct struct_, check_code), \
        .has_offset = offsetof(struct struct_, has_code), .title_ja = "確認番号" \
    }
#define HALF_FIELD(struct_) \
    { \
        .name = "half", .type = JX_BYTES, .flags = JX_SECRET, .least = KEY_HALF_BYTES, \
        .most = KEY_HALF_BYTES, .offset = offsetof(struct struct_, half), \
        .title_ja = "鍵の半分" \
    }

/* ---- GET /api/v1/keys/status ---- */

struct status_output {
    bool agent_up, unlocked, initialised, has_proposal;
    struct span boot, sheet_code, stale_code;
    int64_t generation, n_keys, n_destroyed, n_wraps, n_unwraps, n_refused;
    struct id proposal;
};

#define STATUS_FIELD(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct status_output, name_), \
        .title_ja = (title) \
    }
static const struct jx_field status_fields[] = {
    STATUS_FIELD(JX_BOOL, agent_up, "鍵の番人が動いているか"),
    STATUS_FIELD(JX_BOOL, initialised, "鍵の紙があるか"),
    STATUS_FIELD(JX_BOOL, unlocked, "鍵が開いているか"),
    STATUS_FIELD(JX_TEXT, boot, "再起動のときの開け方"),
    STATUS_FIELD(JX_INT, generation, "鍵の世代"),
    STATUS_FIELD(JX_INT, n_keys, "鍵の数"),
    STATUS_FIELD(JX_INT, n_destroyed, "消した鍵の数"),
    STATUS_FIELD(JX_INT, n_wraps, "番人が包んだ回数"),
    STATUS_FIELD(JX_INT, n_unwraps, "番人が開けた回数"),
    STATUS_FIELD(JX_INT, n_refused, "番人が断った回数"),
    STATUS_FIELD(JX_TEXT, sheet_code, "有効な紙の確認番号"),
    STATUS_FIELD(JX_TEXT, stale_code, "もう使えない紙の確認番号"),
    {.name = "proposal",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct status_output, proposal),
     .has_offset = offsetof(struct status_output, has_proposal),
     .title_ja = "二人目の承認を待つ交換"},
};
static const struct jx_shape status_shape =
    JX_SHAPE("KeyStatus", struct status_output, status_fields);

static void status_show(struct req *req)
{
    struct keydesk *table = keys_desk(req);
    struct keyring_status s;
    struct status_output output;
    struct id person;
    struct fail why;

    if (table == NULL)
        return;
    if (keyring_status_read(req->services->keyring, &s, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    output = (struct status_output){
        .agent_up = s.agent_up,
        .unlocked = s.unlocked,
        .initialised = s.initialised,
        .boot = span_text(s.boot),
        .sheet_code = span_text(s.sheet_code),
        .stale_code = span_text(s.stale_code),
        .generation = s.generation,
        .n_keys = (int64_t)s.n_keys,
        .n_destroyed = (int64_t)s.n_destroyed,
        .n_wraps = (int64_t)s.n_wraps,
        .n_unwraps = (int64_t)s.n_unwraps,
        .n_refused = (int64_t)s.n_refused,
    };
    output.has_proposal = keydesk_peek(table, clock_mono_us(), &output.proposal, &person);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &output);
}

/* ---- POST /api/v1/keys/sheet, /unlock, /sheet/check ---- */

struct half_input {
    struct span half, check_code, invitation;
    bool has_code, has_invitation;
};
static const struct jx_field half_fields[] = {HALF_FIELD(half_input),
                                              CODE_FIELD(half_input, JX_OPTIONAL)};
static const struct jx_shape half_shape = JX_SHAPE("KeyHalf", struct half_input, half_fields);

static const struct jx_field init_fields[] = {
    HALF_FIELD(half_input),
    CODE_FIELD(half_input, JX_OPTIONAL),
    {.name = "invitation",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_SECRET,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct half_input, invitation),
     .has_offset = offsetof(struct half_input, has_invitation),
     .title_ja = "招待番号"},
};
static const struct jx_shape init_shape = JX_SHAPE("KeyInit", struct half_input, init_fields);

/* Counts the try and compares a check code that came along: a half made for another node, or
 * one that was mangled on its way, is found before it is used. False: answered. */
static bool half_is_meant(struct req *req, struct keydesk *table, const struct half_input *in)
{
    struct fail why;
    struct id node;

    if (keydesk_try(table, clock_mono_us(), &why) != ERR_OK) {
        reply_fail(req, &why);
        return false;
    }
    if (!in->has_code)
        return true;
    if (!keys_node(req, &node))
        return false;
    if (sheet_code_check(node, in->half.p, in->check_code, &why) == ERR_OK)
        return true;
    reply_problem(req, 422, "wrong-check-code",
                  "確認番号がことばと合いません。紙のことばと確認番号を見くらべてください。");
    return false;
}

static void half_use(struct req *req, enum err (*use)(struct keyring *keyring,
                                                      const uint8_t *half, struct fail *why))
{
    const struct half_input *in = req->input;
    struct keydesk *table = keys_desk(req);
    struct fail why;
    enum err rc;

    if (table == NULL || !half_is_meant(req, table, in)) {
        keys_forget(req, in->half);
        return;
    }
    rc = use(req->services->keyring, in->half.p, &why);
    keys_forget(req, in->half);
    if (rc == ERR_OK)
        answer_none(req);
    else
        keys_refuse_half(req, &why);
}

static void sheet_unlock(struct req *req)
{
    half_use(req, keyring_unlock);
}

static void sheet_check(struct req *req)
{
    half_use(req, keyring_check_half);
}

/* Who sends the half of the sheet in force again (the first answer was lost on its way) is told
 * that all is well, also after the invitation was used up: a right half is its own proof. */
static enum err init_or_conflict(struct req *req, struct keydesk *table,
                                 const struct half_input *in, struct fail *why)
{
    enum err rc = ERR_OK;

    if (req->caller.operator_name == NULL)
        rc = keydesk_invited(table, in->has_invitation ? in->invitation : SPAN_NONE,
                             clock_mono_us(), why);
    if (rc == ERR_OK)
        rc = keyring_init(req->services->keyring, in->half.p, why);
    if ((rc == ERR_DENIED || rc == ERR_CONFLICT) &&
        keyring_check_half(req->services->keyring, in->half.p, NULL) == ERR_OK)
        rc = ERR_OK;
    if (rc == ERR_OK)
        keydesk_invitation_end(table);
    return rc;
}

static void sheet_init(struct req *req)
{
    const struct half_input *in = req->input;
    struct keydesk *table = keys_desk(req);
    struct fail why;
    enum err rc;

    if (table == NULL || !half_is_meant(req, table, in)) {
        keys_forget(req, in->half);
        return;
    }
    rc = init_or_conflict(req, table, in, &why);
    keys_forget(req, in->half);
    if (rc == ERR_OK)
        answer_none(req);
    else if (rc == ERR_DENIED)
        reply_problem(
            req, 422, "no-invitation",
            "招待番号がちがうか、期限が切れています。運用者に新しい番号をもらってください。");
    else if (rc == ERR_CONFLICT)
        reply_problem(req, 409, "has-sheet",
                      "鍵の紙はもうあります。作り直すには、二人で交換の手続きをしてください。");
    else
        reply_fail(req, &why);
}

/* ---- replacing a sheet: two commissioners ---- */

struct propose_input {
    struct span half, check_code;
    bool has_code; /* never false: the field is required */
};
static const struct jx_field propose_fields[] = {HALF_FIELD(propose_input),
                                                 CODE_FIELD(propose_input, 0)};
static const struct jx_shape propose_shape =
    JX_SHAPE("KeyReplacement", struct propose_input, propose_fields);

static const struct jx_field proposed_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct keys_proposed, id),
     .title_ja = "交換の番号"},
    {.name = "check_code",
     .type = JX_TEXT,
     .offset = offsetof(struct keys_proposed, check_code),
     .title_ja = "新しい紙の確認番号"},
};
const struct jx_shape keys_proposed_shape =
    JX_SHAPE("KeyReplacementProposed", struct keys_proposed, proposed_fields);

void keys_propose(struct req *req, struct id person, struct span half, struct span check_code)
{
    struct keydesk *table = keys_desk(req);
    struct keys_proposed output;
    struct keyring_status status;
    char code[KEY_CODE_CAP];
    struct id node;
    struct fail why;

    if (table == NULL || !keys_node(req, &node))
        return;
    if (sheet_code_check(node, half.p, check_code, &why) != ERR_OK) {
        reply_problem(
            req, 422, "wrong-check-code",
            "確認番号がことばと合いません。紙のことばと確認番号を見くらべてください。");
        return;
    }
    if (keyring_half_code(node, half.p, code, &why) != ERR_OK ||
        keyring_status_read(req->services->keyring, &status, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!status.unlocked) {
        fail_set(&why, ERR_LOCKED, "the key agent waits for the sheet");
        reply_fail(req, &why);
        return;
    }
    keydesk_propose(table, person, half.p, clock_mono_us(), &output.id);
    output.check_code = span_text(code);
    req->object = output.id;
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 201, &output);
}

static void replacement_propose(struct req *req)
{
    const struct propose_input *in = req->input;

    keys_propose(req, req->caller.account, in->half, in->check_code);
    keys_forget(req, in->half);
}

struct approve_input {
    struct span check_code;
    bool has_code;
};
static const struct jx_field approve_fields[] = {CODE_FIELD(approve_input, 0)};
static const struct jx_shape approve_shape =
    JX_SHAPE("KeyReplacementApproval", struct approve_input, approve_fields);

static void replacement_approve(struct req *req)
{
    const struct approve_input *in = req->input;

    keys_approve(req, req->caller.account, in->check_code);
}

/* A commissioner may well ask for one that is gone: told in words of its own, for a bare 404
 * reads as "not from this computer". */
static void refuse_proposal(struct req *req)
{
    struct keyring_status status;
    const char *title = NULL;

    if (keyring_status_read(req->services->keyring, &status, NULL) == ERR_OK &&
        status.sheet_code[0] != '\0')
        title = arena_printf(
            req->arena,
            "この交換の申し込みは、期限（10 分）が切れたか、もう終わっています。いま有効なのは"
            "確認番号が %s の紙です。交換するときは、一人目の人からやり直してください。",
            status.sheet_code);
    reply_problem(req, 409, "no-proposal",
                  title != NULL ? title
                                : "この交換の申し込みは、期限（10 分）が切れたか、もう終わって"
                                  "います。一人目の人からやり直してください。");
}

static void refuse_approval(struct req *req, const struct fail *why)
{
    if (why->code == ERR_NOT_FOUND)
        refuse_proposal(req);
    else if (why->code == ERR_CONFLICT)
        reply_problem(req, 409, "second-person",
                      "二人目の人が承認してください。はじめた人は承認できません。");
    else if (why->code == ERR_INVALID)
        reply_problem(req, 422, "wrong-check-code",
                      "確認番号が新しい紙と合いません。新しい紙を見て、打ち直してください。");
    else
        reply_fail(req, why);
}

void keys_approve(struct req *req, struct id person, struct span check_code)
{
    struct keydesk *table = keys_desk(req);
    uint8_t half[KEY_HALF_BYTES];
    struct id node, proposal;
    struct fail why;
    enum err rc;

    if (table == NULL || !keys_node(req, &node))
        return;
    rc = id_parse(req_param(req, "id"), &proposal, NULL);
    req->object = proposal;
    if (rc != ERR_OK) {
        refuse_proposal(req);
        return;
    }
    if (keydesk_has_held(table, proposal, person)) {
        answer_none(req);
        return;
    }
    rc =
        keydesk_approve(table, proposal, person, node, check_code, clock_mono_us(), half, &why);
    if (rc != ERR_OK) {
        refuse_approval(req, &why);
        return;
    }
    rc = keyring_rotate(req->services->keyring, half, &why);
    OPENSSL_cleanse(half, sizeof half);
    keydesk_approve_end(table, proposal, person, rc == ERR_OK);
    if (rc == ERR_OK)
        answer_none(req);
    else
        reply_fail(req, &why);
}

#define COMMISSIONER ROLE_BIT(ROLE_COMMISSIONER)

const struct route keys_routes[KEYS_ROUTES_N] = {
    {
        .name = "keys.status",
        .method = HTTP_GET,
        .path = "/api/v1/keys/status",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = COMMISSIONER | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR),
        .audit = AUDIT_NONE,
        .output = &status_shape,
        .summary_ja = "鍵のようすを見る",
        .handle = status_show,
    },
    {
        .name = "keys.init",
        .method = HTTP_POST,
        .path = "/api/v1/keys/sheet",
        .listeners = LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = ROLES_EVERYONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &init_shape,
        .summary_ja = "はじめての鍵の紙を受け取る（招待番号が要る）",
        .handle = sheet_init,
    },
    {
        .name = "keys.unlock",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/keys/unlock",
        .listeners = LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = ROLES_EVERYONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &half_shape,
        .summary_ja = "鍵の紙で拠点を開ける（紙そのものが証明になる）",
        .handle = sheet_unlock,
    },
    {
        .name = "keys.check",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/keys/sheet/check",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_ADMIN,
        .roles = COMMISSIONER,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &half_shape,
        .summary_ja = "しまってある紙がいまの鍵と合うか確かめる",
        .handle = sheet_check,
    },
    {
        .name = "keys.propose",
        .method = HTTP_POST,
        .path = "/api/v1/keys/replacements",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = COMMISSIONER,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &propose_shape,
        .output = &keys_proposed_shape,
        .summary_ja = "鍵の紙の交換をはじめる（一人目）",
        .handle = replacement_propose,
    },
    {
        .name = "keys.approve",
        .method = HTTP_POST,
        .path = "/api/v1/keys/replacements/{id}/approval",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = COMMISSIONER,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &approve_shape,
        .summary_ja = "鍵の紙の交換を承認する（二人目）",
        .handle = replacement_approve,
    },
};
