#include "ops/keyd/store.h"

#include <openssl/crypto.h>
#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/wholefile.h"

static const char check_head[] = "ibasho-keyd-check/1";
static const char half_head[] = "ibasho-keyd-half/1";

/* ---- reading: lines of words, one space between them, every line ended by \n ---- */

static struct span take_line(struct span *text)
{
    const uint8_t *end = text->len == 0 ? NULL : memchr(text->p, '\n', text->len);
    struct span line;

    if (end == NULL)
        return SPAN_NONE;
    line = span_of(text->p, (size_t)(end - text->p));
    *text = span_from(*text, line.len + 1);
    return line;
}

static struct span take_word(struct span *line)
{
    const uint8_t *end = line->len == 0 ? NULL : memchr(line->p, ' ', line->len);
    struct span word = end == NULL ? *line : span_of(line->p, (size_t)(end - line->p));

    *line = span_from(*line, word.len + (end == NULL ? 0 : 1));
    return word;
}

static bool number_read(struct span word, uint32_t *v_out)
{
    uint64_t v = 0;

    if (word.len == 0 || word.len > 9 || word.p[0] == '0')
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.p[i] < '0' || word.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(word.p[i] - '0');
    }
    *v_out = (uint32_t)v;
    return true;
}

static bool check_line_read(struct span line, struct store_check *check)
{
    return check->generation == 0 && number_read(take_word(&line), &check->generation) &&
           hex_read(take_word(&line), check->check, sizeof check->check) &&
           hex_read(take_word(&line), check->code, sizeof check->code) && line.len == 0;
}

enum err store_checks_parse(struct span text, struct id node, struct store_checks *checks_out,
                            struct fail *why)
{
    struct store_checks checks = {0};
    struct span line;
    struct id found;

    memset(checks_out, 0, sizeof *checks_out);
    if (!span_eq(take_line(&text), span_text(check_head)))
        return fail_set(why, ERR_PROTO, "the check file does not begin as one");
    line = take_line(&text);
    if (!span_eq(take_word(&line), SPAN("node")) || id_parse(line, &found, NULL) != ERR_OK)
        return fail_set(why, ERR_PROTO, "the check file names no node");
    if (!id_eq(found, node))
        return fail_set(why, ERR_PROTO, "the check file is of another node");
    while (text.len > 0) {
        struct span word;

        line = take_line(&text);
        word = take_word(&line);
        if (span_eq(word, SPAN("current")) && check_line_read(line, &checks.current))
            continue;
        if (span_eq(word, SPAN("staged")) && check_line_read(line, &checks.staged))
            continue;
        return fail_set(why, ERR_PROTO, "a line of the check file cannot be read");
    }
    if (checks.current.generation == 0 ||
        (checks.staged.generation != 0 &&
         checks.staged.generation != checks.current.generation + 1))
        return fail_set(why, ERR_PROTO, "generations %u and %u in the check file",
                        (unsigned)checks.current.generation,
                        (unsigned)checks.staged.generation);
    *checks_out = checks;
    return ERR_OK;
}

enum err store_halves_parse(struct span text, struct store_halves *halves_out, struct fail *why)
{
    size_t n = 0;

    memset(halves_out, 0, sizeof *halves_out);
    if (!span_eq(take_line(&text), span_text(half_head)))
        return fail_set(why, ERR_PROTO, "the file of halves does not begin as one");
    while (text.len > 0) {
        struct span line = take_line(&text);

        if (n == 2 || !number_read(take_word(&line), &halves_out->at[n].generation) ||
            !hex_read(take_word(&line), halves_out->at[n].half, KEYD_HALF_BYTES) ||
            line.len != 0) {
            OPENSSL_cleanse(halves_out, sizeof *halves_out);
            return fail_set(why, ERR_PROTO, "a line of the file of halves cannot be read");
        }
        n++;
    }
    return ERR_OK;
}

/* ---- files ---- */

static enum err path_of(const char *dir, const char *name, char out[WHOLEFILE_PATH_CAP],
                        struct fail *why)
{
    int n = snprintf(out, WHOLEFILE_PATH_CAP, "%s/%s", dir, name);

