/* covers: node/db/audit_leaf.c node/db/audit_deletion.c node/db/audit_ranges.c */
/* An export from outside, whole: whatever the bytes, verification ends with an answer; and what
 * reads as a line is written the same way again. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "node/base/arena.h"
#include "node/db/audit_deletion.h"
#include "node/db/audit_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void rewrite(struct span line)
{
    static char note[LEAF_NOTE_CAP], out[LEAF_LINE_CAP + LEAF_HEAD_CAP];
    struct leaf_record r;
    struct deletion deletion;
    size_t len = 0;

    if (leaf_read(line, note, &r, NULL) != ERR_OK)
        return;
    switch (r.what) {
    case LINE_HEADER:
        len = leaf_header_into(r.origin, r.n, r.n_checkpoints, out) - 1;
        break;
    case LINE_LEAF:
        len = leaf_head_into(&r.leaf, out);
        if (r.leaf.bytes.p == NULL)
            r.leaf.bytes = SPAN("null");
        else if (deletion_read(r.leaf.bytes, &deletion, NULL) == ERR_OK)
            check(deletion.rule.len > 0 && deletion.table.len > 0);
        memcpy(out + len, r.leaf.bytes.p, r.leaf.bytes.len);
        len += r.leaf.bytes.len;
        out[len++] = '}';
        break;
    case LINE_CHECKPOINT:
        len = leaf_checkpoint_into(r.note, out) - 1;
        break;
    case LINE_EXTRA:
        len = leaf_extra_into(r.leaf.table, r.leaf.row, out) - 1;
        break;
    case LINE_END:
        len = leaf_end_into(r.n, out) - 1;
        break;
    }
    check(span_eq(line, span_of(out, len)));
}

/* The way back of a deletion's row, which only the node writes. */
static void write_deletion(struct span text)
{
    struct deletion d = {.rule = text, .table = SPAN("t"), .n_rows = 1, .seqs = SPAN("1")}, got;
    struct arena *arena = NULL;
    struct span bytes;

    if (arena_create(512, &arena, NULL) != ERR_OK)
        return;
    if (deletion_write(&d, arena, &bytes, NULL) == ERR_OK)
        check(deletion_read(bytes, &got, NULL) == ERR_OK && span_eq(got.rule, text));
    arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t public_key[NOTE_PUBLIC_BYTES] = {1};
    struct note_key key;
    struct verify_conf conf = {.key = &key};
    struct verify_result result;
    char path[64];
    int fd;

    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end == NULL ? size - at : (size_t)(end - data) - at;

        if (len <= LEAF_LINE_CAP)
            rewrite(span_of(data + at, len));
        at += len + 1;
    }
    write_deletion(span_of(data, size < 100 ? size : 100));
    if (note_key_init(SPAN("sample.ibasho"), public_key, &key, NULL) != ERR_OK)
        return 0;
    fd = memfd_create("export", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)verify_export(path, &conf, &result, NULL);
    close(fd);
    return 0;
}
