#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tenants/leaving/leaving_scan.h"
#include "tenants/leaving/leaving_wipe.h"
#include "tests/t.h"

static void put(const char *dir, const char *name, struct span bytes)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    T_OK(f != NULL && fwrite(bytes.p, 1, bytes.len, f) == bytes.len && fclose(f) == 0, name);
}

T_CASE(a_planted_name_is_found_in_any_writing_and_across_pieces) /* AI-7.2-1 */
{
    static const struct span names[] = {
        {(const uint8_t *)"\xe7\x9b\xae\xe5\x8d\xb0\xe3\x81\x82", 9}, /* 目印あ */
        {(const uint8_t *)"MARK-0123456789", 15},
    };
    const struct {
        const char *what;
        struct span bytes;
        int n_first, n_second;
    } rows[] = {
        {"UTF-8", SPAN("xx\xe7\x9b\xae\xe5\x8d\xb0\xe3\x81\x82xx"), 1, 0},
        {"UTF-16LE", SPAN("\xee\x76\x70\x53\x42\x30"), 1, 0},
        {"UTF-16BE", SPAN("\x76\xee\x53\x70\x30\x42"), 1, 0},
        {"EUC-JP", SPAN("\xcc\xdc\xb0\xf5\xa4\xa2"), 1, 0},
        {"Shift_JIS", SPAN("\x96\xda\x88\xf3\x82\xa0"), 1, 0},
        {"letters", SPAN("MARK-0123456789MARK-0123456789"), 0, 2},
        {"letters in UTF-16",
         SPAN("M\0A\0R\0K\0-\0"
              "0\0"
              "1\0"
              "2\0"
              "3\0"
              "4\0"
              "5\0"
              "6\0"
              "7\0"
              "8\0"
              "9\0"),
         0, 1},
        {"all but the last", SPAN("MARK-012345678"), 0, 0},
    };
    struct leaving_scan *scan = NULL;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        for (size_t piece = 1; piece <= rows[i].bytes.len; piece += 3) {
            T_EQ(leaving_scan_create(names, 2, &scan, NULL), ERR_OK, rows[i].what);
            leaving_scan_begin(scan);
            for (size_t at = 0; at < rows[i].bytes.len; at += piece)
                leaving_scan_put(scan, span_cut(rows[i].bytes, at, piece));
            T_EQ(leaving_scan_hits(scan, 0), rows[i].n_first, rows[i].what);
            T_EQ(leaving_scan_hits(scan, 1), rows[i].n_second, rows[i].what);
            T_EQ(leaving_scan_bytes(scan), rows[i].bytes.len, "all of it");
            leaving_scan_destroy(&scan);
        }
    T_EQ(leaving_scan_create(&(struct span){(const uint8_t *)"ab", 2}, 1, &scan, NULL),
         ERR_INVALID, "too short to say anything");
}

/* Every writing of a name of plain letters, at every place. */
static int64_t naive(const char *name, const uint8_t *text, size_t len)
{
    size_t n = strlen(name);
    int64_t hits = 0;

    for (size_t at = 0; at < len; at++) {
        bool is_plain = true, is_le = true, is_be = true;

        for (size_t i = 0; i < n; i++) {
            const uint8_t *two = text + at + 2 * i;
            bool has_two = at + 2 * i + 2 <= len;

            is_plain = is_plain && at + i < len && text[at + i] == name[i];
            is_le = is_le && has_two && two[0] == name[i] && two[1] == 0;
            is_be = is_be && has_two && two[0] == 0 && two[1] == name[i];
        }
        hits += is_plain + is_le + is_be;
    }
    return hits;
}

/* Few letters, so that names lie in one another and across the borders of pieces. */
T_CASE(what_is_found_is_what_a_look_at_every_byte_finds) /* AI-7.2-1 */
{
    enum { N_NAMES = 6, LEN = 3 << 13 };
    static uint8_t text[LEN];
    int64_t n_found = 0;

    srand(20261123); /* NOLINT(cert-msc32-c,cert-msc51-cpp): the same text each time */
    for (int round = 0; round < 60; round++) {
        char names[N_NAMES][24];
        struct span spans[N_NAMES];
        struct leaving_scan *scan = NULL;

        for (size_t i = 0; i < N_NAMES; i++) {
            size_t n = 4 + (size_t)rand() % (round % 3 == 0 ? 4 : 18);

            for (size_t k = 0; k < n; k++)
                names[i][k] = (char)('a' + rand() % 2);
            names[i][n] = '\0';
            spans[i] = span_text(names[i]);
        }
        for (size_t at = 0; at < LEN; at++) /* letters, letters of two bytes, zeros */
            text[at] = at / 4096 % 3 == 2 || (at / 4096 % 3 == 1 && at % 2 == (round & 1))
                           ? 0
                           : (uint8_t)('a' + rand() % 2);
        memcpy(text + LEN - 4 - strlen(names[0]), names[0], strlen(names[0]));
        T_EQ(leaving_scan_create(spans, N_NAMES, &scan, NULL), ERR_OK, "scan");
        leaving_scan_begin(scan);
        for (size_t at = 0, n; at < LEN; at += n) {
            n = 1 + (size_t)rand() % (round % 2 == 0 ? 40 : 9000);
            leaving_scan_put(scan, span_cut(span_of(text, LEN), at, n));
        }
        for (size_t i = 0; i < N_NAMES; i++) {
            int64_t want = naive(names[i], text, LEN);

            T_EQ(leaving_scan_hits(scan, i), want, names[i]);
            n_found += want;
        }
        leaving_scan_destroy(&scan);
    }
    T_OK(n_found > 10000, "there was something to find");
}

