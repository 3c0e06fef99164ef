/* The figures of the page as a file, out of the same rows: what was counted, not counted again.
 */
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"
#include "reporting/kpi/kpi_table.h"
#include "tenants/rights/rights.h"

static enum err find_months(struct req *req, struct kpi_month **out, size_t *n_out,
                            struct fail *why)
{
    struct span text = req_query(req, "month");
    int64_t month_utc_us = 0;

    if (text.len == 0)
        return kpi_store_months(req->db, KPI_MONTHS_SHOWN, req->arena, out, n_out, why);
    if (!kpi_month_parse(text, &month_utc_us))
        return fail_field(why, ERR_INVALID, "month", "not a month");
    *out = arena_alloc(req->arena, sizeof **out);
    if (*out == NULL)
        return fail_set(why, ERR_NOMEM, "a month");
    *n_out = 1;
    return kpi_store_find(req->db, month_utc_us, *out, why);
}

static enum err read_sheets(struct req *req, struct kpi_sheet **out, size_t *n_out,
                            struct fail *why)
{
    struct kpi_month *months = NULL;
    enum err rc = find_months(req, &months, n_out, why);

    if (rc != ERR_OK)
        return rc;
    *out = arena_alloc(req->arena, (*n_out + 1) * sizeof **out);
    if (*out == NULL)
        return fail_set(why, ERR_NOMEM, "months");
    for (size_t i = 0; rc == ERR_OK && i < *n_out; i++) {
        struct kpi_sheet *sheet = &(*out)[i];

        sheet->month = months[i];
        rc = kpi_store_cells(req->db, &months[i], req->arena, &sheet->cells, &sheet->n, why);
    }
    return rc;
}

static const char *const as[GRID_FORMS_N] = {
    [GRID_CSV] = "attachment; filename=\"kpi.csv\"",
    [GRID_XLSX] = "attachment; filename=\"kpi.xlsx\"",
};

static void kpi_file(struct req *req)
{
    enum grid_form form = grid_form_find(req_query(req, "form"));
    struct kpi_sheet *sheets = NULL;
    struct span bytes = SPAN_NONE;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = form == GRID_FORMS_N ? fail_field(&why, ERR_INVALID, "form", "csv or xlsx")
                                       : read_sheets(req, &sheets, &n, &why);

    if (rc == ERR_PROTO) {
        kpi_reply_altered(req);
        return;
    }
    if (rc == ERR_OK && !rights_may_export(req))
        return;
    if (rc == ERR_OK)
        rc = kpi_table_make(form, sheets, n, req->arena, &bytes, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    reply_header(req, "Cache-Control", "no-store");
    reply_header(req, "Content-Disposition", as[form]);
    reply_bytes(req, 200, grid_media_type(form), bytes);
}

const struct route kpi_file_routes[KPI_FILE_ROUTES_N] = {
    {
        .name = "kpi.file",
        .method = HTTP_GET,
        .path = "/api/v1/kpi/file",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR),
        .audit = AUDIT_EXPORT,
        .summary_ja = "月の指標をファイルで受け取る（CSV、Excel）",
        .handle = kpi_file,
    },
};
