/* node/io/pdf_priv.h - what the files that write PDFs share. Threads: as pdf.h. */
#ifndef NODE_IO_PDF_PRIV_H
#define NODE_IO_PDF_PRIV_H

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>

#include "node/io/pdf.h"

/* Points; 1 mm = 2.8346 pt. Margins of 20 mm as official papers have them. */
#define PDF_MM        2.834646
#define PDF_PAGE_W    595.28
#define PDF_PAGE_H    841.89
#define PDF_MARGIN    56.7
#define PDF_TEXT_W    (PDF_PAGE_W - 2 * PDF_MARGIN)
#define PDF_BOTTOM    (PDF_PAGE_H - PDF_MARGIN)
#define PDF_FONT_BODY "IPAexMincho"
#define PDF_FONT_HEAD "IPAexGothic"

struct pdf {
    char *path, *part, *title; /* path, part NULL: in memory */
    uint8_t *bytes;            /* in memory: what cairo wrote */
    size_t n_bytes, bytes_cap;
    int64_t utc_us;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *layout;
    double y;
    int n_pages;
    bool finished;
    int n_columns; /* 0: no table is open */
    struct pdf_column columns[PDF_COLUMNS_CAP];
    int grid_columns, grid_rows; /* 0: no cards */
    int card;                    /* on this page, from 0; -1: none yet */
    double card_x, card_y;       /* pt, top left corner */
};

/* Sets font and text. A character that no font of the machine can draw is refused here.
 * width_pt below 0: one line. */
NODISCARD enum err pdf_set_text(struct pdf *pdf, const char *font, double size_pt,
                                double width_pt, struct span text, struct fail *why);
/* Turns the page when less than height is left. */
NODISCARD enum err pdf_need(struct pdf *pdf, double height, bool *turned_out, struct fail *why);
/* Footer and next page. */
NODISCARD enum err pdf_turn_page(struct pdf *pdf, struct fail *why);

#endif
