/* What each town bears of a series' cost, at the host: a table and the same as CSV. */
#include "federation/series_http.h"
#include "federation/series_share.h"
#include "node/io/csv.h"
#include "tenants/rights/rights.h"

#define TOWNS_MOST (SERIES_PEERS_MOST * 8) /* who left and was left out, too */

struct share_output {
    struct id node;
    struct span name;
    int64_t places, joined, attended, permille, yen;
    bool is_self;
};
static const struct jx_field share_fields[] = {
    PLACE_FIELD(JX_ID, share_output, node, "ノードのID"),
    PLACE_FIELD(JX_TEXT, share_output, name, "名前"),
    PLACE_FIELD(JX_BOOL, share_output, is_self, "この自治体か"),
    PLACE_FIELD(JX_INT, share_output, places, "定員"),
    PLACE_FIELD(JX_INT, share_output, joined, "入った人数（のべ）"),
    PLACE_FIELD(JX_INT, share_output, attended, "参加した人数（のべ）"),
    PLACE_FIELD(JX_INT, share_output, permille, "割合（千分の一）"),
    PLACE_FIELD(JX_INT, share_output, yen, "分担（円）"),
};
static const struct jx_shape share_shape =
    JX_SHAPE("SharedShare", struct share_output, share_fields);

struct shares_output {
    int64_t cost;
    int share_by;
    struct jx_list items;
};
static const struct jx_field shares_fields[] = {
    PLACE_FIELD(JX_INT, shares_output, cost, "費用の合計（円）"),
    PLACE_CHOICE(shares_output, share_by, SERIES_SHARE_BY, "分けかた"),
    {.name = "items",
     .type = JX_LIST,
     .shape = &share_shape,
     .most = TOWNS_MOST,
     .offset = offsetof(struct shares_output, items),
     .title_ja = "自治体ごとの分担"},
};
static const struct jx_shape shares_shape =
    JX_SHAPE("SharedShares", struct shares_output, shares_fields);

struct sharing {
    struct req *req;
    const struct registry *registry;
    struct series_row row;
    struct series_text text;
    struct series_node *nodes;
    struct series_count *counts;
    size_t n_nodes, n_counts;
    struct share_output *all;
    size_t n;
};

static void add_counts(const struct sharing *s, struct share_output *one, bool *has_out)
{
    *has_out = false;
    for (size_t i = 0; i < s->n_counts; i++) {
        if (!id_eq(s->counts[i].node, one->node))
            continue;
        *has_out = true;
        one->joined += s->counts[i].n_joined;
        one->attended += s->counts[i].n_attended;
    }
}

/* Who takes part, or took part in a date that was counted. */
static void add_town(struct sharing *s, struct id node, int64_t places, bool is_in)
{
    struct share_output one = {.node = node,
                               .name = series_node_name(s->registry, node, s->req->arena),
                               .places = places,
                               .is_self = id_eq(node, s->req->services->federation->conf.node)};
    bool has_counts = false;

    add_counts(s, &one, &has_counts);
    if ((is_in || has_counts) && s->n < TOWNS_MOST)
        s->all[s->n++] = one;
}

static int64_t weight_of(const struct share_output *one, enum series_share_by by)
{
    switch (by) {
    case SERIES_BY_PLACES:
        return one->places;
    case SERIES_BY_JOINED:
        return one->joined;
    case SERIES_BY_ATTENDED:
        return one->attended;
    case SERIES_BY_TOWN:
        return 1;
    }
    return 0;
}

static void split(struct sharing *s)
{
    int64_t weights[TOWNS_MOST], parts[TOWNS_MOST];

    for (size_t i = 0; i < s->n; i++)
        weights[i] = weight_of(&s->all[i], (enum series_share_by)s->text.share_by);
    series_share_split(s->text.cost, weights, s->n, parts);
    for (size_t i = 0; i < s->n; i++)
        s->all[i].yen = parts[i];
    series_share_split(1000, weights, s->n, parts);
    for (size_t i = 0; i < s->n; i++)
        s->all[i].permille = parts[i];
}

static enum err read_rows(struct sharing *s, struct fail *why)
{
    struct req *req = s->req;
    enum err rc = series_store_find(NULL, req->db, req->object, req->arena, &s->row, why);

