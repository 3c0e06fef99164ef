/* How this node's log and those it witnesses stand: up to where, since when, and what was
 * refused (design section 3). */
#include <stddef.h>

#include "federation/witness_priv.h"
#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/jobs.h"

#define LOOK \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_COORDINATOR))

struct one_output {
    struct id node;
    struct span name, code, code_ja;
    int64_t size, at, told, tried, code_at;
    bool has_at, has_code_at;
};
#define ONE(kind, name_, member, title) \
    { \
        .name = (name_), .type = (kind), .offset = offsetof(struct one_output, member), \
        .title_ja = (title) \
    }
#define ONE_IF(kind, name_, member, has, title) \
    { \
        .name = (name_), .type = (kind), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct one_output, member), \
        .has_offset = offsetof(struct one_output, has), .title_ja = (title) \
    }
static const struct jx_field one_fields[] = {
    ONE(JX_ID, "node", node, "ノードのID"),
    ONE(JX_TEXT, "name", name, "名前（登録簿にもうないときは空）"),
    ONE(JX_INT, "size", size, "見届けられた記録の件数（0：まだ）"),
    ONE_IF(JX_TIME, "at", at, has_at, "その日時"),
    ONE(JX_TEXT, "code", code, "そのあと見届けられていない理由の符号（空はない）"),
    ONE(JX_TEXT, "text", code_ja, "その意味と、することの説明"),
    ONE(JX_INT, "told", told, "見届ける側が、それまでに見ていた件数"),
    ONE(JX_INT, "tried", tried, "見届けられなかった記録の件数"),
    ONE_IF(JX_TIME, "code_at", code_at, has_code_at, "そうなった日時"),
};
static const struct jx_shape one_shape = JX_SHAPE("WitnessOne", struct one_output, one_fields);

struct witnesses_output {
    int64_t size;
    struct jx_list own, others;
};
static const struct jx_field witnesses_fields[] = {
    {.name = "size",
     .type = JX_INT,
     .offset = offsetof(struct witnesses_output, size),
     .title_ja = "この自治体の記録の件数（最後の検査点まで）"},
    {.name = "own",
     .type = JX_LIST,
     .shape = &one_shape,
     .offset = offsetof(struct witnesses_output, own),
     .title_ja = "この自治体の記録を見届けるノード"},
    {.name = "others",
     .type = JX_LIST,
     .shape = &one_shape,
     .offset = offsetof(struct witnesses_output, others),
     .title_ja = "このノードが見届けている記録"},
};
static const struct jx_shape witnesses_shape =
    JX_SHAPE("Witnesses", struct witnesses_output, witnesses_fields);

/* What people read of it, seen from the log's own node and from the witness. */
static const struct {
    const char *code, *own_ja, *others_ja;
} meanings[] = {
    {"shrunk",
     "この自治体の記録が、相手の見届けた記録より短くなっています。古いバックアップから戻したか"
     "、"
     "記録が消されたおそれがあります。運営の担当者に、いつ何を戻したかをたしかめてください。",
     "この記録は、前に見届けたものより短くなっています。古いバックアップから戻したか、記録が"
     "消されたおそれがあります。相手の担当者に電話でたしかめてください。"},
    {"forked",
     "この自治体の記録が、相手の見届けた記録と食いちがっています。書きかえられたか、古い"
     "バックアップから戻したおそれがあります。運営の担当者に、すぐたしかめてください。",
     "この記録は、前に見届けたものと食いちがっています。書きかえられたか、古いバックアップから"
     "戻したおそれがあります。相手の担当者に電話でたしかめてください。"},
    {"other-key",
     "この自治体の記録に署名した鍵が、相手の知っている鍵と違います。運営の担当者に、すぐ"
     "たしかめてください。",
     "この記録に署名した鍵が、前と違います。契約は同じままです。相手の担当者に電話で"
     "たしかめてください。"},
    {"no-answer", "相手から返事がありません。数分ごとにためしています。", ""},
    {"bad-answer",
     "相手の返事が、決められた形ではありませんでした。相手の担当者に知らせて"
     "ください。",
     ""},
    {"behind",
     "相手の見届けた件数と合わず、まだ見届けられていません。数分あとに、もう一度"
     "たしかめます。",
     ""},
};

static struct span meaning(struct span code, bool is_own)
{
    enum fed_code fed;

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (span_eq(code, span_text(meanings[i].code)))
            return span_text(is_own ? meanings[i].own_ja : meanings[i].others_ja);
    return fed_code_find(code, &fed) && fed != FED_OK ? span_text(fed_code_title_ja(fed))
                                                      : SPAN("");
}

static struct span name_of(const struct registry *registry, struct id node)
{
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);

    return member == NULL ? SPAN("") : member->name_ja;
}

