/* An export of a real log, checked offline by two programs that share no line of code: the
 * verifier under test and tests/lib/verify_log.py. And the proofs and pages the log shows. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/audit_proof.h"
#include "node/features.h"
#include "tests/integration/audit_fixture.h"
#include "tests/t.h"

#define YEAR_US   INT64_C(31557600000000)
#define CODES_CAP 512

static struct audit_fixture f;
static char export_path[128], changed_path[128];

struct deletion_call {
    struct id *rows;
    size_t n;
};

static enum err run_deletion(struct tx *tx, void *arg, struct fail *why)
{
    const struct deletion_call *call = arg;

    return audit_append_deletion(tx, "retention.expired", "access_record", call->rows, call->n,
                                 why);
}

static void build(void)
{
    struct id old[6];
    struct deletion_call call = {old, 3};
    struct fail why = {.code = ERR_OK};
    FILE *to;

    audit_fixture_start(&f);
    audit_fixture_append(&f, 6, clock_utc_us() - 6 * YEAR_US, old);
    audit_fixture_checkpoint(&f);
    audit_fixture_append(&f, 7, clock_utc_us(), NULL);
    T_EQ(writer_wait(f.writer, run_deletion, &call, NULL), ERR_OK, "deletion");
    audit_fixture_checkpoint(&f);
    audit_fixture_append(&f, 5, clock_utc_us(), NULL);
    audit_fixture_checkpoint(&f);
    snprintf(export_path, sizeof export_path, "%s/export", f.keyd.dir);
    snprintf(changed_path, sizeof changed_path, "%s/changed", f.keyd.dir);
    to = fopen(export_path, "w");
    audit_fixture_sql(&f, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    T_OK(to != NULL && live_export(f.owner, features_audit_tables, SPAN("test.ibasho"), to,
                                   &why) == ERR_OK,
         why.text);
    audit_fixture_sql(&f, "COMMIT");
    T_EQ(fclose(to), 0, "written");
}

/* Each code of a list once, sorted: "a b c ". */
static void add_code(char codes[CODES_CAP], const char *code, size_t len)
{
    char *at = codes;

    while (*at != '\0') {
        size_t n = strcspn(at, " ");
        int order = strncmp(at, code, n < len ? n : len);

        if (order == 0 && n == len)
            return;
        if (order > 0 || (order == 0 && n > len))
            break;
        at += n + 1;
    }
    if (strlen(codes) + len + 2 > CODES_CAP)
        abort();
    memmove(at + len + 1, at, strlen(at) + 1);
    memcpy(at, code, len);
    at[len] = ' ';
}

static void note_code(const struct verify_finding *finding, void *arg)
{
    add_code(arg, finding->code, strlen(finding->code));
}

static int ours(const char *path, char codes[CODES_CAP], struct verify_result *result)
{
    struct verify_conf conf = {
        .key = &f.key, .checkpoints_path = f.checkpoint_path, .each = note_code, .arg = codes};

    codes[0] = '\0';
    if (verify_export(path, &conf, result, NULL) != ERR_OK)
        return 2;
    return result->n_findings > 0;
}

