#include "tenants/certificate/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "node/base/hex.h"
#include "tenants/certificate/canon.h"
#include "tests/t.h"

#define NODE  "01939c5f-0000-7000-8000-000000000001"
#define PACT  "01939c5f-0000-7000-8000-000000000002"
#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16
#define BAG   HEX64 HEX64

T_CASE(canon_knows_the_one_form)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {"{}", true},
        {"{\"a\":1,\"b\":[true,null,\"x\\n\\u001f\"]}", true},
        {"[-1,0,{\"a\":{}}]", true},
        {"{\"a\":1, \"b\":2}", false},
        {"{\"b\":1,\"a\":2}", false},
        {"{\"a\":1,\"a\":2}", false},
        {"{\"a\":1.5}", false},
        {"{\"a\":1e3}", false},
        {"{\"a\":\"\\u0041\"}", false},
        {"{\"a\":\"\\u000a\"}", false},
        {"{\"a\":\"\\u001F\"}", false},
        {"{\"a\":\"\\/\"}", false},
        {"{} ", false},
        {"", false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(canon_is(span_text(rows[i].text)), rows[i].want, rows[i].text);
}

T_CASE(canon_finds_what_stands_there)
{
    struct span object = SPAN("{\"a\":{\"b\":\"x\\\"\\u0001\"},\"c\":[1,\"}\",[2]],\"d\":-7}");
    struct arena *arena = NULL;
    struct span rest, item, text;
    int64_t n = 0;

    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    T_OK(canon_is(object), "canonical");
    T_EQ(canon_n_members(object), 3, "members");
    T_OK(canon_text(canon_member(canon_member(object, "a"), "b"), arena, &text), "text");
    T_SPAN(text, SPAN("x\"\x01"), "its escapes undone");
    T_EQ(canon_member_int(object, "d"), -7, "number");
    T_EQ(canon_member(object, "b").len, 0, "nothing of an inner object");
    for (rest = canon_member(object, "c"); canon_item(&rest, &item); n++)
        ;
    T_EQ(n, 3, "items");
    arena_destroy(&arena);
}

/* ---- a whole ending ---- */

static const char *const steps[] = {"drain",          "exported",        "receipted",
                                    "grace",          "ordered",         "peers_purged",
                                    "keys_destroyed", "cluster_removed", "volume_discarded",
                                    "backups_listed", "scanned"};

struct lab {
    struct arena *arena;
    struct jws_private *log, *erasure, *town;
    struct jws_signer by_log, by_erasure, by_town;
    char log_hex[65], erasure_hex[65], town_hex[65];
    struct span pem;
    const char *receipt, *order;
};

static void half(struct jws_private *key, char hex_out[65])
{
    struct jws_key *open = NULL;

    T_EQ(jws_private_public(key, &open, NULL), ERR_OK, "public half");
    *hex_write(jws_key_spki(open).p + 12, 32, hex_out) = '\0';
    jws_key_close(&open);
}

static void town_make(struct lab *lab)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)3072);
    X509 *x509 = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    struct jws_key *key = NULL;
    char *text = NULL;
    long len;

    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, pkey);
    X509_sign(x509, pkey, EVP_sha256());
    PEM_write_bio_X509(bio, x509);
    len = BIO_get_mem_data(bio, &text);
    lab->pem = arena_copy(lab->arena, span_of(text, (size_t)len));
    (void)BIO_reset(bio);
    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
    len = BIO_get_mem_data(bio, &text);
    T_EQ(jws_private_open(span_of(text, (size_t)len), NULL, &lab->town, NULL), ERR_OK, "town");
    T_EQ(jws_key_open_certificate(lab->pem, &key, NULL), ERR_OK, "its paper");
    *hex_write(jws_key_certificate_sha256(key), 32, lab->town_hex) = '\0';
    jws_key_close(&key);
    BIO_free(bio);
    X509_free(x509);
    EVP_PKEY_free(pkey);
}

