#include "node/io/pdf_priv.h"

#include <inttypes.h>
#include <stdio.h>

#define CHART_H   150.0 /* pt, of the field of a graph of lines */
#define AXIS_W    34.0  /* for "100％" */
#define END_W     44.0  /* for the last values */
#define LABEL_H   22.0
#define LEGEND_H  14.0
#define SMALL_PT  7.5
#define TENTHS    1000.0 /* 100 % */
#define BAR_H     17.0
#define BAR_LABEL 190.0
#define BAR_TEXT  100.0
#define HALF_MARK 2.4

static enum err put_text(struct pdf *pdf, double x, double y, double w, PangoAlignment align,
                         struct span text, struct fail *why)
{
    enum err rc = pdf_set_text(pdf, PDF_FONT_HEAD, SMALL_PT, w, text, why);

    if (rc != ERR_OK)
        return rc;
    pango_layout_set_alignment(pdf->layout, align);
    cairo_move_to(pdf->cr, x, y);
    pango_cairo_show_layout(pdf->cr, pdf->layout);
    return ERR_OK;
}

static void set_dash(struct pdf *pdf, int series)
{
    static const double dashes[PDF_SERIES_CAP][2] = {{0, 0}, {5, 3}, {1.5, 2.5}};

    cairo_set_dash(pdf->cr, dashes[series], series == 0 ? 0 : 2, 0);
}

/* A filled circle, an open square, a cross. */
static void put_mark(struct pdf *pdf, int series, double x, double y)
{
    cairo_t *cr = pdf->cr;

    cairo_set_dash(cr, NULL, 0, 0);
    cairo_new_path(cr);
    if (series == 0) {
        cairo_arc(cr, x, y, HALF_MARK, 0, 6.2832);
        cairo_fill(cr);
    } else if (series == 1) {
        cairo_rectangle(cr, x - HALF_MARK, y - HALF_MARK, 2 * HALF_MARK, 2 * HALF_MARK);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_fill_preserve(cr);
        cairo_set_source_rgb(cr, 0, 0, 0);
        cairo_stroke(cr);
    } else {
        cairo_move_to(cr, x - HALF_MARK, y - HALF_MARK);
        cairo_line_to(cr, x + HALF_MARK, y + HALF_MARK);
        cairo_move_to(cr, x - HALF_MARK, y + HALF_MARK);
        cairo_line_to(cr, x + HALF_MARK, y - HALF_MARK);
        cairo_stroke(cr);
    }
}

/* ---- lines ---- */

struct field {
    double left, right, top, bottom;
    int n_points;
};

static double x_of(const struct field *f, int i)
{
    double step = f->n_points > 1 ? (f->right - f->left - 16) / (f->n_points - 1) : 0;

    return f->left + 8 + i * step;
}

static double y_of(const struct field *f, int64_t tenths)
{
    return f->bottom - (f->bottom - f->top) * (double)tenths / TENTHS;
}

static enum err put_grid(struct pdf *pdf, const struct field *f, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int percent = 0; rc == ERR_OK && percent <= 100; percent += 25) {
        char text[16];
        double y = y_of(f, percent * 10);

        cairo_set_source_rgb(pdf->cr, 0.75, 0.75, 0.75);
        cairo_set_line_width(pdf->cr, percent == 0 ? 0.9 : 0.4);
        cairo_move_to(pdf->cr, f->left, y);
        cairo_line_to(pdf->cr, f->right, y);
        cairo_stroke(pdf->cr);
        cairo_set_source_rgb(pdf->cr, 0, 0, 0);
        snprintf(text, sizeof text, "%d％", percent);
        rc = put_text(pdf, f->left - AXIS_W, y - 5, AXIS_W - 5, PANGO_ALIGN_RIGHT,
                      span_text(text), why);
    }
    return rc;
}

static void put_line(struct pdf *pdf, const struct field *f, const struct pdf_series *one,
                     int series)
{
    bool is_on = false;

    cairo_set_line_width(pdf->cr, 1.2);
    set_dash(pdf, series);
    cairo_new_path(pdf->cr);
    for (int i = 0; i < f->n_points; i++) {
        if (one->tenths[i] >= 0 && is_on)
            cairo_line_to(pdf->cr, x_of(f, i), y_of(f, one->tenths[i]));
        else if (one->tenths[i] >= 0)
            cairo_move_to(pdf->cr, x_of(f, i), y_of(f, one->tenths[i]));
        is_on = one->tenths[i] >= 0;
    }
    cairo_stroke(pdf->cr);
    cairo_set_line_width(pdf->cr, 0.9);
    for (int i = 0; i < f->n_points; i++)
        if (one->tenths[i] >= 0)
            put_mark(pdf, series, x_of(f, i), y_of(f, one->tenths[i]));
}

