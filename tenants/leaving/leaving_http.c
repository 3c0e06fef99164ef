/* How far the leaving has come, over HTTP: the state with everything a screen needs (what comes
 * next, who must do it, dates, counts, warnings), and the steps with their facts. */
#include <stddef.h>

#include "node/db/settings.h"
#include "tenants/leaving/leaving_look.h"
#include "tenants/leaving/leaving_papers_json.h"
#include "tenants/leaving/leaving_rows.h"

#define CANARIES_LEAST 20

#define ACT_CHOICES \
    "begin|exported|receipt|wait|upload|confirm|cancel|purge|keys|cluster|volume|backups|" \
    "scan|certify|none"
#define ACTOR_CHOICES "commissioner|contractor|operator|node|other"
#define STATE_CHOICES \
    "active|drain|exported|receipted|grace|ordered|peers_purged|keys_destroyed|" \
    "cluster_removed|volume_discarded|backups_listed|scanned|certified"

struct step_out {
    int64_t n, at_utc_us;
    int state;
    struct span name_ja, actor, facts;
};
#define STEP_FIELD(name_, type_, member_, title_) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct step_out, member_), \
        .title_ja = (title_) \
    }
static const struct jx_field step_fields[] = {
    STEP_FIELD("n", JX_INT, n, "何番目の手順か"),
    {.name = "step",
     .type = JX_ENUM,
     .choices = STATE_CHOICES,
     .offset = offsetof(struct step_out, state),
     .title_ja = "手順"},
    STEP_FIELD("name_ja", JX_TEXT, name_ja, "手順の名前"),
    STEP_FIELD("at", JX_TIME, at_utc_us, "行われた時刻"),
    STEP_FIELD("actor", JX_TEXT, actor, "行った人（役割とアカウントのID）"),
    {.name = "facts",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct step_out, facts),
     .title_ja = "記録した内容（JSON）"},
};
static const struct jx_shape step_shape = JX_SHAPE("LeavingStep", struct step_out, step_fields);

struct state_out {
    int state, next, next_actor;
    bool is_read_only, may_cancel, may_act;
    bool has_key, has_order, has_bag, has_until, has_ends;
    struct span state_ja, key_sha256, bag, ends_on;
    int64_t order_utc_us, until_utc_us, grace_days, n_committed, n_opened;
    struct jx_texts warnings;
    struct jx_list steps;
};
#define OUT(name_, type_, title_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct state_out, name_), \
        .title_ja = (title_) \
    }
#define OUT_IF(name_, type_, member_, has_, title_) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct state_out, member_), \
        .has_offset = offsetof(struct state_out, has_), .title_ja = (title_) \
    }
static const struct jx_field state_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = STATE_CHOICES,
     .offset = offsetof(struct state_out, state),
     .title_ja = "今の段階"},
    OUT(state_ja, JX_TEXT, "今の段階の名前"),
    OUT(is_read_only, JX_BOOL, "見ることだけができるか"),
    {.name = "next",
     .type = JX_ENUM,
     .choices = ACT_CHOICES,
     .offset = offsetof(struct state_out, next),
     .title_ja = "次の手順"},
    {.name = "next_actor",
     .type = JX_ENUM,
     .choices = ACTOR_CHOICES,
     .offset = offsetof(struct state_out, next_actor),
     .title_ja = "次にする人"},
    OUT(may_act, JX_BOOL, "見ている人が今、次の手順をできるか"),
    OUT(may_cancel, JX_BOOL, "見ている人が今、取りやめられるか"),
    OUT_IF("contract_ends_on", JX_TEXT, ends_on, has_ends, "契約の終わりの日"),
    OUT_IF("town_key_sha256", JX_TEXT, key_sha256, has_key, "自治体の証明書の指紋"),
    OUT_IF("bag", JX_TEXT, bag, has_bag, "返すデータの番号"),
    OUT(grace_days, JX_INT, "待つ期間の日数"),
    OUT_IF("grace_until", JX_TIME, until_utc_us, has_until, "待つ期間の終わり"),
    OUT_IF("order_uploaded_at", JX_TIME, order_utc_us, has_order, "消去の指示が出された時刻"),
    OUT(n_committed, JX_INT, "約束した目印の数"),
    OUT(n_opened, JX_INT, "指示で明かされた目印の数"),
    {.name = "warnings",
     .type = JX_TEXTS,
     .offset = offsetof(struct state_out, warnings),
     .title_ja = "気をつけること"},
    {.name = "steps",
     .type = JX_LIST,
     .shape = &step_shape,
     .offset = offsetof(struct state_out, steps),
     .title_ja = "行われた手順"},
};
static const struct jx_shape state_shape =
    JX_SHAPE("LeavingState", struct state_out, state_fields);

static enum err fill_steps(const struct leaving_journal *journal, struct arena *arena,
                           struct state_out *out, struct fail *why)
{
    struct step_out *at = arena_alloc(arena, (journal->n + 1) * sizeof *at);

    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "steps");
    for (size_t i = 0; i < journal->n; i++) {
        const struct leaving_step *step = &journal->at[i];

        at[i] = (struct step_out){
            .n = step->n,
            .at_utc_us = step->at_utc_us,
            .state = (int)step->state,
            .name_ja = span_text(leaving_state_ja(step->state)),
            .actor = step->actor,
            .facts = step->facts,
        };
    }
    out->steps = (struct jx_list){at, journal->n};
    return ERR_OK;
}

