/* What two towns lay side by side after something happened in a shared lesson: the lines that
 * crossed with their macs, and what was stopped. For the commissioner; each look is a leaf. */
#include <stddef.h>

#include "federation/federation.h"
#include "federation/mirrors_priv.h"
#include "node/base/log.h"

#define LINES_MOST 1000

struct line_output {
    struct id node, line;
    struct span town, pseud, mac, text;
    int64_t number, at_utc_us;
    int state;
    bool has_text;
};
static const struct jx_field line_fields[] = {
    {.name = "node",
     .type = JX_ID,
     .offset = offsetof(struct line_output, node),
     .title_ja = "書いた人の自治体のノードのID"},
    {.name = "town",
     .type = JX_TEXT,
     .offset = offsetof(struct line_output, town),
     .title_ja = "その自治体"},
    {.name = "number",
     .type = JX_INT,
     .offset = offsetof(struct line_output, number),
     .title_ja = "その自治体がつけた番号"},
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct line_output, at_utc_us),
     .title_ja = "日時"},
    {.name = "pseud",
     .type = JX_TEXT,
     .offset = offsetof(struct line_output, pseud),
     .title_ja = "書いた人の仮の番号"},
    {.name = "line",
     .type = JX_ID,
     .offset = offsetof(struct line_output, line),
     .title_ja = "発言のID"},
    {.name = "state",
     .type = JX_ENUM,
     .choices = MIRROR_LINE_STATES,
     .offset = offsetof(struct line_output, state),
     .title_ja = "送った・見せた・一部をふせた・見せなかった・質問"},
    {.name = "mac",
     .type = JX_BYTES,
     .offset = offsetof(struct line_output, mac),
     .title_ja = "ことばの証拠（両方の自治体で同じなら、同じことば）"},
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct line_output, text),
     .has_offset = offsetof(struct line_output, has_text),
     .title_ja = "ほかの自治体の人のことば（期限がすぎると読めない）"},
};
static const struct jx_shape line_shape =
    JX_SHAPE("SharedEvidenceLine", struct line_output, line_fields);

struct act_output {
    struct id act, node, line, by;
    struct span town, pseud;
    int64_t at_utc_us, what;
    int kind;
    bool has_line, has_by;
};
static const struct jx_field act_fields[] = {
    {.name = "act",
     .type = JX_ID,
     .offset = offsetof(struct act_output, act),
     .title_ja = "決定のID（両方の自治体で同じ）"},
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct act_output, at_utc_us),
     .title_ja = "日時"},
    {.name = "kind",
     .type = JX_ENUM,
     .choices = MIRROR_ACT_KINDS,
     .offset = offsetof(struct act_output, kind),
     .title_ja = "何があったか"},
    {.name = "node",
     .type = JX_ID,
     .offset = offsetof(struct act_output, node),
     .title_ja = "その人の自治体のノードのID"},
    {.name = "town",
     .type = JX_TEXT,
     .offset = offsetof(struct act_output, town),
     .title_ja = "その自治体"},
    {.name = "pseud",
     .type = JX_TEXT,
     .offset = offsetof(struct act_output, pseud),
     .title_ja = "その人の仮の番号"},
    {.name = "what",
     .type = JX_INT,
     .offset = offsetof(struct act_output, what),
     .title_ja = "1文字・2リアクション・4退室の和"},
    {.name = "line",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct act_output, line),
     .has_offset = offsetof(struct act_output, has_line),
     .title_ja = "どの文か"},
    {.name = "by",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct act_output, by),
     .has_offset = offsetof(struct act_output, has_by),
     .title_ja = "決めた職員（この自治体の）"},
};
static const struct jx_shape act_shape =
    JX_SHAPE("SharedEvidenceAct", struct act_output, act_fields);

struct output {
    struct id lesson, host;
    int64_t class, closed_utc_us;
    bool has_closed, has_more;
    struct jx_list lines, acts;
};
static const struct jx_field fields[] = {
    {.name = "lesson",
     .type = JX_ID,
     .offset = offsetof(struct output, lesson),
     .title_ja = "授業"},
    {.name = "class",
     .type = JX_INT,
     .offset = offsetof(struct output, class),
     .title_ja = "共同の授業の番号"},
    {.name = "host",
     .type = JX_ID,
     .offset = offsetof(struct output, host),
     .title_ja = "ひらいた自治体のノードのID"},
    {.name = "closed_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct output, closed_utc_us),
     .has_offset = offsetof(struct output, has_closed),
     .title_ja = "ほかの自治体の人のことばを消した日時"},
    {.name = "lines",
     .type = JX_LIST,
     .shape = &line_shape,
     .offset = offsetof(struct output, lines),
     .title_ja = "行き来した発言（自治体と番号の順）"},
    {.name = "more",
     .type = JX_BOOL,
     .offset = offsetof(struct output, has_more),
     .title_ja = "続きがあるか（node と after で読む）"},
    {.name = "acts",
     .type = JX_LIST,
     .shape = &act_shape,
     .offset = offsetof(struct output, acts),
     .title_ja = "とめたこと"},
};
static const struct jx_shape output_shape = JX_SHAPE("SharedEvidence", struct output, fields);

