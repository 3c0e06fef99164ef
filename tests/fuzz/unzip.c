/* covers: node/io/unzip.c */
/* Any bytes as an archive: never more than the caps allow, from memory and from a file alike.
 */
#include "node/io/unzip.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool wants(const char *name)
{
    return strchr(name, 'u') != NULL;
}

static const struct unzip_caps caps = {.n_entries = 20,
                                       .file_bytes = 3u << 19,
                                       .total_bytes = 3u << 20,
                                       .ratio = 400,
                                       .wants = wants};

static void look(const struct unzip *got)
{
    size_t total = 0;

    if (got->n_files > caps.n_entries)
        abort();
    for (size_t i = 0; i < got->n_files; i++) {
        total += got->files[i].bytes.len;
        if (got->n_troubles == 0 && (strchr(got->files[i].name, '/') != NULL ||
                                     got->files[i].bytes.len > caps.file_bytes))
            abort();
        if (got->files[i].is_wanted != wants(got->files[i].name))
            abort();
    }
    if (got->n_troubles == 0 && total > caps.total_bytes)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz-unzip-XXXXXX";
    struct arena *arena = NULL;
    struct unzip got, from_file;
    int fd;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        return 0;
    if (unzip_read(span_of(data, size), &caps, arena, &got, NULL) == ERR_OK)
        look(&got);
    fd = mkstemp(path);
    if (fd >= 0 && write(fd, data, size) == (ssize_t)size &&
        unzip_read_file(path, &caps, arena, &from_file, NULL) == ERR_OK) {
        look(&from_file);
        if (from_file.n_files != got.n_files || from_file.n_troubles != got.n_troubles)
            abort();
    }
    if (fd >= 0)
        close(fd);
    unlink(path);
    if (unzip_read_file(path, &caps, arena, &from_file, NULL) != ERR_NOT_FOUND)
        abort();
    arena_destroy(&arena);
    return 0;
}
