/* covers: node/place/tiled.c */
/* Any bytes as a map of Tiled: what comes out is a floor that is read, or there is a reason. */
#include <stdlib.h>

#include "node/place/floor_json.h"
#include "node/place/tiled.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = NULL;
    const struct floor *floor;
    struct jx_defects defects;
    struct fail why = {0};
    struct span text;

    if (arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    if (tiled_read(span_of(data, size), arena, &text, &defects, &why) == ERR_OK) {
        if (floor_read(text, arena, &floor, NULL, NULL) != ERR_OK)
            abort();
    } else if (why.text[0] == '\0' && defects.n == 0) {
        abort();
    }
    arena_destroy(&arena);
    return 0;
}
