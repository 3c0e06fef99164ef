/* What a node believes about its federation, on a real store and keyring: CARD-11. The fixture
 * verifies every audit leaf when it ends. */
#include "federation/trust.h"

#include <pthread.h>

#include "federation/trust_store.h"
#include "node/base/clock.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"
#include "tests/unit/federation/made.h"

struct world {
    struct store_fixture store;
    struct trust *trust;
    struct span first; /* members: this node (coordinator) and town 1 */
};

static void at(int64_t after_us)
{
    clock_test_shift(0, 0);
    clock_test_shift(0, MADE_NOW + after_us - clock_utc_us());
}

static void reopen(struct world *w)
{
    const struct trust_conf conf = {w->store.log.writer, w->store.services.keyring,
                                    made_node(0)};
    struct fail why = {.code = ERR_OK};

    trust_close(&w->trust);
    T_EQ(trust_open(&conf, w->store.db, &w->trust, &why), ERR_OK, why.text);
}

static struct span invitation(struct arena *arena)
{
    struct made_key roots[FED_ROOTS_N], *const keys[] = {&roots[0]};
    struct fed_join join = made_join(0, arena);
    struct span bytes;

    made_roots(roots);
    invariant(fed_invitation_write(&join.invitation, arena, &bytes, NULL) == ERR_OK, "written");
    return made_whole(FED_DOC_INVITATION, bytes, keys, 1, arena);
}

/* This node's own key, from its keyring, in the first registry. */
static void world_start(struct world *w)
{
    struct registry_draft draft;
    struct registry_terms terms = made_terms();
    struct fed_join join;

    at(0);
    memset(w, 0, sizeof *w);
    store_fixture_start(&w->store, NULL);
    reopen(w);
    draft = made_first(w->store.arena);
    join = made_join(0, w->store.arena);
    T_EQ(trust_key_make(w->trust, SPAN("town0"), &join.key, NULL), ERR_OK, "own key");
    T_TEXT(join.key.kid, "town0-1", "kid");
    terms.roles |= FED_ROLE_BIT(FED_ROLE_COORDINATOR);
    T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_OK, "admitted");
    made_admit(&draft, 1);
    w->first = made_end(&draft);
}

static void world_stop(struct world *w)
{
    store_fixture_stop(&w->store);
    trust_close(&w->trust);
    clock_test_shift(0, 0);
}

static enum trust_verdict take(struct world *w, struct span bytes)
{
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct fail why = {.code = ERR_OK};

    T_EQ(trust_take(w->trust, bytes, made_signed(bytes, 2, w->store.arena), made_node(1),
                    &verdict, &why),
         ERR_OK, why.text);
    return verdict;
}

static void begin(struct world *w)
{
    T_EQ(trust_pin(w->trust, invitation(w->store.arena), MADE_NOW, NULL), ERR_OK, "pinned");
    T_EQ(take(w, w->first), TRUST_TAKEN, "the first");
}

static struct span next(struct world *w, struct span bytes, int64_t after_us)
{
    struct registry_draft draft = made_next(bytes, after_us, w->store.arena);

    return made_end(&draft);
}

static struct trust_status status(struct world *w)
{
    struct trust_status s;

    trust_status_read(w->trust, clock_utc_us(), &s);
    return s;
}

T_CASE(trust_begins_with_an_invitation_and_is_kept)
{
    struct world w;
    struct registry *now;
    struct span second, bytes, lines;
    struct made_key stranger[FED_ROOTS_N];
    struct fed_invitation other;
    struct fed_head head;

    T_REQ("CARD-11");
    world_start(&w);
    T_OK(trust_now(w.trust) == NULL && !status(&w).has_roots, "a fresh node has none");
    T_EQ(take(&w, w.first), TRUST_NO_ROOTS, "nobody's word counts");
    begin(&w);
    T_EQ(trust_pin(w.trust, invitation(w.store.arena), MADE_NOW, NULL), ERR_OK,
         "the same again");
    other = made_join(0, w.store.arena).invitation;
    for (int i = 0; i < FED_ROOTS_N; i++) {
        stranger[i] = made_key(other.roots[i].kid, 70 + i);
        other.roots[i] = stranger[i].key;
    }
    T_EQ(fed_invitation_write(&other, w.store.arena, &bytes, NULL), ERR_OK, "written");
    bytes = made_whole(FED_DOC_INVITATION, bytes, (struct made_key *const[]){&stranger[0]}, 1,
                       w.store.arena);
    T_EQ(trust_pin(w.trust, bytes, MADE_NOW, NULL), ERR_CONFLICT, "other roots");
    second = next(&w, w.first, HOUR_US);
    at(HOUR_US);
    T_EQ(take(&w, next(&w, second, HOUR_US + SECOND_US)), TRUST_GAP, "not yet");
    T_OK(status(&w).is_behind, "there is a newer one");
    T_EQ(take(&w, second), TRUST_TAKEN, "the second");
    T_EQ(take(&w, second), TRUST_KNOWN, "again");
    T_EQ(take(&w, w.first), TRUST_OLD, "not back");
    reopen(&w);
    now = trust_now(w.trust);
    T_OK(now != NULL, "kept");
    head = registry_head(now);
    T_EQ(head.seq, 2, "the newest");
    registry_unref(&now);
    T_OK(!status(&w).is_split && status(&w).has_roots, "as it was");
    T_EQ(trust_document(w.trust, w.store.db, 1, w.store.arena, &bytes, &lines, NULL), ERR_OK,
         "any of them");
    T_SPAN(bytes, w.first, "as it was signed");
    T_EQ(trust_document(w.trust, w.store.db, 0, w.store.arena, &bytes, &lines, NULL), ERR_OK,
         "the newest");
    T_SPAN(bytes, second, "as it was signed");
    T_EQ(trust_document(w.trust, w.store.db, 3, w.store.arena, &bytes, &lines, NULL),
         ERR_NOT_FOUND, "none yet");
    world_stop(&w);
}

