#include "tenants/keys/sheet.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>

#include "node/base/unconst.h"
#include "node/base/utf.h"

#define BITS_A_WORD 11
#define WORD_CAP    64             /* the longest of the list has 7 letters, 21 bytes */
#define TEXT_MOST   ((size_t)4096) /* 24 words, numbered, with a lot of space */

/* Bit i of half ‖ checksum byte. */
static unsigned bit_of(const uint8_t bits[KEY_HALF_BYTES + 1], size_t i)
{
    return (unsigned)bits[i / 8] >> (7 - i % 8) & 1u;
}

static enum err bits_of(const uint8_t half[KEY_HALF_BYTES],
                        uint8_t bits_out[KEY_HALF_BYTES + 1], struct fail *why)
{
    uint8_t hash[SHA256_DIGEST_LENGTH];

    if (SHA256(half, KEY_HALF_BYTES, hash) == NULL)
        return fail_set(why, ERR_INTERNAL, "SHA-256");
    memcpy(bits_out, half, KEY_HALF_BYTES);
    bits_out[KEY_HALF_BYTES] = hash[0];
    OPENSSL_cleanse(hash, sizeof hash);
    return ERR_OK;
}

enum err sheet_words_of(const uint8_t half[KEY_HALF_BYTES],
                        const char *words_out[SHEET_N_WORDS], struct fail *why)
{
    uint8_t bits[KEY_HALF_BYTES + 1] = {0};
    enum err rc = bits_of(half, bits, why);

    if (rc != ERR_OK)
        return rc;
    for (size_t w = 0; w < SHEET_N_WORDS; w++) {
        unsigned number = 0;

        for (size_t b = 0; b < BITS_A_WORD; b++)
            number = number << 1 | bit_of(bits, w * BITS_A_WORD + b);
        words_out[w] = sheet_words[number];
    }
    OPENSSL_cleanse(bits, sizeof bits);
    return ERR_OK;
}

/* ---- typed text: code point by code point ---- */

/* text is valid UTF-8; takes one code point off it. */
static uint32_t take_point(struct span *text)
{
    const uint8_t *p = text->p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t point = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));

    for (size_t i = 1; i < n; i++)
        point = point << 6 | (p[i] & 0x3fu);
    *text = span_from(*text, n);
    return point;
}

static size_t put_point(uint32_t point, uint8_t *out)
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    out[0] = (uint8_t)(0xe0 | point >> 12);
    out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
    out[2] = (uint8_t)(0x80 | (point & 0x3f));
    return 3;
}

/* Half-width katakana U+FF66..U+FF9F in their order; the last two are the combining marks. */
static const uint16_t half_width[] = {
    0x3092, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3083, 0x3085, 0x3087, 0x3063,
    0x30fc, 0x3042, 0x3044, 0x3046, 0x3048, 0x304a, 0x304b, 0x304d, 0x304f, 0x3051,
    0x3053, 0x3055, 0x3057, 0x3059, 0x305b, 0x305d, 0x305f, 0x3061, 0x3064, 0x3066,
    0x3068, 0x306a, 0x306b, 0x306c, 0x306d, 0x306e, 0x306f, 0x3072, 0x3075, 0x3078,
    0x307b, 0x307e, 0x307f, 0x3080, 0x3081, 0x3082, 0x3084, 0x3086, 0x3088, 0x3089,
    0x308a, 0x308b, 0x308c, 0x308d, 0x308f, 0x3093, 0x3099, 0x309a};

static uint32_t to_hiragana(uint32_t point)
{
    if (point >= 0x30a1 && point <= 0x30f6)
        return point - 0x60;
    if (point >= 0xff66 && point <= 0xff9f)
        return half_width[point - 0xff66];
    return point;
}

/* Between words: blanks, the numbers of a numbered list and their dots and brackets. Letters of
 * any script are not among them, so a word that is not of the list is seen and named. */
