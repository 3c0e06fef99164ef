#include "tenants/certificate/jws.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/db/hash256.h"
#include "tests/t.h"

struct word {
    struct span said;
    int64_t n;
};
static const struct jx_field word_fields[] = {
    {.name = "said", .type = JX_TEXT, .least = 1, .offset = offsetof(struct word, said)},
    {.name = "n", .type = JX_INT, .offset = offsetof(struct word, n)},
};
static const struct jx_shape word_shape = JX_SHAPE("Word", struct word, word_fields);

struct lab {
    struct arena *arena;
    struct jws_private *ed, *other, *rsa;
    struct jws_key *ed_key, *other_key, *rsa_key;
    struct jws_signer by_ed, by_other, by_rsa;
    struct span certificate; /* of rsa, DER */
};

/* A self-signed certificate as `openssl req -x509` makes it. */
static struct span certificate_of(EVP_PKEY *pkey, struct arena *arena)
{
    X509 *x509 = X509_new();
    unsigned char *der = NULL;
    struct span copy;
    int len;

    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, pkey);
    X509_sign(x509, pkey, EVP_sha256());
    len = i2d_X509(x509, &der);
    copy = arena_copy(arena, span_of(der, (size_t)len));
    OPENSSL_free(der);
    X509_free(x509);
    return copy;
}

static void rsa_make(struct lab *lab, unsigned int bits, enum err want)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
    BIO *bio = BIO_new(BIO_s_mem());
    struct jws_key *key = NULL;
    char *pem = NULL;
    long len;

    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
    lab->certificate = certificate_of(pkey, lab->arena);
    len = BIO_get_mem_data(bio, &pem);
    T_EQ(jws_private_open(SPAN_NONE, NULL, &lab->rsa, NULL), ERR_PROTO, "an empty file");
    T_EQ(jws_private_open(span_of(pem, (size_t)len), NULL, &lab->rsa, NULL), want, "RSA opens");
    T_EQ(jws_key_open_certificate(lab->certificate, &key, NULL), want, "so does its paper");
    jws_key_close(&lab->rsa_key);
    lab->rsa_key = key;
    BIO_free(bio);
    EVP_PKEY_free(pkey);
}

static void lab_open(struct lab *lab)
{
    *lab = (struct lab){0};
    T_EQ(arena_create(65536, &lab->arena, NULL), ERR_OK, "arena");
    T_EQ(jws_private_make(&lab->ed, NULL), ERR_OK, "a key");
    T_EQ(jws_private_make(&lab->other, NULL), ERR_OK, "another");
    T_EQ(jws_private_public(lab->ed, &lab->ed_key, NULL), ERR_OK, "its half");
    T_EQ(jws_private_public(lab->other, &lab->other_key, NULL), ERR_OK, "the other's");
    T_EQ(jws_signer_of_private(lab->ed, &lab->by_ed, NULL), ERR_OK, "signs");
    T_EQ(jws_signer_of_private(lab->other, &lab->by_other, NULL), ERR_OK, "signs");
}

static void lab_rsa(struct lab *lab)
{
    rsa_make(lab, 3072, ERR_OK);
    T_EQ(jws_signer_of_private(lab->rsa, &lab->by_rsa, NULL), ERR_OK, "signs");
}

static void lab_close(struct lab *lab)
{
    jws_key_close(&lab->ed_key);
    jws_key_close(&lab->other_key);
    jws_key_close(&lab->rsa_key);
    jws_private_close(&lab->ed);
    jws_private_close(&lab->other);
    jws_private_close(&lab->rsa);
    arena_destroy(&lab->arena);
}

static struct span word_signed(struct lab *lab, const struct jws_signer *signers, int n)
{
    struct word word = {.said = SPAN("返しました"), .n = 3};
    struct span text = SPAN_NONE;

    T_EQ(jws_write_shape("ibasho-word/1", &word_shape, &word, signers, n, lab->arena, &text,
                         NULL),
         ERR_OK, "written");
    return text;
}

#define TEST_2_KEY "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define TEST_2_SIG \
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" \
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"

