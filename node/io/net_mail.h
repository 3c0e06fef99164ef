/* node/io/net_mail.h - the bytes of one mail: a plain text for one reader, and at most one file
 * beside it (RFC 5322, 2045, 2046, 2047, 2183). Every line but the fixed ones is made of
 * base64, a checked address or a number, so that nothing a caller gives can begin a header of
 * its own. The same fields give the same bytes. Threads: reentrant.  Owns: nothing; the bytes
 * live in the caller's arena. */
#ifndef NODE_IO_NET_MAIL_H
#define NODE_IO_NET_MAIL_H

#include "node/base/arena.h"
#include "node/base/id.h"
#include "node/io/net_text.h"

#define NET_MAIL_SUBJECT_MOST 200     /* bytes */
#define NET_MAIL_BODY_MOST    16384   /* bytes */
#define NET_MAIL_FILE_MOST    8388608 /* bytes: 11.5 MB in the mail, what most servers take */
#define NET_MAIL_NAME_MOST    60

struct net_mail {
    struct net_address from, to;
    struct span from_name;     /* UTF-8, shown beside the sender's address; may be empty */
    struct span subject, body; /* UTF-8; lines of the body end with \n */
    struct id id;              /* of the Message-ID: the same in every attempt, so that what
                                  arrives twice can be folded by the one it arrives at */
    int64_t date_utc_us;       /* the same in every attempt, too */
    const char *file_name;     /* NULL: no file; [a-z0-9._-], "report.zip" */
    const char *file_type;     /* "application/zip": [a-z0-9./+-] */
    struct span file;
};
/* ERR_INVALID: an address that net_address_read would not have made, a control character in a
 * name or subject (a line break is one), in the body any but \n, text that is not UTF-8, or
 * empty, a file's name or type; ERR_TOO_LARGE. */
NODISCARD enum err net_mail_write(const struct net_mail *mail, struct arena *arena,
                                  struct span *bytes_out, struct fail *why);

#endif
