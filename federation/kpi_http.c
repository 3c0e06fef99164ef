/* What the municipality sees of its figures at the prefecture, to the last number (CARD-5). */
#include <stddef.h>
#include <string.h>

#include "federation/kpi_http.h"
#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/db/settings.h"
#include "reporting/kpi/kpi_month.h"

#define RELEASES_SHOWN 100
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

/* ---- GET /api/v1/kpi/releases ---- */

struct peer_out {
    struct id node;
    struct span name, code, code_ja;
    int state;
    int64_t at;
};
static const struct jx_field peer_fields[] = {
    PLACE_FIELD(JX_ID, peer_out, node, "渡した相手のノード"),
    PLACE_FIELD(JX_TEXT, peer_out, name, "渡した相手の名前"),
    PLACE_CHOICE(peer_out, state, KPI_PEER_STATES, "届いたか"),
    PLACE_FIELD(JX_TEXT, peer_out, code, "受けなかった理由の符号"),
    PLACE_FIELD(JX_TEXT, peer_out, code_ja, "受けなかった理由"),
    PLACE_FIELD(JX_TIME, peer_out, at, "最後に変わった日時"),
};
static const struct jx_shape peer_shape =
    JX_SHAPE("KpiReleasePeer", struct peer_out, peer_fields);

struct revision_out {
    struct id release;
    int64_t revision, k, registry_seq, at;
    int kind;
    bool is_auto;
    struct span reason, sha256;
    struct jx_list peers;
};
static const struct jx_field revision_fields[] = {
    PLACE_FIELD(JX_ID, revision_out, release, "渡した記録"),
    PLACE_FIELD(JX_INT, revision_out, revision, "何回目か"),
    PLACE_CHOICE(revision_out, kind, KPI_RELEASE_KINDS, "渡した・訂正した・取り下げた"),
    PLACE_FIELD(JX_INT, revision_out, k, "かくす数の決まり"),
    PLACE_FIELD(JX_INT, revision_out, registry_seq, "決まりのある登録簿の番号"),
    PLACE_FIELD(JX_TIME, revision_out, at, "日時"),
    PLACE_FIELD(JX_BOOL, revision_out, is_auto, "自動でか"),
    PLACE_FIELD(JX_TEXT, revision_out, reason, "理由"),
    PLACE_FIELD(JX_TEXT, revision_out, sha256, "送った内容のSHA-256"),
    LIST(revision_out, peers, &peer_shape, "渡した相手"),
};
static const struct jx_shape revision_shape =
    JX_SHAPE("KpiReleaseRevision", struct revision_out, revision_fields);

struct month_out {
    struct span month;
    int64_t counted_at;
    bool is_early;
    struct jx_list revisions;
};
static const struct jx_field month_fields[] = {
    PLACE_FIELD(JX_TEXT, month_out, month, "どの月か"),
    PLACE_FIELD(JX_TIME, month_out, counted_at, "数えた日時"),
    PLACE_FIELD(JX_BOOL, month_out, is_early, "契約の期間より前の月か"),
    LIST(month_out, revisions, &revision_shape, "渡した記録（新しい順）"),
};
static const struct jx_shape month_shape =
    JX_SHAPE("KpiReleaseMonth", struct month_out, month_fields);

struct list_out {
    int state, mode;
    int64_t k;
    struct jx_list months;
};
static const struct jx_field list_fields[] = {
    PLACE_CHOICE(list_out, state, KPI_STATES, "渡せるか"),
    PLACE_CHOICE(list_out, mode, KPI_RELEASE_MODES, "だれが渡すか"),
    PLACE_FIELD(JX_INT, list_out, k, "いまの決まり（1からこの数より小さい人数はかくす）"),
    LIST(list_out, months, &month_shape, "数えた月（新しい順）"),
};
static const struct jx_shape list_shape = JX_SHAPE("KpiReleases", struct list_out, list_fields);

