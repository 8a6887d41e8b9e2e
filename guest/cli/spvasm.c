/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SPIR-V as text, by SPIRV-Tools.
 *
 * Debian has that library only as a static one, so it is linked in (0.6 MB, and no
 * cost at start); no program is run. Built without it, this says so.
 */
#include "guest/cli/spvasm.h"

#include "guest/cli/cli.h"
#include "pxos_compiler.h"

#include <errno.h>

#if PXOS_HAVE_SPIRV_TOOLS

#include <spirv-tools/libspirv.h>

/**
 * spvasm_write() - disassemble a kernel.
 *
 * Return: 0, CLI_E_SAID, -ENOMEM.
 */
int spvasm_write(FILE *stream, const struct pxos_kernel *kernel)
{
	spv_context context = spvContextCreate(SPV_ENV_VULKAN_1_1);
	spv_diagnostic diagnostic = NULL;
	spv_text text = NULL;
	int r = 0;

	if (!context)
		return -ENOMEM;
	if (spvBinaryToText(context, kernel->spirv, kernel->n_words,
			    SPV_BINARY_TO_TEXT_OPTION_INDENT |
				    SPV_BINARY_TO_TEXT_OPTION_FRIENDLY_NAMES |
				    SPV_BINARY_TO_TEXT_OPTION_NO_HEADER,
			    &text, &diagnostic) == SPV_SUCCESS)
		fprintf(stream, "; kernel %s\n%s", kernel->name, text->str);
	else
		r = error_say("SPIRV-Tools does not understand kernel '%s': %s", kernel->name,
			      diagnostic ? diagnostic->error : "no reason given");
	spvDiagnosticDestroy(diagnostic);
	spvTextDestroy(text);
	spvContextDestroy(context);
	return r;
}

#else

int spvasm_write(FILE *stream, const struct pxos_kernel *kernel)
{
	(void)stream;
	(void)kernel;
	return error_say(
		"this pxos-gpu was built without SPIRV-Tools and cannot show SPIR-V as text;"
		" --emit spirv -o FILE writes it");
}

#endif