static bool is_between(uint32_t point)
{
    static const char marks[] = " \t\n\r0123456789.,:;()[]-_/|#*";
    static const uint16_t wide[] = {0x00a0, 0x2002, 0x2003, 0x2009, 0x2010, 0x2011, 0x2012,
                                    0x2013, 0x2014, 0x202f, 0x2022, 0x3000, 0x3001, 0x3002,
                                    0x30fb, 0xff08, 0xff09, 0xff0c, 0xff0d, 0xff0e, 0xff1a,
                                    0xff61, 0xff64, 0xff65, 0xfeff};

    if (point < 0x80)
        return point != 0 && strchr(marks, (int)point) != NULL;
    if ((point >= 0xff10 && point <= 0xff19) || (point >= 0x2460 && point <= 0x249b) ||
        (point >= 0x3251 && point <= 0x325f)) /* １, ①, ⑴, ⒈, ㉑ */
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (point == wide[i])
            return true;
    return false;
}

/* Small kana as large ones: ぁ ぃ ぅ ぇ ぉ っ ゃ ゅ ょ ゎ stand right before theirs. */
static uint32_t to_large(uint32_t point)
{
    static const uint16_t small[] = {0x3041, 0x3043, 0x3045, 0x3047, 0x3049,
                                     0x3063, 0x3083, 0x3085, 0x3087, 0x308e};

    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++)
        if (point == small[i])
            return point + 1;
    return point;
}

static bool same_but_for_size(struct span a, struct span b)
{
    while (a.len > 0 && b.len > 0)
        if (to_large(take_point(&a)) != to_large(take_point(&b)))
            return false;
    return a.len == b.len;
}

/* The word's number, or -1. A word typed with large letters for small ones counts when only one
 * word of the list can be meant (きやく and きゃく are both there). */
