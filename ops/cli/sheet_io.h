/* ops/cli/sheet_io.h - a key sheet at the terminal: typed in, shown once. Threads: one. */
#ifndef OPS_CLI_SHEET_IO_H
#define OPS_CLI_SHEET_IO_H

#include "ops/cli/cli.h"
#include "tenants/keys/sheet.h"

/* Reads words from standard input until there are 24: one a line, all in one, numbered or not.
 * At a terminal a wrong word is named and typed again; otherwise it ends the reading. The
 * caller wipes half_out. False: said why. */
bool sheet_io_read(struct cli *cli, uint8_t half_out[KEY_HALF_BYTES]);
/* Prints the sheet on standard output, to be written down or piped to a printer. */
bool sheet_io_show(struct cli *cli, const char *title, const uint8_t half[KEY_HALF_BYTES]);
/* At a terminal: waits for Enter and clears the screen and what was scrolled away. */
void sheet_io_put_away(struct cli *cli);

#endif
