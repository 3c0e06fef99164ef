/* A prefecture's figures for its coordinator (CARD-7): sums with the nodes they are made of,
 * the nodes' own numbers of the newest month asked for, and who is missing. Counts alone. */
#include <stddef.h>

#include "federation/kpi_prefecture_priv.h"
#include "reporting/kpi/kpi_json.h"
#include "reporting/kpi/kpi_month.h"

#define FIELD(struct_, type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define FIELD_IF(struct_, type_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }
#define CHOICE(struct_, name_, choices_, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

/* ---- shapes ---- */

struct size_output {
    int64_t size, from, under;
};
static const struct jx_field size_fields[] = {
    FIELD(size_output, JX_INT, size, "人口の区分の番号（登録簿）"),
    FIELD(size_output, JX_INT, from, "人口がこれ以上"),
    FIELD(size_output, JX_INT, under, "人口がこれ未満（0：上限なし）"),
};
static const struct jx_shape size_shape =
    JX_SHAPE("PrefectureSize", struct size_output, size_fields);

struct node_output {
    struct id node;
    struct span name, last_month;
    int64_t size, last_at;
    int standing;
    bool is_chosen, is_member, has_last;
};
static const struct jx_field node_fields[] = {
    FIELD(node_output, JX_ID, node, "ノードのID"),
    FIELD(node_output, JX_TEXT, name, "自治体の名前（登録簿にもうないときは空）"),
    FIELD(node_output, JX_INT, size, "人口の区分の番号（-1：登録簿にない）"),
    FIELD(node_output, JX_BOOL, is_chosen, "選んだ範囲に入っているか"),
    FIELD(node_output, JX_BOOL, is_member, "登録簿にあるか"),
    CHOICE(node_output, standing, PREFECTURE_STANDINGS,
           "届いているか（good届いている・late遅れている・newまだその月がない・ended契約が"
           "終わった）"),
    FIELD_IF(node_output, JX_TEXT, last_month, has_last, "届いているいちばん新しい月"),
    FIELD_IF(node_output, JX_TIME, last_at, has_last, "それが届いた日時"),
};
static const struct jx_shape node_shape =
    JX_SHAPE("PrefectureNode", struct node_output, node_fields);

struct sum_output {
    struct span kpi, covers;
    int64_t num, den, low, high, n_nodes;
    bool has_sum, has_range;
};
static const struct jx_field sum_fields[] = {
    FIELD(sum_output, JX_TEXT, kpi, "指標の記号"),
    FIELD_IF(sum_output, JX_INT, num, has_sum, "数の合計（割合の分子、回数。中央値にはない）"),
    FIELD(sum_output, JX_INT, den, "もとになった児童生徒の数の合計"),
    FIELD_IF(sum_output, JX_INT, low, has_range, "中央値のいちばん小さい自治体の日数"),
    FIELD_IF(sum_output, JX_INT, high, has_range, "中央値のいちばん大きい自治体の日数"),
    FIELD(sum_output, JX_INT, n_nodes, "いくつの自治体の数か"),
    FIELD(sum_output, JX_TEXT, covers,
          "どの自治体の数か（nodesの順に、1：入っている、0：いない）"),
};
static const struct jx_shape sum_shape =
    JX_SHAPE("PrefectureSum", struct sum_output, sum_fields);

struct month_output {
    struct span month, has, is_back;
    int64_t version, n_given;
    struct jx_list sums;
};
static const struct jx_field month_fields[] = {
    FIELD(month_output, JX_TEXT, month, "どの月か"),
    FIELD(month_output, JX_INT, version, "定義の版（0：何も届いていない）"),
    FIELD(month_output, JX_INT, n_given, "いくつの自治体から届いているか"),
    FIELD(month_output, JX_TEXT, has, "どの自治体から届いているか（nodesの順に1・0）"),
    FIELD(month_output, JX_TEXT, is_back, "どの自治体が取り下げたか（nodesの順に1・0）"),
    LIST(month_output, sums, &sum_shape, "合計（指標の順）"),
};
static const struct jx_shape month_shape =
    JX_SHAPE("PrefectureMonth", struct month_output, month_fields);

struct cell_output {
    struct id node;
    struct span kpi;
    int64_t num, den;
    bool is_shown;
};
static const struct jx_field cell_fields[] = {
    FIELD(cell_output, JX_ID, node, "ノードのID"),
    FIELD(cell_output, JX_TEXT, kpi, "指標の記号"),
    FIELD_IF(cell_output, JX_INT, num, is_shown, "数（伏せてあるときはない）"),
    FIELD_IF(cell_output, JX_INT, den, is_shown, "もとになった児童生徒の数（同）"),
};
static const struct jx_shape cell_shape =
    JX_SHAPE("PrefectureCell", struct cell_output, cell_fields);