static const char *paper(struct lab *lab, const char *type, const char *payload)
{
    struct span text = SPAN_NONE;

    T_EQ(jws_write(type, span_text(payload), &lab->by_town, 1, lab->arena, &text, NULL), ERR_OK,
         type);
    return arena_printf(lab->arena, "%.*s", (int)text.len - 1, text.p);
}

static void lab_open(struct lab *lab)
{
    *lab = (struct lab){0};
    T_EQ(arena_create(1 << 20, &lab->arena, NULL), ERR_OK, "arena");
    T_EQ(jws_private_make(&lab->log, NULL), ERR_OK, "log");
    T_EQ(jws_private_make(&lab->erasure, NULL), ERR_OK, "erasure");
    town_make(lab);
    T_EQ(jws_signer_of_private(lab->log, &lab->by_log, NULL), ERR_OK, "signer");
    T_EQ(jws_signer_of_private(lab->erasure, &lab->by_erasure, NULL), ERR_OK, "signer");
    T_EQ(jws_signer_of_private(lab->town, &lab->by_town, NULL), ERR_OK, "signer");
    half(lab->log, lab->log_hex);
    half(lab->erasure, lab->erasure_hex);
    lab->receipt = paper(lab, TOWN_RECEIPT_TYPE,
                         "{\"bag\":\"" BAG "\",\"contract\":\"" PACT "\",\"log_root\":\"" HEX64
                         "\",\"log_size\":12,\"n_bytes\":34,\"n_files\":5,\"node\":\"" NODE
                         "\",\"origin\":\"aozora.ibasho\",\"tool\":\"t\",\"verified_at\":"
                         "\"2026-11-22T01:02:03.000000Z\"}");
    lab->order =
        paper(lab, TOWN_ORDER_TYPE,
              "{\"aggregates\":\"keep\",\"bag\":\"" BAG
              "\",\"by\":\"教育委員会\",\"canaries\":[],\"contract\":\"" PACT
              "\",\"node\":\"" NODE "\",\"ordered_at\":\"2026-11-22T01:02:03.000000Z\"}");
}

static void lab_close(struct lab *lab)
{
    jws_private_close(&lab->log);
    jws_private_close(&lab->erasure);
    jws_private_close(&lab->town);
    arena_destroy(&lab->arena);
}

static const char *facts_of(struct lab *lab, const char *step, const char *peers)
{
    if (strcmp(step, "drain") == 0)
        return arena_printf(lab->arena, "{\"log_key\":\"%s\"}", lab->log_hex);
    if (strcmp(step, "exported") == 0)
        return "{\"bag\":\"" BAG "\",\"counts\":[],\"log_root\":\"" HEX64
               "\",\"log_size\":12,\"n_bytes\":34,\"n_files\":5}";
    if (strcmp(step, "receipted") == 0)
        return arena_printf(lab->arena,
                            "{\"bag\":\"" BAG "\",\"receipt\":%s,\"town_key\":\"%s\"}",
                            lab->receipt, lab->town_hex);
    if (strcmp(step, "grace") == 0)
        return "{\"days\":0,\"until\":\"2026-11-22T01:03:00.000000Z\"}";
    if (strcmp(step, "ordered") == 0)
        return arena_printf(lab->arena,
                            "{\"bag\":\"" BAG
                            "\",\"erasure_key\":\"%s\",\"order\":%s,\"town_key\":\"%s\"}",
                            lab->erasure_hex, lab->order, lab->town_hex);
    if (strcmp(step, "peers_purged") == 0)
        return arena_printf(lab->arena, "{\"purge\":%s}", peers);
    if (strcmp(step, "scanned") == 0)
        return "{\"hits\":[],\"n_bytes\":1,\"n_hits\":0,\"n_names\":0}";
    return "{}";
}

/* steps.jsonl; left_out: a step that is not there, or -1. */
static struct span journal(struct lab *lab, int left_out, const char *peers)
{
    const char *all = "", *prev = HEX64;
    char hex[65];
    int n = 0;

