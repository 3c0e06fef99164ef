/* covers: tenants/signin/device.c tenants/signin/place.c */
/* A User-Agent and an address as anybody may send them: any bytes; the answer is always one of
 * few words that fit, valid UTF-8, and the same for the same bytes. */
#include "tenants/signin/device.h"

#include <stdlib.h>
#include <string.h>

#include "node/base/utf.h"
#include "tenants/signin/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char facts[DEVICE_FACTS_CAP], again[DEVICE_FACTS_CAP], place[PLACE_CAP];
    struct hash256 hash;

    device_facts(span_of(data, size), facts);
    device_facts(span_of(data, size), again);
    if (strlen(facts) == 0 || strlen(facts) >= sizeof facts || strcmp(facts, again) != 0 ||
        !utf_is_valid(span_text(facts)))
        abort();
    hash = device_hash(span_of(data, size), facts);
    place_of(span_of(data, size), place);
    if (strlen(place) >= sizeof place || hash256_eq(&hash, &(struct hash256){{0}}))
        abort();
    return 0;
}
