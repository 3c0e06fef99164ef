#include "node/db/audit_leaf.h"

#include <stdio.h>

#include "node/db/audit_deletion.h"
#include "node/db/audit_ranges.h"
#include "tests/lib/audit_sample.h"
#include "tests/t.h"

T_CASE(leaf_hashes_are_what_the_header_says)
{
    static const uint8_t salt[LEAF_SALT_BYTES] = {1, 2, 3};
    struct audit_leaf leaf = {.kind = SPAN("a.b"), .table = SPAN("t"), .at_us = 0x0102030405};
    char bytes[1 + 4 + 8 + 2 + 16 + 32] = "\0\3a.b\0\0\0\1\2\3\4\5\1t";
    struct hash256 want, got;
    uint8_t opened[16 + 2];

    T_REQ("NI-T3-8");
    memcpy(opened, salt, 16);
    opened[16] = '{';
    opened[17] = '}';
    want = hash256_of(span_of(opened, sizeof opened));
    got = leaf_commitment(salt, SPAN("{}"));
    T_SPAN(hash256_span(&got), hash256_span(&want), "commitment");
    leaf.commitment = got;
    leaf.row.b[0] = 0x77;
    memcpy(bytes + 15, leaf.row.b, 16);
    memcpy(bytes + 31, got.b, 32);
    want = hash256_of(span_of(bytes, sizeof bytes));
    got = leaf_hash(&leaf);
    T_SPAN(hash256_span(&got), hash256_span(&want), "leaf");
}

T_CASE(leaf_names_and_rows_have_one_form)
{
    static const char *const bad_names[] = {
        "",    "A", "a b",
        "a\"", "ä", "1234567890123456789012345678901234567890123456789012345678901234"};
    static const char *const bad_rows[] = {"", "{", "}", "[]", "{}\n", "{\n}", " {}", "null"};

    for (size_t i = 0; i < T_COUNT(bad_names); i++)
        T_OK(!leaf_is_name(span_text(bad_names[i])), bad_names[i]);
    for (size_t i = 0; i < T_COUNT(bad_rows); i++)
        T_OK(!leaf_is_row(span_text(bad_rows[i])), bad_rows[i]);
    T_OK(leaf_is_name(SPAN("log.deletion")) && leaf_is_name(SPAN("a-1_b")), "names");
    T_OK(leaf_is_row(SPAN("{}")) && leaf_is_row(SPAN("{\"a\":\"町\"}")), "rows");
}

T_CASE(leaf_lines_read_back_what_was_written)
{
    struct audit_leaf leaf;
    struct leaf_record r;
    char line[2 * LEAF_NOTE_CAP + 64], row[512], note[LEAF_NOTE_CAP];
    size_t len;

    audit_sample_leaf(4711, &leaf, row);
    for (int i = 0; i < 4; i++) {
        leaf.has_salt = (i & 1) == 0;
        len = leaf_head_into(&leaf, line);
        len += (size_t)sprintf(line + len, "%s}", i < 2 ? row : "null");
        T_EQ(leaf_read(span_of(line, len), note, &r, NULL), ERR_OK, "reads");
        T_EQ(r.what, LINE_LEAF, "a leaf");
        T_EQ(r.leaf.seq, 4711, "seq");
        T_EQ(r.leaf.at_us, leaf.at_us, "time");
        T_SPAN(r.leaf.kind, leaf.kind, "kind");
        T_SPAN(r.leaf.table, leaf.table, "table");
        T_OK(id_eq(r.leaf.row, leaf.row), "row");
        T_EQ(r.leaf.has_salt, leaf.has_salt, "salt there");
        T_OK(!leaf.has_salt || memcmp(r.leaf.salt, leaf.salt, 16) == 0, "salt");
        T_OK(hash256_eq(&r.leaf.commitment, &leaf.commitment), "commitment");
        T_OK(hash256_eq(&r.leaf.hash, &leaf.hash), "hash");
        T_SPAN(r.leaf.bytes, i < 2 ? leaf.bytes : SPAN_NONE, "row bytes");
        T_EQ(r.leaf.bytes.p == NULL, i >= 2, "no row");
    }
    len = leaf_header_into(SPAN("a.b"), 12, 5, line);
    T_EQ(leaf_read(span_of(line, len - 1), note, &r, NULL), ERR_OK, "header");
    T_OK(r.what == LINE_HEADER && r.n == 12 && r.n_checkpoints == 5 &&
             span_eq(r.origin, SPAN("a.b")),
         "header");
    len = leaf_end_into(12, line);
    T_EQ(leaf_read(span_of(line, len - 1), note, &r, NULL), ERR_OK, "end");
    T_OK(r.what == LINE_END && r.n == 12, "end");
    len = leaf_extra_into(SPAN("t"), leaf.row, line);
    T_EQ(leaf_read(span_of(line, len - 1), note, &r, NULL), ERR_OK, "extra");
    T_OK(r.what == LINE_EXTRA && id_eq(r.leaf.row, leaf.row), "extra");
    len = leaf_checkpoint_into(SPAN("a\n1\n\n— b\n"), line);
    T_EQ(leaf_read(span_of(line, len - 1), note, &r, NULL), ERR_OK, "checkpoint");
    T_OK(r.what == LINE_CHECKPOINT, "checkpoint");
    T_SPAN(r.note, SPAN("a\n1\n\n— b\n"), "note");
}

