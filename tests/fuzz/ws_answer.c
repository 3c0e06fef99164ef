/* covers: node/io/ws_answer.c */
/* Any bytes as a server's answer to an opening. What is good must be, in the bytes, what a
 * reader that looks for nothing but the exact words finds there. */
#include "node/io/ws_answer.h"

#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define ACCEPT      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span head = span_of(data, size);
    int status = ws_answer_status(head);

    CHECK(status >= 0 && status <= 999);
    CHECK(status == 0 || memcmp(head.p, "HTTP/1.1 ", 9) == 0);
    if (!ws_answer_is_good(head, ACCEPT, "ibasho-fed.v1"))
        return 0;
    CHECK(status == 101 && ws_answer_is_whole(head));
    CHECK(memmem(head.p, head.len, ACCEPT, sizeof(ACCEPT) - 1) != NULL);
    CHECK(memmem(head.p, head.len, "ibasho-fed.v1", 13) != NULL);
    return 0;
}
