#include "node/io/pdf_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"

#define CELL_PAD 3.0

enum err pdf_set_text(struct pdf *pdf, const char *font, double size_pt, double width_pt,
                      struct span text, struct fail *why)
{
    PangoFontDescription *desc = pango_font_description_from_string(font);
    int unknown;

    pango_font_description_set_size(desc, (int)(size_pt * PANGO_SCALE));
    pango_layout_set_font_description(pdf->layout, desc);
    pango_font_description_free(desc);
    pango_layout_set_alignment(pdf->layout, PANGO_ALIGN_LEFT);
    pango_layout_set_width(pdf->layout, width_pt < 0 ? -1 : (int)(width_pt * PANGO_SCALE));
    pango_layout_set_wrap(pdf->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(pdf->layout, (const char *)text.p, (int)text.len);
    unknown = pango_layout_get_unknown_glyphs_count(pdf->layout);
    if (unknown > 0)
        return fail_set(why, ERR_INVALID, "%d characters have no glyph in \"%.*s\"", unknown,
                        SPAN_ARG(span_cut(text, 0, 60)));
    return ERR_OK;
}

static double text_height(struct pdf *pdf)
{
    int w, h;

    pango_layout_get_size(pdf->layout, &w, &h);
    return (double)h / PANGO_SCALE;
}

static void draw_at(struct pdf *pdf, double x, double y)
{
    cairo_move_to(pdf->cr, x, y);
    pango_cairo_show_layout(pdf->cr, pdf->layout);
}

static enum err page_end(struct pdf *pdf, struct fail *why)
{
    char foot[160], at[CLOCK_TEXT_CAP];
    enum err rc;

    clock_tokyo_text(pdf->utc_us, at);
    snprintf(foot, sizeof foot, "%.90s　%.10s　－%d－", pdf->title, at, pdf->n_pages);
    rc = pdf_set_text(pdf, PDF_FONT_HEAD, 8, PDF_TEXT_W, span_text(foot), why);
    if (rc != ERR_OK)
        return rc;
    pango_layout_set_alignment(pdf->layout, PANGO_ALIGN_CENTER);
    draw_at(pdf, PDF_MARGIN, PDF_PAGE_H - PDF_MARGIN * 0.7);
    cairo_show_page(pdf->cr);
    return ERR_OK;
}

static void page_begin(struct pdf *pdf)
{
    pdf->n_pages++;
    pdf->y = PDF_MARGIN;
}

enum err pdf_turn_page(struct pdf *pdf, struct fail *why)
{
    enum err rc = page_end(pdf, why);

    if (rc == ERR_OK)
        page_begin(pdf);
    return rc;
}

enum err pdf_need(struct pdf *pdf, double height, bool *turned_out, struct fail *why)
{
    enum err rc;

    *turned_out = false;
    if (pdf->y + height <= PDF_BOTTOM || pdf->y <= PDF_MARGIN)
        return ERR_OK;
    rc = pdf_turn_page(pdf, why);
    *turned_out = rc == ERR_OK;
    return rc;
}

enum err pdf_keep(struct pdf *pdf, double height_mm, struct fail *why)
{
    bool turned;

    return pdf_need(pdf, height_mm * PDF_MM, &turned, why);
}

static void set_dates(struct pdf *pdf)
{
    char at[CLOCK_TEXT_CAP];

    clock_tokyo_text(pdf->utc_us, at);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, pdf->title);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "Ibasho");
}

/* cairo's way out of memory; the buffer that is left behind is wiped, for slips hold secrets.
 */
static cairo_status_t take_bytes(void *closure, const unsigned char *data, unsigned int len)
{
    struct pdf *pdf = closure;
    size_t cap = pdf->bytes_cap == 0 ? 65536 : pdf->bytes_cap;
    uint8_t *bytes;

    while (cap - pdf->n_bytes < len)
        cap *= 2;
    if (cap != pdf->bytes_cap) {
        bytes = malloc(cap);
        if (bytes == NULL)
            return CAIRO_STATUS_NO_MEMORY;
        if (pdf->n_bytes > 0)
            memcpy(bytes, pdf->bytes, pdf->n_bytes);
        if (pdf->bytes != NULL)
            explicit_bzero(pdf->bytes, pdf->bytes_cap);
        free(pdf->bytes);
        pdf->bytes = bytes;
        pdf->bytes_cap = cap;
    }
    memcpy(pdf->bytes + pdf->n_bytes, data, len);
    pdf->n_bytes += len;
    return CAIRO_STATUS_SUCCESS;
}