struct left_output {
    struct id node;
    int64_t asked_at, cleared_at;
    bool has_cleared, has_receipt;
};
static const struct jx_field left_fields[] = {
    FIELD(left_output, JX_ID, node, "ノードのID"),
    FIELD(left_output, JX_TIME, asked_at, "消すようにたのまれた日時"),
    FIELD_IF(left_output, JX_TIME, cleared_at, has_cleared, "消しおわった日時"),
    FIELD(left_output, JX_BOOL, has_receipt, "消した証明書を渡したか"),
};
static const struct jx_shape left_shape =
    JX_SHAPE("PrefectureLeft", struct left_output, left_fields);

struct prefecture_output {
    struct span from, to;
    int stage;
    int64_t hide_under;
    struct jx_list sizes, definitions, nodes, months, cells, left;
    struct jx_texts there;
};
static const struct jx_field prefecture_fields[] = {
    FIELD(prefecture_output, JX_TEXT, from, "いつの月から"),
    FIELD(prefecture_output, JX_TEXT, to, "いつの月まで"),
    CHOICE(prefecture_output, stage, KPI_PARTS, "全員・小学校・中学校・そのほか"),
    FIELD(prefecture_output, JX_INT, hide_under, "これより小さい人数は、伏せられて届く"),
    FIELD(prefecture_output, JX_TEXTS, there, "届いたことのある月（新しい順）"),
    LIST(prefecture_output, sizes, &size_shape, "人口の区分"),
    LIST(prefecture_output, definitions, &kpi_def_shape, "指標の定義（示す順）"),
    LIST(prefecture_output, nodes, &node_shape, "自治体"),
    LIST(prefecture_output, months, &month_shape, "月ごとの合計（新しい順）"),
    LIST(prefecture_output, cells, &cell_shape, "いちばん新しい月の、自治体ごとの数"),
    LIST(prefecture_output, left, &left_shape, "契約が終わった自治体"),
};
static const struct jx_shape prefecture_shape =
    JX_SHAPE("Prefecture", struct prefecture_output, prefecture_fields);

/* ---- filling ---- */

static struct span month_text(int64_t month_utc_us, struct arena *arena)
{
    char text[KPI_MONTH_CAP];

    kpi_month_text(month_utc_us, text);
    return arena_copy(arena, span_text(text));
}

static bool put_sizes(const struct prefecture_view *view, struct arena *arena,
                      struct jx_list *out)
{
    struct size_output *all = arena_alloc(arena, FED_TIERS_MOST * sizeof *all);
    int64_t from = 0;

    for (int i = 0; all != NULL && i < view->thresholds.n_tiers; i++) {
        all[i] = (struct size_output){i, from, view->thresholds.tiers[i].population_under};
        from = all[i].under;
    }
    *out = (struct jx_list){all, (size_t)view->thresholds.n_tiers};
    return all != NULL;
}

static bool put_nodes(const struct prefecture_view *view, struct arena *arena,
                      struct jx_list *out)
{
    struct node_output *all = arena_alloc(arena, (view->n_nodes + 1) * sizeof *all);

    for (size_t i = 0; all != NULL && i < view->n_nodes; i++) {
        const struct prefecture_node *node = &view->nodes[i];

        all[i] = (struct node_output){.node = node->node,
                                      .name = node->name,
                                      .size = node->tier,
                                      .standing = (int)node->standing,
                                      .is_chosen = node->is_chosen,
                                      .is_member = node->tier >= 0,
                                      .has_last = node->last_month_utc_us != 0,
                                      .last_at = node->last_utc_us};
        if (all[i].has_last)
            all[i].last_month = month_text(node->last_month_utc_us, arena);
    }
    *out = (struct jx_list){all, view->n_nodes};
    return all != NULL;
}

static bool put_sums(const struct prefecture_month *month, struct arena *arena,
                     struct jx_list *out)
{
    struct sum_output *all = arena_alloc(arena, (month->n_sums + 1) * sizeof *all);

    for (size_t i = 0; all != NULL && i < month->n_sums; i++) {
        const struct prefecture_sum *sum = &month->sums[i];

        all[i] = (struct sum_output){
            .kpi = span_text(sum->def->id),
            .covers = span_text(sum->covers),
            .num = sum->num,
            .den = sum->den,
            .low = sum->low,
            .high = sum->high,
            .n_nodes = (int64_t)sum->n_nodes,
            .has_sum = sum->def->form != KPI_MEDIAN && sum->n_nodes > 0,
            .has_range = sum->has_range,
        };
    }
    *out = (struct jx_list){all, month->n_sums};
    return all != NULL;
}