    memset(hex, '0', 64);
    hex[64] = '\0';
    prev = hex;
    for (int i = 0; i < (int)T_COUNT(steps); i++) {
        struct span text = SPAN_NONE;
        struct hash256 hash;
        const char *payload;

        if (i == left_out)
            continue;
        payload =
            arena_printf(lab->arena,
                         "{\"actor\":\"node\",\"at\":\"2026-11-22T01:%02d:00.000000Z\","
                         "\"contract\":\"" PACT "\",\"facts\":%s,\"n\":%d,\"node\":\"" NODE
                         "\",\"prev\":\"%s\",\"step\":\"%s\"}",
                         i, facts_of(lab, steps[i], peers), ++n, prev, steps[i]);
        T_EQ(jws_write("ibasho-step/1", span_text(payload),
                       i > 4 ? &lab->by_erasure : &lab->by_log, 1, lab->arena, &text, NULL),
             ERR_OK, steps[i]);
        hash = hash256_of(text);
        *hex_write(hash.b, sizeof hash.b, hex) = '\0';
        all = arena_printf(lab->arena, "%s%.*s", all, SPAN_ARG(text));
    }
    return span_text(all);
}

#define NOBODY "{\"n_peers\":0,\"n_receipts\":0,\"peers\":[]}"
#define SILENT \
    "{\"n_peers\":1,\"n_receipts\":0,\"peers\":[{\"name\":\"とおい町\",\"node\":\"" PACT \
    "\",\"state\":\"unreachable\",\"text\":\"返事がありません\"}]}"

static enum err build(struct lab *lab, struct span steps_jsonl, const struct jws_signer *signer,
                      struct span *text_out)
{
    const struct certificate_input input = {.journal = steps_jsonl,
                                            .town_certificate = lab->pem,
                                            .issued_utc_us = INT64_C(1795400000000000),
                                            .signer = *signer};
    struct fail why = {.code = ERR_OK};

    return certificate_build(&input, lab->arena, text_out, &why);
}

T_CASE(certificate_is_made_of_a_whole_journal_only)
{
    struct certificate_facts facts;
    struct span text = SPAN_NONE;
    struct lab lab;

    T_REQ("AI-7.2-2");
    lab_open(&lab);
    T_EQ(build(&lab, journal(&lab, -1, NOBODY), &lab.by_erasure, &text), ERR_OK, "made");
    T_EQ(certificate_check(text, SPAN_NONE, lab.arena, &facts, NULL), ERR_OK, "and valid");
    T_EQ(facts.n_missing, 0, "nobody is missing");
    T_SPAN(facts.paper.bag, SPAN(BAG), "the bag");
    T_EQ(certificate_check(text, lab.pem, lab.arena, &facts, NULL), ERR_OK, "by that town");
    T_EQ(build(&lab, journal(&lab, -1, SILENT), &lab.by_erasure, &text), ERR_OK, "one silent");
    T_EQ(certificate_check(text, SPAN_NONE, lab.arena, &facts, NULL), ERR_OK,
         "valid all the same");
    T_EQ(facts.n_missing, 1, "and it says so");
    for (int i = 0; i < (int)T_COUNT(steps); i++) {
        T_OK(build(&lab, journal(&lab, i, NOBODY), &lab.by_erasure, &text) != ERR_OK, steps[i]);
        T_EQ(text.len, 0, "nothing is given out");
    }
    T_OK(build(&lab, journal(&lab, -1, NOBODY), &lab.by_log, &text) != ERR_OK, "the log's key");
    text = journal(&lab, -1, NOBODY);
    T_OK(build(&lab, span_cut(text, 0, text.len - 1), &lab.by_erasure, &text) != ERR_OK,
         "a torn journal");
    T_OK(certificate_claim_ja(SPAN("peers")) != NULL && certificate_claim_ja(SPAN("x")) == NULL,
         "claims have words");
    lab_close(&lab);
}