struct federation *kpi_federation(struct req *req)
{
    if (req->services->federation == NULL)
        reply_problem(req, 503, "starting", "ノードの準備がまだ終わっていません。");
    return req->services->federation;
}

/* What the lists of a page are made of. */
struct reading {
    struct req *req;
    struct registry *registry;
    struct kpi_sent *sents;
    struct kpi_sent_peer *peers;
    struct kpi_month *months;
    size_t n_sents, n_peers, n_months;
    int64_t contract_from_utc_us;
};

struct span kpi_hex(struct arena *arena, const struct hash256 *sum)
{
    char text[2 * HASH256_BYTES + 1] = "";

    *hex_write(sum->b, HASH256_BYTES, text) = '\0';
    return arena_copy(arena, span_text(text));
}

static struct jx_list peers_of(const struct reading *r, struct id release)
{
    struct peer_out *out = arena_alloc(r->req->arena, (r->n_peers + 1) * sizeof *out);
    size_t n = 0;

    for (size_t i = 0; out != NULL && i < r->n_peers; i++) {
        const struct kpi_sent_peer *peer = &r->peers[i];
        const struct fed_member *member =
            r->registry == NULL ? NULL : registry_member(r->registry, peer->node);
        enum fed_code code;

        if (!id_eq(peer->release, release))
            continue;
        out[n++] = (struct peer_out){
            .node = peer->node,
            .name = member == NULL ? SPAN("") : arena_copy(r->req->arena, member->name_ja),
            .state = (int)peer->state,
            .code = peer->code,
            .code_ja = fed_code_find(peer->code, &code) ? span_text(fed_code_title_ja(code))
                                                        : SPAN(""),
            .at = peer->at_utc_us,
        };
    }
    return (struct jx_list){out, n};
}

static struct jx_list revisions_of(const struct reading *r, int64_t month_utc_us)
{
    struct revision_out *out = arena_alloc(r->req->arena, (r->n_sents + 1) * sizeof *out);
    size_t n = 0;

    for (size_t i = 0; out != NULL && i < r->n_sents; i++) {
        const struct kpi_sent *sent = &r->sents[i];

        if (sent->month_utc_us != month_utc_us)
            continue;
        out[n++] = (struct revision_out){
            .release = sent->id,
            .revision = sent->revision,
            .k = sent->k,
            .registry_seq = sent->registry_seq,
            .at = sent->made_utc_us,
            .kind = (int)sent->kind,
            .is_auto = id_is_none(sent->by),
            .reason = sent->reason,
            .sha256 = kpi_hex(r->req->arena, &sent->sum),
            .peers = peers_of(r, sent->id),
        };
    }
    return (struct jx_list){out, n};
}

static enum err read_all(struct reading *r, struct fail *why)
{
    struct req *req = r->req;
    enum err rc =
        kpi_store_months(req->db, KPI_MONTHS_SHOWN, req->arena, &r->months, &r->n_months, why);

    if (rc == ERR_OK)
        rc = kpi_sent_list(req->db, RELEASES_SHOWN, req->arena, &r->sents, &r->n_sents, why);
    return rc == ERR_OK ? kpi_peer_list(req->db, req->arena, &r->peers, &r->n_peers, why) : rc;
}

static enum err fill(const struct reading *r, struct list_out *out, struct fail *why)
{
    struct month_out *months = arena_alloc(r->req->arena, (r->n_months + 1) * sizeof *months);
    char text[KPI_MONTH_CAP];

    if (months == NULL)
        return fail_set(why, ERR_NOMEM, "months");
    for (size_t i = 0; i < r->n_months; i++) {
        const struct kpi_month *month = &r->months[i];

        kpi_month_text(month->month_utc_us, text);
        months[i] = (struct month_out){
            .month = arena_copy(r->req->arena, span_text(text)),
            .counted_at = month->made_utc_us,
            .is_early = kpi_month_next(month->month_utc_us) <= r->contract_from_utc_us,
            .revisions = revisions_of(r, month->month_utc_us),
        };
    }
    out->months = (struct jx_list){months, r->n_months};
    return ERR_OK;
}