/* Codes; a screen has the sentences. */
static enum err fill_warnings(const struct leaving_look *look, struct arena *arena,
                              struct state_out *out, struct fail *why)
{
    bool is_early = look->facts.state < LEAVING_RECEIPTED;
    struct span *at = arena_alloc(arena, 5 * sizeof *at);
    size_t n = 0;

    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "warnings");
    if (!look->facts.has_town_key && is_early)
        at[n++] = SPAN("town-key-missing");
    if (look->n_committed < CANARIES_LEAST)
        at[n++] = SPAN("canaries-missing");
    if (!look->facts.has_contract)
        at[n++] = SPAN("contract-missing");
    if (look->journal.was_torn)
        at[n++] = SPAN("journal-torn");
    if (look->n_materials > 0)
        at[n++] = SPAN("materials-open");
    out->warnings = (struct jx_texts){at, n};
    return ERR_OK;
}

static void fill_state(const struct req *req, const struct leaving_look *look,
                       struct state_out *out)
{
    const struct leaving_facts *facts = &look->facts;
    enum leaving_actor actor, self = leaving_actor_of(req);
    enum leaving_act next = leaving_next(facts, &actor);

    *out = (struct state_out){
        .state = (int)facts->state,
        .state_ja = span_text(leaving_state_ja(facts->state)),
        .is_read_only = leaving_is_read_only(facts->state),
        .next = (int)next,
        .next_actor = (int)actor,
        .may_act = next != LEAVING_ACT_N && leaving_judge(next, self, facts) == LEAVING_OK,
        .may_cancel = leaving_judge(LEAVING_ACT_CANCEL, self, facts) == LEAVING_OK,
        .has_ends = facts->has_contract,
        .ends_on = look->ends_on,
        .has_key = facts->has_town_key,
        .key_sha256 = look->key.sha256,
        .has_bag = facts->bag.len > 0,
        .bag = facts->bag,
        .grace_days = settings_int(req->services->settings, &setting_leaving_grace_days),
        .has_until = leaving_journal_find(&look->journal, LEAVING_GRACE) != NULL,
        .until_utc_us = facts->grace_until_utc_us,
        .has_order = facts->has_order,
        .order_utc_us = look->order.at_utc_us,
        .n_committed = look->n_committed,
        .n_opened = facts->has_order ? look->order.n_named : 0,
    };
}

static void leaving_show(struct req *req)
{
    struct leaving_look look;
    struct state_out out;
    struct fail why = {.code = ERR_OK};
    enum err rc = leaving_look_read(req, &look, &why);

    if (rc == ERR_OK) {
        fill_state(req, &look, &out);
        rc = fill_steps(&look.journal, req->arena, &out, &why);
    }
    if (rc == ERR_OK)
        rc = fill_warnings(&look, req->arena, &out, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- GET /api/v1/admin/leaving/papers ---- */

static const struct jx_field papers_fields[] = {
    {.name = "certificate",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct leave_papers, certificate),
     .title_ja = "自治体の証明書"},
    {.name = "canaries",
     .type = JX_TEXTS,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct leave_papers, canaries),
     .title_ja = "目印の約束の書類"},
};
const struct jx_shape leave_papers_shape =
    JX_SHAPE("LeavingPapers", struct leave_papers, papers_fields);

static void papers_show(struct req *req)
{
    struct leave_papers out = {.certificate = SPAN("")};
    struct leaving_look look;
    struct fail why = {.code = ERR_OK};
    enum err rc = leaving_look_read(req, &look, &why);

    if (rc == ERR_OK) {
        out.canaries.at = arena_alloc(req->arena, (look.n_lists + 1) * sizeof *out.canaries.at);
        if (out.canaries.at == NULL)
            rc = fail_set(&why, ERR_NOMEM, "papers");
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (look.facts.has_town_key)
        out.certificate = look.key.certificate;
    for (size_t i = 0; i < look.n_lists; i++)
        out.canaries.at[out.canaries.n++] = look.lists[i].document;
    reply_json(req, 200, &out);
}

const struct route leaving_routes[LEAVING_ROUTES_N] = {
    {
        .name = "leaving.show",
        .method = HTTP_GET,
        .path = "/api/v1/leaving",
        .listeners = LEAVING_LISTENERS,
        .roles = LEAVING_BOARD | ROLE_BIT(ROLE_AUDITOR),
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &state_shape,
        .summary_ja = "契約の終わりの作業がどこまで進んだかを見る",
        .handle = leaving_show,
    },
    {
        .name = "leaving.admin_show",
        .method = HTTP_GET,
        .path = "/api/v1/admin/leaving",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &state_shape,
        .summary_ja = "運用者が契約の終わりの作業の進みを見る",
        .handle = leaving_show,
    },
    {
        .name = "leaving.admin_papers",
        .method = HTTP_GET,
        .path = "/api/v1/admin/leaving/papers",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &leave_papers_shape,
        .summary_ja = "運用者が自治体の証明書と目印の約束の書類を受け取る",
        .handle = papers_show,
    },
};
