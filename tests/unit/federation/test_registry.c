#include "federation/registry.h"

#include "tests/t.h"
#include "tests/unit/federation/made.h"

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

T_CASE(registry_is_found_by_node_kid_and_endpoint)
{
    struct arena *arena = arena_new();
    struct span bytes = made_registry(40, arena);
    struct registry *r = NULL;
    const struct fed_member *m = NULL;
    const struct fed_key *key = NULL;
    struct fed_head head;
    char text[FED_HEAD_TEXT_CAP];

    T_REQ("CARD-11");
    T_EQ(registry_parse(bytes, &r, NULL), ERR_OK, "parses");
    T_EQ(registry_n_members(r), 40, "members");
    T_TEXT(registry_federation(r), "hinata", "federation");
    for (int i = 0; i < 40; i++) {
        char kid[FED_KID_CAP];

        snprintf(kid, sizeof kid, "town%d-1", i);
        m = registry_member(r, made_node(i));
        T_OK(m != NULL && id_eq(m->node, made_node(i)), "by node");
        T_OK(registry_member_by_endpoint(r, span_text(m->endpoint)) == m, "by endpoint");
        T_EQ(registry_key_find(r, span_text(kid), MADE_NOW, &m, &key), FED_OK, "by kid");
        T_OK(m == registry_member(r, made_node(i)) && strcmp(key->kid, kid) == 0, "its own");
    }
    T_OK(registry_member(r, made_node(77)) == NULL, "nobody");
    T_OK(registry_member_by_endpoint(r, SPAN("town0.example.jp:8444")) == NULL, "nowhere");
    head = registry_head(r);
    fed_head_text(&head, text);
    T_EQ(head.seq, 1, "sequence");
    T_OK(strncmp(text, "1:", 2) == 0 && strlen(text) == 18, "head as a header");
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(public_profile_hides_by_population)
{
    struct arena *arena = arena_new();
    struct registry *r = NULL;
    const struct fed_thresholds *t;

    T_REQ("CARD-5");
    T_EQ(registry_parse(made_registry(1, arena), &r, NULL), ERR_OK, "parses");
    t = registry_thresholds(r);
    T_EQ(t->coordinator_k, 5, "coordinator: k");
    T_EQ(t->n_tiers, 3, "public: tiers");
    T_OK(t->tiers[0].population_under == 2000 && t->tiers[0].hide_under == 0,
         "under 2,000 people nothing");
    T_OK(t->tiers[1].population_under == 25000 && t->tiers[1].hide_under == 20,
         "under 25,000 no cell of 1 to 19");
    T_OK(t->tiers[2].population_under == 0 && t->tiers[2].hide_under == 10,
         "else none of 1 to 9");
    T_EQ(t->round_to, 5, "rounded to 5");
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(who_may_speak_is_judged_by_our_own_clock)
{
    static const struct {
        const char *what, *kid;
        int64_t at_us;
        enum fed_code find, at;
    } rows[] = {
        {"now", "town1-1", 0, FED_OK, FED_OK},
        {"no such kid", "town9-1", 0, FED_UNKNOWN_KEY, FED_UNKNOWN_KEY},
        {"a root's kid", "hinata-root-1", 0, FED_UNKNOWN_KEY, FED_UNKNOWN_KEY},
        {"not a kid", "Town1 1", 0, FED_UNKNOWN_KEY, FED_UNKNOWN_KEY},
        {"no kid", "", 0, FED_UNKNOWN_KEY, FED_UNKNOWN_KEY},
        {"before the key", "town1-1", -1, FED_UNKNOWN_KEY, FED_UNKNOWN_KEY},
        {"the key's last instant", "town1-1", 60 * DAY_US - 1, FED_OK, FED_OK},
        {"after the key", "town1-1", 60 * DAY_US, FED_UNKNOWN_KEY, FED_UNKNOWN_KEY},
        {"the contract's last instant", "town2-1", 30 * DAY_US - 1, FED_OK, FED_OK},
        {"after the contract", "town2-1", 30 * DAY_US, FED_CONTRACT_ENDED, FED_OK},
        {"before the contract", "town3-1", 0, FED_CONTRACT_ENDED, FED_OK},
        {"its first instant", "town3-1", DAY_US, FED_OK, FED_OK},
    };
    struct arena *arena = arena_new();
    struct registry_draft draft = made_first(arena);
    struct registry *r = NULL;

    T_REQ("CARD-11");
    for (int i = 0; i < 4; i++) {
        struct fed_join join = made_join(i, arena);
        struct registry_terms terms = made_terms();

        if (i == 2)
            terms.to_utc_us = MADE_NOW + 30 * DAY_US;
        if (i == 3)
            terms.from_utc_us = MADE_NOW + DAY_US;
        T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_OK, "admitted");
    }
    T_EQ(registry_parse(made_end(&draft), &r, NULL), ERR_OK, "parses");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct fed_member *m = (const struct fed_member *)1;
        const struct fed_key *key = NULL;
        int64_t at = MADE_NOW + rows[i].at_us;
        enum fed_code code = registry_key_find(r, span_text(rows[i].kid), at, &m, &key);

        T_EQ(code, rows[i].find, rows[i].what);
        T_OK((m != NULL) == (code == FED_OK) && (key != NULL) == (code == FED_OK),
             "nobody is given unless he may speak");
        T_EQ(registry_key_at(r, span_text(rows[i].kid), at, &m, &key), rows[i].at,
             "for evidence");
    }
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(revoked_key_is_void_from_then_on)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(3, arena);
    struct registry_draft draft = made_next(first, 2 * DAY_US, arena);
    struct registry *r = NULL;
    const struct fed_member *m;
    const struct fed_key *key;

    T_REQ("CARD-11");
    T_EQ(registry_draft_revoke(&draft, SPAN("town1-1"), 1, MADE_NOW + DAY_US, NULL), ERR_OK,
         "revoked");
    T_EQ(registry_parse(made_end(&draft), &r, NULL), ERR_OK, "parses");
    T_EQ(registry_key_find(r, SPAN("town1-1"), MADE_NOW + 2 * DAY_US, &m, &key),
         FED_UNKNOWN_KEY, "no request by it");
    T_EQ(registry_key_find(r, SPAN("town1-1"), MADE_NOW + DAY_US - 1, &m, &key),
         FED_UNKNOWN_KEY, "nor by a clock that lags");
    T_EQ(registry_key_at(r, SPAN("town1-1"), MADE_NOW + DAY_US - 1, &m, &key), FED_OK,
         "evidence from before stands");
    T_EQ(registry_key_at(r, SPAN("town1-1"), MADE_NOW + DAY_US, &m, &key), FED_UNKNOWN_KEY,
         "from then on it is void");
    T_EQ(registry_key_find(r, SPAN("town2-1"), MADE_NOW + 2 * DAY_US, &m, &key), FED_OK,
         "others go on");
    registry_unref(&r);
    arena_destroy(&arena);
}

