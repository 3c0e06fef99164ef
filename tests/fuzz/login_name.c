/* covers: tenants/signin/login_name.c */
/* A login as anybody may send it: any bytes. What is accepted is its own one form. */
#include "tenants/signin/login_name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[LOGIN_NAME_CAP] = "", again[LOGIN_NAME_CAP] = "";
    struct fail why;

    if (login_name_fold(span_of(data, size), name, &why) != ERR_OK)
        return 0;
    if (strlen(name) < LOGIN_NAME_LEAST || strlen(name) > LOGIN_NAME_MOST ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-@") != strlen(name))
        abort();
    if (login_name_fold(span_text(name), again, &why) != ERR_OK || strcmp(name, again) != 0)
        abort();
    return 0;
}
