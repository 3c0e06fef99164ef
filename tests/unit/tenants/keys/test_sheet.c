/* The 24 words of a key sheet against the published Japanese vectors of BIP39, against another
 * implementation (Python's), and as people type them. */
#include "tenants/keys/sheet.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

/* The four 256-bit rows that end the published list of every language. */
#define AAA "あいこくしん "
#define SAA "そつう れきだい ほんやく わかす りくつ ばいか ろせん やちん "
#define SOT "そとづら あまど おおう あこがれる いくぶん けいけん あたえる いよく "
#define WAA "われる われる われる われる われる われる われる われる "
static const struct {
    uint8_t byte;
    const char *words;
} vectors[] = {
    {0x00,
     AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA AAA
     "いってい"},
    {0x7f, SAA SAA "そつう れきだい ほんやく わかす りくつ ばいか ろせん まんきつ"},
    {0x80, SOT SOT "そとづら あまど おおう あこがれる いくぶん けいけん あたえる うめる"},
    {0xff, WAA WAA "われる われる われる われる われる われる われる らいう"},
};
#define SHEET_7F SAA SAA "そつう れきだい ほんやく わかす りくつ ばいか ろせん まんきつ"

static void join(const char *const words[SHEET_N_WORDS], const char *between, char *out,
                 size_t cap)
{
    size_t len = 0;

    for (int i = 0; i < SHEET_N_WORDS; i++)
        len += (size_t)snprintf(out + len, cap - len, "%s%s", i == 0 ? "" : between, words[i]);
}

T_CASE(sheet_words_are_those_of_bip39)
{
    for (size_t i = 0; i < T_COUNT(vectors); i++) {
        uint8_t half[KEY_HALF_BYTES], read[KEY_HALF_BYTES];
        const char *words[SHEET_N_WORDS];
        struct sheet_trouble trouble;
        char text[1024];

        memset(half, vectors[i].byte, sizeof half);
        T_EQ(sheet_words_of(half, words, NULL), ERR_OK, "words");
        join(words, " ", text, sizeof text);
        T_TEXT(text, vectors[i].words, "the published words");
        T_EQ(sheet_read(span_text(vectors[i].words), read, &trouble, NULL), ERR_OK, "read");
        T_SPAN(span_of(read, sizeof read), span_of(half, sizeof half), "the same half");
    }
}

/* Python with its own arithmetic over the same list, for halves nobody chose. */
T_CASE(sheet_words_equal_another_implementation)
{
    static const char script[] =
        "import sys,hashlib;"
        "w=open('ops/data/sheet-words.ja.txt',encoding='utf8').read().split();"
        "b=bytes.fromhex(sys.argv[1]);"
        "n=int.from_bytes(b+hashlib.sha256(b).digest()[:1],'big');"
        "sys.stdout.buffer.write(' '.join(w[(n>>(11*(23-i)))&2047] for i in range(24))"
        ".encode())";

    for (int i = 0; i < 4; i++) {
        uint8_t half[KEY_HALF_BYTES];
        const char *words[SHEET_N_WORDS];
        char hex[2 * KEY_HALF_BYTES + 1], command[1024], ours[1024], theirs[1024];
        FILE *python;
        size_t n;

        T_EQ(RAND_bytes(half, sizeof half), 1, "random");
        for (size_t k = 0; k < sizeof half; k++)
            snprintf(hex + 2 * k, 3, "%02x", half[k]);
        T_EQ(sheet_words_of(half, words, NULL), ERR_OK, "words");
        join(words, " ", ours, sizeof ours);
        snprintf(command, sizeof command, "/usr/bin/python3 -c \"%s\" %s", script, hex);
        python = popen(command, "r"); /* NOLINT(cert-env33-c): our own words */
        T_OK(python != NULL, "python");
        if (python == NULL)
            return;
        n = fread(theirs, 1, sizeof theirs - 1, python);
        theirs[n] = '\0';
        T_EQ(pclose(python), 0, "python ran");
        T_TEXT(ours, theirs, hex);
    }
}

/* The client makes the sheet with the npm package: both must mean the same words. */
T_CASE(sheet_list_is_the_one_the_client_uses)
{
    static const char script[] =
        "import re,unicodedata,os,sys;"
        "p='node/web/node_modules/@scure/bip39/wordlists/japanese.js';"
        "os.path.exists(p) or sys.exit(7);"
        "t=open(p,encoding='utf8').read();"
        "a=[unicodedata.normalize('NFC',x) for x in re.search(chr(96)+'([^'+chr(96)+']*)',t)"
        ".group(1).split()];"
        "b=open('ops/data/sheet-words.ja.txt',encoding='utf8').read().split();"
        "sys.exit(0 if a==b and len(a)==2048 else 1)";
    char command[1024];
    int status;

    snprintf(command, sizeof command, "/usr/bin/python3 -c \"%s\"", script);
    status = system(command); /* NOLINT(cert-env33-c): our own words */
    T_OK(status == 0 || status == 7 << 8,
         "the list equals the package's, where it is installed");
}

