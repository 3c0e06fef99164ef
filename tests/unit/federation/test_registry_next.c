#include "federation/registry_next.h"

#include "tests/t.h"
#include "tests/unit/federation/made.h"

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

T_CASE(next_registry_names_the_one_before)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(1, arena), bytes;
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct registry *r = NULL;
    struct hash256 want = hash256_of(first), prev;

    T_REQ("CARD-11");
    T_OK(!draft.is_changed, "nothing but number and term");
    bytes = made_end(&draft);
    T_EQ(registry_parse(bytes, &r, NULL), ERR_OK, "parses");
    prev = registry_prev(r);
    T_OK(hash256_eq(&prev, &want), "hash of the one before");
    T_EQ(registry_head(r).seq, 2, "number");
    T_EQ(registry_expires_utc_us(r) - registry_issued_utc_us(r), FED_EXPIRES_MOST_US, "term");
    T_EQ(registry_n_members(r), 1, "the same members");
    registry_unref(&r);
    T_EQ(registry_draft_begin(first, MADE_NOW, DAY_US, arena, &draft, NULL), ERR_INVALID,
         "a clock that went back");
    T_EQ(registry_draft_begin(SPAN("x"), MADE_NOW, DAY_US, arena, &draft, NULL), ERR_PROTO,
         "no registry");
    arena_destroy(&arena);
}

T_CASE(who_may_join)
{
    struct arena *arena = arena_new();
    struct registry_draft draft = made_first(arena);
    struct registry_terms terms = made_terms(), bad;
    struct fed_join join;

    T_REQ("CARD-11");
    made_admit(&draft, 1);
#define ADMIT(terms_) registry_draft_admit(&draft, &join, (terms_), NULL)
    join = made_join(2, arena);
    join.invitation.federation = SPAN("kaede");
    T_EQ(ADMIT(&terms), ERR_DENIED, "invited elsewhere");
    join = made_join(2, arena);
    join.invitation.roots[1] = made_key("hinata-root-2", 9).key;
    T_EQ(ADMIT(&terms), ERR_DENIED, "invited by other roots");
    join = made_join(2, arena);
    join.key = made_join(1, arena).key;
    T_EQ(ADMIT(&terms), ERR_CONFLICT, "another's key");
    join = made_join(2, arena);
    memcpy(join.key.kid, "town1-1", 8);
    T_EQ(ADMIT(&terms), ERR_CONFLICT, "another's kid");
    join = made_join(2, arena);
    join.endpoint = made_join(1, arena).endpoint;
    T_EQ(ADMIT(&terms), ERR_CONFLICT, "another's endpoint");
    join = made_join(2, arena);
    bad = terms;
    bad.to_utc_us = MADE_NOW;
    T_EQ(ADMIT(&bad), ERR_INVALID, "a contract that is over");
    bad = terms;
    bad.contract = SPAN("C 1");
    T_EQ(ADMIT(&bad), ERR_INVALID, "a contract number with a blank");
    bad = terms;
    bad.tier = 3;
    T_EQ(ADMIT(&bad), ERR_INVALID, "no such tier");
    bad = terms;
    bad.roles = 0;
    T_EQ(ADMIT(&bad), ERR_INVALID, "no role");
    bad = terms;
    bad.capacity = 10001;
    T_EQ(ADMIT(&bad), ERR_INVALID, "too many seats");
    T_EQ(draft.doc.head.n_members, 1, "nothing of it stayed");
    T_EQ(ADMIT(&terms), ERR_OK, "as it should be");
    T_EQ(draft.doc.head.n_members, 2, "taken in");
    (void)made_end(&draft);
    arena_destroy(&arena);
}

T_CASE(members_stand_in_the_order_of_their_ids_however_they_came)
{
    static const int order[] = {7, 3, 300, 1, 299, 0, 12, 2, 8, 9, 11, 10};
    struct arena *arena = arena_new();
    struct registry_draft draft = made_first(arena);
    struct registry *r = NULL;

    for (size_t i = 0; i < T_COUNT(order); i++)
        made_admit(&draft, order[i]);
    T_EQ(registry_parse(made_end(&draft), &r, NULL), ERR_OK, "parses");
    for (size_t i = 0; i < T_COUNT(order); i++)
        T_OK(registry_member(r, made_node(order[i])) != NULL, "is found");
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(joining_again_moves_a_node)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena);
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct registry_terms terms = made_terms();
    struct fed_join join = made_join(1, arena);
    struct registry *r = NULL;
    const struct fed_member *m;

    join.endpoint = SPAN("new.example.jp:443");
    join.key = made_key("town1-2", 500).key;
    T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_OK, "again");
    T_EQ(registry_parse(made_end(&draft), &r, NULL), ERR_OK, "parses");
    m = registry_member(r, made_node(1));
    T_OK(m != NULL && strcmp(m->endpoint, "new.example.jp:443") == 0, "its new place");
    T_OK(m != NULL && m->n_keys == 2, "both keys");
    T_EQ(registry_n_members(r), 2, "no second one");
    registry_unref(&r);
    arena_destroy(&arena);
}

static struct fed_rotation rotation_of(struct made_key *fresh)
{
    struct fed_rotation rotation = {.node = made_node(1),
                                    .federation = SPAN("hinata"),
                                    .old_kid = "town1-1",
                                    .key = fresh->key,
                                    .asked_utc_us = MADE_NOW};

    return rotation;
}

static enum err rotate(struct registry_draft *draft, const struct fed_rotation *rotation,
                       struct made_key *const *signers, int n, int64_t overlap_us)
{
    struct fed_sigs sigs = {.n = 0};
    struct span bytes;