T_CASE(jws_key_knows_a_published_signature) /* RFC 8032, section 7.1, TEST 2 */
{
    struct jws_key *key = NULL, *again = NULL;
    struct hash256 id;
    char kid[JWS_KID_CAP];

    T_REQ("AI-7.2-2");
    T_EQ(jws_key_open_ed25519(t_hex(TEST_2_KEY).p, &key, NULL), ERR_OK, "opens");
    T_EQ(jws_key_check(key, t_hex("72"), t_hex(TEST_2_SIG), NULL), ERR_OK, "as sent");
    T_EQ(jws_key_check(key, t_hex("73"), t_hex(TEST_2_SIG), NULL), ERR_DENIED, "another body");
    T_EQ(jws_key_check(key, t_hex("72"), t_hex("92"), NULL), ERR_DENIED, "cut");
    id = hash256_of(t_hex("302a300506032b6570032100" TEST_2_KEY)); /* RFC 8410, section 10.1 */
    *hex_write(id.b, sizeof id.b, kid) = '\0';
    T_TEXT(jws_key_kid(key), kid, "kid is SHA-256 of SubjectPublicKeyInfo");
    T_EQ(jws_key_open_spki(jws_key_spki(key), &again, NULL), ERR_OK, "from its DER");
    T_TEXT(jws_key_kid(again), kid, "the same key");
    jws_key_close(&again);
    T_EQ(jws_key_open_spki(t_hex("302a300506032b6570032100" TEST_2_KEY "00"), &again, NULL),
         ERR_PROTO, "a byte behind it");
    T_EQ(jws_key_open_spki(SPAN("no key"), &again, NULL), ERR_PROTO, "no key");
    jws_key_close(&key);
}

T_CASE(jws_is_read_back_and_holds_for_its_keys_only)
{
    struct lab lab;
    struct word word;
    struct jws jws;
    struct span text;

    T_REQ("AI-7.2-2");
    lab_open(&lab);
    text = word_signed(&lab, &lab.by_ed, 1);
    T_EQ(jws_open(text, lab.ed_key, "ibasho-word/1", &word_shape, lab.arena, &word, NULL),
         ERR_OK, "opens");
    T_SPAN(word.said, SPAN("返しました"), "text");
    T_EQ(word.n, 3, "number");
    T_EQ(jws_read(text, lab.arena, &jws, NULL), ERR_OK, "reads");
    T_TEXT(jws.type, "ibasho-word/1", "type");
    T_SPAN(jws.payload, SPAN("{\"n\":3,\"said\":\"返しました\"}"), "canonical payload");
    T_EQ(jws_check(&jws, lab.other_key, NULL), ERR_NOT_FOUND, "not another's");
    T_EQ(jws_open(text, lab.ed_key, "ibasho-order/1", &word_shape, lab.arena, &word, NULL),
         ERR_PROTO, "of another type");
    T_EQ(word.n, 0, "nothing is left in the struct");
    lab_close(&lab);
}

T_CASE(jws_takes_several_signatures_of_several_kinds)
{
    struct lab lab;
    struct jws_signer both[2];
    struct span text, more, added = SPAN_NONE;
    struct jws jws;

    lab_open(&lab);
    lab_rsa(&lab);
    both[0] = lab.by_ed;
    both[1] = lab.by_rsa;
    text = word_signed(&lab, both, 2);
    T_EQ(jws_read(text, lab.arena, &jws, NULL), ERR_OK, "reads");
    T_EQ(jws.n_signatures, 2, "two");
    T_EQ(jws_check(&jws, lab.ed_key, NULL), ERR_OK, "EdDSA");
    T_EQ(jws_check(&jws, lab.rsa_key, NULL), ERR_OK, "RS256");
    T_EQ(jws_check_only(&jws, lab.rsa_key, NULL), ERR_DENIED, "not RS256 alone");
    more = word_signed(&lab, both, 1);
    T_EQ(jws_add(more, &lab.by_rsa, lab.arena, &added, NULL), ERR_OK, "added later");
    T_SPAN(added, text, "gives the same bytes");
    T_EQ(jws_add(added, &lab.by_rsa, lab.arena, &more, NULL), ERR_CONFLICT, "once a key");
    both[1] = lab.by_ed;
    T_EQ(jws_write("ibasho-word/1", SPAN("{}"), both, 2, lab.arena, &more, NULL), ERR_INVALID,
         "nor at once");
    T_EQ(jws_private_open(SPAN("-----BEGIN"), NULL, &lab.rsa, NULL), ERR_PROTO, "no PEM");
    lab_close(&lab);
}

