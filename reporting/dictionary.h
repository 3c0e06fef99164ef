/* reporting/dictionary.h - the data dictionary: every table, column, setting and recorded act
 * of the running node, out of its own rows and its database's catalogue, so that it cannot say
 * anything else than what is so (KP-3-調達-3a); and the terms: for each kind of record its
 * purpose, its legal ground and how long it is kept (KP-3-安全-3). Threads: dictionary_make on
 * the thread of db, the rest any.  Owns: nothing; all in the arena. */
#ifndef REPORTING_DICTIONARY_H
#define REPORTING_DICTIONARY_H

#include "node/base/arena.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/table.h"
#include "node/db/db.h"

struct dictionary_column {
    const char *name, *meaning_ja;
    struct span type; /* the catalogue's; empty: it is not there */
    bool is_sealed, is_key, is_needed, is_person;
};
struct dictionary_table {
    const struct data_table *row;
    int64_t term_days; /* 0: until the contract's end */
    struct dictionary_column *columns;
    size_t n;
};
struct dictionary_setting {
    const struct setting *row;
    struct span value; /* in force now */
    bool is_default;
};
struct dictionary {
    struct span town;
    int64_t now_utc_us;
    struct dictionary_table *tables; /* in the order of names */
    size_t n_tables;
    struct dictionary_setting *settings;
    size_t n_settings;
    const struct route **acts; /* whose calls leave an access record */
    size_t n_acts;
    struct span *differences; /* between rows and catalogue: none, unless somebody changed the
                                 database by hand */
    size_t n_differences;
};
NODISCARD enum err dictionary_make(const struct services *services, struct db *db,
                                   int64_t now_utc_us, struct arena *arena,
                                   struct dictionary *out, struct fail *why);
/* A kind of record of what people did: a term runs from when it was, or it is a leaf. */
bool dictionary_is_log(const struct data_table *table);
/* "1827日（約5年）", "契約の終わりまで". */
const char *dictionary_term(int64_t days, struct arena *arena);
extern const char *const dictionary_keys_ja[];  /* by enum key_of */
extern const char *const dictionary_backs_ja[]; /* by enum hand_back */

NODISCARD enum err dictionary_pdf(const struct dictionary *dictionary, struct arena *arena,
                                  struct span *bytes_out, struct fail *why);
/* The terms of every kind of record. */
NODISCARD enum err retention_pdf(const struct dictionary *dictionary, struct arena *arena,
                                 struct span *bytes_out, struct fail *why);

#endif
