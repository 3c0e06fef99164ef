/* covers: tenants/leaving/leaving_step.c */
/* A step's payload and the facts in it, any bytes: what is read is the one form there is, and
 * what is written of it, signed, reads back the same; a line that another key signed does not.
 */
#include "tenants/leaving/leaving_step.h"

#include <stdlib.h>

#include "tenants/certificate/jws.h"

#define ARENA_BYTES ((size_t)8 << 20)

static struct arena *arena;
static struct jws_private *secret;
static struct jws_key *key;
static struct jws_signer signer;

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void begin(void)
{
    must(arena_create(ARENA_BYTES, &arena, NULL) == ERR_OK);
    must(jws_private_make(&secret, NULL) == ERR_OK);
    must(jws_private_public(secret, &key, NULL) == ERR_OK);
    must(jws_signer_of_private(secret, &signer, NULL) == ERR_OK);
}

static void round_trip(const struct leaving_step *step)
{
    char hash[LEAVING_HASH_CHARS + 1];
    struct leaving_step again;
    struct span line;

    if (leaving_step_write(step, &signer, arena, &line, NULL) != ERR_OK)
        return; /* too large for a line */
    must(leaving_step_read(line, key, arena, &again, NULL) == ERR_OK);
    must(again.n == step->n && again.state == step->state &&
         again.at_utc_us == step->at_utc_us && span_eq(again.facts, step->facts) &&
         span_eq(again.actor, step->actor));
    leaving_line_hash(line, hash);
    must(hash[LEAVING_HASH_CHARS] == '\0');
    must(leaving_step_read(span_cut(line, 0, line.len - 1), key, arena, &again, NULL) !=
         ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size), fact = leaving_fact(bytes, "bag");
    struct leaving_step step;

    if (arena == NULL)
        begin();
    must(fact.len <= size && leaving_fact_text(bytes, "log_key").len <= size);
    must(leaving_fact_int(bytes, "n") >= -1);
    if (leaving_step_parse(bytes, &step, NULL) != ERR_OK)
        return 0;
    must(step.n >= 1 && step.facts.len >= 2 && step.facts.p[0] == '{' &&
         step.state < LEAVING_STATE_N && step.facts.len + step.actor.len <= size);
    round_trip(&step);
    arena_reset(arena);
    return 0;
}