static int number_of(struct span word)
{
    int found = -1;

    for (int i = 0; i < SHEET_N_LIST; i++)
        if (span_eq(word, span_text(sheet_words[i])))
            return i;
    for (int i = 0; i < SHEET_N_LIST; i++) {
        if (!same_but_for_size(word, span_text(sheet_words[i])))
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
}

/* Hiragana for katakana, a blank for everything between words; out has room for twice text. */
static struct span plain_into(struct span text, uint8_t *out)
{
    size_t len = 0;

    while (text.len > 0) {
        const struct span from = text;
        uint32_t point = to_hiragana(take_point(&text));

        if (is_between(point)) {
            out[len++] = ' ';
        } else if (point < 0x10000 && (point < 0x80 || point >= 0x800)) {
            len += put_point(point, out + len);
        } else { /* of no kana: kept as it is, to be named as unknown */
            memcpy(out + len, from.p, from.len - text.len);
            len += from.len - text.len;
        }
    }
    return span_of(out, len);
}

struct reading {
    int numbers[SHEET_N_WORDS];
    int n; /* also beyond SHEET_N_WORDS */
    int first_unknown;
};

static void words_read(struct span plain, struct reading *r)
{
    while (plain.len > 0) {
        const uint8_t *end = memchr(plain.p, ' ', plain.len);
        struct span word = span_of(plain.p, end == NULL ? plain.len : (size_t)(end - plain.p));
        int number;

        plain = span_from(plain, word.len + 1);
        if (word.len == 0)
            continue;
        number = number_of(word);
        if (r->n < SHEET_N_WORDS)
            r->numbers[r->n] = number;
        r->n++;
        if (number < 0 && r->first_unknown == 0)
            r->first_unknown = r->n;
    }
}

static enum err half_of(const struct reading *r, uint8_t half_out[KEY_HALF_BYTES],
                        struct sheet_trouble *trouble_out, struct fail *why)
{
    uint8_t typed[KEY_HALF_BYTES + 1] = {0}, right[KEY_HALF_BYTES + 1];
    enum err rc;

    for (size_t i = 0; i < sizeof typed * 8; i++) {
        unsigned number = (unsigned)r->numbers[i / BITS_A_WORD];
        unsigned bit = number >> (BITS_A_WORD - 1 - i % BITS_A_WORD) & 1u;

        typed[i / 8] = (uint8_t)(typed[i / 8] | bit << (7 - i % 8));
    }
    rc = bits_of(typed, right, why);
    if (rc == ERR_OK && typed[KEY_HALF_BYTES] != right[KEY_HALF_BYTES]) {
        trouble_out->kind = SHEET_CHECKSUM;
        rc = fail_set(why, ERR_INVALID, "the words do not belong together");
    }
    if (rc == ERR_OK)
        memcpy(half_out, typed, KEY_HALF_BYTES);
    OPENSSL_cleanse(typed, sizeof typed);
    OPENSSL_cleanse(right, sizeof right);
    return rc;
}

enum err sheet_read(struct span text, uint8_t half_out[KEY_HALF_BYTES],
                    struct sheet_trouble *trouble_out, struct fail *why)
{
    uint8_t plain[2 * TEXT_MOST];
    struct reading reading = {.n = 0};
    struct arena *arena = NULL;
    struct span clean;
    enum err rc;

    *trouble_out = (struct sheet_trouble){.kind = SHEET_FINE};
    if (text.len > TEXT_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a sheet of %zu bytes", text.len);
    if (!utf_is_valid(text))
        return fail_set(why, ERR_PROTO, "the sheet is not UTF-8");
    rc = arena_create(8 * TEXT_MOST, &arena, why);
    if (rc != ERR_OK)
        return rc;
    /* NFC after the kana are plain: a half-width mark only then meets its letter. */
    rc = utf_clean(plain_into(text, plain), 0, arena, &clean, why);
    if (rc == ERR_OK)
        words_read(clean, &reading);
    OPENSSL_cleanse(plain, sizeof plain);
    if (rc == ERR_OK)
        OPENSSL_cleanse(unconst(clean.p), clean.len);
    arena_destroy(&arena);
    if (rc != ERR_OK)
        return rc;
    if (reading.first_unknown != 0) {
        *trouble_out = (struct sheet_trouble){SHEET_UNKNOWN, reading.first_unknown, reading.n};
        rc = fail_set(why, ERR_INVALID, "word %d is unknown", reading.first_unknown);
    } else if (reading.n != SHEET_N_WORDS) {
        *trouble_out = (struct sheet_trouble){SHEET_COUNT, 0, reading.n};
        rc = fail_set(why, ERR_INVALID, "%d words", reading.n);
    } else {
        rc = half_of(&reading, half_out, trouble_out, why);
    }
    OPENSSL_cleanse(&reading, sizeof reading);
    return rc;
}

void sheet_trouble_ja(const struct sheet_trouble *trouble, char out[SHEET_SENTENCE_CAP])
{
    switch (trouble->kind) {
    case SHEET_FINE:
        out[0] = '\0';
        break;
    case SHEET_COUNT:
        snprintf(out, SHEET_SENTENCE_CAP,
                 "ことばは 24 個です。%d "
                 "個ありました。抜けや重なりがないか、紙と見くらべてください。",
                 trouble->n_words);
        break;
    case SHEET_UNKNOWN:
        snprintf(out, SHEET_SENTENCE_CAP,
                 "%d 番目のことばが一覧にありません。紙と見くらべて、打ち直してください。",
                 trouble->word);
        break;
    case SHEET_CHECKSUM:
        snprintf(out, SHEET_SENTENCE_CAP,
                 "どれも一覧にあることばですが、組み合わせが合いません。似たことばや順番の"
                 "ちがいがないか、紙と見くらべてください。");
        break;
    case SHEET_TROUBLE_N:
        break;
    }
}

enum err sheet_code_check(struct id node, const uint8_t half[KEY_HALF_BYTES], struct span code,
                          struct fail *why)
{
    char right[KEY_CODE_CAP], typed[KEY_CODE_CAP] = "";
    size_t len = 0;
    enum err rc = keyring_half_code(node, half, right, why);

    if (rc != ERR_OK)
        return rc;
    while (code.len > 0 && utf_is_valid(code)) {
        uint32_t point = take_point(&code);

        if (point >= 0xff01 && point <= 0xff5e)
            point -= 0xfee0; /* full-width forms of ASCII */
        if (is_between(point) && !(point >= '0' && point <= '9'))
            continue;
        if (point >= 'A' && point <= 'F')
            point += 'a' - 'A';
        if (len == 4)
            typed[len++] = '-';
        if (len + 1 >= sizeof typed || point >= 0x80)
            return fail_set(why, ERR_INVALID, "a check code has 8 digits");
        typed[len++] = (char)point;
    }
    if (len != KEY_CODE_CAP - 1 || CRYPTO_memcmp(typed, right, sizeof right) != 0)
        return fail_set(why, ERR_INVALID, "the check code is not of this sheet and node");
    return ERR_OK;
}
