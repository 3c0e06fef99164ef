#include "federation/fed_doc.h"

#include <stddef.h>

#include "tests/t.h"
#include "tests/unit/federation/made.h"

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

T_CASE(pae_is_type_length_bytes)
{
    struct arena *arena = arena_new();
    struct span pae;

    T_REQ("CARD-11");
    T_EQ(fed_doc_pae(FED_DOC_TIMESTAMP, SPAN("ab\nc"), arena, &pae, NULL), ERR_OK, "made");
    T_SPAN(pae, SPAN("ibasho-sig/1\ntimestamp\n4\nab\nc"), "what is signed");
    arena_destroy(&arena);
}

T_CASE(ed25519_is_that_of_rfc_8032) /* section 7.1, TEST 2 */
{
    static const char key[] =
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    static const char good[] =
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    uint8_t signature[FED_SIG_BYTES];

    memcpy(signature, t_hex(good).p, sizeof signature);
    T_EQ(fed_ed25519_check(t_hex(key).p, t_hex("72"), signature, NULL), ERR_OK, "as published");
    T_EQ(fed_ed25519_check(t_hex(key).p, t_hex("73"), signature, NULL), ERR_DENIED,
         "another message");
    signature[63] ^= 0x80;
    T_EQ(fed_ed25519_check(t_hex(key).p, t_hex("72"), signature, NULL), ERR_DENIED,
         "S beyond the order of the curve");
}

