/* The figures of the last months with their definitions, for the node's own staff (KP-2-1 ...
 * KP-2-5). Counts alone: nobody can be named by this route. */
#include <stddef.h>

#include "reporting/kpi/kpi_json.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"
#include "reporting/kpi/kpi_store.h"

/* ---- GET /api/v1/kpi ---- */

#define FIELD(struct_, type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define CHOICE(struct_, name_, choices_, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

struct def_output {
    struct span id, requirement, name, text, name_en, text_en;
    int64_t from_version, until_version;
    int stage, form;
};
static const struct jx_field def_fields[] = {
    FIELD(def_output, JX_TEXT, id, "指標の記号"),
    FIELD(def_output, JX_INT, from_version, "どの版の定義からか"),
    FIELD(def_output, JX_INT, until_version, "どの版までか（0：いまも）"),
    CHOICE(def_output, stage, KPI_STAGES,
           "つながるまで・つながり続ける・つながったあと・別に示す"),
    CHOICE(def_output, form, KPI_FORMS, "割合・回数・日数の中央値"),
    FIELD(def_output, JX_TEXT, requirement, "要件の番号"),
    FIELD(def_output, JX_TEXT, name, "名前"),
    FIELD(def_output, JX_TEXT, text, "数え方"),
    FIELD(def_output, JX_TEXT, name_en, "名前（英語）"),
    FIELD(def_output, JX_TEXT, text_en, "数え方（英語）"),
};
const struct jx_shape kpi_def_shape = JX_SHAPE("KpiDefinition", struct def_output, def_fields);

struct cell_output {
    struct span kpi;
    int part;
    int64_t num, den;
};
static const struct jx_field cell_fields[] = {
    FIELD(cell_output, JX_TEXT, kpi, "指標の記号"),
    CHOICE(cell_output, part, KPI_PARTS, "全員・小学校・中学校・そのほか"),
    FIELD(cell_output, JX_INT, num, "数（割合の分子、回数、日数の中央値）"),
    FIELD(cell_output, JX_INT, den, "もとになった児童生徒の数"),
};
static const struct jx_shape cell_shape =
    JX_SHAPE("KpiCellOut", struct cell_output, cell_fields);

struct month_output {
    struct span month;
    int64_t version, made_at;
    struct jx_list cells;
};
static const struct jx_field month_fields[] = {
    FIELD(month_output, JX_TEXT, month, "どの月か"),
    FIELD(month_output, JX_INT, version, "定義の版"),
    FIELD(month_output, JX_TIME, made_at, "数えた時刻"),
    {.name = "cells",
     .type = JX_LIST,
     .shape = &cell_shape,
     .offset = offsetof(struct month_output, cells),
     .title_ja = "数字"},
};
static const struct jx_shape month_shape =
    JX_SHAPE("KpiMonth", struct month_output, month_fields);

struct kpi_output {
    int64_t version;
    struct jx_list definitions, months;
};
static const struct jx_field kpi_fields[] = {
    FIELD(kpi_output, JX_INT, version, "いまの定義の版"),
    {.name = "definitions",
     .type = JX_LIST,
     .shape = &kpi_def_shape,
     .offset = offsetof(struct kpi_output, definitions),
     .title_ja = "指標の定義（示す順）"},
    {.name = "months",
     .type = JX_LIST,
     .shape = &month_shape,
     .offset = offsetof(struct kpi_output, months),
     .title_ja = "月ごとの数字（新しい順）"},
};
static const struct jx_shape kpi_shape = JX_SHAPE("Kpi", struct kpi_output, kpi_fields);

struct jx_list kpi_definitions(struct arena *arena)
{
    struct def_output *items = arena_alloc(arena, KPI_DEFS_N * sizeof *items);

    for (int i = 0; items != NULL && i < KPI_DEFS_N; i++) {
        const struct kpi_def *def = &kpi_defs[i];

        items[i] = (struct def_output){
            .id = span_text(def->id),
            .from_version = def->from_version,
            .until_version = def->until_version,
            .stage = (int)def->stage,
            .form = (int)def->form,
            .requirement = span_text(def->requirement),
            .name = span_text(def->name_ja),
            .text = span_text(def->text_ja),
            .name_en = span_text(def->name_en),
            .text_en = span_text(def->text_en),
        };
    }
    return (struct jx_list){items, items == NULL ? 0 : KPI_DEFS_N};
}

static enum err fill_month(struct req *req, const struct kpi_month *month,
                           struct month_output *out, struct fail *why)
{
    struct cell_output *items;
    struct kpi_cell *cells = NULL;
    char text[KPI_MONTH_CAP];
    size_t n = 0;
    enum err rc = kpi_store_cells(req->db, month, req->arena, &cells, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < n; i++)
        items[i] =
            (struct cell_output){cells[i].kpi, (int)cells[i].part, cells[i].num, cells[i].den};
    kpi_month_text(month->month_utc_us, text);
    *out = (struct month_output){.month = arena_copy(req->arena, span_text(text)),
                                 .version = month->version,
                                 .made_at = month->made_utc_us,
                                 .cells = {items, n}};
    return ERR_OK;
}

void kpi_reply_altered(struct req *req)
{
    reply_problem(req, 409, "kpi-altered",
                  "この月の数字は、数えたときのものと違います。表示できません。監査の担当者に"
                  "知らせてください。");
}

static void kpi_show(struct req *req)
{
    struct kpi_output out = {.version = KPI_VERSION};
    struct month_output *items = NULL;
    struct kpi_month *months = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = kpi_store_months(req->db, KPI_MONTHS_SHOWN, req->arena, &months, &n, &why);

    if (rc == ERR_OK)
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (rc == ERR_OK && items == NULL)
        rc = fail_set(&why, ERR_NOMEM, "months");
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = fill_month(req, &months[i], &items[i], &why);
    if (rc == ERR_PROTO) {
        kpi_reply_altered(req);
        return;
    }
    out.definitions = kpi_definitions(req->arena);
    out.months = (struct jx_list){items, n};
    if (rc == ERR_OK && out.definitions.n == 0)
        rc = fail_set(&why, ERR_NOMEM, "definitions");
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

const struct route kpi_routes[KPI_ROUTES_N] = {
    {
        .name = "kpi.show",
        .method = HTTP_GET,
        .path = "/api/v1/kpi",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = KPI_READERS,
        .output = &kpi_shape,
        .summary_ja = "月ごとの指標と、その数え方を見る",
        .handle = kpi_show,
    },
};
