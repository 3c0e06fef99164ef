/* node/io/qr_svg.h - a QR code (ISO/IEC 18004) as one small SVG, made here: what it says goes
 * to no outside service. Threads: any.  Owns: nothing. */
#ifndef NODE_IO_QR_SVG_H
#define NODE_IO_QR_SVG_H

#include "node/base/arena.h"

/* Error correction level M, with the quiet zone of four modules; black on white. The text is in
 * the arena. ERR_TOO_LARGE: more than a QR code holds; ERR_NOMEM. */
NODISCARD enum err qr_svg(const char *text, struct arena *arena, struct span *svg_out,
                          struct fail *why);

#endif