static void list_releases(struct req *req)
{
    struct federation *f = kpi_federation(req);
    struct reading r = {.req = req};
    struct kpi_sending can = {.n_to = 0};
    struct list_out out = {.state = KPI_CAN};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (f == NULL)
        return;
    out.state = (int)kpi_send_state(f, req->now_utc_us, &can, &r.contract_from_utc_us);
    out.mode = (int)settings_int(req->services->settings, &setting_kpi_release);
    out.k = can.sent.k;
    r.registry = trust_now(f->trust);
    rc = read_all(&r, &why);
    if (rc == ERR_OK)
        rc = fill(&r, &out, &why);
    registry_unref(&r.registry);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- GET /api/v1/kpi/releases/{month} ---- */

struct cell_out {
    struct span kpi;
    int part, shown;
    bool has_numbers;
    int64_t num, den;
};
static const struct jx_field cell_fields[] = {
    PLACE_FIELD(JX_TEXT, cell_out, kpi, "指標の記号"),
    PLACE_CHOICE(cell_out, part, KPI_PARTS, "全員・小学校・中学校・そのほか"),
    PLACE_CHOICE(cell_out, shown, KPI_SENT_SHOWNS, "渡すか、かくすか"),
    PLACE_MAYBE(JX_INT, cell_out, num, has_numbers, "数"),
    PLACE_MAYBE(JX_INT, cell_out, den, has_numbers, "もとになった児童生徒の数"),
};
static const struct jx_shape cell_shape =
    JX_SHAPE("KpiReleaseCell", struct cell_out, cell_fields);

struct one_out {
    struct span month, body, sha256;
    int64_t revision, k;
    int kind;
    bool is_sent;
    struct jx_list cells;
};
static const struct jx_field one_fields[] = {
    PLACE_FIELD(JX_TEXT, one_out, month, "どの月か"),
    PLACE_FIELD(JX_BOOL, one_out, is_sent, "渡したか（いいえは、いま渡すとどうなるか）"),
    PLACE_FIELD(JX_INT, one_out, revision, "何回目か"),
    PLACE_CHOICE(one_out, kind, KPI_RELEASE_KINDS, "渡した・訂正した・取り下げた"),
    PLACE_FIELD(JX_INT, one_out, k, "かくす数の決まり"),
    PLACE_FIELD(JX_TEXT, one_out, body, "送る内容のすべて"),
    PLACE_FIELD(JX_TEXT, one_out, sha256, "送る内容のSHA-256"),
    LIST(one_out, cells, &cell_shape, "数字"),
};
static const struct jx_shape one_shape =
    JX_SHAPE("KpiReleaseShown", struct one_out, one_fields);

void kpi_reply_refusal(struct req *req, const char *code, const struct fail *why)
{
    static const struct {
        const char *code, *title_ja;
    } said[] = {
        {"no-registry", "この自治体は、いま登録簿にないか、契約の期間の外です。"},
        {"no-role", "この自治体は、登録簿で、指標を渡すことになっていません。"},
        {"no-coordinator", "登録簿に、指標を受け取る都道府県のノードがありません。"},
        {"before-contract", "契約の期間より前の月の指標は、渡せません。"},
        {"withdrawn", "取り下げた月の指標は、もう渡せません。"},
        {"sent-already", "この月の指標は、もう渡してあります。もう一度読みこんでください。"},
        {"not-sent", "この月の指標は、まだ渡していません。"},
        {"other-count", "この月は、新しい定義で数えなおされています。取り下げだけができます。"},
        {"blocked",
         "このままでは、かくした数がほかの数から分かってしまいます。渡しませんでした。"
         "いっしょに取り消す指標をふやしてください。"},
    };

    for (size_t i = 0; code != NULL && i < sizeof said / sizeof said[0]; i++)
        if (strcmp(code, said[i].code) == 0) {
            reply_problem(req, 409, said[i].code, said[i].title_ja);
            return;
        }
    if (why->code == ERR_PROTO)
        reply_problem(req, 409, "kpi-altered",
                      "この月の数字は、数えたときのものと違います。渡せません。監査の担当者に"
                      "知らせてください。");
    else
        reply_fail(req, why);
}

static enum err fill_one(struct req *req, const struct kpi_sent *sent,
                         const struct kpi_sent_cell *cells, size_t n, struct span body,
                         struct one_out *out, struct fail *why)
{
    struct cell_out *items = arena_alloc(req->arena, (n + 1) * sizeof *items);

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < n; i++)
        items[i] = (struct cell_out){cells[i].kpi,        (int)cells[i].part,
                                     (int)cells[i].shown, cells[i].shown == KPI_SENT_SHOWN,
                                     cells[i].num,        cells[i].den};
    out->month = req_param(req, "month");
    out->body = body;
    out->sha256 = kpi_hex(req->arena, &sent->sum);
    out->revision = sent->revision;
    out->k = sent->k;
    out->kind = (int)sent->kind;
    out->cells = (struct jx_list){items, n};
    return ERR_OK;
}