T_CASE(a_split_is_kept_said_and_settled_by_people)
{
    struct world w;
    struct registry_draft draft;
    struct span second, other, third, other_first;

    T_REQ("CARD-11");
    world_start(&w);
    begin(&w);
    second = next(&w, w.first, HOUR_US);
    draft = made_next(w.first, HOUR_US, w.store.arena);
    made_admit(&draft, 2);
    other = made_end(&draft);
    at(HOUR_US);
    T_EQ(take(&w, second), TRUST_TAKEN, "the second");
    T_EQ(take(&w, other), TRUST_SPLIT, "another second");
    T_EQ(take(&w, other), TRUST_SPLIT, "the same once more");
    T_OK(status(&w).is_split && status(&w).split_seq == 2, "said");
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM fed_registry WHERE seq = 2"), 2,
         "both are kept");
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM fed_step WHERE kind = 'split'"), 1,
         "noted once");
    third = next(&w, second, 2 * HOUR_US);
    at(2 * HOUR_US);
    T_EQ(take(&w, third), TRUST_TAKEN, "the chain goes on");
    reopen(&w);
    T_OK(status(&w).is_split, "a restart settles nothing");
    T_EQ(trust_settle(w.trust, 1, NULL), ERR_NOT_FOUND, "not this number");
    T_EQ(trust_settle(w.trust, 2, NULL), ERR_OK, "settled");
    T_OK(!status(&w).is_split, "over");
    reopen(&w);
    T_OK(!status(&w).is_split, "for good");
    draft = made_first(w.store.arena);
    made_admit(&draft, 1);
    other_first = made_end(&draft);
    T_EQ(take(&w, other_first), TRUST_SPLIT, "another past of an older number");
    T_EQ(take(&w, next(&w, next(&w, other, HOUR_US + SECOND_US), 2 * HOUR_US)), TRUST_CHAIN,
         "a next one of another past");
    world_stop(&w);
}

struct race {
    struct trust *trust;
    struct span bytes, lines;
    enum trust_verdict verdict;
    enum err rc;
};

static void *race_run(void *arg)
{
    struct race *race = arg;

    race->rc = trust_take(race->trust, race->bytes, race->lines, ID_NONE, &race->verdict, NULL);
    return NULL;
}

T_CASE(of_two_at_once_one_is_taken)
{
    struct world w;
    struct span doc[2];
    struct registry_draft draft;
    struct race races[8];
    pthread_t threads[8];
    int n_taken = 0, n_known = 0, n_split = 0;

    T_REQ("CARD-11");
    world_start(&w);
    begin(&w);
    doc[0] = next(&w, w.first, HOUR_US);
    draft = made_next(w.first, HOUR_US, w.store.arena);
    made_admit(&draft, 2);
    doc[1] = made_end(&draft);
    at(HOUR_US);
    for (size_t i = 0; i < T_COUNT(races); i++)
        races[i] = (struct race){w.trust, doc[i % 2], made_signed(doc[i % 2], 2, w.store.arena),
                                 TRUST_VERDICT_N, ERR_INTERNAL};
    for (size_t i = 0; i < T_COUNT(races); i++)
        T_EQ(pthread_create(&threads[i], NULL, race_run, &races[i]), 0, "thread");
    for (size_t i = 0; i < T_COUNT(races); i++) {
        pthread_join(threads[i], NULL);
        T_EQ(races[i].rc, ERR_OK, "judged");
        n_taken += races[i].verdict == TRUST_TAKEN;
        n_known += races[i].verdict == TRUST_KNOWN;
        n_split += races[i].verdict == TRUST_SPLIT;
    }
    T_EQ(n_taken, 1, "one of them");
    T_EQ(n_known, 3, "the same three times more");
    T_EQ(n_split, 4, "the other one is a split");
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM fed_registry WHERE seq = 2"), 2,
         "each once");
    world_stop(&w);
}

