#include "node/db/head.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

static char path[256];

static void write_file(const char *bytes, size_t len)
{
    FILE *f = fopen(path, "w");

    if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
        abort();
}

T_CASE(head_is_read_as_it_was_written_last)
{
    struct head_state state = {.n = 7, .next_n = 9, .stored = 5}, got;
    struct head_file *head = NULL;

    snprintf(path, sizeof path, "%s/head", t_dir());
    head_boot(state.boot);
    T_EQ(strlen(state.boot), 36, "this boot has an id");
    T_EQ(head_read(path, &got, NULL), ERR_NOT_FOUND, "no file");
    T_EQ(head_open("/nonexistent/head", &head, NULL), ERR_IO, "no folder");
    T_OK(head == NULL, "nothing opened");
    T_EQ(head_open(path, &head, NULL), ERR_OK, "open");
    T_EQ(head_read(path, &got, NULL), ERR_NOT_FOUND, "never written");
    for (int i = 0; i < 3; i++) {
        state.n += 1;
        state.next_n += UINT64_C(1) << 40;
        state.root.b[0] = (uint8_t)i;
        state.next_root.b[31] = (uint8_t)(i + 100);
        T_EQ(head_write(head, &state, NULL), ERR_OK, "write");
        T_EQ(head_read(path, &got, NULL), ERR_OK, "read");
        T_OK(got.n == state.n && got.next_n == state.next_n && got.stored == 5, "numbers");
        T_OK(hash256_eq(&got.root, &state.root) && hash256_eq(&got.next_root, &state.next_root),
             "roots");
        T_TEXT(got.boot, state.boot, "boot");
    }
    head_close(&head);
    head_close(&head);
}

T_CASE(head_file_of_another_form_is_refused)
{
    struct head_state state = {.n = 1, .next_n = 1}, got;
    struct head_file *head = NULL;
    char bytes[HEAD_BYTES];
    size_t n_refused = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/head-bad", t_dir());
    T_EQ(head_open(path, &head, NULL), ERR_OK, "open");
    T_EQ(head_write(head, &state, NULL), ERR_OK, "write");
    head_close(&head);
    f = fopen(path, "r");
    T_OK(f != NULL && fread(bytes, 1, sizeof bytes, f) == sizeof bytes && fclose(f) == 0,
         "whole");
    for (size_t cut = 1; cut < sizeof bytes; cut++) {
        write_file(bytes, cut);
        T_EQ(head_read(path, &got, NULL), ERR_PROTO, "cut");
    }
    for (size_t at = 0; at < sizeof bytes; at++) {
        bytes[at] ^= 0x40;
        write_file(bytes, sizeof bytes);
        n_refused += head_read(path, &got, NULL) == ERR_PROTO;
        bytes[at] ^= 0x40;
    }
    T_OK(n_refused > 60, "changed bytes");
    state.n = 2; /* what follows cannot be less than what is */
    T_EQ(head_open(path, &head, NULL), ERR_OK, "open");
    T_EQ(head_write(head, &state, NULL), ERR_OK, "write");
    T_EQ(head_read(path, &got, NULL), ERR_PROTO, "going backwards");
    head_close(&head);
}