/* Beside the ends of the lines, from the top down, so that no two stand on each other. */
static enum err put_ends(struct pdf *pdf, const struct field *f,
                         const struct pdf_series *series, int n_series, struct fail *why)
{
    bool is_done[PDF_SERIES_CAP] = {false};
    double y = f->top - 20;
    enum err rc = ERR_OK;

    for (int put = 0; rc == ERR_OK && put < n_series; put++) {
        char text[32];
        int64_t value = -1;
        int most = -1;

        for (int s = 0; s < n_series; s++)
            if (!is_done[s] && series[s].tenths[f->n_points - 1] > value) {
                value = series[s].tenths[f->n_points - 1];
                most = s;
            }
        if (most < 0)
            break;
        is_done[most] = true;
        if (y + 10 > y_of(f, value) - 5)
            y += 10;
        else
            y = y_of(f, value) - 5;
        snprintf(text, sizeof text, "%" PRId64 ".%" PRId64 "％", value / 10, value % 10);
        rc = put_text(pdf, f->right + 4, y, END_W, PANGO_ALIGN_LEFT, span_text(text), why);
    }
    return rc;
}

static enum err put_legend(struct pdf *pdf, const struct field *f,
                           const struct pdf_series *series, int n_series, struct fail *why)
{
    double w = PDF_TEXT_W / n_series, y = f->top - LEGEND_H;
    enum err rc = ERR_OK;

    for (int s = 0; rc == ERR_OK && s < n_series; s++) {
        double x = PDF_MARGIN + AXIS_W + s * w;

        cairo_set_line_width(pdf->cr, 1.2);
        set_dash(pdf, s);
        cairo_move_to(pdf->cr, x, y);
        cairo_line_to(pdf->cr, x + 26, y);
        cairo_stroke(pdf->cr);
        cairo_set_line_width(pdf->cr, 0.9);
        put_mark(pdf, s, x + 13, y);
        rc = put_text(pdf, x + 31, y - 5, w - 33, PANGO_ALIGN_LEFT, span_text(series[s].name),
                      why);
    }
    return rc;
}

static enum err put_labels(struct pdf *pdf, const struct field *f, const struct span *labels,
                           struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < f->n_points; i++)
        rc = put_text(pdf, x_of(f, i) - 18, f->bottom + 3, 36, PANGO_ALIGN_CENTER, labels[i],
                      why);
    return rc;
}

enum err pdf_lines(struct pdf *pdf, const struct span *labels, int n_points,
                   const struct pdf_series *series, int n_series, struct fail *why)
{
    struct field f = {.left = PDF_MARGIN + AXIS_W,
                      .right = PDF_MARGIN + PDF_TEXT_W - END_W,
                      .n_points = n_points};
    bool turned;
    enum err rc = pdf_need(pdf, LEGEND_H * 2 + CHART_H + LABEL_H, &turned, why);

    invariant(n_points > 0 && n_points <= PDF_POINTS_CAP && n_series > 0 &&
                  n_series <= PDF_SERIES_CAP,
              "%d lines of %d points", n_series, n_points);
    f.top = pdf->y + LEGEND_H * 2;
    f.bottom = f.top + CHART_H;
    if (rc == ERR_OK)
        rc = put_legend(pdf, &f, series, n_series, why);
    cairo_set_dash(pdf->cr, NULL, 0, 0);
    if (rc == ERR_OK)
        rc = put_grid(pdf, &f, why);
    for (int s = 0; rc == ERR_OK && s < n_series; s++)
        put_line(pdf, &f, &series[s], s);
    if (rc == ERR_OK)
        rc = put_labels(pdf, &f, labels, why);
    if (rc == ERR_OK)
        rc = put_ends(pdf, &f, series, n_series, why);
    pdf->y = f.bottom + LABEL_H + 6;
    return rc;
}

/* ---- bars ---- */

static enum err put_bar(struct pdf *pdf, const struct pdf_bar *bar, struct fail *why)
{
    double x = PDF_MARGIN + BAR_LABEL, w = PDF_TEXT_W - BAR_LABEL - BAR_TEXT;
    double len = w * (double)bar->tenths / TENTHS;
    bool turned;
    enum err rc = pdf_need(pdf, BAR_H, &turned, why);

    if (rc == ERR_OK)
        rc = put_text(pdf, PDF_MARGIN, pdf->y + 3, BAR_LABEL - 6, PANGO_ALIGN_RIGHT, bar->label,
                      why);
    if (rc != ERR_OK)
        return rc;
    cairo_rectangle(pdf->cr, x, pdf->y + 2.5, len, BAR_H - 5);
    cairo_set_source_rgb(pdf->cr, 0.55, 0.55, 0.55);
    cairo_fill(pdf->cr);
    cairo_set_source_rgb(pdf->cr, 0, 0, 0);
    cairo_set_line_width(pdf->cr, 0.5);
    cairo_move_to(pdf->cr, x, pdf->y);
    cairo_line_to(pdf->cr, x, pdf->y + BAR_H);
    cairo_stroke(pdf->cr);
    rc = put_text(pdf, x + len + 4, pdf->y + 3, BAR_TEXT, PANGO_ALIGN_LEFT, bar->text, why);
    pdf->y += BAR_H;
    return rc;
}

enum err pdf_bars(struct pdf *pdf, const struct pdf_bar *bars, int n, struct fail *why)
{
    bool turned;
    enum err rc = pdf_need(pdf, n * BAR_H, &turned, why);

    cairo_set_dash(pdf->cr, NULL, 0, 0);
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = put_bar(pdf, &bars[i], why);
    pdf->y += 6;
    return rc;
}
