/* node/base/table.h - the row every table of data must have (design section 2): purpose, term,
 * sealed columns and under whose key, how it is handed back, how one person's rows go. The
 * build compares the rows with the migrations and stops on a difference, so that nothing can be
 * forgotten when a contract ends (AI-7.2-1, KP-3-安全-3, KP-3-調達-3a). */
#ifndef NODE_BASE_TABLE_H
#define NODE_BASE_TABLE_H

#include <stdbool.h>

struct setting;

/* Whose key seals a table's sealed columns. */
enum key_of { KEY_OF_NONE, KEY_OF_SUBJECT, KEY_OF_AUTHOR, KEY_OF_CLASS, KEY_OF_RECORD };

enum hand_back {
    HAND_BACK_NDJSON,  /* data/records/TABLE.ndjson with its schema */
    HAND_BACK_LOG,     /* leaves and checkpoints go out as the audit log's own files */
    HAND_BACK_FILES,   /* data/files/SHA256 */
    HAND_BACK_NOTHING, /* carries nothing of the municipality; the reason stands in purpose_en
                        */
};

enum erase_person {
    ERASE_ROWS,     /* delete the rows whose person_column is the person */
    ERASE_KEY_ONLY, /* destroying the person's key closes the sealed columns; the rest stays */
    ERASE_NOT_OF_A_PERSON,
};

struct data_column {
    const char *name;
    const char *meaning_ja; /* the data dictionary's text */
    bool sealed;            /* bytea, name ends in _sealed */
};

/* How a column goes into the bag and comes back from one (KP-3-調達-4). Without a rule: its
 * value as it is; a sealed one in clear, with whose key it was under. */
enum hand_column {
    HAND_INDEX,  /* keyed blind index: stays here, is made again under the new node's key; the
                  * record says only whether there is one (true, or null) */
    HAND_SECRET, /* what only this node can use (passwords, codes, keys): stays here */
    HAND_PLAIN,  /* bytes as they are: every bytea that is not sealed says what it is */
};

struct data_index; /* tenants/handback: of which column an index is made again, and how */

struct hand_rule {
    const char *column;
    enum hand_column what;
    const struct data_index *index; /* HAND_INDEX */
};

struct data_table {
    const char *name;
    const char *meaning_ja, *purpose_ja, *ground_ja; /* what, why, on which law or contract */
    const char *purpose_en;
    int retention_days;           /* 0: until the contract's end */
    const char *retention_column; /* timestamptz the term counts from; NULL when none */
    const struct setting *retention_setting; /* days, instead of retention_days; may be NULL */
    enum key_of key_of;
    const char *person_column;   /* uuid of the person a row is about, NULL when none */
    const char *mention_columns; /* comma list of uuid columns naming other persons, NULL */
    const char *seal_row_column; /* uuid that sealed columns are bound to; NULL: id */
    enum hand_back hand_back;
    const struct hand_rule *hand_rules; /* ends with column NULL; NULL: none */
    enum erase_person erase_person;
    bool is_audit_leaf; /* each row's canonical bytes are committed to by an audit leaf */
    const struct data_column *columns; /* ends with name NULL; every column of the table */
};

struct data_table_list {
    const struct data_table *rows; /* a list of lists ends with n == 0 */
    int n;
};

#endif