T_CASE(kids_are_plain)
{
    static const struct {
        const char *what, *kid;
        bool is_good;
    } rows[] = {
        {"as made", "aozora-1", true},
        {"one letter", "a", true},
        {"forty", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", true},
        {"forty-one", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddde", false},
        {"none", "", false},
        {"capital", "Aozora-1", false},
        {"hyphen first", "-a", false},
        {"hyphen last", "a-", false},
        {"blank", "a b", false},
        {"Japanese", "あ", false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(fed_kid_is_good(span_text(rows[i].kid)), rows[i].is_good, rows[i].what);
}

T_CASE(one_text_splits_where_the_empty_line_is)
{
    static const struct {
        const char *what, *text;
        enum err want;
    } rows[] = {
        {"both halves", "a\n\nb\n", ERR_OK},      {"no empty line", "a\nb\n", ERR_PROTO},
        {"nothing before", "\n\nb\n", ERR_PROTO}, {"nothing behind", "a\n\n", ERR_PROTO},
        {"nothing at all", "", ERR_PROTO},
    };
    struct span bytes, lines, again;
    struct arena *arena = arena_new();

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(fed_doc_split(span_text(rows[i].text), &bytes, &lines, NULL), rows[i].want,
             rows[i].what);
    T_EQ(fed_doc_split(SPAN("a\n\nb\n"), &bytes, &lines, NULL), ERR_OK, "split");
    T_SPAN(bytes, SPAN("a\n"), "the document ends its line");
    T_SPAN(lines, SPAN("b\n"), "signatures");
    T_EQ(fed_doc_join(bytes, lines, arena, &again, NULL), ERR_OK, "joined");
    T_SPAN(again, SPAN("a\n\nb\n"), "the same text again");
    arena_destroy(&arena);
}

#define SIG \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AA=="

T_CASE(signature_lines_have_one_form)
{
    static const struct {
        const char *what, *text;
        enum err want;
    } rows[] = {
        {"one", "a-1 " SIG "\n", ERR_OK},
        {"two", "a-1 " SIG "\nb-1 " SIG "\n", ERR_OK},
        {"none", "", ERR_PROTO},
        {"no end of line", "a-1 " SIG, ERR_PROTO},
        {"a kid again", "a-1 " SIG "\na-1 " SIG "\n", ERR_PROTO},
        {"a bad kid", "A " SIG "\n", ERR_PROTO},
        {"two blanks", "a-1  " SIG "\n", ERR_PROTO},
        {"a blank behind", "a-1 " SIG " \n", ERR_PROTO},
        {"CR LF", "a-1 " SIG "\r\n", ERR_PROTO},
        {"an empty line", "a-1 " SIG "\n\n", ERR_PROTO},
        {"cut base64", "a-1 AAAA\n", ERR_PROTO},
        {"nine",
         "a " SIG "\nb " SIG "\nc " SIG "\nd " SIG "\ne " SIG "\nf " SIG "\ng " SIG "\nh " SIG
         "\ni " SIG "\n",
         ERR_PROTO},
    };
    struct fed_sigs sigs;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(fed_sigs_read(span_text(rows[i].text), &sigs, NULL), rows[i].want, rows[i].what);
}

T_CASE(signers_are_counted_once_and_falsehood_voids_all)
{
    struct arena *arena = arena_new();
    struct made_key a = made_key("a-1", 1), b = made_key("b-1", 2), c = made_key("c-1", 3);
    struct made_key twin = made_key("a-2", 1), *const both[] = {&a, &twin},
                    *const two[] = {&a, &b};
    struct fed_public keys[3] = {a.key, b.key, c.key}, twins[2] = {a.key, twin.key};
    struct fed_sigs sigs;
    struct span bytes = SPAN("x\n");
    int n = -1;

    T_REQ("CARD-11");
    T_EQ(fed_sigs_read(made_lines(FED_DOC_REGISTRY, bytes, two, 2, arena), &sigs, NULL), ERR_OK,
         "read");
    T_EQ(fed_doc_signers(FED_DOC_REGISTRY, bytes, &sigs, keys, 3, arena, &n, NULL), ERR_OK,
         "ok");
    T_EQ(n, 2, "two of three");
    T_EQ(fed_doc_signers(FED_DOC_REGISTRY, bytes, &sigs, keys + 2, 1, arena, &n, NULL), ERR_OK,
         "others do no harm");
    T_EQ(n, 0, "and do not count");
    T_EQ(fed_doc_signers(FED_DOC_TIMESTAMP, bytes, &sigs, keys, 3, arena, &n, NULL), ERR_DENIED,
         "a signature for another kind of document");
    T_EQ(fed_doc_signers(FED_DOC_REGISTRY, SPAN("y\n"), &sigs, keys, 3, arena, &n, NULL),
         ERR_DENIED, "other bytes");
    memcpy(sigs.at[1].bytes, sigs.at[0].bytes, FED_SIG_BYTES);
    T_EQ(fed_doc_signers(FED_DOC_REGISTRY, bytes, &sigs, keys, 3, arena, &n, NULL), ERR_DENIED,
         "one good and one false");
    T_EQ(fed_sigs_read(made_lines(FED_DOC_REGISTRY, bytes, both, 2, arena), &sigs, NULL),
         ERR_OK, "one key by two names");
    T_EQ(fed_doc_signers(FED_DOC_REGISTRY, bytes, &sigs, twins, 2, arena, &n, NULL), ERR_OK,
         "ok");
    T_EQ(n, 1, "is one signer");
    arena_destroy(&arena);
}

struct pair {
    struct span name;
    int64_t n;
};
static const struct jx_field pair_fields[] = {
    {.name = "name",
     .type = JX_TEXT,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct pair, name)},
    {.name = "n", .type = JX_INT, .offset = offsetof(struct pair, n)},
};
static const struct jx_shape pair_shape = JX_SHAPE("Pair", struct pair, pair_fields);

T_CASE(lines_are_canonical_or_nothing)
{
    static const struct {
        const char *what, *line;
        enum err want;
    } rows[] = {
        {"as written", "{\"n\":1,\"name\":\"あ\"}\n", ERR_OK},
        {"2^53-1", "{\"n\":9007199254740991,\"name\":\"a\"}\n", ERR_OK},
        {"2^53", "{\"n\":9007199254740992,\"name\":\"a\"}\n", ERR_PROTO},
        {"-2^53", "{\"n\":-9007199254740992,\"name\":\"a\"}\n", ERR_PROTO},
        {"keys out of order", "{\"name\":\"a\",\"n\":1}\n", ERR_PROTO},
        {"a key twice", "{\"n\":1,\"n\":1,\"name\":\"a\"}\n", ERR_PROTO},
        {"a key twice, spelt otherwise", "{\"n\":1,\"\\u006e\":1,\"name\":\"a\"}\n", ERR_PROTO},
        {"a float", "{\"n\":1.5,\"name\":\"a\"}\n", ERR_PROTO},
        {"an integer as a float", "{\"n\":1.0,\"name\":\"a\"}\n", ERR_PROTO},
        {"an exponent", "{\"n\":1e2,\"name\":\"a\"}\n", ERR_PROTO},
        {"a blank", "{\"n\": 1,\"name\":\"a\"}\n", ERR_PROTO},
        {"an escape without need", "{\"n\":1,\"name\":\"\\u0061\"}\n", ERR_PROTO},
        {"not NFC", "{\"n\":1,\"name\":\"か\xe3\x82\x99\"}\n", ERR_PROTO},
        {"a hidden character", "{\"n\":1,\"name\":\"a\xe2\x80\x8b\"}\n", ERR_PROTO},
        {"not UTF-8", "{\"n\":1,\"name\":\"\xff\"}\n", ERR_PROTO},
        {"an unknown key", "{\"m\":1,\"n\":1,\"name\":\"a\"}\n", ERR_PROTO},
        {"a missing key", "{\"n\":1}\n", ERR_PROTO},
        {"null", "{\"n\":null,\"name\":\"a\"}\n", ERR_PROTO},
        {"a list", "[1]\n", ERR_PROTO},
        {"deep",
         "{\"n\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],"
         "\"name\":\"a\"}"
         "\n",
         ERR_PROTO},
        {"bytes behind", "{\"n\":1,\"name\":\"a\"}x\n", ERR_PROTO},
        {"no end of line", "{\"n\":1,\"name\":\"a\"}", ERR_PROTO},
        {"CR LF", "{\"n\":1,\"name\":\"a\"}\r\n", ERR_PROTO},
        {"nothing", "", ERR_PROTO},
    };
    struct arena *arena = arena_new();

    T_REQ("CARD-11");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct fed_lines lines = {.rest = span_text(rows[i].line), .line = 1};
        struct pair pair;

        T_EQ(fed_lines_next(&lines, &pair_shape, arena, &pair, NULL), rows[i].want,
             rows[i].what);
    }
    arena_destroy(&arena);
}

T_CASE(first_line_says_kind_and_version)
{
    static const struct {
        const char *what, *bytes;
        enum err want;
    } rows[] = {
        {"ours", "{\"doc\":\"join\",\"v\":1}\n", ERR_OK},
        {"a newer one", "{\"doc\":\"join\",\"v\":2}\n", ERR_CONFLICT},
        {"far newer", "{\"doc\":\"join\",\"v\":999999}\n", ERR_CONFLICT},
        {"another kind", "{\"doc\":\"registry\",\"v\":1}\n", ERR_PROTO},
        {"version 0", "{\"doc\":\"join\",\"v\":0}\n", ERR_PROTO},
        {"version 01", "{\"doc\":\"join\",\"v\":01}\n", ERR_PROTO},
        {"version -1", "{\"doc\":\"join\",\"v\":-1}\n", ERR_PROTO},
        {"no version", "{\"doc\":\"join\",\"v\":}\n", ERR_PROTO},
        {"too long a version", "{\"doc\":\"join\",\"v\":1000000}\n", ERR_PROTO},
        {"cut", "{\"doc\":\"join\",\"v\":1", ERR_PROTO},
        {"empty", "\n", ERR_PROTO},
        {"none", "", ERR_PROTO},
    };
    struct fed_lines lines;

    T_REQ("CARD-11");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(fed_lines_open(FED_DOC_JOIN, span_text(rows[i].bytes), &lines, NULL), rows[i].want,
             rows[i].what);
    T_EQ(fed_lines_open(FED_DOC_JOIN, SPAN("{\"doc\":\"join\",\"v\":1}\nx"), &lines, NULL),
         ERR_OK, "opens");
    T_EQ(fed_lines_end(&lines, NULL), ERR_PROTO, "bytes are left");
}

T_CASE(what_is_written_is_read)
{
    struct arena *arena = arena_new();
    struct pair from = {SPAN("いち"), 1}, to;
    struct fed_text text;
    struct fed_lines lines;
    struct span bytes;

    T_EQ(fed_text_begin(&text, arena, FED_DOC_JOIN, NULL), ERR_OK, "begun");
    for (from.n = 0; from.n < 500; from.n++)
        T_EQ(fed_text_line(&text, &pair_shape, &from, NULL), ERR_OK, "a line");
    T_EQ(fed_text_end(&text, &bytes, NULL), ERR_OK, "ended");
    T_EQ(fed_lines_open(FED_DOC_JOIN, bytes, &lines, NULL), ERR_OK, "opens");
    for (int64_t n = 0; n < 500; n++) {
        T_EQ(fed_lines_next(&lines, &pair_shape, arena, &to, NULL), ERR_OK, "reads");
        T_EQ(to.n, n, "in order");
    }
    T_EQ(fed_lines_end(&lines, NULL), ERR_OK, "nothing is left");
    arena_destroy(&arena);
}