T_CASE(a_tree_is_wiped_with_what_its_links_name_and_what_is_kept_stays)
{
    static const char *const keep[] = {"leaving", NULL};
    char top[] = "/tmp/leaving-XXXXXX", path[256], link_to[256];
    struct leaving_count count = {0, 0};
    struct leaving_scan *scan = NULL;
    const struct span mark = SPAN("MARK-wiped");

    T_OK(mkdtemp(top) != NULL, "a directory");
    snprintf(path, sizeof path, "%s/data", top);
    mkdir(path, 0700);
    put(path, "file", mark);
    snprintf(path, sizeof path, "%s/data/leaving", top);
    mkdir(path, 0700);
    put(path, "steps", mark);
    snprintf(path, sizeof path, "%s/space", top);
    mkdir(path, 0700);
    put(path, "table", mark);
    snprintf(link_to, sizeof link_to, "%s/data/pg_tblspc", top);
    T_EQ(symlink(path, link_to), 0, "a tablespace");
    T_EQ(leaving_scan_create(&mark, 1, &scan, NULL), ERR_OK, "scan");
    T_EQ(leaving_scan_tree(scan, top, NULL), ERR_OK, "before");
    T_EQ(leaving_scan_hits(scan, 0), 3, "three");
    leaving_scan_destroy(&scan);
    snprintf(path, sizeof path, "%s/data", top);
    T_EQ(leaving_wipe_tree(path, true, true, keep, &count, NULL), ERR_OK, "wiped");
    T_EQ(count.n_files, 3, "two files and a link");
    T_EQ(leaving_wipe_tree(path, true, true, keep, &count, NULL), ERR_OK, "and again");
    T_EQ(leaving_scan_create(&mark, 1, &scan, NULL), ERR_OK, "scan");
    T_EQ(leaving_scan_tree(scan, top, NULL), ERR_OK, "after");
    T_EQ(leaving_scan_hits(scan, 0), 1, "what was kept");
    leaving_scan_destroy(&scan);
    T_EQ(leaving_wipe_tree(top, false, false, NULL, &count, NULL), ERR_OK, "all");
    T_OK(access(top, F_OK) != 0, "gone");
}

/* However it is written, a link that leads out is followed, and none leads to what holds us. */
T_CASE(a_relative_link_out_is_followed_and_one_to_what_holds_it_is_refused)
{
    char top[] = "/tmp/leaving-XXXXXX", data[64], wal[64], at[96], file[96];
    struct leaving_count count = {0, 0};

    T_REQ("AI-7.2-1");
    T_OK(mkdtemp(top) != NULL, "a directory");
    snprintf(data, sizeof data, "%s/data", top);
    snprintf(wal, sizeof wal, "%s/wal", top);
    snprintf(file, sizeof file, "%s/000000010000000000000001", wal);
    mkdir(data, 0700);
    mkdir(wal, 0700);
    put(wal, "000000010000000000000001", SPAN("MARK-wal"));
    put(data, "file", SPAN("of the node"));
    snprintf(at, sizeof at, "%s/up", data);
    T_EQ(symlink("..", at), 0, "a link to what holds it");
    T_EQ(leaving_wipe_tree(data, true, true, NULL, &count, NULL), ERR_DENIED, "refused");
    T_EQ(access(file, F_OK), 0, "beside it nothing is touched");
    T_EQ(unlink(at), 0, "away");
    T_EQ(symlink(".", at), 0, "a link to itself");
    snprintf(at, sizeof at, "%s/itself", wal);
    T_EQ(symlink(".", at), 0, "and one there");
    snprintf(at, sizeof at, "%s/pg_wal", data);
    T_EQ(symlink("../wal", at), 0, "the write-ahead log on another disk");
    T_EQ(leaving_wipe_tree(data, true, true, NULL, &count, NULL), ERR_OK, "wiped");
    T_OK(access(file, F_OK) != 0, "also where the link leads");
    T_EQ(access(wal, F_OK), 0, "the directory itself stays");
    T_EQ(leaving_wipe_tree(top, false, false, NULL, &count, NULL), ERR_OK, "all");
}

/* What the node's own user could not empty, root does not empty for it. */
T_CASE(a_link_of_the_nodes_user_leads_nowhere_that_is_somebody_elses)
{
    char top[] = "/tmp/leaving-XXXXXX", data[64], other[64], link_at[96], file[96];
    struct leaving_count count = {0, 0};

    T_REQ("AI-7.2-1");
    T_OK(mkdtemp(top) != NULL, "a directory");
    snprintf(data, sizeof data, "%s/data", top);
    snprintf(other, sizeof other, "%s/other", top);
    snprintf(link_at, sizeof link_at, "%s/out", data);
    snprintf(file, sizeof file, "%s/kept", other);
    mkdir(data, 0700);
    mkdir(other, 0700);
    put(other, "kept", SPAN("of another"));
    T_EQ(symlink(other, link_at), 0, "a link");
    T_EQ(lchown(link_at, 65534, 65534), 0, "of the node's user (needs root)");
    T_EQ(leaving_wipe_tree(data, true, true, NULL, &count, NULL), ERR_DENIED, "not followed");
    T_EQ(access(file, F_OK), 0, "it is still there");
    T_EQ(chown(other, 65534, 65534), 0, "now it is his own");
    T_EQ(leaving_wipe_tree(data, true, true, NULL, &count, NULL), ERR_OK, "followed");
    T_OK(access(file, F_OK) != 0, "wiped");
    T_EQ(leaving_wipe_tree(top, false, false, NULL, &count, NULL), ERR_OK, "all");
}
