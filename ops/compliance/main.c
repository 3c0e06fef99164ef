/* ibasho-compliance REGISTER RESULTS_DIR OUT_DIR - writes 仕様適合表 as text, CSV and PDF and
 * prints the text. Exit status 1 when a requirement's test failed, 2 when it cannot be made. */
#include <stdio.h>

#include "ops/compliance/compliance.h"

static enum err write_all(const struct compliance *c, const char *dir, struct fail *why)
{
    char path[4096];
    enum err rc;

    snprintf(path, sizeof path, "%s/compliance.txt", dir);
    rc = compliance_write_text(c, path, why);
    if (rc != ERR_OK)
        return rc;
    snprintf(path, sizeof path, "%s/compliance.csv", dir);
    rc = compliance_write_csv(c, path, why);
    if (rc != ERR_OK)
        return rc;
    snprintf(path, sizeof path, "%s/compliance.pdf", dir);
    return compliance_write_pdf(c, path, why);
}

int main(int argc, char **argv)
{
    struct compliance c;
    struct fail why = {0};
    int failed = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: ibasho-compliance REGISTER RESULTS_DIR OUT_DIR\n");
        return 2;
    }
    if (compliance_read(argv[1], argv[2], &c, &why) != ERR_OK) {
        fprintf(stderr, "仕様適合表を作れません: %s\n", why.text);
        return 2;
    }
    if (write_all(&c, argv[3], &why) != ERR_OK) {
        fprintf(stderr, "仕様適合表を書けません: %s\n", why.text);
        compliance_free(&c);
        return 2;
    }
    for (int i = 0; i < c.n_rows; i++)
        failed |= compliance_state(&c.rows[i]) == PROOF_FAILED;
    compliance_free(&c);
    return failed;
}