T_CASE(jws_wants_rsa_of_3072_bits)
{
    struct lab lab;

    lab_open(&lab);
    rsa_make(&lab, 2048, ERR_INVALID);
    lab_close(&lab);
}

T_CASE(jws_private_key_goes_through_a_file)
{
    struct lab lab;
    struct jws_private *again = NULL;
    struct jws_key *key = NULL;
    struct span pem;

    lab_open(&lab);
    arena_mark_secret(lab.arena);
    T_EQ(jws_private_pem(lab.ed, lab.arena, &pem, NULL), ERR_OK, "PEM");
    T_OK(span_has_prefix(pem, SPAN("-----BEGIN PRIVATE KEY-----\n")), "PKCS#8");
    T_EQ(jws_private_open(pem, NULL, &again, NULL), ERR_OK, "opens");
    T_EQ(jws_private_public(again, &key, NULL), ERR_OK, "public half");
    T_TEXT(jws_key_kid(key), jws_key_kid(lab.ed_key), "the same key");
    jws_key_close(&key);
    jws_private_close(&again);
    lab_close(&lab);
}

/* Every byte of the document, each replaced by three others: either it does not read or its
 * signature does not hold. */
T_CASE(jws_refuses_every_changed_byte)
{
    static const uint8_t masks[] = {1, 2, 0x20};
    struct lab lab;
    struct arena *work = NULL;
    struct span text;
    struct word word;
    uint8_t *copy;
    int n_passed = 0;

    T_REQ("AI-7.2-2");
    lab_open(&lab);
    T_EQ(arena_create(8192, &work, NULL), ERR_OK, "arena");
    text = word_signed(&lab, &lab.by_ed, 1);
    copy = (uint8_t *)arena_text(lab.arena, text);
    for (size_t i = 0; i < text.len * T_COUNT(masks); i++) {
        size_t at = i / T_COUNT(masks);

        copy[at] ^= masks[i % T_COUNT(masks)];
        arena_reset(work);
        n_passed += jws_open(span_of(copy, text.len), lab.ed_key, "ibasho-word/1", &word_shape,
                             work, &word, NULL) == ERR_OK;
        copy[at] ^= masks[i % T_COUNT(masks)];
        n_passed += jws_open(span_of(copy, at), lab.ed_key, "ibasho-word/1", &word_shape, work,
                             &word, NULL) == ERR_OK;
    }
    T_EQ(n_passed, 0, "changed or cut documents that opened");
    arena_destroy(&work);
    lab_close(&lab);
}

#define KID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"ibasho-word/1\"}"
#define FRONT  "{\"payload\":\""
#define MIDDLE "\",\"signatures\":[{\"protected\":\""
#define TAIL   "\",\"signature\":\"AAAA\"}]}\n"

