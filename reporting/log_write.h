/* reporting/log_write.h - from the cells of a log to the file that is handed out: a ZIP with
 * one file a log, CSV (for people: every code a word, formulas neutralised) or NDJSON (one
 * object a line: a program reads it line by line as well), about.json with what was asked and
 * how many rows there are, and replaced.csv when Shift_JIS did not have every character.
 * Threads: one.  Owns: its buffers, wiped at the end. */
#ifndef REPORTING_LOG_WRITE_H
#define REPORTING_LOG_WRITE_H

#include "node/io/sjis.h"
#include "reporting/log_source.h"

struct log_form {
    enum log_format format;
    enum log_charset charset; /* of CSV; JSON is UTF-8 */
    bool has_bom;             /* of CSV in UTF-8 */
    bool is_for_guests;
    int64_t now_utc_us;
};

struct log_writer;

/* sink gets the ZIP's bytes; its error ends the writing and is returned. */
NODISCARD enum err
log_writer_create(const struct log_form *form,
                  enum err (*sink)(void *arg, struct span bytes, struct fail *why), void *arg,
                  struct log_writer **writer_out, struct fail *why);
void log_writer_destroy(struct log_writer **writer);
/* The next log: its file and the names of its columns. */
NODISCARD enum err log_writer_begin(struct log_writer *writer, const struct log_source *source,
                                    struct fail *why);
NODISCARD enum err log_writer_row(struct log_writer *writer, const struct log_cells *cells,
                                  struct fail *why);
/* about: the bytes of about.json. */
NODISCARD enum err log_writer_finish(struct log_writer *writer, struct span about,
                                     struct fail *why);
uint64_t log_writer_n_rows(const struct log_writer *writer, enum log_kind kind);

/* Adds a JSON string with its quotes; false: no memory. */
struct log_text {
    uint8_t *p;
    size_t len, cap;
};
bool log_text_add(struct log_text *text, struct span bytes);
bool log_text_json(struct log_text *text, struct span value);
void log_text_fini(struct log_text *text); /* wiped */
/* A row as an object, without a line's end; false: no memory. */
bool log_text_row(struct log_text *text, const struct log_source *source,
                  const struct log_cells *cells, bool is_for_guests);

#endif
