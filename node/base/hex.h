/* node/base/hex.h - bytes as hexadecimal digits and back. Threads: reentrant. */
#ifndef NODE_BASE_HEX_H
#define NODE_BASE_HEX_H

#include "node/base/span.h"

/* What a digit of either case stands for, or -1. */
int hex_digit(uint8_t c);
/* Writes 2 * len small digits, without a NUL; gives what stands behind them. */
char *hex_write(const uint8_t *bytes, size_t len, char *digits_out);
/* Exactly 2 * len small digits, as hex_write wrote them; else false, and bytes_out is in
 * parts. */
bool hex_read(struct span digits, uint8_t *bytes_out, size_t len);

#endif
