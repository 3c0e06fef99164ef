/* Whom a node asks to witness its log. */
#include <stdlib.h>

#include "federation/witness_rule.h"

#define WITNESS_BITS (FED_ROLE_BIT(FED_ROLE_COORDINATOR) | FED_ROLE_BIT(FED_ROLE_WITNESS))

bool witness_is_one(const struct fed_member *member)
{
    return member != NULL && (member->roles & WITNESS_BITS) != 0;
}

/* The lowest rank wins: every node draws lots of its own, and a member that goes moves no other
 * one's place (rendezvous hashing). */
static struct hash256 rank_of(struct id self, struct id other)
{
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, span_of(self.b, sizeof self.b));
    hash256_put(&state, span_of(other.b, sizeof other.b));
    return hash256_end(&state);
}

struct place {
    struct id node;
    struct hash256 rank;
};

/* places: the best so far, by rank, at most n_cap. */
static int put(struct place *places, int n, int n_cap, const struct place *new)
{
    int at = n;

    while (at > 0 && memcmp(new->rank.b, places[at - 1].rank.b, HASH256_BYTES) < 0)
        at--;
    if (at >= n_cap)
        return n;
    n = n < n_cap ? n + 1 : n;
    for (int i = n - 1; i > at; i--)
        places[i] = places[i - 1];
    places[at] = *new;
    return n;
}

int witness_choose(const struct registry *registry, struct id self, int64_t now_utc_us,
                   struct id nodes_out[WITNESS_MOST])
{
    struct place first[1], peers[WITNESS_PEERS];
    int n_first = 0, n_peers = 0;

    for (int i = 0; i < registry_n_members(registry); i++) {
        const struct fed_member *m = registry_member_at(registry, i);
        struct place place = {.node = m->node};

        if (!witness_is_one(m) || id_eq(m->node, self) ||
            !fed_member_is_in_contract(m, now_utc_us))
            continue;
        place.rank = rank_of(self, m->node);
        if ((m->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0)
            n_first = put(first, n_first, 1, &place);
        else
            n_peers = put(peers, n_peers, WITNESS_PEERS, &place);
    }
    for (int i = 0; i < n_first; i++)
        nodes_out[i] = first[i].node;
    for (int i = 0; i < n_peers; i++)
        nodes_out[n_first + i] = peers[i].node;
    return n_first + n_peers;
}
