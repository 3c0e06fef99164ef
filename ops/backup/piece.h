/* ops/backup/piece.h - one piece of the archived log:
 * BACKUP_DIR/wal/BASE/TIMELINE-START-END-TIME.ibasho-wal, sealed (node/db/sealstream.h) under
 * the key of the backup BASE, so that forgetting that backup closes it, and every copy of it.
 *   plain = "ibasho-wal/1\n" ‖ base 16 ‖ system 8 ‖ timeline 4 ‖ start 8 ‖ log ‖ end 8 ‖ time 8
 * Numbers big-endian, hexadecimal in the name; time: everything that was committed until then
 * is in this piece or before it. A piece that was renamed, put under another backup or cut does
 * not open. It has its name only when it is whole and on the disk.
 * Threads: one.  Owns: nothing global. */
#ifndef OPS_BACKUP_PIECE_H
#define OPS_BACKUP_PIECE_H

#include "node/db/sealstream.h"
#include "node/db/wal_words.h"

#define PIECE_PATH_CAP 1024

void piece_path(const char *dir, const struct piece *piece, char path_out[PIECE_PATH_CAP]);

struct piece_writer;
/* dir: BACKUP_DIR. piece: all but end and time. system: decimal digits of the cluster.
 * ERR_NOT_FOUND: the backup's key was destroyed; ERR_LOCKED, ERR_UNAVAILABLE: no keys now. */
NODISCARD enum err piece_begin(struct keyring *keyring, const char *dir,
                               const struct piece *piece, uint64_t system,
                               struct piece_writer **writer_out, struct fail *why);
NODISCARD enum err piece_put(struct piece_writer *writer, struct span bytes, struct fail *why);
/* Where the next byte goes. */
uint64_t piece_at(const struct piece_writer *writer);
/* Synced, still without its name. */
NODISCARD enum err piece_close(struct piece_writer *writer, int64_t at_utc_us,
                               struct fail *why);
/* Its name. Under the lock of the log's directory (pieces_lock). */
NODISCARD enum err piece_keep(struct piece_writer *writer, struct fail *why);
/* Unless it was kept, nothing of it stays. */
void piece_end(struct piece_writer **writer);

/* Hands the log in it to sink, from start on. ERR_PROTO: it is not whole, or not this piece;
 * what sink got must be thrown away. */
NODISCARD enum err piece_open(struct keyring *keyring, const char *dir,
                              const struct piece *piece, uint64_t system, stream_sink sink,
                              void *arg, struct fail *why);

#endif
