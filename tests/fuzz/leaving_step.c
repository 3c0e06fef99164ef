/* covers: tenants/leaving/leaving_step.c */
/* A step's payload and the facts in it, any bytes: what is read is the one form there is. */
#include "tenants/leaving/leaving_step.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size), fact = leaving_fact(bytes, "bag");
    struct leaving_step step;

    if (fact.len > size || leaving_fact_text(bytes, "log_key").len > size)
        abort();
    if (leaving_step_parse(bytes, &step, NULL) != ERR_OK)
        return 0;
    if (step.n < 1 || step.facts.len < 2 || step.facts.p[0] != '{' ||
        step.state >= LEAVING_STATE_N || step.facts.len + step.actor.len > size)
        abort();
    return 0;
}
