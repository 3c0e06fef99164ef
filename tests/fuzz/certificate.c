/* covers: tenants/certificate/canon.c */
/* Canonical JSON that others wrote, and certificates: what is canonical is walked without harm,
 * and nothing that was not signed is a certificate. */
#include <stdlib.h>

#include "node/base/jx.h"
#include "tenants/certificate/canon.h"
#include "tenants/certificate/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct span value, struct arena *arena, int depth)
{
    struct span rest = value, item, text;
    uint8_t bytes[32];
    struct id id;
    int64_t n;

    (void)canon_text(value, arena, &text);
    (void)canon_int(value, &n);
    (void)canon_hex(value, bytes, sizeof bytes);
    (void)canon_bytes(value, arena, &text);
    (void)canon_id(value, &id);
    (void)canon_time(value, &n);
    (void)canon_n_members(value);
    while (depth < 40 && canon_item(&rest, &item)) {
        if (item.len == 0)
            abort();
        walk(item, arena, depth + 1);
    }
    if (canon_is_object(value) && depth < 40) {
        walk(canon_member(value, "a"), arena, depth + 1);
        (void)canon_member_text(value, "b", arena);
        (void)canon_member_int(value, "n");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);
    struct certificate_facts facts;
    struct arena *arena = NULL;

    if (arena_create(16384, &arena, NULL) != ERR_OK)
        abort();
    if (jx_check(bytes, NULL) == ERR_OK && canon_is(bytes))
        walk(bytes, arena, 0);
    if (certificate_check(bytes, SPAN_NONE, arena, &facts, NULL) == ERR_OK)
        abort();
    arena_destroy(&arena);
    return 0;
}