static enum err open_surface(struct pdf *pdf, const char *path)
{
    if (path == NULL) {
        pdf->surface =
            cairo_pdf_surface_create_for_stream(take_bytes, pdf, PDF_PAGE_W, PDF_PAGE_H);
    } else {
        pdf->path = strdup(path);
        if (pdf->path == NULL || asprintf(&pdf->part, "%s.part", path) < 0) {
            pdf->part = NULL;
            return ERR_NOMEM;
        }
        pdf->surface = cairo_pdf_surface_create(pdf->part, PDF_PAGE_W, PDF_PAGE_H);
    }
    return cairo_surface_status(pdf->surface) == CAIRO_STATUS_SUCCESS ? ERR_OK : ERR_IO;
}

static enum err create(const char *path, const char *title, int64_t utc_us,
                       struct pdf **pdf_out, struct fail *why)
{
    struct pdf *pdf = calloc(1, sizeof *pdf);
    cairo_font_options_t *options;
    PangoFontMap *fonts;
    PangoContext *context;
    enum err rc = ERR_NOMEM;

    *pdf_out = NULL;
    if (pdf == NULL)
        return fail_set(why, ERR_NOMEM, "document");
    pdf->utc_us = utc_us;
    pdf->title = strdup(title);
    if (pdf->title != NULL)
        rc = open_surface(pdf, path);
    if (rc != ERR_OK) {
        pdf_destroy(&pdf);
        return fail_set(why, rc, "cannot write %s", path == NULL ? "a document" : path);
    }
    set_dates(pdf);
    pdf->cr = cairo_create(pdf->surface);
    /* A font map of its own: the thread's default one would keep every font that was used in
     * memory for as long as the thread lives. */
    fonts = pango_cairo_font_map_new();
    context = pango_font_map_create_context(fonts);
    g_object_unref(fonts);
    pango_cairo_update_context(pdf->cr, context);
    pdf->layout = pango_layout_new(context);
    g_object_unref(context);
    /* Paper has no pixels: letters stand where they belong at every size. */
    options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    /* A point is 1/72 inch here; Pango would take it for a pixel of a screen with 96. */
    pango_cairo_context_set_resolution(pango_layout_get_context(pdf->layout), 72);
    pango_cairo_context_set_font_options(pango_layout_get_context(pdf->layout), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(pango_layout_get_context(pdf->layout), FALSE);
    page_begin(pdf);
    *pdf_out = pdf;
    return ERR_OK;
}

enum err pdf_create(const char *path, const char *title, int64_t utc_us, struct pdf **pdf_out,
                    struct fail *why)
{
    return create(path, title, utc_us, pdf_out, why);
}

enum err pdf_create_memory(const char *title, int64_t utc_us, struct pdf **pdf_out,
                           struct fail *why)
{
    return create(NULL, title, utc_us, pdf_out, why);
}

struct span pdf_bytes(const struct pdf *pdf)
{
    invariant(pdf->finished && pdf->path == NULL, "bytes of an unfinished document");
    return span_of(pdf->bytes, pdf->n_bytes);
}

static void close_surface(struct pdf *pdf)
{
    g_clear_object(&pdf->layout);
    if (pdf->cr != NULL)
        cairo_destroy(pdf->cr);
    if (pdf->surface != NULL) {
        cairo_surface_finish(pdf->surface);
        cairo_surface_destroy(pdf->surface);
    }
    pdf->cr = NULL;
    pdf->surface = NULL;
}

void pdf_destroy(struct pdf **pdf_ptr)
{
    struct pdf *pdf = *pdf_ptr;

    if (pdf == NULL)
        return;
    close_surface(pdf);
    if (!pdf->finished && pdf->part != NULL)
        unlink(pdf->part);
    if (pdf->bytes != NULL)
        explicit_bzero(pdf->bytes, pdf->bytes_cap);
    free(pdf->bytes);
    free(pdf->path);
    free(pdf->part);
    free(pdf->title);
    free(pdf);
    *pdf_ptr = NULL;
}

enum err pdf_finish(struct pdf *pdf, struct fail *why)
{
    cairo_status_t status;
    enum err rc = page_end(pdf, why);

