// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * glslang's runner in the compile race: GLSL to SPIR-V in process, see race.c. Its
 * start-up call stands outside the clock; what it builds at the first compile
 * (the symbol tables of GLSL's built-in functions) is counted there, and is not
 * built again. It neither optimises nor validates.
 *
 * Where glslang's library was not there at build time the program says so with
 * status 77, which is "skipped".
 */
#include "race.h"

#include <stdio.h>

#if __has_include(<glslang/Include/glslang_c_interface.h>)
#include <stdbool.h>
#include <glslang/Include/glslang_c_interface.h>
#include <glslang/Public/resource_limits_c.h>

static int link_and_generate(glslang_shader_t *shader, const glslang_input_t *input)
{
	glslang_program_t *program = glslang_program_create();
	size_t words = 0;

	glslang_program_add_shader(program, shader);
	if (glslang_program_link(program, input->messages)) {
		glslang_program_SPIRV_generate(program, input->stage);
		words = glslang_program_SPIRV_get_size(program);
	}
	glslang_program_delete(program);
	return words ? 0 : 1;
}

static int compile(const char *text, size_t bytes)
{
	const glslang_input_t input = {
		.language = GLSLANG_SOURCE_GLSL,
		.stage = GLSLANG_STAGE_COMPUTE,
		.client = GLSLANG_CLIENT_VULKAN,
		.client_version = GLSLANG_TARGET_VULKAN_1_1,
		.target_language = GLSLANG_TARGET_SPV,
		.target_language_version = GLSLANG_TARGET_SPV_1_3,
		.code = text,
		.default_version = 450,
		.default_profile = GLSLANG_NO_PROFILE,
		.messages = GLSLANG_MSG_SPV_RULES_BIT | GLSLANG_MSG_VULKAN_RULES_BIT,
		.resource = glslang_default_resource(),
	};
	glslang_shader_t *shader = glslang_shader_create(&input);
	int r = 1;

	(void)bytes; /* read_file() ends it with a zero */
	if (glslang_shader_preprocess(shader, &input) && glslang_shader_parse(shader, &input))
		r = link_and_generate(shader, &input);
	else
		fprintf(stderr, "%s\n", glslang_shader_get_info_log(shader));
	glslang_shader_delete(shader);
	return r;
}

int main(int argc, char **argv)
{
	int r;

	glslang_initialize_process();
	r = race_main(argc, argv, compile);
	glslang_finalize_process();
	return r;
}
#else
int main(void)
{
	fprintf(stderr, "built without glslang's library\n");
	return 77;
}
#endif
