/* covers: tenants/handback/read_record.c tenants/handback/check_row.c */
/* A record, and the same bytes as a leaf's row. */
#include <stdlib.h>

#include "tenants/handback/check_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct data_table pet = {.name = "pet", .is_audit_leaf = true};
static const struct read_table table = {
    .table = &pet,
    .columns =
        {
            {.name = "id", .type = READ_UUID},
            {.name = "t", .type = READ_TEXT},
            {.name = "n", .type = READ_INT},
            {.name = "m", .type = READ_INT8},
            {.name = "b", .type = READ_BOOL},
            {.name = "at", .type = READ_TIME},
            {.name = "d", .type = READ_DATE},
            {.name = "x", .type = READ_BYTES},
            {.name = "l", .type = READ_TEXT, .is_array = true},
            {.name = "s", .type = READ_SEALED},
            {.name = "i", .type = READ_INDEX},
            {.name = "p", .type = READ_NOTHING},
        },
    .n = 12,
    .has_file = true,
};

static void try_values(const struct read_record *record, uint8_t *scratch)
{
    for (int i = 0; i < table.n; i++) {
        const struct read_value *v = &record->values[i];
        struct read_seal seal_read;
        struct span rest = v->raw, element;

        if (v->is_null)
            continue;
        if (read_text(v->raw, scratch) > v->raw.len)
            abort();
        if (table.columns[i].type == READ_SEALED)
            read_seal(v->raw, &seal_read);
        while (table.columns[i].is_array && read_element(&rest, &element))
            ;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct row_hash hash = {.scratch = malloc(size + 1)};
    struct span line = span_of(data, size);
    struct read_record record;
    struct hash256 out;
    uint64_t columns;

    if (hash.scratch == NULL)
        abort();
    if (read_record(line, &table, &record, NULL) == ERR_OK) {
        try_values(&record, hash.scratch);
        if (row_hash_record(&hash, &table, &record, UINT64_MAX, &out, NULL) != ERR_OK)
            abort();
    }
    (void)!row_hash_leaf(&hash, &table, ID_NONE, line, &columns, &out, NULL);
    free(hash.scratch);
    return 0;
}