static struct span town_of(struct req *req, struct registry *registry, struct id node)
{
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);

    return member == NULL ? SPAN("") : arena_copy(req->arena, member->name_ja);
}

static struct span pseud_of(struct req *req, const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    char text[SERIES_PSEUD_TEXT_CAP];

    series_pseud_text(pseud, text);
    return arena_copy(req->arena, span_text(text));
}

static void fill_line(struct req *req, struct registry *registry,
                      const struct mirror_line_row *row, struct line_output *out)
{
    *out = (struct line_output){
        .node = row->node,
        .line = row->line,
        .town = town_of(req, registry, row->node),
        .pseud = pseud_of(req, row->pseud),
        .mac = span_of(row->mac, sizeof row->mac),
        .number = (int64_t)row->number,
        .at_utc_us = row->at_utc_us,
        .state = (int)row->state,
    };
    if (row->text_sealed.len > 0)
        out->has_text = mirror_line_open(req->services->keyring, row, req->arena, &out->text,
                                         NULL) == ERR_OK;
}

static void fill_act(struct req *req, struct registry *registry,
                     const struct mirror_act_row *row, struct act_output *out)
{
    *out = (struct act_output){
        .act = row->act,
        .node = row->node,
        .line = row->line,
        .by = row->by,
        .town = town_of(req, registry, row->node),
        .pseud = pseud_of(req, row->pseud),
        .at_utc_us = row->at_utc_us,
        .what = row->what,
        .kind = (int)row->kind,
        .has_line = !id_is_none(row->line),
        .has_by = !id_is_none(row->by),
    };
}

static enum err read_lines(struct req *req, const struct mirror_line_ask *ask,
                           struct registry *registry, struct output *out, struct fail *why)
{
    struct mirror_line_row *rows = NULL;
    struct line_output *items;
    size_t n = 0;
    enum err rc = mirror_line_list(NULL, req->db, ask, req->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    out->has_more = n > LINES_MOST;
    n = out->has_more ? LINES_MOST : n;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "lines");
    for (size_t i = 0; i < n; i++)
        fill_line(req, registry, &rows[i], &items[i]);
    out->lines = (struct jx_list){items, n};
    return ERR_OK;
}

static enum err read_acts(struct req *req, struct registry *registry, struct output *out,
                          struct fail *why)
{
    struct mirror_act_row *rows = NULL;
    struct act_output *items;
    size_t n = 0;
    enum err rc = mirror_act_list(NULL, req->db, out->lesson, req->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "acts");
    for (size_t i = 0; i < n; i++)
        fill_act(req, registry, &rows[i], &items[i]);
    out->acts = (struct jx_list){items, n};
    return ERR_OK;
}

/* False: refused. */
static bool read_ask(struct req *req, struct mirror_line_ask *ask)
{
    struct span node = req_query(req, "node"), after = req_query(req, "after");
    int64_t number = 0;

    *ask = (struct mirror_line_ask){.n_cap = LINES_MOST + 1};
    if (id_parse(req_query(req, "lesson"), &ask->lesson, NULL) != ERR_OK) {
        reply_problem(req, 422, "invalid", "「lesson」に授業のIDを入れてください。");
        return false;
    }
    if (node.len > 0 && id_parse(node, &ask->node, NULL) != ERR_OK) {
        reply_problem(req, 422, "invalid", "「node」にノードのIDを入れてください。");
        return false;
    }
    for (size_t i = 0; i < after.len; i++) {
        if (after.p[i] < '0' || after.p[i] > '9' || after.len > 15) {
            reply_problem(req, 422, "invalid", "「after」に番号を入れてください。");
            return false;
        }
        number = number * 10 + (after.p[i] - '0');
    }
    ask->after = (uint64_t)number;
    return true;
}

static void evidence(struct req *req)
{
    struct mirror_line_ask ask;
    struct mirror_context context;
    struct registry *registry = NULL;
    struct output out = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (!read_ask(req, &ask))
        return;
    rc = mirror_context_find(NULL, req->db, ask.lesson, &context, &why);
    if (rc == ERR_OK) {
        out = (struct output){.lesson = context.lesson,
                              .host = context.host,
                              .class = context.class,
                              .closed_utc_us = context.closed_utc_us,
                              .has_closed = context.closed_utc_us != 0};
        if (req->services->federation != NULL)
            registry = trust_now(federation_trust(req->services->federation));
        arena_mark_secret(req->arena);
        rc = read_lines(req, &ask, registry, &out, &why);
    }
    if (rc == ERR_OK)
        rc = read_acts(req, registry, &out, &why);
    registry_unref(&registry);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    req->object = context.lesson;
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

const struct route fed_mirror_routes[FED_MIRROR_ROUTES_N] = {
    {.name = "shared.evidence",
     .method = HTTP_GET,
     .path = "/api/v1/shared/evidence",
     .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &output_shape,
     .summary_ja = "共同の授業で行き来した発言の証拠と、とめたことを見る（?lesson=）",
     .handle = evidence},
};
