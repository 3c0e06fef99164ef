#include "node/io/unzip.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "tests/t.h"

/* A ZIP written byte by byte (PKWARE's APPNOTE, stored entries), so that every field can lie.
 */
struct made {
    uint8_t bytes[1 << 16];
    size_t len;
    uint8_t central[1 << 14];
    size_t central_len;
    int n;
};

static void put(uint8_t *to, size_t *len, uint64_t value, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        to[(*len)++] = (uint8_t)(value >> 8 * i);
}

struct entry {
    const char *name, *text;
    unsigned flags, method, mode;
    long size_lie, sum_lie;
};

static void add(struct made *z, struct entry e)
{
    size_t at = z->len, n = strlen(e.text), n_name = strlen(e.name);
    uint32_t sum = (uint32_t)(crc32(0, (const Bytef *)e.text, (uInt)n) + (uLong)e.sum_lie);
    const uint32_t head[] = {20, e.flags, e.method, 0, 0x5C81};
    uint8_t *to[] = {z->bytes, z->central};
    size_t *len[] = {&z->len, &z->central_len};

    for (int k = 0; k < 2; k++) {
        put(to[k], len[k], k == 0 ? 0x04034B50 : 0x02014B50, 4);
        if (k == 1)
            put(to[k], len[k], 0x0314, 2); /* made on Unix */
        for (size_t i = 0; i < T_COUNT(head); i++)
            put(to[k], len[k], head[i], 2);
        put(to[k], len[k], sum, 4);
        put(to[k], len[k], (uint32_t)n, 4);
        put(to[k], len[k], (uint32_t)((long)n + e.size_lie), 4);
        put(to[k], len[k], (uint32_t)n_name, 2);
        put(to[k], len[k], 0, 2);
        if (k == 1) {
            put(to[k], len[k], 0, 6);
            put(to[k], len[k], (e.mode == 0 ? 0100644u : e.mode) << 16, 4);
            put(to[k], len[k], (uint32_t)at, 4);
        }
        memcpy(to[k] + *len[k], e.name, n_name);
        *len[k] += n_name;
    }
    memcpy(z->bytes + z->len, e.text, n);
    z->len += n;
    z->n++;
}

static struct span end(struct made *z)
{
    size_t at = z->len;

    memcpy(z->bytes + z->len, z->central, z->central_len);
    z->len += z->central_len;
    put(z->bytes, &z->len, 0x06054B50, 4);
    put(z->bytes, &z->len, 0, 4);
    put(z->bytes, &z->len, (uint32_t)z->n, 2);
    put(z->bytes, &z->len, (uint32_t)z->n, 2);
    put(z->bytes, &z->len, (uint32_t)z->central_len, 4);
    put(z->bytes, &z->len, (uint32_t)at, 4);
    put(z->bytes, &z->len, 0, 2);
    return span_of(z->bytes, z->len);
}

static const struct unzip_caps caps = {
    .n_entries = 4, .file_bytes = 100, .total_bytes = 150, .ratio = 100};

/* The one thing that is wrong; -1 when it is none or several. */
static int only_trouble(const struct unzip *got)
{
    return got->n_troubles == 1 ? (int)got->troubles[0].defect : -1;
}

#define N_TEXT \
    "0123456789" \
    "0123456789" \
    "0123456789" \
    "0123456789" \
    "0123456789" \
    "0123456789"

T_CASE(unzip_names_what_an_entry_does_wrong)
{
    static const struct {
        const char *what;
        struct entry entry;
        enum unzip_defect want;
    } rows[] = {
        {"password", {.name = "b", .text = "x", .flags = 1}, UNZIP_ENCRYPTED},
        {"same name", {.name = "a.csv", .text = "x"}, UNZIP_DOUBLED},
        {"same name but for case", {.name = "A.CSV", .text = "x"}, UNZIP_DOUBLED},
        {"up", {.name = "../b", .text = "x"}, UNZIP_PATH},
        {"up in the middle", {.name = "a/../../b", .text = "x"}, UNZIP_PATH},
        {"up at the end", {.name = "a/..", .text = "x"}, UNZIP_PATH},
        {"absolute", {.name = "/b", .text = "x"}, UNZIP_PATH},
        {"a drive", {.name = "C:b", .text = "x"}, UNZIP_PATH},
        {"a control character", {.name = "b\x1f", .text = "x"}, UNZIP_PATH},
        {"a folder", {.name = "b/", .text = "", .mode = 040755}, UNZIP_FOLDER},
        {"in a folder", {.name = "b/c", .text = "x"}, UNZIP_FOLDER},
        {"a link", {.name = "b", .text = "/etc/passwd", .mode = 0120777}, UNZIP_KIND},
        {"implode", {.name = "b", .text = "x", .method = 6}, UNZIP_METHOD},
        {"larger than said", {.name = "b", .text = "xyz", .size_lie = -1}, UNZIP_DIFFERS},
        {"smaller than said", {.name = "b", .text = "xyz", .size_lie = 1}, UNZIP_DIFFERS},
        {"wrong sum", {.name = "b", .text = "xyz", .sum_lie = 1}, UNZIP_DIFFERS},
        {"too large", {.name = "b", .text = N_TEXT N_TEXT}, UNZIP_FILE_BYTES},
        {"large in all", {.name = "b", .text = N_TEXT N_TEXT "x"}, UNZIP_FILE_BYTES},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct made *z = calloc(1, sizeof *z);
        struct arena *arena = NULL;
        struct unzip got;

        if (z == NULL || arena_create(4096, &arena, NULL) != ERR_OK)
            abort();
        add(z, (struct entry){.name = "a.csv", .text = "first"});
        add(z, rows[i].entry);
        T_EQ(unzip_read(end(z), &caps, arena, &got, NULL), ERR_OK, rows[i].what);
        T_EQ(got.n_troubles, 1, rows[i].what);
        if (got.n_troubles == 1)
            T_EQ(got.troubles[0].defect, rows[i].want, rows[i].what);
        arena_destroy(&arena);
        free(z);
    }
}

