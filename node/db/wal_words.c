#include "node/db/wal_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/base/hex.h"

#define HEAD_BYTES  25 /* 'w', start, end, time */
#define ALIVE_BYTES 18 /* 'k', end, time, wants an answer */

static uint64_t u64_read(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

enum err db_wal_parse(struct span message, struct db_wal_message *out, struct fail *why)
{
    *out = (struct db_wal_message){.start = 0};
    if (message.len >= HEAD_BYTES && message.p[0] == 'w') {
        out->start = u64_read(message.p + 1);
        out->server_end = u64_read(message.p + 9);
        out->at_utc_us = (int64_t)(u64_read(message.p + 17) + (uint64_t)WAL_EPOCH_US);
        out->bytes = span_from(message, HEAD_BYTES);
        return ERR_OK;
    }
    if (message.len == ALIVE_BYTES && message.p[0] == 'k') {
        out->server_end = u64_read(message.p + 1);
        out->at_utc_us = (int64_t)(u64_read(message.p + 9) + (uint64_t)WAL_EPOCH_US);
        out->wants_answer = message.p[17] != 0;
        return ERR_OK;
    }
    return fail_set(why, ERR_PROTO, "a message of %zu bytes that replication does not know",
                    message.len);
}

void db_wal_text(uint64_t place, char text_out[DB_WAL_TEXT_CAP])
{
    snprintf(text_out, DB_WAL_TEXT_CAP, "%" PRIX32 "/%" PRIX32, (uint32_t)(place >> 32),
             (uint32_t)place);
}

bool db_wal_place(struct span text, uint64_t *place_out)
{
    uint64_t half[2] = {0, 0};
    size_t digits[2] = {0, 0};
    int at = 0;

    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.p[i]);

        if (text.p[i] == '/' && at == 0) {
            at = 1;
            continue;
        }
        if (digit < 0 || ++digits[at] > 8)
            return false;
        half[at] = half[at] << 4 | (uint64_t)digit;
    }
    *place_out = half[0] << 32 | half[1];
    return at == 1 && digits[0] > 0 && digits[1] > 0;
}

void piece_name(const struct piece *piece, char name_out[PIECE_NAME_CAP])
{
    snprintf(name_out, PIECE_NAME_CAP,
             "%08" PRIx32 "-%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64 PIECE_SUFFIX,
             piece->timeline, piece->start, piece->end, (uint64_t)piece->at_utc_us);
}

/* n digits and the byte behind them. */
static bool number_read(const char **at, int n, char then, uint64_t *out)
{
    uint64_t v = 0;

    for (int i = 0; i < n; i++) {
        int digit = hex_digit((uint8_t)(*at)[i]);

        if (digit < 0)
            return false;
        v = v << 4 | (uint64_t)digit;
    }
    if ((*at)[n] != then)
        return false;
    *at += n + 1;
    *out = v;
    return true;
}

bool piece_name_read(const char *name, struct piece *out)
{
    const char *at = name;
    char again[PIECE_NAME_CAP];
    uint64_t timeline, time;

    if (!number_read(&at, 8, '-', &timeline) || !number_read(&at, 16, '-', &out->start) ||
        !number_read(&at, 16, '-', &out->end) || !number_read(&at, 16, '.', &time))
        return false;
    out->timeline = (uint32_t)timeline;
    out->at_utc_us = (int64_t)time;
    piece_name(out, again);
    return strcmp(again, name) == 0 && out->end > out->start && out->at_utc_us >= 0;
}
