/* node/db/sealstream.h - long bytes under one key: files and backups.
 * "ibasho-seal/1\n" ‖ key id (16) ‖ nonce prefix (7) ‖ chunks. A chunk is 64 KiB of plain text
 * (the last may be shorter, also empty) as AES-256-GCM with nonce = prefix ‖ chunk number (4) ‖
 * last flag (1), AAD = the header; so chunks can be neither dropped, doubled nor cut off.
 * Threads: one stream, one thread. */
#ifndef NODE_DB_SEALSTREAM_H
#define NODE_DB_SEALSTREAM_H

#include "node/db/keyring.h"

#define SEALSTREAM_CHUNK_BYTES 65536

typedef enum err (*stream_sink)(void *arg, struct span bytes, struct fail *why);
struct sealstream;

/* Seals what is put into it, writing to sink. finish writes the last chunk. */
NODISCARD enum err sealstream_create(struct keyring *keyring, struct id key, stream_sink sink,
                                     void *arg, struct sealstream **stream_out,
                                     struct fail *why);
/* Opens what is put into it; plain chunks reach sink only after they are authenticated. finish
 * says ERR_PROTO when the last chunk has not come. ERR_NOT_FOUND: the key was destroyed. */
NODISCARD enum err openstream_create(struct keyring *keyring, stream_sink sink, void *arg,
                                     struct sealstream **stream_out, struct fail *why);
NODISCARD enum err sealstream_put(struct sealstream *stream, struct span bytes,
                                  struct fail *why);
NODISCARD enum err sealstream_finish(struct sealstream *stream, struct fail *why);
void sealstream_destroy(struct sealstream **stream);

#endif