    return n > 0 && n < WHOLEFILE_PATH_CAP ? ERR_OK
                                           : fail_set(why, ERR_INVALID, "path of %s", name);
}

enum err store_checks_read(const char *dir, struct id node, struct store_checks *checks_out,
                           struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];
    uint8_t text[STORE_FILE_CAP];
    size_t len;
    enum err rc = path_of(dir, "check", path, why);

    memset(checks_out, 0, sizeof *checks_out);
    if (rc == ERR_OK)
        rc = wholefile_read(path, text, sizeof text, &len, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = store_checks_parse(span_of(text, len), node, checks_out, why);
    return rc;
}

struct text {
    char *p;
    size_t len;
};

static void put(struct text *text, const char *s)
{
    size_t len = strlen(s);

    invariant(text->len + len < STORE_FILE_CAP, "a file of over %d bytes", STORE_FILE_CAP);
    memcpy(text->p + text->len, s, len + 1);
    text->len += len;
}

static void put_number(struct text *text, uint32_t v)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%u ", (unsigned)v);
    put(text, digits);
}

static void put_hex(struct text *text, const uint8_t *bytes, size_t len)
{
    char digits[3] = "";

    for (size_t i = 0; i < len; i++) {
        hex_write(&bytes[i], 1, digits);
        put(text, digits);
    }
}

static void put_check(struct text *text, const char *word, const struct store_check *check)
{
    if (check->generation == 0)
        return;
    put(text, word);
    put_number(text, check->generation);
    put_hex(text, check->check, sizeof check->check);
    put(text, " ");
    put_hex(text, check->code, sizeof check->code);
    put(text, "\n");
}

enum err store_checks_write(const char *dir, struct id node, const struct store_checks *checks,
                            struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP], buffer[STORE_FILE_CAP] = "", id[ID_TEXT_CAP];
    struct text text = {.p = buffer};
    enum err rc = path_of(dir, "check", path, why);

    id_text(node, id);
    put(&text, check_head);
    put(&text, "\nnode ");
    put(&text, id);
    put(&text, "\n");
    put_check(&text, "current ", &checks->current);
    put_check(&text, "staged ", &checks->staged);
    return rc == ERR_OK ? wholefile_replace(path, span_of(text.p, text.len), why) : rc;
}

/* The text of halves lives in the locked heap for as long as it must. */
enum err store_halves_read(const char *dir, const char *name, struct store_halves *halves_out,
                           struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];
    uint8_t *text = OPENSSL_secure_malloc(STORE_FILE_CAP);
    size_t len = 0;
    enum err rc = ERR_NOMEM;

    memset(halves_out, 0, sizeof *halves_out);
    if (text == NULL)
        return fail_set(why, rc, "locked memory");
    rc = path_of(dir, name, path, why);
    if (rc == ERR_OK)
        rc = wholefile_read(path, text, STORE_FILE_CAP, &len, why);
    if (rc == ERR_OK)
        rc = store_halves_parse(span_of(text, len), halves_out, why);
    else if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    OPENSSL_secure_clear_free(text, STORE_FILE_CAP);
    return rc;
}

enum err store_halves_write(const char *dir, const char *name,
                            const struct store_halves *halves, struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];
    struct text text = {.p = OPENSSL_secure_zalloc(STORE_FILE_CAP)};
    enum err rc = ERR_NOMEM;

    if (text.p == NULL)
        return fail_set(why, rc, "locked memory");
    put(&text, half_head);
    put(&text, "\n");
    for (size_t i = 0; i < 2; i++) {
        if (halves->at[i].generation == 0)
            continue;
        put_number(&text, halves->at[i].generation);
        put_hex(&text, halves->at[i].half, KEYD_HALF_BYTES);
        put(&text, "\n");
    }
    rc = path_of(dir, name, path, why);
    if (rc == ERR_OK)
        rc = wholefile_replace(path, span_of(text.p, text.len), why);
    OPENSSL_secure_clear_free(text.p, STORE_FILE_CAP);
    return rc;
}

const uint8_t *store_half_find(const struct store_halves *halves, uint32_t generation)
{
    for (size_t i = 0; i < 2; i++)
        if (generation != 0 && halves->at[i].generation == generation)
            return halves->at[i].half;
    return NULL;
}
