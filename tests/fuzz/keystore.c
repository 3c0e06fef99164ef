/* covers: node/db/keystore.c */
/* A file under a right checksum, otherwise any bytes: refused, or printed as it was. */
#include "node/db/keystore.h"

#include <openssl/sha.h>
#include <stdlib.h>

static void parsed(const struct keystore *store, struct span file)
{
    struct keystore copy;
    uint8_t *bytes = NULL;
    size_t len;

    if (keystore_print(store, &bytes, &len, NULL) != ERR_OK ||
        !span_eq(span_of(bytes, len), file))
        abort();
    free(bytes);
    if (keystore_copy(store, &copy, NULL) != ERR_OK || copy.n != store->n)
        abort();
    for (size_t i = 0; i < copy.n; i++) {
        struct keystore_record *r = &copy.records[i];

        if (keystore_find_key(&copy, r->key.key) != r ||
            keystore_find(&copy, (enum key_kind)r->key.kind, r->key.subject, r->key.name) !=
                r ||
            keystore_add(&copy, &store->records[i], NULL) != ERR_CONFLICT)
            abort();
        keystore_record_destroy(r, 1);
    }
    (void)keystore_find_key(&copy, ID_NONE);
    (void)keystore_find(&copy, KEY_SIGN, ID_NONE, "no.such");
    keystore_fini(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keystore store;
    uint8_t *file = malloc(size + 32);

    if (file == NULL)
        return 0;
    if (size > 0)
        memcpy(file, data, size);
    SHA256(file, size, file + size);
    if (keystore_parse(span_of(file, size + 32), &store, NULL) == ERR_OK)
        parsed(&store, span_of(file, size + 32));
    keystore_fini(&store);
    free(file);
    if (keystore_parse(span_of(data, size), &store, NULL) == ERR_OK)
        abort(); /* a right SHA-256 by chance */
    keystore_fini(&store);
    return 0;
}