T_CASE(sheet_takes_what_people_type)
{
    static const struct {
        const char *what, *text;
    } rows[] = {
        {"wide spaces", "そつう　れきだい　ほんやく　わかす　りくつ　ばいか　ろせん　やちん　そ"
                        "つう　れきだい　"
                        "ほんやく　わかす　りくつ　ばいか　ろせん　やちん　そつう　れきだい　ほ"
                        "んやく　わかす　"
                        "りくつ　ばいか　ろせん　まんきつ　"},
        {"katakana",
         "ソツウ レキダイ ホンヤク ワカス リクツ バイカ ロセン ヤチン ソツウ レキダイ ホンヤク "
         "ワカス リクツ バイカ ロセン ヤチン ソツウ レキダイ ホンヤク ワカス リクツ バイカ "
         "ロセン マンキツ"},
        {"half-width katakana with its marks",
         "ｿﾂｳ ﾚｷﾀﾞｲ ﾎﾝﾔｸ ﾜｶｽ ﾘｸﾂ ﾊﾞｲｶ ﾛｾﾝ ﾔﾁﾝ ｿﾂｳ ﾚｷﾀﾞｲ ﾎﾝﾔｸ ﾜｶｽ ﾘｸﾂ ﾊﾞｲｶ ﾛｾﾝ ﾔﾁﾝ ｿﾂｳ ﾚｷﾀﾞｲ "
         "ﾎﾝﾔｸ ﾜｶｽ ﾘｸﾂ ﾊﾞｲｶ ﾛｾﾝ ﾏﾝｷﾂ"},
        {"numbered lines",
         "1. そつう\n2. れきだい\n3. ほんやく\n4. わかす\n5. りくつ\n6. ばいか\n7. ろせん\n"
         "8. やちん\n9. そつう\n10. れきだい\n11. ほんやく\n12. わかす\n13. りくつ\n14. "
         "ばいか\n"
         "15. ろせん\n16. やちん\n17. そつう\n18. れきだい\n19. ほんやく\n20. わかす\n21. "
         "りくつ\n"
         "22. ばいか\n23. ろせん\n24. まんきつ\n"},
        {"circled and full-width numbers, commas",
         "①そつう、②れきだい、③ほんやく、④わかす、⑤りくつ、⑥ばいか、⑦ろせん、⑧やちん、⑨そつう、"
         "⑩れきだい、１１．ほんやく、１２．わかす、（１３）りくつ、（１４）ばいか、１５：ろせん"
         "、"
         "１６：やちん、17）そつう、18）れきだい、19・ほんやく、20・わかす、㉑りくつ、㉒ばいか"
         "、"
         "㉓ろせん、㉔まんきつ。"},
        {"marks as characters of their own",
         "そつう れきた\xe3\x82\x99い ほんやく わかす りくつ は\xe3\x82\x99いか ろせん "
         "やちん " SAA "そつう れきだい ほんやく わかす りくつ ばいか ろせん まんきつ"},
    };
    uint8_t want[KEY_HALF_BYTES];

    memset(want, 0x7f, sizeof want);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        uint8_t half[KEY_HALF_BYTES] = {0};
        struct sheet_trouble trouble;

        T_EQ(sheet_read(span_text(rows[i].text), half, &trouble, NULL), ERR_OK, rows[i].what);
        T_EQ(trouble.kind, SHEET_FINE, rows[i].what);
        T_SPAN(span_of(half, sizeof half), span_of(want, sizeof want), rows[i].what);
    }
}

/* きやく and きゃく are both of the list; あかちやん can only be あかちゃん. */
T_CASE(sheet_takes_large_letters_only_where_one_word_is_meant)
{
    uint8_t half[KEY_HALF_BYTES], read[KEY_HALF_BYTES];
    const char *words[SHEET_N_WORDS];
    struct sheet_trouble trouble;
    char text[1024];
    int n_tried = 0;

    for (unsigned seed = 0; seed < 2000 && n_tried < 2; seed++) {
        for (size_t i = 0; i < sizeof half; i++)
            half[i] = (uint8_t)(seed * (size_t)31 + i * 7 + (seed >> 8));
        T_EQ(sheet_words_of(half, words, NULL), ERR_OK, "words");
        for (int i = 0; i < SHEET_N_WORDS; i++) {
            if (strcmp(words[i], "あかちゃん") == 0) {
                words[i] = "あかちやん";
                join(words, " ", text, sizeof text);
                T_EQ(sheet_read(span_text(text), read, &trouble, NULL), ERR_OK, "one meaning");
                T_SPAN(span_of(read, 32), span_of(half, 32), "the same half");
                n_tried++;
                break;
            }
            if (strcmp(words[i], "きゃく") == 0) {
                words[i] = "きやく";
                join(words, " ", text, sizeof text);
                T_EQ(sheet_read(span_text(text), read, &trouble, NULL), ERR_INVALID,
                     "the other word, taken as typed");
                T_EQ(trouble.kind, SHEET_CHECKSUM, "and so the sum is wrong");
                n_tried++;
                break;
            }
        }
    }
    T_OK(n_tried > 0, "a half with such a word was found");
}

