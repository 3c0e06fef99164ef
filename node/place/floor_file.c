#include "node/place/floor_file.h"

#include "node/base/wholefile.h"

enum err floor_read_file(const char *path, struct arena *arena, const struct floor **floor_out,
                         struct jx_defects *defects_out, struct fail *why)
{
    uint8_t *bytes = arena_alloc(arena, JX_MAX_BYTES);
    size_t len = 0;
    enum err rc;

    *floor_out = NULL;
    if (defects_out != NULL)
        *defects_out = (struct jx_defects){0};
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    rc = wholefile_read(path, bytes, JX_MAX_BYTES, &len, why);
    return rc == ERR_OK ? floor_read(span_of(bytes, len), arena, floor_out, defects_out, why)
                        : rc;
}