T_CASE(what_is_no_registry_is_refused)
{
    static const struct {
        const char *what, *from, *to;
        enum err want;
    } rows[] = {
        {"a newer version", "\"v\":1", "\"v\":2", ERR_CONFLICT},
        {"a newer protocol", "\"min_client\":1", "\"min_client\":2", ERR_CONFLICT},
        {"a threshold of one", "\"threshold\":2", "\"threshold\":1", ERR_PROTO},
        {"three needed", "\"threshold\":2", "\"threshold\":3", ERR_PROTO},
        {"a float", "\"seq\":1", "\"seq\":1.0", ERR_PROTO},
        {"sequence 0", "\"seq\":1", "\"seq\":0", ERR_PROTO},
        {"the second without the first's hash", "\"seq\":1", "\"seq\":2", ERR_PROTO},
        {"over 2^53-1", "\"seq\":1", "\"seq\":9007199254740992", ERR_PROTO},
        {"eight days", "\"expires\":\"2026-11-29", "\"expires\":\"2026-11-30", ERR_PROTO},
        {"expired before it began", "\"expires\":\"2026-11-29", "\"expires\":\"2026-11-21",
         ERR_PROTO},
        {"a key twice", "\"capacity\":30,", "\"capacity\":30,\"capacity\":30,", ERR_PROTO},
        {"an unknown field", "\"capacity\":30,", "\"capacity\":30,\"captain\":1,", ERR_PROTO},
        {"fewer members than said", "\"n_members\":3", "\"n_members\":4", ERR_PROTO},
        {"more members than said", "\"n_members\":3", "\"n_members\":2", ERR_PROTO},
        {"members out of order", "000000000001\"", "000000000009\"", ERR_PROTO},
        {"a kid of two members", "town1-1", "town2-1", ERR_PROTO},
        {"a root's kid", "town1-1", "hinata-root-1", ERR_PROTO},
        {"a kid with a capital", "town1-1", "Town1-1", ERR_PROTO},
        {"an endpoint of two", "town1.example.jp", "town2.example.jp", ERR_PROTO},
        {"an endpoint with a capital", "town1.example.jp", "Town1.example.jp", ERR_PROTO},
        {"an endpoint without a port", "town1.example.jp:8443", "town1.example.jp", ERR_PROTO},
        {"a port with a zero", "town1.example.jp:8443", "town1.example.jp:08443", ERR_PROTO},
        {"a port too high", "town1.example.jp:8443", "town1.example.jp:65536", ERR_PROTO},
        {"a path", "town1.example.jp:8443", "town1.example.jp:8443/x", ERR_PROTO},
        {"a user", "town1.example.jp:8443", "a@town1.example.jp:8443", ERR_PROTO},
        {"a code of letters", "\"code\":\"232017\"", "\"code\":\"23201x\"", ERR_PROTO},
        {"a role that is none", "[\"host\",\"guest\"]", "[\"host\",\"queen\"]", ERR_PROTO},
        {"a role twice", "[\"host\",\"guest\"]", "[\"host\",\"host\"]", ERR_PROTO},
        {"roles out of order", "[\"host\",\"guest\"]", "[\"guest\",\"host\"]", ERR_PROTO},
        {"no role", "[\"host\",\"guest\"]", "[]", ERR_PROTO},
        {"a tier that is none", "\"tier\":2", "\"tier\":3", ERR_PROTO},
        {"tiers that fall", "\"population_under\":25000", "\"population_under\":1999",
         ERR_PROTO},
        {"no last tier", "\"hide_under\":10,\"population_under\":0",
         "\"hide_under\":10,\"population_under\":90000", ERR_PROTO},
        {"a contract that ends first", "\"to\":\"2027", "\"to\":\"2025", ERR_PROTO},
        {"a key for nothing", "\"use\":\"request\"", "\"use\":\"both\"", ERR_PROTO},
        {"another document", "\"doc\":\"registry\"", "\"doc\":\"join\"", ERR_PROTO},
    };
    struct arena *arena = arena_new();
    struct span bytes = made_registry(3, arena);

    T_REQ("CARD-6 CARD-11");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct registry *r = NULL;

        T_EQ(registry_parse(made_edit(bytes, rows[i].from, rows[i].to, arena), &r, NULL),
             rows[i].want, rows[i].what);
        T_OK(r == NULL, "nothing is given");
    }
    arena_destroy(&arena);
}

