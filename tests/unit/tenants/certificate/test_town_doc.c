#include "tenants/certificate/town_doc.h"

#include <stdio.h>

#include "node/base/hex.h"
#include "tests/t.h"

#define HEX16  "0123456789abcdef"
#define HEX64  HEX16 HEX16 HEX16 HEX16
#define HEX128 HEX64 HEX64
#define NODE   "01939c5f-0000-7000-8000-000000000001"
#define PACT   "01939c5f-0000-7000-8000-000000000002"
#define RECEIPT \
    "{\"bag\":\"" HEX128 "\",\"contract\":\"" PACT "\",\"log_root\":\"" HEX64 \
    "\",\"log_size\":12,\"n_bytes\":34,\"n_files\":5,\"node\":\"" NODE \
    "\",\"origin\":\"aozora.ibasho\",\"tool\":\"t\",\"verified_at\":" \
    "\"2026-11-22T01:02:03.000000Z\"}"
#define ORDER(canaries) \
    "{\"aggregates\":\"keep\",\"bag\":\"" HEX128 \
    "\",\"by\":\"教育委員会\",\"canaries\":[" canaries "],\"contract\":\"" PACT \
    "\",\"node\":\"" NODE "\",\"ordered_at\":\"2026-11-22T01:02:03.000000Z\"}"
#define CANARY(name) "{\"name\":\"" name "\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw\"}"
#define NAME_A       "青空 試子-0123456789abcdef"
#define NAME_B       "青空 試子-1123456789abcdef"

struct lab {
    struct arena *arena;
    struct jws_private *private_key;
    struct jws_key *key;
    struct jws_signer signer;
};

static void lab_open(struct lab *lab)
{
    *lab = (struct lab){0};
    T_EQ(arena_create(65536, &lab->arena, NULL), ERR_OK, "arena");
    T_EQ(jws_private_make(&lab->private_key, NULL), ERR_OK, "key");
    T_EQ(jws_private_public(lab->private_key, &lab->key, NULL), ERR_OK, "public half");
    T_EQ(jws_signer_of_private(lab->private_key, &lab->signer, NULL), ERR_OK, "signer");
}

static void lab_close(struct lab *lab)
{
    jws_key_close(&lab->key);
    jws_private_close(&lab->private_key);
    arena_destroy(&lab->arena);
}

static struct span made(struct lab *lab, const char *type, const char *payload)
{
    struct span text = SPAN_NONE;

    T_EQ(jws_write(type, span_text(payload), &lab->signer, 1, lab->arena, &text, NULL), ERR_OK,
         "signed");
    return text;
}

T_CASE(town_receipt_says_which_bag)
{
    static const struct {
        const char *what, *type, *payload;
        enum err want;
    } rows[] = {
        {"as made", TOWN_RECEIPT_TYPE, RECEIPT, ERR_OK},
        {"an order's type", TOWN_ORDER_TYPE, RECEIPT, ERR_PROTO},
        {"an order's fields", TOWN_RECEIPT_TYPE, ORDER(""), ERR_INVALID},
        {"nothing", TOWN_RECEIPT_TYPE, "{}", ERR_INVALID},
        {"a capital digit", TOWN_RECEIPT_TYPE,
         "{\"bag\":\"" HEX64 HEX16 HEX16 HEX16 "0123456789abcdeF\",\"contract\":\"" PACT
         "\",\"log_root\":\"" HEX64
         "\",\"log_size\":12,\"n_bytes\":34,\"n_files\":5,\"node\":\"" NODE
         "\",\"origin\":\"aozora.ibasho\",\"tool\":\"t\",\"verified_at\":"
         "\"2026-11-22T01:02:03.000000Z\"}",
         ERR_INVALID},
    };
    struct town_receipt receipt;
    struct lab lab;

    T_REQ("AI-7.2-1");
    lab_open(&lab);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(town_receipt_open(made(&lab, rows[i].type, rows[i].payload), lab.key, lab.arena,
                               &receipt, NULL),
             rows[i].want, rows[i].what);
    T_EQ(town_receipt_open(made(&lab, TOWN_RECEIPT_TYPE, RECEIPT), lab.key, lab.arena, &receipt,
                           NULL),
         ERR_OK, "again");
    T_SPAN(receipt.bag, SPAN(HEX128), "bag");
    T_EQ(receipt.log_size, 12, "leaves");
    T_EQ(receipt.verified_utc_us, INT64_C(1795309323000000), "when");
    lab_close(&lab);
}

