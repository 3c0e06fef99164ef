/* node/db/db_priv.h: what an SQLSTATE and a statement's first word mean. */
#include "node/db/db_priv.h"
#include "tests/t.h"

T_CASE(db_err_of_every_class)
{
    static const struct {
        const char *state;
        enum err want;
    } rows[] = {
        {"23505", ERR_CONFLICT},    {"23503", ERR_INVALID},     {"23514", ERR_INVALID},
        {"22021", ERR_INVALID},     {"53100", ERR_NOSPACE},     {"53200", ERR_NOMEM},
        {"53300", ERR_UNAVAILABLE}, {"53000", ERR_INTERNAL},    {"40001", ERR_CONFLICT},
        {"40P01", ERR_CONFLICT},    {"57014", ERR_TIMEOUT},     {"57P01", ERR_UNAVAILABLE},
        {"57P02", ERR_UNAVAILABLE}, {"57P03", ERR_UNAVAILABLE}, {"08006", ERR_UNAVAILABLE},
        {"25006", ERR_UNAVAILABLE}, {"55P03", ERR_TIMEOUT},     {"58030", ERR_IO},
        {"42P01", ERR_INTERNAL},    {"42501", ERR_INTERNAL},    {"XX001", ERR_INTERNAL},
        {"", ERR_INTERNAL},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(db_err_of(rows[i].state), rows[i].want, rows[i].state);
}

T_CASE(db_word_of_a_statement)
{
    static const struct {
        const char *sql;
        enum db_word want;
    } rows[] = {
        {"SELECT 1", DB_WORD_READ},
        {" \n\tselect 1", DB_WORD_READ},
        {"SELECT(1)", DB_WORD_READ},
        {"VALUES (1)", DB_WORD_READ},
        {"SHOW fsync", DB_WORD_READ},
        {"SELECTION", DB_WORD_WRITE},
        {"select_all", DB_WORD_WRITE},
        {"INSERT INTO t VALUES (1)", DB_WORD_WRITE},
        {"WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", DB_WORD_WRITE},
        {"", DB_WORD_WRITE},
        {"BEGIN", DB_WORD_BEGIN},
        {"begin isolation level serializable", DB_WORD_BEGIN},
        {"START TRANSACTION", DB_WORD_BEGIN},
        {"COMMIT", DB_WORD_COMMIT},
        {"commit;", DB_WORD_COMMIT},
        {"END", DB_WORD_COMMIT},
        {"ROLLBACK", DB_WORD_ROLLBACK},
        {"Rollback;", DB_WORD_ROLLBACK},
        {"ROLLBACK TO SAVEPOINT a", DB_WORD_WRITE}, /* the transaction goes on */
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(db_word_of(rows[i].sql), rows[i].want, rows[i].sql);
}
