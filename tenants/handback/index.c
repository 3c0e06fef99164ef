#include "tenants/handback/index.h"

#include <string.h>

enum err data_index_make(const struct data_index *index, struct keyring *keyring,
                         struct span plain, struct arena *arena, uint8_t out[DATA_INDEX_BYTES],
                         struct fail *why)
{
    struct span text = plain;
    enum err rc = index->text == NULL ? ERR_OK : index->text(plain, arena, &text, why);

    return rc == ERR_OK ? keyring_blind(keyring, index->key, text, out, why) : rc;
}

const struct hand_rule *data_rule(const struct data_table *table, const char *column)
{
    for (const struct hand_rule *r = table->hand_rules; r != NULL && r->column != NULL; r++)
        if (strcmp(r->column, column) == 0)
            return r;
    return NULL;
}
