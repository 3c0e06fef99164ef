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

static const struct {
    const char *form, *type, *as;
    enum err (*make)(const struct kpi_sheet *months, size_t n, struct arena *arena,
                     struct span *bytes_out, struct fail *why);
} forms[] = {
    {"csv", "text/csv; charset=utf-8", "attachment; filename=\"kpi.csv\"", kpi_table_csv},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "attachment; filename=\"kpi.xlsx\"", kpi_table_xlsx},
};
#define FORMS_N (sizeof forms / sizeof forms[0])

/* Without a form: CSV. FORMS_N: there is none of that name. */
static size_t find_form(struct req *req)
{
    struct span text = req_query(req, "form");
    size_t i = 0;

    while (text.len > 0 && i < FORMS_N && !span_eq(text, span_text(forms[i].form)))
        i++;
    return i;
}

static void kpi_file(struct req *req)
{
    size_t form = find_form(req);
    struct kpi_sheet *sheets = NULL;
    struct span bytes = SPAN_NONE;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = form == FORMS_N ? fail_field(&why, ERR_INVALID, "form", "csv or xlsx")
                                  : read_sheets(req, &sheets, &n, &why);

    if (rc == ERR_PROTO) {
        kpi_reply_altered(req);
        return;
    }
    if (rc == ERR_OK && !rights_may_export(req))
        return;
    if (rc == ERR_OK)
        rc = forms[form].make(sheets, n, req->arena, &bytes, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    reply_header(req, "Cache-Control", "no-store");
    reply_header(req, "Content-Disposition", forms[form].as);
    reply_bytes(req, 200, forms[form].type, bytes);
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
