#include "node/io/pdf.h"

#include <cairo/cairo-pdf.h>
#include <errno.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"

/* Points; 1 mm = 2.8346 pt. Margins of 20 mm as official papers have them. */
#define PAGE_W    595.28
#define PAGE_H    841.89
#define MARGIN    56.7
#define TEXT_W    (PAGE_W - 2 * MARGIN)
#define BOTTOM    (PAGE_H - MARGIN)
#define CELL_PAD  3.0
#define FONT_BODY "IPAexMincho"
#define FONT_HEAD "IPAexGothic"

struct pdf {
    char *path, *part, *title;
    int64_t utc_us;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *layout;
    double y;
    int n_pages;
    bool finished;
    int n_columns; /* 0: no table is open */
    struct pdf_column columns[PDF_COLUMNS_CAP];
};

/* Sets font and text. A character that no font of the machine can draw is refused here. */
static enum err set_text(struct pdf *pdf, const char *font, double size_pt, double width_pt,
                         struct span text, struct fail *why)
{
    PangoFontDescription *desc = pango_font_description_from_string(font);
    int unknown;

    pango_font_description_set_size(desc, (int)(size_pt * PANGO_SCALE));
    pango_layout_set_font_description(pdf->layout, desc);
    pango_font_description_free(desc);
    pango_layout_set_alignment(pdf->layout, PANGO_ALIGN_LEFT);
    pango_layout_set_width(pdf->layout, (int)(width_pt * PANGO_SCALE));
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
    rc = set_text(pdf, FONT_HEAD, 8, TEXT_W, span_text(foot), why);
    if (rc != ERR_OK)
        return rc;
    pango_layout_set_alignment(pdf->layout, PANGO_ALIGN_CENTER);
    draw_at(pdf, MARGIN, PAGE_H - MARGIN * 0.7);
    cairo_show_page(pdf->cr);
    return ERR_OK;
}

static void page_begin(struct pdf *pdf)
{
    pdf->n_pages++;
    pdf->y = MARGIN;
}

/* Turns the page when less than height is left. */
static enum err need(struct pdf *pdf, double height, bool *turned_out, struct fail *why)
{
    enum err rc;

    *turned_out = false;
    if (pdf->y + height <= BOTTOM || pdf->y <= MARGIN)
        return ERR_OK;
    rc = page_end(pdf, why);
    if (rc != ERR_OK)
        return rc;
    page_begin(pdf);
    *turned_out = true;
    return ERR_OK;
}

static void set_dates(struct pdf *pdf)
{
    char at[CLOCK_TEXT_CAP];

    clock_tokyo_text(pdf->utc_us, at);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, pdf->title);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "Ibasho");
}

enum err pdf_create(const char *path, const char *title, int64_t utc_us, struct pdf **pdf_out,
                    struct fail *why)
{
    struct pdf *pdf = calloc(1, sizeof *pdf);
    enum err rc = ERR_NOMEM;

    *pdf_out = NULL;
    if (pdf == NULL)
        return fail_set(why, ERR_NOMEM, "document");
    pdf->utc_us = utc_us;
    pdf->path = strdup(path);
    pdf->title = strdup(title);
    if (pdf->path == NULL || pdf->title == NULL || asprintf(&pdf->part, "%s.part", path) < 0) {
        pdf->part = NULL;
        goto out;
    }
    pdf->surface = cairo_pdf_surface_create(pdf->part, PAGE_W, PAGE_H);
    rc = ERR_IO;
    if (cairo_surface_status(pdf->surface) != CAIRO_STATUS_SUCCESS)
        goto out;
    set_dates(pdf);
    pdf->cr = cairo_create(pdf->surface);
    pdf->layout = pango_cairo_create_layout(pdf->cr);
    page_begin(pdf);
    *pdf_out = pdf;
    return ERR_OK;
out:
    pdf_destroy(&pdf);
    return fail_set(why, rc, "cannot write %s", path);
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
        return fail_set(why, ERR_IO, "%s: %s", pdf->part, cairo_status_to_string(status));
    if (rename(pdf->part, pdf->path) != 0)
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
    rc = set_text(pdf, FONT_HEAD, size_pt[level], TEXT_W, text, why);
    if (rc != ERR_OK)
        return rc;
    h = text_height(pdf);
    /* 40 pt more, so that a heading never stands alone at the foot of a page. */
    rc = need(pdf, before_pt[level] + h + 40, &turned, why);
    if (rc == ERR_OK)
        rc = set_text(pdf, FONT_HEAD, size_pt[level], TEXT_W, text, why);
    if (rc != ERR_OK)
        return rc;
    if (level == 0)
        pango_layout_set_alignment(pdf->layout, PANGO_ALIGN_CENTER);
    if (!turned)
        pdf->y += before_pt[level];
    draw_at(pdf, MARGIN, pdf->y);
    pdf->y += h + after_pt[level];
    return ERR_OK;
}