/* Every single-byte change of a line is refused or reads as something else. */
T_CASE(leaf_lines_have_one_spelling)
{
    struct audit_leaf leaf;
    struct leaf_record r, was;
    char line[2048], changed[2048], row[512], note[LEAF_NOTE_CAP], again[2048];
    size_t len, n_refused = 0;

    audit_sample_leaf(3, &leaf, row);
    len = leaf_head_into(&leaf, line);
    len += (size_t)sprintf(line + len, "{}}");
    T_EQ(leaf_read(span_of(line, len), note, &was, NULL), ERR_OK, "as written");
    for (size_t at = 0; at < len; at++)
        for (unsigned c = 0; c < 256; c++) {
            size_t n;

            if ((char)c == line[at])
                continue;
            memcpy(changed, line, len);
            changed[at] = (char)c;
            if (leaf_read(span_of(changed, len), note, &r, NULL) != ERR_OK) {
                n_refused++;
                continue;
            }
            n = leaf_head_into(&r.leaf, again);
            n += (size_t)sprintf(again + n, "%.*s}", SPAN_ARG(r.leaf.bytes));
            T_SPAN(span_of(again, n), span_of(changed, len), "what reads is written the same");
        }
    T_OK(n_refused > len * 200, "most are refused");
    for (size_t cut = 0; cut < len; cut++)
        T_EQ(leaf_read(span_of(line, cut), note, &r, NULL), ERR_PROTO, "cut off");
}

T_CASE(deletion_rows_read_back)
{
    struct deletion d = {.id = id_new(),
                         .at_us = 1795292241123456,
                         .rule = SPAN("retention.expired"),
                         .table = SPAN("access_record"),
                         .n_rows = 3,
                         .seqs = SPAN("12-13,20")},
                    got;
    struct arena *arena = NULL;
    struct span bytes;

    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    T_EQ(deletion_write(&d, arena, &bytes, NULL), ERR_OK, "write");
    T_OK(leaf_is_row(bytes), "a row");
    T_EQ(deletion_read(bytes, &got, NULL), ERR_OK, "read");
    T_OK(id_eq(got.id, d.id) && got.n_rows == 3 && span_eq(got.rule, d.rule) &&
             span_eq(got.table, d.table) && span_eq(got.seqs, d.seqs),
         "the same");
    for (size_t cut = 0; cut < bytes.len; cut++)
        T_EQ(deletion_read(span_cut(bytes, 0, cut), &got, NULL), ERR_PROTO, "cut off");
    d.rule = SPAN("no good");
    T_EQ(deletion_write(&d, arena, &bytes, NULL), ERR_INVALID, "a rule is a name");
    arena_destroy(&arena);
}

/* ---- ranges ---- */

struct list {
    char text[256];
};

static enum err note_range(void *arg, uint64_t first, uint64_t last, struct fail *why)
{
    struct list *list = arg;

    (void)why;
    sprintf(list->text + strlen(list->text), "[%llu %llu]", (unsigned long long)first,
            (unsigned long long)last);
    return ERR_OK;
}

