/* node/io/xlsx.h - one table as an Office Open XML workbook (ECMA-376), made by libxlsxwriter,
 * for people who open it in a spreadsheet. Texts stay texts: what begins with = is no formula.
 * Threads: one writer, one thread.  Owns: what it was given is copied. */
#ifndef NODE_IO_XLSX_H
#define NODE_IO_XLSX_H

#include <stddef.h>
#include <stdint.h>

#include "node/base/arena.h"
#include "node/base/err.h"
#include "node/base/span.h"

struct xlsx;
struct xlsx_column {
    const char *head;
    int width; /* of half-width letters */
};

/* A head row that stays in sight, and columns of that width. sheet: at most 31 letters, none of
 * []:*?/\ . ERR_NOMEM. */
NODISCARD enum err xlsx_create(const char *sheet, const struct xlsx_column *columns, size_t n,
                               struct xlsx **xlsx_out, struct fail *why);
/* The next cell of the row. What fails is told by xlsx_written. */
void xlsx_text(struct xlsx *xlsx, struct span text);
void xlsx_number(struct xlsx *xlsx, int64_t n); /* whole up to 2^53 */
void xlsx_tenths(struct xlsx *xlsx, int64_t tenths);
void xlsx_blank(struct xlsx *xlsx);
void xlsx_end_row(struct xlsx *xlsx);
/* The file, in the arena; nothing may be written after. made_utc_us stands in its properties,
 * so that the same table of the same moment is the same file. ERR_NOMEM, ERR_IO, ERR_TOO_LARGE
 * (a text of more than 32,767 letters, more than 1,048,576 rows). */
NODISCARD enum err xlsx_written(struct xlsx *xlsx, int64_t made_utc_us, struct arena *arena,
                                struct span *bytes_out, struct fail *why);
void xlsx_destroy(struct xlsx **xlsx);

#endif