    if (rc == ERR_OK && !s->row.is_host)
        rc = fail_set(why, ERR_NOT_FOUND, "the host alone has all counts");
    if (rc == ERR_OK)
        rc = series_text_open(req->services->keyring, &s->row, req->arena, &s->text, why);
    if (rc == ERR_OK && !s->text.has_cost)
        rc = fail_set(why, ERR_NOT_FOUND, "no cost is shared");
    if (rc == ERR_OK)
        rc = series_store_nodes(NULL, req->db, req->object, req->arena, &s->nodes, &s->n_nodes,
                                why);
    return rc == ERR_OK ? series_store_counts(req->db, req->object, req->arena, &s->counts,
                                              &s->n_counts, why)
                        : rc;
}

static enum err fill(struct sharing *s, struct fail *why)
{
    struct req *req = s->req;
    enum err rc = class_path_id(req, "series", why);

    if (rc == ERR_OK && req->services->federation == NULL)
        rc = fail_set(why, ERR_NOT_FOUND, "no federation");
    if (rc == ERR_OK)
        rc = read_rows(s, why);
    s->all = arena_alloc(req->arena, TOWNS_MOST * sizeof *s->all);
    if (rc == ERR_OK && s->all == NULL)
        rc = fail_set(why, ERR_NOMEM, "shares");
    if (rc != ERR_OK)
        return rc;
    add_town(s, req->services->federation->conf.node, s->row.places, true);
    for (size_t i = 0; i < s->n_nodes; i++)
        add_town(s, s->nodes[i].node, s->nodes[i].places,
                 s->nodes[i].state == SERIES_NODE_ACCEPTED);
    split(s);
    return ERR_OK;
}

static enum err open_shares(struct sharing *s, struct req *req, struct fail *why)
{
    struct federation *f = req->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    enum err rc;

    *s = (struct sharing){.req = req, .registry = registry};
    rc = fill(s, why);
    registry_unref(&registry); /* names are copies */
    return rc;
}

static void show_shares(struct req *req)
{
    struct sharing s;
    struct fail why = {.code = ERR_OK};
    struct shares_output out;

    if (open_shares(&s, req, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    out = (struct shares_output){s.text.cost, s.text.share_by, {s.all, s.n}};
    reply_json(req, 200, &out);
}

/* ---- the same, for a spreadsheet ---- */

static void number(struct csv_writer *csv, struct arena *arena, int64_t n)
{
    const char *text = arena_printf(arena, "%lld", (long long)n);

    csv_write(csv, text == NULL ? SPAN("") : span_text(text));
}

static void write_csv(const struct sharing *s, struct csv_writer *csv)
{
    static const char *const heads[] = {
        "自治体",           "定員",      "入った人数（のべ）", "参加した人数（のべ）",
        "割合（千分の一）", "分担（円）"};
    struct arena *arena = s->req->arena;

    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_write(csv, span_text(heads[i]));
    csv_end_row(csv);
    for (size_t i = 0; i < s->n; i++) {
        const struct share_output *one = &s->all[i];

        csv_write(csv, one->name);
        number(csv, arena, one->places);
        number(csv, arena, one->joined);
        number(csv, arena, one->attended);
        number(csv, arena, one->permille);
        number(csv, arena, one->yen);
        csv_end_row(csv);
    }
}

static void take_shares(struct req *req)
{
    struct sharing s;
    struct csv_writer csv;
    struct span text;
    struct fail why = {.code = ERR_OK};

    if (open_shares(&s, req, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!rights_may_export(req))
        return;
    csv_writer_init(&csv, CSV_BOM | CSV_FOR_PEOPLE);
    write_csv(&s, &csv);
    if (csv_written(&csv, &text, &why) == ERR_OK) {
        reply_header(req, "Cache-Control", "no-store");
        reply_header(req, "Content-Disposition", "attachment; filename=\"shares.csv\"");
        reply_bytes(req, 200, "text/csv; charset=utf-8", arena_copy(req->arena, text));
    } else {
        reply_fail(req, &why);
    }
    csv_writer_fini(&csv);
}

const struct route series_share_routes[SERIES_SHARE_ROUTES_N] = {
    {.name = "shared.shares",
     .path = "/api/v1/shared/series/{series}/shares",
     .method = HTTP_GET,
     .listeners = PLACE_LISTENERS,
     .roles = SERIES_KEEPERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_NONE,
     .output = &shares_shape,
     .summary_ja = "連続講座の費用を、自治体ごとに分けた表",
     .handle = show_shares},
    {.name = "shared.shares_csv",
     .path = "/api/v1/shared/series/{series}/shares/csv",
     .method = HTTP_GET,
     .listeners = PLACE_LISTENERS,
     .roles = SERIES_KEEPERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_EXPORT,
     .summary_ja = "連続講座の費用の分担（CSV）",
     .handle = take_shares},
};