T_CASE(no_cut_registry_is_one)
{
    struct arena *arena = arena_new();
    struct span bytes = made_registry(2, arena);
    int n_taken = 0;

    for (size_t len = 0; len < bytes.len; len++) {
        struct registry *r = NULL;

        n_taken += registry_parse(span_of(bytes.p, len), &r, NULL) == ERR_OK;
        registry_unref(&r);
    }
    T_EQ(n_taken, 0, "at no byte");
    arena_destroy(&arena);
}

T_CASE(one_key_speaks_for_one_node)
{
    struct arena *arena = arena_new();
    struct registry_draft draft = made_first(arena);
    struct fed_join join;
    struct registry_terms terms = made_terms();
    struct registry *r = NULL;
    struct registry_key_doc *key;
    struct span bytes;

    T_REQ("CARD-11");
    made_admit(&draft, 1);
    join = made_join(2, arena);
    join.key = made_key("town2-1", 101).key; /* town 1's */
    T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_CONFLICT, "not taken in");
    made_admit(&draft, 2);
    key = draft.doc.members[1].keys.at;
    key->ed25519 = ((struct registry_key_doc *)draft.doc.members[0].keys.at)->ed25519;
    T_EQ(registry_doc_write(&draft.doc, arena, &bytes, NULL), ERR_OK, "written past the draft");
    T_EQ(registry_parse(bytes, &r, NULL), ERR_PROTO, "not read either");
    arena_destroy(&arena);
}

T_CASE(references_are_counted)
{
    struct arena *arena = arena_new();
    struct registry *r = NULL, *again;

    T_EQ(registry_parse(made_registry(1, arena), &r, NULL), ERR_OK, "parses");
    again = registry_ref(r);
    registry_unref(&r);
    T_OK(r == NULL, "gone here");
    T_EQ(registry_n_members(again), 1, "still there");
    registry_unref(&again);
    registry_unref(&again);
    arena_destroy(&arena);
}
