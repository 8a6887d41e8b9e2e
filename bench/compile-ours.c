// SPDX-License-Identifier: GPL-2.0-or-later
/* Our runner in the compile race: primitive text to SPIR-V, see race.c. */
#include "race.h"

#include "daemon/compiler/pxos_compiler.h"

static int compile(const char *text, size_t bytes)
{
	struct pxos_program *program = NULL;
	struct pxos_target target;
	int r;

	pxos_target_init(&target);
	r = pxos_compile(text, bytes, &target, &program);
	pxos_program_free(program);
	return r;
}

int main(int argc, char **argv)
{
	return race_main(argc, argv, compile);
}
