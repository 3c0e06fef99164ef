/* node/io/headers.h - the second line of header checks, behind the front's.
 * The library behind http.c lets smuggled, doubled and cut headers through (reliability guide,
 * section 4); nothing it parsed is believed before head_check and head_is_whole have seen it.
 * Threads: reentrant.  Owns: nothing; spans point into the connection's own memory. */
#ifndef NODE_IO_HEADERS_H
#define NODE_IO_HEADERS_H

#include "node/base/err.h"
#include "node/base/span.h"

#define HEADERS_MAX       64
#define HEADERS_MAX_BYTES 16384

struct header {
    struct span name, value;
};

/* The head of one request: what the library says it found, in order of arrival. */
struct head {
    struct span method, target, version;
    struct header headers[HEADERS_MAX];
    int n_headers;
    bool overflowed; /* more than HEADERS_MAX came */
    size_t n_bytes;  /* from the first byte of the method to the end of the empty line */
    bool is_signed;  /* a second Content-Type is for the signature's check to refuse */

    /* Filled by head_check; SPAN_NONE when absent. */
    struct span host, origin, cookie, content_type, transfer_encoding, forwarded_for,
        forwarded_proto, fetch_site, accept_encoding, if_none_match, user_agent;
    int64_t content_length; /* -1: none */
};

/* Adds one header as it comes; beyond HEADERS_MAX only `overflowed` is set. */
void head_add(struct head *head, struct span name, struct span value);

/* ERR_PROTO: a name that is not a token, a control byte or DEL in a value, no Host, a header
 * twice that may come once, Content-Length that is not a plain number or comes with
 * Transfer-Encoding, a version other than HTTP/1.1. ERR_TOO_LARGE: over HEADERS_MAX headers or
 * HEADERS_MAX_BYTES. */
NODISCARD enum err head_check(struct head *head, struct fail *why);

/* True when method, target, version and every header lie in memory exactly as they came: one
 * blank between the words of the first line, two bytes of line end behind every line and behind
 * the empty one, nothing cut off by a NUL, nothing folded or skipped. The library hands out
 * pointers into one buffer and loses what it cuts; the gaps between the pointers show it. (A
 * NUL in a line end cannot be told from the CR or LF it stands for; it hides nothing.) Reads no
 * byte but those between a name and its value and the four that end the head. */
bool head_is_whole(const struct head *head);

/* May a request that changes something come from this page? Same origin exactly, as Origin says
 * or, without Origin, as Sec-Fetch-Site says; neither is a refusal. */
bool head_is_same_origin(const struct head *head, struct span own_origin);

/* Exactly one IPv4 or IPv6 address and nothing else. */
bool address_is_plain(struct span text);
/* Is media type `want` (lower case) what content_type says? A charset parameter may only be
 * utf-8; other parameters are refused. */
bool content_type_is(struct span content_type, struct span want);
/* Does Accept-Encoding list gzip without ";q=0"? */
bool accepts_gzip(struct span accept_encoding);

#endif
