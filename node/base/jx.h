/* node/base/jx.h - the strict JSON edge. cJSON is named in jx_read.c alone.
 *
 * Reading: jx_check refuses what cJSON would let pass or read otherwise than others (duplicate
 * keys, trailing bytes, a byte order mark, raw control bytes, invalid UTF-8, \u0000, lone
 * surrogates, `01`, `1.`, `-0`, 1e400, numbers beyond 2^53-1 or too long for a double, depth >
 * 32, > 2,000 values, > 64 KiB). A shape (field table) then reads an object into a struct and
 * lists EVERY bad field. Unknown fields are refused; names are case-sensitive. Text comes out
 * of utf_clean: NFC, without control characters, bidi controls or zero-width characters, on one
 * line unless the field allows more.
 * Writing: the same shape writes the struct back; ids and 64-bit numbers are strings.
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef NODE_BASE_JX_H
#define NODE_BASE_JX_H

#include "node/base/arena.h"
#include "node/base/id.h"
#include "node/base/span.h"

#define JX_MAX_BYTES  65536
#define JX_MAX_DEPTH  32
#define JX_MAX_VALUES 2000
#define JX_MAX_INT    INT64_C(9007199254740991) /* 2^53 - 1: what a JSON number can say */

/* least..most: both 0 means no bound of the field's own; for all but JX_INT, JX_I64TEXT and
 * JX_TIME, most 0 alone means no upper bound. */
enum jx_type {
    JX_TEXT,    /* struct span; least..most counted in graphemes */
    JX_INT,     /* int64_t; JSON number, |n| <= 2^53-1 */
    JX_BOOL,    /* bool */
    JX_ID,      /* struct id */
    JX_TIME,    /* int64_t UTC microseconds; RFC 3339 text, years 0001-9999, no leap second */
    JX_ENUM,    /* int, index into choices "a|b|c" */
    JX_BYTES,   /* struct span; base64url without padding; least..most counted in bytes */
    JX_TEXTS,   /* struct jx_texts; array of text, each least..most graphemes */
    JX_OBJECT,  /* an embedded struct described by `shape` */
    JX_LIST,    /* struct jx_list of structs described by `shape`; least..most items */
    JX_I64TEXT, /* int64_t carried as a decimal string */
};

#define JX_OPTIONAL 1u  /* absent or null: the bool at `has` (same struct) says so */
#define JX_RAW_TEXT 2u  /* text may hold line breaks (\n) and tabs */
#define JX_SECRET   4u  /* never written back; the parser's copy of the text is wiped */
#define JX_EXACT    8u  /* what utf_odd finds in text is not taken out: "hidden", "marks" */
#define JX_PICTURES 16u /* with JX_EXACT: what joins parts of a picture is none of these */

struct jx_texts {
    struct span *at;
    size_t n;
};
struct jx_list {
    void *at; /* n structs, each `shape->bytes` long */
    size_t n;
};

struct jx_shape;
struct jx_field {
    const char *name;
    enum jx_type type;
    unsigned flags;
    int64_t least, most;
    size_t offset;     /* in the struct */
    size_t has_offset; /* of the bool for JX_OPTIONAL fields */
    const char *choices;
    const struct jx_shape *shape;
    const char *title_ja; /* how a message names the field to a person */
};
struct jx_shape {
    const char *name; /* "SettingChange": the schema name in OpenAPI and wire.ts */
    size_t bytes;     /* sizeof the struct */
    const struct jx_field *fields;
    size_t n_fields;
};

#define JX_SHAPE(shape_name, type, table) \
    { \
        .name = (shape_name), .bytes = sizeof(type), .fields = (table), \
        .n_fields = sizeof(table) / sizeof((table)[0]) \
    }

/* One defect: the JSON pointer (RFC 6901) of the field, a rule code and the sentence that a
 * person reads: it names the field by its title_ja and says the rule. */
struct jx_defect {
    struct span pointer; /* "/items/3/name" */
    const char *rule;    /* "required" "type" "least" "most" "choice" "unknown" "format" ... */
    struct span text_ja;
};
struct jx_defects {
    struct jx_defect *at;
    size_t n;
};

/* The strict pre-scan alone: ERR_PROTO with the byte offset in why, or ERR_TOO_LARGE for what
 * is over a limit. */
NODISCARD enum err jx_check(struct span text, struct fail *why);
/* With other bounds than those of a request: signed documents of a contract's end hold others
 * whole. The depth stays. */
struct jx_limits {
    size_t most_bytes, most_values;
};
NODISCARD enum err jx_check_within(struct span text, struct jx_limits limits, struct fail *why);
/* Reads text into *struct_out (zeroed first, and again on failure). ERR_PROTO, ERR_TOO_LARGE:
 * not JSON as above. ERR_INVALID: JSON, but fields break their rules: all are in *defects_out
 * (arena; may be NULL), the first one's pointer also in why->field. */
NODISCARD enum err jx_read(struct span text, const struct jx_shape *shape, struct arena *arena,
                           void *struct_out, struct jx_defects *defects_out, struct fail *why);
/* The same, bounded by limits. */
NODISCARD enum err jx_read_within(struct span text, struct jx_limits limits,
                                  const struct jx_shape *shape, struct arena *arena,
                                  void *struct_out, struct jx_defects *defects_out,
                                  struct fail *why);
/* A field of it, at any depth, is JX_SECRET. */
bool jx_has_secret(const struct jx_shape *shape);
/* Adds a defect that no field table can say ("ends before it starts"). The list starts zeroed;
 * ERR_NOMEM leaves it as it was. */
NODISCARD enum err jx_defect_add(struct jx_defects *defects, struct arena *arena,
                                 const char *pointer, const char *rule, const char *fmt_ja, ...)
    PRINTF_LIKE(5, 6);

/* Writes compact JSON, fields in table order; absent optional and JX_SECRET fields are left
 * out. ERR_INTERNAL: a value that could not be read back (text that is not UTF-8, an integer
 * beyond 2^53-1, a choice that is none, a time out of range). */
NODISCARD enum err jx_write(const struct jx_shape *shape, const void *from, struct arena *arena,
                            struct span *text_out, struct fail *why);
/* Canonical form for audit leaves and hand-back: keys sorted bytewise, otherwise as jx_write.
 */
NODISCARD enum err jx_write_canonical(const struct jx_shape *shape, const void *from,
                                      struct arena *arena, struct span *text_out,
                                      struct fail *why);

#endif