T_CASE(unzip_gives_the_files_that_are_wanted)
{
    struct made *z = calloc(1, sizeof *z);
    struct arena *arena = NULL;
    struct unzip got;
    char path[300];
    struct span zip;
    FILE *f;

    if (z == NULL || arena_create(4096, &arena, NULL) != ERR_OK)
        abort();
    add(z, (struct entry){.name = "a.csv", .text = "first"});
    add(z, (struct entry){.name = "\x93\xFA\x96\x7B.txt", .text = "old names are let be"});
    add(z, (struct entry){.name = "\x93\xFA\x96\x7C.txt", .text = ""});
    add(z, (struct entry){.name = "名.csv", .text = "", .flags = 0x800});
    zip = end(z);
    T_EQ(unzip_read(zip, &caps, arena, &got, NULL), ERR_OK, "from memory");
    T_EQ(got.n_troubles, 0, "nothing wrong");
    T_EQ(got.n_files, 4, "four files");
    T_TEXT(got.files[0].name, "a.csv", "its name");
    T_SPAN(got.files[0].bytes, SPAN("first"), "its bytes");
    T_TEXT(got.files[1].name, "?", "a name in no UTF-8");
    T_TEXT(got.files[3].name, "名.csv", "a name in UTF-8");
    snprintf(path, sizeof path, "%s/a.zip", t_dir());
    f = fopen(path, "wb");
    if (f == NULL || fwrite(zip.p, 1, zip.len, f) != zip.len || fclose(f) != 0)
        abort();
    T_EQ(unzip_read_file(path, &caps, arena, &got, NULL), ERR_OK, "from a file");
    T_EQ(got.n_files, 4, "four files again");
    T_SPAN(got.files[0].bytes, SPAN("first"), "the same bytes");
    T_EQ(unzip_read_file("/nonexistent", &caps, arena, &got, NULL), ERR_NOT_FOUND, "no file");
    T_EQ(unzip_read(span_cut(zip, 0, zip.len - 30), &caps, arena, &got, NULL), ERR_OK, "cut");
    T_EQ(only_trouble(&got), UNZIP_BROKEN, "is broken");
    T_EQ(unzip_read(SPAN_NONE, &caps, arena, &got, NULL), ERR_OK, "nothing");
    T_EQ(only_trouble(&got), UNZIP_BROKEN, "is broken too");
    arena_destroy(&arena);
    free(z);
}

T_CASE(unzip_stops_at_too_many_entries_and_too_many_bytes)
{
    struct made *z = calloc(1, sizeof *z), *y = calloc(1, sizeof *y);
    struct arena *arena = NULL;
    struct unzip got;

    if (z == NULL || y == NULL || arena_create(4096, &arena, NULL) != ERR_OK)
        abort();
    for (int i = 0; i < 9; i++) {
        char name[16];

        snprintf(name, sizeof name, "f%d", i);
        add(z, (struct entry){.name = name, .text = ""});
    }
    T_EQ(unzip_read(end(z), &caps, arena, &got, NULL), ERR_OK, "nine entries");
    T_EQ(only_trouble(&got), UNZIP_N_ENTRIES, "four are allowed");
    for (int i = 0; i < 4; i++) {
        char name[16];

        snprintf(name, sizeof name, "f%d", i);
        add(y, (struct entry){.name = name, .text = N_TEXT});
    }
    T_EQ(unzip_read(end(y), &caps, arena, &got, NULL), ERR_OK, "240 bytes");
    T_EQ(only_trouble(&got), UNZIP_TOTAL_BYTES, "150 are allowed");
    arena_destroy(&arena);
    free(y);
    free(z);
}