static bool put_months(const struct prefecture_view *view, struct arena *arena,
                       struct jx_list *out)
{
    struct month_output *all = arena_alloc(arena, (view->n_months + 1) * sizeof *all);
    bool is_whole = all != NULL;

    for (size_t i = 0; is_whole && i < view->n_months; i++) {
        const struct prefecture_month *month = &view->months[i];

        all[i] = (struct month_output){.month = month_text(month->month_utc_us, arena),
                                       .version = month->version,
                                       .n_given = (int64_t)month->n_given,
                                       .has = span_text(month->has),
                                       .is_back = span_text(month->is_back)};
        is_whole = put_sums(month, arena, &all[i].sums);
    }
    *out = (struct jx_list){all, view->n_months};
    return is_whole;
}

/* Each chosen node's own numbers of the newest month, in the order of the sums. */
static bool put_cells(const struct prefecture_view *view, struct arena *arena,
                      struct jx_list *out)
{
    const struct prefecture_month *month = &view->months[0];
    struct cell_output *all =
        arena_alloc(arena, (view->n_nodes * month->n_sums + 1) * sizeof *all);
    size_t n = 0;

    for (size_t i = 0; all != NULL && i < view->n_nodes; i++) {
        for (size_t k = 0; view->nodes[i].is_chosen && k < month->n_sums; k++) {
            const struct prefecture_cell *cell = NULL;
            enum prefecture_at at =
                prefecture_cell_of(month->given[i], month->sums[k].def, &cell);

            if (at != PREFECTURE_SHOWN && at != PREFECTURE_HIDDEN)
                continue; /* the month says why: nothing came, or it was taken back */
            all[n] = (struct cell_output){.node = view->nodes[i].node,
                                          .kpi = span_text(month->sums[k].def->id),
                                          .is_shown = cell != NULL};
            if (cell != NULL) {
                all[n].num = cell->num;
                all[n].den = cell->den;
            }
            n++;
        }
    }
    *out = (struct jx_list){all, n};
    return all != NULL;
}

static bool put_left(const struct prefecture_view *view, struct arena *arena,
                     struct jx_list *out)
{
    struct left_output *all = arena_alloc(arena, (view->n_left + 1) * sizeof *all);

    for (size_t i = 0; all != NULL && i < view->n_left; i++)
        all[i] = (struct left_output){.node = view->left[i].node,
                                      .asked_at = view->left[i].asked_utc_us,
                                      .cleared_at = view->left[i].cleared_utc_us,
                                      .has_cleared = view->left[i].cleared_utc_us != 0,
                                      .has_receipt = view->left[i].has_receipt};
    *out = (struct jx_list){all, view->n_left};
    return all != NULL;
}

static bool put_there(const struct prefecture_view *view, struct arena *arena,
                      struct jx_texts *out)
{
    struct span *all = arena_alloc(arena, (view->n_there + 1) * sizeof *all);

    for (size_t i = 0; all != NULL && i < view->n_there; i++)
        all[i] = month_text(view->there[i], arena);
    *out = (struct jx_texts){all, view->n_there};
    return all != NULL;
}

static void prefecture_show(struct req *req)
{
    struct prefecture_output out = {.definitions = {NULL, 0}};
    struct arena *arena = req->arena;
    struct prefecture_view view;

    if (!prefecture_read(req, &view))
        return;
    out.from = month_text(view.from_utc_us, arena);
    out.to = month_text(view.to_utc_us, arena);
    out.stage = (int)view.part;
    out.hide_under = view.thresholds.coordinator_k;
    out.definitions = kpi_definitions(arena);
    if (out.definitions.n > 0 && put_sizes(&view, arena, &out.sizes) &&
        put_nodes(&view, arena, &out.nodes) && put_months(&view, arena, &out.months) &&
        put_cells(&view, arena, &out.cells) && put_left(&view, arena, &out.left) &&
        put_there(&view, arena, &out.there))
        reply_json(req, 200, &out);
    else
        reply_fail(req, &(struct fail){.code = ERR_NOMEM});
}

const struct route prefecture_routes[PREFECTURE_ROUTES_N] = {
    {
        .name = "kpi.prefecture",
        .method = HTTP_GET,
        .path = "/api/v1/kpi/prefecture",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COORDINATOR),
        .output = &prefecture_shape,
        .summary_ja = "県の指標を見る（自治体が渡した数字と、その合計）",
        .handle = prefecture_show,
    },
};
