/* node/base/jx.h - the strict JSON edge. cJSON is named in jx.c alone.
 *
 * Reading: jx_check refuses what cJSON would let pass (guides: duplicate keys, trailing bytes,
 * raw control bytes, invalid UTF-8, \u0000, lone surrogates, `01`, `1.`, numbers beyond 2^53-1,
 * depth > 32, > 2,000 values, > 64 KiB). A shape (field table) then reads an object into a struct
 * and lists EVERY bad field. Unknown fields are refused. Text comes out NFC, without bidi
 * controls or zero-width characters unless the field allows them.
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

enum jx_type {
    JX_TEXT,  /* struct span; least..most counted in graphemes */
    JX_INT,   /* int64_t; JSON number, |n| <= 2^53-1 */
    JX_BOOL,  /* bool */
    JX_ID,    /* struct id */
    JX_TIME,  /* int64_t UTC microseconds; RFC 3339 text */
    JX_ENUM,  /* int, index into choices "a|b|c" */
    JX_BYTES, /* struct span; base64url without padding; least..most counted in bytes */
    JX_TEXTS, /* struct jx_texts; array of text, each <= most graphemes */
    JX_OBJECT, /* an embedded struct described by `shape` */
    JX_LIST,   /* struct jx_list of structs described by `shape`; least..most counted in items */
    JX_I64TEXT, /* int64_t carried as a decimal string */
};

#define JX_OPTIONAL 1u /* absent or null: the bool at `has` (same struct) says so */
#define JX_RAW_TEXT 2u /* text may hold line breaks (\n) and tabs */
#define JX_SECRET   4u /* never echoed, logged or kept */

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

#define JX_SHAPE(shape_name, type, table)                                                      \
    {.name = (shape_name), .bytes = sizeof(type), .fields = (table),                           \
     .n_fields = sizeof(table) / sizeof((table)[0])}

/* One defect: the JSON pointer of the field, a rule code and the Japanese sentence. */
struct jx_defect {
    struct span pointer; /* "/items/3/name" */
    const char *rule;    /* "required" "type" "least" "most" "choice" "unknown" "format" ... */
    struct span text_ja;
};
struct jx_defects {
    struct jx_defect *at;
    size_t n;
};

/* The strict pre-scan alone: ERR_PROTO with the byte offset in why, or ERR_TOO_LARGE. */
NODISCARD enum err jx_check(struct span text, struct fail *why);
/* Reads text into *struct_out (zeroed first). ERR_PROTO: not JSON as above. ERR_INVALID: JSON,
 * but fields break their rules: all are in *defects_out (arena). */
NODISCARD enum err jx_read(struct span text, const struct jx_shape *shape, struct arena *arena,
                           void *struct_out, struct jx_defects *defects_out, struct fail *why);
/* Writes compact JSON, fields in table order; absent optional fields are left out. */
NODISCARD enum err jx_write(const struct jx_shape *shape, const void *from, struct arena *arena,
                            struct span *text_out, struct fail *why);
/* Canonical form for audit leaves and hand-back: keys sorted bytewise, otherwise as jx_write. */
NODISCARD enum err jx_write_canonical(const struct jx_shape *shape, const void *from,
                                      struct arena *arena, struct span *text_out,
                                      struct fail *why);

#endif
