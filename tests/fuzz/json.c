/* covers: node/base/jx_check.c node/base/jx_read.c node/base/jx_scalar.c */
/* Any bytes against a shape that has every type. What is read must be written back as JSON that
 * reads the same, and the canonical form must not depend on the way in. */
#include "node/base/jx.h"

#include <stdlib.h>

struct inner {
    struct span text;
    int64_t number;
};
struct outer {
    struct id id;
    bool has[9];
    struct span text, raw, bytes, secret, exact;
    int64_t number, bounded, time, big;
    bool is_so;
    int choice;
    struct jx_texts texts;
    struct inner inner;
    struct jx_list list;
};

static const struct jx_field inner_fields[] = {
    {.name = "t",
     .type = JX_TEXT,
     .least = 1,
     .most = 4,
     .offset = offsetof(struct inner, text)},
    {.name = "n", .type = JX_INT, .offset = offsetof(struct inner, number)},
};
static const struct jx_shape inner_shape = JX_SHAPE("Inner", struct inner, inner_fields);

#define MAY(i, member) \
    .flags = JX_OPTIONAL, .has_offset = offsetof(struct outer, has[i]), \
    .offset = offsetof(struct outer, member)
static const struct jx_field outer_fields[] = {
    {.name = "t", .type = JX_TEXT, .most = 8, .offset = offsetof(struct outer, text)},
    {.name = "r",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT | JX_OPTIONAL,
     .has_offset = offsetof(struct outer, has[0]),
     .offset = offsetof(struct outer, raw)},
    {.name = "s",
     .type = JX_TEXT,
     .flags = JX_SECRET | JX_OPTIONAL,
     .has_offset = offsetof(struct outer, has[1]),
     .offset = offsetof(struct outer, secret)},
    {.name = "i", .type = JX_ID, MAY(2, id)},
    {.name = "n", .type = JX_INT, MAY(3, number)},
    {.name = "b", .type = JX_BYTES, .least = 1, .most = 9, MAY(4, bytes)},
    {.name = "d", .type = JX_TIME, MAY(5, time)},
    {.name = "c", .type = JX_ENUM, .choices = "x|yy|z", MAY(6, choice)},
    {.name = "o", .type = JX_OBJECT, .shape = &inner_shape, MAY(7, inner)},
    {.name = "m",
     .type = JX_INT,
     .least = -3,
     .most = 9,
     .offset = offsetof(struct outer, bounded)},
    {.name = "e",
     .type = JX_TEXT,
     .flags = JX_EXACT | JX_PICTURES | JX_OPTIONAL,
     .has_offset = offsetof(struct outer, has[8]),
     .offset = offsetof(struct outer, exact)},
    {.name = "y", .type = JX_BOOL, .offset = offsetof(struct outer, is_so)},
    {.name = "l",
     .type = JX_LIST,
     .shape = &inner_shape,
     .most = 3,
     .offset = offsetof(struct outer, list)},
    {.name = "x", .type = JX_TEXTS, .most = 3, .offset = offsetof(struct outer, texts)},
    {.name = "g", .type = JX_I64TEXT, .offset = offsetof(struct outer, big)},
};
static const struct jx_shape outer_shape = JX_SHAPE("Outer", struct outer, outer_fields);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void defects_check(const struct jx_defects *defects)
{
    must(defects->n > 0);
    for (size_t i = 0; i < defects->n; i++)
        must(defects->at[i].text_ja.len > 0 && defects->at[i].rule[0] != '\0' &&
             (defects->at[i].pointer.len == 0 || defects->at[i].pointer.p[0] == '/'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = NULL;
    struct outer first, second;
    struct jx_defects defects;
    struct span text, canonical, again;
    struct fail why;
    enum err checked = jx_check(span_of(data, size), &why), rc;

    must(jx_has_secret(&outer_shape) && !jx_has_secret(&inner_shape));
    must(arena_create(4096, &arena, NULL) == ERR_OK);
    rc = jx_read(span_of(data, size), &outer_shape, arena, &first, &defects, &why);
    must(checked == ERR_OK ? rc == ERR_OK || rc == ERR_INVALID : rc == checked);
    if (rc == ERR_INVALID)
        defects_check(&defects);
    if (rc == ERR_OK) {
        must(defects.n == 0);
        must(jx_write(&outer_shape, &first, arena, &text, NULL) == ERR_OK);
        must(jx_write_canonical(&outer_shape, &first, arena, &canonical, NULL) == ERR_OK);
        must(text.len == canonical.len);
        must(jx_read(text, &outer_shape, arena, &second, NULL, NULL) == ERR_OK);
        must(jx_write_canonical(&outer_shape, &second, arena, &again, NULL) == ERR_OK);
        must(span_eq(canonical, again));
    }
    arena_destroy(&arena);
    return 0;
}
