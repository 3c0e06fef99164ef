/* node/io/csv.h - comma-separated values after RFC 4180, as OneRoster uses them: UTF-8, one
 * byte order mark tolerated, CRLF or LF, fields quoted or not, no line break inside a field.
 * The reader points out what is wrong field by field and goes on with the next line. Threads:
 * reentrant. Owns: nothing but a writer's buffer. */
#ifndef NODE_IO_CSV_H
#define NODE_IO_CSV_H

#include "node/base/arena.h"

#define CSV_FIELDS_CAP 128

enum csv_defect {
    CSV_FINE,
    CSV_UTF16,        /* the file begins with the mark of UTF-16: nothing is read */
    CSV_UTF8,         /* bytes that are not UTF-8 */
    CSV_NUL,          /* a NUL character */
    CSV_QUOTE_OPEN,   /* a quote that no other closes */
    CSV_QUOTE_INSIDE, /* a quote in an unquoted field, or text behind the closing one */
    CSV_LINE_BREAK,   /* a line break inside a quoted field */
    CSV_BARE_CR,      /* a carriage return that no line feed follows */
    CSV_FIELD_BYTES,  /* longer than the cap */
    CSV_N_FIELDS,     /* more fields than the cap: the line's rest is not read */
    CSV_N_ROWS,       /* more rows than the cap: the file's rest is not read */
};

struct csv_caps {
    size_t n_rows; /* the head row counts */
    size_t n_fields;
    size_t field_bytes;
};

struct csv_row {
    int line;               /* 1 is the first line of the file */
    size_t n;               /* fields */
    struct span *fields;    /* in the text itself, or in the arena when "" stood in it */
    enum csv_defect *wrong; /* one a field, CSV_FINE mostly */
    bool is_broken;         /* some field is not CSV_FINE */
    bool is_blank;          /* nothing between two line ends */
};

struct csv_reader {
    struct span text;
    size_t at;
    int line;
    size_t n_rows;
    struct csv_caps caps;
    struct arena *arena;
    bool is_ended;
    struct span fields[CSV_FIELDS_CAP];
    enum csv_defect wrong[CSV_FIELDS_CAP];
};

/* text stays borrowed for as long as the fields are used. caps->n_fields at most
 * CSV_FIELDS_CAP. */
void csv_open(struct csv_reader *reader, struct span text, const struct csv_caps *caps,
              struct arena *arena);
/* The next row, valid until the next call (its bytes as long as text and arena). *more_out is
 * false behind the last one. ERR_NOMEM is the only error: bad input is in row->wrong. */
NODISCARD enum err csv_next(struct csv_reader *reader, struct csv_row *row, bool *more_out,
                            struct fail *why);
/* "csv.utf8", ...: the stable name of a defect. */
const char *csv_defect_name(enum csv_defect defect);

/* ---- writing: every field quoted, CRLF, no byte order mark unless asked for ---- */

#define CSV_BOM 1u /* for spreadsheet programs */
#define CSV_FOR_PEOPLE \
    2u /* a field that a spreadsheet would take for a formula begins with ' */

struct csv_writer {
    uint8_t *p;
    size_t len, cap;
    unsigned flags;
    bool is_row_begun, is_out_of_memory;
};

void csv_writer_init(struct csv_writer *writer, unsigned flags);
void csv_writer_fini(struct csv_writer *writer); /* the bytes are wiped */
/* A line break or NUL inside becomes a space: what is written can be read again. */
void csv_write(struct csv_writer *writer, struct span field);
void csv_end_row(struct csv_writer *writer);
/* What was written so far, borrowed until the next call. ERR_NOMEM when any write failed. */
NODISCARD enum err csv_written(const struct csv_writer *writer, struct span *text_out,
                               struct fail *why);
/* What was written so far has been taken: the next field goes on behind it. */
void csv_clear(struct csv_writer *writer);
/* Would a spreadsheet program compute it instead of showing it? Begins with = + - @, their
 * full-width forms, tab or CR; blanks and marks nobody sees before them are ignored. */
bool csv_is_formula(struct span field);
/* The field without the ' that CSV_FOR_PEOPLE put before a formula: read as it was meant. */
struct span csv_unguarded(struct span field);

#endif
