#include "node/io/sjis.h"

#include <iconv.h>
#include <stdlib.h>

#define BMP      0x10000u
#define GETA     0x81ACu /* 〓 */
#define NONE     0xFFFFu
#define FAR_MOST 2048u

/* Code page 932 has one of two that look alike; which one a text holds depends on the system it
 * was typed on. */
static const struct {
    uint16_t point, like;
    const char *as;
} alike[] = {
    {0x301C, 0xFF5E, "～"}, {0x2016, 0x2225, "∥"},  {0x2212, 0xFF0D, "－"},
    {0x00A2, 0xFFE0, "￠"}, {0x00A3, 0xFFE1, "￡"}, {0x00AC, 0xFFE2, "￢"},
    {0x2014, 0x2015, "―"},  {0x00A5, 0xFFE5, "￥"}, {0x2022, 0x30FB, "・"},
};
#define ALIKE_N (sizeof alike / sizeof *alike)

struct far {
    uint32_t point;
    uint64_t n;
};

struct sjis {
    uint16_t code[BMP]; /* NONE: it has no place; below 0x100: one byte */
    bool is_other[BMP]; /* written as another one, or as nothing */
    uint64_t n[BMP];    /* of those */
    struct far far[FAR_MOST];
    size_t n_far;
    uint64_t n_rest;
};

static size_t utf8_of(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | point >> 12);
    out[1] = (char)(0x80 | (point >> 6 & 0x3F));
    out[2] = (char)(0x80 | (point & 0x3F));
    return 3;
}

/* The number of bytes it became; 0: it has no place there. */
static size_t turn(iconv_t how, char *text, size_t len, char out[8])
{
    char *to = out;
    size_t room = 8;

    iconv(how, NULL, NULL, NULL, NULL);
    if (iconv(how, &text, &len, &to, &room) != 0 || len != 0)
        return 0;
    return 8 - room;
}

/* Only what comes back as it was: the C library writes ¥ as a backslash. */
static uint16_t code_of(iconv_t there, iconv_t back, uint32_t point)
{
    char utf8[4], code[8], again[8];
    size_t n_utf8 = utf8_of(point, utf8), n = turn(there, utf8, n_utf8, code);

    if (n == 0 || n > 2 || turn(back, code, n, again) != n_utf8 ||
        memcmp(again, utf8, n_utf8) != 0)
        return NONE;
    return (uint16_t)(n == 1 ? (uint8_t)code[0] : (uint8_t)code[0] << 8 | (uint8_t)code[1]);
}

/* Marks that change how the character before them is drawn: dropped rather than doubled. */
static bool is_dropped(uint32_t point)
{
    return (point >= 0xFE00 && point <= 0xFE0F) || point == 0x200D ||
           (point >= 0xE0100 && point <= 0xE01EF);
}

static void fill(struct sjis *sjis, iconv_t there, iconv_t back)
{
    for (uint32_t point = 0; point < BMP; point++) {
        bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;

        sjis->code[point] = is_surrogate ? NONE : code_of(there, back, point);
        sjis->is_other[point] = sjis->code[point] == NONE;
    }
    for (size_t i = 0; i < ALIKE_N; i++)
        if (sjis->code[alike[i].point] == NONE)
            sjis->code[alike[i].point] = sjis->code[alike[i].like];
}

enum err sjis_create(struct sjis **sjis_out, struct fail *why)
{
    iconv_t none = (iconv_t)-1, there = iconv_open("CP932", "UTF-8"),
            back = iconv_open("UTF-8", "CP932");
    struct sjis *sjis = NULL;
    enum err rc = ERR_OK;

    *sjis_out = NULL;
    if (there == none || back == none) {
        rc = fail_set(why, ERR_UNAVAILABLE, "no code page 932");
        goto out;
    }
    sjis = calloc(1, sizeof *sjis);
    if (sjis == NULL) {
        rc = fail_set(why, ERR_NOMEM, "code page 932");
        goto out;
    }
    fill(sjis, there, back);
    *sjis_out = sjis;
out:
    if (there != none)
        iconv_close(there);
    if (back != none)
        iconv_close(back);
    return rc;
}

void sjis_destroy(struct sjis **sjis)
{
    free(*sjis);
    *sjis = NULL;
}

static void count_far(struct sjis *sjis, uint32_t point)
{
    for (size_t i = 0; i < sjis->n_far; i++)
        if (sjis->far[i].point == point) {
            sjis->far[i].n++;
            return;
        }
    if (sjis->n_far < FAR_MOST)
        sjis->far[sjis->n_far++] = (struct far){point, 1};
    else
        sjis->n_rest++;
}

/* The code of a point; 0 with is_dropped: nothing. */
static uint16_t look_up(struct sjis *sjis, uint32_t point)
{
    if (point >= BMP) {
        count_far(sjis, point);
        return GETA;
    }
    if (sjis->is_other[point])
        sjis->n[point]++;
    return sjis->code[point] == NONE ? GETA : sjis->code[point];
}

static uint32_t next_point(const uint8_t **p)
{
    const uint8_t *s = *p;
    uint32_t point;

    if (s[0] < 0x80) {
        point = s[0];
        *p += 1;
    } else if (s[0] < 0xE0) {
        point = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
        *p += 2;
    } else if (s[0] < 0xF0) {
        point = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
        *p += 3;
    } else {
        point =
            (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
        *p += 4;
    }
    return point;
}

size_t sjis_write(struct sjis *sjis, struct span text, uint8_t *into)
{
    const uint8_t *p = text.p, *end = text.p + text.len;
    size_t n = 0;

    while (p < end) {
        uint32_t point = next_point(&p);
        uint16_t code = look_up(sjis, point);

        if (is_dropped(point))
            continue;
        if (code > 0xFF)
            into[n++] = (uint8_t)(code >> 8);
        into[n++] = (uint8_t)code;
    }
    return n;
}

static const char *as_of(uint32_t point)
{
    for (size_t i = 0; i < ALIKE_N; i++)
        if (alike[i].point == point)
            return alike[i].as;
    return is_dropped(point) ? "" : "〓";
}

size_t sjis_n_changed(const struct sjis *sjis)
{
    size_t n = sjis->n_far + (sjis->n_rest > 0 ? 1 : 0);

    for (uint32_t point = 0; point < BMP; point++)
        n += sjis->n[point] > 0;
    return n;
}

struct sjis_changed sjis_changed(const struct sjis *sjis, size_t i)
{
    size_t at = 0;

    for (uint32_t point = 0; point < BMP; point++)
        if (sjis->n[point] > 0 && at++ == i)
            return (struct sjis_changed){point, as_of(point), sjis->n[point]};
    if (i - at < sjis->n_far)
        return (struct sjis_changed){sjis->far[i - at].point, as_of(sjis->far[i - at].point),
                                     sjis->far[i - at].n};
    return (struct sjis_changed){0, "〓", sjis->n_rest};
}