T_CASE(town_papers_are_of_the_towns_key_only)
{
    struct town_receipt receipt;
    struct lab town, other;

    lab_open(&town);
    lab_open(&other);
    T_EQ(town_receipt_open(made(&other, TOWN_RECEIPT_TYPE, RECEIPT), town.key, town.arena,
                           &receipt, NULL),
         ERR_NOT_FOUND, "another's");
    lab_close(&other);
    lab_close(&town);
}

T_CASE(town_order_opens_its_canaries)
{
    static const struct {
        const char *what, *payload;
        enum err want;
    } rows[] = {
        {"without", ORDER(""), ERR_OK},
        {"two", ORDER(CANARY(NAME_A) "," CANARY(NAME_B)), ERR_OK},
        {"falling", ORDER(CANARY(NAME_B) "," CANARY(NAME_A)), ERR_INVALID},
        {"twice", ORDER(CANARY(NAME_A) "," CANARY(NAME_A)), ERR_INVALID},
        {"a common name", ORDER(CANARY("山田")), ERR_INVALID},
        {"a short salt", ORDER("{\"name\":\"" NAME_A "\",\"salt\":\"AAEC\"}"), ERR_INVALID},
        {"a choice that is none",
         "{\"aggregates\":\"maybe\",\"bag\":\"" HEX128
         "\",\"by\":\"x\",\"canaries\":[],\"contract\":\"" PACT "\",\"node\":\"" NODE
         "\",\"ordered_at\":\"2026-11-22T01:02:03.000000Z\"}",
         ERR_INVALID},
    };
    struct town_order order;
    struct lab lab;

    T_REQ("CARD-14");
    lab_open(&lab);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(town_order_open(made(&lab, TOWN_ORDER_TYPE, rows[i].payload), lab.key, lab.arena,
                             &order, NULL),
             rows[i].want, rows[i].what);
    lab_close(&lab);
}

/* The whole way: 20 names, their hashes in rising order, one of them opened. */
T_CASE(town_canaries_know_their_names)
{
    struct town_canary canary = {.salt = t_hex("000102030405060708090a0b0c0d0e0f")};
    struct town_canaries canaries;
    char payload[4096], hash[TOWN_HASH_CHARS + 1];
    struct hash256 digest;
    struct lab lab;
    int len;

    lab_open(&lab);
    canary.name = SPAN(NAME_A);
    digest = town_canary_hash(&canary);
    *hex_write(digest.b, sizeof digest.b, hash) = '\0';
    len = snprintf(payload, sizeof payload, "{\"commitments\":[\"%s\"", hash);
    for (int i = 0; i < 19; i++) /* all behind it, whatever it begins with */
        len += snprintf(payload + len, sizeof payload - (size_t)len, ",\"ffffff%058d\"", i);
    snprintf(payload + len, sizeof payload - (size_t)len,
             "],\"contract\":\"" PACT "\",\"node\":\"" NODE "\"}");
    T_EQ(town_canaries_open(made(&lab, TOWN_CANARIES_TYPE, payload), lab.key, lab.arena,
                            &canaries, NULL),
         ERR_OK, "reads");
    T_OK(town_canary_is_of(&canary, &canaries), "its name");
    canary.name = SPAN(NAME_B);
    T_OK(!town_canary_is_of(&canary, &canaries), "not another");
    payload[strlen(payload) - 200] = 'g';
    T_OK(town_canaries_open(made(&lab, TOWN_CANARIES_TYPE, payload), lab.key, lab.arena,
                            &canaries, NULL) != ERR_OK,
         "no digit");
    T_EQ(town_canaries_open(made(&lab, TOWN_CANARIES_TYPE,
                                 "{\"commitments\":[\"" HEX64 "\"],\"contract\":\"" PACT
                                 "\",\"node\":\"" NODE "\"}"),
                            lab.key, lab.arena, &canaries, NULL),
         ERR_INVALID, "too few");
    lab_close(&lab);
}
