/* tenants/handback/read_record.h - one line of data/records/TABLE.ndjson: a JSON object with
 * the table's columns in their order, without spaces, each in the one form its type has. What
 * reads differently from what a bag's writer writes is refused.
 * Threads: reentrant.  Owns: nothing; spans borrow from the line. */
#ifndef TENANTS_HANDBACK_READ_RECORD_H
#define TENANTS_HANDBACK_READ_RECORD_H

#include "node/db/keyring.h"
#include "tenants/handback/read_table.h"

#define READ_LINE_CAP ((size_t)16 << 20) /* of a record: a bomb is longer */

struct read_value {
    bool is_null;
    struct span raw; /* between the quotes, still escaped; a number's digits; true, false; an
                        array with its brackets; a sealed column's whole object */
};

/* A sealed column's object: {"key":..,"of":..,"name":..,"text"|"b64"|"closed":..}, or
 * {"empty":true} where nothing was sealed. */
struct read_seal {
    enum key_kind kind;
    bool has_of, is_closed, is_b64, is_empty;
    struct id of;
    struct span name, text; /* text: still escaped */
};

struct read_record {
    struct read_value values[READ_COLUMNS_CAP]; /* as table->columns; null when left out */
    struct span file;                           /* READ_FILE_FIELD, 64 digits; p NULL: null */
};

/* ERR_PROTO: why says which field (why->field) and what of it, never its content. */
NODISCARD enum err read_record(struct span line, const struct read_table *table,
                               struct read_record *record_out, struct fail *why);
/* Of a value that read_record let pass. */
void read_seal(struct span raw, struct read_seal *seal_out);
/* Text without its escapes; into has raw.len bytes. Returns the length. */
size_t read_text(struct span raw, uint8_t *into);
/* The next element of an array (raw of read_value, with its brackets): *rest_io starts as the
 * raw. False at its end. Strings come without their quotes. */
bool read_element(struct span *rest_io, struct span *element_out);
/* "person" "class" "backup" "record" "mac" "sign", as enum key_kind counts. */
const char *read_key_name(enum key_kind kind);

#endif
