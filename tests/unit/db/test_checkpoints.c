#include "node/db/checkpoints.h"

#include <stdio.h>
#include <sys/stat.h>

#include "node/db/lines.h"
#include "tests/lib/audit_sample.h"
#include "tests/t.h"

static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", t_dir(), name);
    return path;
}

static void write_file(const char *path, struct span bytes)
{
    FILE *f = fopen(path, "w");

    if (f == NULL || fwrite(bytes.p, 1, bytes.len, f) != bytes.len || fclose(f) != 0)
        abort();
}

T_CASE(lines_come_whole_and_in_order)
{
    const char *path = path_of("lines");
    struct lines *lines = NULL;
    struct span line;
    char want[32];

    T_EQ(lines_open(path, 100, &lines, NULL), ERR_NOT_FOUND, "no such file");
    T_OK(lines == NULL, "nothing opened");
    write_file(path, SPAN("one\n\nthree\ncut"));
    T_EQ(lines_open(path, 100, &lines, NULL), ERR_OK, "open");
    T_EQ(lines_next(lines, &line, NULL), ERR_OK, "first");
    T_SPAN(line, SPAN("one"), "first");
    T_EQ(lines_next(lines, &line, NULL), ERR_OK, "empty");
    T_EQ(line.len, 0, "empty");
    T_EQ(lines_next(lines, &line, NULL), ERR_OK, "third");
    T_EQ(lines_n(lines), 3, "counted");
    T_EQ(lines_next(lines, &line, NULL), ERR_PROTO, "no line feed at the end");
    T_SPAN(line, SPAN("cut"), "what there is");
    lines_close(&lines);

    { /* many, across the buffer's borders */
        FILE *f = fopen(path, "w");

        for (int i = 0; i < 100000; i++)
            fprintf(f, "%d\n", i);
        fclose(f);
    }
    T_EQ(lines_open(path, 100, &lines, NULL), ERR_OK, "open");
    for (int i = 0; i < 100000 && t_case_ok(); i++) {
        snprintf(want, sizeof want, "%d", i);
        T_EQ(lines_next(lines, &line, NULL), ERR_OK, "line");
        T_SPAN(line, span_text(want), "line");
    }
    T_EQ(lines_next(lines, &line, NULL), ERR_NOT_FOUND, "the end");
    T_EQ(lines_next(lines, &line, NULL), ERR_NOT_FOUND, "still");
    lines_close(&lines);
    lines_close(&lines);

    write_file(path, SPAN("12345\n123456\n"));
    T_EQ(lines_open(path, 6, &lines, NULL), ERR_OK, "open");
    T_EQ(lines_next(lines, &line, NULL), ERR_OK, "just fits");
    T_EQ(lines_next(lines, &line, NULL), ERR_PROTO, "over the cap");
    lines_close(&lines);
}

static size_t sample_note(uint64_t n, char bytes[NOTE_CAP])
{
    struct note_key key;
    struct merkle tree;

    merkle_init(&tree);
    for (uint64_t i = 0; i < n; i++)
        merkle_append(&tree, &(struct hash256){{(uint8_t)i}});
    return audit_sample_note(&tree, 1, bytes, &key);
}

T_CASE(checkpoints_are_appended_and_read_back)
{
    const char *path = path_of("checkpoints.log");
    struct checkpoints *file = NULL;
    struct note note;
    struct stat st;
    char bytes[NOTE_CAP];
    uint64_t n_cut = 9;

    T_EQ(checkpoints_open(path, &file, NULL), ERR_NOT_FOUND, "no file yet");
    T_EQ(checkpoints_mend(path, &n_cut, NULL), ERR_OK, "nothing to mend");
    T_EQ(n_cut, 0, "nothing cut");
    for (uint64_t n = 1; n <= 3; n++)
        T_EQ(checkpoints_append(path, span_of(bytes, sample_note(n, bytes)), NULL), ERR_OK,
             "append");
    T_OK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640, "not for everybody");
    T_EQ(checkpoints_open(path, &file, NULL), ERR_OK, "open");
    for (uint64_t n = 1; n <= 3; n++) {
        T_EQ(checkpoints_next(file, &note, NULL), ERR_OK, "next");
        T_EQ(note.size, n, "in order");
    }
    T_EQ(checkpoints_next(file, &note, NULL), ERR_NOT_FOUND, "the end");
    T_EQ(checkpoints_whole_bytes(file), st.st_size, "all of it whole");
    checkpoints_close(&file);
    T_EQ(checkpoints_append("/nonexistent/file", SPAN("x"), NULL), ERR_IO, "no such folder");
}

T_CASE(checkpoints_cut_at_any_byte_are_mended)
{
    const char *path = path_of("cut.log");
    char bytes[NOTE_CAP], whole[2 * NOTE_CAP];
    size_t first = sample_note(1, bytes), len;
    struct checkpoints *file = NULL;
    struct note note;
    struct stat st;

    memcpy(whole, bytes, first);
    whole[first++] = '\n';
    len = first;
    len += sample_note(2, whole + len);
    whole[len++] = '\n';
    for (size_t cut = 0; cut <= len && t_case_ok(); cut++) {
        uint64_t n_cut, want = cut == len ? len : cut >= first ? first : 0;

        write_file(path, span_of(whole, cut));
        T_EQ(checkpoints_open(path, &file, NULL), ERR_OK, "open");
        for (uint64_t n = 1; n <= (want == len ? 2u : want == first ? 1u : 0u); n++)
            T_EQ(checkpoints_next(file, &note, NULL), ERR_OK, "whole ones come");
        T_EQ(checkpoints_next(file, &note, NULL), cut == want ? ERR_NOT_FOUND : ERR_UNCERTAIN,
             "then the end, or the torn one");
        checkpoints_close(&file);
        T_EQ(checkpoints_mend(path, &n_cut, NULL), ERR_OK, "mend");
        T_EQ(n_cut, cut - want, "cuts what is torn");
        T_OK(stat(path, &st) == 0 && (uint64_t)st.st_size == want, "and nothing else");
    }
}

T_CASE(checkpoints_pass_over_what_is_no_note)
{
    const char *path = path_of("garbage.log");
    struct checkpoints *file = NULL;
    struct note note;
    char bytes[NOTE_CAP], text[3 * NOTE_CAP];
    static char huge[3 * NOTE_CAP];
    uint64_t n_cut;

    snprintf(text, sizeof text, "not\na note\n\xe2\x80\x94 x y\n\n%.*s\n",
             (int)sample_note(4, bytes), bytes);
    write_file(path, span_text(text));
    T_EQ(checkpoints_open(path, &file, NULL), ERR_OK, "open");
    T_EQ(checkpoints_next(file, &note, NULL), ERR_PROTO, "garbage");
    T_EQ(checkpoints_next(file, &note, NULL), ERR_OK, "the next one");
    T_EQ(note.size, 4, "is read");
    checkpoints_close(&file);

    for (size_t i = 0; i < sizeof huge; i++)
        huge[i] = i % 50 == 49 ? '\n' : 'a';
    write_file(path, span_of(huge, sizeof huge));
    T_EQ(checkpoints_open(path, &file, NULL), ERR_OK, "open");
    T_EQ(checkpoints_next(file, &note, NULL), ERR_INVALID, "another file");
    checkpoints_close(&file);
    T_EQ(checkpoints_mend(path, &n_cut, NULL), ERR_INVALID, "is not cut");
    memset(huge, 'a', sizeof huge);
    write_file(path, span_of(huge, sizeof huge));
    T_EQ(checkpoints_mend(path, &n_cut, NULL), ERR_INVALID, "neither is one long line");
}