static int theirs(const char *path, char codes[CODES_CAP], char last[256])
{
    char key[NOTE_KEY_TEXT_CAP], command[1024], line[256];
    FILE *from;
    int status;

    codes[0] = last[0] = '\0';
    note_key_text(&f.key, key);
    snprintf(command, sizeof command,
             "/usr/bin/python3 tests/lib/verify_log.py %s '%s' %s 2>/dev/null", path, key,
             f.checkpoint_path);
    from = popen(command, "r"); /* NOLINT(cert-env33-c): fixed words, our own paths */
    while (from != NULL && fgets(line, sizeof line, from) != NULL) {
        if (line[0] != '{')
            add_code(codes, line, strcspn(line, " \n"));
        snprintf(last, 256, "%s", line);
    }
    status = from == NULL ? -1 : pclose(from);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void agree(const char *path, const char *what)
{
    char a[CODES_CAP], b[CODES_CAP], last[256];
    struct verify_result result;
    int one = ours(path, a, &result), two = theirs(path, b, last);

    T_EQ(one, two, what);
    T_TEXT(a, b, what);
}

T_CASE(audit_export_verifies_offline_by_two_programs)
{
    char codes[CODES_CAP], last[256], want[128];
    struct verify_result result;

    T_REQ("NI-T3-8");
    build();
    T_EQ(ours(export_path, codes, &result), 0, "clean");
    T_TEXT(codes, "", "nothing found");
    T_EQ(result.n_leaves, 19, "leaves");
    T_EQ(result.n_closed, 3, "lawfully deleted");
    T_EQ(result.n_covered, 19, "covered");
    T_EQ(theirs(export_path, codes, last), 0, "clean for the other");
    snprintf(want, sizeof want,
             "{\"leaves\": 19, \"closed\": 3, \"stored\": 3, \"findings\": 0}\n");
    T_TEXT(last, want, "and counts the same");
}

static char *read_whole(const char *path, size_t *len_out)
{
    FILE *from = fopen(path, "r");
    char *text = malloc(1 << 20);

    if (from == NULL || text == NULL)
        abort();
    *len_out = fread(text, 1, 1 << 20, from);
    fclose(from);
    return text;
}

static void write_whole(const char *text, size_t len)
{
    FILE *to = fopen(changed_path, "w");

    if (to == NULL || fwrite(text, 1, len, to) != len || fclose(to) != 0)
        abort();
}

static size_t line_start(const char *text, size_t len, unsigned n)
{
    size_t at = 0;

    while (n-- > 0)
        at = (size_t)((const char *)memchr(text + at, '\n', len - at) - text) + 1;
    return at;
}

T_CASE(audit_export_two_verifiers_agree_on_whatever_was_changed)
{
    enum { N_ROUNDS = 100 };
    unsigned seed = 20261121, n_lines = 0;
    size_t len;
    char *text = read_whole(export_path, &len), *changed = malloc(2 * len);

    T_REQ("NI-T3-8");
    if (changed == NULL || len == 0)
        abort();
    for (size_t i = 0; i < len; i++)
        n_lines += text[i] == '\n';
    printf("  seed %u\n", seed);
    T_OK(n_lines > 20, "lines");
    for (int round = 0; round < N_ROUNDS && n_lines > 20; round++) {
        unsigned a = (unsigned)rand_r(&seed) % (n_lines - 1);
        size_t start = line_start(text, len, a), next = line_start(text, len, a + 1);
        size_t n = next - start, at = (size_t)rand_r(&seed) % len;

        memcpy(changed, text, len);
        switch (rand_r(&seed) % 6) {
        case 0: /* a line is gone */
            memmove(changed + start, changed + next, len - next);
            write_whole(changed, len - n);
            break;
        case 1: /* a line stands twice */
            memcpy(changed + next, text + start, len - start);
            write_whole(changed, len + n);
            break;
        case 2: /* the end is cut off */
            write_whole(changed, at);
            break;
        default: /* a byte is another */
            changed[at] = (char)(changed[at] ^ (1 << (rand_r(&seed) % 7)));
            write_whole(changed, len);
            break;
        }
        agree(changed_path, "verdict and codes");
    }
    free(changed);
    free(text);
}

/* ---- what the log shows ---- */

static struct hash256 leaf_of(const char *text, size_t len, unsigned seq)
{
    char note[LEAF_NOTE_CAP];
    struct leaf_record r;
    size_t at = 0;

    while (at < len) {
        size_t n = (size_t)((const char *)memchr(text + at, '\n', len - at) - text) - at;

        if (leaf_read(span_of(text + at, n), note, &r, NULL) == ERR_OK && r.what == LINE_LEAF &&
            r.leaf.seq == seq)
            return r.leaf.hash;
        at += n + 1;
    }
    abort();
}

T_CASE(audit_proofs_hold_against_the_signed_roots)
{
    size_t len;
    char *text = read_whole(export_path, &len);
    struct hash256 roots[20], leaf;
    struct merkle_proof proof;
    struct arena *arena = NULL;
    struct merkle tree;
    struct note note;
    struct span bytes;
    uint64_t size = 0;

    merkle_init(&tree);
    for (unsigned i = 0; i <= 19; i++) {
        roots[i] = merkle_root(&tree);
        if (i < 19) {
            leaf = leaf_of(text, len, i);
            merkle_append(&tree, &leaf);
        }
    }
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(audit_last_note(f.owner, arena, &bytes, &size, NULL), ERR_OK, "last note");
    T_EQ(size, 19, "its size");
    T_EQ(note_parse(bytes, &note, NULL), ERR_OK, "parses");
    T_EQ(note_check(&note, &f.key, NULL), ERR_OK, "is signed");
    T_OK(hash256_eq(&note.root, &roots[19]), "and is the tree's");
    for (uint64_t i = 0; i < 19; i++) {
        T_EQ(audit_prove_inclusion(f.owner, i, 19, &leaf, &proof, NULL), ERR_OK, "inclusion");
        T_OK(merkle_is_included(&leaf, i, 19, &proof, &roots[19]), "holds");
        T_EQ(audit_prove_consistency(f.owner, i, 19, &proof, NULL), ERR_OK, "consistency");
        T_OK(merkle_is_consistent(i, &roots[i], 19, &roots[19], &proof), "holds");
    }
    T_EQ(audit_prove_inclusion(f.owner, 19, 19, &leaf, &proof, NULL), ERR_NOT_FOUND, "no leaf");
    T_EQ(audit_prove_inclusion(f.owner, 3, 25, &leaf, &proof, NULL), ERR_NOT_FOUND, "no tree");
    T_EQ(audit_prove_consistency(f.owner, 3, 25, &proof, NULL), ERR_NOT_FOUND, "no tree");
    T_EQ(audit_prove_consistency(f.owner, 4, 3, &proof, NULL), ERR_INVALID, "backwards");
    arena_destroy(&arena);
    free(text);
}

T_CASE(audit_access_record_comes_by_pages_and_filters)
{
    struct access_filter filter = {.until_utc_us = INT64_C(253402300799000000), .n_cap = 4};
    struct access_past *past = NULL, last = {0};
    struct arena *arena = NULL;
    size_t n = 0, sum = 0;
    int64_t before = INT64_MAX;

    T_REQ("NI-T3-8");
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    filter.before_utc_us = filter.until_utc_us;
    do {
        T_EQ(access_list(f.owner, &filter, arena, &past, &n, NULL), ERR_OK, "page");
        for (size_t i = 0; i < n; i++) {
            T_OK(past[i].at_utc_us <= before, "newest first");
            before = past[i].at_utc_us;
            last = past[i];
        }
        sum += n;
        filter.before_utc_us = last.at_utc_us;
        filter.before = last.id;
    } while (n == 4);
    T_EQ(sum, 15, "every entry once (three are deleted)");
    T_SPAN(last.route, SPAN("person.read"), "fields");

    filter = (struct access_filter){.until_utc_us = INT64_C(253402300799000000),
                                    .before_utc_us = INT64_C(253402300799000000),
                                    .from_utc_us = clock_utc_us() - YEAR_US,
                                    .n_cap = 100};
    T_EQ(access_list(f.owner, &filter, arena, &past, &n, NULL), ERR_OK, "since");
    T_EQ(n, 12, "this year's");
    filter.action = SPAN("export");
    T_EQ(access_list(f.owner, &filter, arena, &past, &n, NULL), ERR_OK, "action");
    T_OK(n > 0 && n < 12, "some");
    for (size_t i = 0; i < n; i++)
        T_SPAN(past[i].action, SPAN("export"), "only those");
    filter.action = SPAN_NONE;
    filter.account = last.account;
    filter.person = past[0].person;
    T_EQ(access_list(f.owner, &filter, arena, &past, &n, NULL), ERR_OK, "account and person");
    T_OK(n <= 1, "both must fit");
    filter.account = ID_NONE;
    filter.person = id_new();
    T_EQ(access_list(f.owner, &filter, arena, &past, &n, NULL), ERR_OK, "nobody");
    T_EQ(n, 0, "nothing");
    arena_destroy(&arena);
    audit_fixture_stop(&f);
}
