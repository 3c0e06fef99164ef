/* The operator's ways in to the keys: invitation, rotation, and the replacement of a sheet by
 * two commissioners who stand at the operator's terminal. There each request brings a
 * commissioner's login, password and one-time code; it goes the way of every sign-in (throttle,
 * lock-out, access record), and the session that this opens is closed again at once. */
#include <openssl/crypto.h>
#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/unconst.h"
#include "tenants/keys/keys_http.h"
#include "tenants/signin/signin.h"
#include "tenants/tenants.h"

/* ---- POST /api/v1/admin/keys/invitation ---- */

struct invitation_output {
    struct span code;
    int64_t minutes;
};
static const struct jx_field invitation_fields[] = {
    {.name = "code",
     .type = JX_TEXT,
     .offset = offsetof(struct invitation_output, code),
     .title_ja = "招待番号"},
    {.name = "minutes",
     .type = JX_INT,
     .offset = offsetof(struct invitation_output, minutes),
     .title_ja = "使える時間（分）"},
};
static const struct jx_shape invitation_shape =
    JX_SHAPE("KeyInvitation", struct invitation_output, invitation_fields);

static void invite(struct req *req)
{
    struct keydesk *desk = keys_desk(req);
    struct keyring_status status;
    char code[KEYDESK_INVITATION_CAP];
    struct fail why;

    if (desk == NULL)
        return;
    if (keyring_status_read(req->services->keyring, &status, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (status.initialised) {
        reply_problem(req, 409, "has-sheet",
                      "鍵の紙はもうあります。作り直すには、二人で交換の手続きをしてください。");
        return;
    }
    arena_mark_secret(req->arena); /* the answer holds it */
    keydesk_invite(desk, clock_mono_us(), code);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200,
               &(struct invitation_output){span_text(code),
                                           KEYDESK_INVITATION_US / INT64_C(60000000)});
}

/* ---- POST /api/v1/admin/keys/rotation ---- */

/* On a hashing thread: every key is wrapped again, which takes its time. */
static void rotate_run(void *arg)
{
    struct req *req = arg;
    struct fail why;

    if (keyring_rotate(req->services->keyring, NULL, &why) == ERR_OK)
        reply_none(req);
    else
        reply_fail(req, &why);
}

static void rotate(struct req *req)
{
    struct fail why;

    if (hasher_post(req->services->accounts->hasher, rotate_run, req, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/admin/keys/lock ---- */

/* For the hour in which nobody knows who is on the machine: every key leaves memory, a half
 * that waits for its approval too, and only the sheet (or a restart of the agent, with a token)
 * brings the node back. */
static void lock(struct req *req)
{
    struct keydesk *desk = keys_desk(req);
    struct fail why;

    if (desk == NULL)
        return;
    keydesk_clear(desk);
    if (keyring_lock(req->services->keyring, &why) == ERR_OK)
        reply_none(req);
    else
        reply_fail(req, &why);
}

/* ---- replacement at the operator's terminal ---- */

struct person_input {
    struct span login, password, code, half, check_code;
};

#define PERSON_FIELD(name_, flags_, most_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = (flags_), .least = 1, .most = (most_), \
        .offset = offsetof(struct person_input, name_), .title_ja = (title) \
    }
#define PERSON_FIELDS \
    PERSON_FIELD(login, 0, 100, "ログインID"), \
        PERSON_FIELD(password, JX_SECRET, PASSWORD_MOST, "パスワード"), \
        PERSON_FIELD(code, JX_SECRET, 20, "認証アプリの数字"), \
        PERSON_FIELD(check_code, 0, KEY_CODE_MOST, "新しい紙の確認番号")

static const struct jx_field propose_fields[] = {
    PERSON_FIELDS,
    {.name = "half",
     .type = JX_BYTES,
     .flags = JX_SECRET,
     .least = KEY_HALF_BYTES,
     .most = KEY_HALF_BYTES,
     .offset = offsetof(struct person_input, half),
     .title_ja = "鍵の半分"},
};
static const struct jx_shape propose_shape =
    JX_SHAPE("KeyReplacementByPerson", struct person_input, propose_fields);
static const struct jx_field approve_fields[] = {PERSON_FIELDS};
static const struct jx_shape approve_shape =
    JX_SHAPE("KeyReplacementApprovalByPerson", struct person_input, approve_fields);

struct proof {
    struct signin signin;
    struct req *req;
    void (*then)(struct req *req, struct id person, struct span half, struct span check_code);
};

/* Before an answer, which may end the request. */
static void forget(struct req *req)
{
    const struct person_input *in = req->input;

    keys_forget(req, in->half);
    OPENSSL_cleanse(unconst(in->password.p), in->password.len);
    OPENSSL_cleanse(unconst(in->code.p), in->code.len);
}

/* On a hashing thread, which may wait for the writer. The answer may end the request while this
 * still runs, so what is needed of it is copied, and the rest wiped, before. */
static void proven_run(void *arg)
{
    struct proof *p = arg;
    struct req *req = p->req;
    const struct person_input *in = req->input;
    uint8_t half[KEY_HALF_BYTES] = {0}, code[4 * KEY_CODE_MOST];
    size_t code_len = in->check_code.len < sizeof code ? in->check_code.len : sizeof code;

    if (in->half.len == sizeof half)
        memcpy(half, in->half.p, sizeof half);
    memcpy(code, in->check_code.p, code_len);
    forget(req);
    if (p->signin.row.role != ROLE_COMMISSIONER)
        reply_problem(req, 422, "not-commissioner",
                      "鍵の紙を交換できるのは委託者（自治体の担当者）だけです。");
    else
        p->then(req, p->signin.row.id, span_of(half, sizeof half), span_of(code, code_len));
    OPENSSL_cleanse(half, sizeof half);
}

/* On the writer's thread, which must not wait; and without an answer the request would hang. */
static void proof_told(struct signin *signin)
{
    struct proof *p = signin->arg;
    struct fail why = signin->why;

    if (signin->rc == ERR_OK && signin->verdict == SIGNIN_OK) {
        if (hasher_post(signin->accounts->hasher, proven_run, p, &why) == ERR_OK)
            return;
    }
    forget(p->req);
    if (signin->rc == ERR_OK && signin->verdict != SIGNIN_OK) {
        reply_problem(
            p->req, 422, "wrong-sign-in",
            "ログインID・パスワード・数字のどれかがちがいます。確かめて、もう一度入れて"
            "ください。");
        return;
    }
    reply_fail(p->req, &why);
}

static void prove(struct req *req, void (*then)(struct req *req, struct id person,
                                                struct span half, struct span check_code))
{
    const struct person_input *in = req->input;
    struct proof *p = arena_alloc(req->arena, sizeof *p);
    struct fail why;

    if (p == NULL) {
        fail_set(&why, ERR_NOMEM, "proof of a person");
        forget(req);
        reply_fail(req, &why);
        return;
    }
    p->req = req;
    p->then = then;
    p->signin = (struct signin){
        .accounts = req->services->accounts,
        .arena = req->arena,
        .login = in->login,
        .password = in->password,
        .code = in->code,
        .has_code = true,
        .is_proof = true,
        .from = {.address = SPAN("operator's terminal"), .now_utc_us = req->now_utc_us},
        .done = proof_told,
        .arg = p,
    };
    if (signin_start(&p->signin, req->db, &why) != ERR_OK) {
        forget(req);
        reply_fail(req, &why);
    }
}

static void propose(struct req *req)
{
    prove(req, keys_propose);
}

static void approve_by(struct req *req, struct id person, struct span half,
                       struct span check_code)
{
    (void)half; /* it lies on the desk already */
    keys_approve(req, person, check_code);
}

static void approve(struct req *req)
{
    prove(req, approve_by);
}

/* ---- POST /api/v1/admin/backups ---- */

struct backup_input {
    struct id id;
    int64_t at, bytes;
    struct span sha256, wal_start, wal_end;
};
#define BACKUP_FIELD(type_, name_, most_, title) \
    { \
        .name = #name_, .type = (type_), .most = (most_), \
        .offset = offsetof(struct backup_input, name_), .title_ja = (title) \
    }
static const struct jx_field backup_fields[] = {
    BACKUP_FIELD(JX_ID, id, 0, "控えの番号"),
    BACKUP_FIELD(JX_TIME, at, 0, "取った時刻"),
    BACKUP_FIELD(JX_INT, bytes, INT64_C(9007199254740991), "バイト数"),
    BACKUP_FIELD(JX_TEXT, sha256, 64, "SHA-256"),
    BACKUP_FIELD(JX_TEXT, wal_start, 40, "ログの始まり"),
    BACKUP_FIELD(JX_TEXT, wal_end, 40, "ログの終わり"),
};
static const struct jx_shape backup_shape =
    JX_SHAPE("BackupMade", struct backup_input, backup_fields);

/* The command line has taken a backup: who took a copy of everything stands in the record. */
static void backup_record(struct req *req)
{
    const struct backup_input *in = req->input;
    struct id key;
    struct fail why;

    req->object = in->id;
    if (keyring_find_key(req->services->keyring, KEY_BACKUP, in->id, NULL, &key, &why) ==
        ERR_OK)
        reply_none(req);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/admin/backups/drill ---- */

struct drill_input {
    struct id backup;
    bool good;
    int64_t at, took_ms, tables, rows, leaves, keys, sealed, files, erased;
    struct span text;
};
#define DRILL_FIELD(type_, name_, most_, title) \
    { \
        .name = #name_, .type = (type_), .most = (most_), \
        .offset = offsetof(struct drill_input, name_), .title_ja = (title) \
    }
static const struct jx_field drill_fields[] = {
    DRILL_FIELD(JX_TIME, at, 0, "行った時刻"),
    DRILL_FIELD(JX_BOOL, good, 0, "戻せたか"),
    DRILL_FIELD(JX_ID, backup, 0, "控えの番号"),
    DRILL_FIELD(JX_INT, took_ms, JX_MAX_INT, "かかった時間（ミリ秒）"),
    DRILL_FIELD(JX_INT, tables, JX_MAX_INT, "比べた表"),
    DRILL_FIELD(JX_INT, rows, JX_MAX_INT, "比べた行"),
    DRILL_FIELD(JX_INT, leaves, JX_MAX_INT, "監査記録"),
    DRILL_FIELD(JX_INT, keys, JX_MAX_INT, "開いた鍵"),
    DRILL_FIELD(JX_INT, sealed, JX_MAX_INT, "開いた封"),
    DRILL_FIELD(JX_INT, files, JX_MAX_INT, "開いたファイル"),
    DRILL_FIELD(JX_INT, erased, JX_MAX_INT, "消された人"),
    DRILL_FIELD(JX_TEXT, text, 400, "だめだったこと"),
};
static const struct jx_shape drill_shape =
    JX_SHAPE("BackupDrilled", struct drill_input, drill_fields);

/* The command line has restored a copy of everything beside the node: who did, and when, stands
 * in the record. */
static void drill_record(struct req *req)
{
    const struct drill_input *in = req->input;

    req->object = in->backup;
    reply_none(req);
}

#define OPERATOR \
    .listeners = LISTENER_ADMIN, .roles = ROLE_BIT(ROLE_ANONYMOUS), .audit = AUDIT_CHANGE, \
    .must_go_on = true

const struct route keys_admin_routes[KEYS_ADMIN_ROUTES_N] = {
    {
        .name = "keys.invite",
        .method = HTTP_POST,
        .path = "/api/v1/admin/keys/invitation",
        OPERATOR,
        .output = &invitation_shape,
        .summary_ja = "はじめての鍵の紙のための招待番号を出す（運用者）",
        .handle = invite,
    },
    {
        .name = "keys.rotate",
        .method = HTTP_POST,
        .path = "/api/v1/admin/keys/rotation",
        OPERATOR,
        .summary_ja = "事業者の半分を新しくする（運用者）",
        .handle = rotate,
    },
    {
        .name = "keys.lock",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/admin/keys/lock",
        OPERATOR,
        .summary_ja = "鍵をすべて閉じる（運用者）",
        .handle = lock,
    },
    {
        .name = "keys.propose_here",
        .method = HTTP_POST,
        .path = "/api/v1/admin/keys/replacements",
        OPERATOR,
        .input = &propose_shape,
        .output = &keys_proposed_shape,
        .summary_ja = "運用者の端末で鍵の紙の交換をはじめる（一人目の委託者）",
        .handle = propose,
    },
    {
        .name = "keys.approve_here",
        .method = HTTP_POST,
        .path = "/api/v1/admin/keys/replacements/{id}/approval",
        OPERATOR,
        .object = OBJECT_ANY_HERE,
        .input = &approve_shape,
        .summary_ja = "運用者の端末で鍵の紙の交換を承認する（二人目の委託者）",
        .handle = approve,
    },
    {
        .name = "backups.record",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/admin/backups",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .audit = AUDIT_EXPORT,
        .must_go_on = true,
        .input = &backup_shape,
        .summary_ja = "控えを取ったことを記録に残す（運用者）",
        .handle = backup_record,
    },
    {
        .name = "backups.drilled",
        .method = HTTP_POST,
        .path = "/api/v1/admin/backups/drill",
        OPERATOR,
        .input = &drill_shape,
        .summary_ja = "控えから戻す訓練をしたことを記録に残す（運用者）",
        .handle = drill_record,
    },
};
