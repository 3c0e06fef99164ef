#include "node/db/db_priv.h"

#include <ctype.h>
#include <strings.h>

/* The first row whose prefix fits decides; the list ends with the empty prefix. */
static const struct {
    const char *prefix;
    enum err code;
} rows[] = {
    {"23505", ERR_CONFLICT},    {"40", ERR_CONFLICT},    {"23", ERR_INVALID},
    {"22", ERR_INVALID},        {"53100", ERR_NOSPACE},  {"53200", ERR_NOMEM},
    {"53300", ERR_UNAVAILABLE}, {"57014", ERR_TIMEOUT},  {"55P03", ERR_TIMEOUT},
    {"57P", ERR_UNAVAILABLE},   {"08", ERR_UNAVAILABLE}, {"25006", ERR_UNAVAILABLE},
    {"58030", ERR_IO},          {"", ERR_INTERNAL},
};

enum err db_err_of(const char *sqlstate)
{
    size_t i = 0;

    while (strncmp(sqlstate, rows[i].prefix, strlen(rows[i].prefix)) != 0)
        i++;
    return rows[i].code;
}

static bool begins(const char *sql, const char *word)
{
    size_t len = strlen(word);

    return strncasecmp(sql, word, len) == 0 && !isalnum((unsigned char)sql[len]) &&
           sql[len] != '_';
}

enum db_word db_word_of(const char *sql)
{
    static const char *const reads[] = {"SELECT", "VALUES", "SHOW"};

    while (isspace((unsigned char)*sql))
        sql++;
    if (begins(sql, "BEGIN") || begins(sql, "START"))
        return DB_WORD_BEGIN;
    if (begins(sql, "COMMIT") || begins(sql, "END"))
        return DB_WORD_COMMIT;
    if (strcasecmp(sql, "ROLLBACK") == 0 || strcasecmp(sql, "ROLLBACK;") == 0)
        return DB_WORD_ROLLBACK;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        if (begins(sql, reads[i]))
            return DB_WORD_READ;
    return DB_WORD_WRITE;
}
