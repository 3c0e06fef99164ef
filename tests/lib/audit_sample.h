/* tests/lib/audit_sample.h - an audit log export of any length, quickly, with its checkpoint
 * file: for unit tests and the bench of the verifier. Needs no database: rows look like those
 * of the access record. Everything is inline, so that any test program may include it. Threads:
 * reentrant.  Owns: nothing but the files it writes. */
#ifndef TESTS_LIB_AUDIT_SAMPLE_H
#define TESTS_LIB_AUDIT_SAMPLE_H

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/db/audit_leaf.h"
#include "node/db/checkpoints.h"
#include "node/db/merkle.h"
#include "node/db/note.h"

#define AUDIT_SAMPLE_ORIGIN "sample.ibasho"

/* Signs with the key whose 32 secret bytes are all `secret`; false: OpenSSL refuses. */
static inline bool audit_sample_sign(uint8_t secret, struct span text,
                                     uint8_t signature_out[NOTE_SIGNATURE_BYTES],
                                     struct note_key *key_out)
{
    uint8_t raw[32], public_key[NOTE_PUBLIC_BYTES];
    size_t len = sizeof public_key, n = NOTE_SIGNATURE_BYTES;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY *pkey;
    bool is_done;

    memset(raw, secret, sizeof raw);
    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
    is_done = ctx != NULL && pkey != NULL &&
              EVP_PKEY_get_raw_public_key(pkey, public_key, &len) == 1 &&
              note_key_init(SPAN(AUDIT_SAMPLE_ORIGIN), public_key, key_out, NULL) == ERR_OK &&
              EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestSign(ctx, signature_out, &n, text.p, text.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return is_done;
}

/* The note of a tree; returns its length. */
static inline size_t audit_sample_note(const struct merkle *tree, uint8_t secret,
                                       char note_out[NOTE_CAP], struct note_key *key_out)
{
    char body[NOTE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    struct hash256 root = merkle_root(tree);
    size_t len = note_text_into(SPAN(AUDIT_SAMPLE_ORIGIN), tree->n, &root, body);

    if (!audit_sample_sign(secret, span_of(body, len), signature, key_out))
        abort();
    return note_into(span_of(body, len), key_out, signature, note_out);
}

static inline void audit_sample_leaf(uint64_t seq, struct audit_leaf *leaf, char row[512])
{
    char id[ID_TEXT_CAP];

    memset(leaf, 0, sizeof *leaf);
    leaf->seq = seq;
    leaf->kind = SPAN("access.read");
    leaf->table = SPAN("access_record");
    leaf->at_us = INT64_C(1795292241000000) + (int64_t)seq * 1000;
    leaf->has_salt = true;
    for (int i = 0; i < 8; i++) {
        leaf->row.b[15 - i] = (uint8_t)(seq >> (8 * i));
        leaf->salt[i] = (uint8_t)((seq * UINT64_C(0x9e3779b97f4a7c15)) >> (8 * i));
    }
    leaf->row.b[6] = 0x70;
    leaf->row.b[8] = 0x80;
    id_text(leaf->row, id);
    leaf->bytes = span_of(
        row,
        (size_t)snprintf(row, 512,
                         "{\"account\":\"%s\",\"action\":\"read\",\"address\":"
                         "\"192.0.2.7\",\"at\":\"2026-11-21T20:17:21.123456Z\",\"id\":"
                         "\"%s\",\"outcome\":\"ok\",\"person\":\"%s\",\"purpose\":\"相談\","
                         "\"role\":\"supporter\",\"route\":\"person.read\"}",
                         id, id, id));
    leaf->commitment = leaf_commitment(leaf->salt, leaf->bytes);
    leaf->hash = leaf_hash(leaf);
}

static inline void audit_sample_put(FILE *to, const char *line, size_t len)
{
    if (fwrite(line, 1, len, to) != len)
        abort();
}

/* n leaves with a checkpoint every `every` leaves and at the end, signed by the key of `secret`
 * bytes, into both files (checkpoints_path is made anew). Aborts when it cannot. */
static inline void audit_sample_write(const char *export_path, const char *checkpoints_path,
                                      uint64_t n, uint64_t every, uint8_t secret,
                                      struct note_key *key_out)
{
    char line[2 * LEAF_NOTE_CAP + 64] = "", row[512], note[NOTE_CAP];
    FILE *to = fopen(export_path, "w"), *file = fopen(checkpoints_path, "w");
    uint8_t unused[NOTE_SIGNATURE_BYTES];
    struct audit_leaf leaf;
    struct merkle tree;

    if (to == NULL || file == NULL || !audit_sample_sign(secret, SPAN_NONE, unused, key_out))
        abort();
    merkle_init(&tree);
    fwrite(line, 1,
           leaf_header_into(SPAN(AUDIT_SAMPLE_ORIGIN), n, (n + every - 1) / every, line), to);
    for (uint64_t seq = 0; seq < n; seq++) {
        size_t len;

        audit_sample_leaf(seq, &leaf, row);
        audit_sample_put(to, line, leaf_head_into(&leaf, line));
        fwrite(leaf.bytes.p, 1, leaf.bytes.len, to);
        fwrite("}\n", 1, 2, to);
        merkle_append(&tree, &leaf.hash);
        if ((seq + 1) % every != 0 && seq + 1 != n)
            continue;
        len = audit_sample_note(&tree, secret, note, key_out);
        audit_sample_put(to, line, leaf_checkpoint_into(span_of(note, len), line));
        fwrite(note, 1, len, file);
        fputc('\n', file);
    }
    audit_sample_put(to, line, leaf_end_into(n, line));
    if (fclose(to) != 0 || fclose(file) != 0)
        abort();
}

#endif
