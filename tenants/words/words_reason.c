#include "tenants/words/words_reason.h"

#include "node/db/seal.h"

#define RECORD_KEY "record.words" /* KEY_RECORD, of no subject */

static struct seal_place place_of(struct id act)
{
    return (struct seal_place){"word_rule", "reason_sealed", act};
}

enum err words_reason_seal(struct keyring *keyring, struct id act, struct span reason,
                           struct arena *arena, struct span *sealed_out, struct fail *why)
{
    const struct seal_place place = place_of(act);
    struct id key;
    enum err rc;

    *sealed_out = SPAN_NONE;
    if (reason.len == 0)
        return ERR_OK;
    rc = keyring_need_key(keyring, KEY_RECORD, ID_NONE, RECORD_KEY, &key, why);
    return rc == ERR_OK ? seal(keyring, key, &place, reason, arena, sealed_out, why) : rc;
}

enum err words_reason_open(struct keyring *keyring, struct id act, struct span sealed,
                           struct arena *arena, struct span *reason_out, struct fail *why)
{
    const struct seal_place place = place_of(act);

    *reason_out = SPAN_NONE;
    return sealed.len == 0 ? ERR_OK : unseal(keyring, &place, sealed, arena, reason_out, why);
}
