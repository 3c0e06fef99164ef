/* A prefecture's figures as a file: what the page shows for the same choice, of every month
 * asked for, a line a number. */
#include <stdio.h>

#include "federation/kpi_prefecture_priv.h"
#include "node/io/grid.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_table.h"
#include "tenants/rights/rights.h"

static const struct xlsx_column columns[] = {
    {"月", 9},
    {"区分", 16},
    {"指標", 34},
    {"だれについて", 13},
    {"自治体", 22},
    {"状態", 26},
    {"数の種類", 13},
    {"数", 8},
    {"もとになる数", 13},
    {"割合（％）", 11},
    {"いちばん小さい日数", 18},
    {"いちばん大きい日数", 18},
    {"合計した自治体の数", 18},
    {"合計した自治体", 40},
    {"定義の版", 9},
    {"数え方", 70},
};
#define COLUMNS_N (sizeof columns / sizeof columns[0])

static const char *const at_words[] = {
    [PREFECTURE_SHOWN] = "",
    [PREFECTURE_HIDDEN] = "—（人数が少ないため、伏せてあります）",
    [PREFECTURE_ABSENT] = "—（届いていません）",
    [PREFECTURE_WITHDRAWN] = "—（取り下げ）",
};

struct out {
    struct grid *grid;
    const struct prefecture_view *view;
    const struct prefecture_month *month;
    struct arena *arena;
};

/* Who left the list is called by the first letters of its id. */
static struct span name_of(const struct out *out, const struct prefecture_node *node)
{
    char id[ID_TEXT_CAP], text[64];

    if (node->name.len > 0)
        return node->name;
    id_text(node->node, id);
    snprintf(text, sizeof text, "登録簿にないノード %.8s", id);
    return arena_copy(out->arena, span_text(text));
}

static void begin_row(const struct out *out, const struct kpi_def *def, struct span node,
                      const char *state)
{
    char name[KPI_MONTH_CAP];

    kpi_month_text(out->month->month_utc_us, name);
    grid_words(out->grid, name);
    grid_words(out->grid, kpi_stage_word(def->stage));
    grid_words(out->grid, def->name_ja);
    grid_words(out->grid, kpi_part_word(out->view->part));
    grid_text(out->grid, node);
    grid_words(out->grid, state);
    grid_words(out->grid, kpi_form_word(def->form));
}

static void blanks(const struct out *out, int n)
{
    while (n-- > 0)
        grid_blank(out->grid);
}

static void end_row(const struct out *out, const struct kpi_def *def)
{
    grid_number(out->grid, out->month->version);
    grid_words(out->grid, def->text_ja);
    grid_end_row(out->grid);
}

static void put_share(const struct out *out, const struct kpi_def *def, int64_t num,
                      int64_t den)
{
    if (def->form == KPI_SHARE)
        grid_percent(out->grid, num, den);
    else
        grid_blank(out->grid);
}

/* The names of those in a sum, in one field. */
static struct span names_of(const struct out *out, const struct prefecture_sum *sum)
{
    struct span all = SPAN("");

    for (size_t i = 0; i < out->view->n_nodes; i++) {
        struct span name;
        uint8_t *p;

        if (sum->covers[i] != '1')
            continue;
        name = name_of(out, &out->view->nodes[i]);
        p = arena_alloc(out->arena, all.len + name.len + 3);
        if (p == NULL)
            return SPAN_NONE;
        memcpy(p, all.p, all.len);
        memcpy(p + all.len, "、", 3);
        memcpy(p + all.len + (all.len == 0 ? 0 : 3), name.p, name.len);
        all = span_of(p, all.len + (all.len == 0 ? 0 : 3) + name.len);
    }
    return all;
}

