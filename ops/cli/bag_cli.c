#include "ops/cli/bag_cli.h"

#include <inttypes.h>
#include <stdio.h>

#define N_PRINTED_CAP 200

/* Names and details may hold what somebody put into a directory: nothing that moves a cursor.
 */
static void put_clean(const char *text)
{
    for (; *text != '\0'; text++)
        putchar((unsigned char)*text < 0x20 || *text == '"' || *text == '\\' || *text == 0x7f
                    ? '?'
                    : *text);
}

static void print_json(const struct bag_defect *d)
{
    printf("{\"code\":\"%s\",\"file\":\"", d->code);
    put_clean(d->file);
    printf("\"");
    if (d->line > 0)
        printf(",\"line\":%" PRIu64, d->line);
    if (d->has_seq)
        printf(",\"seq\":%" PRIu64, d->seq);
    printf(",\"detail\":\"");
    put_clean(d->detail);
    printf("\"}\n");
}

void bag_cli_defect(const struct bag_defect *defect, void *arg)
{
    struct bag_cli_print *print = arg;

    if (++print->n > N_PRINTED_CAP)
        return;
    if (print->is_json) {
        print_json(defect);
        return;
    }
    put_clean(defect->file);
    if (defect->line > 0)
        printf("\t%" PRIu64 " 行目", defect->line);
    else if (defect->has_seq)
        printf("\t番号 %" PRIu64, defect->seq);
    else
        printf("\t-");
    printf("\t%s\t%s\t", defect->code, defect->text_ja);
    put_clean(defect->detail);
    putchar('\n');
}