/* As it went out. */
static enum err show_sent(struct req *req, const struct kpi_sent *sent, struct one_out *out,
                          struct fail *why)
{
    struct kpi_sent_cell *cells = NULL;
    struct hash256 sum;
    struct span body = SPAN_NONE;
    size_t n = 0;
    enum err rc = kpi_sent_cells(NULL, req->db, sent->id, req->arena, &cells, &n, why);

    if (rc == ERR_OK)
        rc = kpi_release_write(sent, cells, n, req->arena, &body, &sum, why);
    if (rc == ERR_OK && !hash256_eq(&sum, &sent->sum))
        rc = fail_set(why, ERR_PROTO, "the release is not what was sent");
    out->is_sent = true;
    return rc == ERR_OK ? fill_one(req, sent, cells, n, body, out, why) : rc;
}

bool kpi_month_of_path(struct req *req, int64_t *utc_us_out)
{
    struct fail why = {.code = ERR_OK};

    if (kpi_month_parse(req_param(req, "month"), utc_us_out))
        return true;
    fail_set(&why, ERR_NOT_FOUND, "no month");
    reply_fail(req, &why);
    return false;
}

static void show_release(struct req *req)
{
    struct federation *f = kpi_federation(req);
    struct kpi_order order = {.kind = KPI_SEND, .now_utc_us = req->now_utc_us};
    struct kpi_sending sending = {.n_to = 0};
    struct one_out out = {.is_sent = false};
    struct kpi_sent sent;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (f == NULL || !kpi_month_of_path(req, &order.month_utc_us))
        return;
    rc = kpi_sent_last(NULL, req->db, order.month_utc_us, req->arena, &sent, &why);
    if (rc == ERR_OK)
        rc = show_sent(req, &sent, &out, &why);
    else if (rc == ERR_NOT_FOUND) {
        rc = kpi_send_prepare(req->db, f, &order, req->arena, &sending, &why);
        if (rc == ERR_OK)
            rc = fill_one(req, &sending.sent, sending.cells, sending.n, sending.body, &out,
                          &why);
    }
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        kpi_reply_refusal(req, rc == ERR_CONFLICT ? sending.refusal : NULL, &why);
}

#define LOOK .listeners = PLACE_LISTENERS, .roles = PLACE_KEEPERS
const struct route kpi_release_routes[KPI_RELEASE_ROUTES_N] = {
    {.name = "kpi.releases",
     .method = HTTP_GET,
     .path = "/api/v1/kpi/releases",
     LOOK,
     .output = &list_shape,
     .summary_ja = "都道府県へ渡した月の指標を見る",
     .handle = list_releases},
    {.name = "kpi.release_show",
     .method = HTTP_GET,
     .path = "/api/v1/kpi/releases/{month}",
     LOOK,
     .output = &one_shape,
     .summary_ja = "ある月の指標について、渡した、またはいま渡す内容のすべてを見る",
     .handle = show_release},
};