    if (rc != ERR_OK)
        return rc;
    g_clear_object(&pdf->layout);
    cairo_destroy(pdf->cr);
    pdf->cr = NULL;
    cairo_surface_finish(pdf->surface);
    status = cairo_surface_status(pdf->surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return fail_set(why, status == CAIRO_STATUS_NO_MEMORY ? ERR_NOMEM : ERR_IO, "%s: %s",
                        pdf->part == NULL ? "document" : pdf->part,
                        cairo_status_to_string(status));
    if (pdf->path != NULL && rename(pdf->part, pdf->path) != 0)
        return fail_set(why, ERR_IO, "%s: %s", pdf->path, strerror(errno));
    pdf->finished = true;
    return ERR_OK;
}

enum err pdf_heading(struct pdf *pdf, int level, struct span text, struct fail *why)
{
    static const double size_pt[] = {18, 13, 11}, before_pt[] = {0, 14, 8},
                        after_pt[] = {12, 5, 3};
    bool turned;
    double h;
    enum err rc;

    invariant(level >= 0 && level <= 2, "heading level %d", level);
    rc = pdf_set_text(pdf, PDF_FONT_HEAD, size_pt[level], PDF_TEXT_W, text, why);
    if (rc != ERR_OK)
        return rc;
    h = text_height(pdf);
    /* 40 pt more, so that a heading never stands alone at the foot of a page. */
    rc = pdf_need(pdf, before_pt[level] + h + 40, &turned, why);
    if (rc == ERR_OK)
        rc = pdf_set_text(pdf, PDF_FONT_HEAD, size_pt[level], PDF_TEXT_W, text, why);
    if (rc != ERR_OK)
        return rc;
    if (level == 0)
        pango_layout_set_alignment(pdf->layout, PANGO_ALIGN_CENTER);
    if (!turned)
        pdf->y += before_pt[level];
    draw_at(pdf, PDF_MARGIN, pdf->y);
    pdf->y += h + after_pt[level];
    return ERR_OK;
}

/* A paragraph longer than what is left is broken between lines. */
enum err pdf_paragraph(struct pdf *pdf, struct span text, struct fail *why)
{
    enum err rc = pdf_set_text(pdf, PDF_FONT_BODY, 10.5, PDF_TEXT_W, text, why);
    int n_lines;

