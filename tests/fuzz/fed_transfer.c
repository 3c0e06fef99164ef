/* covers: federation/transfer_parcel.c */
/* A parcel that another town handed over. What is taken is one spelling of one meaning: written
 * again it is the same bytes, and its parts are those it names. */
#include <stdlib.h>

#include "federation/transfer_parcel.h"

static void want(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct transfer_parcel parcel;
    struct arena *arena = NULL;
    struct span again;
    unsigned parts = 0;
    char text[TRANSFER_PARTS_CAP];

    if (arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    if (transfer_parcel_read(span_of(data, size), arena, &parcel, NULL) == ERR_OK) {
        want(transfer_parcel_write(&parcel, arena, &again, NULL) == ERR_OK);
        want(span_eq(again, span_of(data, size)));
        want(transfer_parts_read(parcel.parts, &parts));
        transfer_parts_text(parts, text);
        want(span_eq(parcel.parts, span_text(text)));
    }
    arena_destroy(&arena);
    return 0;
}