/* Those who are asked now, also before anybody answered; of others what they said once. */
static enum err list_own(struct req *req, const struct registry *registry, struct jx_list *out,
                         struct fail *why)
{
    char key[NOTE_KEY_TEXT_CAP];
    struct id chosen[WITNESS_MOST];
    struct witness_row *rows = NULL;
    struct one_output *all;
    size_t n_rows = 0;
    int n = registry == NULL ? 0
                             : witness_choose(registry, req->services->federation->conf.node,
                                              req->now_utc_us, chosen);
    enum err rc =
        witness_own_key(req->services, key, NULL) == ERR_OK
            ? witness_row_list(req->db, span_text(key), req->arena, &rows, &n_rows, why)
            : ERR_OK;

    all = rc == ERR_OK ? arena_alloc(req->arena, (n_rows + WITNESS_MOST) * sizeof *all) : NULL;
    if (all == NULL)
        return rc == ERR_OK ? fail_set(why, ERR_NOMEM, "witnesses") : rc;
    *out = (struct jx_list){all, 0};
    for (int i = 0; i < n; i++) {
        const struct witness_row none = {
            .witness = chosen[i], .log_key = SPAN(""), .code = SPAN("")};
        const struct witness_row *row = &none;

        for (size_t j = 0; j < n_rows; j++)
            if (id_eq(rows[j].witness, chosen[i]))
                row = &rows[j];
        all[out->n++] = (struct one_output){
            .node = row->witness,
            .name = name_of(registry, row->witness),
            .code = row->code,
            .code_ja = meaning(row->code, true),
            .size = row->size,
            .at = row->at_utc_us,
            .has_at = row->at_utc_us != 0,
            .told = row->told,
            .tried = row->tried,
            .code_at = row->code_utc_us,
            .has_code_at = row->code_utc_us != 0,
        };
    }
    return ERR_OK;
}

static enum err list_others(struct req *req, const struct registry *registry,
                            struct jx_list *out, struct fail *why)
{
    struct witness_seen *seen = NULL;
    struct one_output *all;
    size_t n = 0;
    enum err rc = witness_seen_list(req->db, req->arena, &seen, &n, why);

    all = rc == ERR_OK ? arena_alloc(req->arena, (n + 1) * sizeof *all) : NULL;
    if (all == NULL)
        return rc == ERR_OK ? fail_set(why, ERR_NOMEM, "logs") : rc;
    for (size_t i = 0; i < n; i++)
        all[i] = (struct one_output){
            .node = seen[i].node,
            .name = name_of(registry, seen[i].node),
            .code = seen[i].code,
            .code_ja = meaning(seen[i].code, false),
            .size = seen[i].size,
            .at = seen[i].at_utc_us,
            .has_at = true,
            .told = seen[i].size,
            .tried = seen[i].code_size,
            .code_at = seen[i].code_utc_us,
            .has_code_at = seen[i].code_utc_us != 0,
        };
    *out = (struct jx_list){all, n};
    return ERR_OK;
}

static void show(struct req *req)
{
    struct federation *f = req->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    struct witnesses_output out = {.size = 0};
    struct audit_stats stats;
    struct fail why = {.code = ERR_OK};
    enum err rc = list_own(req, registry, &out.own, &why);

    if (rc == ERR_OK)
        rc = list_others(req, registry, &out.others, &why);
    audit_stats_read(req->services->audit, &stats);
    out.size = (int64_t)stats.n_checkpointed;
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
    registry_unref(&registry);
}

/* ---- asking now, as after a backup was restored ---- */

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct job_post post = {.kind = witness_jobs[0].name, .payload = SPAN("{}")};

    (void)arg;
    return jobs_tx_post(tx, &post, why);
}

static void ask_done(void *arg, enum err rc, const struct fail *why)
{
    struct req *req = arg;

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    jobs_wake(req->services->jobs);
    reply_none(req);
}

static void ask_now(struct req *req)
{
    const struct writer_op op = {ask_run, ask_done, req};
    struct fail why = {.code = ERR_OK};

    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route witness_routes[WITNESS_ROUTES_N] = {
    {
        .name = "federation.witnesses",
        .method = HTTP_GET,
        .path = "/api/v1/federation/witnesses",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LOOK,
        .audit = AUDIT_NONE,
        .output = &witnesses_shape,
        .summary_ja = "記録の見届け（ほかのノードの署名）を見る",
        .handle = show,
    },
    {
        .name = "federation.witness_now",
        .method = HTTP_POST,
        .path = "/api/v1/admin/federation/witness",
        .listeners = LISTENER_ADMIN,
        .roles = ROLES_EVERYONE,
        .audit = AUDIT_NONE,
        .summary_ja = "いちばん新しい検査点を、いま見届けてもらう（数分ごとに自分でもする）",
        .handle = ask_now,
    },
};