T_CASE(jws_reads_one_form_only)
{
    static const struct {
        const char *what, *header, *payload, *front, *middle, *tail;
        enum err want;
    } rows[] = {
        {"as written", HEADER, "{}", FRONT, MIDDLE, TAIL, ERR_OK},
        {"a space", HEADER, "{}", " " FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"no line feed", HEADER, "{}", FRONT, MIDDLE, "\",\"signature\":\"AAAA\"}]}",
         ERR_PROTO},
        {"two line feeds", HEADER, "{}", FRONT, MIDDLE, TAIL "\n", ERR_PROTO},
        {"no signature", HEADER, "{}", FRONT, MIDDLE, "\",\"signature\":\"\"}]}\n", ERR_PROTO},
        {"an unprotected header", HEADER, "{}", FRONT,
         "\",\"signatures\":[{\"header\":{},\"protected\":\"", TAIL, ERR_PROTO},
        {"a third member", HEADER, "{}", FRONT, MIDDLE,
         "\",\"signature\":\"AAAA\",\"x\":1}]}\n", ERR_PROTO},
        {"a lax signature", HEADER, "{}", FRONT, MIDDLE, "\",\"signature\":\"AAB\"}]}\n",
         ERR_PROTO},
        {"alg none", "{\"alg\":\"none\",\"kid\":\"" KID "\",\"typ\":\"ibasho-word/1\"}", "{}",
         FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"keys in another order",
         "{\"kid\":\"" KID "\",\"alg\":\"EdDSA\",\"typ\":\"ibasho-word/1\"}", "{}", FRONT,
         MIDDLE, TAIL, ERR_PROTO},
        {"a short kid", "{\"alg\":\"EdDSA\",\"kid\":\"0123\",\"typ\":\"ibasho-word/1\"}", "{}",
         FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"number zero", "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"ibasho-word/0\"}",
         "{}", FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"another house", "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"word/1\"}", "{}",
         FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"no name", "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"ibasho-/1\"}", "{}",
         FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"crit",
         "{\"alg\":\"EdDSA\",\"crit\":[],\"kid\":\"" KID "\",\"typ\":\"ibasho-word/1\"}", "{}",
         FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"a list", HEADER, "[]", FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"no JSON", HEADER, "{", FRONT, MIDDLE, TAIL, ERR_PROTO},
        {"a key twice", HEADER, "{\"a\":1,\"a\":2}", FRONT, MIDDLE, TAIL, ERR_PROTO},
    };
    struct lab lab;
    struct jws jws;

    lab_open(&lab);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char payload[64] = "", header[512] = "", text[1024];

        jx_bytes_text(span_text(rows[i].payload), (uint8_t *)payload);
        jx_bytes_text(span_text(rows[i].header), (uint8_t *)header);
        snprintf(text, sizeof text, "%s%s%s%s%s", rows[i].front, payload, rows[i].middle,
                 header, rows[i].tail);
        T_EQ(jws_read(span_text(text), lab.arena, &jws, NULL), rows[i].want, rows[i].what);
    }
    lab_close(&lab);
}

/* A payload that says the same in other bytes is another document. */
T_CASE(jws_payload_has_one_form)
{
    static const char *const payloads[] = {
        "{\"said\":\"x\",\"n\":3}",         "{\"n\": 3,\"said\":\"x\"}",
        "{\"n\":3.0,\"said\":\"x\"}",       "{\"n\":3,\"said\":\"\\u0078\"}",
        "{\"n\":3,\"said\":\"x\",\"z\":0}", "{\"n\":3}"};
    struct lab lab;
    struct span text = SPAN_NONE;
    struct word word;

    lab_open(&lab);
    for (size_t i = 0; i < T_COUNT(payloads); i++) {
        T_EQ(jws_write("ibasho-word/1", span_text(payloads[i]), &lab.by_ed, 1, lab.arena, &text,
                       NULL),
             ERR_OK, "signed as it is");
        T_OK(jws_open(text, lab.ed_key, "ibasho-word/1", &word_shape, lab.arena, &word, NULL) !=
                 ERR_OK,
             payloads[i]);
    }
    T_EQ(jws_write("word", SPAN("{}"), &lab.by_ed, 1, lab.arena, &text, NULL), ERR_INVALID,
         "no type");
    T_EQ(jws_write("ibasho-word/1", SPAN("[]"), &lab.by_ed, 1, lab.arena, &text, NULL),
         ERR_PROTO, "no object");
    lab_close(&lab);
}

T_CASE(jws_goes_into_another_document_and_out_again)
{
    struct lab lab;
    struct span text, again = SPAN_NONE, big = SPAN_NONE;
    struct jws_packed packed;
    uint8_t *payload;
    size_t len = 300000; /* over what a request may hold */
    struct jws jws;

    lab_open(&lab);
    text = word_signed(&lab, &lab.by_ed, 1);
    T_EQ(jws_pack(text, lab.arena, &packed, NULL), ERR_OK, "packed");
    T_EQ(jws_unpack(&packed, lab.arena, &again, NULL), ERR_OK, "unpacked");
    T_SPAN(again, text, "byte for byte");
    payload = arena_alloc(lab.arena, len);
    memset(payload, 'a', len);
    memcpy(payload, "{\"n\":1,\"said\":\"", 15);
    memcpy(payload + len - 2, "\"}", 2);
    T_EQ(
        jws_write("ibasho-word/1", span_of(payload, len), &lab.by_ed, 1, lab.arena, &big, NULL),
        ERR_OK, "a large one");
    T_EQ(jws_read(big, lab.arena, &jws, NULL), ERR_OK, "reads");
    T_EQ(jws_check(&jws, lab.ed_key, NULL), ERR_OK, "holds");
    lab_close(&lab);
}