    if (rc != ERR_OK)
        return rc;
    n_lines = pango_layout_get_line_count(pdf->layout);
    for (int i = 0; i < n_lines; i++) {
        PangoRectangle box;
        PangoLayoutLine *line = pango_layout_get_line_readonly(pdf->layout, i);
        double h;
        bool turned;

        pango_layout_line_get_extents(line, NULL, &box);
        h = (double)box.height / PANGO_SCALE * 1.25;
        if (pdf->y + h > PDF_BOTTOM) {
            rc = pdf_need(pdf, h, &turned, why);
            if (rc == ERR_OK) /* the footer took the layout */
                rc = pdf_set_text(pdf, PDF_FONT_BODY, 10.5, PDF_TEXT_W, text, why);
            if (rc != ERR_OK)
                return rc;
            line = pango_layout_get_line_readonly(pdf->layout, i);
        }
        cairo_move_to(pdf->cr, PDF_MARGIN, pdf->y + h * 0.8);
        pango_cairo_show_layout_line(pdf->cr, line);
        pdf->y += h;
    }
    pdf->y += 5;
    return ERR_OK;
}

static double column_w(const struct pdf *pdf, int i)
{
    return PDF_TEXT_W * pdf->columns[i].width_pct / 100.0;
}

/* Tallest cell, padding included. Refuses what no page could hold. */
static enum err row_height(struct pdf *pdf, const char *font, const struct span *cells,
                           double *h_out, struct fail *why)
{
    double most = 0;

    for (int i = 0; i < pdf->n_columns; i++) {
        enum err rc =
            pdf_set_text(pdf, font, 8.5, column_w(pdf, i) - 2 * CELL_PAD, cells[i], why);
        double h;

        if (rc != ERR_OK)
            return rc;
        h = text_height(pdf) + 2 * CELL_PAD;
        if (h > most)
            most = h;
    }
    if (most > PDF_BOTTOM - PDF_MARGIN - 40)
        return fail_set(why, ERR_TOO_LARGE, "a table row is taller than a page");
    *h_out = most;
    return ERR_OK;
}

static enum err draw_row(struct pdf *pdf, const char *font, double shade,
                         const struct span *cells, double h, struct fail *why)
{
    double x = PDF_MARGIN;

    for (int i = 0; i < pdf->n_columns; i++) {
        double w = column_w(pdf, i);
        enum err rc;

        cairo_rectangle(pdf->cr, x, pdf->y, w, h);
        cairo_set_source_rgb(pdf->cr, shade, shade, shade);
        cairo_fill_preserve(pdf->cr);
        cairo_set_source_rgb(pdf->cr, 0.45, 0.45, 0.45);
        cairo_set_line_width(pdf->cr, 0.5);
        cairo_stroke(pdf->cr);
        cairo_set_source_rgb(pdf->cr, 0, 0, 0);
        rc = pdf_set_text(pdf, font, 8.5, w - 2 * CELL_PAD, cells[i], why);
        if (rc != ERR_OK)
            return rc;
        draw_at(pdf, x + CELL_PAD, pdf->y + CELL_PAD);
        x += w;
    }
    pdf->y += h;
    return ERR_OK;
}

static enum err head_height(struct pdf *pdf, struct span *heads, double *h_out,
                            struct fail *why)
{
    for (int i = 0; i < pdf->n_columns; i++)
        heads[i] = span_text(pdf->columns[i].head);
    return row_height(pdf, PDF_FONT_HEAD, heads, h_out, why);
}

enum err pdf_table_begin(struct pdf *pdf, const struct pdf_column *columns, int n_columns,
                         struct fail *why)
{
    struct span heads[PDF_COLUMNS_CAP];
    double h = 0;
    bool turned;
    int sum = 0;
    enum err rc;

    invariant(n_columns > 0 && n_columns <= PDF_COLUMNS_CAP, "%d columns", n_columns);
    for (int i = 0; i < n_columns; i++)
        sum += columns[i].width_pct;
    invariant(sum == 100, "column widths add up to %d %%", sum);
    pdf->n_columns = n_columns;
    memcpy(pdf->columns, columns, sizeof *columns * (size_t)n_columns);
    rc = head_height(pdf, heads, &h, why);
    if (rc == ERR_OK)
        rc = pdf_need(pdf, h + 40, &turned, why);
    return rc == ERR_OK ? draw_row(pdf, PDF_FONT_HEAD, 0.90, heads, h, why) : rc;
}

enum err pdf_table_row(struct pdf *pdf, const struct span *cells, struct fail *why)
{
    double h = 0, head_h = 0;
    bool turned = false;
    enum err rc;

    invariant(pdf->n_columns > 0, "a row outside a table");
    rc = row_height(pdf, PDF_FONT_BODY, cells, &h, why);
    if (rc == ERR_OK)
        rc = pdf_need(pdf, h, &turned, why);
    if (rc == ERR_OK && turned) {
        struct span heads[PDF_COLUMNS_CAP];

        rc = head_height(pdf, heads, &head_h, why);
        if (rc == ERR_OK)
            rc = draw_row(pdf, PDF_FONT_HEAD, 0.90, heads, head_h, why);
    }
    return rc == ERR_OK ? draw_row(pdf, PDF_FONT_BODY, 1.0, cells, h, why) : rc;
}

void pdf_table_end(struct pdf *pdf)
{
    pdf->n_columns = 0;
    pdf->y += 8;
}

int pdf_n_pages(const struct pdf *pdf)
{
    return pdf->n_pages;
}
