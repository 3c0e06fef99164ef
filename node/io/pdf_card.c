/* Cards on a page: where they stand, their cut lines, QR codes. Text: pdf_ruby.c. */
#include <errno.h>
#include <qrencode.h>

#include "node/io/pdf_priv.h"

#define SHEET_X ((PDF_PAGE_W - PDF_CARDS_W_MM * PDF_MM) / 2)
#define SHEET_Y (11 * PDF_MM) /* below it the footer stands clear of the last row */
#define QUIET   4             /* modules round a code, ISO/IEC 18004 */

enum err pdf_cards_begin(struct pdf *pdf, int columns, int rows, struct fail *why)
{
    invariant(columns > 0 && rows > 0 && columns <= 10 && rows <= 20, "%d x %d cards", columns,
              rows);
    (void)why;
    pdf->grid_columns = columns;
    pdf->grid_rows = rows;
    pdf->card = -1;
    return ERR_OK;
}

static double card_w(const struct pdf *pdf)
{
    return PDF_CARDS_W_MM * PDF_MM / pdf->grid_columns;
}

static double card_h(const struct pdf *pdf)
{
    return PDF_CARDS_H_MM * PDF_MM / pdf->grid_rows;
}

static void line(struct pdf *pdf, double x1, double y1, double x2, double y2)
{
    cairo_move_to(pdf->cr, x1, y1);
    cairo_line_to(pdf->cr, x2, y2);
    cairo_stroke(pdf->cr);
}

/* Dashed, over the whole sheet, so that a paper cutter can follow them. */
static void draw_cut_lines(struct pdf *pdf)
{
    const double dashes[] = {4, 3};
    double w = card_w(pdf), h = card_h(pdf);

    cairo_save(pdf->cr);
    cairo_set_source_rgb(pdf->cr, 0.55, 0.55, 0.55);
    cairo_set_line_width(pdf->cr, 0.5);
    cairo_set_dash(pdf->cr, dashes, 2, 0);
    for (int i = 0; i <= pdf->grid_columns; i++)
        line(pdf, SHEET_X + i * w, SHEET_Y, SHEET_X + i * w, SHEET_Y + pdf->grid_rows * h);
    for (int i = 0; i <= pdf->grid_rows; i++)
        line(pdf, SHEET_X, SHEET_Y + i * h, SHEET_X + pdf->grid_columns * w, SHEET_Y + i * h);
    cairo_restore(pdf->cr);
}

enum err pdf_card_next(struct pdf *pdf, struct fail *why)
{
    int row;

    invariant(pdf->grid_columns > 0, "a card without pdf_cards_begin");
    if (pdf->card + 1 == pdf->grid_columns * pdf->grid_rows) {
        enum err rc = pdf_turn_page(pdf, why);

        if (rc != ERR_OK)
            return rc;
        pdf->card = -1;
    }
    pdf->card++;
    if (pdf->card == 0)
        draw_cut_lines(pdf);
    row = pdf->card / pdf->grid_columns;
    pdf->card_x = SHEET_X + (pdf->card - row * pdf->grid_columns) * card_w(pdf);
    pdf->card_y = SHEET_Y + row * card_h(pdf);
    return ERR_OK;
}

void pdf_card_fold(struct pdf *pdf, double y_mm)
{
    const double dots[] = {1, 3};
    double y = pdf->card_y + y_mm * PDF_MM;

    cairo_save(pdf->cr);
    cairo_set_source_rgb(pdf->cr, 0.4, 0.4, 0.4);
    cairo_set_line_width(pdf->cr, 0.7);
    cairo_set_dash(pdf->cr, dots, 2, 0);
    line(pdf, pdf->card_x + 2 * PDF_MM, y, pdf->card_x + card_w(pdf) - 2 * PDF_MM, y);
    cairo_restore(pdf->cr);
}

void pdf_card_rule(struct pdf *pdf, const struct pdf_box *box)
{
    cairo_save(pdf->cr);
    cairo_set_source_rgb(pdf->cr, 0.4, 0.4, 0.4);
    cairo_set_line_width(pdf->cr, 0.5);
    cairo_rectangle(pdf->cr, pdf->card_x + box->x_mm * PDF_MM, pdf->card_y + box->y_mm * PDF_MM,
                    box->w_mm * PDF_MM, box->h_mm * PDF_MM);
    cairo_stroke(pdf->cr);
    cairo_restore(pdf->cr);
}

/* Dark modules side by side are one rectangle: fewer, and without seams between them. */
static void draw_modules(struct pdf *pdf, const QRcode *code, double x, double y, double module)
{
    cairo_save(pdf->cr);
    cairo_set_source_rgb(pdf->cr, 0, 0, 0);
    for (int row = 0; row < code->width; row++)
        for (int from = 0; from < code->width; from++) {
            int to = from;

            while (to < code->width && (code->data[row * code->width + to] & 1) != 0)
                to++;
            if (to == from)
                continue;
            cairo_rectangle(pdf->cr, x + (from + QUIET) * module, y + (row + QUIET) * module,
                            (to - from) * module, module);
            from = to;
        }
    cairo_fill(pdf->cr);
    cairo_restore(pdf->cr);
}

enum err pdf_card_qr(struct pdf *pdf, const struct pdf_box *box, struct span text,
                     struct fail *why)
{
    QRcode *code = QRcode_encodeData((int)text.len, text.p, 0, QR_ECLEVEL_M);

    if (code == NULL)
        return errno == ENOMEM
                   ? fail_set(why, ERR_NOMEM, "QR code")
                   : fail_set(why, ERR_TOO_LARGE, "no QR code holds %zu bytes", text.len);
    draw_modules(pdf, code, pdf->card_x + box->x_mm * PDF_MM, pdf->card_y + box->y_mm * PDF_MM,
                 box->w_mm * PDF_MM / (code->width + 2 * QUIET));
    QRcode_free(code);
    return ERR_OK;
}