static void write_sum(const struct out *out, const struct prefecture_sum *sum)
{
    begin_row(out, sum->def, SPAN("合計"),
              sum->n_nodes == 0 ? "—（数を示している自治体がありません）" : "");
    if (sum->n_nodes == 0) {
        blanks(out, 5);
    } else if (sum->def->form == KPI_MEDIAN) { /* never added up */
        grid_blank(out->grid);
        grid_number(out->grid, sum->den);
        grid_blank(out->grid);
        if (sum->has_range) {
            grid_number(out->grid, sum->low);
            grid_number(out->grid, sum->high);
        } else
            blanks(out, 2);
    } else {
        grid_number(out->grid, sum->num);
        grid_number(out->grid, sum->den);
        put_share(out, sum->def, sum->num, sum->den);
        blanks(out, 2);
    }
    grid_number(out->grid, (int64_t)sum->n_nodes);
    grid_text(out->grid, names_of(out, sum));
    end_row(out, sum->def);
}

static void write_node(const struct out *out, size_t i, const struct kpi_def *def)
{
    const struct prefecture_cell *cell = NULL;
    enum prefecture_at at = prefecture_cell_of(out->month->given[i], def, &cell);

    begin_row(out, def, name_of(out, &out->view->nodes[i]), at_words[at]);
    if (cell == NULL) {
        blanks(out, 3);
    } else {
        if (def->form == KPI_MEDIAN && cell->den == 0)
            grid_blank(out->grid);
        else
            grid_number(out->grid, cell->num);
        grid_number(out->grid, cell->den);
        put_share(out, def, cell->num, cell->den);
    }
    blanks(out, 4);
    end_row(out, def);
}

static void write_month(const struct out *out)
{
    for (size_t k = 0; k < out->month->n_sums; k++) {
        write_sum(out, &out->month->sums[k]);
        for (size_t i = 0; i < out->view->n_nodes; i++)
            if (out->view->nodes[i].is_chosen)
                write_node(out, i, out->month->sums[k].def);
    }
}

/* In the file's properties: when the newest of it came. */
static int64_t made_utc_us(const struct prefecture_view *view)
{
    int64_t newest = 0;

    for (size_t i = 0; i < view->n_nodes; i++)
        if (view->nodes[i].last_utc_us > newest)
            newest = view->nodes[i].last_utc_us;
    return newest;
}

static enum err make(struct req *req, const struct prefecture_view *view, enum grid_form form,
                     struct span *bytes_out, struct fail *why)
{
    struct grid *grid = NULL;
    enum err rc = grid_create(form, "県の指標", columns, COLUMNS_N, &grid, why);

    for (size_t i = 0; rc == ERR_OK && i < view->n_months; i++)
        write_month(&(struct out){grid, view, &view->months[i], req->arena});
    if (rc == ERR_OK)
        rc = grid_written(grid, made_utc_us(view), req->arena, bytes_out, why);
    grid_destroy(&grid);
    return rc;
}

static const char *const as[GRID_FORMS_N] = {
    [GRID_CSV] = "attachment; filename=\"prefecture.csv\"",
    [GRID_XLSX] = "attachment; filename=\"prefecture.xlsx\"",
};

static void prefecture_file(struct req *req)
{
    enum grid_form form = grid_form_find(req_query(req, "form"));
    struct span bytes = SPAN_NONE;
    struct prefecture_view view;
    struct fail why = {.code = ERR_OK};

    if (form == GRID_FORMS_N) {
        (void)fail_field(&why, ERR_INVALID, "form", "csv or xlsx");
        reply_fail(req, &why);
        return;
    }
    if (!rights_may_export(req) || !prefecture_read(req, &view))
        return;
    if (make(req, &view, form, &bytes, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    reply_header(req, "Cache-Control", "no-store");
    reply_header(req, "Content-Disposition", as[form]);
    reply_bytes(req, 200, grid_media_type(form), bytes);
}

const struct route prefecture_file_routes[PREFECTURE_FILE_ROUTES_N] = {
    {
        .name = "kpi.prefecture_file",
        .method = HTTP_GET,
        .path = "/api/v1/kpi/prefecture/file",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COORDINATOR),
        .audit = AUDIT_EXPORT,
        .summary_ja = "県の指標をファイルで受け取る（CSV、Excel）",
        .handle = prefecture_file,
    },
};
