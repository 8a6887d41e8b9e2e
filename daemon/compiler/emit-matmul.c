// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emit.h"
void emit_matmul_shared_out(struct emit *e, const struct op *op)
{
	(void)e;
	(void)op;
}
void emit_matmul_tiled(struct emit *e, const struct op *op)
{
	(void)e;
	(void)op;
}
