/* federation/purge_receipt.h: whose word is believed, of what and when; one thing wrong at a
 * time.
 */
#include "federation/purge_receipt.h"

#include "node/db/note.h"
#include "tenants/certificate/jws.h"
#include "tests/t.h"
#include "tests/unit/federation/made.h"

enum { FROM = 1, BY = 2, OTHER = 3 };

struct world {
    struct arena *arena;
    struct registry *registry;
    struct made_key by, other, log;
    struct purge_receipt receipt;
    struct purge_want want;
    struct purge_gone gone;
    struct purge_hash hash;
    struct hash256 leaf, sibling;
    char note[NOTE_CAP], key[NOTE_KEY_TEXT_CAP];
};

/* A log of two leaves, of which ours is the second. */
static void make_log(struct world *w)
{
    char text[NOTE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    struct note_key key;
    struct hash256 root;
    size_t len;

    w->sibling = merkle_leaf(SPAN("one"));
    w->leaf = merkle_leaf(SPAN("two"));
    root = merkle_node(&w->sibling, &w->leaf);
    T_EQ(note_key_init(SPAN("town2.ibasho"), w->log.key.ed25519, &key, NULL), ERR_OK, "a key");
    note_key_text(&key, w->key);
    len = note_text_into(SPAN("town2.ibasho"), 2, &root, text);
    T_EQ(made_sign(&w->log, "", span_of(text, len), signature, NULL), ERR_OK, "signed");
    w->note[note_into(span_of(text, len), &key, signature, w->note)] = '\0';
}

static void begin(struct world *w)
{
    *w = (struct world){.by = made_key("town2-1", 100 + BY),
                        .other = made_key("town3-1", 100 + OTHER),
                        .log = made_key("log", 900),
                        .gone = {SPAN("fed_line"), 3}};
    T_EQ(arena_create((size_t)1 << 20, &w->arena, NULL), ERR_OK, "memory");
    T_EQ(registry_parse(made_registry(4, w->arena), &w->registry, NULL), ERR_OK, "a registry");
    make_log(w);
    w->hash.hash = hash256_span(&w->sibling);
    w->want = (struct purge_want){.registry = w->registry,
                                  .from = made_node(FROM),
                                  .by = made_node(BY),
                                  .ask = made_node(700),
                                  .begun_utc_us = MADE_NOW,
                                  .now_utc_us = MADE_NOW + HOUR_US};
    w->receipt = (struct purge_receipt){
        .from = w->want.from,
        .by = w->want.by,
        .contract = SPAN("c-2026-1"),
        .ask = w->want.ask,
        .asked_utc_us = MADE_NOW + MINUTE_US,
        .cleared_utc_us = MADE_NOW + 2 * MINUTE_US,
        .at_utc_us = MADE_NOW + 3 * MINUTE_US,
        .rows = {&w->gone, 1},
        .series = {NULL, 0},
        .n_keys = 1,
        .box = PURGE_BOX_GONE,
        .leaf = 1,
        .leaf_hash = hash256_span(&w->leaf),
        .checkpoint = span_text(w->note),
        .log_key = span_text(w->key),
        .proof = {&w->hash, 1},
    };
}

static void end(struct world *w)
{
    registry_unref(&w->registry);
    arena_destroy(&w->arena);
}

static enum err sign(void *arg, struct span bytes, uint8_t out[JWS_SIGNATURE_CAP],
                     size_t *len_out, struct fail *why)
{
    *len_out = FED_SIG_BYTES;
    return made_sign(arg, "", bytes, out, why);
}

static struct jws_signer signer_of(struct made_key *key)
{
    struct jws_signer signer = {.alg = JWS_EDDSA, .arg = key, .sign = sign};
    struct jws_key *public_key = NULL;

    T_EQ(jws_key_open_ed25519(key->key.ed25519, &public_key, NULL), ERR_OK, "a key");
    snprintf(signer.kid, sizeof signer.kid, "%s", jws_key_kid(public_key));
    jws_key_close(&public_key);
    return signer;
}

static struct span written(struct world *w, const char *type, struct made_key *const *keys,
                           int n)
{
    struct jws_signer signers[2] = {signer_of(keys[0]), signer_of(keys[n - 1])};
    struct span text = SPAN_NONE;

    T_EQ(jws_write_shape(type, &purge_receipt_shape, &w->receipt, signers, n, w->arena, &text,
                         NULL),
         ERR_OK, "written");
    return text;
}

static enum err judged(struct world *w)
{
    struct made_key *const keys[] = {&w->by};
    struct purge_receipt out;

    return purge_receipt_open(&w->want, written(w, PURGE_TYPE, keys, 1), w->arena, &out, NULL);
}

T_CASE(purge_receipt_is_believed)
{
    struct made_key *keys[1];
    struct purge_receipt out;
    struct world w;

    T_REQ("AI-7.2-1");
    begin(&w);
    keys[0] = &w.by;
    T_EQ(purge_receipt_open(&w.want, written(&w, PURGE_TYPE, keys, 1), w.arena, &out, NULL),
         ERR_OK, "a good one");
    T_EQ(out.rows.n, 1, "rows");
    T_EQ(((struct purge_gone *)out.rows.at)[0].n, 3, "how many");
    T_EQ(out.box, PURGE_BOX_GONE, "the box");
    end(&w);
}

T_CASE(purge_receipt_of_a_wrong_signer_is_none)
{
    struct made_key *keys[2];
    struct purge_receipt out;
    struct world w;

    T_REQ("AI-7.2-1");
    begin(&w);
    keys[0] = &w.other;
    T_EQ(purge_receipt_open(&w.want, written(&w, PURGE_TYPE, keys, 1), w.arena, &out, NULL),
         ERR_DENIED, "another member's key");
    keys[0] = &w.log;
    T_EQ(purge_receipt_open(&w.want, written(&w, PURGE_TYPE, keys, 1), w.arena, &out, NULL),
         ERR_DENIED, "a key of nobody");
    keys[0] = &w.by;
    keys[1] = &w.other;
    T_EQ(purge_receipt_open(&w.want, written(&w, PURGE_TYPE, keys, 2), w.arena, &out, NULL),
         ERR_DENIED, "two signatures");
    T_EQ(purge_receipt_open(&w.want, written(&w, "ibasho-order/1", keys, 1), w.arena, &out,
                            NULL),
         ERR_PROTO, "a document of another type");
    w.want.by = made_node(77);
    T_EQ(judged(&w), ERR_DENIED, "of no member");
    w.want.by = made_node(BY);
    w.want.now_utc_us = MADE_NOW + 61 * DAY_US;
    T_EQ(judged(&w), ERR_DENIED, "its key has ended");
    end(&w);
}

T_CASE(purge_receipt_of_something_else_is_none)
{
    struct world w;
    struct purge_receipt good;

    T_REQ("AI-7.2-1");
    begin(&w);
    good = w.receipt;
    T_EQ(judged(&w), ERR_OK, "unchanged");
#define BAD(member, value, err_, what_) \
    w.receipt = good; \
    w.receipt.member = (value); \
    T_EQ(judged(&w), err_, what_)
    BAD(from, made_node(OTHER), ERR_DENIED, "of another town");
    BAD(by, made_node(OTHER), ERR_DENIED, "in another's name");
    BAD(ask, made_node(701), ERR_DENIED, "of another leaving");
    BAD(at_utc_us, MADE_NOW - HOUR_US, ERR_DENIED, "from before it began");
    BAD(at_utc_us, MADE_NOW + 2 * HOUR_US, ERR_DENIED, "from the future");
    BAD(cleared_utc_us, MADE_NOW + 4 * MINUTE_US, ERR_DENIED, "said before it was done");
    BAD(leaf, 0, ERR_PROTO, "another leaf");
    BAD(leaf, 2, ERR_PROTO, "a leaf beyond the checkpoint");
    BAD(leaf_hash, hash256_span(&w.sibling), ERR_PROTO, "another leaf's hash");
    BAD(proof.n, 0, ERR_PROTO, "no way to the root");
    BAD(checkpoint, SPAN("x"), ERR_PROTO, "no checkpoint");
    BAD(log_key, SPAN("town2.ibasho+00000000+AA"), ERR_PROTO, "no key of a log");
#undef BAD
    end(&w);
}

T_CASE(purge_receipt_with_any_byte_changed_is_none)
{
    struct made_key *keys[1];
    struct purge_receipt out;
    struct world w;
    struct span text;
    uint8_t *bytes;
    int n_taken = 0;

    T_REQ("AI-7.2-1");
    begin(&w);
    keys[0] = &w.by;
    text = written(&w, PURGE_TYPE, keys, 1);
    bytes = arena_alloc(w.arena, text.len);
    T_OK(bytes != NULL, "memory");
    for (size_t i = 0; i < text.len; i += 3) {
        struct arena *scratch = NULL;

        T_EQ(arena_create(65536, &scratch, NULL), ERR_OK, "memory");
        memcpy(bytes, text.p, text.len);
        bytes[i] ^= 1;
        n_taken += purge_receipt_open(&w.want, span_of(bytes, text.len), scratch, &out, NULL) ==
                   ERR_OK;
        arena_destroy(&scratch);
    }
    T_EQ(n_taken, 0, "not one");
    for (size_t cut = 0; cut < text.len; cut += 97)
        n_taken +=
            purge_receipt_open(&w.want, span_cut(text, 0, cut), w.arena, &out, NULL) == ERR_OK;
    T_EQ(n_taken, 0, "nor a part");
    end(&w);
}
