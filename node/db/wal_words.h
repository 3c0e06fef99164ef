/* node/db/wal_words.h - words of the write-ahead log: a place in it as text, a message of
 * streaming replication, the name of an archived piece (ops/backup/piece.h).
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_DB_WAL_WORDS_H
#define NODE_DB_WAL_WORDS_H

#include "node/base/err.h"
#include "node/base/id.h"
#include "node/base/span.h"

/* PostgreSQL counts from 2000-01-01T00:00:00Z. */
#define WAL_EPOCH_US INT64_C(946684800000000)

/* One message. bytes empty: only news of how far the server is. */
struct db_wal_message {
    uint64_t start, server_end; /* place of the first byte; how far the server was */
    int64_t at_utc_us;          /* the server's clock when it sent this */
    bool wants_answer;          /* waits for a confirmation: it checks, or it is ending */
    struct span bytes;          /* borrowed until the next call */
};

/* What a message says. ERR_PROTO: it is none. */
NODISCARD enum err db_wal_parse(struct span message, struct db_wal_message *out,
                                struct fail *why);
/* "0/2000028" <-> number. */
#define DB_WAL_TEXT_CAP 20
void db_wal_text(uint64_t place, char text_out[DB_WAL_TEXT_CAP]);
bool db_wal_place(struct span text, uint64_t *place_out);

#define PIECE_SUFFIX   ".ibasho-wal"
#define PIECE_NAME_CAP 80

struct piece {
    struct id base; /* whose key */
    uint32_t timeline;
    uint64_t start, end;
    int64_t at_utc_us;
};

void piece_name(const struct piece *piece, char name_out[PIECE_NAME_CAP]);
/* The base is the directory's. */
bool piece_name_read(const char *name, struct piece *out);

#endif