/* A paragraph longer than what is left is broken between lines. */
enum err pdf_paragraph(struct pdf *pdf, struct span text, struct fail *why)
{
    enum err rc = set_text(pdf, FONT_BODY, 10.5, TEXT_W, text, why);
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
        if (pdf->y + h > BOTTOM) {
            rc = need(pdf, h, &turned, why);
            if (rc == ERR_OK) /* the footer took the layout */
                rc = set_text(pdf, FONT_BODY, 10.5, TEXT_W, text, why);
            if (rc != ERR_OK)
                return rc;
            line = pango_layout_get_line_readonly(pdf->layout, i);
        }
        cairo_move_to(pdf->cr, MARGIN, pdf->y + h * 0.8);
        pango_cairo_show_layout_line(pdf->cr, line);
        pdf->y += h;
    }
    pdf->y += 5;
    return ERR_OK;
}

static double column_w(const struct pdf *pdf, int i)
{
    return TEXT_W * pdf->columns[i].width_pct / 100.0;
}

/* Tallest cell, padding included. Refuses what no page could hold. */
static enum err row_height(struct pdf *pdf, const char *font, const struct span *cells,
                           double *h_out, struct fail *why)
{
    double most = 0;

    for (int i = 0; i < pdf->n_columns; i++) {
        enum err rc = set_text(pdf, font, 8.5, column_w(pdf, i) - 2 * CELL_PAD, cells[i], why);
        double h;

        if (rc != ERR_OK)
            return rc;
        h = text_height(pdf) + 2 * CELL_PAD;
        if (h > most)
            most = h;
    }
    if (most > BOTTOM - MARGIN - 40)
        return fail_set(why, ERR_TOO_LARGE, "a table row is taller than a page");
    *h_out = most;
    return ERR_OK;
}

static enum err draw_row(struct pdf *pdf, const char *font, double shade,
                         const struct span *cells, double h, struct fail *why)
{
    double x = MARGIN;

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
        rc = set_text(pdf, font, 8.5, w - 2 * CELL_PAD, cells[i], why);
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
    return row_height(pdf, FONT_HEAD, heads, h_out, why);
}

enum err pdf_table_begin(struct pdf *pdf, const struct pdf_column *columns, int n_columns,
                         struct fail *why)
{
    struct span heads[PDF_COLUMNS_CAP];
    double h;
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
        rc = need(pdf, h + 40, &turned, why);
    return rc == ERR_OK ? draw_row(pdf, FONT_HEAD, 0.90, heads, h, why) : rc;
}

enum err pdf_table_row(struct pdf *pdf, const struct span *cells, struct fail *why)
{
    struct span heads[PDF_COLUMNS_CAP];
    double h, head_h;
    bool turned;
    enum err rc;

    invariant(pdf->n_columns > 0, "a row outside a table");
    rc = row_height(pdf, FONT_BODY, cells, &h, why);
    if (rc == ERR_OK)
        rc = need(pdf, h, &turned, why);
    if (rc == ERR_OK && turned) {
        rc = head_height(pdf, heads, &head_h, why);
        if (rc == ERR_OK)
            rc = draw_row(pdf, FONT_HEAD, 0.90, heads, head_h, why);
    }
    return rc == ERR_OK ? draw_row(pdf, FONT_BODY, 1.0, cells, h, why) : rc;
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