T_CASE(ranges_read_only_rising_lists_below_the_limit)
{
    static const struct {
        const char *text, *want; /* NULL: refused */
        uint64_t n;
    } rows[] = {
        {"0", "[0 0]", 1},        {"12-15,20", "[12 15][20 20]", 5},
        {"1,2", "[1 1][2 2]", 2}, {"", NULL, 0},
        {"5-5", NULL, 0},         {"5-4", NULL, 0},
        {"2,1", NULL, 0},         {"1,1", NULL, 0},
        {"1-3,3", NULL, 0},       {"1,", NULL, 0},
        {",1", NULL, 0},          {"01", NULL, 0},
        {"1 ", NULL, 0},          {"1-", NULL, 0},
        {"100", NULL, 0},         {"99", "[99 99]", 1},
        {"98-100", NULL, 0},      {"99999999999999999999", NULL, 0},
        {"a", NULL, 0},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct list list = {""};
        uint64_t n = 0;
        enum err rc = ranges_read(span_text(rows[i].text), 100, note_range, &list, &n, NULL);

        T_EQ(rc, rows[i].want == NULL ? ERR_PROTO : ERR_OK, rows[i].text);
        if (rows[i].want != NULL) {
            T_TEXT(list.text, rows[i].want, rows[i].text);
            T_EQ(n, rows[i].n, rows[i].text);
        }
    }
}

static void note_difference(enum ranges_what what, const struct range *range, void *arg)
{
    static const char letters[] = "uot"; /* in the order of enum ranges_what */

    for (uint64_t i = range->first; i <= range->last; i++)
        ((char *)arg)[i] = letters[what];
}

/* Against the plain definition, number by number. */
T_CASE(ranges_compare_finds_every_difference)
{
    enum { N = 40 };
    unsigned seed = 7;

    for (int round = 0; round < 2000 && t_case_ok(); round++) {
        struct ranges closed = {0}, lawful = {0};
        int closed_by[N], lawful_by[N];
        char want[N + 1], got[N + 1];
        uint64_t n = 0;

        memset(want, '.', N);
        memset(got, '.', N);
        want[N] = got[N] = '\0';
        for (int i = 0; i < N; i++) {
            closed_by[i] = rand_r(&seed) % 3 == 0 ? -1 : rand_r(&seed) % 10 == 0;
            lawful_by[i] = rand_r(&seed) % 8 == 0 ? -1 : closed_by[i];
            if (rand_r(&seed) % 20 == 0)
                lawful_by[i] = rand_r(&seed) % 2;
            for (int twice = rand_r(&seed) % 10 == 0; closed_by[i] >= 0 && twice >= 0; twice--)
                T_EQ(ranges_add(&closed, (uint64_t)i, (uint64_t)i, closed_by[i], 0, NULL),
                     ERR_OK, "closed");
            if (closed_by[i] >= 0 && closed_by[i] != lawful_by[i])
                want[i] = 'u';
            else if (closed_by[i] < 0 && lawful_by[i] >= 0)
                want[i] = 'o';
        }
        for (int i = N - 1; i >= 0; i--) /* in any order */
            if (lawful_by[i] >= 0) {
                T_EQ(ranges_add(&lawful, (uint64_t)i, (uint64_t)i, lawful_by[i], n++ / 5, NULL),
                     ERR_OK, "lawful");
            }
        ranges_compare(&closed, &lawful, note_difference, got);
        T_TEXT(got, want, "differences");
        ranges_fini(&closed);
        ranges_fini(&lawful);
    }
}

T_CASE(ranges_compare_says_what_is_deleted_twice)
{
    struct ranges closed = {0}, lawful = {0};
    char got[9] = "........";

    T_EQ(ranges_add(&closed, 1, 6, 0, 0, NULL), ERR_OK, "closed");
    T_EQ(ranges_add(&lawful, 1, 4, 0, 8, NULL), ERR_OK, "lawful");
    T_EQ(ranges_add(&lawful, 3, 6, 0, 9, NULL), ERR_OK, "again");
    ranges_compare(&closed, &lawful, note_difference, got);
    T_TEXT(got, "...tttt.", "the second list");
    ranges_fini(&closed);
    ranges_fini(&lawful);
}