    invariant(fed_rotation_write(rotation, draft->arena, &bytes, NULL) == ERR_OK, "written");
    invariant(fed_sigs_read(made_lines(FED_DOC_ROTATION, bytes, signers, n, draft->arena),
                            &sigs, NULL) == ERR_OK,
              "signed");
    return registry_draft_rotate(draft, rotation, &sigs, bytes, overlap_us, 60 * DAY_US, NULL);
}

T_CASE(keys_change_with_a_day_of_both)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(3, arena);
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct made_key old = made_key("town1-1", 101), fresh = made_key("town1-2", 501);
    struct made_key other = made_key("town2-1", 102);
    struct made_key *const both[] = {&fresh, &old}, *const alone[] = {&fresh};
    struct made_key *const wrong[] = {&fresh, &other};
    struct fed_rotation rotation = rotation_of(&fresh);
    struct registry *r = NULL;
    const struct fed_member *m;
    const struct fed_key *key;
    int64_t from = MADE_NOW + HOUR_US;

    T_REQ("CARD-11");
    T_EQ(rotate(&draft, &rotation, alone, 1, DAY_US), ERR_DENIED, "the old key did not sign");
    T_EQ(rotate(&draft, &rotation, wrong, 2, DAY_US), ERR_DENIED, "another's did");
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US - 1), ERR_INVALID,
         "less than a day of both");
    memcpy(rotation.old_kid, "town2-1", 8);
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_NOT_FOUND, "another's kid");
    rotation = rotation_of(&fresh);
    rotation.node = made_node(9);
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_NOT_FOUND, "no such member");
    rotation = rotation_of(&fresh);
    rotation.federation = SPAN("kaede");
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_NOT_FOUND, "another federation");
    T_OK(!draft.is_changed, "nothing of it stayed");
    rotation = rotation_of(&fresh);
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_OK, "as it should be");
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_CONFLICT, "not twice");
    T_EQ(registry_parse(made_end(&draft), &r, NULL), ERR_OK, "parses");
    T_EQ(registry_key_find(r, SPAN("town1-1"), from + DAY_US - 1, &m, &key), FED_OK,
         "the old one a day more");
    T_EQ(registry_key_find(r, SPAN("town1-2"), from, &m, &key), FED_OK, "the new one at once");
    T_EQ(registry_key_find(r, SPAN("town1-1"), from + DAY_US, &m, &key), FED_UNKNOWN_KEY,
         "then no more");
    T_EQ(registry_key_at(r, SPAN("town1-1"), from, &m, &key), FED_OK, "but for evidence");
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(a_revoked_key_cannot_ask_for_a_new_one)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena);
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct made_key old = made_key("town1-1", 101), fresh = made_key("town1-2", 501);
    struct made_key *const both[] = {&fresh, &old};
    struct fed_rotation rotation = rotation_of(&fresh);

    T_REQ("CARD-11");
    T_EQ(registry_draft_revoke(&draft, SPAN("nobody-1"), 0, MADE_NOW, NULL), ERR_NOT_FOUND,
         "no such kid");
    T_EQ(registry_draft_revoke(&draft, SPAN("town1-1"), 9, MADE_NOW, NULL), ERR_INVALID,
         "no such reason");
    T_EQ(registry_draft_revoke(&draft, SPAN("town1-1"), 1, MADE_NOW, NULL), ERR_OK, "revoked");
    T_EQ(registry_draft_revoke(&draft, SPAN("town1-1"), 1, MADE_NOW, NULL), ERR_CONFLICT,
         "not twice");
    T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_DENIED, "void");
    T_EQ(registry_draft_revoke(&draft, SPAN("town0-1"), 0, MADE_NOW, NULL), ERR_OK,
         "in the order of kids");
    (void)made_end(&draft);
    arena_destroy(&arena);
}

T_CASE(old_keys_make_room)
{
    struct arena *arena = arena_new();
    struct span bytes = made_registry(2, arena);
    struct registry *r = NULL;
    char kid[FED_KID_CAP], last[FED_KID_CAP] = "town1-1";

    for (int i = 2; i <= FED_KEYS_MOST + 2; i++) {
        struct registry_draft draft = made_next(bytes, i * HOUR_US, arena);
        struct made_key old = made_key(last, i == 2 ? 101 : 600 + i - 1), fresh;
        struct made_key *const both[] = {&fresh, &old};
        struct fed_rotation rotation;

        snprintf(kid, sizeof kid, "town1-%d", i);
        fresh = made_key(kid, 600 + i);
        rotation = rotation_of(&fresh);
        memcpy(rotation.old_kid, last, sizeof last);
        T_EQ(rotate(&draft, &rotation, both, 2, DAY_US), ERR_OK, "one more");
        bytes = made_end(&draft);
        memcpy(last, kid, sizeof last);
    }
    T_EQ(registry_parse(bytes, &r, NULL), ERR_OK, "parses");
    T_EQ(registry_member(r, made_node(1))->n_keys, FED_KEYS_MOST, "the newest ones");
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(leaving_ends_the_contract_now)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena);
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct registry *r = NULL;
    const struct fed_member *m;
    const struct fed_key *key;

    T_REQ("CARD-11");
    T_EQ(registry_draft_leave(&draft, made_node(9), NULL), ERR_NOT_FOUND, "no such member");
    T_EQ(registry_draft_leave(&draft, made_node(1), NULL), ERR_OK, "left");
    T_EQ(registry_draft_leave(&draft, made_node(1), NULL), ERR_CONFLICT, "not twice");
    T_EQ(registry_parse(made_end(&draft), &r, NULL), ERR_OK, "parses");
    T_EQ(registry_key_find(r, SPAN("town1-1"), MADE_NOW + HOUR_US, &m, &key),
         FED_CONTRACT_ENDED, "at once");
    registry_unref(&r);
    arena_destroy(&arena);
}
