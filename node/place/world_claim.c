/* The wait before a closed room (world.h, area-wait). While people vanish from the floor nobody
 * goes in unasked, for the answer would be newer than the map; but somebody who comes and goes
 * must not keep an empty room shut for the others. So whoever is told to wait has a claim: at
 * the next beat the first of them has the room put by, if nobody is in it, and at the beat
 * after that, when everybody is told how it was at the last one, he may go in, for two beats.
 * Until then nobody else gets in, staff and invited ones neither: so that he got in tells of
 * the room what the map says, and that he did not, that another waited before him. Staff who
 * ask are the next, whoever waits: else a few children who ask by turns would keep them out.
 *
 * How long one waits at most while others come and go: two beats (20 s) if he asks again within
 * the next two. Once more as much if all were quiet in between (then the room was open to
 * everybody) and began again before he asked; and 30 s for each who asked before him and lets
 * his turn go by. */
#include "node/place/world_priv.h"

#define READY_BEATS 2
#define KEEP_MS     30000 /* a claim that is not asked for again */

bool world_is_restless(const struct world_copy *copy)
{
    return copy->has_left || copy->n_restless > 0;
}

static void drop_at(struct world_copy *copy, size_t i)
{
    copy->n_claims--;
    memmove(&copy->claims[i], &copy->claims[i + 1],
            (copy->n_claims - i) * sizeof copy->claims[0]);
}

void world_claim_drop(struct world_copy *copy, struct id account)
{
    for (size_t i = copy->n_claims; i-- > 0;)
        if (id_eq(copy->claims[i].account, account))
            drop_at(copy, i);
}

void world_claims_clear(struct world_copy *copy, int area)
{
    for (size_t i = copy->n_claims; i-- > 0;)
        if (area < 0 || copy->claims[i].area == area)
            drop_at(copy, i);
}

/* Of somebody else than person, who may be NULL. */
static bool is_put_by(const struct world_copy *copy, size_t area,
                      const struct world_person *person)
{
    for (size_t i = 0; i < copy->n_claims; i++)
        if (copy->claims[i].area == (int)area && copy->claims[i].kind != CLAIM_ASKED &&
            (person == NULL || !id_eq(copy->claims[i].account, person->look.account)))
            return true;
    return false;
}

bool world_claim_is_others(const struct world_person *person, size_t area)
{
    const struct world_copy *copy = person->copy;

    return world_is_restless(copy) && copy->n_in[area] == 0 && is_put_by(copy, area, person);
}

bool world_claim_is_ready(const struct world_person *person, size_t area)
{
    const struct world_copy *copy = person->copy;

    for (size_t i = 0; i < copy->n_claims; i++)
        if (copy->claims[i].area == (int)area && copy->claims[i].kind == CLAIM_READY &&
            id_eq(copy->claims[i].account, person->look.account))
            return true;
    return false;
}

void world_claim_ask(struct world_person *person, size_t area, int64_t now_ms)
{
    struct world_copy *copy = person->copy;
    const struct world_claim claim = {
        .account = person->look.account, .area = (int)area, .asked_ms = now_ms};
    size_t at;

    if (!world_is_restless(copy) ||
        ((copy->told_in_use | copy->told_full) & FLOOR_AREA_BIT(area)) != 0)
        return;
    for (size_t i = 0; i < copy->n_claims; i++)
        if (id_eq(copy->claims[i].account, claim.account) &&
            copy->claims[i].area == (int)area) {
            copy->claims[i].asked_ms = now_ms;
            return;
        }
    world_claim_drop(copy, claim.account); /* one room at a time */
    if (copy->n_claims == WORLD_N_CLAIMS && !person->look.is_staff)
        return;
    copy->n_claims -= copy->n_claims == WORLD_N_CLAIMS; /* the last one */
    at = person->look.is_staff ? 0 : copy->n_claims;
    memmove(&copy->claims[at + 1], &copy->claims[at],
            (copy->n_claims - at) * sizeof copy->claims[0]);
    copy->claims[at] = claim;
    copy->n_claims++;
}

/* False: it is over. */
static bool go_on(const struct world_copy *copy, struct world_claim *claim, int64_t now_ms)
{
    uint64_t told = copy->told_in_use | copy->told_full;

    if ((told & FLOOR_AREA_BIT(claim->area)) != 0)
        return false;
    switch (claim->kind) {
    case CLAIM_ASKED:
        return now_ms - claim->asked_ms <= KEEP_MS;
    case CLAIM_PUT_BY:
        claim->kind = CLAIM_READY;
        break;
    case CLAIM_READY:
        if (++claim->n_beats == READY_BEATS)
            return false;
        break;
    }
    return copy->n_in[claim->area] == 0;
}

void world_claims_beat(struct world_copy *copy, int64_t now_ms)
{
    if (!world_is_restless(copy))
        world_claims_clear(copy, -1); /* open to everybody */
    for (size_t i = 0; i < copy->n_claims;) {
        if (go_on(copy, &copy->claims[i], now_ms))
            i++;
        else
            drop_at(copy, i);
    }
    for (size_t i = 0; i < copy->n_claims; i++) {
        struct world_claim *claim = &copy->claims[i];

        if (claim->kind == CLAIM_ASKED && copy->n_in[claim->area] == 0 &&
            !is_put_by(copy, (size_t)claim->area, NULL))
            claim->kind = CLAIM_PUT_BY;
    }
}
