/* tenants/handback/read_tags.h - the text files that name what is in a bag: bag-info.txt and
 * the two manifests (RFC 8493, sections 2.1.3 and 2.2), in the one form a bag of ours has.
 * Threads: reentrant.  Owns: nothing; what is read borrows from the bytes. */
#ifndef TENANTS_HANDBACK_READ_TAGS_H
#define TENANTS_HANDBACK_READ_TAGS_H

#include "node/base/id.h"
#include "node/db/hash256.h"

#define BAG_FORMAT            "ibasho-bag/1"
#define BAG_INFO_CAP          65536 /* bytes */
#define BAG_TABLES_CAP        256
#define BAG_PATH_CAP          256
#define BAG_SHA512_DIGITS     128
#define BAG_MANIFEST_LINE_CAP (BAG_SHA512_DIGITS + 2 + BAG_PATH_CAP)

struct bag_count {
    struct span table;
    uint64_t n;
};

struct bag_info {
    struct span organization, date, agent, origin;
    uint64_t n_bytes, n_files; /* Payload-Oxum */
    struct id node, contract;  /* contract: ID_NONE when there is none */
    uint64_t schema;           /* number of the last migration */
    struct span schema_sha256;
    uint64_t log_size;
    struct hash256 log_root;
    struct bag_count counts[BAG_TABLES_CAP];
    size_t n_counts;
};

/* ERR_PROTO: why->text begins with the line's number. Labels stand in the order of the format,
 * counts by the table's name. */
NODISCARD enum err bag_info_read(struct span bytes, struct bag_info *info_out,
                                 struct fail *why);

struct bag_entry {
    struct span sha512, path; /* digits; relative, below the bag */
};
/* One line without its line feed: 128 digits, two spaces, a path. ERR_DENIED: a path that
 * leaves the bag or could be read two ways; ERR_PROTO: not such a line. */
NODISCARD enum err bag_entry_read(struct span line, struct bag_entry *entry_out,
                                  struct fail *why);
/* Relative, of [A-Za-z0-9._-] pieces, none of which begins with a dot. */
bool bag_path_is_safe(struct span path);

#endif
