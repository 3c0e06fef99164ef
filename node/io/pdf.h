/* node/io/pdf.h - A4 documents in Japanese: headings, paragraphs and tables that flow over
 * pages, a footer with the page number, embedded subset fonts (domain guide, section 9). Pango
 * and cairo are named in pdf.c alone. A character without a glyph is an error, never an empty
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
/* Without pdf_finish nothing stays behind. */
void pdf_destroy(struct pdf **pdf);
NODISCARD enum err pdf_finish(struct pdf *pdf, struct fail *why);

/* level 0: the document's title, centred; 1 and 2: headings that stay with what follows. */
NODISCARD enum err pdf_heading(struct pdf *pdf, int level, struct span text, struct fail *why);
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

int pdf_n_pages(const struct pdf *pdf);

#endif