T_CASE(freshness_is_a_coordinators_word_for_an_hour)
{
    struct world w;
    struct span bytes, lines, again, again_lines, second;
    enum trust_verdict verdict;

    T_REQ("CARD-11");
    world_start(&w);
    T_EQ(trust_time_make(w.trust, MADE_NOW, w.store.arena, &bytes, &lines, NULL), ERR_NOT_FOUND,
         "without a registry there is no time");
    begin(&w);
    T_OK(!trust_is_fresh(w.trust, MADE_NOW), "nobody has said so yet");
    T_EQ(trust_time_make(w.trust, MADE_NOW, w.store.arena, &bytes, &lines, NULL), ERR_OK,
         "this node is the coordinator");
    T_OK(trust_is_fresh(w.trust, MADE_NOW), "fresh");
    T_OK(trust_is_fresh(w.trust, MADE_NOW + HOUR_US - 1), "to the last instant");
    T_OK(!trust_is_fresh(w.trust, MADE_NOW + HOUR_US), "no longer");
    T_EQ(trust_time_make(w.trust, MADE_NOW + MINUTE_US, w.store.arena, &again, &again_lines,
                         NULL),
         ERR_OK, "asked again soon");
    T_SPAN(again, bytes, "is the same");
    T_EQ(trust_time_make(w.trust, MADE_NOW + 15 * MINUTE_US, w.store.arena, &again,
                         &again_lines, NULL),
         ERR_OK, "later");
    T_OK(!span_eq(again, bytes), "is a new one");
    T_EQ(trust_time_take(w.trust, bytes, lines, MADE_NOW + 16 * MINUTE_US, &verdict, NULL),
         ERR_OK, "the earlier one comes late");
    T_EQ(verdict, TRUST_OLD, "and changes nothing");
    second = next(&w, w.first, 20 * MINUTE_US);
    at(20 * MINUTE_US);
    T_EQ(take(&w, second), TRUST_TAKEN, "the next registry");
    T_OK(!trust_is_fresh(w.trust, MADE_NOW + 20 * MINUTE_US), "has its own time to come");
    T_EQ(
        trust_time_take(w.trust, again, again_lines, MADE_NOW + 20 * MINUTE_US, &verdict, NULL),
        ERR_OK, "the time of the one before");
    T_EQ(verdict, TRUST_OLD, "is not that of this one");
    world_stop(&w);
}

T_CASE(own_keys_change_when_the_registry_says_so)
{
    struct world w;
    struct fed_public fresh, again;
    struct registry_draft draft;
    struct registry_terms terms = made_terms();
    struct fed_join join;
    uint8_t signature[FED_SIG_BYTES];
    char kid[FED_KID_CAP];

    T_REQ("CARD-11");
    world_start(&w);
    T_OK(!trust_own_kid(w.trust, MADE_NOW, kid), "not listed yet");
    T_TEXT(status(&w).waiting_kid, "town0-1", "waits");
    begin(&w);
    T_OK(trust_own_kid(w.trust, MADE_NOW, kid), "listed");
    T_TEXT(kid, "town0-1", "the first");
    T_EQ(trust_key_make(w.trust, SPAN("town0"), &fresh, NULL), ERR_OK, "a new one");
    T_TEXT(fresh.kid, "town0-2", "its kid");
    T_EQ(trust_key_make(w.trust, SPAN("town0"), &again, NULL), ERR_OK, "asked again");
    T_OK(memcmp(&fresh, &again, sizeof fresh) == 0, "the one that waits");
    T_EQ(trust_key_make(w.trust, SPAN("Town"), &again, NULL), ERR_INVALID, "a bad name");
    reopen(&w);
    T_OK(trust_own_kid(w.trust, MADE_NOW, kid) && strcmp(kid, "town0-1") == 0,
         "until it is listed the old one is used");
    draft = made_next(w.first, HOUR_US, w.store.arena);
    join = made_join(0, w.store.arena);
    join.key = fresh;
    terms.roles |= FED_ROLE_BIT(FED_ROLE_COORDINATOR);
    T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_OK, "listed");
    at(HOUR_US);
    T_EQ(take(&w, made_end(&draft)), TRUST_TAKEN, "taken");
    T_OK(trust_own_kid(w.trust, MADE_NOW + HOUR_US - 1, kid) && strcmp(kid, "town0-1") == 0,
         "before its time the old one");
    T_OK(trust_own_kid(w.trust, MADE_NOW + HOUR_US, kid) && strcmp(kid, "town0-2") == 0,
         "then the new one");
    T_TEXT(status(&w).waiting_kid, "", "nothing waits");
    T_EQ(trust_sign(w.trust, "town0-2", SPAN("x"), signature, NULL), ERR_OK, "signs");
    T_EQ(fed_ed25519_check(fresh.ed25519, SPAN("x"), signature, NULL), ERR_OK, "its own");
    T_EQ(trust_sign(w.trust, "town1-1", SPAN("x"), signature, NULL), ERR_NOT_FOUND,
         "not another's");
    world_stop(&w);
}

