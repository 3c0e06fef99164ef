/* node/io/pdf.h - A4 documents in Japanese: headings, paragraphs and tables that flow over
 * pages, a footer with the page number, embedded subset fonts (domain guide, section 9). Pango
 * and cairo are named in pdf*.c alone. A character without a glyph is an error, never an empty
 * box: the document is not finished (ERR_INVALID names it). Threads: one document, one thread.
 * Owns: the file until pdf_finish or pdf_destroy. */
#ifndef NODE_IO_PDF_H
#define NODE_IO_PDF_H

#include <stdbool.h>

#include "node/base/err.h"
#include "node/base/span.h"

struct pdf;

/* Writes to path + ".part"; pdf_finish renames. title goes into the document's properties and,
 * with the issue date, into the footer. utc_us dates the document, so that equal input gives
 * equal bytes. */
NODISCARD enum err pdf_create(const char *path, const char *title, int64_t utc_us,
                              struct pdf **pdf_out, struct fail *why);
/* The same in memory: pdf_bytes, borrowed until pdf_destroy, once it is finished. */
NODISCARD enum err pdf_create_memory(const char *title, int64_t utc_us, struct pdf **pdf_out,
                                     struct fail *why);
struct span pdf_bytes(const struct pdf *pdf);
/* Without pdf_finish nothing stays behind. */
void pdf_destroy(struct pdf **pdf);
NODISCARD enum err pdf_finish(struct pdf *pdf, struct fail *why);

/* level 0: the document's title, centred; 1 and 2: headings that stay with what follows. */
NODISCARD enum err pdf_heading(struct pdf *pdf, int level, struct span text, struct fail *why);
/* Turns the page unless so much of it is left: what follows begins where it may go on. */
NODISCARD enum err pdf_keep(struct pdf *pdf, double height_mm, struct fail *why);
NODISCARD enum err pdf_paragraph(struct pdf *pdf, struct span text, struct fail *why);

#define PDF_COLUMNS_CAP 8
struct pdf_column {
    const char *head;
    int width_pct; /* of the text width; all add up to 100 */
};
/* Begins a table; its head row is repeated on every page. */
NODISCARD enum err pdf_table_begin(struct pdf *pdf, const struct pdf_column *columns,
                                   int n_columns, struct fail *why);
/* One row, as many cells as columns; a row is never split over pages. */
NODISCARD enum err pdf_table_row(struct pdf *pdf, const struct span *cells, struct fail *why);
void pdf_table_end(struct pdf *pdf);

/* ---- graphs, in shades of grey: told apart by dash and mark, never by colour ---- */

#define PDF_SERIES_CAP 3
#define PDF_POINTS_CAP 24
struct pdf_series {
    const char *name;
    const int64_t *tenths; /* of per cent, one a point; -1: there is none, the line breaks */
};
/* Lines over n_points from 0 to 100 %, with a legend; labels may have two lines. The last value
 * of each stands beside its end. */
NODISCARD enum err pdf_lines(struct pdf *pdf, const struct span *labels, int n_points,
                             const struct pdf_series *series, int n_series, struct fail *why);
struct pdf_bar {
    struct span label, text; /* what it is; its value in words, behind it */
    int64_t tenths;          /* of per cent */
};
/* Bars one under the other. */
NODISCARD enum err pdf_bars(struct pdf *pdf, const struct pdf_bar *bars, int n,
                            struct fail *why);

/* ---- cards: pages cut into equal parts along dashed lines ---- */

#define PDF_CARDS_W_MM 190.0 /* all columns of a page together */
#define PDF_CARDS_H_MM 264.0 /* all its rows */

NODISCARD enum err pdf_cards_begin(struct pdf *pdf, int columns, int rows, struct fail *why);
/* The next card; turns the page behind the last one. */
NODISCARD enum err pdf_card_next(struct pdf *pdf, struct fail *why);

enum pdf_font { PDF_TEXT, PDF_BOLD, PDF_MONO }; /* PDF_MONO: letters told apart easily, bold */
/* A box on the card, from its top left corner. */
struct pdf_box {
    double x_mm, y_mm, w_mm, h_mm;
};
struct pdf_style {
    enum pdf_font font;
    double size_pt, least_pt; /* made smaller, down to least_pt, until it fits */
    bool is_centred;
};
/* A piece of text with its reading above; ruby may be empty. */
struct pdf_ruby {
    struct span base, ruby;
};
/* Lines are broken where they must. ERR_TOO_LARGE: it does not fit even at least_pt; nothing is
 * ever cut off. ERR_INVALID: no glyph. */
NODISCARD enum err pdf_card_ruby(struct pdf *pdf, const struct pdf_box *box,
                                 const struct pdf_style *style, const struct pdf_ruby *pieces,
                                 size_t n, struct fail *why);
/* The same of text with readings in it: 漢字《かんじ》. A line break is one. */
NODISCARD enum err pdf_card_text(struct pdf *pdf, const struct pdf_box *box,
                                 const struct pdf_style *style, struct span text,
                                 struct fail *why);
/* A QR code (ISO/IEC 18004, level M) as vectors in a square of w_mm, quiet zone included.
 * ERR_TOO_LARGE: more than a code holds. */
NODISCARD enum err pdf_card_qr(struct pdf *pdf, const struct pdf_box *box, struct span text,
                               struct fail *why);
void pdf_card_fold(struct pdf *pdf, double y_mm); /* a dotted line across the card */
void pdf_card_rule(struct pdf *pdf, const struct pdf_box *box); /* a thin frame */

int pdf_n_pages(const struct pdf *pdf);

#endif
