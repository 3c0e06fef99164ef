/* tenants/handback/sheet.h - excel/TABLE.csv while it is written: a spreadsheet program holds
 * 1,048,576 rows and says little about the rest, so a longer table goes on in TABLE-2.csv.
 * Threads: one.  Owns: the file that is open. */
#ifndef TENANTS_HANDBACK_SHEET_H
#define TENANTS_HANDBACK_SHEET_H

#include "tenants/handback/bag.h"
#include "tenants/handback/record.h"

struct sheet {
    struct bag *bag;
    const char *table;
    struct out *out;
    int64_t n_rows; /* in this file */
    int number;
};

/* more: the head of a further column, NULL none. */
NODISCARD enum err sheet_begin(struct sheet *sheet, struct bag *bag, const char *table,
                               struct record *record, const char *more, struct fail *why);
/* Where the next row goes, borrowed. */
NODISCARD enum err sheet_next(struct sheet *sheet, struct record *record, const char *more,
                              struct out **out_out, struct fail *why);
NODISCARD enum err sheet_end(struct sheet *sheet, struct fail *why);
void sheet_destroy(struct sheet *sheet);

#endif
