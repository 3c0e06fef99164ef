/* covers: node/db/wal_words.c */
/* What replication sends, places in the log, names of pieces: what is read is written back the
 * same. */
#include <stdio.h>
#include <stdlib.h>

#include "node/db/wal_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[PIECE_NAME_CAP + 8], again[PIECE_NAME_CAP], place[DB_WAL_TEXT_CAP];
    struct db_wal_message message;
    struct piece piece = {.timeline = 0};
    uint64_t at;

    if (db_wal_parse(span_of(data, size), &message, NULL) == ERR_OK && message.bytes.len > size)
        abort();
    if (db_wal_place(span_of(data, size), &at)) {
        uint64_t back;

        db_wal_text(at, place);
        if (!db_wal_place(span_text(place), &back) || back != at)
            abort();
    }
    snprintf(name, sizeof name, "%.*s", (int)(size < 1000 ? size : 1000), (const char *)data);
    if (piece_name_read(name, &piece)) {
        piece_name(&piece, again);
        if (strcmp(name, again) != 0 || piece.end <= piece.start)
            abort();
    }
    return 0;
}
