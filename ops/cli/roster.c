/* `ibasho roster check`: a roster package (OneRoster 1.2 CSV, Japan Profile) checked on this
 * machine alone: no node, no network, nothing kept. */
#include <stdio.h>

#include "ops/cli/tables.h"
#include "tenants/roster/roster.h"

static int check(struct cli *cli, int argc, char **argv);

enum { CHECK, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [CHECK] = {"roster check", "FILE.zip [--csv] [--bom]",
               "名簿（OneRoster 1.2 CSV）を、この機械だけで検査します。"
               "0 異常なし、1 取り込めない、3 注意だけ、2 検査できない。",
               "check a OneRoster 1.2 package offline: 0 clean, 1 refused, 3 warnings only",
               check},
};
const struct cli_table cli_roster = {rows, N_COMMANDS};

static bool print_csv(struct cli *cli, const struct roster *roster, bool has_bom)
{
    struct span csv;
    struct fail why;

    if (roster_findings_csv(&roster->findings, has_bom, cli->arena, &csv, &why) != ERR_OK) {
        cli_say_fail(&why);
        return false;
    }
    return csv.len == 0 || fwrite(csv.p, 1, csv.len, stdout) == csv.len;
}

static bool print_text(struct cli *cli, const struct roster *roster)
{
    const struct roster_findings *f = &roster->findings;

    for (size_t i = 0; i < f->n; i++) {
        const char *line = roster_finding_text(&f->at[i], cli->arena);

        if (line == NULL)
            return false;
        puts(line);
    }
    if (f->n_untold > 0)
        printf("ほかに %zu 件あります。\n", f->n_untold);
    if (roster->is_no_change)
        puts("manifest.csvだけのファイルです。取り込んでも何も変わりません。");
    printf("誤り %zu 件、注意 %zu 件。学校・組織 %zu、クラス %zu、人 %zu、在籍 %zu。%s\n",
           f->n_errors, f->n_warnings, roster->n_orgs, roster->n_classes, roster->n_users,
           roster->n_enrolments,
           roster->is_refused  ? "取り込めません。誤りを直してください。"
           : f->n_warnings > 0 ? "取り込めます。注意を確かめてください。"
                               : "取り込めます。");
    return true;
}

static int check(struct cli *cli, int argc, char **argv)
{
    bool is_csv = cli_take_flag(&argc, argv, "--csv");
    bool has_bom = cli_take_flag(&argc, argv, "--bom");
    struct roster *roster = NULL;
    struct fail why;

    if (argc != 1 || (has_bom && !is_csv))
        return cli_wrong_words(&rows[CHECK]);
    arena_mark_secret(cli->arena);
    if (roster_read_file(argv[0], &roster_options_default, cli->arena, &roster, &why) !=
        ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    if (is_csv ? !print_csv(cli, roster, has_bom) : !print_text(cli, roster))
        return CLI_CANNOT;
    if (roster->is_refused)
        return CLI_REFUSED;
    return roster->findings.n_warnings > 0 ? CLI_WARNED : CLI_DONE;
}