T_CASE(what_peers_say_their_registry_is)
{
    struct world w;
    struct fed_head head;
    struct registry *now;
    uint8_t other[8] = {1};
    bool is_behind = true;

    T_REQ("CARD-11");
    world_start(&w);
#define HEARD(seq_, hash_, when_) \
    trust_head_heard(w.trust, made_node(1), (seq_), (hash_), MADE_NOW + (when_), &is_behind)
    T_EQ(HEARD(1, other, 0), FED_UNAVAILABLE, "no registry");
    begin(&w);
    now = trust_now(w.trust);
    head = registry_head(now);
    registry_unref(&now);
    T_EQ(HEARD(1, head.sha256.b, 0), FED_OK, "ours");
    T_OK(!is_behind, "nothing to fetch");
    T_EQ(HEARD(2, other, 0), FED_OK, "a newer one");
    T_OK(is_behind, "to be fetched");
    T_EQ(HEARD(1, other, 0), FED_REGISTRY_SPLIT, "the same number, another hash");
    T_EQ(HEARD(1, other, 0), FED_REGISTRY_SPLIT, "again");
    T_OK(!status(&w).is_split && status(&w).n_claims == 1,
         "one peer's word alone stops nobody else");
    at(HOUR_US);
    T_EQ(take(&w, next(&w, w.first, HOUR_US)), TRUST_TAKEN, "the second");
    T_EQ(HEARD(1, head.sha256.b, HOUR_US + TRUST_LAG_US), FED_OK, "it may lag a little");
    T_EQ(HEARD(1, head.sha256.b, HOUR_US + TRUST_LAG_US + MINUTE_US), FED_REGISTRY_STALE,
         "not long");
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM fed_step WHERE kind = 'split'"), 1,
         "the claim is kept once");
    world_stop(&w);
}

T_CASE(a_stored_registry_is_verified_again)
{
    struct world w;
    const char *spoil = "WITH t AS (UPDATE fed_registry SET sig_lines = overlay(sig_lines"
                        " PLACING '\\x2a'::bytea FROM 30 FOR 1) RETURNING 1)"
                        " SELECT count(*) FROM t";
    struct trust *trust = NULL;
    struct trust_conf conf;
    struct span bytes, lines;
    struct trust_status s;
    enum trust_verdict verdict;
    struct fail why;

    T_REQ("CARD-11 CARD-6");
    world_start(&w);
    begin(&w);
    conf = (struct trust_conf){w.store.log.writer, w.store.services.keyring, made_node(0)};
    T_EQ(trust_document(w.trust, w.store.db, 1, w.store.arena, &bytes, &lines, NULL), ERR_OK,
         "as it is");
    T_EQ(store_fixture_i64(&w.store, spoil), 1, "one byte of a signature");
    T_EQ(trust_open(&conf, w.store.db, &trust, &why), ERR_OK, "the node goes on");
    trust_status_read(trust, MADE_NOW, &s);
    T_OK(s.is_spoilt && !s.has_roots && !s.has_registry, "but nobody is believed");
    T_EQ(trust_take(trust, w.first, made_signed(w.first, 2, w.store.arena), ID_NONE, &verdict,
                    NULL),
         ERR_OK, "judged");
    T_EQ(verdict, TRUST_NO_ROOTS, "and nothing taken");
    trust_close(&trust);
    T_EQ(store_fixture_i64(
             &w.store,
             arena_printf(w.store.arena,
                          "WITH t AS (UPDATE fed_registry SET sig_lines = overlay(sig_lines"
                          " PLACING '\\x%02x'::bytea FROM 30 FOR 1) RETURNING 1)"
                          " SELECT count(*) FROM t",
                          lines.p[29])),
         1, "as it was");
    T_EQ(trust_open(&conf, w.store.db, &trust, NULL), ERR_OK, "opens again");
    trust_close(&trust);
    world_stop(&w);
}