T_CASE(sheet_says_which_word_is_wrong)
{
    static const struct {
        const char *what, *text;
        enum sheet_trouble_kind kind;
        int word, n_words;
        const char *sentence_has;
    } rows[] = {
        {"nothing", "", SHEET_COUNT, 0, 0, "0 個"},
        {"23 words", SAA SAA "そつう れきだい ほんやく わかす りくつ ばいか ろせん",
         SHEET_COUNT, 0, 23, "23 個"},
        {"25 words", SHEET_7F " そつう", SHEET_COUNT, 0, 25, "25 個"},
        {"a word that is none", "そつう れきだい にほんご わかす " SAA SAA, SHEET_UNKNOWN, 3,
         20, "3 番目"},
        {"kanji", "翻訳 " SAA, SHEET_UNKNOWN, 1, 9, "1 番目"},
        {"Latin letters", SAA "abandon", SHEET_UNKNOWN, 9, 9, "9 番目"},
        {"two letters of UTF-8's two-byte range", SAA "éé", SHEET_UNKNOWN, 9, 9, "9 番目"},
        {"an emoji", SAA "🗝", SHEET_UNKNOWN, 9, 9, "9 番目"},
        {"two words changed places",
         "れきだい そつう ほんやく わかす りくつ ばいか ろせん やちん " SAA
         "そつう れきだい ほんやく わかす りくつ ばいか ろせん まんきつ",
         SHEET_CHECKSUM, 0, 0, "組み合わせ"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        uint8_t half[KEY_HALF_BYTES] = {0xee};
        struct sheet_trouble trouble;
        char sentence[SHEET_SENTENCE_CAP];

        T_EQ(sheet_read(span_text(rows[i].text), half, &trouble, NULL), ERR_INVALID,
             rows[i].what);
        T_EQ(trouble.kind, rows[i].kind, rows[i].what);
        T_EQ(trouble.word, rows[i].word, rows[i].what);
        if (rows[i].kind == SHEET_COUNT)
            T_EQ(trouble.n_words, rows[i].n_words, rows[i].what);
        sheet_trouble_ja(&trouble, sentence);
        T_OK(strstr(sentence, rows[i].sentence_has) != NULL, rows[i].what);
        T_EQ(half[0], 0xee, "nothing came out");
    }
}

T_CASE(sheet_refuses_what_is_no_text)
{
    uint8_t half[KEY_HALF_BYTES];
    struct sheet_trouble trouble;
    static char long_text[5000];

    memset(long_text, ' ', sizeof long_text);
    T_EQ(sheet_read(SPAN("\xff\xfe"), half, &trouble, NULL), ERR_PROTO, "not UTF-8");
    T_EQ(sheet_read(span_of(long_text, sizeof long_text), half, &trouble, NULL), ERR_TOO_LARGE,
         "a book");
}

T_CASE(sheet_code_belongs_to_one_half_of_one_node)
{
    /* printf 'ibasho-sheet/1' + 16 bytes 01 + 32 bytes 7f | sha256sum */
    static const struct id node = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
    struct id other = node;
    uint8_t half[KEY_HALF_BYTES];
    char code[KEY_CODE_CAP], typed[64];

    other.b[15] = 2;
    memset(half, 0x7f, sizeof half);
    T_EQ(keyring_half_code(node, half, code, NULL), ERR_OK, "code");
    T_TEXT(code, "ea39-4d22", "as sha256sum says");
    T_EQ(sheet_code_check(node, half, span_text(code), NULL), ERR_OK, "as printed");
    snprintf(typed, sizeof typed, " %.4s %.4s ", code, code + 5);
    T_EQ(sheet_code_check(node, half, span_text(typed), NULL), ERR_OK, "with a blank");
    for (char *p = typed; *p != '\0'; p++)
        *p = (char)(*p >= 'a' && *p <= 'f' ? *p - 'a' + 'A' : *p);
    T_EQ(sheet_code_check(node, half, span_text(typed), NULL), ERR_OK, "capitals");
    T_EQ(sheet_code_check(other, half, span_text(code), NULL), ERR_INVALID, "another node");
    half[0] ^= 1;
    T_EQ(sheet_code_check(node, half, span_text(code), NULL), ERR_INVALID, "another half");
    T_EQ(sheet_code_check(node, half, SPAN(""), NULL), ERR_INVALID, "nothing");
    T_EQ(sheet_code_check(node, half, SPAN("0123456789"), NULL), ERR_INVALID, "too long");
    T_EQ(sheet_code_check(node, half, SPAN("あ123-4567"), NULL), ERR_INVALID, "no digit");
    T_EQ(sheet_code_check(node, half, SPAN("\xff"), NULL), ERR_INVALID, "not UTF-8");
}
