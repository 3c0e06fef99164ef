/* covers: tenants/handback/read_tags.c */
/* bag-info.txt and a manifest, parted by the first NUL. */
#include <stdlib.h>

#include "tenants/handback/read_tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bag_info info;
    struct span bytes = span_of(data, size);
    struct bag_entry entry;

    if (bag_info_read(bytes, &info, NULL) == ERR_OK && info.n_counts > BAG_TABLES_CAP)
        abort();
    if (bag_entry_read(bytes, &entry, NULL) == ERR_OK &&
        (memmem(entry.path.p, entry.path.len, "..", 2) == entry.path.p ||
         entry.path.p[0] == '/' || memmem(entry.path.p, entry.path.len, "/..", 3) != NULL))
        abort();
    return 0;
}
