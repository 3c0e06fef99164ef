/* covers: node/db/schema_text.c node/db/sql_scan.c */
#include <stdlib.h>

#include "node/db/schema_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two migrations, parted by the first NUL, so that the second works on what the first made. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
    size_t first_len = nul == NULL ? size : (size_t)(nul - data);
    struct schema schema = {NULL};
    struct arena *arena = NULL;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        abort();
    if (schema_read(&schema, span_cut(text, 0, first_len), arena, NULL) == ERR_OK &&
        nul != NULL)
        (void)!schema_read(&schema, span_from(text, first_len + 1), arena, NULL);
    arena_destroy(&arena);
    return 0;
}
