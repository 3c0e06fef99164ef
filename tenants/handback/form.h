/* tenants/handback/form.h - what the server sent in binary, as text: for a line of NDJSON and
 * for people in a spreadsheet (private to this folder). Threads: reentrant.  Owns: nothing. */
#ifndef TENANTS_HANDBACK_FORM_H
#define TENANTS_HANDBACK_FORM_H

#include "tenants/handback/plan.h"

#define FORM_CAP 96

/* Big-endian, of 2, 4 or 8 bytes. */
int64_t form_number(struct span bytes);
/* Its length; no NUL behind it. PLAN_TEXT and PLAN_BYTES are of any length: 0. */
size_t form_text(enum plan_type type, struct span bytes, bool is_for_people,
                 char text_out[FORM_CAP]);

/* An array of one dimension, or an empty one. */
struct items {
    struct span rest;
    int64_t n;
    bool is_broken;
};
struct items items_of(struct span bytes);
/* false: the end. */
bool next_item(struct items *items, struct span *item_out, bool *is_null_out);

#endif
