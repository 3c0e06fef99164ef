/* data/oneroster: the roster as it stands, in the form that school systems exchange. */
#include <stdio.h>

#include "node/io/unzip.h"
#include "tenants/handback/bag.h"
#include "tenants/roster/export.h"

#define ARENA_BYTES ((size_t)1 << 20)
#define FILES_MOST  64
#define BYTES_MOST  ((size_t)256 << 20)

static enum err put_files(struct bag *bag, struct span zip, struct arena *arena,
                          struct fail *why)
{
    const struct unzip_caps caps = {.n_entries = FILES_MOST,
                                    .file_bytes = BYTES_MOST,
                                    .total_bytes = BYTES_MOST,
                                    .ratio = 1000};
    struct unzip all;
    enum err rc = unzip_read(zip, &caps, arena, &all, why);

    if (rc == ERR_OK && all.n_troubles > 0)
        rc = fail_set(why, ERR_INTERNAL, "the roster's package: defect %d in %s",
                      (int)all.troubles[0].defect, all.troubles[0].name);
    for (size_t i = 0; rc == ERR_OK && i < all.n_files; i++) {
        char path[OUT_PATH_CAP];

        snprintf(path, sizeof path, "data/oneroster/%s", all.files[i].name);
        rc = bag_put(bag, path, all.files[i].bytes, why);
    }
    return rc;
}

enum err bag_roster(struct bag *bag, struct fail *why)
{
    struct arena *arena = NULL;
    struct span zip = SPAN_NONE;
    size_t n = 0;
    enum err rc = arena_create(ARENA_BYTES, &arena, why);

    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(arena);
    bag_tell(bag, "data/oneroster", 0, 0);
    rc = roster_export(bag->conf->keyring, bag->db, arena, &zip, &n, why);
    if (rc == ERR_OK)
        rc = put_files(bag, zip, arena, why);
    arena_destroy(&arena);
    return rc;
}
