/* tenants/handback/record.h - one row of a table as a line of data/records/TABLE.ndjson and as
 * a line of excel/TABLE.csv. The line of JSON is made once and for all: fields in the order of
 * the plan's columns, no spaces, LF; see each form in record.c and its schema in schema.c.
 * Threads: one.  Owns: the scratch arena and the buffer of the spreadsheet's line. */
#ifndef TENANTS_HANDBACK_RECORD_H
#define TENANTS_HANDBACK_RECORD_H

#include "node/db/seal.h"
#include "node/io/csv.h"
#include "tenants/handback/out.h"
#include "tenants/handback/plan.h"

struct record {
    const struct plan *plan;
    struct keyring *keyring;
    struct arena *arena; /* of one row, until the next one; wiped */
    struct csv_writer csv;
    int64_t n_sealed, n_closed; /* opened; those whose key is destroyed */
    struct unsealer *unsealer;
};

NODISCARD enum err record_open(const struct plan *plan, struct keyring *keyring,
                               struct record *record, struct fail *why);
void record_close(struct record *record);
/* Puts the line of a row to json and, unless NULL, to sheet. more: further fields, written
 * after the last column (",\"sha256\":...", SPAN_NONE: none), and their cell.
 * ERR_PROTO: a sealed value does not open for its row, or by a key nobody knows: names table,
 * column and row. */
NODISCARD enum err record_put(struct record *record, const struct db_rows *rows, int row,
                              struct span more, struct span more_cell, struct out *json,
                              struct out *sheet, struct fail *why);
/* The head of the spreadsheet: meanings, with the columns' names. more: a further one. */
NODISCARD enum err record_put_head(struct record *record, const char *more, struct out *sheet,
                                   struct fail *why);

/* Text as JSON says it, with its quotes. */
void record_put_text(struct out *out, struct span text);

#endif
