#include "node/db/note.h"

#include <stdio.h>

#include "node/db/base64.h"
#include "tests/lib/audit_sample.h"
#include "tests/t.h"

T_CASE(base64_has_one_text_for_one_value) /* RFC 4648, section 10 */
{
    static const struct {
        const char *bytes, *text;
    } rows[] = {{"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"foobar", "Zm9vYmFy"}};
    static const char *const refused[] = {"Zg=",  "Zg",   "Zh==", "Z===", "Zg==\n",
                                          "Zm9=", "Z!==", " Zg=", "Zg=g", "Zm9v"};
    char text[64];
    uint8_t bytes[64];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span s = span_text(rows[i].bytes);

        T_SPAN(span_of(text, base64_into(s, text)), span_text(rows[i].text), "written");
        T_EQ(BASE64_LEN(s.len), strlen(rows[i].text), "length");
        T_OK(base64_read(span_text(rows[i].text), bytes, s.len), "read");
        T_SPAN(span_of(bytes, s.len), s, "back");
    }
    for (size_t i = 0; i < T_COUNT(refused); i++)
        T_OK(!base64_read(span_text(refused[i]), bytes, 1), refused[i]);
    T_OK(base64_read(SPAN("+/+/"), bytes, 3) && bytes[0] == 0xfb, "the last two digits");
}

/* The key and signature of Go's documentation of signed notes. */
#define NEUMANN "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

T_CASE(note_key_reads_the_published_form)
{
    static const char *const refused[] = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhPc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };
    struct note_key key;
    char text[NOTE_KEY_TEXT_CAP];

    T_EQ(note_key_parse(SPAN(NEUMANN), &key, NULL), ERR_OK, "parses");
    T_TEXT(key.name, "PeterNeumann", "name");
    note_key_text(&key, text);
    T_TEXT(text, NEUMANN, "and back");
    for (size_t i = 0; i < T_COUNT(refused); i++)
        T_EQ(note_key_parse(span_text(refused[i]), &key, NULL), ERR_PROTO, refused[i]);
    T_EQ(note_key_init(SPAN("a b"), key.public_key, &key, NULL), ERR_INVALID, "space");
    T_EQ(note_key_init(SPAN("a+b"), key.public_key, &key, NULL), ERR_INVALID, "plus");
    T_EQ(note_key_init(SPAN("町"), key.public_key, &key, NULL), ERR_INVALID, "not ASCII");
}

T_CASE(note_check_accepts_the_published_signature)
{
    const char *text = "If you think cryptography is the answer to your problem,\n"
                       "then you don't know what your problem is.\n";
    struct note note = {
        .text = span_text(text),
        .signatures =
            SPAN("\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZ"
                 "InNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"),
    };
    struct note_key key;

    T_EQ(note_key_parse(SPAN(NEUMANN), &key, NULL), ERR_OK, "key");
    T_EQ(note_check(&note, &key, NULL), ERR_OK, "as published");
    note.text.len--;
    T_EQ(note_check(&note, &key, NULL), ERR_DENIED, "a byte less");
}

/* The example of C2SP tlog-checkpoint. */
#define BODY \
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define LINE \
    "\xe2\x80\x94 example.com/behind-the-sofa " \
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe" \
    "4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"

T_CASE(note_parses_the_published_checkpoint)
{
    struct note note;

    T_EQ(note_parse(SPAN(BODY "\n" LINE), &note, NULL), ERR_OK, "parses");
    T_SPAN(note.origin, SPAN("example.com/behind-the-sofa"), "origin");
    T_EQ(note.size, 20852163, "size");
    T_SPAN(hash256_span(&note.root),
           t_hex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"), "root");
    T_SPAN(note.text, SPAN(BODY), "what is signed");
    T_EQ(note_parse(SPAN(BODY "\n" LINE LINE LINE), &note, NULL), ERR_OK, "cosigned");
}

T_CASE(note_refuses_anything_else)
{
    static const struct {
        const char *what, *bytes;
    } rows[] = {
        {"nothing", ""},
        {"no signature", BODY "\n"},
        {"no empty line", BODY LINE},
        {"two empty lines", BODY "\n\n" LINE},
        {"no last line feed", BODY "\n\xe2\x80\x94 a Az3grlgt"},
        {"empty origin", "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" LINE},
        {"size with a zero in front",
         "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" LINE},
        {"size with a sign", "a\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" LINE},
        {"size beyond", "a\n9999999999999999999\n"
                        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" LINE},
        {"short root", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2==\n\n" LINE},
        {"extension line", BODY "more\n\n" LINE},
        {"hyphen for dash", BODY "\n- example.com/behind-the-sofa Az3grlgt\n"},
        {"no key name", BODY "\n\xe2\x80\x94  Az3grlgt\n"},
        {"no base64", BODY "\n\xe2\x80\x94 a\n"},
        {"broken UTF-8", BODY "\n\xe2\x80\x94 \xff Az3grlgt\n"},
        {"a space in the signature", BODY "\n\xe2\x80\x94 a Az3g lgt\n"},
        {"17 signatures", BODY "\n" LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE
                              LINE LINE LINE LINE LINE},
    };
    static char huge[NOTE_CAP + 200];
    struct note note;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(note_parse(span_text(rows[i].bytes), &note, NULL), ERR_PROTO, rows[i].what);
    memset(huge, 'a', sizeof huge);
    T_EQ(note_parse(span_of(huge, sizeof huge), &note, NULL), ERR_PROTO, "over the cap");
}

T_CASE(note_made_here_passes_only_its_own_key_and_text)
{
    struct note_key key, other;
    struct merkle tree;
    struct note note;
    char bytes[NOTE_CAP], cosigned[NOTE_CAP];
    uint8_t unused[NOTE_SIGNATURE_BYTES];
    size_t len;

    T_REQ("NI-T3-8");
    merkle_init(&tree);
    merkle_append(&tree, &(struct hash256){{1}});
    len = audit_sample_note(&tree, 1, bytes, &key);
    T_EQ(note_parse(span_of(bytes, len), &note, NULL), ERR_OK, "parses");
    T_EQ(note.size, 1, "size");
    T_EQ(note_check(&note, &key, NULL), ERR_OK, "its key");
    T_OK(audit_sample_sign(2, SPAN_NONE, unused, &other), "another key of the same name");
    T_EQ(note_check(&note, &other, NULL), ERR_DENIED, "not another's");
    /* Lines by unknown keys are passed over, in front and behind. */
    snprintf(cosigned, sizeof cosigned, "%.*s" LINE "%.*s", (int)(note.text.len + 1), bytes,
             SPAN_ARG(note.signatures));
    T_EQ(note_parse(span_text(cosigned), &note, NULL), ERR_OK, "parses cosigned");
    T_EQ(note_check(&note, &key, NULL), ERR_OK, "passes cosigned");
    bytes[strlen(AUDIT_SAMPLE_ORIGIN) + 1] = '2';
    T_EQ(note_parse(span_of(bytes, len), &note, NULL), ERR_OK, "parses with another size");
    T_EQ(note_check(&note, &key, NULL), ERR_DENIED, "but was not signed");
}
